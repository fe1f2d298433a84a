"""People and their homes in the graph, as the one who asks may see them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import person
from models.page import FIRST_DEFAULT, Page
from models.person import ResidenceState
from resolvers import words
from resolvers.area import Area
from resolvers.context import Context, Info
from resolvers.field import After, First, given, shown
from resolvers.loaders import Seen
from resolvers.node import Node, key_of, shows
from resolvers.page import Connection

if TYPE_CHECKING:
    from resolvers.person.appointment import Appointment

words.enum(ResidenceState, description="How far it is settled that somebody lives here. 居住状态")


async def _load_person(context: Context, key: int) -> person.Person | None:
    return await person.find(key, viewer_id=context.person_id)


async def _load_household(context: Context, key: int) -> person.Household | None:
    return await person.find_household(viewer_id=context.person_id, key=key)


async def _load_residence(context: Context, key: int) -> person.Residence | None:
    return await person.find_residence(key, viewer_id=context.person_id)


async def _head(of: strawberry.Parent[person.Household], info: Info) -> person.Person | None:
    if of.head_id is None:
        return None
    return await info.context.loaders.people.load(Seen(info.context.person_id, of.head_id))


async def _members(
    of: strawberry.Parent[person.Household], info: Info
) -> tuple[person.Person, ...] | None:
    return await info.context.loaders.members.load(Seen(info.context.person_id, of.id))


async def _person(of: strawberry.Parent[person.Residence], info: Info) -> person.Person | None:
    return await info.context.loaders.people.load(Seen(info.context.person_id, of.person_id))


async def _appointments(
    of: strawberry.Parent[person.Person],
    info: Info,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[Any]:
    return await person.appointments_of(
        of.id,
        viewer_id=info.context.person_id,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


@shows(person.Person, load=_load_person)
@strawberry.type(description="A person, as the one who asks may see them. 人员")
class Person(Node):
    """A person as this viewer may see them."""

    name: str = strawberry.field(
        description="The name; only its first character to those who may not know it. 姓名"
    )
    phone_masked: str | None = strawberry.field(
        description="The phone number without its middle; null if there is none, or it is not"
        " for the one who asks. 手机号（脱敏）"
    )
    is_party_member: bool | None = strawberry.field(
        description="Whether a party member; null if not for the one who asks. 是否党员"
    )
    is_banned: bool | None = strawberry.field(
        description="Whether banned; null to those who may not ban. 是否被封禁"
    )
    residence: "Residence | None" = strawberry.field(
        description="Where the person lives; null if nowhere, or not for the one who asks. 居住地"
    )
    appointments: Connection[
        Annotated["Appointment", strawberry.lazy("resolvers.person.appointment")]
    ] = shown(
        _appointments,
        description="The roles that the person holds and held, newest first, as far as the viewer"
        " may see them. 任职记录",
    )


@shows(person.Household, load=_load_household)
@strawberry.type(description="A home in a micro-grid. 住户")
class Household(Node):
    """A home in a micro-grid."""

    code: str = strawberry.field(description="The code of the household. 户号")
    area: Area = strawberry.field(description="The micro-grid. 微网格")
    address_masked: str | None = strawberry.field(
        description="The address without its numbers. 地址（脱敏）"
    )
    head: Person | None = shown(_head, description="The head of the household. 户主")
    members: list[Person] = shown(
        _members, description="Those who live in it, longest first; 50 at most. 成员"
    )
    version: int = strawberry.field(description="Grows with every change. 版本")


@shows(person.Residence, load=_load_residence)
@strawberry.type(description="That a person lives, lived or asks to live in a place. 居住登记")
class Residence(Node):
    """That a person lives, lived or asks to live in a place."""

    person: Person | None = shown(
        _person, description="Who; null once somebody has claimed the roster row. 居住人"
    )
    area: Area = strawberry.field(description="The micro-grid. 微网格")
    household: Household | None = strawberry.field(
        description="The household; null if none is settled, or it is not for the one who asks."
        " 住户"
    )
    state: ResidenceState = strawberry.field(description="How far it is settled. 状态")
    started_on: date | None = strawberry.field(
        description="The first day; null before it is confirmed. 起始日期"
    )
    ended_on: date | None = strawberry.field(
        description="The last day; null while it lasts. 结束日期"
    )
    registered_at: datetime = strawberry.field(description="When it was asked for. 登记时间")
    registered_name: str | None = strawberry.field(
        description="The name that was given; null once it is decided. 登记姓名"
    )
    registered_address_masked: str | None = strawberry.field(
        description="The address that was given, without its numbers; null once it is decided."
        " 登记地址（脱敏）"
    )
    reason: str | None = strawberry.field(description="Why it was refused. 驳回理由")


async def person_search(
    info: Info,
    phone: Annotated[
        str | None, strawberry.argument(description="The whole phone number. 手机号")
    ] = None,
    identity_number: Annotated[
        str | None,
        strawberry.argument(description="The whole identity number, instead. 身份证号"),
    ] = None,
) -> person.Person | None:
    """Find a person by a number in full."""
    return await person.search(
        phone=phone, identity_number=identity_number, viewer_id=info.context.person_id
    )


async def find_household(
    info: Info,
    household_id: Annotated[
        strawberry.ID | None, strawberry.argument(name="id", description="The id. 标识")
    ] = None,
    code: Annotated[
        str | None, strawberry.argument(description="The code, instead of the id. 户号")
    ] = None,
) -> person.Household | None:
    """Find a household by its id or its code."""
    key = None if household_id is None else key_of(household_id, Household.__name__) or 0
    return await person.find_household(viewer_id=info.context.person_id, key=key, code=code)


async def residences_pending(
    info: Info,
    area_code: Annotated[str, strawberry.argument(description="The area's code. 区划代码")],
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[person.Residence]:
    """List what waits for a decision in an area."""
    return await person.pending(
        area_code,
        viewer_id=info.context.person_id,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


@strawberry.type
class HomeQuery:
    """Root fields that show people and homes."""

    person_search: Person | None = shown(
        person_search,
        description="The person with this phone or identity number, for those who may see them."
        " 按号码查人",
    )
    household: Household | None = shown(
        find_household,
        description="The household with this id or this code, for those who may see it. 住户",
    )
    residences_pending: Connection[Residence] = shown(
        residences_pending,
        description="Registrations of an area that wait for a decision, by micro-grid and the"
        " oldest first; none for those who may not decide there. 待确认居住登记",
    )
