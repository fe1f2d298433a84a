"""Sessions: started by a sign-in, renewed by refresh tokens, ended by their person or by misuse.

A session that ends is deleted: nothing has to be known of it. Whoever shows a token of it asks as
nobody from the next request on (models/person/standing.py), and an event of the person ends what
it follows live.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from models import access, cipher, db, page
from models.access import Action, Thing
from models.errors import Code, Refusal
from models.page import Page
from models.person import moving
from models.person import refresh as tokens
from models.person.record import ActiveSession, Asker, Person, SignedIn
from models.person.refresh import Fate, RefreshToken

SESSIONS_MOST = 20
"""Where somebody is signed in at most; one more ends the oldest."""
DEVICE_LENGTH_MOST = 128
NAME_AT_FIRST = "微信用户"


async def start(
    connection: db.Connection, person_id: int, *, device: str, now: datetime
) -> SignedIn:
    """Start a session of a known person in the caller's transaction.

    Raises Refusal NOT_ALLOWED for who is banned.
    """
    token = tokens.new_family()
    row = await connection.fetchrow(_START, person_id, token.family_hash, clean(device), now)
    assert row, "a person who signs in is known"
    return _signed_in(row, token, now)


async def start_by_openid(openid: str, *, device: str, now: datetime) -> SignedIn:
    """Start a session of the person with WeChat's openid, made at the first sign-in.

    Raises Refusal NOT_ALLOWED for who is banned.
    """
    token = tokens.new_family()
    index = cipher.blind_index(openid, column="person.openid")
    given = (index, token.family_hash, clean(device), now)
    row = await db.fetch_one(_START_BY_OPENID, *given)
    if row is None:
        await _make_person(openid, index)
        row = await db.fetch_one(_START_BY_OPENID, *given)
        assert row, "a person who was made is there"
    return _signed_in(row, token, now)


async def refresh(token: RefreshToken, *, now: datetime) -> SignedIn:
    """Renew a session; of all who show the same token at once each gets the same successor.

    Raises Refusal: EXPIRED where the session is over, ALREADY_USED for a token that was renewed
    more than GRACE ago, which ends the session, NOT_ALLOWED for who is banned.
    """
    async with db.transaction() as connection:
        row = await connection.fetchrow(_LOCK, token.family_hash)
        fate = _fate(token, row, now)
        if row and (row["banned_at"] is None or fate is not Fate.RENEWED):
            await _carry_out(fate, connection, row["id"], row["session_id"], now)
    match fate:
        case Fate.OVER:
            raise Refusal(Code.EXPIRED, "登录已失效，请重新登录", "refreshToken")
        case Fate.REUSED:
            raise Refusal(Code.ALREADY_USED, "登录凭证已被使用过，请重新登录", "refreshToken")
    assert row, "a session that is not over is there"
    return _signed_in(row, token.successor, row["started_at"], path="refreshToken")


async def end(token: RefreshToken) -> None:
    """End the session of a token, whatever its generation; one that is over stays so."""
    async with db.transaction() as connection:
        row = await connection.fetchrow(_END_FAMILY, token.family_hash)
        if row:
            await _tell(connection, row["person_id"], [row["id"]])


async def end_others(asker: Asker, keys: Sequence[int] | None) -> int:
    """End one's other sessions, these or all; gives how many ended.

    Raises Refusal NOT_FOUND, and ends none, where one of these is not another one's own.
    """
    async with db.transaction() as connection:
        held = await access.rights(connection, asker.person_id)
        access.check(held, Action.SESSION_END_OTHERS, Thing(owner_id=asker.person_id))
        wanted = None if keys is None else sorted(set(keys))
        ended = await connection.fetch(_END_OTHERS, *asker, wanted)
        if wanted is not None and len(ended) < len(wanted):
            raise Refusal(Code.NOT_FOUND, "没有这个登录", "sessionIds")
        if ended:
            await _tell(connection, asker.person_id, [row["id"] for row in ended])
    return len(ended)


async def active(asker: Asker, *, first: int, after: str | None) -> Page[ActiveSession]:
    """Give a page of where the person is signed in, the newest first; raises Invalid."""
    query = page.digest("sessions", asker.person_id)
    before = page.key_after(after, query, int)[0] if after is not None else None
    rows = await db.fetch(_ACTIVE, *asker, before, page.size(first) + 1)
    thing = Thing(owner_id=asker.person_id)
    found = [
        ActiveSession(*row)
        for rights, *row in rows
        if access.read(rights).may(Action.SESSION_READ, thing)
    ]
    return page.cut(found, first, query, lambda one: (one.id,))


def clean(device: str) -> str:
    """Make one line of printable characters out of what a device says of itself."""
    seen = device
    if not device.isprintable():
        seen = "".join(letter if letter.isprintable() else " " for letter in device)
    return " ".join(seen.split())[:DEVICE_LENGTH_MOST].rstrip()


async def _make_person(openid: str, index: bytes) -> None:
    """Make the person with an openid, unless somebody does it at this moment."""
    row = await db.fetch_one(_NEXT_KEY)
    assert row
    sealed = cipher.seal(openid, place=f"person.openid:{row['key']}")
    await db.execute(_MAKE, row["key"], NAME_AT_FIRST, sealed, index)


def _fate(token: RefreshToken, row: asyncpg.Record | None, now: datetime) -> Fate:
    if row is None:
        return Fate.OVER
    return tokens.fate(
        token,
        generation=row["generation"],
        started_at=row["started_at"],
        used_at=row["used_at"],
        now=now,
    )


async def _carry_out(
    fate: Fate, connection: db.Connection, person_id: int, key: int, now: datetime
) -> None:
    match fate:
        case Fate.RENEWED:
            await connection.execute(_RENEW, key, now)
        case Fate.REUSED | Fate.OVER:
            await connection.execute(_END, key)
            await _tell(connection, person_id, [key])


async def _tell(connection: db.Connection, person_id: int, keys: Sequence[int]) -> None:
    """Record that sessions ended: what they follow live ends by it, in every process.

    Whoever ends sessions locks these first, then the person. Before its areas are loaded a city
    has no place where anything happens, and nothing to follow.
    """
    if not await connection.fetchval(_HAS_AREAS):
        return
    await moving.record(
        connection,
        person_id,
        kind="SESSION_ENDED",
        actor_id=person_id,
        facts={"sessions": list(keys[:SESSIONS_MOST])},
    )


def _signed_in(
    row: asyncpg.Record, token: RefreshToken, started_at: datetime, *, path: str = "code"
) -> SignedIn:
    if row["banned_at"] is not None:
        raise Refusal(Code.NOT_ALLOWED, "账号已被停用", path)
    who = Person(row["id"], row["name"])
    return SignedIn(row["session_id"], who, tokens.write(token), tokens.ends_at(started_at))


# What a sign-in adds to a statement that has found `who`: a session, and one less of the oldest.
# That one ended is told as `_tell` does, in the same round trip: most sign-ins end one. They are
# locked by their keys first, as everywhere, or two sign-ins at once could wait for each other.
_STARTED = f"""
started AS (
    INSERT INTO session (person_id, family_hash, device, started_at, used_at)
    SELECT id, $2, $3, $4, $4 FROM who WHERE banned_at IS NULL RETURNING id
), oldest AS (
    SELECT id FROM session WHERE id IN (
        SELECT id FROM session WHERE person_id = (SELECT id FROM who WHERE banned_at IS NULL)
        ORDER BY id DESC OFFSET {SESSIONS_MOST - 1}
    ) ORDER BY id FOR UPDATE
), crowded_out AS (
    DELETE FROM session WHERE id IN (SELECT id FROM oldest) RETURNING id, person_id
), ended AS (
    SELECT person_id, jsonb_agg(id) AS sessions,
        {moving.PLACE.format(person="crowded_out.person_id")} AS place
    FROM crowded_out GROUP BY person_id
), counted AS (
    UPDATE person SET version = version + 1 FROM ended
    WHERE person.id = ended.person_id AND place IS NOT NULL
    RETURNING person.id, version, place, sessions
), happened AS (
    INSERT INTO event (topic, thing_id, area_code, version, actor_id, kind, facts)
    SELECT 'person', id, place, version, id, 'SESSION_ENDED',
        jsonb_build_object('sessions', sessions)
    FROM counted RETURNING id, area_code
), told AS (
    INSERT INTO outbox (event_id, area_code) SELECT id, area_code FROM happened
)
SELECT who.id, who.name, who.banned_at, started.id AS session_id
FROM who LEFT JOIN started ON true
"""  # noqa: S608 - constants
_START = f"""
WITH who AS (SELECT id, name, banned_at FROM person WHERE id = $1), {_STARTED}
"""  # noqa: S608 - constants
_START_BY_OPENID = f"""
WITH who AS (SELECT id, name, banned_at FROM person WHERE openid_index = $1), {_STARTED}
"""  # noqa: S608 - constants
_NEXT_KEY = "SELECT nextval(pg_get_serial_sequence('person', 'id')) AS key"
_MAKE = """
INSERT INTO person (id, name, openid, openid_index) VALUES ($1, $2, $3, $4)
ON CONFLICT (openid_index) WHERE openid_index IS NOT NULL DO NOTHING
"""
_LOCK = """
SELECT session.id AS session_id, generation, started_at, used_at,
    person.id, person.name, person.banned_at
FROM session JOIN person ON person.id = session.person_id
WHERE family_hash = $1 FOR UPDATE OF session
"""
# Clocks of hosts differ a little: a session is never used before it started.
_RENEW = """
UPDATE session SET generation = generation + 1, used_at = greatest(used_at, $2) WHERE id = $1
"""
_HAS_AREAS = "SELECT EXISTS (SELECT FROM area WHERE level = 'CITY')"
_END = "DELETE FROM session WHERE id = $1"
_END_FAMILY = "DELETE FROM session WHERE family_hash = $1 RETURNING id, person_id"
_END_OTHERS = """
DELETE FROM session WHERE id IN (
    SELECT id FROM session
    WHERE person_id = $1 AND id IS DISTINCT FROM $2::bigint
        AND ($3::bigint[] IS NULL OR id = ANY ($3))
    ORDER BY id FOR UPDATE
) RETURNING id
"""
_ACTIVE = f"""
SELECT {access.rights_sql("$1")} AS rights, id, device, started_at, used_at,
    id IS NOT DISTINCT FROM $2::bigint
FROM session
WHERE person_id = $1 AND ($3::bigint IS NULL OR id < $3)
    AND started_at > now() - interval '{tokens.SESSION_DAYS_MOST} days'
ORDER BY id DESC LIMIT $4
"""  # noqa: S608 - constants
