"""Documents over HTTP: refused, hidden, persisted, trusted."""

import hashlib
import json
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query

from api.document import Documents
from tests import edge
from tests.asking import (
    ACCEPT,
    JSON,
    assert_refused,
    post,
)


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "",
        "   ",
        "#",
        "{ nothing }",
        "{ town }",
        "fragment F on Query { name }",
        "type A { b: Int }",
        "query A { name } query B { name }",
        "{ ...F } fragment F on Query { ...F }",
        "query($a: X) { name }",
        "{ name(x: 1) }",
        "query($n: Int!) { echo(number: $n) }",
        "{ name } \x00",
    ],
)
def test_a_document_that_can_not_run_is_400_or_200_by_media_type(
    client: httpx.Client, query: str
) -> None:
    assert_refused(post(client, query), 400)
    assert_refused(post(client, query, accept=JSON), 200)


def test_an_operation_is_chosen_by_its_name(client: httpx.Client) -> None:
    query = "query A { name } query B { town { size } }"
    assert post(client, query, operationName="B").json() == {"data": {"town": {"size": 17}}}
    assert_refused(post(client, query, operationName="C"), 400)
    assert_refused(post(client, query), 400)


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "x" * 60_000 + " }",
        '{ echo(number: "' + "x" * 60_000 + '") }',
        "{ name @" + "x" * 60_000 + " }",
        "{ echo(number: " + "9" * 60_000 + ") }",
        "{ echo(" + "x" * 60_000 + ": 1) }",
        "{ " + "汉" * 20_000,
        "{ ..." + "x" * 60_000 + " }",
        "query " + "x" * 30_000 + " { name } query " + "x" * 30_000 + " { name }",
        "{ " + "x" * 60_000 + ": name }",
        "{ " + " ".join(f"n{i}" for i in range(400)) + " }",
    ],
    ids=range(10),
)
def test_no_text_of_a_client_comes_back_at_length(client: httpx.Client, query: str) -> None:
    answer = post(client, query)
    assert_refused(answer, 400)
    for error in answer.json()["errors"]:
        assert len(error["message"]) <= 100
    assert len(answer.json()["errors"]) <= 10


def test_a_name_of_operation_comes_back_short(client: httpx.Client) -> None:
    assert len(assert_refused(post(client, "{name}", operationName="x" * 60_000), 400)) <= 100


def test_the_schema_is_not_told_unless_it_is_public(client: httpx.Client) -> None:
    assert_refused(post(client, "{ __schema { types { name } } }"), 400)
    assert_refused(post(client, '{ __type(name: "Town") { name } }'), 400)
    assert "mean" not in assert_refused(post(client, "{ nam }"), 400)
    assert "mean" not in assert_refused(
        post(
            client,
            "query($at: PlaceInput!) { place(at: $at) }",
            variables={"at": {"longitude": 1, "latitude": 2, "latitud": 3}},
        ),
        400,
    )
    assert post(client, "{ __typename }").json() == {"data": {"__typename": "Query"}}


def test_a_public_schema_tells_all() -> None:
    public = edge.endpoint(Documents(edge.schema(), public_schema=True))
    with edge.served(public) as port:
        url = f"http://127.0.0.1:{port}/graphql"
        query = get_introspection_query(input_value_deprecation=True)
        answer = httpx.post(url, json={"query": query}, headers=ACCEPT)
        assert answer.json()["data"]["__schema"]["queryType"] == {
            "name": "Query",
            "kind": "OBJECT",
        }
        near = httpx.post(url, json={"query": "{ nam }"}, headers=ACCEPT)
    assert "Did you mean 'name'" in near.json()["errors"][0]["message"]


# Persisted and trusted documents


def persisted(digest: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}


def test_a_persisted_query_is_sent_once_and_then_named() -> None:
    query = "{ town { size } }"
    name = persisted(hashlib.sha256(query.encode()).hexdigest())
    with edge.served(edge.endpoint()) as port:
        url = f"http://127.0.0.1:{port}/graphql"
        unknown = httpx.post(url, json=name, headers=ACCEPT)
        legacy = httpx.post(url, json=name)
        first = httpx.post(url, json={"query": query, **name}, headers=ACCEPT)
        again = httpx.post(url, json=name, headers=ACCEPT)
        by_get = httpx.get(url, params={"extensions": json.dumps(name["extensions"])})
    for answer, status in ((unknown, 400), (legacy, 200)):
        message = assert_refused(answer, status, "PERSISTED_QUERY_NOT_FOUND")
        assert message == "PersistedQueryNotFound"
    for answer in (first, again, by_get):
        assert answer.json() == {"data": {"town": {"size": 17}}}


def test_a_persisted_query_must_have_the_hash_it_names(client: httpx.Client) -> None:
    name = persisted(hashlib.sha256(b"{ name }").hexdigest())
    assert_refused(post(client, "{ town { size } }", **name), 400)


def test_only_trusted_documents_run_when_there_are_some() -> None:
    query = "{ town { size } }"
    digest = hashlib.sha256(query.encode()).hexdigest()
    trusting = edge.endpoint(Documents(edge.schema(), trusted={digest: query}))
    with edge.served(trusting) as port:
        url = f"http://127.0.0.1:{port}/graphql"
        by_text = httpx.post(url, json={"query": query}, headers=ACCEPT)
        by_hash = httpx.post(url, json=persisted(digest), headers=ACCEPT)
        other = httpx.post(url, json={"query": "{ name }"}, headers=ACCEPT)
        unknown = httpx.post(url, json=persisted("0" * 64), headers=ACCEPT)
    assert by_text.json() == by_hash.json() == {"data": {"town": {"size": 17}}}
    for answer in (other, unknown):
        assert assert_refused(answer, 400) == "Only trusted documents may run here."
