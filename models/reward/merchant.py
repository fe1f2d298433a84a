"""Merchants: who asks to take points, and who lets them."""

from typing import Any

from models import access, area, db, page, text
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.geo import Point
from models.once import once
from models.page import Page
from models.reward import record, telling
from models.reward.record import IS_MINE, MERCHANT_COLUMNS, MERCHANT_WIDTH, Merchant
from models.reward.words import MerchantState

NAME_LENGTH_MOST = 64
ADDRESS_LENGTH_MOST = 128
VILLAGE_CODE_LENGTH = 12


async def apply(  # noqa: PLR0913 - what a merchant is made of
    *,
    actor_id: int,
    area_code: str,
    name: str,
    address: str,
    point: Point,
    station_id: int | None,
    key: str,
) -> int:
    """Ask to take points as a merchant that the actor acts for; give the merchant's id.

    Raises Refusal: NOT_ALLOWED, INVALID, NOT_FOUND for an area or station that is none.
    """

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        access.check(rights, Action.MERCHANT_APPLY, Thing(owner_id=actor_id))
        if len(area_code) < VILLAGE_CODE_LENGTH or await area.hold(connection, area_code) is None:
            raise Refusal(Code.NOT_FOUND, "未找到该村（社区）", "areaCode")
        known = await connection.fetchval(_STATION, station_id)
        if station_id is not None and known is None:
            raise Refusal(Code.NOT_FOUND, "未找到该阵地", "stationId")
        merchant_id: int = await connection.fetchval(
            _APPLY,
            area_code,
            text.line(name, name="商户名称", field="name", most=NAME_LENGTH_MOST),
            text.line(address, name="地址", field="address", most=ADDRESS_LENGTH_MOST),
            station_id,
            *point,
            actor_id,
        )
        await telling.merchant_moved(
            connection,
            merchant_id,
            kind=MerchantState.APPLIED,
            version=1,
            area_code=area_code,
            actor_id=actor_id,
        )
        return merchant_id

    asked = {
        "areaCode": area_code,
        "name": name,
        "address": address,
        "point": point,
        "stationId": station_id,
    }
    return await once(act, person_id=actor_id, operation="merchantApply", key=key, asked=asked)


async def decide(*, actor_id: int, merchant_id: int, approves: bool, key: str) -> int:
    """Approve or refuse a merchant; give its id.

    Raises Refusal: NOT_FOUND out of one's area, NOT_ALLOWED for one's own, ILLEGAL_MOVE for what
    was decided before.
    """

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_LOCK, merchant_id, actor_id)
        if row is None or not rights.may(
            Action.MERCHANT_APPROVE, Thing(area_code=row["area_code"])
        ):
            raise Refusal(Code.NOT_FOUND, "未找到该商户", "merchantId")
        if row["is_mine"]:
            raise Refusal(Code.NOT_ALLOWED, "不能审核本人的商户", "merchantId")
        if row["state"] != MerchantState.APPLIED:
            raise Refusal(Code.ILLEGAL_MOVE, "该商户已审核", "merchantId")
        state = MerchantState.APPROVED if approves else MerchantState.REFUSED
        await connection.execute(_DECIDE, merchant_id, state)
        await _tell(connection, merchant_id, row, state, actor_id)
        return merchant_id

    operation = "merchantApprove" if approves else "merchantRefuse"
    asked = {"merchantId": merchant_id}
    return await once(act, person_id=actor_id, operation=operation, key=key, asked=asked)


async def _tell(
    connection: Connection,
    merchant_id: int,
    row: Any,  # noqa: ANN401 - _LOCK
    state: MerchantState,
    actor_id: int,
) -> None:
    await telling.merchant_moved(
        connection,
        merchant_id,
        kind=state,
        version=row["version"] + 1,
        area_code=row["area_code"],
        actor_id=actor_id,
    )
    await telling.members_hear(
        connection,
        merchant_id,
        title=f"您申请的商户{state.chinese}",
        topic=Topic.MERCHANT,
        thing_id=merchant_id,
        area_code=row["area_code"],
        but=actor_id,
    )


async def merchant(key: int, *, viewer_id: int | None) -> Merchant | None:
    """Give a merchant: those approved to everybody, others to members and those in charge."""
    row = await db.fetch_one(_MERCHANT, key, viewer_id)
    return _made(row) if row and _may_see(row) else None


async def merchants(*, viewer_id: int, first: int, after: str | None) -> Page[Merchant]:
    """Give a page of the merchants that the viewer acts for or is in charge of, newest first.

    Raises Invalid.
    """
    asked = page.digest("merchants", viewer_id)
    last = page.key_after(after, asked, int)[0] if after else _KEY_MOST
    held = await access.rights_of(viewer_id)
    areas = list(held.areas(Action.MERCHANT_APPROVE))
    rows = await db.fetch(_MERCHANTS, viewer_id, areas, last, page.size(first) + 1)
    return page.cut(list(map(_made, rows)), first, asked, lambda one: (one.id,))


def _may_see(row: Any) -> bool:  # noqa: ANN401 - a row of _MERCHANT
    if row["is_mine"] or row["state"] == MerchantState.APPROVED:
        return True
    thing = Thing(area_code=row["area_code"])
    return access.read(row["rights"]).may(Action.MERCHANT_APPROVE, thing)


def _made(row: Any) -> Merchant:  # noqa: ANN401 - a row that begins with MERCHANT_COLUMNS
    return record.merchant(row[:MERCHANT_WIDTH], is_mine=row["is_mine"])


_KEY_MOST = 2**63 - 1
_STATION = "SELECT id FROM station WHERE id = $1"
_APPLY = """
WITH made AS (
    INSERT INTO merchant (area_code, name, address, station_id, longitude, latitude, state,
        applied_by_id)
    VALUES ($1, $2, $3, $4, $5, $6, 'APPLIED', $7) RETURNING id
)
INSERT INTO merchant_member (merchant_id, person_id, is_owner) SELECT id, $7, true FROM made
RETURNING merchant_id
"""
_LOCK = f"""
SELECT area_code, state, version, {IS_MINE.format(viewer="$2")} AS is_mine FROM merchant
WHERE id = $1 FOR UPDATE
"""  # noqa: S608 - constants
_DECIDE = "UPDATE merchant SET state = $2, version = version + 1 WHERE id = $1"
_MERCHANT = f"""
SELECT {MERCHANT_COLUMNS}, {IS_MINE.format(viewer="$2")} AS is_mine,
    {access.rights_sql("$2")} AS rights
FROM merchant WHERE id = $1
"""  # noqa: S608 - constants
_MERCHANTS = f"""
SELECT {MERCHANT_COLUMNS}, {IS_MINE.format(viewer="$1")} AS is_mine FROM merchant
WHERE id < $3 AND ({IS_MINE.format(viewer="$1")} OR EXISTS (
    SELECT FROM unnest($2::text[]) AS reached (code)
    WHERE merchant.area_code >= reached.code COLLATE "C"
        AND merchant.area_code < reached.code || ':' COLLATE "C"
))
ORDER BY id DESC LIMIT $4
"""  # noqa: S608 - constants
