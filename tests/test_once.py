"""Once only: the same key gives the same answer, whatever happened to the first one."""

import asyncio

import pytest

from models import db
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from tests import areas
from tests.conftest import Database


@pytest.fixture
async def person(database: Database) -> int:
    await areas.plant()
    return await areas.appoint("ADMIN", areas.CITY)


async def rows(table: str) -> int:
    row = await db.fetch_one(f"SELECT count(*) AS rows FROM {table}")  # noqa: S608 - our own
    assert row
    return int(row["rows"])


async def _write(connection: Connection) -> int:
    key: int = await connection.fetchval("INSERT INTO content (body) VALUES ('1') RETURNING id")
    return key


async def _write_and_refuse(connection: Connection) -> int:
    await _write(connection)
    raise Refusal(Code.TOO_LATE, "太晚了", "here")


async def test_the_same_key_and_input_acts_once(person: int) -> None:
    asked = {"a": 1, "b": ["2"]}
    first = await once(_write, person_id=person, operation="try", key="k", asked=asked)
    again = dict(reversed(asked.items()))
    assert await once(_write, person_id=person, operation="try", key="k", asked=again) == first
    assert await rows("content") == 1


async def test_many_at_once_act_once_and_get_the_same_answer(person: int) -> None:
    answers = await asyncio.gather(
        *(once(_write, person_id=person, operation="try", key="k", asked={}) for _ in range(30))
    )
    assert len(set(answers)) == 1
    assert await rows("content") == 1


async def test_a_refusal_is_an_answer_and_leaves_nothing_behind(person: int) -> None:
    for act in (_write_and_refuse, _write):
        with pytest.raises(Refusal) as refused:
            await once(act, person_id=person, operation="try", key="k", asked={})
        no = refused.value
        assert (no.code, no.message, no.path) == (Code.TOO_LATE, "太晚了", ("here",))
    assert await rows("content") == 0


async def test_a_key_with_another_input_is_refused(person: int) -> None:
    await once(_write, person_id=person, operation="try", key="k", asked={"a": 1})
    with pytest.raises(Refusal) as refused:
        await once(_write, person_id=person, operation="try", key="k", asked={"a": 2})
    assert refused.value.code is Code.KEY_REUSED
    assert await rows("content") == 1


async def test_a_key_belongs_to_a_person_and_an_operation(person: int) -> None:
    other = await areas.appoint("ADMIN", areas.CITY)
    for who, operation in ((person, "try"), (person, "try more"), (other, "try")):
        await once(_write, person_id=who, operation=operation, key="k", asked={"who": who})
    assert await rows("content") == 3


async def test_a_failure_leaves_the_key_free(person: int) -> None:
    async def fail(connection: Connection) -> int:
        await _write(connection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await once(fail, person_id=person, operation="try", key="k", asked={})
    await once(_write, person_id=person, operation="try", key="k", asked={})
    assert await rows("content") == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "k\0"])
async def test_a_key_out_of_bounds_is_invalid(person: int, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        await once(_write, person_id=person, operation="try", key=key, asked={})
    assert refused.value.code is Code.INVALID
    assert (await rows("content"), await rows("once")) == (0, 0)
