"""What merchants are owed for a month, as a table to download."""

from typing import Any

from models import access, db, file, sheet
from models.access import Action, Thing
from models.errors import Code, Refusal
from models.file import File
from models.reward.settle import OWED_IN_MONTH, check_month

HEADER = ("商户", "笔数", "积分", "金额（元）", "状态")
ROWS_MOST = 10_000
CENTS = 100


async def export(programme_id: int, *, month: str, person_id: int) -> File:
    """Write what every merchant is owed for a month of a programme to a table for the person.

    Raises Refusal: INVALID for no month, NOT_FOUND for who may not settle there, LIMIT_REACHED.
    """
    check_month(month)
    async with db.transaction() as connection:
        await file.check_room(connection, person_id)
        row = await connection.fetchrow(_OWNER, programme_id, person_id)
        if row is None or not access.read(row["rights"]).may(
            Action.POINTS_SETTLE, Thing(area_code=row["owner_area_code"])
        ):
            raise Refusal(Code.NOT_FOUND, "未找到该积分项目", "programmeId")
        rows = await connection.fetch(_OWED, programme_id, month, ROWS_MOST)
    written = sheet.write(month, HEADER, list(map(_line, rows)))
    return await file.keep_table(written, person_id=person_id)


def _line(row: Any) -> tuple[str, int, int, float, str]:  # noqa: ANN401 - _OWED
    yuan = row["points"] * row["cents_per_point"] / CENTS
    state = "已结算" if row["is_settled"] else "未结算"
    return row["name"], row["count"], row["points"], yuan, state


_OWNER = f"""
SELECT owner_area_code, {access.rights_sql("$2")} AS rights FROM programme WHERE id = $1
"""  # noqa: S608 - constants
_OWED = f"""
SELECT merchant.name, owed.points, owed.count, programme.cents_per_point, EXISTS (
        SELECT FROM settlement WHERE settlement.programme_id = programme.id
            AND settlement.merchant_id = merchant.id AND month = $2
    ) AS is_settled
FROM programme JOIN account AS payable ON payable.programme_id = programme.id
    AND payable.kind = 'PAYABLE' AND payable.person_id IS NULL
JOIN merchant ON merchant.id = payable.merchant_id CROSS JOIN LATERAL (
    {OWED_IN_MONTH.format(merchant="merchant.id", month="$2")}
) AS owed
WHERE programme.id = $1 AND owed.points <> 0 ORDER BY merchant.id LIMIT $3
"""  # noqa: S608 - constants
