"""Telling those in charge how near a programme's budget is to its end, once a threshold.

A budget is a year's. One that is changed is another budget, which is told of anew.
"""

from typing import Any

from models import db, event, notification
from models.event import Topic
from models.points.programme import EXCEEDED_PERCENT, NOTICE_PERCENT, WARNING_PERCENT
from models.points.words import Alarm
from models.role import Role

TELLERS = (Role.VILLAGE_CADRE, Role.TOWN_OFFICER)
"""Whose budget it is: those who settle with merchants in the programme's area."""
TITLES = {
    Alarm.NOTICE: "积分预算已使用 {percent}%，请关注",
    Alarm.WARNING: "积分预算已使用 {percent}%，接近上限",
    Alarm.EXCEEDED: "积分预算已使用 {percent}%，已超出上限",
}
PERCENT_MOST = 1_000_000
THRESHOLDS = (
    (Alarm.EXCEEDED, EXCEEDED_PERCENT),
    (Alarm.WARNING, WARNING_PERCENT),
    (Alarm.NOTICE, NOTICE_PERCENT),
)


async def tell_budgets() -> int:
    """Tell of every budget that has passed a threshold since the last time; give how many.

    Of one that has passed several at once the highest is told.
    """
    rows = await db.fetch(_USED, NOTICE_PERCENT, PERCENT_MOST)
    told = [await _tell(row) for row in rows]
    return sum(told)


async def _tell(row: Any) -> bool:  # noqa: ANN401 - _USED
    alarm = next(alarm for alarm, least in THRESHOLDS if row["percent"] >= least)
    async with db.transaction() as connection:
        fresh = await connection.fetchval(
            _TOLD, row["id"], row["budget_cents"], alarm, row["percent"]
        )
        if not fresh:
            return False
        above = [row["owner_area_code"][:length] for length in event.CODE_LENGTHS]
        people = await connection.fetch(_IN_CHARGE, above, list(TELLERS))
        await notification.tell(
            connection,
            [one["person_id"] for one in people],
            title=TITLES[alarm].format(percent=row["percent"]),
            topic=Topic.PROGRAMME,
            thing_id=row["id"],
            area_code=row["owner_area_code"],
        )
    return True


# The same sums as in models/points/programme.py, without those that say nothing of the budget.
_USED = f"""
WITH people AS (
    SELECT programme_id, sum(points) AS points FROM account
    WHERE kind = 'PERSON' AND person_id IS NOT NULL GROUP BY programme_id
), shops AS (
    SELECT programme_id, sum(amount) AS points
    FROM account JOIN entry ON entry.account_id = account.id AND asset = 'POINT'
    WHERE person_id IS NULL AND (kind = 'PAYABLE' OR kind = 'SETTLED'
        AND business_day >= date_trunc('year', {db.TODAY})::date)
    GROUP BY programme_id
), used AS (
    SELECT programme.id, budget_cents, owner_area_code,
        least(trunc((coalesce(people.points, 0) + coalesce(shops.points, 0)) * cents_per_point
            * 100 / budget_cents), $2::int)::int AS percent
    FROM programme LEFT JOIN people ON people.programme_id = programme.id
    LEFT JOIN shops ON shops.programme_id = programme.id
    WHERE budget_cents > 0 AND closed_at IS NULL
)
SELECT id, budget_cents, owner_area_code, percent FROM used WHERE percent >= $1::int ORDER BY id
"""  # noqa: S608 - constants
# A higher threshold that was told of stands for the lower ones.
_TOLD = f"""
INSERT INTO budget_alarm (programme_id, year, budget_cents, alarm, used_percent)
SELECT $1, asked.year, $2::bigint, $3::text, $4::int
FROM (SELECT extract(year FROM {db.TODAY})::int AS year) AS asked
WHERE NOT EXISTS (
    SELECT FROM budget_alarm AS told WHERE told.programme_id = $1 AND told.year = asked.year
        AND told.budget_cents = $2 AND told.used_percent >= $4
)
ON CONFLICT (programme_id, year, budget_cents, alarm) DO NOTHING RETURNING true
"""  # noqa: S608 - constants
_IN_CHARGE = f"""
SELECT DISTINCT person_id FROM appointment
WHERE role = ANY($2::text[]) AND area_code = ANY($1::text[])
    AND started_on <= {db.TODAY} AND (ended_on IS NULL OR ended_on >= {db.TODAY})
ORDER BY person_id
"""  # noqa: S608 - constants
