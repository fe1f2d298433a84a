"""What merchants' moves are written down as, and who is told of what happens to vouchers."""

from collections.abc import Mapping

from models import event, notification
from models.db import Connection
from models.event import Topic
from models.reward.words import VoucherState

OWNERS_HEAR = {
    VoucherState.USED: "您的兑换券已核销，使用 {price} 积分",
    VoucherState.UNDONE: "您的兑换券核销已撤销，{price} 积分已退回",
    VoucherState.EXPIRED: "您的兑换券已过期，{price} 积分已退回",
    VoucherState.CANCELLED: "商户已停业，您的兑换券已作废，{price} 积分已退回",
}
"""What the owner of a voucher is told when somebody else, or time, has ended it."""
ISSUED_VERSION = 1
"""A voucher is issued, ends, and may be undone: so its events are numbered."""


async def voucher_ended(  # noqa: PLR0913 - the sides of one end
    connection: Connection,
    voucher_id: int,
    *,
    person_id: int,
    price_points: int,
    state: VoucherState,
    area_code: str,
    actor_id: int | None,
) -> None:
    """Write down that a voucher ended, for those who watch it, and tell its owner.

    Who gave their own voucher back knows it. The caller holds the lock of its account.
    """
    is_undone = state is VoucherState.UNDONE
    await event.record(
        connection,
        topic=Topic.VOUCHER,
        thing_id=voucher_id,
        area_code=area_code,
        version=ISSUED_VERSION + (2 if is_undone else 1),
        kind=state,
        actor_id=actor_id,
        facts={},
    )
    if actor_id == person_id and state is VoucherState.CANCELLED:
        return
    await notification.tell(
        connection,
        [person_id],
        title=OWNERS_HEAR[state].format(price=price_points),
        topic=Topic.VOUCHER,
        thing_id=voucher_id,
        area_code=area_code,
    )


async def merchant_moved(  # noqa: PLR0913 - the sides of one event
    connection: Connection,
    merchant_id: int,
    *,
    kind: str,
    version: int,
    area_code: str,
    actor_id: int,
    facts: Mapping[str, object] | None = None,
    content: Mapping[str, object] | None = None,
) -> None:
    """Write down what became of a merchant, whose row is locked."""
    await event.record(
        connection,
        topic=Topic.MERCHANT,
        thing_id=merchant_id,
        area_code=area_code,
        version=version,
        kind=kind,
        actor_id=actor_id,
        facts=facts or {},
        content=content,
    )


async def members_hear(  # noqa: PLR0913 - the sides of one message
    connection: Connection,
    merchant_id: int,
    *,
    title: str,
    topic: Topic,
    thing_id: int,
    area_code: str,
    but: int,
) -> None:
    """Tell those who act for a merchant, but not who did it."""
    rows = await connection.fetch(_MEMBERS, merchant_id)
    await notification.tell(
        connection,
        [row["person_id"] for row in rows if row["person_id"] != but],
        title=title,
        topic=topic,
        thing_id=thing_id,
        area_code=area_code,
    )


_MEMBERS = "SELECT person_id FROM merchant_member WHERE merchant_id = $1 ORDER BY person_id"
