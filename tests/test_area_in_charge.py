"""Who is in charge at a place."""

from datetime import UTC, datetime, timedelta

import pytest

from models import area, db
from models.geo import Point
from models.hours import CITY_ZONE
from models.role import Role
from tests import areas, grids
from tests.areas import OTHER_GRID, SQUARE, TOWN
from tests.conftest import Database
from tests.graph import ask

VILLAGE = TOWN + "101"
FIRST, SECOND, THIRD, NEW = (f"{VILLAGE}0{number}" for number in (1, 2, 3, 4))
TODAY = datetime.now(UTC).astimezone(CITY_ZONE).date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
async def officer(database: Database) -> int:
    """Give an officer of the town, in which is a village of three grids."""
    await areas.plant()
    await grids.village(VILLAGE, grids=(2, 3, 1))
    return await areas.appoint("TOWN_OFFICER", TOWN)


async def test_those_in_charge_stand_in_the_order_in_which_they_are_near(officer: int) -> None:
    police = await grids.add("unit", code="P", kind="STATIONED", name="派出所", area_code=TOWN)
    for role, code, name in (
        ("VILLAGE_CADRE", VILLAGE, "村"),
        ("GRID_LEAD", FIRST, "长"),
        ("SPECIALIST", FIRST, "警"),
        ("GRID_WORKER", FIRST, "员"),
        ("LIAISON", FIRST + "02", "联"),
        ("LIAISON", FIRST + "01", "邻"),
        ("VOLUNTEER", FIRST + "02", "志"),
        ("GRID_LEAD", SECOND, "远"),
    ):
        await areas.appoint(role, code, name=name)
    await db.execute("UPDATE appointment SET unit_id = $1 WHERE role = 'SPECIALIST'", police)
    found = await area.in_charge(Point(120.4121, 31.95))
    assert found
    assert found.grid.code == FIRST
    assert found.micro_grid
    assert found.micro_grid.code == FIRST + "02"
    assert [(one.role, one.name, one.unit_name) for one in found.staff] == [
        (Role.LIAISON, "联", None),
        (Role.GRID_WORKER, "员", None),
        (Role.GRID_LEAD, "长", None),
        (Role.SPECIALIST, "警", "派出所"),
        (Role.VILLAGE_CADRE, "村", None),
    ]


async def test_nobody_is_in_charge_outside_and_a_grid_may_have_no_micro_grid(officer: int) -> None:
    assert await area.in_charge(Point(121, 31.95)) is None
    corner, opposite = SQUARE[0], SQUARE[2]
    middle = Point((corner[0] + opposite[0]) / 2, (corner[1] + opposite[1]) / 2)
    answer = await ask(
        """query ($point: PointInput!) { areaInCharge(point: $point) {
            grid { code } microGrid { code } staff { role name unitName }
        } }""",
        point={"longitude": middle.longitude, "latitude": middle.latitude},
    )
    assert answer["areaInCharge"] == {"grid": {"code": OTHER_GRID}, "microGrid": None, "staff": []}
