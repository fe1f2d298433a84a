"""What is odd about the use of a voucher: it goes through, and those who look into it see why."""

from typing import NamedTuple

from models.db import Connection
from models.geo import Point, distance_meters
from models.reward.words import FlagKind

VELOCITY_MOST = 5
BURST_MOST = 20
FAR_METERS = 1_000.0
DAY_POINTS_MOST = 20_000


class Facts(NamedTuple):
    """What was the case when a voucher was verified, itself counted in."""

    is_member: bool
    is_household: bool
    used_in_hour: int
    verified_in_minutes: int
    day_points: int
    shop: Point


def flags(facts: Facts, *, verified_at: Point | None) -> list[FlagKind]:
    """Name what is odd; where it was verified is known only if the phone said so."""
    is_far = verified_at is not None and distance_meters(facts.shop, verified_at) > FAR_METERS
    found = {
        FlagKind.MEMBER: facts.is_member,
        FlagKind.HOUSEHOLD: facts.is_household,
        FlagKind.VELOCITY: facts.used_in_hour > VELOCITY_MOST,
        FlagKind.BURST: facts.verified_in_minutes > BURST_MOST,
        FlagKind.FAR: is_far,
        FlagKind.DAY_CAP: facts.day_points > DAY_POINTS_MOST,
    }
    return [kind for kind, is_so in found.items() if is_so]


async def note(
    connection: Connection, *, voucher_id: int, household_id: int | None, at: Point | None
) -> list[FlagKind]:
    """Write down what is odd about a voucher that was just verified by that household."""
    row = await connection.fetchrow(_FACTS, voucher_id, household_id)
    assert row, "the voucher is there"
    facts = Facts(
        row["is_member"],
        row["is_household"],
        row["used_in_hour"],
        row["verified_in_minutes"],
        row["day_points"],
        Point(row["longitude"], row["latitude"]),
    )
    found = flags(facts, verified_at=at)
    if found:
        await connection.execute(_NOTE, voucher_id, found)
    return found


_FACTS = """
SELECT EXISTS (
        SELECT FROM merchant_member WHERE merchant_id = used.merchant_id
            AND person_id = used.person_id
    ) AS is_member, EXISTS (
        SELECT FROM residence WHERE person_id = used.person_id AND state = 'CONFIRMED'
            AND household_id = $2
    ) AS is_household, (
        SELECT count(*) FROM voucher WHERE person_id = used.person_id AND state = 'USED'
            AND ended_at > now() - interval '1 hour'
    ) AS used_in_hour, recent.verified_in_minutes, recent.day_points,
    merchant.longitude, merchant.latitude
FROM voucher AS used JOIN merchant ON merchant.id = used.merchant_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE ended_at > now() - interval '10 minutes')
        AS verified_in_minutes,
        sum(price_points)::bigint AS day_points
    FROM voucher WHERE voucher.merchant_id = used.merchant_id AND state = 'USED'
        AND ended_at >= date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai')
            AT TIME ZONE 'Asia/Shanghai'
) AS recent
WHERE used.id = $1
"""
_NOTE = "INSERT INTO voucher_flag (voucher_id, kind) SELECT $1, unnest($2::text[])"
