"""Bans: by administrators alone, for a reason, never of oneself nor of the last one."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from models import access, db, person
from models.access import NOBODY
from models.person import Asker, Standing
from tests import areas, homes
from tests.areas import CITY, TOWN
from tests.conftest import Database
from tests.graph import ask
from tests.homes import everything, live, person_id, somebody, value


@pytest.fixture(autouse=True)
async def admin(database: Database) -> int:
    await homes.plant()
    return await areas.appoint("ADMIN", CITY)


async def judge(
    name: str, actor: int, whom: int, *, reason: str = "冒用他人身份", key: str = "k"
) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    text = (
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input)"
        " { person { name } userErrors { code message path } } }"
    )
    given = {"personId": person_id(whom), "reason": reason, "idempotencyKey": key}
    payload: dict[str, Any] = (await ask(text, actor, input=given))[name]
    return payload


def code(payload: dict[str, Any]) -> str:
    assert payload["person"] is None
    (error,) = payload["userErrors"]
    return str(error["code"])


async def test_a_ban_holds_at_once_and_ends_with_all_as_before(admin: int) -> None:
    whom = await somebody("李四")
    await live(whom)
    await areas.appoint("LIAISON", areas.MICRO_GRID, person_id=whom)
    async with db.transaction() as connection:
        signed = await person.start_session(connection, whom, device="", now=datetime.now(UTC))
    before = await access.rights_of(whom)
    assert before.held
    done = await judge("personBan", admin, whom)
    assert done == {"person": {"name": "李四"}, "userErrors": []}
    assert await access.rights_of(whom) == NOBODY
    asker = Asker(whom, signed.session_id)
    assert await person.standing(asker) is Standing.BANNED
    assert (await ask("{ viewer { id } }", whom))["viewer"] is None
    # Sent again it is the same ban; another one finds that there is one.
    assert await judge("personBan", admin, whom) == done
    assert code(await judge("personBan", admin, whom, key="k2")) == "ILLEGAL_MOVE"
    assert (await judge("personUnban", admin, whom))["userErrors"] == []
    assert await access.rights_of(whom) == before
    assert await person.standing(asker) is Standing.SIGNED_IN
    assert code(await judge("personUnban", admin, whom, key="k2")) == "ILLEGAL_MOVE"


async def test_the_reason_is_kept_with_the_event_and_nowhere_else(admin: int) -> None:
    whom = await somebody("李四")
    await judge("personBan", admin, whom, reason="多次虚假上报")
    await judge("personUnban", admin, whom, reason="申诉成立")
    rows = await db.fetch(
        "SELECT kind, version, actor_id, thing_id, facts, body ->> 'reason' AS reason"
        " FROM event JOIN content ON content.id = content_id ORDER BY event.id"
    )
    assert [tuple(row) for row in rows] == [
        ("BANNED", 2, admin, whom, "{}", "多次虚假上报"),
        ("UNBANNED", 3, admin, whom, "{}", "申诉成立"),
    ]
    assert await value("SELECT version FROM person WHERE id = $1", whom) == 3


async def test_who_is_banned_is_seen_by_those_who_may_ban_and_by_nobody_else(admin: int) -> None:
    whom, mate = await somebody("李四"), await somebody("王五")
    await live(whom)
    await live(mate)
    officer = await areas.appoint("TOWN_OFFICER", TOWN)
    auditor = await areas.appoint("AUDITOR", CITY)
    query = "query ($id: ID!) { node(id: $id) { ... on Person { isBanned } } }"

    async def seen(viewer: int | None) -> object:
        return (await ask(query, viewer, id=person_id(whom)))["node"]

    assert await seen(admin) == {"isBanned": False}
    await judge("personBan", admin, whom)
    assert await seen(admin) == {"isBanned": True}
    # Those who see the person otherwise see the same of whoever is banned and who is not.
    assert [await seen(viewer) for viewer in (officer, mate)] == [{"isBanned": None}] * 2
    assert [await seen(viewer) for viewer in (auditor, whom, None)] == [None] * 3
    await judge("personUnban", admin, whom)
    assert await seen(admin) == {"isBanned": False}
    assert await seen(whom) == {"isBanned": None}


async def test_nobody_else_bans_and_nobody_themself(admin: int) -> None:
    await areas.appoint("ADMIN", CITY)
    officer = await areas.appoint("TOWN_OFFICER", TOWN)
    whom = await somebody("李四")
    before = await everything()
    for name in ("personBan", "personUnban"):
        assert code(await judge(name, officer, whom)) == "NOT_ALLOWED"
        assert code(await judge(name, officer, 987_654, key="k2")) == "NOT_ALLOWED"
        assert code(await judge(name, admin, admin)) == "NOT_ALLOWED"
        assert code(await judge(name, admin, 987_654, key="k2")) == "NOT_FOUND"
        assert code(await judge(name, admin, whom, reason=" ", key="k3")) == "INVALID"
    assert await everything() == before


async def test_the_last_administrator_without_an_end_is_not_banned(admin: int) -> None:
    passing = await areas.appoint("ADMIN", CITY, ended_on=date(2999, 1, 1))
    before = await everything()
    assert code(await judge("personBan", passing, admin)) == "ILLEGAL_MOVE"
    assert await everything() == before
    assert (await judge("personBan", admin, passing))["userErrors"] == []


async def test_of_two_administrators_who_ban_each_other_one_stays(admin: int) -> None:
    other = await areas.appoint("ADMIN", CITY)
    answers = await asyncio.gather(
        judge("personBan", admin, other), judge("personBan", other, admin)
    )
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1]
    assert await value("SELECT count(*) FROM person WHERE banned_at IS NOT NULL") == 1
