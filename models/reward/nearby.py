"""Offers: those that can be redeemed, near somebody or not, and one by its key."""

from typing import Any

from models import access, db, page
from models.access import Action, Thing
from models.boxes import meters_sql
from models.geo import Point
from models.page import Page
from models.points.record import PROGRAMME_WIDTH
from models.reward import record
from models.reward.record import (
    IS_MINE,
    MERCHANT_WIDTH,
    REWARD_COLUMNS,
    REWARD_SOURCES,
    REWARD_WIDTH,
    NearbyReward,
    Reward,
)
from models.reward.words import RewardState

WIDTH = REWARD_WIDTH + PROGRAMME_WIDTH + MERCHANT_WIDTH
NOWHERE_METERS = 1e9
"""Where offers without a distance stand in the order of distances: at the end."""


async def rewards(
    *, near: Point | None, viewer_id: int | None, first: int, after: str | None
) -> Page[NearbyReward]:
    """Give a page of open offers, nearest shop first and online ones last, or the newest first.

    Whoever has points somewhere sees the offers of those programmes, others see all. Raises
    Invalid.
    """
    asked = page.digest("rewards", near, viewer_id)
    start = page.key_after(after, asked, float, int) if after else (-1.0, 0)
    point = near or Point(0.0, 0.0)
    rows = await db.fetch(
        _REWARDS, viewer_id, near is not None, *point, *start, page.size(first) + 1
    )
    return page.cut(
        [(_near(row), row["order"]) for row in rows],
        first,
        asked,
        lambda one: (one[1], one[0].reward.id),
    ).map(lambda one: one[0])


async def reward(key: int, *, viewer_id: int | None) -> Reward | None:
    """Give an offer: one that was approved to everybody, others to members and the owner.

    A draft is for members alone.
    """
    row = await db.fetch_one(_REWARD, key, viewer_id)
    return _made(row) if row and _may_see(row) else None


async def rewards_of(
    merchant_id: int, *, viewer_id: int | None, first: int, after: str | None
) -> Page[NearbyReward]:
    """Give a page of a merchant's offers, the newest first; not all are seen by everybody.

    Raises Invalid.
    """
    asked = page.digest("rewards of", merchant_id, viewer_id)
    last = page.key_after(after, asked, int)[0] if after else 2**63 - 1
    rows = await db.fetch(_REWARDS_OF, merchant_id, viewer_id, last, page.size(first) + 1)
    found = [NearbyReward(_made(row), None) for row in rows]
    return page.cut(found, first, asked, lambda one: (one.reward.id,))


async def waiting(*, viewer_id: int, first: int, after: str | None) -> Page[NearbyReward]:
    """Give a page of the offers that wait for the viewer's approval, the oldest first.

    Those of one's own merchants wait for somebody else. Raises Invalid.
    """
    asked = page.digest("rewards waiting", viewer_id)
    last = page.key_after(after, asked, int)[0] if after else 0
    held = await access.rights_of(viewer_id)
    areas = list(held.areas(Action.REWARD_APPROVE))
    rows = await db.fetch(_WAITING, viewer_id, areas, last, page.size(first) + 1)
    found = [NearbyReward(_made(row), None) for row in rows]
    return page.cut(found, first, asked, lambda one: (one.reward.id,))


def _near(row: Any) -> NearbyReward:  # noqa: ANN401 - _REWARDS
    return NearbyReward(_made(row), row["distance_meters"])


def _made(row: Any) -> Reward:  # noqa: ANN401 - a row that begins with REWARD_COLUMNS
    return record.reward(row[:WIDTH], is_mine=row["is_mine"])


def _may_see(row: Any) -> bool:  # noqa: ANN401 - _REWARD
    is_public = row["state_of_offer"] in {RewardState.OPEN, RewardState.CLOSED}
    if is_public or row["is_mine"]:
        return True
    if row["state_of_offer"] == RewardState.DRAFT:
        return False
    thing = Thing(area_code=row["owner_area_code"])
    return access.read(row["rights"]).may(Action.REWARD_APPROVE, thing)


_DISTANCE = meters_sql("merchant", longitude="$3", latitude="$4")
_REWARDS = f"""
SELECT * FROM (
    SELECT {REWARD_COLUMNS}, {IS_MINE.format(viewer="$1")} AS is_mine, far.distance_meters,
        CASE WHEN $2 THEN coalesce(far.distance_meters, {NOWHERE_METERS})
            ELSE {NOWHERE_METERS} - reward.id END AS "order", reward.id AS key
    FROM {REWARD_SOURCES} CROSS JOIN LATERAL (
        SELECT CASE WHEN $2 AND channel = 'OFFLINE' THEN {_DISTANCE} END AS distance_meters
    ) AS far
    WHERE reward.state = 'OPEN' AND merchant.state = 'APPROVED'
        AND (reward.opens_at IS NULL OR reward.opens_at <= now())
        AND (reward.closes_at IS NULL OR reward.closes_at > now())
        AND (reward.programme_id IN (
                SELECT programme_id FROM account WHERE person_id = $1 AND kind = 'PERSON'
            ) OR NOT EXISTS (SELECT FROM account WHERE person_id = $1 AND kind = 'PERSON'))
) AS open
WHERE ("order", key) > ($5, $6) ORDER BY "order", key LIMIT $7
"""  # noqa: S608 - constants
_REWARD = f"""
SELECT {REWARD_COLUMNS}, {IS_MINE.format(viewer="$2")} AS is_mine,
    reward.state AS state_of_offer, {access.rights_sql("$2")} AS rights
FROM {REWARD_SOURCES} WHERE reward.id = $1
"""  # noqa: S608 - constants
_REWARDS_OF = f"""
SELECT {REWARD_COLUMNS}, {IS_MINE.format(viewer="$2")} AS is_mine
FROM {REWARD_SOURCES}
WHERE reward.merchant_id = $1 AND reward.id < $3
    AND (reward.state IN ('OPEN', 'CLOSED') OR {IS_MINE.format(viewer="$2")})
ORDER BY reward.id DESC LIMIT $4
"""  # noqa: S608 - constants
_WAITING = f"""
SELECT {REWARD_COLUMNS}, false AS is_mine FROM {REWARD_SOURCES}
WHERE reward.state = 'PENDING' AND reward.id > $3 AND NOT {IS_MINE.format(viewer="$1")}
    AND EXISTS (
        SELECT FROM unnest($2::text[]) AS reached (code)
        WHERE starts_with(programme.owner_area_code, reached.code)
    )
ORDER BY reward.id LIMIT $4
"""  # noqa: S608 - constants
