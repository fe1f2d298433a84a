"""The table of docs/ticket.md, written from the flow; `python -m tests.ticket_page` does it."""

from pathlib import Path

from models.ticket import FLOW, Move, State
from models.ticket.due import CLOCKS
from models.words import Word

PAGE = Path(__file__).parents[1] / "docs/ticket.md"
BEGIN, END = "<!-- flow -->\n", "<!-- end of flow -->"


def table() -> str:
    """Give the two tables of the page."""
    states = [
        f"| `{state}` | {state.chinese} | {state.english} | {_clock(state)} |" for state in State
    ]
    moves = [
        f"| `{move}` | {move.chinese} | {_names(rule.states)} | {_names(rule.to) or 'stays'}"
        f" | {_names(rule.parties)}{', never who handled it' if rule.not_by_handler else ''} |"
        for move, rule in FLOW.items()
    ]
    return "\n".join(
        (
            "| state | 中文 | meaning | clock |",
            "|---|---|---|---|",
            *states,
            "",
            "| move | 中文 | in | to | by |",
            "|---|---|---|---|---|",
            *moves,
            "",
        )
    )


def _clock(state: State) -> str:
    return CLOCKS[state].lower().replace("_", " ") if state in CLOCKS else "–"


def _names(words: tuple[Word, ...]) -> str:
    return "any state" if len(words) == len(State) else ", ".join(words)


def write() -> None:
    """Put the tables into the page."""
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(before + BEGIN + table() + END + after)


if __name__ == "__main__":
    assert Move.SUBMIT not in FLOW
    write()
