"""Lists of wishes: the board, one's own, and what waits for those in charge; and what is near.

The board is everybody's and is one statement. What is on no board is the wisher's own, or lies in
the areas of an office.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from models import access, db, page
from models.access import Action, Rights
from models.area.record import is_code
from models.boxes import meters_sql
from models.errors import Invalid
from models.geo import Point
from models.page import Page
from models.statement import Statement
from models.wish import board
from models.wish.home import BOXES
from models.wish.record import COLUMNS, JOINS, Wish, from_row
from models.wish.words import BOARD_STATES, Beneficiary, Category, State

NEAR_METERS_MOST = 10_000
_PERSON = "$2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which wishes are asked for; what is None or empty does not matter.

    `area_code` is an area with all below it. Without `states` it is the board, but all of what
    is somebody's own or was claimed by them.
    """

    states: tuple[State, ...] = ()
    categories: tuple[Category, ...] = ()
    beneficiaries: tuple[Beneficiary, ...] = ()
    area_code: str | None = None
    is_mine: bool = False
    is_claimed_by_me: bool = False


@dataclass(frozen=True, slots=True)
class NearbyWish:
    """A wish and how far the centre of its grid is."""

    wish: Wish
    distance_meters: float


async def wishes(
    wanted: Filter, *, person_id: int | None, first: int, after: str | None
) -> Page[Wish]:
    """Give a page of the wishes that a person may see, the newest first, what is over last.

    Raises Invalid.
    """
    _check(wanted)
    asked = page.digest("wishes", person_id, *_stated(wanted))
    if person_id is not None:
        return await _read(wanted, asked, person_id=person_id, first=first, after=after)
    read = partial(_read, wanted, asked, person_id=None, first=first, after=after)
    return await board.kept((asked, first, after), read)


async def near(
    point: Point,
    *,
    within_meters: int,
    categories: Sequence[Category],
    person_id: int | None,
    first: int,
) -> list[NearbyWish]:
    """Give the wishes near a point that wait to be claimed: nearest first, then oldest.

    Raises Invalid.
    """
    if not 0 < within_meters <= NEAR_METERS_MOST:
        raise Invalid(f"范围须在 1 到 {NEAR_METERS_MOST} 米之间")
    boxes = BOXES.around(point, meters=within_meters)
    wanted = list(categories or Category)
    rows = await db.fetch(_NEAR, boxes, person_id, *point, within_meters, page.size(first), wanted)
    seen = [(from_row(row), row["distance_meters"]) for row in rows]
    return [NearbyWish(wish, meters) for wish, meters in seen if wish]


async def counts(area_code: str, *, person_id: int | None) -> dict[State, int]:
    """Count the wishes of an area and all below it by state; raises Invalid.

    What is on no board is counted for those who may see it.
    """
    if not is_code(area_code):
        raise Invalid("区划代码无法识别")
    row = await db.fetch_one(_COUNTS, area_code, person_id)
    assert row, "an aggregate is one row"
    held = access.read(row["rights"])
    is_staff = held.may(Action.WISH_READ, access.Thing(area_code=area_code))
    shown = [state for state in State if state is not State.DRAFT] if is_staff else BOARD_STATES
    found = dict(zip(row["states"], row["counts"], strict=True))
    return {state: found.get(state, 0) for state in shown}


async def _read(
    wanted: Filter, asked: str, *, person_id: int | None, first: int, after: str | None
) -> Page[Wish]:
    rank, key = page.key_after(after, asked, int, int) if after else (-1, 0)
    statement = Statement([rank, person_id, key, page.size(first) + 1])
    statement.where("(rank, wish.id) > ($1, $3)")
    _narrow(wanted, statement)
    scopes = await _scopes(wanted, statement, person_id)
    if not scopes:
        return Page((), (), has_next_page=False)
    sql = _PAGE.format(page=statement.first_of("wish", scopes, limit="$4"))
    rows = await db.fetch(sql, *statement.arguments)
    listed = page.cut(rows, first, asked, lambda row: (row["rank"], row["id"]))
    seen = [
        (wish, cursor)
        for row, cursor in zip(listed.items, listed.cursors, strict=True)
        if (wish := from_row(row))
    ]
    items, cursors = tuple(wish for wish, _ in seen), tuple(cursor for _, cursor in seen)
    return Page(items, cursors, listed.has_next_page)


def _check(wanted: Filter) -> None:
    if wanted.area_code is not None and not is_code(wanted.area_code):
        raise Invalid("区划代码无法识别")


def _stated(wanted: Filter) -> tuple[object, ...]:
    return (
        sorted(set(wanted.states)),
        sorted(set(wanted.categories)),
        sorted(set(wanted.beneficiaries)),
        wanted.area_code,
        wanted.is_mine,
        wanted.is_claimed_by_me,
    )


def _narrow(wanted: Filter, statement: Statement) -> None:
    if wanted.area_code is not None:
        statement.where(statement.subtree("wish", wanted.area_code))
    for column, words in (
        ("state", wanted.states),
        ("category", wanted.categories),
        ("beneficiary", wanted.beneficiaries),
    ):
        if words:
            statement.where(f"{column} = ANY({statement.add(list(words))})")


async def _scopes(wanted: Filter, statement: Statement, person_id: int | None) -> list[str]:
    """Give the conditions of which a wish must meet one to be listed."""
    if wanted.is_claimed_by_me:
        statement.where(_CLAIMED)
    if wanted.is_mine:
        return [f"wisher_id = {_PERSON}", f"helper_id = {_PERSON}"]
    if wanted.is_claimed_by_me:
        return ["true"]
    public = set(wanted.states).intersection(BOARD_STATES) if wanted.states else BOARD_STATES
    scopes = [f"state = ANY({statement.add(list(public))})"] if public else []
    if set(wanted.states) <= set(BOARD_STATES) or person_id is None:
        return scopes
    own = [f"wisher_id = {_PERSON}", f"helper_id = {_PERSON}"]
    held = await access.rights_of(person_id)
    return [*scopes, *own, *_offices(held, statement)]


def _offices(held: Rights, statement: Statement) -> list[str]:
    codes = held.areas(Action.WISH_READ)
    return [
        f"{statement.subtree('wish', code) if code else 'true'} AND state <> 'DRAFT'"
        for code in codes
    ]


_CLAIMED = """wish.id IN (
    SELECT wish_id FROM wish_claim
    WHERE person_id = $2 AND (outcome IS NULL OR outcome = 'CONFIRMED')
)"""
_PAGE = f"""
SELECT {COLUMNS} FROM ({{page}}) AS page JOIN wish ON wish.id = page.id {JOINS}
ORDER BY page.rank, page.id
"""  # noqa: S608 - constants
_DISTANCE = meters_sql("wish", longitude="$3", latitude="$4")
_NEAR = f"""
SELECT {COLUMNS}, near.distance_meters FROM (
    SELECT * FROM (
        SELECT id, published_at, {_DISTANCE} AS distance_meters FROM wish
        WHERE box = ANY($1) AND state = 'PUBLISHED' AND category = ANY($7)
    ) AS far
    WHERE distance_meters <= $5 ORDER BY distance_meters, published_at, id LIMIT $6
) AS near JOIN wish ON wish.id = near.id {JOINS}
ORDER BY near.distance_meters, near.published_at, near.id
"""  # noqa: S608 - constants
_COUNTS = f"""
SELECT coalesce(array_agg(state ORDER BY state), '{{}}') AS states,
    coalesce(array_agg(found.count ORDER BY state), '{{}}') AS counts,
    {access.rights_sql("$2")} AS rights
FROM (
    SELECT state, count(*) FROM wish
    WHERE area_code >= $1 COLLATE "C" AND area_code < $1 || ':' COLLATE "C" GROUP BY state
) AS found
"""  # noqa: S608 - constants
