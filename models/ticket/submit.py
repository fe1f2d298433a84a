"""Reporting a ticket."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from models import access, area, event, file, geo, text
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Invalid, Refusal
from models.event import Topic
from models.geo import CoordinateSystem, Point
from models.once import once
from models.ticket import duplicate, reporter
from models.ticket.case import Case
from models.ticket.category import categories
from models.ticket.search import terms
from models.ticket.store import rank
from models.ticket.words import Move, Party, Source, State, Urgency

TEXT_LENGTH_MOST = 1_000
ADDRESS_LENGTH_MOST = 128
OPERATION = "ticketSubmit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody reports, as they typed it."""

    category: str
    text: str
    longitude: float
    latitude: float
    system: CoordinateSystem = CoordinateSystem.GCJ_02
    address: str | None = None
    urgency: Urgency = Urgency.NORMAL
    is_anonymous: bool = False
    photo_ids: tuple[int, ...] = ()


async def submit(report: Report, *, person_id: int, key: str) -> int:
    """Report a ticket once; gives its key.

    Raises Refusal INVALID for a category, text, point or photo that can't be, NOT_ALLOWED for who
    is banned, and KEY_REUSED.
    """
    asked = asdict(report)
    clean = _clean(report)
    point = _point(report)
    # Read by a connection of its own, so before the transaction takes one.
    found_at = await area.at(point)
    if found_at is None:
        raise Refusal(Code.INVALID, "该位置不在本市网格内", "point")

    async def act(connection: Connection) -> int:
        # A grid that is merged meanwhile takes no more tickets: its successor does.
        grid = await area.hold_at(connection, found_at.code, point)
        assert grid, "a grid that ends has a successor"
        held = await access.rights(connection, person_id)
        access.check(held, Action.TICKET_SUBMIT, Thing(owner_id=person_id))
        at = datetime.now(UTC)
        found = _first(clean, grid.code, point, source=_source(held, grid.code), at=at)
        return await _write(connection, clean, found, person_id=person_id)

    return await once(act, person_id=person_id, operation=OPERATION, key=key, asked=asked)


def _clean(report: Report) -> Report:
    if report.category not in categories():
        raise Refusal(Code.INVALID, "没有这个事项类别", "category")
    file.check_photos(report.photo_ids)
    return replace(
        report,
        text=text.lines(report.text, name="描述", field="text", most=TEXT_LENGTH_MOST),
        address=text.optional_line(
            report.address, name="地址", field="address", most=ADDRESS_LENGTH_MOST
        ),
    )


def _point(report: Report) -> Point:
    try:
        return geo.to_gcj_02(report.longitude, report.latitude, report.system)
    except Invalid as off_the_globe:
        raise Refusal(Code.INVALID, str(off_the_globe), "point") from off_the_globe


def _source(held: Rights, area_code: str) -> Source:
    on_patrol = held.may(Action.TICKET_PATROL, Thing(area_code=area_code))
    return Source.GRID_PATROL if on_patrol else Source.MINI_PROGRAM


def _first(report: Report, area_code: str, point: Point, *, source: Source, at: datetime) -> Case:
    new = Case(
        id=0,
        area_code=area_code,
        category=report.category,
        urgency=report.urgency,
        source=source,
        point=point,
        submitted_at=at,
    )
    return replace(new, due_at=new.due_in(State.SUBMITTED, at=at))


async def _write(connection: Connection, report: Report, new: Case, *, person_id: int) -> int:
    key: int = await connection.fetchval(
        _INSERT,
        new.category,
        new.urgency,
        new.source,
        new.area_code,
        new.point.longitude,
        new.point.latitude,
        duplicate.box(new.point),
        report.address,
        report.text,
        terms(report.text),
        report.is_anonymous,
        rank(new.due_at, None),
        new.submitted_at,
        new.due_at,
    )
    await reporter.add(
        connection, key, person_id=person_id, is_anonymous=report.is_anonymous, is_first=True
    )
    await file.attach_photos(
        connection, "ticket", key, version=1, photo_ids=report.photo_ids, person_id=person_id
    )
    await event.record(
        connection,
        topic=Topic.TICKET,
        thing_id=key,
        area_code=new.area_code,
        version=1,
        kind=Move.SUBMIT,
        actor_id=None if report.is_anonymous else person_id,
        facts={
            "to": State.SUBMITTED,
            "round": 1,
            "by": Party.REPORTER,
            "category": new.category,
            "source": new.source,
        },
    )
    return key


_INSERT = """
INSERT INTO ticket (number, category, urgency, source, area_code, longitude, latitude, box,
    address, text, terms, is_anonymous, rank, submitted_at, due_at, state, version, round,
    returns, is_bound, is_appealed, calls)
VALUES (
    to_char($13::timestamptz AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || '-'
        || lpad(nextval('ticket_number')::text, 6, '0'),
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'SUBMITTED', 1, 1, 0, false,
    false, 0
)
RETURNING id
"""
