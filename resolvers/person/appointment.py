"""Appointments in the graph: who holds which role, and how it is given and ended."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

import strawberry

from models import area, person, unit
from models.access import Action
from models.person import Appointment as AppointmentRecord
from models.person import Where, Whom
from models.role import Role
from resolvers import guard
from resolvers.area import Area
from resolvers.context import Context, Info
from resolvers.field import shown
from resolvers.node import Node, key_given, key_of, shows
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person.people import Person
from resolvers.unit import Unit

KEY = "Any text of the client's own: the same key acts once only. 幂等键"


async def _area(of: strawberry.Parent[AppointmentRecord], info: Info) -> area.Area | None:
    return await info.context.loaders.areas.load(of.area_code)


async def _unit(of: strawberry.Parent[AppointmentRecord], info: Info) -> unit.Unit | None:
    return await info.context.loaders.units.load(of.unit_id) if of.unit_id else None


async def _load(context: Context, key: int) -> AppointmentRecord | None:
    return await person.find_appointment(key, viewer_id=context.person_id)


@shows(AppointmentRecord, load=_load)
@strawberry.type(description="A role that somebody holds, held or will hold. 任职")
class Appointment(Node):
    """A role that somebody holds, held or will hold."""

    person: Person = strawberry.field(description="Who. 人员")
    role: Role = strawberry.field(description="What. 角色")
    area: Area = shown(_area, description="Where; of a unit, the area that it serves. 区划")
    unit: Unit | None = shown(_unit, description="For which unit, if for one. 单位")
    started_on: date = strawberry.field(description="The first day. 开始日期")
    ended_on: date | None = strawberry.field(
        description="The last day; the day before the first where it was taken back before it"
        " held; null while it has no end. 结束日期"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentChanged:
    """What starting or ending an appointment gives back."""

    appointment: AppointmentRecord | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="Who gets which role where. 任命内容")
class AppointmentStartInput:
    """Who gets which role where."""

    person_id: strawberry.ID | None = strawberry.field(
        default=None, description="Somebody whom the viewer may see. 人员"
    )
    phone: str | None = strawberry.field(
        default=None, description="Or the phone number of whoever it is. 手机号"
    )
    role: Role = strawberry.field(description="The role. 角色")
    area_code: str | None = strawberry.field(
        default=None, description="The area; for every role but a department officer's. 区划代码"
    )
    unit_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The unit of a department officer, or the one that sends a specialist. 单位",
    )
    starts_on: date | None = strawberry.field(
        default=None, description="The first day, from today on; by default today. 开始日期"
    )
    ends_on: date | None = strawberry.field(
        default=None, description="The last day; by default none. 结束日期"
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.input(description="Which appointment ends. 免职内容")
class AppointmentEndInput:
    """Which appointment ends."""

    appointment_id: strawberry.ID = strawberry.field(description="The appointment. 任职")
    ends_on: date | None = strawberry.field(
        default=None,
        description="The last day; by default yesterday, so that it ends at once. 结束日期",
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.type(description="What `appointmentStart` gives back. 任命结果")
class AppointmentStartPayload:
    """What `appointmentStart` gives back."""

    appointment: Appointment | None = strawberry.field(description="The appointment. 任职")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `appointmentEnd` gives back. 免职结果")
class AppointmentEndPayload:
    """What `appointmentEnd` gives back."""

    appointment: Appointment | None = strawberry.field(description="The appointment. 任职")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


APPOINTING = (
    Action.APPOINT_HELPERS,
    Action.APPOINT_GRID_STAFF,
    Action.APPOINT_CADRES,
    Action.APPOINT_TOWN_OFFICERS,
    Action.APPOINT_UNIT_STAFF,
    Action.APPOINT_CITY_STAFF,
)


@guard.needs(*APPOINTING, outcome=AppointmentChanged)
async def appointment_start(
    info: Info,
    start: Annotated[
        AppointmentStartInput, strawberry.argument(name="input", description="Who and what. 任命")
    ],
) -> AppointmentChanged:
    """Give somebody a role."""
    started = await person.appoint(
        Whom(key_given(start.person_id, Person.__name__), start.phone),
        actor_id=guard.signed_in(info),
        role=start.role,
        where=Where(start.area_code, key_given(start.unit_id, Unit.__name__)),
        starts_on=start.starts_on,
        ends_on=start.ends_on,
        key=start.idempotency_key,
    )
    return AppointmentChanged(appointment=started)


@guard.needs(*APPOINTING, outcome=AppointmentChanged)
async def appointment_end(
    info: Info,
    end: Annotated[
        AppointmentEndInput, strawberry.argument(name="input", description="Which one. 免职")
    ],
) -> AppointmentChanged:
    """End an appointment."""
    ended = await person.relieve(
        key_of(end.appointment_id, Appointment.__name__),
        actor_id=guard.signed_in(info),
        ends_on=end.ends_on,
        key=end.idempotency_key,
    )
    return AppointmentChanged(appointment=ended)


@strawberry.type
class AppointmentMutation:
    """Root fields that give and end roles."""

    appointment_start: AppointmentStartPayload = guard.mutation(
        appointment_start,
        description="Give somebody a role; only those above do, nobody to themself. 任命",
    )
    appointment_end: AppointmentEndPayload = guard.mutation(
        appointment_end,
        description="End an appointment; only those above do, nobody their own. 免职",
    )
