"""People with homes for tests, in the small tree of tests/areas.py with more micro-grids."""

from datetime import date
from typing import Any

from models import cipher, db
from models.person import protected
from resolvers.node import global_id
from tests import areas
from tests.areas import GRID, MICRO_GRID, OTHER_GRID

NEXT_MICRO_GRID, FAR_MICRO_GRID = GRID + "02", OTHER_GRID + "01"
PHONE, OTHER_PHONE = "13800000001", "13900000002"
# Made up, with the right check characters.
IDENTITY_NUMBER, OTHER_IDENTITY_NUMBER = "320281199001011233", "320281198512120015"


async def plant() -> None:
    """Write the tree, with a second micro-grid in GRID and one in OTHER_GRID."""
    await areas.plant()
    for code, parent, longitude in (
        (NEXT_MICRO_GRID, GRID, 120.2815),
        (FAR_MICRO_GRID, OTHER_GRID, 120.31),
    ):
        await db.execute(
            """INSERT INTO area (code, parent_code, level, name, initials, terms, longitude,
                latitude, valid_from)
            VALUES ($1, $2, 'MICRO_GRID', $3, 'wwg', '{}', $4, 31.91, '2020-01-01')""",
            code,
            parent,
            f"微网格{code[-4:]}",
            longitude,
        )


async def value(sql: str, *args: object) -> Any:  # noqa: ANN401
    """Give the first value of a statement."""
    row = await db.fetch_one(sql, *args)
    return row[0] if row else None


async def somebody(name: str = "王小明", **columns: object) -> int:
    """Write a person who signs in; `phone` and `identity_number` are encrypted."""
    return await roster_row(name, development_key=f"test:{name}:{id(columns)}", **columns)


async def roster_row(name: str, **columns: object) -> int:
    """Write a person; one without a development key signs in nowhere."""
    key: int = await value("INSERT INTO person (name) VALUES ($1) RETURNING id", name)
    for column, given in columns.items():
        if column in {"phone", "identity_number"}:
            await _seal(key, column, str(given))
        else:
            await db.execute(f"UPDATE person SET {column} = $2 WHERE id = $1", key, given)  # noqa: S608
    return key


async def live(
    person_id: int,
    area_code: str = MICRO_GRID,
    household_code: str = "H1",
    *,
    address: str = "长泾路7号2幢301室",
) -> int:
    """Let somebody live in a household since 2021, made if needed; gives the household's key."""
    household_id: int | None = await value(
        "SELECT id FROM household WHERE code = $1", household_code
    )
    if household_id is None:
        household_id = await value(
            "INSERT INTO household (code, area_code, head_id) VALUES ($1, $2, $3) RETURNING id",
            household_code,
            area_code,
            person_id,
        )
        sealed = cipher.seal(address, place=f"household.address:{household_id}")
        await db.execute("UPDATE household SET address = $2 WHERE id = $1", household_id, sealed)
    assert household_id
    await db.execute(
        "INSERT INTO residence (person_id, household_id, area_code, state, started_on)"
        " VALUES ($1, $2, $3, 'CONFIRMED', $4)",
        person_id,
        household_id,
        area_code,
        date(2021, 1, 1),
    )
    return household_id


async def _seal(key: int, column: str, text: str) -> None:
    place = {"phone": protected.PHONE_COLUMN, "identity_number": protected.IDENTITY_NUMBER_COLUMN}
    sealed = cipher.seal(text, place=f"{place[column]}:{key}")
    index = cipher.blind_index(text, column=place[column])
    await db.execute(
        f"UPDATE person SET {column} = $2, {column}_index = $3 WHERE id = $1",  # noqa: S608
        key,
        sealed,
        index,
    )


def person_id(key: int) -> str:
    """Give the id of a person in the graph."""
    return global_id("Person", key)


async def everything() -> list[tuple[Any, ...]]:
    """Give all that a refused action must leave as it was."""
    people = ("person", "household", "residence", "appointment", "session")
    tables = (*people, "event", "access", "content")
    rows: list[tuple[Any, ...]] = []
    for table in tables:
        found = await db.fetch(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
        rows += [(table, *row) for row in found]
    return rows
