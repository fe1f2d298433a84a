"""The IDE's page: where it is, what it may load, its tabs and its people."""

import json
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from api import pages
from api.app import create
from api.graphiql import Files
from api.pages import ide
from api.rate import RateLimits
from api.settings import Settings
from models import person
from resolvers.live import Feeds
from tests.packages import PACKAGES, TEXTS, Npm

FOLDER = Path(pages.__file__).parent
README = (Path(__file__).parents[1] / "README.md").read_text()
PEOPLE = {"resident": "居民", "worker": "<专职网格员>"}


def client_of(application: Starlette) -> httpx.AsyncClient:
    application.router.redirect_slashes = False  # As the product has it.
    transport = httpx.ASGITransport(application)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Npm:
    made = Npm(tmp_path / "bin")
    monkeypatch.setenv("PATH", made.path)
    return made


@pytest.fixture
def files(npm: Npm, tmp_path: Path) -> Files:
    return Files(tmp_path / "ide", PACKAGES)


@pytest.fixture
def client(files: Files) -> httpx.AsyncClient:
    return client_of(Starlette(routes=ide.routes(files, people=PEOPLE)))


def rules(answer: httpx.Response) -> dict[str, str]:
    policy = answer.headers["content-security-policy"]
    return dict(rule.strip().split(" ", 1) for rule in policy.split(";"))


def given(page: str) -> dict[str, object]:
    (block,) = re.findall(r'<script type="application/json" id="given">(.*?)</script>', page)
    return dict(json.loads(block))


# Where it is


@pytest.mark.parametrize(
    ("shows", "lets_in", "status", "people"),
    [(True, True, 200, 14), (True, False, 200, 0), (False, True, 404, 0)],
)
async def test_the_ide_is_there_with_the_schema_and_signs_in_where_developers_may(
    tmp_path: Path, shows: bool, lets_in: bool, status: int, people: int
) -> None:
    settings = Settings(data_dir=tmp_path, public_schema=shows, dev_sign_in=lets_in)
    settled = settings.settled(database_url="postgresql://x", redis_url=None)
    application = create(settings, settled, RateLimits(is_on=False), Feeds())
    (tmp_path / "ide" / Files(tmp_path).edition).mkdir(parents=True)
    async with client_of(application) as client:
        for path in ("/graphiql", "/graphiql/ide.js", "/graphiql/ide.css"):
            answer = await client.get(path)
            assert answer.status_code == status
        assert answer.headers["x-content-type-options"] == "nosniff"
        page = await client.get("/graphiql")
        assert page.headers["cache-control"] == "no-store"
        if status == 200:
            found = given(page.text)["people"]
            assert isinstance(found, dict)
            assert len(found) == people
            assert found.keys() <= person.DEVELOPMENT_ROLES.keys()


async def test_the_page_and_its_files_can_only_be_read(
    files: Files, client: httpx.AsyncClient
) -> None:
    files.fetch()
    for path in ("/graphiql", "/graphiql/ide.js", f"/graphiql/assets/{files.edition}/one.js"):
        assert (await client.head(path)).status_code == 200
        assert (await client.post(path)).status_code == 405


# Before GraphiQL is there


async def test_without_npm_the_page_says_so_and_where_else_to_go(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = await client.get("/graphiql")
    assert answer.status_code == 200
    assert "npm is not installed on this machine. It comes with Node.js." in answer.text
    assert "python -m api ide" in answer.text
    assert '<a href="/">the start page</a>' in answer.text
    assert "<script" not in answer.text
    assert "refresh" not in answer.headers


async def test_after_a_failure_the_page_says_why(
    npm: Npm, files: Files, client: httpx.AsyncClient
) -> None:
    assert "Its files have not been fetched yet." in (await client.get("/graphiql")).text
    npm.does("echo 'npm error <script>alert(1)</script>' >&2; exit 1")
    with pytest.raises(Exception, match="npm failed"):
        files.fetch()
    page = (await client.get("/graphiql")).text
    assert "npm failed: &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page


async def test_while_the_files_come_the_page_loads_itself_again(
    files: Files, client: httpx.AsyncClient
) -> None:
    files.home.mkdir()
    with files._locked():
        answer = await client.get("/graphiql")
    assert "npm is fetching its files" in answer.text
    assert answer.headers["refresh"] == "2"
    files.fetch()
    assert given((await client.get("/graphiql")).text)


# What it loads


async def test_the_page_may_load_from_its_own_server_alone(
    files: Files, client: httpx.AsyncClient
) -> None:
    files.fetch()
    one, two = await client.get("/graphiql"), await client.get("/graphiql")
    for answer in (one, two):
        nonce = given(answer.text)["nonce"]
        assert rules(answer) == {
            "default-src": "'none'",
            "connect-src": "'self'",
            "script-src": "'self'",
            "style-src": f"'self' 'nonce-{nonce}'",
            "img-src": "'self' data:",
            "font-src": "data:",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
    assert given(one.text)["nonce"] != given(two.text)["nonce"]
    # The policy forbids all of these; a browser would leave them out without a word.
    inside = r"<script>|<style|\sstyle=|\son[a-z]+="
    for name in ("ide.html", "ide_missing.html"):
        assert not re.search(inside, (FOLDER / name).read_text())
    written = "".join(path.read_text() for path in FOLDER.glob("ide*"))
    assert "://" not in written.replace("}://${location.host}/graphql", "")


async def test_the_page_asks_for_nothing_that_is_not_there() -> None:
    page = (FOLDER / "ide.html").read_text()
    wanted = re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', page)
    names = Files(Path("x")).names
    assert {address for address in wanted if not address.startswith("data:")} == {
        *(f"/graphiql/assets/$edition/{name}" for name in names),
        "/graphiql/ide.css",
        "/graphiql/ide.js",
    }
    script = (FOLDER / "ide.js").read_text()
    looked_for = set(re.findall(r'(?:find|getElementById)\("([a-z-]+)"\)', script))
    assert len(looked_for) > 5
    assert looked_for <= set(re.findall(r'\bid="([a-z-]+)"', page))


async def test_the_files_are_kept_for_ever_under_the_name_of_their_edition(
    files: Files, client: httpx.AsyncClient
) -> None:
    files.fetch()
    for name, kind, text in (
        ("one.js", "text/javascript", TEXTS["one"]["a.js"]),
        ("one.css", "text/css", TEXTS["one"]["b.css"]),
    ):
        answer = await client.get(f"/graphiql/assets/{files.edition}/{name}")
        assert answer.text == text
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    page = await client.get("/graphiql")
    assert f"/graphiql/assets/{files.edition}/" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql/",
        "/graphiql/start.html",
        "/graphiql/ide.py",
        "/graphiql/ide.html",
        "/graphiql/..%2fstart.js",
        "/graphiql/assets",
        "/graphiql/assets/",
        "/graphiql/assets/..%2f",
        "/graphiql/assets/..%2f..%2fREADME.md",
        "/graphiql/assets/EDITION",
        "/graphiql/assets/EDITION/",
        "/graphiql/assets/EDITION/scripts.js",
        "/graphiql/assets/EDITION/..",
        "/graphiql/assets/EDITION/..%2flock",
        "/graphiql/assets/EDITION/..%5clock",
        "/graphiql/assets/EDITION/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/graphiql/assets/EDITION/one.js%00",
        "/graphiql/assets/EDITION/one.js%2f",
        "/graphiql/assets/../EDITION/one.js",
        "/graphiql/assets/0000000000000000/one.js",
        "/graphiql/assets/./one.js",
    ],
)
async def test_all_other_paths_lead_nowhere(
    files: Files, client: httpx.AsyncClient, path: str
) -> None:
    files.fetch()
    answer = await client.get(path.replace("EDITION", files.edition))
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


async def test_a_file_that_is_not_there_yet_is_not_remembered(
    files: Files, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"/graphiql/assets/{files.edition}/one.js")
    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


# What it is given


async def test_the_tabs_are_the_queries_of_the_readme(
    files: Files, client: httpx.AsyncClient
) -> None:
    files.fetch()
    page = (await client.get("/graphiql")).text
    tabs = ide.tabs(README)
    assert given(page)["tabs"] == [{"title": tab.title, "query": tab.query} for tab in tabs]
    assert len(tabs) == README.count("```graphql") > 5
    assert all(f"```graphql\n{tab.query}```" in README for tab in tabs)
    assert all(0 < len(tab.title) <= 40 for tab in tabs)
    assert tabs[0].title == "The two stations nearest to a place"


async def test_the_people_are_those_who_sign_in_and_end_no_block_early(
    files: Files, client: httpx.AsyncClient
) -> None:
    files.fetch()
    page = (await client.get("/graphiql")).text
    assert given(page)["people"] == PEOPLE
    assert "<专" not in page


async def test_without_a_readme_one_tab_is_there_to_begin_with(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ide, "README", tmp_path / "README.md")
    files.fetch()
    async with client_of(Starlette(routes=ide.routes(files, people={}))) as client:
        page = (await client.get("/graphiql")).text
    assert given(page)["tabs"] == [{"title": "", "query": ide.WELCOME}]


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ("One thing. Another:", "One thing"),
        ("Before.\n\nSend `a: b`, or [more](x.md) than\nthat:", "Send a"),
        ("See [more](x.md) of **it**:", "See more of it"),
        ("Signing in (as `x`):", "Signing in"),
        ("## Tickets", "Tickets"),
        ("## Tickets\n\nText.\n\n```json\n{}\n```", "Tickets"),
        ("```json\n{\n\n}\n```", ""),
        ("word " * 20, "word word word word word word word word…"[:40]),
    ],
)
def test_a_tab_is_called_by_what_stands_before_it(before: str, title: str) -> None:
    (tab,) = ide.tabs(f"{before}\n\n```graphql\n{{ a }}\n```\n\n```json\n{{}}\n```\n")
    assert tab.title == title
    assert tab.query == "{ a }\n"
