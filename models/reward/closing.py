"""Closing a merchant: its offers close with it, and vouchers that nobody has used are given back.

From the moment of closing nothing can be redeemed or verified there. The vouchers are given back
by the same job that lets others expire (ending.py): each locks an account, and there can be many.
"""

from models import access, text
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.once import once
from models.reward import telling
from models.reward.record import IS_OWNER
from models.reward.words import MerchantState

REASON_LENGTH_MOST = 200


async def close_merchant(*, actor_id: int, merchant_id: int, reason: str, key: str) -> int:
    """Close a merchant for good, as its owner or in charge of its area; give its id.

    What it is owed is settled as ever. Raises Refusal: NOT_FOUND, INVALID, ILLEGAL_MOVE for one
    that is closed.
    """

    async def act(connection: Connection) -> int:
        said = text.line(reason, name="原因", field="reason", most=REASON_LENGTH_MOST)
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_LOCK, merchant_id, actor_id)
        if row is None or not rights.may(
            Action.MERCHANT_CLOSE,
            Thing(owner_id=actor_id if row["is_owner"] else None, area_code=row["area_code"]),
        ):
            raise Refusal(Code.NOT_FOUND, "未找到该商户", "merchantId")
        if row["state"] == MerchantState.CLOSED:
            raise Refusal(Code.ILLEGAL_MOVE, "该商户已停业", "merchantId")
        await connection.execute(_CLOSE, merchant_id)
        await connection.execute(_LOCK_OFFERS, merchant_id)
        await connection.execute(_CLOSE_OFFERS, merchant_id, actor_id)
        await telling.merchant_moved(
            connection,
            merchant_id,
            kind=MerchantState.CLOSED,
            version=row["version"] + 1,
            area_code=row["area_code"],
            actor_id=actor_id,
            content={"reason": said},
        )
        await telling.members_hear(
            connection,
            merchant_id,
            title="您的商户已停业，兑换项目已下架",
            topic=Topic.MERCHANT,
            thing_id=merchant_id,
            area_code=row["area_code"],
            but=actor_id,
        )
        return merchant_id

    asked = {"merchantId": merchant_id, "reason": reason}
    return await once(act, person_id=actor_id, operation="merchantClose", key=key, asked=asked)


_LOCK = f"""
SELECT area_code, state, version, {IS_OWNER.format(viewer="$2")} AS is_owner FROM merchant
WHERE id = $1 FOR NO KEY UPDATE
"""  # noqa: S608 - constants
_CLOSE = "UPDATE merchant SET state = 'CLOSED', version = version + 1 WHERE id = $1"
_LOCK_OFFERS = """
SELECT FROM reward WHERE merchant_id = $1 AND state <> 'CLOSED' ORDER BY id FOR NO KEY UPDATE
"""
_CLOSE_OFFERS = """
WITH closed AS (
    UPDATE reward SET state = 'CLOSED', version = version + 1
    WHERE merchant_id = $1 AND state <> 'CLOSED' RETURNING id, version, programme_id
), happened AS (
    INSERT INTO event (topic, thing_id, area_code, version, actor_id, kind, facts)
    SELECT 'reward', closed.id, programme.owner_area_code, closed.version, $2, 'CLOSED', '{}'
    FROM closed JOIN programme ON programme.id = closed.programme_id RETURNING id, area_code
)
INSERT INTO outbox (event_id, area_code) SELECT id, area_code FROM happened
"""
