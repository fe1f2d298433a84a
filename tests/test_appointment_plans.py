"""No list of appointments reads more than it shows: in the whole city each goes by an index."""

import re
from importlib import import_module

from models import db
from models.person import appointment
from models.unit import reading
from tests import areas
from tests.conftest import Database


async def scans(sql: str, *arguments: object) -> set[str]:
    """Name the tables that a statement would read from end to end."""
    rows = await db.fetch(f"EXPLAIN {sql}", *arguments)
    return set(re.findall(r"Seq Scan on (\w+)", "\n".join(row[0] for row in rows)))


async def test_appointments_are_read_by_index(city: Database) -> None:
    await db.execute("ANALYZE appointment, person, area, residence, station")
    admin = await areas.appoint("ADMIN", "320281")
    in_charge = import_module("models.area.in_charge")
    staffing = import_module("models.area.staffing")
    moving = import_module("models.area.moving")
    grid = "32028100100101"
    for sql, *arguments in (
        (appointment._ONE, 1, admin),
        (appointment._OF_PERSON, 1, admin, None, 500),
        (appointment._IN_AREAS, [grid], "", 0, 21, admin),
        (appointment._IN_AREAS, ["320281"], grid, 5, 21, admin),
        (in_charge._AROUND, grid, list(in_charge.ROLES), 100),
        (staffing._STAFF, [grid], 100),
        (reading._STAFF, [1], 100),
        (moving._OFFICES, [grid]),
        (moving._LOCK_OFFICERS, [grid]),
        (moving._STATIONS, [grid]),
    ):
        assert await scans(sql, *arguments) <= {"unit", "household", "residence"}, sql
