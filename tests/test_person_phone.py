"""Phones: proved by their owner, unique, masked, and the claim of the roster row."""

import asyncio
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import access, cipher, db
from models.errors import Code, Refusal
from models.person import protected
from tests import areas, homes
from tests.areas import GRID, MICRO_GRID
from tests.conftest import Database
from tests.graph import ask
from tests.homes import (
    FAR_MICRO_GRID,
    IDENTITY_NUMBER,
    OTHER_IDENTITY_NUMBER,
    OTHER_PHONE,
    PHONE,
    everything,
    live,
    roster_row,
    somebody,
    value,
)

VERIFY = """mutation ($code: String!, $key: String!) {
  personVerifyPhone(input: {code: $code, idempotencyKey: $key}) {
    viewer { name phoneMasked isPartyMember residence { startedOn area { code } }
      household { code head { name } } pendingResidence { id } }
    userErrors { code path } } }"""


@pytest.fixture
async def tree(database: Database) -> None:
    await homes.plant()


async def verify(person: int, code: str, key: str = "k") -> dict[str, Any]:
    payload: dict[str, Any] = (await ask(VERIFY, person, code=code, key=key))["personVerifyPhone"]
    return payload


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    assert payload["viewer"] is None
    return [(error["code"], error["path"]) for error in payload["userErrors"]]


async def column(name: str, person: int) -> Any:  # noqa: ANN401
    return await value(f"SELECT {name} FROM person WHERE id = $1", person)  # noqa: S608


# What a number is


@pytest.mark.parametrize(
    "text", [PHONE, f"+86{PHONE}", f"86 {PHONE}", "+86 138-0000-0001", f" {PHONE} "]
)
def test_a_number_is_eleven_digits_however_it_is_written(text: str) -> None:
    assert protected.phone(text) == PHONE


@given(st.text(max_size=20).filter(lambda text: sum(map(str.isdigit, text)) < 11))
def test_what_is_no_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(Refusal, match=r"^手机号须为 11 位中国大陆号码$") as refused:
        protected.phone(text)
    assert refused.value.code is Code.INVALID


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_an_identity_number_is_found(place: int, by: int) -> None:
    digits = list(IDENTITY_NUMBER)
    digits[place] = str((int(digits[place]) + by) % 10)
    with pytest.raises(Refusal):
        protected.identity_number("".join(digits))


@pytest.mark.parametrize(
    ("mask", "whole", "shown"),
    [
        (protected.masked_name, "张三", "张*"),
        (protected.masked_name, "张三丰", "张**"),
        (protected.masked_name, "阿不都·热合曼", "阿**"),
        (protected.masked_name, "张", "*"),
        (protected.masked_phone, "13800000001", "138****0001"),
        (protected.masked_address, "人民路12号3幢A501室", "人民路*号*幢*室"),
        (protected.masked_address, "长泾村八组十二号", "长泾村*组*号"),
    ],
)
def test_a_mask_shows_no_more_than_it_says(mask: Any, whole: str, shown: str) -> None:  # noqa: ANN401
    assert mask(whole) == shown


# Proving a number


@pytest.mark.usefixtures("tree")
async def test_a_proved_number_is_encrypted_found_by_its_index_and_masked() -> None:
    me = await somebody()
    payload = await verify(me, f"+86 {PHONE}")
    assert payload["userErrors"] == []
    assert payload["viewer"]["phoneMasked"] == "138****0001"
    sealed = await column("phone", me)
    assert PHONE.encode() not in sealed
    assert cipher.unseal(sealed, place=f"person.phone:{me}") == PHONE
    index = cipher.blind_index(PHONE, column="person.phone")
    assert await value("SELECT id FROM person WHERE phone_index = $1", index) == me
    assert await column("phone_verified_at", me) is not None
    event = await db.fetch_one("SELECT kind, version, facts FROM event")
    assert event
    assert tuple(event) == ("PHONE_VERIFIED", 2, "{}")


@pytest.mark.usefixtures("tree")
async def test_a_new_number_takes_the_place_of_the_old_one() -> None:
    me, other = await somebody(), await somebody("李四")
    await verify(me, PHONE)
    await verify(me, OTHER_PHONE, key="2")
    assert (await verify(other, PHONE))["viewer"]["phoneMasked"] == "138****0001"


@pytest.mark.usefixtures("tree")
async def test_a_number_that_another_has_proved_is_a_conflict() -> None:
    await somebody("李四", phone=PHONE)
    me = await somebody()
    before = await everything()
    assert codes(await verify(me, PHONE)) == [("CONFLICT", ["code"])]
    assert await everything() == before


@pytest.mark.usefixtures("tree")
async def test_of_many_who_prove_one_number_at_once_one_gets_it() -> None:
    people = [await somebody(f"用户{number}") for number in range(6)]
    answers = await asyncio.gather(*(verify(one, PHONE) for one in people))
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1, 1, 1, 1, 1]
    assert await value("SELECT count(*) FROM person WHERE phone IS NOT NULL") == 1


@pytest.mark.usefixtures("tree")
async def test_a_code_that_stands_for_nothing_is_refused_and_stays_refused() -> None:
    me = await somebody()
    before = await everything()
    for code, key in (("x", "1"), ("x", "1"), ("110", "2"), ("23800000001", "3")):
        assert codes(await verify(me, code, key=key)) == [("INVALID", ["code"])]
    assert await everything() == before


@pytest.mark.usefixtures("tree")
async def test_the_same_key_gives_the_same_answer_though_a_code_serves_once() -> None:
    me = await somebody()
    first, again = await verify(me, PHONE), await verify(me, PHONE)
    assert first == again
    assert await column("version", me) == 2
    assert codes(await verify(me, OTHER_PHONE)) == [("KEY_REUSED", ["idempotencyKey"])]


@pytest.mark.usefixtures("tree")
async def test_who_is_banned_proves_nothing() -> None:
    me = await somebody()
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", me)
    before = await everything()
    assert [code for code, _ in codes(await verify(me, PHONE))] == ["NOT_ALLOWED"]
    assert await everything() == before


# The claim


@pytest.mark.usefixtures("tree")
async def test_the_roster_row_of_the_number_becomes_the_one_who_proved_it() -> None:
    row = await roster_row(
        "王建国", phone=PHONE, identity_number=IDENTITY_NUMBER, is_party_member=True
    )
    home = await live(row)
    await live(await roster_row("王小花"))
    me = await somebody("微信用户")
    viewer = (await verify(me, PHONE))["viewer"]
    assert viewer == {
        "name": "王建国",
        "phoneMasked": "138****0001",
        "isPartyMember": True,
        "residence": {"startedOn": "2021-01-01", "area": {"code": MICRO_GRID}},
        "household": {"code": "H1", "head": {"name": "王建国"}},
        "pendingResidence": None,
    }
    # A number may have been given anew: who somebody is takes more than that.
    assert await column("identity_number", me) is None
    old = await db.fetch_one(
        "SELECT claimed_by_id, phone, phone_index, identity_number, identity_number_index"
        " FROM person WHERE id = $1",
        row,
    )
    assert old
    assert tuple(old) == (me, None, None, None, None)
    homes_now = await db.fetch(
        "SELECT person_id, state, started_on FROM residence WHERE household_id = $1 ORDER BY id",
        home,
    )
    assert (homes_now[0]["person_id"], homes_now[0]["state"]) == (row, "ENDED")
    assert tuple(homes_now[-1]) == (me, "CONFIRMED", date(2021, 1, 1))
    kinds = await db.fetch("SELECT thing_id, kind, actor_id FROM event ORDER BY id")
    assert [tuple(one) for one in kinds] == [(row, "CLAIMED", me), (me, "PHONE_VERIFIED", me)]


@pytest.mark.usefixtures("tree")
async def test_a_claim_leaves_a_home_of_ones_own_and_the_number_of_ones_own() -> None:
    row = await roster_row("王小明", phone=PHONE, identity_number=IDENTITY_NUMBER)
    await live(row, FAR_MICRO_GRID, "FAR")
    me = await somebody("王小明", identity_number=OTHER_IDENTITY_NUMBER)
    await live(me, MICRO_GRID, "OWN")
    viewer = (await verify(me, PHONE))["viewer"]
    assert (viewer["name"], viewer["household"]["code"]) == ("王小明", "OWN")
    sealed = await column("identity_number", me)
    assert cipher.unseal(sealed, place=f"person.identity_number:{me}") == OTHER_IDENTITY_NUMBER
    assert await value("SELECT state FROM residence WHERE person_id = $1", row) == "ENDED"
    assert await value("SELECT head_id FROM household WHERE code = 'FAR'") is None


@pytest.mark.usefixtures("tree")
async def test_a_claim_settles_what_was_asked_for_at_the_same_place() -> None:
    await live(await roster_row("王建国", phone=PHONE))
    me = await somebody()
    await db.execute(
        "INSERT INTO residence (person_id, area_code, state) VALUES ($1, $2, 'PENDING')",
        me,
        MICRO_GRID,
    )
    assert (await verify(me, PHONE))["viewer"]["pendingResidence"] is None
    assert await value("SELECT count(*) FROM residence WHERE state = 'WITHDRAWN'") == 1


async def _ask_to_live(person: int, name: str) -> None:
    await db.execute(
        "INSERT INTO residence (person_id, area_code, state, name) VALUES ($1, $2, 'PENDING', $3)",
        person,
        MICRO_GRID,
        name,
    )


@pytest.mark.usefixtures("tree")
async def test_who_says_the_same_name_takes_the_identity_number_too() -> None:
    await live(await roster_row("王建国", phone=PHONE, identity_number=IDENTITY_NUMBER))
    me = await somebody("微信用户")
    await _ask_to_live(me, "王建国")
    assert (await verify(me, PHONE))["viewer"]["name"] == "王建国"
    sealed = await column("identity_number", me)
    assert cipher.unseal(sealed, place=f"person.identity_number:{me}") == IDENTITY_NUMBER


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("has_home", [True, False])
async def test_who_says_another_name_takes_the_number_and_nothing_else(has_home: bool) -> None:
    row = await roster_row("王建国", phone=PHONE, identity_number=IDENTITY_NUMBER)
    await live(row)
    me = await somebody("赵六")
    if has_home:
        await live(me, FAR_MICRO_GRID, "FAR")
    else:
        await _ask_to_live(me, "赵六")
    viewer = (await verify(me, PHONE))["viewer"]
    assert (viewer["name"], viewer["phoneMasked"]) == ("赵六", "138****0001")
    assert (viewer["household"] or {}).get("code") == ("FAR" if has_home else None)
    assert await column("identity_number", me) is None
    # The row stays who it was, without the number that is not theirs any more.
    assert await column("phone_index", row) is None
    assert await column("identity_number", row) is not None
    assert await column("claimed_by_id", row) is None
    state = "SELECT state FROM residence WHERE person_id = $1"
    assert await value(state, row) == "CONFIRMED"
    kinds = await db.fetch("SELECT thing_id, kind FROM event ORDER BY id")
    assert [tuple(one) for one in kinds] == [(row, "PHONE_LOST"), (me, "PHONE_VERIFIED")]


@pytest.mark.usefixtures("tree")
async def test_offices_of_a_roster_row_end_and_are_nobodys() -> None:
    row = await roster_row("王建国", phone=PHONE)
    await live(row)
    await areas.appoint("GRID_LEAD", GRID, person_id=row)
    me = await somebody("微信用户")
    await verify(me, PHONE)
    office = await db.fetch_one("SELECT id, person_id, ended_on, ended_by_id FROM appointment")
    assert office
    assert (office["person_id"], office["ended_by_id"]) == (row, me)
    assert office["ended_on"] < await value("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
    assert (await access.rights_of(me)).held == ()
    claimed = await db.fetch_one("SELECT facts FROM event WHERE kind = 'CLAIMED'")
    assert claimed
    assert orjson.loads(claimed["facts"]) == {"claimedBy": me, "appointments": [office["id"]]}


@pytest.mark.usefixtures("tree")
async def test_of_two_who_claim_one_row_one_gets_it_whole() -> None:
    row = await roster_row("王建国", phone=PHONE)
    await live(row)
    people = [await somebody(f"用户{number}") for number in range(4)]
    answers = await asyncio.gather(*(verify(one, PHONE) for one in people))
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1, 1, 1]
    winner = await column("claimed_by_id", row)
    assert winner in people
    confirmed = await db.fetch("SELECT person_id FROM residence WHERE state = 'CONFIRMED'")
    assert [one["person_id"] for one in confirmed] == [winner]
    assert await value("SELECT head_id FROM household") == winner
