"""The start page: its files, its policy, and queries that the graph of today answers."""

import re
from pathlib import Path

import httpx
import pytest
from graphql import FieldNode, OperationDefinitionNode, parse, validate
from starlette.applications import Starlette

from api import pages
from resolvers.schema import schema

FOLDER = Path(pages.__file__).parent
SCRIPT = "".join((FOLDER / name).read_text() for name in ("start.js", "ticket.js"))
PLACES = {"${longitude}": "120.275", "${latitude}": "31.91"}
# A text between backticks or quotes that begins as a document does.
DOCUMENT = re.compile(
    r"""([`"'])((?:\{(?:\\n|\s)|(?:query|mutation|subscription) [({])(?:(?!\1).)*)\1""", re.DOTALL
)


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = Starlette(routes=pages.routes(lets_developers_in=False))
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


def documents() -> list[str]:
    texts = [found[1].replace("\\n", "\n") for found in DOCUMENT.findall(SCRIPT)]
    for name, value in PLACES.items():
        texts = [text.replace(name, value) for text in texts]
    return texts


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "html"),
        ("/start.css", "css"),
        ("/start.js", "javascript"),
        ("/ticket.js", "javascript"),
    ],
)
async def test_the_page_and_its_files_are_served(
    client: httpx.AsyncClient, path: str, kind: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"text/{kind}; charset=utf-8"
    assert len(answer.text) > 500
    assert (await client.head(path)).status_code == 200
    assert (await client.post(path)).status_code == 405


async def test_a_developer_watches_only_where_they_are_let_in(client: httpx.AsyncClient) -> None:
    assert "data-developers" not in (await client.get("/")).text
    app = Starlette(routes=pages.routes(lets_developers_in=True))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost"
    ) as other:
        assert "<body data-developers>" in (await other.get("/")).text


async def test_the_page_may_load_from_its_own_server_alone(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/")).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert {rules[kind] for kind in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy


async def test_the_page_asks_for_nothing_that_is_not_served(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    wanted = re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', page)
    assert "/start.js" in wanted
    for address in wanted:
        if not address.startswith("data:"):
            assert (await client.get(address)).status_code == 200
    # The policy forbids both; a browser would leave them out without a word.
    assert not re.search(r"<script>|<style>|\sstyle=|\son[a-z]+=", page)
    loaded = page + (FOLDER / "start.css").read_text() + SCRIPT
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", loaded))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_the_script_finds_all_that_it_looks_for_in_the_page() -> None:
    page = (FOLDER / "start.html").read_text()
    wanted = set(re.findall(r'find\("([a-z-]+)"\)', SCRIPT))
    assert len(wanted) > 5
    assert wanted <= set(re.findall(r'\bid="([a-z-]+)"', page))


def test_every_query_of_the_page_is_one_of_the_graph() -> None:
    found = documents()
    assert len(found) >= 12
    asked = set()
    for text in found:
        document = parse(text)
        assert validate(schema._schema, document) == [], text
        for operation in document.definitions:
            assert isinstance(operation, OperationDefinitionNode)
            fields = operation.selection_set.selections
            asked |= {field.name.value for field in fields if isinstance(field, FieldNode)}
    assert {
        "stationsNear",
        "sessionStart",
        "viewer",
        "careMap",
        "areaTicketsChanged",
    } <= asked
