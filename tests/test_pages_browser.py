"""The start page as a person sees it, in Chromium: one ticket moves before their eyes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser import Browser, browser
from tests.program import serving

pytestmark = pytest.mark.slow

STATUS = "(document.getElementById('ticket-status')?.textContent ?? '')"
STEP = "document.querySelector('#ticket-steps [aria-current]')?.textContent"
EVENTS = "[...document.querySelectorAll('#ticket-events b')].map((one) => one.textContent)"
NARROWEST = 390
# Set to a directory, it keeps what the test has seen.
PICTURES = os.environ.get("PICTURES")
SIGN_IN = """mutation ($code: String!) { sessionStart(input: {code: $code}) {
    session { accessToken } } }"""
SUBMIT = """mutation { ticketSubmit(input: {category: "STREET_LAMP", text: "路灯不亮",
    point: {longitude: 120.5498, latitude: 31.75}, idempotencyKey: "seen"}) {
    ticket { id } userErrors { code } } }"""


@pytest.fixture
def address(city_url: str, redis_url: str) -> Iterator[str]:
    with serving(database_url=city_url, redis_url=redis_url, RATE_LIMIT="0") as address:
        yield address


@pytest.fixture
def page(address: str, tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path / "profile") as page:
        page.size(1280, 800)
        page.open(address)
        page.wait_for(f"{STATUS}.startsWith('Live')")
        yield page


def ask(address: str, query: str, code: str, **variables: object) -> dict[str, Any]:
    """Ask as a development person."""

    def answer(query: str, headers: dict[str, str], **variables: object) -> dict[str, Any]:
        asked = {"query": query, "variables": variables}
        found = httpx.post(f"{address}/graphql", json=asked, headers=headers).json()
        assert "errors" not in found, found
        (payload,) = found["data"].values()
        result: dict[str, Any] = payload
        return result

    session = answer(SIGN_IN, {}, code=code)["session"]
    headers = {"authorization": f"Bearer {session['accessToken']}"}
    return answer(query, headers, **variables)


def move(address: str, name: str, code: str, ticket_id: str, more: str = "") -> None:
    query = (
        f"mutation ($id: ID!) {{ {name}(input: {{ticketId: $id, idempotencyKey: $key {more}}})"
        " { ticket { state } userErrors { code } } }"
    ).replace("$key", f'"{name}"')
    answer = ask(address, query, code, id=ticket_id)
    assert answer["userErrors"] == []


def test_a_ticket_moves_on_the_start_page_to_its_end(page: Browser, address: str) -> None:
    made = ask(address, SUBMIT, "dev:resident")["ticket"]["id"]
    page.wait_for(f"{STEP} === '待受理'")
    assert page.evaluate("document.getElementById('ticket-text').textContent") == "路灯不亮"
    settle = ', text: "已换灯泡"'
    for name, code, more, seen in (
        ("ticketAccept", "dev:dispatcher", "", "待签收"),
        ("ticketAcknowledge", "dev:department:2", "", "已签收"),
        ("ticketStart", "dev:department:2", "", "办理中"),
        ("ticketResolve", "dev:department:2", settle, "待核查"),
        ("ticketVerify", "dev:worker", ", ok: true", "待回访"),
        ("ticketRate", "dev:resident", ", satisfaction: 5", "已结案"),
    ):
        move(address, name, code, made, more)
        page.wait_for(f"{STEP} === '{seen}'")
    assert page.evaluate(EVENTS) == ["评价", "核查通过", "办结", "开始办理"]
    page.size(NARROWEST, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
    if PICTURES:
        page.picture(Path(PICTURES, "ticket.png"))
    assert page.complaints == []
    assert [one for one in page.requests if not one.startswith(address)] == []
