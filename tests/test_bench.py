"""The measurement itself: it measures all sides, and writes down what it found."""

from pathlib import Path

import orjson
import pytest

from tests.bench import run
from tests.bench.report import at_least, at_most


def test_a_goal_is_met_at_its_very_value() -> None:
    assert at_least("speed", 10, 10, "×").is_met
    assert not at_least("speed", 9.99, 10, "×").is_met
    assert at_most("memory", 120, 120, "MB").is_met
    assert not at_most("memory", 120.01, 120, "MB").is_met


@pytest.mark.slow
def test_a_short_measurement_writes_every_figure(tmp_path: Path) -> None:
    written = tmp_path / "bench.json"
    run.bench(seconds=0.3, with_clone=False, written=written)
    figures = orjson.loads(written.read_bytes())
    assert all(figure > 0 for figure in figures["throughput"].values())
    assert all(figure > 0 for figure in figures["sign_ins"].values())
    assert 0 < figures["starts"]["second"] < figures["starts"]["first"]
    assert figures["loading"] > 0
    assert figures["clone"] is None
    assert figures["full"] is None
    assert figures["grant"] is None
    assert all(figure > 0 for figure in figures["points"].values())
    assert all(figure > 0 for figure in figures["live"].values())
    assert all(figure > 0 for figure in figures["detail"].values())
    assert figures["year"] is None
