"""The IDE under `/graphiql`: GraphiQL with the README's queries as tabs, and a sign-in.

Its files are those of api/graphiql.py, served from here. Until they are there, the page says why.
"""

import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from api.graphiql import Files

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"
KINDS = {".css": "text/css", ".js": "text/javascript"}
FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}
REFRESH_SECONDS = 2
TITLE_LENGTH_MOST = 40
WELCOME = "# Ask, and press Ctrl + Enter.\n{\n  __typename\n}\n"


class Tab(NamedTuple):
    """A document to begin with, and what it is about."""

    title: str
    query: str


def routes(files: Files, *, people: Mapping[str, str]) -> list[Route]:
    """Give the routes of the IDE; `people` are the keys that sign in here, with their roles."""
    readme = README.read_text() if README.exists() else ""
    page = Page(files, tabs(readme) or [Tab("", WELCOME)], people)
    return [
        Route("/graphiql", page.show),
        Route("/graphiql/{name:str}", _own_file),
        Route("/graphiql/assets/{edition:str}/{name:str}", page.asset),
    ]


class Page:
    """The page and GraphiQL's files behind it."""

    def __init__(self, files: Files, tabs: Sequence[Tab], people: Mapping[str, str]) -> None:
        self._files = files
        self._given = {"tabs": [tab._asdict() for tab in tabs], "people": people}
        self._whole = Template((HERE / "ide.html").read_text())
        self._missing = Template((HERE / "ide_missing.html").read_text())

    def show(self, _request: Request) -> Response:
        """Answer with the IDE, or with a page that says what is missing."""
        nonce = secrets.token_urlsafe()
        headers = {"content-security-policy": _policy(nonce)}
        if self._files.are_there:
            # GraphiQL's dialogs make a style of their own, which must show this nonce.
            given = orjson.dumps({**self._given, "nonce": nonce}).decode()
            content = self._whole.substitute(
                edition=self._files.edition, given=given.replace("<", "\\u003c")
            )
        else:
            if self._files.are_coming:
                headers["refresh"] = str(REFRESH_SECONDS)
            content = self._missing.substitute(reason=escape(_reason(self._files)))
        return HTMLResponse(content, headers=headers)

    def asset(self, request: Request) -> Response:
        """Answer with one of GraphiQL's files; what it was once it will always be."""
        edition, name = request.path_params["edition"], request.path_params["name"]
        files = self._files
        if edition != files.edition or name not in files.names or not files.are_there:
            raise HTTPException(404)
        path = files.directory / name
        return FileResponse(path, media_type=KINDS[path.suffix], headers=FOR_EVER)


def tabs(readme: str) -> list[Tab]:
    """Give the GraphQL blocks of a Markdown text, each with what the words before it say."""
    blocks = re.finditer(r"^```graphql\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    return [Tab(_title(readme[: block.start()]), block[1]) for block in blocks]


def _title(before: str) -> str:
    """Give the first clause of the last paragraph; where there is none, the last heading."""
    paragraph = before.rstrip().rpartition("\n\n")[2]
    if paragraph.startswith(("```", "#")) or paragraph.endswith("```"):
        paragraph = (re.findall(r"^#+ (.*)$", before, re.MULTILINE) or [""])[-1]
    words = re.sub(r"\[([^]]*)\]\([^)]*\)|[`*_]", r"\1", " ".join(paragraph.split()))
    clause = re.split(r"[.,:;](?: |$)| \(", words, maxsplit=1)[0]
    if len(clause) <= TITLE_LENGTH_MOST:
        return clause
    return clause[: TITLE_LENGTH_MOST - 1].rstrip() + "…"


def _reason(files: Files) -> str:
    if files.are_coming:
        return "npm is fetching its files; they will show here in a moment."
    if shutil.which("npm") is None:
        return "npm is not installed on this machine. It comes with Node.js."
    return files.failure or "Its files have not been fetched yet."


def _own_file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ("ide.css", "ide.js"):
        raise HTTPException(404)
    return FileResponse(HERE / name, media_type=KINDS[Path(name).suffix])


def _policy(nonce: str) -> str:
    """Let the page load from its own server alone; GraphiQL's style has its fonts inside."""
    return (
        f"default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'"
        f" 'nonce-{nonce}'; img-src 'self' data:; font-src data:; base-uri 'none';"
        f" form-action 'none'; frame-ancestors 'none'"
    )
