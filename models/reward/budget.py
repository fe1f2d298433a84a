"""Telling those in charge how near a programme's budget is to its end, once a threshold.

A budget is a year's. One that is changed is another budget, which is told of anew.
"""

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
    rows = await db.fetch(_PROGRAMMES)
    told = [await _tell(row["id"]) for row in rows]
    return sum(told)


async def _tell(programme_id: int) -> bool:
    row = await db.fetch_one(_USED, programme_id)
    if row is None:
        return False
    alarm = next((alarm for alarm, least in THRESHOLDS if row["percent"] >= least), None)
    if alarm is None:
        return False
    async with db.transaction() as connection:
        fresh = await connection.fetchval(
            _TOLD, programme_id, row["budget_cents"], alarm, row["percent"]
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
            thing_id=programme_id,
            area_code=row["owner_area_code"],
        )
    return True


_PROGRAMMES = """
SELECT id FROM programme WHERE budget_cents > 0 AND closed_at IS NULL ORDER BY id
"""
# The same sums as in models/points/programme.py, without those that say nothing of the budget.
_USED = f"""
SELECT budget_cents, owner_area_code,
    least((people.outstanding + shops.owed + shops.settled_this_year) * cents_per_point * 100
        / budget_cents, {PERCENT_MOST})::int AS percent
FROM programme CROSS JOIN LATERAL (
    SELECT coalesce(sum(points), 0)::bigint AS outstanding FROM account
    WHERE programme_id = $1 AND kind = 'PERSON' AND person_id IS NOT NULL
) AS people CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount) FILTER (WHERE kind = 'PAYABLE'), 0)::bigint AS owed,
        coalesce(sum(amount) FILTER (WHERE kind = 'SETTLED'
            AND business_day >= date_trunc('year', {db.TODAY})::date), 0)::bigint
            AS settled_this_year
    FROM account JOIN entry ON entry.account_id = account.id AND asset = 'POINT'
    WHERE programme_id = $1 AND person_id IS NULL AND kind IN ('PAYABLE', 'SETTLED')
) AS shops
WHERE programme.id = $1
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
