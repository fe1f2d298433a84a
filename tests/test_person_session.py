"""Sessions: how they start, are renewed, and end."""

import asyncio
import hashlib
import itertools
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models import cipher, db, person
from models.errors import Code, Invalid, Refusal
from models.page import Page
from models.person import Asker, SignedIn, Standing, refresh, session
from models.person.refresh import Fate, RefreshToken
from models.person.session import DEVICE_LENGTH_MOST, SESSIONS_MOST, clean
from models.person.standing import _STANDING
from tests import areas
from tests.conftest import Database
from tests.program import DATA_KEYS

NOW = datetime.now(UTC).replace(microsecond=0)
OPENID = "oGZUI0egBJY1zhBYw2KhdUfwVJJE"
SECOND, GRACE = timedelta(seconds=1), timedelta(seconds=30)
DAYS = timedelta(days=30)


async def who(name: str = "张三") -> int:
    row = await db.fetch_one("INSERT INTO person (name) VALUES ($1) RETURNING id", name)
    assert row
    return int(row["id"])


async def start(key: int, device: str = "iPhone", *, now: datetime = NOW) -> SignedIn:
    async with db.transaction() as connection:
        return await person.start_session(connection, key, device=device, now=now)


async def renewed(text: str, *, now: datetime = NOW) -> SignedIn:
    token = person.read_refresh_token(text)
    assert token
    return await person.refresh_session(token, now=now)


async def refused(text: str, *, now: datetime = NOW) -> Code:
    with pytest.raises(Refusal) as refusal:
        await renewed(text, now=now)
    assert refusal.value.path == ("refreshToken",)
    return refusal.value.code


KEPT = """
SELECT id, person_id, family_hash, generation, device, started_at, used_at FROM session ORDER BY id
"""

LIVES = """
INSERT INTO residence (person_id, area_code, state, started_on)
VALUES ($1, $2, 'CONFIRMED', '2024-01-01')
"""


async def rows(sql: str = KEPT) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await db.fetch(sql)]


async def ban(key: int) -> None:
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", key)


# Refresh tokens by themselves


@given(st.binary(min_size=32, max_size=32), st.integers(1, 2**31))
def test_a_token_is_read_as_it_was_written(family: bytes, generation: int) -> None:
    token = RefreshToken(family, generation)
    text = refresh.write(token)
    assert (len(text), refresh.read(text)) == (refresh.TOKEN_LENGTH, token)


@given(st.integers(0, refresh.TOKEN_LENGTH - 1), st.sampled_from("AQgw-_=.\n\0中"))
def test_a_token_with_any_other_character_is_none(place: int, letter: str) -> None:
    text = refresh.write(RefreshToken(b"f" * 32, 7))
    changed = text[:place] + letter + text[place + 1 :]
    assert changed == text or refresh.read(changed) is None


LETTERS = string.ascii_letters + string.digits + "-_"


@given(st.text(LETTERS, min_size=refresh.TOKEN_LENGTH, max_size=refresh.TOKEN_LENGTH))
@example("")
@example("A" * 90)
@example("A" * 92)
@example("中" * 91)
def test_what_this_city_never_wrote_is_no_token(text: str) -> None:
    assert refresh.read(text) is None


@pytest.fixture
def other_keys() -> Iterator[None]:
    cipher.use(cipher.read_keys(cipher.new_keys()))
    yield
    cipher.use(cipher.read_keys(DATA_KEYS))


@pytest.mark.usefixtures("other_keys")
def test_a_token_of_another_city_is_none() -> None:
    foreign = refresh.write(RefreshToken(b"f" * 32, 1))
    assert refresh.read(foreign)
    cipher.use(cipher.read_keys(DATA_KEYS))
    assert refresh.read(foreign) is None


def test_families_are_256_random_bits() -> None:
    made = {refresh.new_family() for _ in range(1_000)}
    assert {(len(token.family), token.generation) for token in made} == {(32, 1)}
    assert len(made) == 1_000


@pytest.mark.parametrize(
    ("generation", "used", "now", "expected"),
    [
        (5, NOW, NOW, Fate.RENEWED),
        (5, NOW, NOW + DAYS - SECOND, Fate.RENEWED),
        (5, NOW, NOW + DAYS, Fate.OVER),
        (4, NOW, NOW, Fate.REPEATED),
        (4, NOW, NOW - SECOND, Fate.REPEATED),
        (4, NOW, NOW + GRACE, Fate.REPEATED),
        (4, NOW, NOW + GRACE + timedelta(microseconds=1), Fate.REUSED),
        (3, NOW, NOW, Fate.REUSED),
        (1, NOW, NOW, Fate.REUSED),
        (6, NOW, NOW, Fate.REUSED),
        (4, NOW, NOW + DAYS, Fate.OVER),
    ],
)
def test_what_becomes_of_a_session_at_generation_5(
    generation: int, used: datetime, now: datetime, expected: Fate
) -> None:
    token = RefreshToken(b"f" * 32, generation)
    assert refresh.fate(token, generation=5, started_at=NOW, used_at=used, now=now) is expected


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Mozilla/5.0 (iPhone) MicroMessenger/8.0", "Mozilla/5.0 (iPhone) MicroMessenger/8.0"),
        ("", ""),
        ("a\0b\r\nc\u202ed\te", "a b c d e"),
        ("x" * 5_000, "x" * DEVICE_LENGTH_MOST),
        ("手机" * 100, ("手机" * 100)[:DEVICE_LENGTH_MOST]),
        ("\ud800", ""),
    ],
)
def test_what_a_device_says_is_one_clean_line(said: str, kept: str) -> None:
    assert clean(said) == kept


# Starting


async def test_a_session_is_kept_without_anything_to_make_a_token_of(database: Database) -> None:
    key = await who()
    signed = await start(key)
    token = person.read_refresh_token(signed.refresh_token)
    assert token
    assert signed.person == person.Person(key, "张三")
    assert signed.ends_at == NOW + DAYS
    hashed = hashlib.sha256(token.family).digest()
    assert await rows() == [(signed.session_id, key, hashed, 1, "iPhone", NOW, NOW)]


async def test_the_first_sign_in_by_wechat_makes_a_person_with_a_sealed_openid(
    database: Database,
) -> None:
    first = await person.start_session_by_openid(OPENID, device="", now=NOW)
    again = await person.start_session_by_openid(OPENID, device="", now=NOW)
    other = await person.start_session_by_openid(OPENID + "x", device="", now=NOW)
    assert first.person == again.person
    assert first.person.name == "微信用户"
    assert len({first.session_id, again.session_id, other.session_id}) == 3
    (row, another) = await db.fetch("SELECT id, openid, openid_index FROM person ORDER BY id")
    assert (row["id"], another["id"]) == (first.person.id, other.person.id)
    assert cipher.unseal(row["openid"], place=f"person.openid:{row['id']}") == OPENID
    assert OPENID.encode() not in row["openid"] + row["openid_index"]
    viewer = await person.viewer(first.person.id, session_id=first.session_id)
    assert viewer
    assert viewer.roles == ("RESIDENT",)


async def test_those_who_first_sign_in_at_once_are_one_person(database: Database) -> None:
    signed = await asyncio.gather(
        *(person.start_session_by_openid(OPENID, device="", now=NOW) for _ in range(20))
    )
    assert len({one.person.id for one in signed}) == 1
    assert len({one.refresh_token for one in signed}) == 20
    assert await rows("SELECT count(*) FROM person") == [(1,)]


async def test_who_is_banned_starts_nothing(database: Database) -> None:
    signed = await person.start_session_by_openid(OPENID, device="", now=NOW)
    await ban(signed.person.id)
    before = await rows()
    for call in (
        start(signed.person.id),
        person.start_session_by_openid(OPENID, device="", now=NOW),
    ):
        with pytest.raises(Refusal) as refusal:
            await call
        assert (refusal.value.code, refusal.value.path) == (Code.NOT_ALLOWED, ("code",))
    assert await rows() == before


async def test_one_session_too_many_ends_the_oldest_of_that_person(database: Database) -> None:
    key, other = await who(), await who()
    untouched = await start(other)
    signed = [await start(key) for _ in range(SESSIONS_MOST + 3)]
    kept = [one.session_id for one in signed[3:]]
    assert await rows("SELECT id FROM session ORDER BY id") == [
        (key,) for key in (untouched.session_id, *kept)
    ]


async def test_each_session_that_is_crowded_out_is_told_of_once_also_by_many_at_once(
    database: Database,
) -> None:
    await areas.plant()
    first = await person.start_session_by_openid(OPENID, device="", now=NOW)
    key = first.person.id
    for person_id, code in ((key, areas.MICRO_GRID), (await who(), areas.OTHER_GRID)):
        await db.execute(LIVES, person_id, code)
    signed = [first, *[await start(key) for _ in range(SESSIONS_MOST - 1)]]
    told = "SELECT version, facts::text FROM event WHERE kind = 'SESSION_ENDED' ORDER BY version"
    assert await rows(told) == []
    await person.start_session_by_openid(OPENID, device="", now=NOW)
    assert await rows(told) == [(2, f'{{"sessions": [{first.session_id}]}}')]

    await asyncio.gather(
        *(person.start_session_by_openid(OPENID, device="", now=NOW) for _ in range(30))
    )
    ended = [orjson.loads(facts)["sessions"] for _, facts in await rows(told)]
    gone = {one.session_id for one in signed} - {row[0] for row in await rows()}
    assert gone <= set(itertools.chain(*ended))
    assert len(set(itertools.chain(*ended))) == sum(map(len, ended))
    assert [version for version, _ in await rows(told)] == [*range(2, len(ended) + 2)]
    assert await rows("SELECT count(*) FROM outbox") == [(len(ended),)]
    where = "SELECT DISTINCT topic, thing_id, area_code, actor_id FROM event"
    assert await rows(where) == [("person", key, areas.MICRO_GRID, key)]


# Renewing


async def test_a_renewal_gives_the_next_token_and_counts(database: Database) -> None:
    signed = await start(await who())
    later = NOW + timedelta(days=3)
    again = await renewed(signed.refresh_token, now=later)
    assert (again.session_id, again.person) == (signed.session_id, signed.person)
    assert again.refresh_token != signed.refresh_token
    assert again.ends_at == signed.ends_at
    assert await rows("SELECT generation, started_at, used_at FROM session") == [(2, NOW, later)]


async def test_fifty_renewals_by_one_token_at_once_give_one_successor(database: Database) -> None:
    signed = await start(await who())
    again = await asyncio.gather(*(renewed(signed.refresh_token) for _ in range(50)))
    assert len({one.refresh_token for one in again}) == 1
    assert await rows("SELECT generation FROM session") == [(2,)]


async def test_for_thirty_seconds_the_previous_token_gives_the_same_successor(
    database: Database,
) -> None:
    signed = await start(await who())
    again = await renewed(signed.refresh_token)
    before = await rows()
    assert await renewed(signed.refresh_token, now=NOW + GRACE) == again
    assert await rows() == before


async def test_after_thirty_seconds_the_previous_token_ends_the_session(
    database: Database,
) -> None:
    key = await who()
    untouched, signed = await start(key), await start(key)
    again = await renewed(signed.refresh_token)
    late = NOW + GRACE + SECOND
    assert await refused(signed.refresh_token, now=late) is Code.ALREADY_USED
    assert await rows("SELECT id FROM session") == [(untouched.session_id,)]
    for token in (signed.refresh_token, again.refresh_token):
        assert await refused(token, now=late) is Code.EXPIRED
    assert await person.standing(Asker(key, signed.session_id)) is Standing.SIGNED_OUT


async def test_a_token_from_long_ago_ends_the_session_at_once(database: Database) -> None:
    signed = await start(await who())
    second = await renewed(signed.refresh_token)
    third = await renewed(second.refresh_token)
    assert await refused(signed.refresh_token) is Code.ALREADY_USED
    assert await rows() == []
    assert await refused(third.refresh_token) is Code.EXPIRED


async def test_a_session_ends_after_thirty_days_however_often_it_was_renewed(
    database: Database,
) -> None:
    signed = await start(await who())
    again = await renewed(signed.refresh_token, now=NOW + DAYS - SECOND)
    assert await refused(again.refresh_token, now=NOW + DAYS) is Code.EXPIRED
    assert await rows() == []


async def test_who_is_banned_renews_nothing_until_the_ban_is_lifted(database: Database) -> None:
    key = await who()
    signed = await start(key)
    await ban(key)
    before = await rows()
    assert await refused(signed.refresh_token) is Code.NOT_ALLOWED
    assert await rows() == before
    await db.execute("UPDATE person SET banned_at = NULL")
    assert (await renewed(signed.refresh_token)).session_id == signed.session_id


async def test_clocks_of_hosts_may_differ(database: Database) -> None:
    signed = await start(await who())
    await renewed(signed.refresh_token, now=NOW - timedelta(seconds=5))
    assert await rows("SELECT used_at FROM session") == [(NOW,)]


# Ending


async def test_any_token_of_a_session_ends_it_and_ending_twice_is_nothing(
    database: Database,
) -> None:
    key = await who()
    untouched, signed = await start(key), await start(key)
    await renewed(signed.refresh_token)
    token = person.read_refresh_token(signed.refresh_token)
    assert token
    for _ in range(2):
        await person.end_session(token)
        assert await rows("SELECT id FROM session") == [(untouched.session_id,)]


async def test_ending_the_others_leaves_this_one_and_those_of_others(database: Database) -> None:
    key, other = await who(), await who()
    foreign = await start(other)
    mine = [await start(key) for _ in range(4)]
    asker = Asker(key, mine[1].session_id)
    assert await person.end_other_sessions(asker, [mine[0].session_id] * 2) == 1
    assert await person.end_other_sessions(asker, []) == 0
    assert await person.end_other_sessions(asker, None) == 2
    assert await rows("SELECT id FROM session ORDER BY id") == [
        (foreign.session_id,),
        (mine[1].session_id,),
    ]


async def test_sessions_that_are_not_ones_other_ones_are_not_found(database: Database) -> None:
    key, other = await who(), await who()
    foreign, mine, current = await start(other), await start(key), await start(key)
    before = await rows()
    for wrong in (foreign.session_id, current.session_id, 999_999):
        with pytest.raises(Refusal) as refusal:
            await person.end_other_sessions(
                Asker(key, current.session_id), [mine.session_id, wrong]
            )
        assert (refusal.value.code, refusal.value.path) == (Code.NOT_FOUND, ("sessionIds",))
        assert await rows() == before


async def test_who_is_banned_ends_nothing(database: Database) -> None:
    key = await who()
    signed = [await start(key) for _ in range(2)]
    await ban(key)
    before = await rows()
    with pytest.raises(Refusal) as refusal:
        await person.end_other_sessions(Asker(key, signed[0].session_id), None)
    assert refusal.value.code is Code.NOT_ALLOWED
    assert await rows() == before


# Seeing


async def test_sessions_are_listed_newest_first_by_pages(database: Database) -> None:
    key = await who()
    await start(await who(), "another's")
    past = await start(key, "past", now=NOW - DAYS)
    signed = [await start(key, f"device {number}") for number in range(3)]
    asker = Asker(key, signed[1].session_id)

    async def page(after: str | None = None) -> Page[person.ActiveSession]:
        return await person.active_sessions(asker, first=2, after=after)

    first = await page()
    second = await page(first.cursors[-1])
    assert [one.device for one in first.items] == ["device 2", "device 1"]
    assert [one.is_current for one in first.items] == [False, True]
    assert first.items[0].started_at == first.items[0].used_at == NOW
    assert [one.device for one in second.items] == ["device 0"]
    assert (first.has_next_page, second.has_next_page) == (True, False)
    assert past.session_id not in {one.id for one in (*first.items, *second.items)}
    with pytest.raises(Invalid):
        await person.active_sessions(Asker(key + 1), first=2, after=first.cursors[-1])


async def test_who_asks_stands_as_the_session_and_the_person_do(database: Database) -> None:
    key, other = await who(), await who()
    signed = await start(key)
    past = await start(key, now=NOW - DAYS)

    async def stands(person_id: int, session_id: int | None) -> tuple[Standing, bool]:
        viewer = await person.viewer(person_id, session_id=session_id)
        return await person.standing(Asker(person_id, session_id)), viewer is not None

    assert await stands(key, signed.session_id) == (Standing.SIGNED_IN, True)
    assert await stands(key, None) == (Standing.SIGNED_IN, True)
    for person_id, session_id in (
        (other, signed.session_id),
        (key, past.session_id),
        (key, 999_999),
        (999_999, None),
    ):
        assert await stands(person_id, session_id) == (Standing.SIGNED_OUT, False)
    await ban(key)
    assert await stands(key, signed.session_id) == (Standing.BANNED, False)
    assert await stands(key, past.session_id) == (Standing.SIGNED_OUT, False)
    await db.execute(
        "UPDATE person SET banned_at = NULL, claimed_by_id = $1 WHERE id = $2", other, key
    )
    assert await stands(key, signed.session_id) == (Standing.SIGNED_OUT, False)


async def test_every_statement_about_sessions_goes_by_an_index(database: Database) -> None:
    for sql, *values in (
        (session._START, 1, b"", "", NOW),
        (session._START_BY_OPENID, b"", b"", "", NOW),
        (session._LOCK, b""),
        (session._END_FAMILY, b""),
        (session._END_OTHERS, 1, 1, None),
        (session._ACTIVE, 1, 1, None, 10),
        (_STANDING, 1, 1),
    ):
        async with db.transaction() as connection:
            await connection.execute("SET LOCAL enable_seqscan = off")
            plan = await connection.fetch(f"EXPLAIN {sql}", *values)
        text = "\n".join(row[0] for row in plan)
        assert "Seq Scan" not in text, text
