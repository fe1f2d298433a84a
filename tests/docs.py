"""Reading the README and the pages of docs as a newcomer would: every query, every answer.

A page's queries run in their order. "As `dev:KEY`" before one says who asks from there on. A name
such as RESIDENCE_ID stands in an answer for what is different every time, and in later queries
for what it was.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

ROOT = Path(__file__).parent.parent
SEEN_SECONDS = 5.0
WHATEVER = "…"
"""Stands in an answer for what is different every time and is not needed again."""

_STEP = re.compile(
    r"\bAs `(?P<who>dev:[^`]+)`|```graphql\n(?P<query>.*?)```\n\n```json\n(?P<answer>.*?)```",
    re.DOTALL,
)
_NAME = re.compile(r"[A-Z_]+_(?:ID|URL|TOKEN|CODE|VERSION|NUMBER|POSITION)\b")
_SIGN_IN = """mutation Start($code: String!) {
  sessionStart(input: {code: $code}) { session { accessToken } }
}"""


@dataclass(slots=True)
class Reader:
    """Somebody who tries a page against a server."""

    address: str
    names: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def read(self, page: Path) -> int:
        """Run every query of a page and compare its answer; gives how many there were."""
        text = page.read_text()
        queries = 0
        for step in _STEP.finditer(text):
            if step["who"]:
                self._sign_in(step["who"])
            else:
                self._try(step["query"], orjson.loads(step["answer"]))
                queries += 1
        assert queries == text.count("```graphql"), "a query without an answer below it"
        return queries

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Ask as whoever is signed in; gives the whole answer."""
        asked = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.address}/graphql", json=asked, headers=self.headers)
        whole: dict[str, Any] = answer.json()
        return whole

    def _try(self, query: str, written: Any) -> None:  # noqa: ANN401 - JSON
        asked = _NAME.sub(lambda name: str(self.names.get(name[0], name[0])), query)
        answer = self.ask(asked)
        # What was changed is seen within a second, not at once.
        deadline = time.monotonic() + SEEN_SECONDS
        while not self._matches(answer, written):
            assert not asked.startswith("mutation"), (asked, answer)
            assert time.monotonic() < deadline, (asked, answer)
            answer = self.ask(asked)
        if session := ((answer["data"] or {}).get("sessionStart") or {}).get("session"):
            self.headers = {"authorization": f"Bearer {session['accessToken']}"}

    def _sign_in(self, code: str) -> None:
        self.headers = {}
        session = self.ask(_SIGN_IN, code=code)["data"]["sessionStart"]["session"]
        self.headers = {"authorization": f"Bearer {session['accessToken']}"}

    def _matches(self, answer: Any, written: Any) -> bool:  # noqa: ANN401 - JSON
        if written == WHATEVER:
            return answer is not None
        if isinstance(written, str) and _NAME.fullmatch(written):
            return answer is not None and self.names.setdefault(written, answer) == answer
        if isinstance(written, dict):
            return (
                isinstance(answer, dict)
                and written.keys() == answer.keys()
                and all(self._matches(answer[key], written[key]) for key in written)
            )
        if isinstance(written, list):
            return (
                isinstance(answer, list)
                and len(written) == len(answer)
                and all(map(self._matches, answer, written))
            )
        if isinstance(written, float):
            return bool(answer == pytest.approx(written, abs=0.005))
        return bool(answer == written)


def pages() -> Iterator[Path]:
    """Give the README and every page of docs that has queries with answers."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        if "```json" in page.read_text():
            yield page
