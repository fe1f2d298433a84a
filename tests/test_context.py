"""What a request knows of who asks, and when its answer may go."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import pytest
from starlette.types import Scope

from models import db, person
from models.errors import Unavailable
from resolvers.context import Context
from resolvers.errors import EdgeCode, EdgeError
from resolvers.schema import schema
from tests import edge
from tests.asking import JSON, assert_refused, served_once
from tests.conftest import Database
from tests.graph import GivenPhones, NoSessions

ANSWER: dict[str, object] = {"viewer": None, "tickets": []}


async def signed_in() -> person.SignedIn:
    async with db.transaction() as connection:
        key = await connection.fetchval("INSERT INTO person (name) VALUES ('张三') RETURNING id")
        return await person.start_session(connection, key, device="", now=datetime.now(UTC))


def request_of(signed: person.SignedIn) -> Context:
    key = signed.person.id
    return Context(
        key, "test", "10.0.0.1", NoSessions(), GivenPhones(), session_id=signed.session_id
    )


async def end(signed: person.SignedIn) -> None:
    await db.execute("DELETE FROM session WHERE id = $1", signed.session_id)


async def code_of_refusal(context: Context) -> EdgeCode:
    with pytest.raises(EdgeError) as refused:
        await context.let_go(ANSWER)
    return refused.value.code


async def test_an_answer_that_depends_on_who_asks_goes_while_the_session_holds(
    database: Database,
) -> None:
    signed = await signed_in()
    before, after = request_of(signed), request_of(signed)
    assert not before.is_held_back
    assert before.person_id == signed.person.id
    assert before.is_held_back
    await before.let_go(ANSWER)
    await end(signed)
    assert after.person_id == signed.person.id
    assert await code_of_refusal(after) is EdgeCode.UNAUTHENTICATED


async def test_who_is_banned_meanwhile_is_told_so(database: Database) -> None:
    signed = await signed_in()
    await db.execute("UPDATE person SET banned_at = now()")
    context = request_of(signed)
    assert context.person_id
    assert await code_of_refusal(context) is EdgeCode.FORBIDDEN


async def test_an_answer_of_nothing_needs_no_statement(database: Database) -> None:
    signed = await signed_in()
    await end(signed)
    context = request_of(signed)
    assert context.person_id
    await context.let_go({"viewer": None})
    await context.let_go(None)


async def test_nobody_is_held_back_by_nothing() -> None:
    context = Context(None, "test", "10.0.0.1", NoSessions(), GivenPhones())
    assert context.person_id is None
    assert not context.is_held_back
    with pytest.raises(EdgeError) as refused:
        await context.confirm()
    assert refused.value.code is EdgeCode.UNAUTHENTICATED


@pytest.fixture
async def statements(database_url: str) -> AsyncIterator[list[str]]:
    await db.connect(database_url, pool_size=1)
    sent: list[str] = []
    async with db.pool().acquire() as connection:
        connection.add_query_logger(lambda query: sent.append(query.query))
    yield sent
    await db.close()


async def test_the_viewer_costs_one_statement_with_the_session_in_it(
    statements: list[str],
) -> None:
    signed = await signed_in()
    # The first time asyncpg asks for the types, too.
    await schema.execute("{ viewer { roles } }", context_value=request_of(signed))
    statements.clear()
    context = request_of(signed)
    result = await schema.execute("{ viewer { name roles } }", context_value=context)
    assert result.data == {"viewer": {"name": "张三", "roles": ["RESIDENT"]}}
    assert len(statements) == 1
    assert not context.is_held_back


async def test_a_request_confirms_once(statements: list[str]) -> None:
    context = request_of(await signed_in())
    statements.clear()
    for _ in range(3):
        await context.confirm()
    assert context.person_id
    assert not context.is_held_back
    assert len(statements) == 1


class HeldBack(edge.Context):
    """Somebody whose answers may not go."""

    is_held_back = True

    def __init__(self, reason: Exception) -> None:
        self.reason = reason

    async def let_go(self, answer: Mapping[str, object] | None) -> None:
        assert answer == {"name": "物"}
        raise self.reason


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        (EdgeError(EdgeCode.UNAUTHENTICATED, "请先登录"), 401, "UNAUTHENTICATED"),
        (EdgeError(EdgeCode.FORBIDDEN, "不可以"), 403, "FORBIDDEN"),
        (Unavailable("connection to 10.0.0.7 refused"), 503, "UNAVAILABLE"),
    ],
)
def test_nothing_of_an_answer_that_may_not_go_leaves(
    reason: Exception, status: int, code: str
) -> None:
    async def admit(
        _scope: Scope, _headers: Mapping[bytes, bytes], *, request_id: str
    ) -> edge.Context:
        return HeldBack(reason)

    answer = served_once(edge.endpoint(admitting=admit), "{ name }", accept=JSON)
    assert_refused(answer, status, code)
    assert "物" not in answer.text
    assert "10.0.0.7" not in answer.text
