"""The timeline of a wish: its events, as the viewer of the wish may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

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


async def events(
    wishes: Iterable[Wish], *, first: int, after: str | None
) -> dict[int, Page[WishEvent]]:
    """Give a page of each wish's events, oldest first, by its key, in one statement.

    A cursor belongs to one wish: with it, `wishes` has that one only. Raises Invalid.
    """
    asked = {wish.id: wish for wish in wishes}
    whole = dict.fromkeys(asked, True)
    pages = await _TIMELINE.pages(whole, first=first, after=after)
    return {
        key: found.map(partial(_event, sight=asked[key].sight)) for key, found in pages.items()
    }


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
