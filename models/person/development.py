"""The people one can be while developing, made at first use."""

from models import db
from models.area import Level
from models.errors import Code, Refusal
from models.person.record import Person
from models.role import Role

DEVELOPMENT_ROLES = {
    "resident": (Role.RESIDENT, Level.MICRO_GRID),
    "resident2": (Role.RESIDENT, Level.MICRO_GRID),
    "volunteer": (Role.VOLUNTEER, Level.MICRO_GRID),
    "courier": (Role.COURIER, Level.GRID),
    "merchant": (Role.MERCHANT, Level.VILLAGE),
    "liaison": (Role.LIAISON, Level.MICRO_GRID),
    "worker": (Role.GRID_WORKER, Level.GRID),
    "lead": (Role.GRID_LEAD, Level.GRID),
    "cadre": (Role.VILLAGE_CADRE, Level.VILLAGE),
    "town": (Role.TOWN_OFFICER, Level.TOWN),
    "department": (Role.DEPARTMENT_OFFICER, Level.CITY),
    "dispatcher": (Role.DISPATCHER, Level.CITY),
    "auditor": (Role.AUDITOR, Level.CITY),
    "admin": (Role.ADMIN, Level.CITY),
}
"""The people one can be while developing: what they are, and at which level of the tree."""


async def development_person(key: str, *, number: int, area_code: str) -> Person:
    """Give the `number`-th development person of a key in an area, made at first use.

    The area is brought to the level of the key's role: its ancestor there, or the first area
    there below it. Raises Refusal NOT_FOUND where there is none.
    """
    role, level = DEVELOPMENT_ROLES[key]
    place = await db.fetch_one(_PLACE, area_code, level)
    if place is None:
        raise Refusal(Code.NOT_FOUND, "没有这个区划", "code")
    name = f"{role.chinese}{number}号"
    async with db.transaction() as connection:
        row = await connection.fetchrow(
            _DEVELOPMENT_PERSON, f"{key}:{number}@{place['code']}", name
        )
        assert row is not None, "an upsert always returns its row"
        if role is not Role.RESIDENT:
            await connection.execute(_APPOINT, row["id"], role, place["code"])
    return Person(row["id"], row["name"])


_PLACE = """
SELECT code FROM area
WHERE level = $2 AND valid_to IS NULL
    AND EXISTS (SELECT FROM area AS named WHERE named.code = $1)
    AND (starts_with($1, code) OR code >= $1 COLLATE "C" AND code < $1 || ':' COLLATE "C")
ORDER BY code LIMIT 1
"""
_DEVELOPMENT_PERSON = """
INSERT INTO person (name, development_key) VALUES ($2, $1)
ON CONFLICT (development_key) DO UPDATE SET name = person.name
RETURNING id, name
"""
_APPOINT = f"""
INSERT INTO appointment (person_id, role, area_code, started_on) VALUES ($1, $2, $3, {db.TODAY})
ON CONFLICT (person_id, area_code, role, coalesce(unit_id, 0)) WHERE ended_on IS NULL DO NOTHING
"""  # noqa: S608 - constants
