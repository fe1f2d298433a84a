"""What is protected, in full: for a reason, to those who may, and never without the log."""

from typing import Any

import asyncpg
import pytest

from models import db
from resolvers.node import global_id
from tests import areas, homes
from tests.areas import GRID, MICRO_GRID, OTHER_GRID, TOWN
from tests.conftest import Database
from tests.graph import ask, execute
from tests.homes import (
    FAR_MICRO_GRID,
    IDENTITY_NUMBER,
    NEXT_MICRO_GRID,
    OTHER_IDENTITY_NUMBER,
    PHONE,
    everything,
    live,
    person_id,
    roster_row,
    somebody,
    value,
)

REVEAL = """mutation ($input: PersonRevealInput!) { personReveal(input: $input) {
  revealed { phone identityNumber address registeredIdentityNumber registeredAddress }
  userErrors { code path } } }"""
LOG = """query ($person: ID, $reader: ID, $first: Int, $after: String) {
  accessLog(personId: $person, readerId: $reader, first: $first, after: $after) {
    nodes { reader { name phoneMasked } person { id name } fields reason }
    pageInfo { hasNextPage endCursor } } }"""
ALL = ["PHONE", "IDENTITY_NUMBER", "ADDRESS"]
ADDRESS = "长泾路7号2幢301室"


@pytest.fixture
async def neighbour(database: Database) -> int:
    """Give somebody with a home in MICRO_GRID and everything that is protected."""
    await homes.plant()
    key = await somebody("李四方", phone=PHONE, identity_number=IDENTITY_NUMBER)
    await live(key, address=ADDRESS)
    return key


async def reveal(
    reader: int, whom: str, fields: list[str] = ALL, reason: str = "上门走访"
) -> dict[str, Any]:
    said = {"personId": whom, "fields": fields, "reason": reason}
    payload: dict[str, Any] = (await ask(REVEAL, reader, input=said))["personReveal"]
    return payload


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    assert payload["revealed"] is None
    return [(error["code"], error["path"]) for error in payload["userErrors"]]


def shown(**given: str) -> dict[str, Any]:
    names = ("phone", "identityNumber", "address", "registeredIdentityNumber", "registeredAddress")
    return {"revealed": dict.fromkeys(names) | given, "userErrors": []}


async def test_those_in_charge_and_the_person_see_all_and_leave_a_line(neighbour: int) -> None:
    worker = await areas.appoint("GRID_WORKER", GRID, name="李工")
    whole = shown(phone=PHONE, identityNumber=IDENTITY_NUMBER, address=ADDRESS)
    assert await reveal(worker, person_id(neighbour)) == whole
    assert await reveal(neighbour, person_id(neighbour), ["PHONE"]) == shown(phone=PHONE)
    rows = await db.fetch(
        "SELECT reader_id, person_id, columns, content.body FROM access"
        " JOIN content ON content.id = content_id ORDER BY access.id"
    )
    assert [tuple(row) for row in rows] == [
        (worker, neighbour, "PHONE,IDENTITY_NUMBER,ADDRESS", '{"reason": "上门走访"}'),
        (neighbour, neighbour, "PHONE", '{"reason": "上门走访"}'),
    ]


async def test_those_who_may_see_a_person_but_not_in_full_are_told_so(neighbour: int) -> None:
    mate = await somebody("李小四")
    await live(mate)
    for reader in (mate, await areas.appoint("LIAISON", MICRO_GRID)):
        before = await everything()
        payload = await reveal(reader, person_id(neighbour))
        assert codes(payload) == [("NOT_ALLOWED", ["personId"])]
        assert await everything() == before


async def test_to_all_others_nobody_is_there(neighbour: int) -> None:
    others = [
        await somebody("赵六"),
        await areas.appoint("GRID_WORKER", OTHER_GRID),
        await areas.appoint("LIAISON", NEXT_MICRO_GRID),
        await areas.appoint("AUDITOR", areas.CITY),
        await areas.appoint("DEPARTMENT_OFFICER", areas.CITY),
    ]
    before = await everything()
    for reader in others:
        for whom in (
            person_id(neighbour),
            person_id(999_999),
            global_id("Area", 1),
            "x",
        ):
            assert codes(await reveal(reader, whom)) == [("NOT_FOUND", ["personId"])]
    assert await everything() == before


async def test_who_appointed_somebody_here_does_not_see_their_home_elsewhere(
    neighbour: int,
) -> None:
    await areas.appoint("VOLUNTEER", FAR_MICRO_GRID, person_id=neighbour)
    worker = await areas.appoint("GRID_WORKER", OTHER_GRID)
    seen = await ask(
        "query ($id: ID!) { node(id: $id) { ... on Person { name residence { id } } } }",
        worker,
        id=person_id(neighbour),
    )
    assert seen == {"node": {"name": "李四方", "residence": None}}
    assert codes(await reveal(worker, person_id(neighbour))) == [("NOT_ALLOWED", ["personId"])]


async def test_who_is_asked_for_a_home_sees_what_was_registered_and_not_the_old_home(
    neighbour: int,
) -> None:
    said = {
        "microGridCode": FAR_MICRO_GRID,
        "name": "李四方",
        "address": "滨江路8号",
        "identityNumber": OTHER_IDENTITY_NUMBER,
        "idempotencyKey": "k",
    }
    register = """mutation ($input: PersonRegisterInput!) {
      personRegister(input: $input) { userErrors { code } } }"""
    await ask(register, neighbour, input=said)
    worker = await areas.appoint("GRID_WORKER", OTHER_GRID)
    registered = {
        "registeredIdentityNumber": OTHER_IDENTITY_NUMBER,
        "registeredAddress": "滨江路8号",
    }
    assert await reveal(worker, person_id(neighbour)) == shown(phone=PHONE, **registered)
    town = await areas.appoint("TOWN_OFFICER", TOWN)
    assert await reveal(town, person_id(neighbour)) == shown(
        phone=PHONE, identityNumber=IDENTITY_NUMBER, address=ADDRESS, **registered
    )


async def test_a_reason_is_needed_and_something_to_see(neighbour: int) -> None:
    worker = await areas.appoint("GRID_WORKER", GRID)
    before = await everything()
    for reason in ("", " 访 ", "访" * 201, "走访\u200b", "走\n访", "走\0访"):
        payload = await reveal(worker, person_id(neighbour), reason=reason)
        assert codes(payload) == [("INVALID", ["reason"])]
    assert codes(await reveal(worker, person_id(neighbour), [])) == [("INVALID", ["fields"])]
    assert await everything() == before


async def test_nothing_is_shown_if_the_log_cannot_be_written(
    neighbour: int, database: Database
) -> None:
    worker = await areas.appoint("GRID_WORKER", GRID)
    await db.execute("ALTER TABLE access ADD CONSTRAINT no_more CHECK (id < 0)")
    said = {"personId": person_id(neighbour), "fields": ALL, "reason": "上门走访"}
    result = await execute(REVEAL, worker, input=said)
    assert result.data is None
    assert PHONE not in str(result)
    assert await value("SELECT count(*) FROM content") == 0


async def test_auditors_read_the_log_page_by_page_and_nobody_else_does(neighbour: int) -> None:
    worker = await areas.appoint("GRID_WORKER", GRID, name="李工头")
    other = await roster_row("王五")
    await live(other, MICRO_GRID, "H2")
    for whom in (neighbour, other, neighbour):
        await reveal(worker, person_id(whom), ["ADDRESS", "PHONE"], reason=f"走访{whom}")
    await reveal(neighbour, person_id(neighbour), ["PHONE"])
    auditor = await areas.appoint("AUDITOR", areas.CITY)
    line = {
        "reader": {"name": "李工头", "phoneMasked": None},
        "person": {"id": person_id(neighbour), "name": "李**"},
        "fields": ["PHONE", "ADDRESS"],
        "reason": f"走访{neighbour}",
    }
    of_both = {"person": person_id(neighbour), "reader": person_id(worker)}
    first = (await ask(LOG, auditor, first=1, **of_both))["accessLog"]
    assert (first["nodes"], first["pageInfo"]["hasNextPage"]) == ([line], True)
    rest = await ask(LOG, auditor, after=first["pageInfo"]["endCursor"], **of_both)
    assert rest["accessLog"]["nodes"] == [line]
    for asked, count in (
        ({}, 4),
        ({"person": person_id(other)}, 1),
        ({"reader": person_id(worker)}, 3),
        ({"reader": person_id(other)}, 0),
        ({"person": "x"}, 0),
    ):
        assert len((await ask(LOG, auditor, **asked))["accessLog"]["nodes"]) == count
    admin = await areas.appoint("ADMIN", areas.CITY)
    for reader in (None, worker, neighbour, admin):
        assert (await ask(LOG, reader))["accessLog"]["nodes"] == []


async def test_the_log_stays_as_it_was_written(neighbour: int) -> None:
    await reveal(neighbour, person_id(neighbour))
    before = await everything()
    for change in (
        "UPDATE access SET person_id = reader_id",
        "DELETE FROM access",
        "TRUNCATE access",
        "DELETE FROM content",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await db.execute(change)
    assert await everything() == before
