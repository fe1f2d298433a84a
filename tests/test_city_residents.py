"""The residents of the standard city: as many as the areas say, at home, and found again."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from api.city import DEVELOPMENT_VILLAGE, OTHER_VILLAGE, families, homes, names
from api.city.indexes import without_indexes
from api.city.residents import load as load_residents
from models import cipher, db
from tests.conftest import Database
from tests.databases import Databases
from tests.program import DATA_KEYS, ROOT, SECRET

VILLAGE_PEOPLE = "SELECT count(*) FROM residence WHERE starts_with(area_code, $1)"


async def fill(url: str) -> None:
    await load_residents(url, DATA_KEYS, within=DEVELOPMENT_VILLAGE)


@pytest.fixture(scope="module")
def lived_in_template(databases: Databases, city_template: str) -> str:
    return databases.template("lived_in", of=city_template, fill=fill)


@pytest.fixture
def lived_in_url(databases: Databases, lived_in_template: str) -> Iterator[str]:
    """The standard city with the residents of one village."""
    with databases.copy(lived_in_template) as url:
        yield url


@pytest.fixture
async def lived_in(lived_in_url: str) -> AsyncIterator[Database]:
    await db.connect(lived_in_url)
    yield Database(lived_in_url)
    await db.close()


async def people_of(code: str = "") -> int:
    row = await db.fetch_one(VILLAGE_PEOPLE, code)
    assert row
    return int(row["count"])


async def test_every_micro_grid_has_the_people_and_homes_that_its_area_says(
    lived_in: Database,
) -> None:
    rows = await db.fetch(
        """SELECT population, households, (
            SELECT count(*) FROM residence JOIN household ON household.id = household_id
            WHERE residence.area_code = area.code AND household.area_code = area.code
                AND state = 'CONFIRMED'
        ) AS people, (
            SELECT count(*) FROM household WHERE household.area_code = area.code
        ) AS homes
        FROM area WHERE level = 'MICRO_GRID' AND starts_with(code, $1)""",
        DEVELOPMENT_VILLAGE,
    )
    assert len(rows) > 30
    for row in rows:
        assert (row["people"], row["homes"]) == (row["population"], row["households"])
    assert await people_of() == await people_of(DEVELOPMENT_VILLAGE) > 2_000


async def test_each_home_has_a_head_who_lives_there_and_an_address_of_its_own(
    lived_in: Database,
) -> None:
    rows = await db.fetch(
        "SELECT household.*, EXISTS (SELECT FROM residence WHERE person_id = head_id"
        " AND household_id = household.id) AS is_home FROM household"
    )
    assert all(row["is_home"] for row in rows)
    places = {
        cipher.unseal(row["address"], place=f"household.address:{row['id']}") for row in rows
    }
    assert len(places) == len(rows)
    town = await db.fetch_one("SELECT name FROM area WHERE code = $1", DEVELOPMENT_VILLAGE[:9])
    assert town
    assert all(place.startswith(f"江阴市{town['name']}") for place in places)


async def test_those_of_age_have_a_phone_by_which_they_are_found(lived_in: Database) -> None:
    rows = await db.fetch(
        "SELECT id, phone, phone_index, phone_verified_at FROM person"
        " WHERE id IN (SELECT person_id FROM residence) AND phone IS NOT NULL"
    )
    everybody = await people_of()
    assert 0.7 * everybody < len(rows) < 0.95 * everybody
    phones = set()
    for row in rows:
        phone = cipher.unseal(row["phone"], place=f"person.phone:{row['id']}")
        assert row["phone_index"] == cipher.blind_index(phone, column="person.phone")
        assert row["phone_verified_at"] is None
        assert len(phone) == 11
        phones.add(phone)
    assert len(phones) == len(rows)


async def test_volunteers_live_where_they_serve(lived_in: Database) -> None:
    rows = await db.fetch(
        "SELECT appointment.area_code AS serves, residence.area_code AS lives FROM appointment"
        " LEFT JOIN residence USING (person_id)"
        " WHERE role = 'VOLUNTEER' AND starts_with(appointment.area_code, $1)",
        DEVELOPMENT_VILLAGE,
    )
    assert rows
    assert all(row["serves"] == row["lives"] for row in rows)


async def test_loading_again_adds_nothing_and_the_next_keys_are_free(lived_in: Database) -> None:
    before = await people_of()
    assert await load_residents(lived_in.url, DATA_KEYS, within=DEVELOPMENT_VILLAGE) == 0
    assert await load_residents(lived_in.url, DATA_KEYS, count=before) == 0
    assert await people_of() == before
    await db.execute("INSERT INTO person (name) VALUES ('张三')")
    await db.execute(
        "INSERT INTO household (code, area_code) VALUES ('new', $1)", DEVELOPMENT_VILLAGE
    )


async def test_fewer_are_loaded_all_over_the_city_and_more_are_added(city: Database) -> None:
    assert await load_residents(city.url, DATA_KEYS, count=700) == 700
    rows = await db.fetch("SELECT DISTINCT left(area_code, 9) FROM residence")
    assert len(rows) >= 3
    assert await load_residents(city.url, DATA_KEYS, count=1_000) == 300
    assert await people_of() == 1_000


async def test_the_command_adds_residents_and_shows_how_far_it_is(city: Database) -> None:
    settings = {"DATABASE_URL": city.url, "DATA_KEYS": DATA_KEYS, "JWT_SECRET": SECRET}
    command = [sys.executable, "-m", "api", "seed", "--residents", "300", "--tickets", "0"]
    done = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=os.environ | settings, stdout=PIPE, stderr=PIPE
    )
    told, errors = await done.communicate()
    assert done.returncode == 0, errors
    assert re.search(r"Loading residents .* 300/300 ", told.decode())
    # Some who take part in the points live there besides.
    assert 300 <= await people_of() < 320


async def test_of_two_loads_at_once_one_adds_what_the_other_left(city: Database) -> None:
    added = await asyncio.gather(
        load_residents(city.url, DATA_KEYS, count=500),
        load_residents(city.url, DATA_KEYS, count=800),
    )
    assert sum(added) == 800
    assert await people_of() == 800


async def test_a_load_that_is_interrupted_leaves_nobody(city: Database) -> None:
    def interrupt(done: int, _whole: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await load_residents(city.url, DATA_KEYS, within=OTHER_VILLAGE, progress=interrupt)
    assert await people_of() == 0


SHAPE = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) || convalidated
FROM pg_constraint ORDER BY 1
"""
TABLES = ("person", "household", "residence")


async def test_indexes_and_foreign_keys_come_back_after_a_large_load(database: Database) -> None:
    connection = await asyncpg.connect(database.url)
    try:
        before = await connection.fetch(SHAPE)
        async with connection.transaction():
            async with without_indexes(connection, TABLES):
                inside = {row[0] for row in await connection.fetch(SHAPE)}
                gone = {row[0] for row in before} - inside
                assert sum("REFERENCES" in one for one in gone) >= 7
                assert any("residence_confirmed" in one for one in gone)
                assert any("person_phone_index" in one for one in gone)
            assert await connection.fetch(SHAPE) == before
    finally:
        await connection.close()


async def test_a_large_load_that_breaks_a_rule_is_taken_back_whole(database: Database) -> None:
    before = await db.fetch(SHAPE)
    connection = await asyncpg.connect(database.url)
    try:
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with connection.transaction(), without_indexes(connection, TABLES):
                await connection.execute(
                    "INSERT INTO household (code, area_code) VALUES ('a', '320281')"
                )
    finally:
        await connection.close()
    assert await db.fetch(SHAPE) == before
    assert await db.fetch("SELECT FROM household") == []


def test_names_repeat_no_more_than_in_a_real_city() -> None:
    randomness = names.source("test")
    everybody = [
        member.name
        for _ in range(10_000)
        for member in families.household(3, randomness=randomness)
    ]
    counts = Counter(everybody)
    assert len(counts) > 0.75 * len(everybody)
    assert counts.most_common(1)[0][1] < 30
    assert {len(name) for name in counts} == {2, 3}


def test_families_share_a_name_and_begin_with_somebody_of_age() -> None:
    randomness = names.source("test")
    for size in range(1, 9):
        for _ in range(50):
            members = families.household(size, randomness=randomness)
            assert len(members) == size
            assert members[0].is_of_age
            assert all(
                member.name[0] == members[0].name[0] for member in members if not member.is_of_age
            )


def test_a_family_is_the_same_for_the_same_seed() -> None:
    one, other = (families.household(4, randomness=names.source("x")) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(("people", "households"), [(1, 1), (7, 7), (300, 100), (50, 1), (26, 9)])
def test_people_are_shared_out_so_that_no_home_is_empty(people: int, households: int) -> None:
    found = homes.sizes(people, households, randomness=names.source("x"))
    assert (len(found), sum(found)) == (households, people)
    assert min(found) >= 1
    assert max(found) <= max(homes.MEMBERS_MOST, people // households)


def test_phones_of_different_people_differ() -> None:
    phones = {homes.phone(key) for key in [*range(1, 50_000), *range(1_700_000, 1_750_000)]}
    assert len(phones) == 99_999
    assert {len(phone) for phone in phones} == {11}


def test_addresses_are_rooms_of_blocks_or_houses_of_hamlets() -> None:
    assert homes.address_of("锦绣花园4至6幢", 0) == "锦绣花园4幢101室"
    assert homes.address_of("锦绣花园4至6幢", 14) == "锦绣花园6幢201室"
    assert homes.address_of("沈家巷", 14) == "沈家巷15号"
    rooms = {homes.address_of("锦绣花园4至6幢", number) for number in range(400)}
    assert len(rooms) == 400
