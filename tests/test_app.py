"""The whole application as one process, asked over HTTP."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jwt
import pytest
import redis
from redis.client import Monitor

from api.stack import Servers
from tests.databases import Databases
from tests.program import SECRET
from tests.server import NEAR, POINT, SIGN_IN, Program, program

ORIGIN = "https://mini.example"
METRICS_TOKEN = "the token of the metrics"  # noqa: S105
VIEWER = "{ viewer { id name roles } }"


@pytest.fixture(scope="module")
def city_database(databases: Databases, city_template: str) -> Iterator[str]:
    with databases.copy(city_template) as url:
        yield url


@pytest.fixture(scope="module")
def app(
    city_database: str, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    with program(
        tmp_path_factory.mktemp("app") / "stderr",
        DATABASE_URL=city_database,
        REDIS_URL=servers.redis_url,
        ALLOWED_ORIGINS=ORIGIN,
        METRICS_TOKEN=METRICS_TOKEN,
        TRUSTED_PROXIES="127.0.0.1",
    ) as started:
        yield started.ready()


def raw(app: Program, *lines: bytes) -> tuple[bytes, bytes]:
    """Send a request's head as it is; gives the status line and all that follows."""
    head = b"\r\n".join([*lines, b"connection: close", b"", b""])
    with socket.create_connection(("127.0.0.1", app.port), timeout=5) as client:
        client.sendall(head)
        answer = b""
        while part := client.recv(65_536):
            answer += part
    line, _, rest = answer.partition(b"\r\n")
    return line, rest


# The name of the server, and the headers of all answers


@pytest.mark.parametrize("path", [b"/", b"/graphql", b"/health/live", b"/nowhere"])
@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [b"host:"],
        [b"host: evil.example"],
        [b"host: localhost.evil.example"],
        [b"host: evil.example:8000"],
        [b"host: localhost", b"host: evil.example"],
        [b"host: localhost", b"host: localhost"],
        [b"host: localhost, evil.example"],
        [b"host: localhost:80:80"],
    ],
)
def test_a_host_that_is_not_ours_is_refused(app: Program, path: bytes, hosts: list[bytes]) -> None:
    line, rest = raw(app, b"GET " + path + b" HTTP/1.1", *hosts)
    assert line == b"HTTP/1.1 400 Bad Request"
    assert b'"code":"BAD_REQUEST"' in rest
    assert b"x-content-type-options: nosniff" in rest
    assert b"evil" not in rest


@pytest.mark.parametrize(
    "host", [b"localhost", b"LOCALHOST:8000", b"127.0.0.1", b"[::1]", b"[::1]:8000"]
)
def test_every_name_of_the_loopback_is_ours(app: Program, host: bytes) -> None:
    line, _ = raw(app, b"GET /health/live HTTP/1.1", b"host: " + host)
    assert line == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "path", ["/", "/start.js", "/graphql", "/health/live", "/metrics", "/nowhere"]
)
def test_every_answer_has_safe_headers_and_does_not_name_the_server(
    app: Program, path: str
) -> None:
    headers = httpx.get(f"{app.address}{path}").headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers.get_list("cache-control") == ["no-store"]
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/graphql/", "/nothing", "//graphql"])
def test_a_path_that_is_none_is_refused_like_all_else(app: Program, path: str) -> None:
    answer = httpx.get(f"{app.address}{path}")
    assert answer.status_code == 404
    assert answer.json() == {
        "errors": [{"message": "Not Found", "extensions": {"code": "BAD_REQUEST"}}]
    }


def test_a_request_id_is_given_back_if_it_is_one(app: Program) -> None:
    given = app.ask(VIEWER, **{"x-request-id": "a.b-C_7"})
    assert given.headers["x-request-id"] == "a.b-C_7"
    for wrong in ("a b", "x" * 65, "<script>"):
        made = app.ask("{", **{"x-request-id": wrong})
        assert made.headers["x-request-id"] != wrong
        (error,) = made.json()["errors"]
        assert error["extensions"]["requestId"] == made.headers["x-request-id"]


# Browsers


def preflight(app: Program, origin: str) -> httpx.Response:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    return httpx.options(f"{app.address}/graphql", headers=asked)


def test_a_listed_origin_may_ask(app: Program) -> None:
    allowed = preflight(app, ORIGIN)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
    answer = app.ask(VIEWER, origin=ORIGIN)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "retry-after" in answer.headers["access-control-expose-headers"]


def test_another_origin_may_not(app: Program) -> None:
    for origin in (
        "https://evil.example",
        "null",
        f"{ORIGIN}.evil.example",
        "http://mini.example",
    ):
        refused = preflight(app, origin)
        assert refused.status_code == 400
        assert "access-control-allow-origin" not in refused.headers
        assert "access-control-allow-origin" not in app.ask(VIEWER, origin=origin).headers


# Health and metrics


def test_health_says_live_and_ready(app: Program) -> None:
    assert httpx.get(f"{app.address}/health/live").json() == {"status": "live"}
    assert httpx.get(f"{app.address}/health/ready").json() == {"status": "ready"}


def test_metrics_are_for_those_with_the_token(app: Program) -> None:
    def metrics(**headers: str) -> httpx.Response:
        return httpx.get(f"{app.address}/metrics", headers=headers)

    for wrong in ({}, {"authorization": "Bearer x"}, {"authorization": METRICS_TOKEN}):
        assert metrics(**wrong).status_code == 403
    app.names_near()
    shown = metrics(authorization=f"Bearer {METRICS_TOKEN}")
    assert shown.status_code == 200
    assert 'wangge_graphql_requests_total{code="OK"}' in shown.text
    assert "process_resident_memory_bytes" in shown.text


# Who asks


def test_a_development_person_signs_in_and_is_the_viewer(app: Program) -> None:
    token = app.token("dev:lead")
    answer = app.ask(VIEWER, authorization=f"Bearer {token}")
    viewer = answer.json()["data"]["viewer"]
    assert viewer["roles"] == ["RESIDENT", "GRID_LEAD"]


def test_a_code_that_is_none_is_a_user_error(app: Program) -> None:
    answer = app.ask(SIGN_IN, {"code": "dev:nobody"})
    assert answer.json()["data"]["sessionStart"] == {
        "session": None,
        "userErrors": [{"code": "INVALID"}],
    }


def test_a_token_that_is_forged_or_over_is_401(app: Program) -> None:
    good = app.token()
    claims = jwt.decode(good, options={"verify_signature": False})
    header = {"kid": jwt.get_unverified_header(good)["kid"]}
    over = {**claims, "exp": datetime.now(UTC) - timedelta(seconds=1)}
    for token in (
        jwt.encode(over, SECRET, "HS256", headers=header),
        jwt.encode(claims, SECRET + "x", "HS256", headers=header),
        jwt.encode(claims, "", "none", headers=header),
        "x",
    ):
        for accept in ("application/json", "application/graphql-response+json"):
            refused = app.ask(VIEWER, authorization=f"Bearer {token}", accept=accept)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == "Bearer"
            (error,) = refused.json()["errors"]
            assert error["extensions"]["code"] == "UNAUTHENTICATED"


# How often


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
def test_signing_in_too_often_is_429(app: Program, accept: str) -> None:
    headers = {"accept": accept, "x-forwarded-for": f"10.0.0.{len(accept)}"}
    for _ in range(30):
        assert app.ask(SIGN_IN, {"code": "x"}, **headers).status_code == 200
    limited = app.ask(SIGN_IN, {"code": "x"}, **headers)
    assert limited.status_code == 429
    assert limited.headers["retry-after"] in {"1", "2"}
    answer = limited.json()
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LIMITED"]


def test_an_address_in_a_hurry_is_429_and_those_signed_in_behind_it_are_not(app: Program) -> None:
    token = app.token()
    address = {"x-forwarded-for": "10.1.0.1"}
    with httpx.Client(base_url=app.address, headers=address) as client:
        for _ in range(2_000):
            answer = client.get("/graphql", params={"query": "{ __typename }"})
            if answer.status_code != 200:
                break
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["errors"][0]["extensions"]["code"] == "LIMITED"
    signed_in = app.ask(VIEWER, authorization=f"Bearer {token}", **address)
    assert signed_in.status_code == 200
    assert app.ask(VIEWER, **{"x-forwarded-for": "10.1.0.2"}).status_code == 200


# What an answer costs


def test_an_answer_without_errors_logs_nothing_and_asks_no_redis(
    app: Program, servers: Servers
) -> None:
    token = app.token()
    with redis.Redis.from_url(servers.redis_url) as client, client.monitor() as monitor:
        before = app.said
        client.set("beginning", 1)
        for _ in range(50):
            assert "errors" not in app.ask(NEAR, {"near": POINT}).json()
            assert "errors" not in app.ask(VIEWER, authorization=f"Bearer {token}").json()
        client.set("end", 1)
        seen = commands(monitor)
    # The hub waits for news, the relay looks after the stream, the buckets are settled: each about
    # once a second, whoever asks. Any of them may open its connection now.
    background = {"XREAD", "XREVRANGE", "SCRIPT", "EVALSHA", "HELLO", "CLIENT"}
    assert {command.split()[0] for command in seen} <= background
    assert len(seen) < 50
    assert app.said == before


def commands(monitor: Monitor) -> list[str]:
    """Give what the program told its database of Redis between the two marks."""
    seen: list[str] = []
    is_between = False
    while True:
        command = monitor.next_command()  # type: ignore[no-untyped-call] # redis-py says nothing
        text = command["command"]
        if text.startswith("SET beginning"):
            is_between = True
        elif text.startswith("SET end"):
            return seen
        elif is_between and command["db"] == 0 and command["client_type"] != "lua":
            seen.append(text)


def test_the_standard_city_fits_into_the_memory_of_a_serving_process(app: Program) -> None:
    app.names_near()
    pages = int(Path(f"/proc/{app.process.pid}/statm").read_text().split()[1])
    assert pages * 4_096 < 120 * 1_048_576
