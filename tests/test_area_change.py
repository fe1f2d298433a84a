"""Changing an area: who may, what can be said, and that of two at once one wins."""

import asyncio
from typing import Any

import pytest

from models import area, db
from models.area import AreaKind, Changes
from models.errors import Code, Refusal, Stale
from models.geo import Point
from tests import areas, grids
from tests.areas import CITY, GRID, MICRO_GRID, OTHER_GRID, SQUARE, TOWN, VILLAGE
from tests.conftest import Database
from tests.graph import ask

CHANGE = """mutation ($input: AreaChangeInput!) {
    areaChange(input: $input) { area { name version } userErrors { code path } }
}"""
SMALL = [Point(*corner) for corner in SQUARE[:3]]


@pytest.fixture
async def officer(database: Database) -> int:
    """Give an officer of the town."""
    await areas.plant()
    return await areas.appoint("TOWN_OFFICER", TOWN)


async def change(code: str, actor: int, version: int = 1, **facts: object) -> area.Area:
    return await area.change(
        code,
        actor_id=actor,
        version=version,
        changes=Changes(**facts),  # type: ignore[arg-type] # The facts of a case.
    )


async def test_a_change_shows_and_leaves_what_is_not_said(officer: int) -> None:
    old = await area.find(GRID)
    new = await change(GRID, officer, name=" 长泾村东网格 ", kind=AreaKind.DEDICATED)
    assert new == await area.find(GRID)
    assert old
    assert (new.name, new.kind, new.version) == ("长泾村东网格", AreaKind.DEDICATED, 2)
    assert (new.point, new.party_organisation) == (old.point, old.party_organisation)
    found = await area.search("cjcdwg", level=None, under=None, first=5, after=None)
    assert [one.code for one in found.items] == [GRID]


async def test_a_change_is_an_event_whose_texts_can_be_redacted(officer: int) -> None:
    await change(GRID, officer, name="东网格", point=Point(120.281, 31.91))
    row = await db.fetch_one(
        "SELECT topic, version, kind, actor_id, facts, body FROM event"
        " JOIN content ON content.id = content_id"
    )
    assert row
    assert tuple(row) == (
        "area",
        2,
        "CHANGED",
        officer,
        '{"changed": ["name", "point"]}',
        '{"name": ["长泾村第一网格", "东网格"]}',
    )


async def test_a_change_of_nothing_is_none(officer: int) -> None:
    assert (await change(GRID, officer, name="长泾村第一网格")).version == 1
    assert await grids.value("SELECT count(*) FROM event") == 0


async def test_a_boundary_is_drawn_and_taken_away(officer: int) -> None:
    await change(GRID, officer, boundary=SMALL)
    drawn = await area.boundaries([GRID])
    assert drawn[GRID] == (*SMALL, SMALL[0])
    await change(GRID, officer, version=2, name="东网格")
    assert await area.boundaries([GRID]) == drawn
    await change(GRID, officer, version=3, boundary=[])
    assert await area.boundaries([GRID]) == {}


async def test_an_old_version_is_a_conflict_with_the_new_state(officer: int) -> None:
    given = {"code": GRID, "version": 1, "name": "东网格"}
    first = await ask(CHANGE, officer, input=given)
    assert first["areaChange"] == {"area": {"name": "东网格", "version": 2}, "userErrors": []}
    second = await ask(CHANGE, officer, input=given | {"name": "西网格"})
    assert second["areaChange"] == {
        "area": {"name": "东网格", "version": 2},
        "userErrors": [{"code": "CONFLICT", "path": ["version"]}],
    }


async def test_of_many_changes_at_once_one_wins(officer: int) -> None:
    tries = [change(GRID, officer, name=f"第{number}网格") for number in range(8)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    (won,) = [one for one in done if isinstance(one, area.Area)]
    lost = [one.current for one in done if isinstance(one, Stale)]
    assert lost == [won] * 7
    assert await area.find(GRID) == won
    assert await grids.value("SELECT count(*) FROM event") == 1


@pytest.mark.parametrize(
    ("code", "facts", "path"),
    [
        (GRID, {"name": "  "}, "name"),
        (GRID, {"name": "网" * 65}, "name"),
        (GRID, {"name": "网\u200b格"}, "name"),
        (GRID, {"kind": AreaKind.VILLAGE}, "kind"),
        (MICRO_GRID, {"kind": AreaKind.GENERAL}, "kind"),
        (GRID, {"party_organisation": ""}, "partyOrganisation"),
        (GRID, {"point": Point(121, 31.91)}, "point"),
        (GRID, {"boundary": SMALL[:2]}, "boundary"),
        (GRID, {"boundary": [SMALL[0]] * 4}, "boundary"),
        (GRID, {"boundary": [*SMALL, Point(121, 31.91)]}, "boundary"),
        (VILLAGE, {"boundary": SMALL}, "boundary"),
    ],
)
async def test_what_can_not_be_said_is_invalid(
    officer: int, code: str, facts: dict[str, Any], path: str
) -> None:
    before = await area.find(code)
    with pytest.raises(Refusal) as refused:
        await change(code, officer, **facts)
    assert (refused.value.code, refused.value.path) == (Code.INVALID, (path,))
    assert await area.find(code) == before


async def test_who_may_not_change_learns_nothing_and_changes_nothing(officer: int) -> None:
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    for actor, code in ((cadre, GRID), (officer, CITY), (officer, "32028100999901")):
        with pytest.raises(Refusal) as refused:
            await change(code, actor, name="东")
        assert refused.value.code in {Code.NOT_ALLOWED, Code.NOT_FOUND}
    assert await grids.value("SELECT max(version) FROM area") == 1


async def test_an_area_that_has_ended_is_not_changed(officer: int) -> None:
    await db.execute("UPDATE area SET valid_to = '2025-01-01' WHERE code = $1", OTHER_GRID)
    with pytest.raises(Stale) as stale:
        await change(OTHER_GRID, officer, name="东")
    assert stale.value.current == await area.find(OTHER_GRID)
