"""Errors over HTTP: of fields, of those who are not admitted, and the traces they leave."""

from collections.abc import Mapping

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.types import Scope
from structlog.testing import capture_logs

from api.document import Documents
from api.http import GraphQLEndpoint
from api.limits import Limits
from resolvers.errors import EdgeCode, EdgeError
from tests import edge
from tests.asking import (
    GRAPHQL,
    JSON,
    assert_refused,
    post,
    send,
    served_once,
)


def test_an_argument_that_can_not_be_answered_is_told_in_the_words_of_the_domain(
    client: httpx.Client,
) -> None:
    answer = post(client, "{ wrong }")
    assert answer.status_code == 200
    body = answer.json()
    assert body["data"] is None
    assert body["errors"][0]["message"] == "坐标不在城市范围内"
    assert body["errors"][0]["path"] == ["wrong"]
    assert body["errors"][0]["locations"] == [{"line": 1, "column": 3}]
    assert body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_an_answer_lost_to_the_database_is_503_with_a_time_to_retry(
    client: httpx.Client, accept: str
) -> None:
    answer = post(client, "{ name unavailable }", accept=accept)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "10.0.0.7" not in answer.text
    assert answer.json()["errors"][0]["message"] == "服务暂时不可用，请稍后再试"
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


def test_an_answer_in_part_is_200_with_what_there_is(client: httpx.Client) -> None:
    answer = post(client, "{ name maybeUnavailable }")
    assert answer.status_code == 200
    assert answer.json()["data"] == {"name": "物", "maybeUnavailable": None}
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


def test_a_bug_shows_nothing_of_the_house_and_is_logged_with_the_request_id(
    client: httpx.Client,
) -> None:
    with capture_logs() as lines:
        answer = send(client, b'{"query":"{ name broken }"}', x_request_id="from-the-phone.1")
    assert answer.status_code == 200
    assert "secret" not in answer.text
    error = answer.json()["errors"][0]
    assert error["message"] == "服务器内部错误，请稍后再试"
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "from-the-phone.1"}
    [line] = lines
    assert line["request_id"] == "from-the-phone.1"
    assert line["path"] == ["broken"]
    assert repr(line["exc_info"]) == "RuntimeError('secret of the house')"


def test_an_answer_names_ten_errors_at_most(client: httpx.Client) -> None:
    answer = post(client, "{" + " ".join(f"b{i}: maybeUnavailable" for i in range(30)) + "}")
    assert answer.status_code == 200
    assert len(answer.json()["errors"]) == 10
    assert len(answer.json()["data"]) == 30


def test_an_operation_without_end_is_given_up() -> None:
    hasty = edge.endpoint(Documents(edge.schema(), limits=Limits(seconds=0.05)))
    assert_refused(served_once(hasty, "{ endless }"), 503, "UNAVAILABLE")


# Who asks


@pytest.mark.parametrize(
    ("error", "status", "header"),
    [
        (EdgeError(EdgeCode.UNAUTHENTICATED, "请先登录"), 401, ("www-authenticate", "Bearer")),
        (EdgeError(EdgeCode.FORBIDDEN, "没有权限"), 403, None),
        (EdgeError(EdgeCode.LIMITED, "请慢一点", retry_after=1.2), 429, ("retry-after", "2")),
        (EdgeError(EdgeCode.UNAVAILABLE, "请稍后再试"), 503, ("retry-after", "1")),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_who_is_not_admitted_gets_the_status_of_the_code(
    error: EdgeError, status: int, header: tuple[str, str] | None
) -> None:
    async def admit(
        _scope: Scope, _headers: Mapping[bytes, bytes], *, request_id: str
    ) -> edge.Context:
        raise error

    for accept in (GRAPHQL, JSON):
        answer = served_once(edge.endpoint(admitting=admit), "{ name }", accept=accept)
        assert assert_refused(answer, status, error.code) == error.message
        if header:
            assert answer.headers[header[0]] == header[1]


def test_a_bug_before_anything_ran_is_500_without_internals() -> None:
    async def admit(
        _scope: Scope, _headers: Mapping[bytes, bytes], *, request_id: str
    ) -> edge.Context:
        raise RuntimeError("secret of the house")

    with capture_logs() as lines:
        answer = served_once(edge.endpoint(admitting=admit), "{ name }")
    assert_refused(answer, 500, "INTERNAL")
    assert "secret" not in answer.text
    assert [line["log_level"] for line in lines] == ["error", "info"]


# Traces


def test_a_request_keeps_its_id_and_one_without_gets_its_own(client: httpx.Client) -> None:
    body = b'{"query":"{name}"}'
    assert send(client, body, x_request_id="a.B_c-9").headers["x-request-id"] == "a.B_c-9"
    ids = {send(client, body).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    for bad in ("x" * 65, "a b", "<script>", ""):
        assert send(client, body, x_request_id=bad).headers["x-request-id"] != bad


def test_an_answer_without_errors_writes_no_log_line(client: httpx.Client) -> None:
    with capture_logs() as lines:
        assert post(client, "{ name later }").status_code == 200
    assert lines == []


def test_requests_are_counted_by_their_code() -> None:
    registry = CollectorRegistry()
    application = GraphQLEndpoint(Documents(edge.schema()), edge.admit, registry=registry)
    with edge.served(application) as port:
        for query in ("{ name }", "{ name }", "{"):
            httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": query})
    count = "wangge_graphql_requests_total"
    assert registry.get_sample_value(count, {"code": "OK"}) == 2
    assert registry.get_sample_value(count, {"code": "BAD_REQUEST"}) == 1
    assert registry.get_sample_value("wangge_graphql_seconds_count") == 3
