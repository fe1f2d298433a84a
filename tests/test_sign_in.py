"""Signing in by WeChat over HTTP: two processes on one database, and a WeChat on loopback."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from api.stack import Servers
from models.person import refresh
from tests.databases import Databases
from tests.server import NEAR, POINT, Program, program
from tests.wechat import (
    APP_ID,
    APP_SECRET,
    SESSION_KEY,
    WeChatServer,
    error,
    hanging,
    saying,
    wechat_server,
)

SESSION = """{
  session { accessToken refreshToken expiresAt person { id name } }
  userErrors { code message path }
}"""
START = f"mutation ($value: String!) {{ sessionStart(input: {{code: $value}}) {SESSION} }}"
REFRESH = (
    f"mutation ($value: String!) {{ sessionRefresh(input: {{refreshToken: $value}}) {SESSION} }}"
)
END = f"mutation ($value: String!) {{ sessionEnd(input: {{refreshToken: $value}}) {SESSION} }}"
END_OTHERS = """mutation ($value: [ID!]) {
  sessionEndOthers(input: {sessionIds: $value}) { endedCount userErrors { code path } }
}"""
VIEWER = (
    """{ viewer { id name roles sessions { nodes { id device isCurrent startedAt usedAt } } } }"""
)
NODE = "query ($id: ID!) { node(id: $id) { id ... on Person { name } } }"

Session = dict[str, Any]


@dataclass(frozen=True, slots=True)
class City:
    """Two processes that serve, their database, and the WeChat that they ask."""

    here: Program
    there: Program
    database_url: str
    wechat: WeChatServer

    def rows(self, sql: str) -> list[asyncpg.Record]:
        """Run a statement in the database."""

        async def run() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.database_url)
            try:
                return await connection.fetch(sql)
            finally:
                await connection.close()

        return asyncio.run(run())

    def people_and_sessions(self) -> list[asyncpg.Record]:
        """Read all that signing in changes."""
        return [
            *self.rows("SELECT id, name, openid, banned_at FROM person ORDER BY id"),
            *self.rows("SELECT * FROM session ORDER BY id"),
        ]


@pytest.fixture(scope="module")
def city(
    databases: Databases,
    template: str,
    servers: Servers,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[City]:
    errors = tmp_path_factory.mktemp("sign-in")
    with ExitStack() as stack:
        url = stack.enter_context(databases.copy(template))
        wechat = stack.enter_context(wechat_server())
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": servers.redis_url,
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": APP_SECRET,
            "WECHAT_URL": wechat.url,
            "DEV_SIGN_IN": None,
            "TRUSTED_PROXIES": "127.0.0.1",
            "LOG_LEVEL": "DEBUG",
        }
        both = [
            stack.enter_context(program(errors / name, **settings)) for name in ("here", "there")
        ]
        here, there = (one.ready() for one in both)
        yield City(here, there, url, wechat)


@pytest.fixture(autouse=True)
def _as_new(city: City, request: pytest.FixtureRequest) -> None:
    """Let every test have a WeChat and an address of its own."""
    city.wechat.forget()
    for table in ("session", "person"):
        city.rows(f"DELETE FROM {table}")  # noqa: S608 - our own
    number = request.session.items.index(request.node)
    for one in (city.here, city.there):
        one.client.headers["x-forwarded-for"] = f"10.2.{number // 250}.{number % 250}"


def asked(
    one: Program, query: str, value: object, /, **headers: str
) -> tuple[Session | None, Any]:
    """Ask for a mutation; gives the session, and the codes with their paths."""
    answer = one.ask(query, {"value": value}, **headers).json()
    (payload,) = answer["data"].values()
    return payload["session"], [(one["code"], one["path"]) for one in payload["userErrors"]]


def signed_in(one: Program, code: str, **headers: str) -> Session:
    session, errors = asked(one, START, code, **headers)
    assert (session is not None, errors) == (True, [])
    assert session
    return session


def by(session: Session) -> dict[str, str]:
    return {"authorization": f"Bearer {session['accessToken']}"}


def assert_refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body.get("data") is None
    assert [one["extensions"]["code"] for one in body["errors"]] == [code]


def test_whoever_signs_in_by_wechat_is_the_viewer_in_every_process(city: City) -> None:
    session = signed_in(city.here, "login-alice-1", **{"user-agent": "MicroMessenger \t 8.0"})
    assert session["person"]["name"] == "微信用户"
    answer = city.there.ask(VIEWER, None, **by(session)).json()
    viewer = answer["data"]["viewer"]
    assert (viewer["id"], viewer["roles"]) == (session["person"]["id"], ["RESIDENT"])
    (only,) = viewer["sessions"]["nodes"]
    assert (only["device"], only["isCurrent"]) == ("MicroMessenger 8.0", True)
    assert only["startedAt"] == only["usedAt"]
    again = signed_in(city.there, "login-alice-2")
    assert again["person"] == session["person"]
    assert again["refreshToken"] != session["refreshToken"]
    assert signed_in(city.there, "login-bob-1")["person"]["id"] != session["person"]["id"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("nothing", "INVALID"),
        ("", "INVALID"),
        ("dev:admin", "INVALID"),
        ("login-\n-1", "INVALID"),
        ("x" * 129, "INVALID"),
        ("登录", "INVALID"),
    ],
)
def test_a_code_that_is_none_changes_nothing(city: City, code: str, expected: str) -> None:
    assert asked(city.here, START, code) == (None, [(expected, ["code"])])
    assert city.people_and_sessions() == []


def test_a_replayed_code_is_refused_by_every_process_and_changes_nothing(city: City) -> None:
    signed_in(city.here, "login-alice-1")
    before = city.people_and_sessions()
    for one in (city.here, city.there):
        assert asked(one, START, "login-alice-1") == (None, [("ALREADY_USED", ["code"])])
    assert city.people_and_sessions() == before


def test_who_is_a_risk_for_wechat_is_not_let_in(city: City) -> None:
    city.wechat.next_answers.append(saying(error(40_226)))
    assert asked(city.here, START, "login-alice-1") == (None, [("NOT_ALLOWED", ["code"])])
    assert city.people_and_sessions() == []


def test_who_signs_in_too_often_for_wechat_is_limited(city: City) -> None:
    city.wechat.next_answers.append(saying(error(45_011)))
    limited = city.here.ask(START, {"value": "login-alice-1"})
    assert_refused(limited, 429, "LIMITED")
    assert limited.headers["retry-after"] == "60"
    assert city.people_and_sessions() == []


def test_a_wechat_that_is_silent_is_unavailable_in_time(city: City) -> None:
    city.wechat.next_answers.append(hanging)
    answer = city.here.ask(START, {"value": "login-alice-1"})
    assert_refused(answer, 503, "UNAVAILABLE")
    assert 2.5 < answer.elapsed.total_seconds() < 4.0
    assert city.people_and_sessions() == []
    assert signed_in(city.here, "login-alice-1")


# Renewing


def test_a_renewal_gives_tokens_that_work(city: City) -> None:
    session = signed_in(city.here, "login-alice-1")
    again, errors = asked(city.there, REFRESH, session["refreshToken"])
    assert again
    assert (again["person"], errors) == (session["person"], [])
    assert city.here.ask(VIEWER, None, **by(again)).json()["data"]["viewer"]["name"]
    assert len(city.rows("SELECT FROM session")) == 1


async def test_fifty_renewals_at_once_in_two_processes_give_one_successor(city: City) -> None:
    session = await asyncio.to_thread(signed_in, city.here, "login-alice-1")
    body = {"query": REFRESH, "variables": {"value": session["refreshToken"]}}
    async with httpx.AsyncClient(headers=dict(city.here.client.headers)) as client:
        answers = await asyncio.gather(
            *(
                client.post(f"{(city.here, city.there)[number % 2].address}/graphql", json=body)
                for number in range(50)
            )
        )
    sessions = [answer.json()["data"]["sessionRefresh"]["session"] for answer in answers]
    assert len({session["refreshToken"] for session in sessions}) == 1


def test_an_old_token_ends_the_session_in_every_process(city: City) -> None:
    session = signed_in(city.here, "login-alice-1")
    newest = session
    for _ in range(2):
        renewed, _ = asked(city.here, REFRESH, newest["refreshToken"])
        assert renewed
        newest = renewed
    assert city.there.ask(VIEWER, None, **by(newest)).json()["data"]["viewer"]
    refused = asked(city.here, REFRESH, session["refreshToken"])
    assert refused == (None, [("ALREADY_USED", ["refreshToken"])])
    assert_refused(city.there.ask(VIEWER, None, **by(newest)), 401, "UNAUTHENTICATED")
    refused = asked(city.there, REFRESH, newest["refreshToken"])
    assert refused == (None, [("EXPIRED", ["refreshToken"])])


def test_tokens_are_good_for_nothing_but_what_they_are_for(city: City) -> None:
    session = signed_in(city.here, "login-alice-1")
    before = city.people_and_sessions()
    other = refresh.write(refresh.new_family())
    for value, code in (
        (session["accessToken"], "INVALID"),
        (session["refreshToken"][:-2] + "AA", "INVALID"),
        (f"{session['refreshToken']}=", "INVALID"),
        ("", "INVALID"),
        ("x" * 10_000, "INVALID"),
        (other, "EXPIRED"),
    ):
        assert asked(city.here, REFRESH, value) == (None, [(code, ["refreshToken"])])
    as_access = {"authorization": f"Bearer {session['refreshToken']}"}
    assert_refused(city.here.ask(VIEWER, None, **as_access), 401, "UNAUTHENTICATED")
    assert city.people_and_sessions() == before


def test_one_session_is_not_renewed_all_the_time_and_nobody_guesses_for_long(city: City) -> None:
    session = signed_in(city.here, "login-alice-1")
    answers = [
        city.here.ask(REFRESH, {"value": session["refreshToken"]}).status_code for _ in range(70)
    ]
    assert answers.count(200) in range(60, 63)
    assert answers[-1] == 429
    assert signed_in(city.here, "login-alice-2")
    guesses = [city.there.ask(REFRESH, {"value": "x"}).status_code for _ in range(40)]
    assert guesses.count(429) >= 5


# Ending


def test_who_signs_out_is_nobody_in_every_process_from_the_next_request_on(city: City) -> None:
    ended, other = (signed_in(city.here, f"login-alice-{number}") for number in range(2))
    for one in (city.here, city.there):
        assert one.ask(VIEWER, None, **by(ended)).json()["data"]["viewer"]
    assert asked(city.here, END, ended["refreshToken"]) == (None, [])
    before = city.people_and_sessions()
    for one in (city.here, city.there):
        assert_refused(one.ask(VIEWER, None, **by(ended)), 401, "UNAUTHENTICATED")
        node = one.ask(NODE, {"id": ended["person"]["id"]}, **by(ended))
        assert_refused(node, 401, "UNAUTHENTICATED")
        assert_refused(one.ask(END_OTHERS, {}, **by(ended)), 401, "UNAUTHENTICATED")
        # What everybody may see and do goes on.
        assert one.ask(NEAR, {"near": POINT}, **by(ended)).json()["data"]["stationsNear"]
        assert asked(one, END, ended["refreshToken"], **by(ended)) == (None, [])
        assert one.ask(VIEWER, None, **by(other)).json()["data"]["viewer"]
    assert city.people_and_sessions() == before
    assert signed_in(city.there, "login-alice-9", **by(ended))


def test_one_signs_out_elsewhere_by_the_list_or_altogether(city: City) -> None:
    sessions = [signed_in(city.here, f"login-alice-{number}") for number in range(4)]
    foreign = signed_in(city.here, "login-bob-1")
    current = sessions[0]
    viewer = city.here.ask(VIEWER, None, **by(current)).json()["data"]["viewer"]
    listed = viewer["sessions"]["nodes"]
    assert [one["isCurrent"] for one in listed] == [False, False, False, True]

    def end_others(value: list[str] | None) -> Any:  # noqa: ANN401 - JSON
        answer = city.there.ask(END_OTHERS, {"value": value}, **by(current))
        return answer.json()["data"]["sessionEndOthers"]

    theirs = city.here.ask(VIEWER, None, **by(foreign)).json()["data"]["viewer"]
    for wrong in ("x", viewer["id"], listed[3]["id"], theirs["sessions"]["nodes"][0]["id"]):
        assert end_others([listed[0]["id"], wrong]) == {
            "endedCount": None,
            "userErrors": [{"code": "NOT_FOUND", "path": ["sessionIds"]}],
        }
    assert len(city.rows("SELECT FROM session")) == 5
    assert end_others([listed[0]["id"]]) == {"endedCount": 1, "userErrors": []}
    assert_refused(city.here.ask(VIEWER, None, **by(sessions[3])), 401, "UNAUTHENTICATED")
    assert city.here.ask(VIEWER, None, **by(sessions[2])).json()["data"]["viewer"]
    assert end_others(None) == {"endedCount": 2, "userErrors": []}
    assert_refused(city.here.ask(VIEWER, None, **by(sessions[2])), 401, "UNAUTHENTICATED")
    for one in (current, foreign):
        assert city.here.ask(VIEWER, None, **by(one)).json()["data"]["viewer"]
    assert_refused(city.here.ask(END_OTHERS, {}), 401, "UNAUTHENTICATED")


def test_a_ban_holds_at_the_next_request(city: City) -> None:
    session = signed_in(city.here, "login-alice-1")
    assert city.there.ask(VIEWER, None, **by(session)).json()["data"]["viewer"]
    city.rows("UPDATE person SET banned_at = now()")
    before = city.people_and_sessions()
    for one in (city.here, city.there):
        assert_refused(one.ask(VIEWER, None, **by(session)), 403, "FORBIDDEN")
        assert_refused(one.ask(END_OTHERS, {}, **by(session)), 403, "FORBIDDEN")
        refused = asked(one, REFRESH, session["refreshToken"])
        assert refused == (None, [("NOT_ALLOWED", ["refreshToken"])])
    assert asked(city.here, START, "login-alice-2") == (None, [("NOT_ALLOWED", ["code"])])
    assert city.people_and_sessions() == before


def test_no_secret_of_a_sign_in_is_written_anywhere(city: City) -> None:
    session = signed_in(city.here, "login-alice-1")
    city.wechat.next_answers.append(saying(error(40_125, f"{APP_SECRET} {SESSION_KEY}")))
    failed = city.here.ask(START, {"value": "login-mallory-1"})
    assert_refused(failed, 503, "UNAVAILABLE")
    asked(city.here, REFRESH, session["refreshToken"])
    secrets = ["openid-of-alice", SESSION_KEY, APP_SECRET, "login-", session["refreshToken"]]
    kept = str(city.people_and_sessions())
    for text in (city.here.said, city.there.said, kept, failed.text):
        assert not [secret for secret in secrets if secret in text]
    assert re.search("wechat_failed", city.here.said)
