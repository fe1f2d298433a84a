"""The rules of programmes as files: what is exported is imported again, what differs is new."""

from datetime import timedelta
from pathlib import Path

import pytest

from api import points_rules
from api.points_rules import PointsRulesError
from models import calendar, db
from tests import points
from tests.conftest import Database

TODAY = calendar.today()


@pytest.fixture
async def url(database: Database) -> str:
    programme = await points.plant()
    await points.rule(programme, "RIVER", day_cap=20, reviewer_role="VILLAGE_CADRE")
    await points.rule(programme, "TIDY", source="INSPECTION", beneficiary="HOUSEHOLD")
    # The commands open a pool of their own.
    await db.close()
    return database.url


async def versions(url: str) -> list[tuple[object, ...]]:
    await db.connect(url)
    try:
        rows = await db.fetch(
            """SELECT code, version, points_most, valid_from, valid_to FROM rule
            WHERE version > 1 ORDER BY code, version"""
        )
        return [tuple(row) for row in rows]
    finally:
        await db.close()


async def export(url: str, directory: Path) -> Path:
    (name,) = texts = await points_rules.texts(url)
    path = directory / name
    path.write_text(texts[name], encoding="utf-8")
    return path


async def test_what_is_exported_changes_nothing_when_it_is_imported(
    url: str, tmp_path: Path
) -> None:
    path = await export(url, tmp_path)
    assert path.name == "P1.yaml"
    assert "reviewer_role: VILLAGE_CADRE" in path.read_text(encoding="utf-8")
    assert await points_rules.bring(url, points_rules.read(tmp_path), only_say=False) == []
    assert await versions(url) == []


async def test_what_differs_is_a_new_version_from_the_day_that_the_file_says(
    url: str, tmp_path: Path
) -> None:
    path = await export(url, tmp_path)
    tomorrow = TODAY + timedelta(days=1)
    text = path.read_text(encoding="utf-8")
    text = text.replace(f"valid_from: {TODAY}", f"valid_from: {tomorrow}")
    changed = text.replace("points_most: 20", "points_most: 9", 1)
    path.write_text(changed.split("  - code: TIDY")[0], encoding="utf-8")
    drafts = points_rules.read(tmp_path)
    said = await points_rules.bring(url, drafts, only_say=True)
    assert await versions(url) == []
    assert await points_rules.bring(url, drafts, only_say=False) == said
    (change,) = said
    assert (change.name, len(change.lines)) == ("P1", 2)
    assert await versions(url) == [
        ("RIVER", 2, 9, tomorrow, None),
        ("TIDY", 2, 20, TODAY, TODAY),
    ]
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PointsRulesError, match="export it again"):
        await points_rules.bring(url, points_rules.read(tmp_path), only_say=False)


async def test_a_file_that_no_programme_can_follow_is_refused_whole(
    url: str, tmp_path: Path
) -> None:
    path = await export(url, tmp_path)
    text = path.read_text(encoding="utf-8")
    for wrong, said in (
        (text.replace("day_cap: 20", "day_cap: 0"), "上限"),
        (text.replace("code: TIDY", "code: RIVER"), "it has the code of entry 1"),
        (text.replace("source: RULE", "source: LUCK"), "'LUCK' is not one of"),
    ):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(PointsRulesError, match=said):
            points_rules.read(tmp_path)
    path.rename(tmp_path / "P9.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PointsRulesError, match="P9: there is no such programme"):
        await points_rules.bring(url, points_rules.read(tmp_path), only_say=False)
    assert await versions(url) == []
