"""Asking the small schema of tests/edge.py over HTTP, and what a refusal looks like."""

import httpx

from api.http import GraphQLEndpoint
from tests import edge

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
REFUSAL_BYTES_MOST = 2048
ACCEPT = {"accept": GRAPHQL}


def post(
    client: httpx.Client, query: object, *, accept: str = GRAPHQL, **more: object
) -> httpx.Response:
    return client.post("/graphql", json={"query": query, **more}, headers={"accept": accept})


def send(client: httpx.Client, content: bytes, **headers: str) -> httpx.Response:
    plain = {"content-type": JSON, **ACCEPT}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/graphql", content=content, headers={**plain, **named})


def assert_refused(answer: httpx.Response, status: int, code: str = "BAD_REQUEST") -> str:
    """Assert a refusal's form, and give its message."""
    assert answer.status_code == status
    assert len(answer.content) < REFUSAL_BYTES_MOST
    body = answer.json()
    assert set(body) == {"errors"}
    for error in body["errors"]:
        assert error["extensions"] == {
            "code": code,
            "requestId": answer.headers["x-request-id"],
        }
    message: str = body["errors"][0]["message"]
    return message


def served_once(application: GraphQLEndpoint, query: str, **headers: str) -> httpx.Response:
    with edge.served(application) as port:
        url = f"http://127.0.0.1:{port}/graphql"
        return httpx.post(url, json={"query": query}, headers={**ACCEPT, **headers})
