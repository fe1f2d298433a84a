"""Redeeming: points are put aside, and a voucher is issued; two round trips, nothing more.

Everything is read in one statement, decided here, and written in one more, which is a transaction
of its own: it does nothing unless the account is as it was read and the offer can still be had.
So nobody waits for a round trip while the row of a hot offer is locked. Who finds something
changed in between locks their account and does both again.
"""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import asyncpg
import orjson

from models import access, db, once
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.points.lot import Lot, Use
from models.reward import offer_rule, voucher
from models.reward.code import code_of, digest
from models.reward.offer_rule import Offer
from models.reward.record import Voucher
from models.reward.words import MerchantState, RewardState, VoucherState

OPERATION = "rewardRedeem"
VOUCHER_DAYS = 7
TRIES = 4

_UNSEEN = {RewardState.DRAFT, RewardState.PENDING, RewardState.REFUSED}


class _Request(NamedTuple):
    person_id: int
    reward_id: int
    key: str
    asked: bytes


async def redeem(*, person_id: int, reward_id: int, key: str) -> Voucher:
    """Put points aside for an offer and issue a voucher, once only by `key`.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED for who is banned or of another programme, TOO_LATE,
    ILLEGAL_MOVE, LIMIT_REACHED, OUT_OF_STOCK, INSUFFICIENT_POINTS, KEY_REUSED.
    """
    once.check_key(key)
    request = _Request(person_id, reward_id, key, _digest(reward_id))
    for turn in range(TRIES):
        try:
            done = await (_redeem_locked(request) if turn else _redeem_at_once(request))
        except asyncpg.UniqueViolationError:
            # Another account's request with this key was committed first: it has the answer.
            continue
        if isinstance(done, Refusal):
            raise done
        if done is not None:
            return done
    raise Refusal(Code.CONFLICT, "该兑换项目刚刚变更，请重试", "rewardId")


async def _redeem_at_once(request: _Request) -> Voucher | Refusal | None:
    async with db.connection() as connection:
        return await _redeem(connection, request)


async def _redeem_locked(request: _Request) -> Voucher | Refusal | None:
    async with db.transaction() as connection:
        await connection.execute(LOCK, request.person_id, request.reward_id)
        return await _redeem(connection, request)


async def _redeem(connection: Connection, request: _Request) -> Voucher | Refusal | None:
    """Give the new voucher, the one that an earlier request got, or the refusal.

    None if somebody with the same key, or a change of the account or the offer, was faster.
    """
    row = await connection.fetchrow(READ, *request[:3])
    assert row, "it always gives one row"
    if row["answered"]:
        answer = _answer(row["answered"], request.asked)
        if isinstance(answer, Refusal):
            return answer
        return await voucher.read(connection, answer, viewer_id=request.person_id)
    try:
        offer = _decide(row, request)
        uses = offer_rule.pay(offer, _lots(row["lots"]), today=row["today"])
    except Refusal as refusal:
        is_kept = await connection.fetchval(_REFUSED, *_kept(request), _said(refusal))
        return refusal if is_kept else None
    return await _write(connection, request, row, uses)


def _decide(row: Any, request: _Request) -> Offer:  # noqa: ANN401 - READ
    person = Thing(owner_id=request.person_id)
    if not access.read(row["rights"]).may(Action.REWARD_REDEEM, person):
        raise Refusal(Code.NOT_ALLOWED, "您没有权限进行此操作")
    if row["state"] is None or row["state"] in _UNSEEN:
        raise Refusal(Code.NOT_FOUND, "未找到该兑换项目", "rewardId")
    if row["account_id"] is None:
        raise Refusal(Code.NOT_ALLOWED, "该兑换项目不属于您的积分项目", "rewardId")
    offer = Offer(
        RewardState(row["state"]),
        MerchantState(row["merchant_state"]),
        row["price_points"],
        row["stock"],
        row["person_limit"],
        row["opens_at"],
        row["closes_at"],
    )
    offer_rule.check(offer, taken=row["taken"], now=row["now"])
    return offer


async def _write(
    connection: Connection,
    request: _Request,
    row: Any,  # noqa: ANN401 - READ
    uses: tuple[Use, ...],
) -> Voucher | None:
    key, expires_at = row["voucher_id"], row["now"] + timedelta(days=VOUCHER_DAYS)
    done = await connection.fetchval(
        WRITE,
        *_kept(request),
        request.reward_id,
        row["price_points"],
        row["account_id"],
        row["account_version"],
        key,
        digest(code_of(key)),
        row["now"],
        expires_at,
        [use.lot_id for use in uses],
        [use.amount for use in uses],
    )
    return _issued(row, request, expires_at) if done else None


def _issued(row: Any, request: _Request, expires_at: datetime) -> Voucher:  # noqa: ANN401 - READ
    return Voucher(
        row["voucher_id"],
        request.reward_id,
        row["title"],
        row["merchant_name"],
        row["price_points"],
        VoucherState.ISSUED,
        row["now"],
        expires_at,
        None,
        code_of(row["voucher_id"]),
    )


def _answer(written: str, asked: bytes) -> Refusal | int:
    before, result, refusal = orjson.loads(written)
    try:
        return once.answer(
            is_same=before == asked.hex(),
            result_id=result,
            refusal=orjson.dumps(refusal) if refusal else None,
        )
    except Refusal as refused:
        return refused


def _digest(reward_id: int) -> bytes:
    return hashlib.sha256(orjson.dumps({"rewardId": reward_id})).digest()


def _kept(request: _Request) -> tuple[int, str, str, bytes]:
    return request.person_id, OPERATION, request.key, request.asked


def _said(refusal: Refusal) -> str:
    return orjson.dumps([refusal.code, refusal.message, *refusal.path]).decode()


def _lots(written: str | None) -> list[Lot]:
    rows = orjson.loads(written) if written else []
    return [Lot(key, remaining, date.fromisoformat(day)) for key, remaining, day in rows]


LOCK = """
SELECT FROM account JOIN reward ON reward.programme_id = account.programme_id
WHERE reward.id = $2 AND account.person_id = $1 AND account.kind = 'PERSON'
FOR UPDATE OF account
"""
READ = f"""
SELECT {access.rights_sql("$1")} AS rights, {db.TODAY} AS today, now() AS now,
    nextval('voucher_id_seq') AS voucher_id, reward.state, reward.title, reward.price_points,
    reward.stock, reward.person_limit, reward.opens_at, reward.closes_at,
    merchant.state AS merchant_state, merchant.name AS merchant_name,
    account.id AS account_id, account.version AS account_version, (
        SELECT json_build_array(encode(asked, 'hex'), result_id, refusal)::text FROM once
        WHERE person_id = $1 AND operation = '{OPERATION}' AND key = $3
    ) AS answered, (
        SELECT json_agg(json_build_array(id, remaining, expires_on))::text FROM lot
        WHERE account_id = account.id AND remaining > 0
    ) AS lots, (
        SELECT count(*) FROM voucher WHERE reward_id = $2 AND person_id = $1
            AND voucher.state IN ('ISSUED', 'USED')
    ) AS taken
FROM (SELECT) AS always LEFT JOIN reward ON reward.id = $2
LEFT JOIN merchant ON merchant.id = reward.merchant_id
LEFT JOIN account ON account.programme_id = reward.programme_id AND account.person_id = $1
    AND account.kind = 'PERSON'
"""  # noqa: S608 - constants
_REFUSED = """
INSERT INTO once (person_id, operation, key, asked, refusal) VALUES ($1, $2, $3, $4, $5::jsonb)
ON CONFLICT (person_id, operation, key) DO NOTHING RETURNING true
"""
# The account is locked before the offer, as everywhere; its version grows with every change of it
# or of its lots.
WRITE = """
WITH mine AS (
    SELECT id FROM account WHERE id = $7 AND version = $8 FOR UPDATE
), offer AS (
    UPDATE reward SET stock = stock - 1 FROM mine
    WHERE reward.id = $5 AND stock > 0 AND price_points = $6 AND state = 'OPEN'
        AND (opens_at IS NULL OR opens_at <= now()) AND (closes_at IS NULL OR closes_at > now())
    RETURNING reward.id, merchant_id, programme_id
), held AS (
    INSERT INTO hold (account_id, amount, state) SELECT $7, $6, 'OPEN' FROM offer RETURNING id
), issued AS (
    INSERT INTO voucher (id, reward_id, merchant_id, account_id, person_id, hold_id, code_digest,
        price_points, state, issued_at, expires_at)
    SELECT $9, offer.id, offer.merchant_id, $7, $1, held.id, $10, $6, 'ISSUED', $11, $12
    FROM offer, held RETURNING id
), taken AS (
    UPDATE lot SET remaining = lot.remaining - used.amount
    FROM offer, unnest($13::bigint[], $14::bigint[]) AS used (lot_id, amount)
    WHERE lot.id = used.lot_id
), noted AS (
    INSERT INTO lot_use (lot_id, amount, hold_id)
    SELECT used.lot_id, used.amount, held.id
    FROM held, unnest($13::bigint[], $14::bigint[]) AS used (lot_id, amount)
), weighed AS (
    UPDATE account SET held = account.held + $6, version = account.version + 1
    FROM offer WHERE account.id = $7 RETURNING account.id, account.version
), answered AS (
    INSERT INTO once (person_id, operation, key, asked, result_id)
    SELECT $1, $2, $3, $4, issued.id FROM issued
), happened AS (
    INSERT INTO event (topic, thing_id, area_code, version, actor_id, kind, facts)
    SELECT 'points', weighed.id, programme.owner_area_code, weighed.version, $1, 'HOLD',
        jsonb_build_object('voucher', issued.id)
    FROM weighed, issued, offer JOIN programme ON programme.id = offer.programme_id
    RETURNING id, area_code
), told AS (
    INSERT INTO outbox (event_id, area_code) SELECT id, area_code FROM happened
)
SELECT id FROM issued
"""
