"""A small cast for tests of tickets: units, people of every office, and tickets in any state."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from models import db, ticket
from models.geo import Point
from models.ticket import (
    Case,
    Extension,
    Move,
    Party,
    RejectReason,
    Report,
    Request,
    ReturnReason,
    State,
    SuspendReason,
    store,
)
from tests import areas
from tests.areas import (
    CITY,
    EMPTY_GRID,
    GRID,
    MICRO_GRID,
    OTHER_GRID,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
)

HERE = Point(120.2801, 31.9101)
AT_OTHER_VILLAGE = Point(120.31, 31.91)
AT_SEA = Point(123.5, 31.0)
CATEGORY = "STREET_LAMP"
TEXT = "村口第三盏路灯不亮"

_keys = count(1)

# What everybody is to a ticket of GRID that was reported by `reporter`, joined by `joiner` and
# dispatched to the unit LAMPS; written by hand, from the rules of the domain.
CAST: dict[str, frozenset[Party]] = {
    "reporter": frozenset({Party.REPORTER}),
    "joiner": frozenset({Party.JOINER}),
    "resident": frozenset(),
    "banned": frozenset(),
    "officer": frozenset({Party.HANDLER, Party.STAFF}),
    "other officer": frozenset(),
    "specialist": frozenset({Party.HANDLER, Party.STAFF}),
    "liaison": frozenset(),
    "worker": frozenset({Party.WORKER, Party.CHECKER, Party.STAFF}),
    "lead": frozenset({Party.WORKER, Party.CHECKER, Party.STAFF}),
    "worker of the next grid": frozenset(),
    "worker of another village": frozenset(),
    "cadre": frozenset({Party.CHECKER, Party.STAFF}),
    "cadre of another village": frozenset(),
    "town": frozenset({Party.STAFF}),
    "dispatcher": frozenset({Party.DISPATCHER, Party.CENTRE, Party.STAFF}),
    "town dispatcher": frozenset({Party.DISPATCHER, Party.STAFF}),
    "dispatcher elsewhere": frozenset(),
    "auditor": frozenset({Party.STAFF}),
    "admin": frozenset({Party.STAFF}),
}
_OFFICES = {
    "officer": ("DEPARTMENT_OFFICER", CITY, "LAMPS"),
    "other officer": ("DEPARTMENT_OFFICER", CITY, "TREES"),
    "specialist": ("SPECIALIST", GRID, "LAMPS"),
    "liaison": ("LIAISON", MICRO_GRID, None),
    "worker": ("GRID_WORKER", GRID, None),
    "lead": ("GRID_LEAD", GRID, None),
    "worker of the next grid": ("GRID_WORKER", EMPTY_GRID, None),
    "worker of another village": ("GRID_WORKER", OTHER_GRID, None),
    "cadre": ("VILLAGE_CADRE", VILLAGE, None),
    "cadre of another village": ("VILLAGE_CADRE", OTHER_VILLAGE, None),
    "town": ("TOWN_OFFICER", TOWN, None),
    "dispatcher": ("DISPATCHER", CITY, None),
    "town dispatcher": ("DISPATCHER", TOWN, None),
    "dispatcher elsewhere": ("DISPATCHER", OTHER_VILLAGE, None),
    "auditor": ("AUDITOR", CITY, None),
    "admin": ("ADMIN", CITY, None),
    "banned": ("DISPATCHER", CITY, None),
}
_UNITS: tuple[tuple[str, str, str, str, list[str]], ...] = (
    ("LAMPS", "DEPARTMENT", "路灯管理所", CITY, ["STREET_LAMP"]),
    ("TREES", "DEPARTMENT", "园林局", CITY, ["TREE"]),
    ("OFFICE", "TOWN", "澄江街道办事处", TOWN, []),
    ("COMMITTEE", "VILLAGE", "长泾村村委会", VILLAGE, ["NEIGHBOUR_DISPUTE"]),
)


class Cast(dict[str, int]):
    """People and units by their names here."""


async def cast() -> Cast:
    """Write the tree of areas, the units and the people."""
    await areas.plant()
    found = Cast()
    for code, kind, name, area_code, duties in _UNITS:
        row = await db.fetch_one(
            "INSERT INTO unit (code, kind, name, area_code, duties) VALUES ($1, $2, $3, $4, $5)"
            " RETURNING id",
            code,
            kind,
            name,
            area_code,
            duties,
        )
        assert row
        found[code] = row["id"]
    for name in CAST:
        row = await db.fetch_one("INSERT INTO person (name) VALUES ($1) RETURNING id", name)
        assert row
        found[name] = row["id"]
        if name in _OFFICES:
            role, area_code, unit = _OFFICES[name]
            await db.execute(
                "INSERT INTO appointment (person_id, role, area_code, unit_id, started_on)"
                " VALUES ($1, $2, $3, $4, $5)",
                row["id"],
                role,
                area_code,
                found[unit] if unit else None,
                date(2020, 1, 1),
            )
    await db.execute("UPDATE person SET banned_at = now() WHERE name = 'banned'")
    return found


def a_key() -> str:
    """Give an idempotency key that is new."""
    return f"key {next(_keys)}"


async def submit(person_id: int, point: Point = HERE, **more: Any) -> int:  # noqa: ANN401
    """Report a ticket."""
    report = Report(
        **{
            "category": CATEGORY,
            "text": TEXT,
            "longitude": point.longitude,
            "latitude": point.latitude,
            **more,
        }
    )
    return await ticket.submit(report, person_id=person_id, key=a_key())


async def move(key: int, move: Move, person_id: int, **more: Any) -> None:  # noqa: ANN401
    """Move a ticket."""
    await ticket.move(key, Request(move=move, **more), person_id=person_id, key=a_key())


def request(move: Move, people: Cast, *, into: int | None = None) -> Request:
    """Give a request that the move's own rules allow."""
    more: dict[Move, dict[str, Any]] = {
        Move.ACCEPT: {"unit_id": people["LAMPS"]},
        Move.REJECT: {"reason": RejectReason.UNCLEAR},
        Move.MERGE: {"into_id": into},
        Move.ARBITRATE: {"unit_id": people["LAMPS"]},
        Move.RETURN: {"reason": ReturnReason.NOT_OUR_DUTY},
        Move.ASK_EXTENSION: {"days": 5},
        Move.SUSPEND: {"reason": SuspendReason.WEATHER},
        Move.CALL_BACK: {"is_solved": True, "satisfaction": 5},
        Move.RATE: {"is_solved": True, "satisfaction": 5},
        Move.ASSIGN: {"assignee_id": people["officer"]},
        Move.JOIN: {"point": HERE},
    }
    return Request(move=move, text="因为如此", **more.get(move, {}))


async def case(key: int) -> Case:
    """Read a ticket as a case."""
    async with db.transaction() as connection:
        return (await store.lock(connection, [key]))[key]


async def put(key: int, state: State, people: Cast, *, move: Move | None = None) -> Case:
    """Bring a ticket into a state in which the rules of `move` are kept."""
    now = datetime.now(UTC)
    before = await case(key)
    is_over = state in {State.CLOSED, State.REJECTED, State.WITHDRAWN, State.MERGED}
    due_at = None if is_over else now + timedelta(days=3)
    lamps = ticket.Unit(people["LAMPS"], "DEPARTMENT", CITY)
    asked = Extension.ASKED if move in {Move.GRANT_EXTENSION, Move.DENY_EXTENSION} else None
    wanted = replace(
        before,
        state=state,
        version=before.version + 1,
        round=1,
        unit=lamps,
        assignee_id=None,
        resolver_id=people["officer"] if state in {State.RESOLVED, State.CALLBACK} else None,
        merged_into_id=key if state is State.MERGED else None,
        returns=0,
        is_bound=False,
        is_appealed=False,
        extension=asked,
        extension_days=5 if asked else None,
        calls=0,
        due_at=due_at,
        resolve_due_at=due_at,
        paused_at=now if state is State.SUSPENDED else None,
        contacted_at=None,
        ended_at=now if is_over else None,
        urged_at=None,
        is_solved=None,
        satisfaction=None,
    )
    async with db.transaction() as connection:
        await store.save(connection, wanted)
    return wanted


async def whole(key: int) -> tuple[object, ...]:
    """Give all that is kept of a ticket, to compare it with later."""
    row = await db.fetch_one(
        """SELECT ticket::text, (SELECT count(*) FROM event WHERE topic = 'ticket'),
            (SELECT count(*) FROM content), (SELECT count(*) FROM ticket_reporter),
            (SELECT count(*) FROM ticket_photo), (SELECT count(*) FROM outbox)
        FROM ticket WHERE id = $1""",
        key,
    )
    assert row
    return tuple(row)
