"""How PostgreSQL would find the rows of a statement in a full city, asked on a small database.

A small table is scanned whatever its indexes. So `settle` lets some thousands live there, that
statistics say what a column is like; scanning is made as dear as a table of a whole city would
make it, and the plan is the generic one, which knows no value. Where it still reads all of a table
there is no index that serves, and there would be none in the city either.
"""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import orjson

from models import db
from tests import areas

# One page of a scan costs as much as the million rows of a city; each row read in vain is dear.
_DEAR = (
    "SET LOCAL seq_page_cost = 100000",
    "SET LOCAL cpu_tuple_cost = 10",
    "SET LOCAL plan_cache_mode = force_generic_plan",
)
_PARAMETERS = """
SELECT coalesce(array_length(parameter_types, 1), 0) FROM pg_prepared_statements
WHERE name = 'asked'
"""
_STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def statements(*modules: ModuleType) -> Iterator[tuple[str, str]]:
    """Give the statements that stand as constants in these modules, by name.

    A text that another one is made of is only a part of a statement.
    """
    for module in modules:
        texts = {name: text for name, text in vars(module).items() if isinstance(text, str)}
        for name, text in texts.items():
            is_part = any(text in other and text != other for other in texts.values())
            if text.lstrip().startswith(_STATEMENTS) and not is_part:
                yield f"{module.__name__}.{name}", text


async def settle() -> None:
    """Fill an empty database with people, homes, offices and reads, as a city has them."""
    await areas.plant()
    for statement in filter(str.strip, _PEOPLE.split(";")):
        await db.execute(statement)


async def whole_reads(sql: str, *tables: str) -> list[str]:
    """Name what the plan of `sql` reads of these tables without narrowing it by an index."""
    async with db.transaction() as connection:
        for dear in _DEAR:
            await connection.execute(dear)
        # By name, since EXPLAIN itself takes no parameters.
        await connection.execute(f"PREPARE asked AS {sql}")
        count = await connection.fetchval(_PARAMETERS)
        nulls = f"({', '.join(['NULL'] * count)})" if count else ""
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked{nulls}")
        await connection.execute("DEALLOCATE asked")
    return [
        f"{node['Node Type']} on {node['Relation Name']}"
        for node in _nodes(orjson.loads(plan)[0]["Plan"])
        if node.get("Relation Name") in tables and not _is_narrowed(node)
    ]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _is_narrowed(node: dict[str, Any]) -> bool:
    """Say whether a node reads by a condition of an index; one that writes reads below itself."""
    match node["Node Type"]:
        case "Index Scan" | "Index Only Scan":
            return "Index Cond" in node
        case "Bitmap Heap Scan":
            return all("Index Cond" in below for below in _bitmaps(node))
        case "ModifyTable" | "LockRows":
            return True
    return False


def _bitmaps(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (below for below in _nodes(node) if below["Node Type"] == "Bitmap Index Scan")


_PEOPLE = f"""
INSERT INTO person (name, development_key, openid_index, phone_index, identity_number_index)
SELECT '居民' || n, 'test:' || n, ('\\x' || md5('o' || n))::bytea, ('\\x' || md5('p' || n))::bytea,
    ('\\x' || md5('i' || n))::bytea
FROM generate_series(1, 4000) AS n;
UPDATE person SET claimed_by_id = 1 WHERE id % 100 = 2;
INSERT INTO household (code, area_code, head_id)
SELECT 'H' || n, '{areas.MICRO_GRID}', n FROM generate_series(1, 1200) AS n;
INSERT INTO residence (person_id, household_id, area_code, state, started_on, ended_on)
SELECT person.id, person.id % 1200 + 1, '{areas.MICRO_GRID}', said.state,
    CASE WHEN said.state IN ('CONFIRMED', 'ENDED') THEN DATE '2021-01-01' END,
    CASE WHEN said.state = 'ENDED' THEN DATE '2022-01-01' END
FROM person, (VALUES ('CONFIRMED', 0), ('PENDING', 1), ('ENDED', 3)) AS said (state, from_id)
WHERE person.id % 4 >= said.from_id;
INSERT INTO appointment (person_id, role, area_code, started_on)
SELECT n, 'VOLUNTEER', '{areas.MICRO_GRID}', '2021-01-01' FROM generate_series(1, 500) AS n;
INSERT INTO content (body) SELECT '"x"' FROM generate_series(1, 1000);
INSERT INTO access (reader_id, person_id, columns, content_id)
SELECT id % 50 + 1, id, 'PHONE', id FROM content;
ANALYZE
"""  # noqa: S608 - constants
