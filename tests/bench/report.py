"""The figures of one run against their goals, as a table and as JSON."""

import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import orjson
from rich.console import Console
from rich.table import Table

from tests.bench.detail import Detail
from tests.bench.full import Full
from tests.bench.live import Live
from tests.bench.points import PointsFigures
from tests.bench.sign_in import SignIns
from tests.bench.starting import Starts
from tests.bench.throughput import Throughput
from tests.bench.wishes import WishFigures
from tests.bench.year import Year


@dataclass(frozen=True, slots=True)
class Figures:
    """All that one run measured; those that may be None are so unless they were asked for."""

    throughput: Throughput
    sign_ins: SignIns
    starts: Starts
    loading: float
    clone: float | None
    points: PointsFigures
    live: Live
    detail: Detail
    year: Year | None
    wishes: WishFigures
    full: Full | None
    grant: tuple[float, float] | None


class Line(NamedTuple):
    """One figure, and whether it is as promised (None: nothing is promised)."""

    name: str
    value: str
    goal: str = ""
    is_met: bool | None = None


def at_least(name: str, value: float, goal: float, unit: str) -> Line:
    """Give the line of a figure that must not be smaller."""
    return Line(name, f"{value:.2f} {unit}", f"≥ {goal:g} {unit}", value >= goal)


def at_most(name: str, value: float, goal: float, unit: str) -> Line:
    """Give the line of a figure that must not be larger."""
    return Line(name, f"{value:.2f} {unit}", f"≤ {goal:g} {unit}", value <= goal)


def lines(figures: Figures) -> list[Line]:
    """Put the figures beside their goals."""
    asked, starts, signed = figures.throughput, figures.starts, figures.sign_ins
    found = [
        at_least("stationsNear, against Strawberry + Tortoise", asked.ours / asked.stock, 10, "×"),
        Line("  ours", f"{asked.ours:.0f}/s, {asked.ours_median_ms:.2f} ms with 8 at once"),
        Line("  Strawberry + Tortoise", f"{asked.stock:.0f}/s, {asked.stock_median_ms:.2f} ms"),
        Line(f"  raw uvicorn, {asked.answer_bytes} bytes", f"{asked.floor:.0f}/s"),
        at_least(
            "viewer, against Strawberry + Tortoise", asked.viewer / asked.stock_viewer, 10, "×"
        ),
        Line("  ours", f"{asked.viewer:.0f}/s"),
        Line("  Strawberry + Tortoise", f"{asked.stock_viewer:.0f}/s"),
        Line("{ __typename }, of raw uvicorn", f"{asked.trivial / asked.trivial_floor:.2f} ×"),
        Line("  ours", f"{asked.trivial:.0f}/s"),
        Line("  raw uvicorn", f"{asked.trivial_floor:.0f}/s"),
        at_least("sign-in with both tokens, of its bare SQL", signed.ours / signed.bare, 0.6, "×"),
        Line("  ours", f"{signed.ours:.0f}/s"),
        Line("  its statement through asyncpg", f"{signed.bare:.0f}/s"),
        Line("  ours over HTTP", f"{signed.over_http:.0f}/s"),
        at_most("memory of one serving process", asked.resident_mb, 120, "MB"),
        at_most("loading the geography", figures.loading, 5, "s"),
        Line("first run to the first answer", f"{starts.first:.2f} s"),
        at_most("second run to the first answer", starts.second, 2, "s"),
    ]
    found += _points(figures.points) + _live(figures.live) + _detail(figures.detail)
    found += _wishes(figures.wishes)
    if figures.clone is not None:
        found.append(at_most("fresh clone to the first answer", figures.clone, 15, "s"))
    if figures.year is not None:
        found += _year(figures.year)
    if figures.full is not None:
        full = figures.full
        found += [
            at_most("loading all residents", full.loading, 240, "s"),
            Line("  residents", f"{full.residents:,}"),
            at_most("finding one of them by phone", full.search_ms, 3, "ms"),
        ]
    if figures.grant is not None:
        seconds, slowest = figures.grant
        found.append(at_most("base grant of 1.77 million", seconds, 120, "s"))
        found.append(Line("  the slowest award meanwhile", f"{slowest:.2f} s"))
    return found


def _points(found: PointsFigures) -> list[Line]:
    part = found.redemptions / found.redemptions_floor * 100
    return [
        at_least(
            "viewer with points, against the peer", found.viewer / found.viewer_peer, 10, "×"
        ),
        Line("  ours", f"{found.viewer:.0f}/s"),
        Line("  Strawberry + Tortoise", f"{found.viewer_peer:.0f}/s"),
        at_least("redemptions, of their bare statements", part, 25, "%"),
        Line("  ours, over HTTP", f"{found.redemptions:.0f}/s"),
        Line("  the statements", f"{found.redemptions_floor:.0f}/s"),
        at_least("redemptions of one hot offer", found.redemptions_hot, 300, "/s"),
        Line(
            "  its stock", "exact" if found.hot_is_exact else "wrong", "exact", found.hot_is_exact
        ),
        at_most("a page of a village's board", found.board_median_ms, 5, "ms"),
    ]


def _live(found: Live) -> list[Line]:
    own, area = found.own_cpu_us, found.area_cpu_us
    return [
        at_most("commit to phone, in the middle", found.median_ms, 3, "ms"),
        at_most("commit to phone, 99 of 100", found.p99_ms, 15, "ms"),
        Line("  Strawberry + Tortoise, in the middle", f"{found.stock_median_ms:.2f} ms"),
        at_most("CPU a message to one, of the peer's", own / found.stock_own_cpu_us, 0.5, "×"),
        Line("  ours", f"{own:.0f} µs"),
        Line("  Strawberry + Tortoise", f"{found.stock_own_cpu_us:.0f} µs"),
        at_most(
            "CPU a message to 100 alike, of the peer's", area / found.stock_area_cpu_us, 0.5, "×"
        ),
        Line("  ours", f"{area:.0f} µs"),
        Line("  Strawberry + Tortoise", f"{found.stock_area_cpu_us:.0f} µs"),
        at_most("memory of an idle subscription", found.idle_kb, 60, "KB"),
        Line("  Strawberry + Tortoise", f"{found.stock_idle_kb:.0f} KB"),
        at_most("an event that nobody watches", found.unwatched_us, 2, "µs"),
    ]


def _detail(found: Detail) -> list[Line]:
    return [
        at_least(
            "a ticket with its timeline, against the peer", found.ours / found.stock, 10, "×"
        ),
        Line("  ours", f"{found.ours:.0f}/s, {found.ours_median_ms:.2f} ms with 8 at once"),
        Line("  Strawberry + Tortoise", f"{found.stock:.0f}/s"),
    ]


def _year(found: Year) -> list[Line]:
    return [
        at_most(f"loading {found.tickets:,} tickets", found.loading, 60, "s"),
        at_most("figures of the whole city", found.figures_ms, 20, "ms"),
        Line("  the slowest", found.slowest_figures),
        at_most("the first page of a list", found.list_ms, 20, "ms"),
        Line("  the slowest", found.slowest_list),
    ]


def _wishes(found: WishFigures) -> list[Line]:
    return [
        at_least("wish board, against the peer", found.board / found.board_peer, 10, "×"),
        Line("  ours", f"{found.board:.0f}/s"),
        Line("  Strawberry + Tortoise", f"{found.board_peer:.0f}/s"),
    ]


def show(found: Iterable[Line]) -> None:
    """Print the table."""
    table = Table("figure", "measured", "goal", "")
    words = {None: "", True: "[green]met[/]", False: "[red]missed[/]"}
    for line in found:
        table.add_row(line.name, line.value, line.goal, words[line.is_met])
    Console().print(table)


def write(figures: Figures, path: Path) -> None:
    """Write the figures and what they were measured on."""
    machine = {"python": platform.python_version(), "system": platform.platform()}
    document = {"at": datetime.now(UTC), "machine": machine, **asdict(figures)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
