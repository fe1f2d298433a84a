"""Asking for a mutation as somebody, and for the same of what there is not."""

from functools import cache
from inspect import isawaitable
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLObjectType,
    execute,
    get_named_type,
    is_composite_type,
    parse,
    validate,
)

from api.identity import SignIn, Tokens
from api.rate import RateLimits
from resolvers.context import Context
from resolvers.node import global_id, key_of
from resolvers.schema import schema
from tests.graph import GivenPhones
from tests.program import SECRET
from tests.rights_cases import Try
from tests.rights_city import Actor

GRAPH = schema._schema
SESSIONS = SignIn(Tokens(SECRET), RateLimits(), lets_developers_in=False)
NOBODYS_KEY, NOBODYS_PHONE = 987_654_321, "13987654321"
HIDDEN = (
    "ActiveSession",
    "Merchant",
    "Notification",
    "Person",
    "PointsBoard",
    "PointsInspection",
    "PointsObjection",
    "PointsService",
    "PointsTransaction",
    "Residence",
    "Reward",
    "Ticket",
    "Voucher",
)
"""Types of which not everybody knows what there is.

Units, stations and programmes are public, and so are the offices of today; those that are not are
asked for in tests/test_reading.py.
"""


class Said(NamedTuple):
    """What a mutation answered: "done", or the codes of what went wrong, and all that was told."""

    codes: str
    told: str = ""


async def ask(
    document: DocumentNode, person_id: int | None, variables: dict[str, Any]
) -> ExecutionResult:
    """Give the answer to a document that was prepared before."""
    asked = execute(
        GRAPH,
        document,
        context_value=Context(person_id, "test", "127.0.0.1", SESSIONS, GivenPhones()),
        variable_values=variables,
    )
    answer = await asked if isawaitable(asked) else asked
    assert isinstance(answer, ExecutionResult)
    return answer


@cache
def prepared(text: str) -> DocumentNode:
    """Parse a document and validate it, once however often it is asked."""
    document = parse(text)
    assert validate(GRAPH, document) == []
    return document


async def carry_out(mutation: str, actor: Actor, given: dict[str, Any]) -> Said:
    """Ask for a mutation."""
    answer = await ask(_document_of(mutation), actor.person_id, {"input": given})
    if answer.errors:
        whole = " ".join(error.message for error in answer.errors)
        return Said(" ".join(_code(error.original_error) for error in answer.errors), whole)
    assert answer.data is not None
    payload: dict[str, Any] = dict(answer.data[mutation])
    errors = payload.pop("userErrors")
    (result,) = payload.values()
    assert (result is None) == bool(errors) or mutation == "sessionEnd", payload
    if isinstance(result, dict) and result.get("isWritten") is False:
        # A table with rows that are not for the one who brings it.
        return Said("NOT_ALLOWED")
    return Said(" ".join(error["code"] for error in errors) or "done", str(errors))


def absent(tried: Try) -> dict[str, Any]:
    """Give the same input about what there is not."""
    given = {name: _absent(value) for name, value in tried.input.items()}
    if "idempotencyKey" in given:
        given["idempotencyKey"] += " of nothing"
    if "phone" in given:
        given["phone"] = NOBODYS_PHONE
    return given


def _absent(value: Any) -> Any:  # noqa: ANN401 - any value of an input
    if isinstance(value, list):
        return [_absent(one) for one in value]
    if isinstance(value, dict):
        return {name: _absent(one) for name, one in value.items()}
    kinds = [kind for kind in HIDDEN if isinstance(value, str) and key_of(value, kind)]
    return global_id(kinds[0], NOBODYS_KEY) if kinds else value


def _code(error: BaseException | None) -> str:
    return str(getattr(error, "code", repr(error)))


@cache
def _document_of(mutation: str) -> DocumentNode:
    """Write the document of a mutation: its result by its type alone, and all of its errors."""
    assert GRAPH.mutation_type
    payload = get_named_type(GRAPH.mutation_type.fields[mutation].type)
    assert isinstance(payload, GraphQLObjectType)
    result = next(name for name in payload.fields if name != "userErrors")
    shown = get_named_type(payload.fields[result].type)
    wanted = ""
    if is_composite_type(shown):
        is_report = isinstance(shown, GraphQLObjectType) and "isWritten" in shown.fields
        wanted = "{ __typename isWritten }" if is_report else "{ __typename }"
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    return prepared(
        f"mutation ($input: {kind}!) {{ {mutation}(input: $input)"
        f" {{ {result} {wanted} userErrors {{ code message path }} }} }}"
    )
