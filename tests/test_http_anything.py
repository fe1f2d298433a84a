"""Whatever comes over HTTP is answered in order."""

import asyncio

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from tests import edge
from tests.asking import (
    GRAPHQL,
    REFUSAL_BYTES_MOST,
)

application = edge.endpoint()


def answered(content: bytes, *, method: str = "POST", accept: str = GRAPHQL) -> tuple[int, bytes]:
    """Call the endpoint as a server would, and give status and body."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"accept", accept.encode("latin-1"))]
    scope = {
        "type": "http",
        "method": method,
        "query_string": content if method == "GET" else b"",
        "headers": headers,
    }
    asyncio.run(application(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def assert_orderly(status: int, body: bytes) -> None:
    assert status < 500
    decoded = orjson.loads(body)
    assert len(body) < REFUSAL_BYTES_MOST or "data" in decoded
    assert "data" in decoded or decoded["errors"]


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from(["GET", "POST"]), st.text("aj/*;=q.0,", max_size=30)
)
def test_no_bytes_break_the_server(content: bytes, method: str, accept: str) -> None:
    assert_orderly(*answered(content, method=method, accept=accept))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(max_size=20)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
queries = st.sampled_from(
    [
        "query($v: Int) { echo(number: $v) }",
        "query($v: [Int!]) { echo(numbers: $v) }",
        "query($v: PlaceInput!) { place(at: $v) }",
        "query($v: String!) { echo(text: $v) }",
        "query($v: Int!) { things(first: $v) { name } }",
        "query($v: Boolean!) { name @include(if: $v) }",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {"query": json_values | queries},
        optional={
            "variables": json_values | st.fixed_dictionaries({"v": json_values}),
            "operationName": json_values,
            "extensions": json_values | st.fixed_dictionaries({"persistedQuery": json_values}),
        },
    )
)
@example({"query": "query($v: [Int!]) { echo(numbers: $v) }", "variables": {"v": ["x"] * 9000}})
def test_no_json_breaks_the_server(request: dict[str, object]) -> None:
    assert_orderly(*answered(orjson.dumps(request)))


pieces = st.sampled_from(
    [
        "{",
        "}",
        "(",
        ")",
        "name",
        "town",
        "things",
        "first",
        ":",
        "1",
        "$v",
        "query",
        "fragment F on Query",
        "...",
        "...F",
        "... on Town",
        "@include(if: true)",
        "@skip",
        "mutation",
        '"x"',
        '"""y',
        "[",
        "]",
        "!",
        "-",
        "9" * 5000,
        "__schema",
        "__typename",
        "\\ud800",
        "#",
        "\n",
        "&",
        "null",
        "=",
        "汉",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=40))
def test_no_document_breaks_the_server(words: list[str]) -> None:
    assert_orderly(*answered(orjson.dumps({"query": " ".join(words)})))
