"""The tables of a page of docs/, written from a flow (models/flow.py)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from models.words import Word

BEGIN, END = "<!-- flow -->\n", "<!-- end of flow -->"


def table(
    states: type[Word],
    flow: Mapping[Any, Any],
    *,
    clock: Callable[[Any], str | None],
    judged: str,
) -> str:
    """Give the two tables of a page; `clock` names what runs in a state, if anything does."""
    return "\n".join(
        (
            "| state | 中文 | meaning | clock |",
            "|---|---|---|---|",
            *(
                f"| `{state}` | {state.chinese} | {state.english} | {clock(state) or '–'} |"
                for state in states
            ),
            "",
            "| move | 中文 | in | to | by |",
            "|---|---|---|---|---|",
            *(_move(move, rule, states, judged) for move, rule in flow.items()),
            "",
        )
    )


def write(page: Path, tables: str) -> None:
    """Put the tables into a page."""
    before, rest = page.read_text().split(BEGIN)
    _, after = rest.split(END)
    page.write_text(before + BEGIN + tables + END + after)


def _move(move: Word, rule: Any, states: type[Word], judged: str) -> str:  # noqa: ANN401
    places = "any state" if len(rule.states) == len(states) else ", ".join(rule.states)
    by = f"{', '.join(rule.parties)}{f', {judged}' if rule.not_by_handler else ''}"
    return f"| `{move}` | {move.chinese} | {places} | {', '.join(rule.to) or 'stays'} | {by} |"
