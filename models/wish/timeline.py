"""The timeline of a wish: its events, as the viewer of the wish may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from models import timeline
from models.event import Topic
from models.file import Photo
from models.page import Page
from models.person import Person
from models.timeline import Happened, Timeline
from models.wish.record import Sight, Wish
from models.wish.words import BOARD_STATES, Move, Party, State


@dataclass(frozen=True, slots=True)
class WishEvent:
    """One thing that happened to a wish; `state` is where it then stood.

    `party` is as what somebody did it; `actor` is None for who is not shown to this viewer.
    """

    id: int
    version: int
    kind: Move
    state: State
    party: Party
    actor: Person | None
    text: str | None
    reason: str | None
    photos: tuple[Photo, ...]
    at: datetime


class EventsAsked(NamedTuple):
    """Which page of a wish's events is asked for."""

    wish: Wish
    first: int
    after: str | None


async def events_of_each(asked: Sequence[EventsAsked]) -> list[Page[WishEvent]]:
    """Give each page of events, oldest first, in one statement; raises Invalid."""
    pages = await _TIMELINE.pages(
        [timeline.Asked(one.wish.id, True, one.first, one.after) for one in asked]
    )
    return [
        page.map(partial(_event, sight=one.wish.sight))
        for one, page in zip(asked, pages, strict=True)
    ]


async def events_at(wishes: Iterable[Wish], versions: Iterable[int]) -> list[WishEvent | None]:
    """Give the event of each wish at the version beside it; None where there is none."""
    asked = list(wishes)
    found = await _TIMELINE.at([wish.id for wish in asked], versions)
    return [
        _event(happened, sight=wish.sight) if happened else None
        for wish, happened in zip(asked, found, strict=True)
    ]


def _event(happened: Happened, sight: Sight) -> WishEvent:
    facts, kind = happened.facts, Move(happened.kind)
    state = State(facts["to"])
    # Who claimed is no part of what came before the board: that is between the wisher and staff.
    is_inside = kind in _BEFORE or state not in BOARD_STATES
    sees = sight.is_own or sight.is_staff or (sight.is_claimant and not is_inside)
    return WishEvent(
        id=happened.id,
        version=happened.version,
        kind=kind,
        state=state,
        party=Party(facts["by"]),
        actor=_actor(happened) if sees else None,
        text=happened.text if sees else None,
        reason=facts.get("reason") if sees else None,
        photos=happened.photos if sees else (),
        at=happened.at,
    )


def _actor(happened: Happened) -> Person | None:
    if happened.actor_id is None or happened.actor_name is None:
        return None
    return Person(happened.actor_id, happened.actor_name)


_BEFORE = frozenset({Move.DRAFT, Move.SUBMIT, Move.CHECK, Move.PUBLISH, Move.REJECT})
_TIMELINE = Timeline(Topic.WISH)
