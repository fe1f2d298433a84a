"""One measurement from beginning to end; `python -m api bench` calls it."""

import asyncio
import tempfile
from pathlib import Path

import typer
from rich.console import Console

from api.stack import embedded
from tests.bench import (
    detail,
    full,
    granting,
    live,
    live_scene,
    points,
    report,
    sign_in,
    starting,
    throughput,
    wishes,
    year,
)
from tests.bench.report import Figures

WRITTEN = Path(".data") / "bench.json"


def bench(
    *,
    seconds: float,
    with_clone: bool,
    with_full: bool = False,
    with_grant: bool = False,
    written: Path = WRITTEN,
) -> bool:
    """Measure, print a table and write the figures as JSON; says whether every goal is met."""
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as directory:
        figures = measure(
            Path(directory),
            seconds=seconds,
            with_clone=with_clone,
            with_full=with_full,
            with_grant=with_grant,
        )
    found = report.lines(figures)
    report.show(found)
    report.write(figures, written)
    typer.echo(f"The figures are in {written}.")
    return all(line.is_met is not False for line in found)


def measure(
    directory: Path, *, seconds: float, with_clone: bool, with_full: bool, with_grant: bool
) -> Figures:
    """Measure everything in a directory of its own, which must be empty."""
    with Console(stderr=True).status("Starting on no data, and again") as status:
        starts = starting.measure(directory / "data")
        with embedded(directory / "data") as servers:
            status.update("Loading the geography")
            loading = starting.loading(servers)
            status.update("Asking every side in turns")
            asked = throughput.measure(servers.database_url, servers.redis_url, seconds=seconds)
            status.update("Signing in")
            signed = sign_in.measure(servers.database_url, servers.redis_url, seconds=seconds)
            status.update("Redeeming points")
            redeemed = points.measure(servers.database_url, servers.redis_url, seconds=seconds)
            status.update("Pushing what happens to tickets")
            scene = asyncio.run(live_scene.prepare(servers.database_url))
            urls = servers.database_url, servers.redis_url
            pushed = live.measure(*urls, scene, seconds=seconds)
            status.update("Showing tickets with their timelines")
            detailed = detail.measure(*urls, scene, seconds=seconds)
            status.update("Loading a year of tickets, which takes a minute")
            counted = year.measure(servers) if with_full else None
            status.update("Reading the wish board")
            wished = wishes.measure(servers.database_url, servers.redis_url, seconds=seconds)
            status.update("Loading all residents, which takes minutes")
            lived_in = full.measure(servers) if with_full else None
            status.update("Granting the year to 1.77 million")
            granted = granting.measure(servers.database_url) if with_grant else None
        status.update("Starting from a fresh clone")
        cloned = starting.fresh_clone(directory) if with_clone else None
    return Figures(
        asked,
        signed,
        starts,
        loading,
        cloned,
        redeemed,
        pushed,
        detailed,
        counted,
        wished,
        lived_in,
        granted,
    )
