"""The table of docs/wish.md, written from the flow; `python -m tests.wish_page` does it."""

from pathlib import Path

from models.wish import FLOW, State
from models.wish.due import CLOCKS
from tests import flow_page

PAGE = Path(__file__).parents[1] / "docs/wish.md"


def table() -> str:
    """Give the two tables of the page."""
    return flow_page.table(State, FLOW, clock=_clock, judged="never who claimed it")


def _clock(state: State) -> str | None:
    return CLOCKS[state].lower() if state in CLOCKS else None


if __name__ == "__main__":
    flow_page.write(PAGE, table())
