"""The IDE as a person sees it: GraphiQL from npm, in Chromium, on the standard city."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.graphiql import FetchError, Files
from api.pages import ide
from tests.browser import Browser, browser
from tests.program import serving

pytestmark = pytest.mark.slow

README = (Path(__file__).parents[1] / "README.md").read_text()
LABELS = "[...document.querySelectorAll('.graphiql-tab-button')].map((tab) => tab.textContent)"
ANSWER = "document.querySelector('.result-window').innerText"
EXPLORER = "document.querySelector('[aria-label$=\\'Documentation Explorer\\']')"
DOCUMENTATION = "document.querySelector('.graphiql-doc-explorer')"
HEADERS = "[...document.querySelectorAll('.graphiql-editor-tool .CodeMirror')].at(-1).CodeMirror"
RUN = "document.querySelector('.graphiql-execute-button').click()"
# Set to a directory, it keeps what the tests have seen.
PICTURES = os.environ.get("PICTURES")


@pytest.fixture
def address(city_url: str, redis_url: str, tmp_path: Path) -> Iterator[str]:
    if shutil.which("npm") is None:
        pytest.skip("npm is needed to fetch GraphiQL")
    try:
        Files(tmp_path / "ide").fetch()
    except FetchError as failed:
        pytest.skip(f"GraphiQL can't be fetched here: {failed}")
    more = {"DATA_DIR": str(tmp_path)}
    with serving(database_url=city_url, redis_url=redis_url, **more) as address:
        yield address


@pytest.fixture
def page(address: str, tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path / "profile") as page:
        page.size(1280, 800)
        page.open(f"{address}/graphiql")
        page.wait_for(f"{LABELS}.length")
        yield page


def keep(page: Browser, name: str) -> None:
    if PICTURES:
        page.picture(Path(PICTURES, f"{name}.png"))


def test_the_ide_asks_as_whoever_signs_in_by_one_click_and_loads_nothing_from_elsewhere(
    page: Browser, address: str
) -> None:
    tabs = ide.tabs(README)
    assert page.evaluate(LABELS) == [tab.title for tab in tabs]
    # The schema has come by introspection: there is documentation to read.
    page.evaluate(f"{EXPLORER}.click()")
    page.wait_for(f"{DOCUMENTATION}?.innerText.includes('Query')")
    page.evaluate(f"{EXPLORER}.click()")
    page.wait_for(f"!{DOCUMENTATION}")

    page.evaluate(RUN)
    page.wait_for(f"{ANSWER}.includes('西门社区月桂家园先锋驿站')")
    keep(page, "graphiql-1280")

    (viewer,) = (place for place, tab in enumerate(tabs) if tab.query.startswith("{\n  viewer"))
    page.evaluate(f"document.querySelectorAll('.graphiql-tab-button')[{viewer}].click()")
    page.evaluate(RUN)
    page.wait_for(f"{ANSWER}.includes('\"viewer\": null')")
    page.evaluate("document.querySelector('#key').value = 'dispatcher'")
    page.evaluate("document.querySelector('#enter').click()")
    page.wait_for("document.querySelector('#person').innerText.includes('调度员1号')")
    page.evaluate(RUN)
    page.wait_for(f"{ANSWER}.includes('DISPATCHER')")
    page.evaluate("document.querySelector('#leave').click()")
    page.evaluate(RUN)
    page.wait_for(f"{ANSWER}.includes('\"viewer\": null')")
    assert page.evaluate("document.querySelector('#leave').hidden")

    page.size(390, 844)
    keep(page, "graphiql-390")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate("document.querySelector('.result-window').offsetWidth") > 300
    assert page.evaluate("document.querySelector('.graphiql-query-editor').offsetWidth") > 300

    assert len(page.requests) > 8
    assert all(request.startswith(f"{address}/") for request in page.requests)
    assert page.complaints == []


def test_a_tab_that_signs_in_signs_in_the_others_until_the_session_is_over(page: Browser) -> None:
    tabs = ide.tabs(README)
    (sign_in,) = (place for place, tab in enumerate(tabs) if "sessionStart" in tab.query)
    page.evaluate(f"document.querySelectorAll('.graphiql-tab-button')[{sign_in}].click()")
    page.evaluate(RUN)
    page.wait_for("document.querySelector('#person').innerText.includes('专职网格员1号')")
    assert page.complaints == []

    # What is typed into the headers of a tab goes before the sign-in.
    page.evaluate("document.querySelector('.graphiql-editor-tools button:nth-child(2)').click()")
    page.evaluate(f'{HEADERS}.setValue(\'{{"Authorization": "Bearer of nothing"}}\')')
    page.evaluate(RUN)
    page.wait_for("document.querySelector('#person').innerText.includes('登录已失效')")
    page.wait_for(f"{ANSWER}.includes('UNAUTHENTICATED')")
