"""The base grant of a year: exact for everybody, once, while other work goes on."""

import asyncio
from datetime import date

import pytest

from models import calendar, db
from models.points.audit import audit
from models.points.award import grant
from models.points.words import Joiners
from models.points.year_grant import YearGrant, grant_this_year, grant_year, share
from tests import areas, points
from tests.areas import OTHER_GRID, OTHER_VILLAGE, VILLAGE
from tests.conftest import Database
from tests.events import until

THIS_YEAR = calendar.today().year
MANY = 3_000


@pytest.fixture
async def programme(database: Database) -> int:
    key = await points.plant()
    await points.rule(key)
    return key


async def move_in(count: int, area_code: str) -> None:
    """Let many people live in an area."""
    await db.execute(
        """WITH made AS (
            INSERT INTO person (name) SELECT '村民' FROM generate_series(1, $1::int) RETURNING id
        ) INSERT INTO residence (person_id, area_code, state, started_on)
        SELECT id, $2, 'CONFIRMED', '2024-01-01' FROM made""",
        count,
        area_code,
    )


async def granted() -> dict[tuple[int, int], int]:
    """Count accounts by programme and merit."""
    rows = await db.fetch(
        """SELECT programme_id, merit, count(*) FROM account WHERE kind = 'PERSON'
        GROUP BY 1, 2"""
    )
    return {(row["programme_id"], row["merit"]): row["count"] for row in rows}


async def test_thousands_get_exactly_the_grant_of_their_programme_and_a_second_run_adds_nothing(
    programme: int,
) -> None:
    other = await points.programme(OTHER_VILLAGE, code="P2", year_grant=200)
    await move_in(MANY, areas.MICRO_GRID)
    await move_in(500, OTHER_GRID)
    assert await grant_this_year() == MANY + 500
    assert await granted() == {(programme, 300): MANY, (other, 200): 500}
    assert await grant_this_year() == 0
    await move_in(3, OTHER_GRID)
    assert await grant_this_year() == 3
    assert await granted() == {(programme, 300): MANY, (other, 200): 503}
    entries = await db.fetch_one("SELECT count(*) FROM entry WHERE grant_year IS NOT NULL")
    assert entries
    assert entries["count"] == MANY + 503
    assert (await audit()).findings == ()


async def test_two_runs_at_once_grant_once(programme: int) -> None:
    await move_in(MANY, areas.MICRO_GRID)
    scheme = YearGrant(programme, 300, Joiners.WHOLE)
    runs = (grant_year(scheme, year=THIS_YEAR, slice_size=size) for size in (400, 700))
    assert sum(await asyncio.gather(*runs)) == MANY
    assert await granted() == {(programme, 300): MANY}
    assert (await audit()).findings == ()


async def test_awards_go_on_while_the_year_is_granted(programme: int) -> None:
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    people = [await points.resident() for _ in range(10)]
    await move_in(MANY, areas.MICRO_GRID)
    scheme = YearGrant(programme, 300, Joiners.WHOLE)
    run = asyncio.create_task(grant_year(scheme, year=THIS_YEAR, slice_size=100))
    given = 0
    while not run.done():
        for person in people:
            await grant(
                actor_id=cadre,
                person_id=person,
                rule_code="R1",
                points=1,
                note=None,
                key=f"{given} {person}",
            )
        given += 1
    # Whose account was opened at that very moment is granted by the next run.
    assert await run + await grant_year(scheme, year=THIS_YEAR) == MANY + len(people)
    assert await grant_year(scheme, year=THIS_YEAR) == 0
    assert given > 0
    assert await granted() == {(programme, 300): MANY, (programme, 300 + given): len(people)}
    assert (await audit()).findings == ()


async def test_who_is_at_work_on_one_account_holds_up_no_other_programme(programme: int) -> None:
    other = await points.programme(OTHER_VILLAGE, code="P2", year_grant=200)
    person = await points.resident()
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    await grant(actor_id=cadre, person_id=person, rule_code="R1", points=1, note=None, key="k")
    await move_in(50, OTHER_GRID)
    async with db.transaction() as connection:
        await connection.execute("SELECT FROM account WHERE person_id = $1 FOR UPDATE", person)
        run = asyncio.create_task(grant_this_year())

        async def others_are_granted() -> bool:
            return (await granted()).get((other, 200)) == 50

        await until(others_are_granted)
        assert not run.done()
    assert await run == 51
    assert (await points.account(person))["merit"] == 301


async def test_the_year_is_granted_once_to_everybody_and_to_who_joins(programme: int) -> None:
    people = [await points.resident() for _ in range(5)]
    scheme = YearGrant(programme, 300, Joiners.WHOLE)
    assert await grant_year(scheme, year=THIS_YEAR, slice_size=2) == 5
    assert await grant_year(scheme, year=THIS_YEAR) == 0
    late = await points.resident()
    assert await grant_year(scheme, year=THIS_YEAR) == 1
    assert [(await points.account(one))["merit"] for one in (*people, late)] == [300] * 6
    assert (await audit()).is_clean


def test_joiners_get_what_the_programme_says() -> None:
    november = date(2026, 11, 24)
    shares = {kind: share(YearGrant(1, 300, kind), year=2026, today=november) for kind in Joiners}
    assert shares == {Joiners.WHOLE: 300, Joiners.BY_MONTH: 50, Joiners.NEXT_YEAR: 0}
    assert share(YearGrant(1, 300, Joiners.BY_MONTH), year=2026, today=date(2026, 1, 5)) == 300
