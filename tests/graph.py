"""Asking the schema without the edge, as somebody or nobody."""

from typing import Any

from strawberry.types import ExecutionResult

from models.errors import Code, Refusal
from resolvers.context import Context, Session
from resolvers.schema import schema


class NoSessions:
    """Signs nobody in."""

    async def start(self, code: str, *, address: str, device: str) -> Session:
        raise AssertionError((code, address, device))

    async def refresh(self, token: str, *, address: str) -> Session:
        raise AssertionError((token, address))

    async def end(self, token: str, *, address: str) -> None:
        raise AssertionError((token, address))


class GivenPhones:
    """Takes the number itself for the code that stands for it; "x" stands for none."""

    async def number(self, code: str) -> str:
        if code == "x":
            raise Refusal(Code.INVALID, "手机号凭证无效", "code")
        return code


async def ask(query: str, person_id: int | None = None, **variables: object) -> dict[str, Any]:
    """Give the data of an answer that must have no errors."""
    result = await execute(query, person_id, **variables)
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data


async def execute(
    query: str, person_id: int | None = None, **variables: object
) -> ExecutionResult:
    """Give an answer with its errors."""
    context = Context(person_id, "test", "127.0.0.1", NoSessions(), GivenPhones())
    return await schema.execute(query, variables, context_value=context)
