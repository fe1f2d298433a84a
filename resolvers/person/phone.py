"""Proving one's phone number."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import person
from models.access import Action
from resolvers import guard
from resolvers.context import Info
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person.viewer import Viewer


@strawberry.input(description="Which phone number is one's own. 手机号验证参数")
class PersonVerifyPhoneInput:
    """Which phone number is one's own."""

    code: str = strawberry.field(
        description="The phone code of WeChat; on a development server also `dev:13800000000`."
        " 手机号凭证"
    )
    idempotency_key: str = strawberry.field(
        description="Sent again with the same key, it is done once. 幂等键"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneVerified:
    """The viewer after the phone is verified."""

    viewer: person.Viewer | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `personVerifyPhone` gives back. 手机号验证结果")
class PersonVerifyPhonePayload:
    """What `personVerifyPhone` gives back."""

    viewer: Viewer | None = strawberry.field(
        description="The viewer, with what a roster knew of the number. 当前用户"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.PERSON_VERIFY_PHONE, outcome=PhoneVerified)
async def person_verify_phone(
    info: Info,
    proof: Annotated[
        PersonVerifyPhoneInput,
        strawberry.argument(name="input", description="Which number. 验证参数"),
    ],
) -> PhoneVerified:
    """Prove one's phone number."""
    key = await person.verify_phone(
        guard.signed_in(info),
        code=proof.code,
        key=proof.idempotency_key,
        look_up=info.context.phones.number,
    )
    return PhoneVerified(viewer=await person.viewer(key))


@strawberry.type
class PhoneMutation:
    """The root field that proves a phone number."""

    person_verify_phone: PersonVerifyPhonePayload = guard.mutation(
        person_verify_phone,
        description="Prove one's phone number; the roster row with that number becomes one's own,"
        " with its home and party membership, unless one has said another name. 验证手机号",
    )
