"""The table of docs/ticket.md, written from the flow; `python -m tests.ticket_page` does it."""

from pathlib import Path

from models.ticket import FLOW, Move, State
from models.ticket.due import CLOCKS
from tests import flow_page

PAGE = Path(__file__).parents[1] / "docs/ticket.md"


def table() -> str:
    """Give the two tables of the page."""
    return flow_page.table(State, FLOW, clock=_clock, judged="never who handled it")


def _clock(state: State) -> str | None:
    return CLOCKS[state].lower().replace("_", " ") if state in CLOCKS else None


if __name__ == "__main__":
    assert Move.SUBMIT not in FLOW
    flow_page.write(PAGE, table())
