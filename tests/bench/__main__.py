"""Runs the measurement: `python -m api bench`, or this."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.server import stoppable
from api.stack import embedded
from tests.bench import report, starting, throughput
from tests.bench.report import Figures

SECONDS = 3.0
WRITTEN = Path(".data") / "bench.json"


def bench(
    seconds: Annotated[float, typer.Option(min=0.1, max=60, help="For each side.")] = SECONDS,
    clone: Annotated[bool, typer.Option("--clone", help="Also from a fresh clone.")] = False,
    written: Annotated[Path, typer.Option("--json", help="Where the figures go.")] = WRITTEN,
) -> None:
    """Measure against peers in one run: a table, and the figures as JSON."""
    prefix = "wangge-bench-"
    with stoppable(), tempfile.TemporaryDirectory(prefix=prefix) as directory:
        figures = measure(Path(directory), seconds=seconds, with_clone=clone)
    found = report.lines(figures)
    report.show(found)
    report.write(figures, written)
    typer.echo(f"The figures are in {written}.")
    if any(line.is_met is False for line in found):
        raise typer.Exit(1)


def measure(directory: Path, *, seconds: float, with_clone: bool) -> Figures:
    """Measure everything in a directory of its own, which must be empty."""
    with Console(stderr=True).status("Starting on no data, and again") as status:
        starts = starting.measure(directory / "data")
        with embedded(directory / "data") as servers:
            status.update("Loading the geography")
            loading = starting.loading(servers)
            status.update("Asking every side in turns")
            asked = throughput.measure(servers.database_url, servers.redis_url, seconds=seconds)
        status.update("Making a fresh clone")
        cloned = starting.fresh_clone(directory) if with_clone else None
    return Figures(asked, starts, loading, cloned)


if __name__ == "__main__":
    typer.run(bench)
