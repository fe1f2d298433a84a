"""Offers: made and changed by merchants, opened by the programme's owner.

Who decides says which version they saw: what was approved is what was seen.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import access, event, text
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.once import once
from models.reward import telling
from models.reward.record import IS_MINE
from models.reward.words import Channel, MerchantState, RewardState

TITLE_LENGTH_MOST = 64
PRICE_MOST = 1_000_000
STOCK_MOST = 1_000_000
LIMIT_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an offer says, as a merchant gives it."""

    channel: Channel
    title: str
    price_points: int
    person_limit: int | None
    opens_at: datetime | None
    closes_at: datetime | None

    def checked(self) -> tuple[object, ...]:
        """Give the columns in the order of _COLUMNS; raises Refusal INVALID."""
        title = text.line(self.title, name="标题", field="title", most=TITLE_LENGTH_MOST)
        _within(self.price_points, PRICE_MOST, "兑换积分", "pricePoints")
        if self.person_limit is not None:
            _within(self.person_limit, LIMIT_MOST, "每人限兑", "personLimit")
        for name, moment in (("opensAt", self.opens_at), ("closesAt", self.closes_at)):
            if moment is not None and moment.tzinfo is None:
                raise Refusal(Code.INVALID, "时间须带时区", name)
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise Refusal(Code.INVALID, "结束时间须晚于开始时间", "closesAt")
        return (
            self.channel,
            title,
            self.price_points,
            self.person_limit,
            self.opens_at,
            self.closes_at,
        )

    def asked(self) -> dict[str, object]:
        """Give what was asked for, for once-only."""
        return {name: getattr(self, name) for name in Terms.__slots__}


async def create(  # noqa: PLR0913 - an offer belongs to two and has its terms
    *,
    actor_id: int,
    merchant_id: int,
    programme_id: int,
    terms: Terms,
    stock: int,
    is_draft: bool = False,
    key: str,
) -> int:
    """Offer something in a programme, to be approved, or as a draft; give the offer's id.

    Raises Refusal: NOT_FOUND for a merchant that isn't one's own, or a programme that is none,
    ILLEGAL_MOVE for a merchant that is not approved, INVALID.
    """

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_MERCHANT, merchant_id, actor_id, programme_id)
        if row is None or not _may(rights, Action.REWARD_OFFER, row):
            raise Refusal(Code.NOT_FOUND, "未找到该商户", "merchantId")
        if row["owner_area_code"] is None:
            raise Refusal(Code.NOT_FOUND, "未找到该积分项目", "programmeId")
        if row["state"] != MerchantState.APPROVED:
            raise Refusal(Code.ILLEGAL_MOVE, "商户审核通过后才能发布", "merchantId")
        _within(stock, STOCK_MOST, "库存", "stock")
        reward_id: int = await connection.fetchval(
            _CREATE,
            *terms.checked(),
            merchant_id,
            programme_id,
            stock,
            RewardState.DRAFT if is_draft else RewardState.PENDING,
        )
        await _tell(connection, reward_id, "CREATED", 1, row["owner_area_code"], actor_id)
        return reward_id

    asked = {
        "merchantId": merchant_id,
        "programmeId": programme_id,
        "stock": stock,
        "isDraft": is_draft,
        **terms.asked(),
    }
    return await once(act, person_id=actor_id, operation="rewardCreate", key=key, asked=asked)


async def submit(*, actor_id: int, reward_id: int, version: int, key: str) -> int:
    """Ask to have a draft approved, or what was refused once more; give the offer's id.

    Raises Refusal: NOT_FOUND, CONFLICT, ILLEGAL_MOVE.
    """

    async def decide(connection: Connection, rights: Rights, row: Any) -> str:  # noqa: ANN401
        _check_mine(rights, row)
        _check_version(row, version)
        if row["state"] not in {RewardState.DRAFT, RewardState.REFUSED}:
            raise Refusal(Code.ILLEGAL_MOVE, "该兑换项目已提交", "rewardId")
        await connection.execute(_STATE, reward_id, RewardState.PENDING)
        return "SUBMITTED"

    return await _move(actor_id, reward_id, "rewardSubmit", key, {"version": version}, decide)


async def approve(*, actor_id: int, reward_id: int, version: int, approves: bool, key: str) -> int:
    """Open an offer as it was at a version, or refuse it, as the programme's owner; give its id.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED for one's own merchant's, CONFLICT for a version that
    is not the present one, ILLEGAL_MOVE.
    """

    async def decide(connection: Connection, rights: Rights, row: Any) -> str:  # noqa: ANN401
        if not rights.may(Action.REWARD_APPROVE, Thing(area_code=row["owner_area_code"])):
            raise _not_found()
        if row["is_mine"]:
            raise Refusal(Code.NOT_ALLOWED, "不能审核本人商户的兑换项目", "rewardId")
        if row["state"] != RewardState.PENDING:
            raise Refusal(Code.ILLEGAL_MOVE, "该兑换项目不在待审核状态", "rewardId")
        _check_version(row, version)
        state = RewardState.OPEN if approves else RewardState.REFUSED
        await connection.execute(_STATE, reward_id, state)
        await telling.members_hear(
            connection,
            row["merchant_id"],
            title=f"您的兑换项目审核{'已通过' if approves else '未通过'}",
            topic=Topic.REWARD,
            thing_id=reward_id,
            area_code=row["owner_area_code"],
            but=actor_id,
        )
        return state

    operation = "rewardApprove" if approves else "rewardRefuse"
    return await _move(actor_id, reward_id, operation, key, {"version": version}, decide)


async def change(*, actor_id: int, reward_id: int, version: int, terms: Terms, key: str) -> int:
    """Change what an offer says; it waits for approval again, a draft stays one. Give its id.

    Raises Refusal: NOT_FOUND, CONFLICT for a version that is not the present one, ILLEGAL_MOVE
    for a closed one, INVALID.
    """

    async def decide(connection: Connection, rights: Rights, row: Any) -> str:  # noqa: ANN401
        _check_mine(rights, row)
        _check_version(row, version)
        await connection.execute(_CHANGE, *terms.checked(), reward_id)
        return "CHANGED"

    asked = {"version": version, **terms.asked()}
    return await _move(actor_id, reward_id, "rewardChange", key, asked, decide)


async def restock(*, actor_id: int, reward_id: int, count: int, key: str) -> int:
    """Put more in; give the offer's id. Raises Refusal: NOT_FOUND, ILLEGAL_MOVE, INVALID."""

    async def decide(connection: Connection, rights: Rights, row: Any) -> str:  # noqa: ANN401
        _check_mine(rights, row)
        _within(count, STOCK_MOST - row["stock"], "补充数量", "count")
        await connection.execute(_RESTOCK, reward_id, count)
        return "RESTOCKED"

    return await _move(actor_id, reward_id, "rewardRestock", key, {"count": count}, decide)


async def close(*, actor_id: int, reward_id: int, key: str) -> int:
    """End an offer; vouchers stay good. Give its id. Raises Refusal: NOT_FOUND, ILLEGAL_MOVE."""

    async def decide(connection: Connection, rights: Rights, row: Any) -> str:  # noqa: ANN401
        _check_mine(rights, row)
        await connection.execute(_STATE, reward_id, RewardState.CLOSED)
        return RewardState.CLOSED

    return await _move(actor_id, reward_id, "rewardClose", key, {}, decide)


Decide = Callable[[Connection, Rights, Any], Awaitable[str]]


async def _move(  # noqa: PLR0913, PLR0917 - the sides of one move
    actor_id: int,
    reward_id: int,
    operation: str,
    key: str,
    asked: dict[str, object],
    decide: Decide,
) -> int:
    """Lock an offer, decide and write, and say what happened."""

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_LOCK, reward_id, actor_id)
        if row is None:
            raise _not_found()
        kind = await decide(connection, rights, row)
        version = row["version"] + 1
        await _tell(connection, reward_id, kind, version, row["owner_area_code"], actor_id)
        return reward_id

    whole = {"rewardId": reward_id, **asked}
    return await once(act, person_id=actor_id, operation=operation, key=key, asked=whole)


async def _tell(  # noqa: PLR0913, PLR0917 - the sides of one event
    connection: Connection, reward_id: int, kind: str, version: int, area_code: str, actor_id: int
) -> None:
    await event.record(
        connection,
        topic=Topic.REWARD,
        thing_id=reward_id,
        area_code=area_code,
        version=version,
        kind=kind,
        actor_id=actor_id,
        facts={},
    )


def _may(rights: Rights, action: Action, row: Any) -> bool:  # noqa: ANN401 - a row with is_mine
    return rights.may(action, Thing(owner_id=rights.person_id if row["is_mine"] else None))


def _check_mine(rights: Rights, row: Any) -> None:  # noqa: ANN401 - _LOCK
    if not _may(rights, Action.REWARD_OFFER, row):
        raise _not_found()
    if row["state"] == RewardState.CLOSED:
        raise Refusal(Code.ILLEGAL_MOVE, "该兑换项目已下架", "rewardId")


def _check_version(row: Any, version: int) -> None:  # noqa: ANN401 - _LOCK
    if row["version"] != version:
        raise Refusal(Code.CONFLICT, "该兑换项目已被他人修改，请刷新", "version")


def _within(number: int, most: int, name: str, field: str) -> None:
    if not 1 <= number <= most:
        raise Refusal(Code.INVALID, f"{name}须在 1 到 {most} 之间", field)


def _not_found() -> Refusal:
    return Refusal(Code.NOT_FOUND, "未找到该兑换项目", "rewardId")


_COLUMNS = "channel, title, price_points, person_limit, opens_at, closes_at"
_MERCHANT = f"""
SELECT merchant.state, {IS_MINE.format(viewer="$2")} AS is_mine, (
    SELECT owner_area_code FROM programme WHERE id = $3 AND closed_at IS NULL
) AS owner_area_code
FROM merchant WHERE merchant.id = $1 FOR SHARE
"""  # noqa: S608 - constants
_CREATE = f"""
INSERT INTO reward ({_COLUMNS}, merchant_id, programme_id, stock, stocked, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::int, $9::int, $10) RETURNING id
"""  # noqa: S608 - constants
_LOCK = f"""
SELECT reward.state, reward.version, reward.stock, reward.merchant_id, programme.owner_area_code,
    {IS_MINE.format(viewer="$2")} AS is_mine
FROM reward JOIN programme ON programme.id = reward.programme_id
JOIN merchant ON merchant.id = reward.merchant_id
WHERE reward.id = $1 FOR UPDATE OF reward
"""  # noqa: S608 - constants
_STATE = "UPDATE reward SET state = $2, version = version + 1 WHERE id = $1"
_CHANGE = f"""
UPDATE reward SET ({_COLUMNS}) = ($1, $2, $3, $4, $5, $6),
    state = CASE state WHEN 'DRAFT' THEN state ELSE 'PENDING' END, version = version + 1
WHERE id = $7
"""  # noqa: S608 - constants
_RESTOCK = """
UPDATE reward SET stock = stock + $2::int, stocked = stocked + $2::int, version = version + 1
WHERE id = $1
"""
