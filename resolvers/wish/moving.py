"""What all moves of wishes share: their input, their payload, and how they are carried out."""

from dataclasses import dataclass, field
from functools import partial

import strawberry

from models import wish
from models.wish import Request
from models.wish import Wish as WishRecord
from resolvers.moving import Kind
from resolvers.moving import moving as movement
from resolvers.payload import UserError, UserErrorRecord
from resolvers.wish.record import Wish


@strawberry.input(description="What every move of a wish takes. 心愿操作参数")
class WishMoveInput:
    """What every move of a wish takes."""

    wish_id: strawberry.ID = strawberry.field(description="The wish. 心愿标识")
    idempotency_key: str = strawberry.field(
        description="Chosen by the client, 1 to 255 characters; the same key acts once. 幂等键"
    )

    def request(self) -> Request:
        """Say which move this is; each input does."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a move gives back."""

    wish: WishRecord | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What a move of a wish gives back. 心愿操作结果")
class WishMovePayload:
    """What a move of a wish gives back."""

    wish: Wish | None = strawberry.field(description="The wish after the move. 心愿")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


_KIND = Kind(
    name="Wish",
    field="wish_id",
    path="wishId",
    unknown="未找到该心愿",
    result="wish",
    outcome=Moved,
    act=wish.move,
    find=wish.find,
)
moving = partial(movement, kind=_KIND)
"""Make the field of the mutation whose input is given, and of which one action is needed."""
