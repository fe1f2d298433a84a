"""What a mutation gives back: its result, or the reasons why not."""

from typing import NamedTuple

import strawberry

from models.errors import Code, Refusal
from resolvers import words

ErrorCode = words.enum(Code, name="ErrorCode", description="Why a mutation was refused. 拒绝原因")


class UserErrorRecord(NamedTuple):
    """One reason why a mutation was refused."""

    code: Code
    message: str
    path: tuple[str, ...]


@strawberry.type(description="One reason why a mutation was refused. 用户错误")
class UserError:
    """One reason why a mutation was refused."""

    code: Code = strawberry.field(description="The reason, for the program. 原因代码")
    message: str = strawberry.field(description="The reason in Chinese, for the user. 提示文字")
    path: list[str] = strawberry.field(
        description="The input field that it concerns, outermost first. 字段路径"
    )


def user_errors(refusal: Refusal) -> list[UserErrorRecord]:
    """Show a refusal."""
    return [UserErrorRecord(refusal.code, refusal.message, refusal.path)]
