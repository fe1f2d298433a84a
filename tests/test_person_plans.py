"""No statement about people reads a whole table of the city."""

import pkgutil
from importlib import import_module

import pytest

import models
import models.person
from models.access import holder
from tests import plans

TABLES = ("person", "household", "residence", "appointment", "access")
MODULES = [
    import_module(module.name)
    for module in pkgutil.iter_modules(models.person.__path__, "models.person.")
]
OTHERS = [
    import_module(module.name)
    for module in pkgutil.walk_packages(models.__path__, "models.")
    if not module.name.startswith(("models.migrations", "models.person", "models.tables"))
]


EXAMPLES: list[tuple[str, list[str]]] = [
    ("SELECT FROM person WHERE name = $1", ["Seq Scan on person"]),
    ("SELECT id FROM person ORDER BY id", ["Index Only Scan on person"]),
    ("UPDATE household SET version = 2 WHERE version = $1", ["Seq Scan on household"]),
    ("SELECT FROM residence WHERE state = 'PENDING'", ["Index Only Scan on residence"]),
    ("SELECT FROM person WHERE id = $1", []),
    ("SELECT FROM person WHERE phone_index = $1", []),
    ("SELECT FROM residence WHERE household_id = ANY($1)", []),
]


@pytest.mark.usefixtures("database")
async def test_no_statement_about_people_reads_a_whole_table() -> None:
    await plans.settle()
    # The measure itself, on statements of which one knows.
    for sql, reads in EXAMPLES:
        assert await plans.whole_reads(sql, *TABLES) == reads
    asked = dict(plans.statements(*MODULES, holder))
    assert len(asked) > 30
    found = {name: await plans.whole_reads(sql, *TABLES) for name, sql in asked.items()}
    # Auditors leaf through the log by its key; each page ends after its size.
    assert {name: reads for name, reads in found.items() if reads} == {
        "models.person.log._ALL": ["Index Scan on access"]
    }


@pytest.mark.usefixtures("database")
async def test_no_statement_of_another_domain_reads_all_people_or_homes() -> None:
    await plans.settle()
    homes = ("person", "household", "residence")
    found = {}
    for name, sql in plans.statements(*OTHERS):
        # One with braces is filled in where it is used, and planned there.
        if any(table in sql for table in homes) and "{" not in sql:
            found[name] = await plans.whole_reads(sql, *homes)
    assert len(found) > 60
    assert {name: reads for name, reads in found.items() if reads} == {}
