"""Demo wishes: made by a development resident of their own in the development village."""

import random
from uuid import uuid4

from api.alive.people import person_of
from api.city import DEVELOPMENT_GRID, hopes
from models import area, wish
from models.wish import OVER_STATES, Filter, Move, Proposal, Request, State, Wish

WISHES_MOST = 2

NEXT: dict[State, tuple[str, Request]] = {
    State.REVIEWING: ("cadre", Request(move=Move.PUBLISH)),
    State.PUBLISHED: ("volunteer", Request(move=Move.CLAIM, text="我来帮忙")),
    State.CLAIMED: ("volunteer", Request(move=Move.DELIVER)),
    State.DELIVERING: ("volunteer", Request(move=Move.FULFIL, text="已送到家中")),
    State.FULFILLED: ("resident", Request(move=Move.CONFIRM)),
}
"""What happens next to a demo wish, and by whom."""
_OPEN = tuple(state for state in State if state not in OVER_STATES)


async def step(randomness: random.Random) -> bool:
    """Make a demo wish, or move one on; says whether there is a city for it."""
    if await area.find(DEVELOPMENT_GRID) is None:
        return False
    resident = await person_of("resident")
    mine = Filter(is_mine=True, states=_OPEN)
    page = await wish.wishes(mine, person_id=resident, first=WISHES_MOST, after=None)
    if len(page.items) < WISHES_MOST and randomness.random() < 1 / (1 + 2 * len(page.items)):
        hope = randomness.choice(hopes.HOPES)
        proposal = Proposal(
            title=hope.title,
            text=hope.text,
            category=hope.category,
            beneficiary=hope.beneficiary,
            budget_cents=hope.budget_cents,
        )
        await wish.submit(proposal, person_id=resident, key=uuid4().hex)
    elif page.items:
        await _move(randomness.choice(page.items))
    return True


async def _move(found: Wish) -> None:
    if found.state in NEXT:
        name, request = NEXT[found.state]
        who = await person_of(name)
        await wish.move(found.id, request, person_id=who, key=uuid4().hex)
