"""A programme for tests: the village of tests/areas.py, its rules, and people who live there."""

from datetime import date

from models import db
from tests import areas
from tests.areas import MICRO_GRID, VILLAGE

FIRST_DAY = date(2020, 1, 1)


async def plant(*, year_grant: int = 300, joiners: str = "WHOLE", lot_months: int = 24) -> int:
    """Write the tree and one programme over VILLAGE; gives the programme's key."""
    await areas.plant()
    return await programme(VILLAGE, year_grant=year_grant, joiners=joiners, lot_months=lot_months)


async def programme(
    village: str,
    *,
    code: str = "P1",
    year_grant: int = 300,
    joiners: str = "WHOLE",
    lot_months: int = 24,
) -> int:
    """Write the programme of a village; gives its key."""
    row = await db.fetch_one(
        """INSERT INTO programme (code, kind, name, owner_area_code, budget_cents,
            cents_per_point, lot_months, year_grant, joiners)
        VALUES ($5, 'VILLAGE', '长泾村积分', $1, 10000000, 10, $2, $3, $4) RETURNING id""",
        village,
        lot_months,
        year_grant,
        joiners,
        code,
    )
    assert row
    await db.execute(
        "INSERT INTO programme_area (area_code, programme_id) VALUES ($1, $2)", village, row["id"]
    )
    await db.execute(
        "INSERT INTO account (programme_id, kind) VALUES ($1, 'ISSUANCE'), ($1, 'EXPIRED')",
        row["id"],
    )
    return int(row["id"])


async def rule(programme: int, code: str = "R1", **given: object) -> int:
    """Write a rule; what is not given has the value below."""
    facts: dict[str, object] = {
        "version": 1,
        "name": "志愿巡河",
        "source": "RULE",
        "points_least": 1,
        "points_most": 20,
        "beneficiary": "PERSON",
        "needs_evidence": False,
        "reviewer_role": None,
        "day_cap": None,
        "month_cap": None,
        "year_cap": None,
        "cooldown_days": 0,
        "valid_from": FIRST_DAY,
        "valid_to": None,
        **given,
    }
    columns = ", ".join(["programme_id", "code", *facts])
    places = ", ".join(f"${place}" for place in range(1, len(facts) + 3))
    row = await db.fetch_one(
        f"INSERT INTO rule ({columns}) VALUES ({places}) RETURNING id",  # noqa: S608 - our own
        programme,
        code,
        *facts.values(),
    )
    assert row
    return int(row["id"])


async def resident(name: str = "李四", *, household: str | None = None) -> int:
    """Write a person who lives in MICRO_GRID, in a household of that code if one is given."""
    row = await db.fetch_one("INSERT INTO person (name) VALUES ($1) RETURNING id", name)
    assert row
    await settle(row["id"], household=household)
    return int(row["id"])


async def settle(person_id: int, *, household: str | None = None) -> None:
    """Let a person live in MICRO_GRID."""
    await db.execute(
        """WITH home AS (
            INSERT INTO household (code, area_code) SELECT $2::text, $3::text WHERE $2 IS NOT NULL
            ON CONFLICT (code) DO UPDATE SET area_code = excluded.area_code RETURNING id
        )
        INSERT INTO residence (person_id, household_id, area_code, state, started_on)
        VALUES ($1, (SELECT id FROM home), $3::text, 'CONFIRMED', '2024-01-01')""",
        person_id,
        household,
        MICRO_GRID,
    )


async def date_back(month: str) -> None:
    """Write all entries into a month that is over, as only the owner of the tables can."""
    async with db.transaction() as connection:
        await connection.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        await connection.execute("UPDATE entry SET business_month = $1", month)
        await connection.execute("ALTER TABLE entry ENABLE TRIGGER USER")


async def account(person_id: int) -> dict[str, int]:
    """Give the figures on a person's account."""
    row = await db.fetch_one(
        "SELECT merit, points, held, debt FROM account WHERE person_id = $1 AND kind = 'PERSON'",
        person_id,
    )
    assert row
    return dict(row)
