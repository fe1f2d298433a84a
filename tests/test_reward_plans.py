"""No statement about rewards reads a whole table of the city, and redeeming sends two."""

import pkgutil
from importlib import import_module

import pytest

import models.reward
from models import db, reward
from tests import plans, points, rewards
from tests.conftest import Database
from tests.rewards import give

TABLES = (
    "voucher",
    "voucher_flag",
    "voucher_review",
    "hold",
    "lot",
    "lot_use",
    "account",
    "entry",
)
OTHERS = ("once", "person", "appointment", "notification", "transaction", "settlement", "content")
MODULES = [
    import_module(module.name)
    for module in pkgutil.iter_modules(models.reward.__path__, "models.reward.")
]
WHOLE = {
    "models.reward.budget._USED",
}
"""What adds a whole city up, every ten minutes."""


@pytest.mark.usefixtures("database")
async def test_no_statement_about_rewards_reads_a_whole_table() -> None:
    await plans.settle()
    for table in (*TABLES, *OTHERS):
        # A table that is known to be empty would always be scanned.
        await db.execute("SELECT pg_clear_relation_stats('public', $1)", table)
    # The measure itself, on a statement of which one knows.
    known = await plans.whole_reads("SELECT FROM voucher WHERE price_points = $1", *TABLES)
    assert known == ["Seq Scan on voucher"]
    asked = {
        name: text
        for name, text in plans.statements(*MODULES)
        if "{" not in text and name not in WHOLE
    }
    assert len(asked) > 30
    found = {name: await plans.whole_reads(sql, *TABLES, *OTHERS) for name, sql in asked.items()}
    assert {name: reads for name, reads in found.items() if reads} == {}


async def test_redeeming_is_two_statements(database: Database) -> None:
    shop = await rewards.open_shop()
    person = await points.resident()
    await give(shop, person, 15)
    await db.close()
    await db.connect(database.url, pool_size=1)
    sent: list[str] = []
    async with db.pool().acquire() as connection:
        connection.add_query_logger(lambda query: sent.append(query.query))
    # The first time asyncpg asks for the types, too.
    await reward.redeem(person_id=person, reward_id=shop.reward, key="first")
    sent.clear()
    await reward.redeem(person_id=person, reward_id=shop.reward, key="second")
    assert len(sent) == 2
