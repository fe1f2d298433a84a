"""What is protected, in full and for a reason; and who has read it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry

from models import person
from models.access import Action
from models.page import FIRST_DEFAULT, Page
from models.person import Protected
from resolvers import guard, words
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import Node, key_of, shows
from resolvers.page import Connection
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person.people import Person

words.enum(
    Protected, name="ProtectedField", description="What of a person is protected. 受保护信息"
)


@strawberry.input(description="What is to be seen in full, of whom and why. 查看完整信息参数")
class PersonRevealInput:
    """What is to be seen in full, of whom and why."""

    person_id: strawberry.ID = strawberry.field(description="The person. 人员标识")
    fields: list[Protected] = strawberry.field(description="What is to be seen. 查看内容")
    reason: str = strawberry.field(
        description="Why, for the log that nobody can change; 2 to 200 characters. 理由"
    )


@strawberry.type(name="Revealed", description="Protected values in full. 完整信息")
class RevealedType:
    """Protected values in full."""

    phone: str | None = strawberry.field(description="The phone number. 手机号")
    identity_number: str | None = strawberry.field(
        description="The number of the identity card. 身份证号"
    )
    address: str | None = strawberry.field(description="The address of the home. 住址")
    registered_identity_number: str | None = strawberry.field(
        description="The number in the registration that is not decided yet. 登记身份证号"
    )
    registered_address: str | None = strawberry.field(
        description="The address in the registration that is not decided yet. 登记地址"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was revealed."""

    revealed: person.Revealed | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `personReveal` gives back. 查看完整信息结果")
class PersonRevealPayload:
    """What `personReveal` gives back."""

    revealed: RevealedType | None = strawberry.field(
        description="The values; null where there is none, or it was not asked for. 完整信息"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@shows(person.Access)
@strawberry.type(description="That somebody read what is protected of a person. 访问记录")
class Access(Node):
    """That somebody read what is protected of a person."""

    reader: Person = strawberry.field(description="Who read it. 查看人")
    person: Person = strawberry.field(description="Of whom. 被查看人")
    fields: list[Protected] = strawberry.field(description="What was read. 查看内容")
    reason: str | None = strawberry.field(description="Why; null once redacted. 理由")
    at: datetime = strawberry.field(description="When. 时间")


@guard.needs(Action.PERSON_REVEAL, outcome=Outcome)
async def person_reveal(
    info: Info,
    what: Annotated[
        PersonRevealInput,
        strawberry.argument(name="input", description="What is to be seen. 查看参数"),
    ],
) -> Outcome:
    """Show protected values in full."""
    revealed = await person.reveal(
        guard.signed_in(info),
        key_of(what.person_id, Person.__name__) or 0,
        what.fields,
        reason=what.reason,
    )
    return Outcome(revealed=revealed)


async def access_log(
    info: Info,
    person_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only of this person. 被查看人")
    ] = None,
    reader_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only by this person. 查看人")
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[person.Access]:
    """List who read what is protected."""
    return await person.accesses(
        info.context.person_id,
        person_id=None if person_id is None else key_of(person_id, Person.__name__) or 0,
        reader_id=None if reader_id is None else key_of(reader_id, Person.__name__) or 0,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


@strawberry.type
class AccessQuery:
    """The root field that shows the log."""

    access_log: Connection[Access] = shown(
        access_log,
        description="Who read what is protected, newest first; nothing to those who are no"
        " auditors. 访问日志",
    )


@strawberry.type
class RevealMutation:
    """The root field that shows what is protected."""

    person_reveal: PersonRevealPayload = guard.mutation(
        person_reveal,
        description="See protected values of a person in full; it is logged for ever."
        " 查看完整信息",
    )
