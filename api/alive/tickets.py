"""Demo tickets: reported by a development resident of their own in the development village."""

import random
from uuid import uuid4

from api.alive.people import person_of
from api.city import DEVELOPMENT_GRID, sayings
from models import area, db, ticket
from models.ticket import OPEN_STATES, Filter, Move, Report, Request, Source, State, Ticket

TICKETS_MOST = 3

NEXT: dict[State, tuple[str, Request]] = {
    State.SUBMITTED: ("dispatcher", Request(move=Move.ACCEPT)),
    State.DISPATCHED: ("officer", Request(move=Move.ACKNOWLEDGE)),
    State.ACKNOWLEDGED: ("officer", Request(move=Move.START)),
    State.IN_PROGRESS: ("officer", Request(move=Move.RESOLVE, text="已到现场处理完毕")),
    State.RESOLVED: ("worker", Request(move=Move.VERIFY)),
    State.CALLBACK: ("resident", Request(move=Move.RATE, is_solved=True, satisfaction=5)),
}
"""What happens next to a demo ticket, and by whom."""


async def step(randomness: random.Random) -> bool:
    """Report a demo ticket, or move one on; says whether there is a city for it."""
    grid = await area.find(DEVELOPMENT_GRID)
    if grid is None:
        return False
    resident = await person_of("resident")
    mine = Filter(is_mine=True, states=OPEN_STATES)
    page = await ticket.tickets(mine, person_id=resident, first=TICKETS_MOST, after=None)
    if len(page.items) < TICKETS_MOST and randomness.random() < 1 / (1 + 2 * len(page.items)):
        await _report(randomness, grid, resident)
    else:
        await _move(randomness.choice(page.items))
    return True


async def _report(randomness: random.Random, grid: area.Area, resident: int) -> None:
    category = sayings.category(randomness, Source.MINI_PROGRAM)
    report = Report(
        category=category,
        text=sayings.report(randomness, category, grid.name),
        longitude=grid.point.longitude,
        latitude=grid.point.latitude,
    )
    await ticket.submit(report, person_id=resident, key=uuid4().hex)


async def _move(found: Ticket) -> None:
    if found.state not in NEXT:
        return
    name, request = NEXT[found.state]
    mover = await _officer(found) if name == "officer" else await person_of(name)
    if mover is not None:
        await ticket.move(found.id, request, person_id=mover, key=uuid4().hex)


async def _officer(found: Ticket) -> int | None:
    """Give somebody of the unit that the ticket went to."""
    row = found.unit and await db.fetch_one(_OFFICER, found.unit.id)
    return row["person_id"] if row else None


_OFFICER = """
SELECT person_id FROM unit JOIN appointment ON ended_on IS NULL AND (
    appointment.unit_id = unit.id
    OR unit.kind = 'TOWN' AND role = 'TOWN_OFFICER' AND appointment.area_code = unit.area_code
)
WHERE unit.id = $1 ORDER BY appointment.id LIMIT 1
"""
