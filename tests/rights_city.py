"""A small city for trying rights: four places, and in each role somebody who holds it in one."""

from dataclasses import dataclass

from models import cipher, db
from models.area import Level
from models.role import Role
from tests import areas, grids, points

CITY = areas.CITY
FAR = "other town"
OFFICES: tuple[tuple[Role, Level], ...] = (
    (Role.VOLUNTEER, Level.MICRO_GRID),
    (Role.COURIER, Level.GRID),
    (Role.MERCHANT, Level.VILLAGE),
    (Role.LIAISON, Level.MICRO_GRID),
    (Role.GRID_WORKER, Level.GRID),
    (Role.GRID_LEAD, Level.GRID),
    (Role.SPECIALIST, Level.GRID),
    (Role.VILLAGE_CADRE, Level.VILLAGE),
    (Role.TOWN_OFFICER, Level.TOWN),
    (Role.DEPARTMENT_OFFICER, Level.VILLAGE),
    (Role.DISPATCHER, Level.TOWN),
    (Role.DISPATCHER, Level.CITY),
    (Role.AUDITOR, Level.CITY),
    (Role.ADMIN, Level.CITY),
)
"""Where each role is held: an officer's unit serves the village."""


@dataclass(frozen=True, slots=True)
class Place:
    """A corner of the city: the codes from the town down; the village's unit and programme."""

    name: str
    town: str
    village: str
    grid: str
    micro_grid: str
    unit_id: int
    longitude: float
    programme_id: int

    @property
    def point(self) -> dict[str, float]:
        """The centre of the grid, as an input."""
        return {"longitude": self.longitude, "latitude": 31.95}

    def code(self, level: Level) -> str:
        """Give the code of this place at a level."""
        return {
            Level.CITY: CITY,
            Level.TOWN: self.town,
            Level.VILLAGE: self.village,
            Level.GRID: self.grid,
            Level.MICRO_GRID: self.micro_grid,
        }[level]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who tries: a role held at the first place, or nobody at all (`person_id` is None)."""

    role: Role | None
    person_id: int | None
    household_id: int | None = None
    area_code: str | None = None
    unit_id: int | None = None

    @property
    def name(self) -> str:
        """What the actor is called when a test fails."""
        return self.role.lower() if self.role else "nobody"


@dataclass(frozen=True, slots=True)
class City:
    """The places, the first of which is that of the actors, and the actors."""

    places: tuple[Place, ...]
    actors: tuple[Actor, ...]
    offices: tuple[int, ...]


async def plant() -> City:
    """Write the city; each actor lives in the first place, in a home of their own."""
    await grids.add_area(CITY, "CITY", None, 1000)
    places = (
        await _place("own", 10, CITY + "001", "001", "01"),
        await _place("next grid", 20, CITY + "001", "001", "02"),
        await _place("other village", 30, CITY + "001", "002", "01"),
        await _place(FAR, 40, CITY + "002", "001", "01"),
    )
    own = places[0]
    actors = [Actor(None, None), await _actor(own, Role.RESIDENT)]
    actors += [await _actor(own, role, own.code(level)) for role, level in OFFICES]
    # One more, so that no administrator is the last.
    await areas.appoint("ADMIN", CITY)
    rows = await db.fetch("SELECT id FROM appointment")
    return City(places, tuple(actors), tuple(row["id"] for row in rows))


async def somebody(place: Place, phone: str | None = None) -> tuple[int, int]:
    """Write a person who lives in a place; give the keys of the person and of the home."""
    person = await grids.add("person", name="某人")
    if phone:
        await give_phone(person, phone)
    number = await grids.value("SELECT count(*) FROM household")
    home = await grids.add("household", code=f"H{number}", area_code=place.micro_grid)
    await grids.add(
        "residence",
        person_id=person,
        household_id=home,
        area_code=place.micro_grid,
        state="CONFIRMED",
        started_on=grids.SINCE,
    )
    return person, home


async def give_phone(person: int, phone: str) -> None:
    """Let a person be found by this number."""
    index = cipher.blind_index(phone, column="person.phone")
    await db.execute("UPDATE person SET phone_index = $2 WHERE id = $1", person, index)


async def fund(person: int, programme: int) -> int:
    """Give somebody points of a programme to spend; gives their account."""
    return int(await grids.value(_FUND, person, programme))


async def administrator() -> int:
    """Give an administrator who tries nothing."""
    return int(await grids.value("SELECT max(person_id) FROM appointment WHERE role = 'ADMIN'"))


async def tidy(city: City) -> None:
    """Take what trying has given to the actors from them again: offices, homes, visits, offers.

    So that the next case finds the same people.
    """
    people = [actor.person_id for actor in city.actors]
    await db.execute(_TAKE_OFFICES, people, city.offices)
    await db.execute(_TAKE_WISHES, people)
    await db.execute(_TAKE_VISITS, people)
    await db.execute("DELETE FROM voucher_attempt")


_TAKE_OFFICES = "DELETE FROM appointment WHERE person_id = ANY($1) AND NOT id = ANY($2)"
_TAKE_WISHES = "DELETE FROM residence WHERE person_id = ANY($1) AND state <> 'CONFIRMED'"
_TAKE_VISITS = "DELETE FROM station_visit WHERE person_id = ANY($1)"
_FUND = """
WITH owner AS (
    INSERT INTO account (programme_id, kind, person_id, points) VALUES ($2, 'PERSON', $1, 9)
    ON CONFLICT (programme_id, person_id, kind) WHERE person_id IS NOT NULL
    DO UPDATE SET points = account.points + 9 RETURNING id
), owing AS (
    INSERT INTO account (programme_id, kind, person_id) VALUES ($2, 'DEBT', $1)
    ON CONFLICT (programme_id, person_id, kind) WHERE person_id IS NOT NULL DO NOTHING
), awarded AS (
    INSERT INTO transaction (programme_id, kind, business_day)
    VALUES ($2, 'AWARD', '2026-01-01') RETURNING id
)
INSERT INTO lot (account_id, transaction_id, amount, remaining, expires_on)
SELECT owner.id, awarded.id, 9, 9, '2100-01-01' FROM owner, awarded RETURNING account_id
"""


async def contents() -> dict[str, str]:
    """Give a digest of all rows of each table, but of the keys and codes that were tried."""
    tables = await db.fetch(
        "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace"
        " AND relname NOT IN ('once', 'voucher_attempt')"
    )
    digests = (
        f"SELECT '{table['name']}' AS name, md5(coalesce(string_agg(md5(one::text), ''"  # noqa: S608 - our own names
        f" ORDER BY md5(one::text)), '')) AS digest FROM \"{table['name']}\" AS one"
        for table in tables
    )
    return {row["name"]: row["digest"] for row in await db.fetch(" UNION ALL ".join(digests))}


async def _place(name: str, number: int, town: str, village_end: str, grid_end: str) -> Place:
    village = town + village_end
    grid = village + grid_end
    for code, level, kind in (
        (town, "TOWN", "TOWN"),
        (village, "VILLAGE", "VILLAGE"),
        (grid, "GRID", "GENERAL"),
        (grid + "01", "MICRO_GRID", None),
    ):
        if not await grids.value("SELECT count(*) FROM area WHERE code = $1", code):
            await grids.add_area(code, level, kind, 100, place=number)
    unit = await grids.add("unit", code=grid, kind="VILLAGE", name="站", area_code=village)
    longitude = await grids.value("SELECT longitude FROM area WHERE code = $1", grid)
    programme = await _programme(village)
    return Place(name, town, village, grid, grid + "01", unit, longitude, programme)


async def _programme(village: str) -> int:
    """Give the programme of a village, with a rule for awards and one for hours."""
    sql = "SELECT max(programme_id) FROM programme_area WHERE area_code = $1"
    if found := await grids.value(sql, village):
        return int(found)
    made = await points.programme(village, code=village)
    await points.rule(made)
    await points.rule(made, "H1", source="HOURS")
    return made


async def _actor(place: Place, role: Role, code: str | None = None) -> Actor:
    person, home = await somebody(place)
    if code is None:
        return Actor(role, person, home)
    unit = place.unit_id if role is Role.DEPARTMENT_OFFICER else None
    await grids.add(
        "appointment",
        person_id=person,
        role=role,
        area_code=code,
        unit_id=unit,
        started_on=grids.SINCE,
    )
    return Actor(role, person, home, code, unit)
