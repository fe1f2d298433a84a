"""The people who ask for themselves in a measurement: with a role, a home and a phone."""

from typing import Any

import asyncpg
import orjson

from api.identity import Tokens
from models import cipher
from tests.bench.question import request

PEOPLE = 64
VIEWER = b"""{"query":"{ viewer { id name roles phoneMasked isPartyMember\
 appointments { role startedOn area { code name level } }\
 residence { state startedOn area { code name level } household { code } } } }"}"""
CHOSEN = """
CREATE TABLE bench_person AS
SELECT id, name, is_party_member, '138' || lpad(id::text, 8, '0') AS phone FROM person
WHERE EXISTS (SELECT FROM appointment WHERE person_id = person.id)
    AND NOT EXISTS (SELECT FROM residence WHERE person_id = person.id)
ORDER BY md5(id::text) LIMIT 64;
INSERT INTO household (code, area_code, head_id)
SELECT 'bench' || bench_person.id, (
    SELECT min(code) FROM area WHERE level = 'MICRO_GRID'
), bench_person.id FROM bench_person;
INSERT INTO residence (person_id, household_id, area_code, state, started_on)
SELECT head_id, household.id, area_code, 'CONFIRMED', '2021-01-01'
FROM household JOIN bench_person ON head_id = bench_person.id;
INSERT INTO appointment (person_id, role, area_code, started_on)
SELECT bench_person.id, role, min(code), '2021-01-01'
FROM bench_person, area, (VALUES ('COURIER'), ('SPECIALIST')) AS also (role)
WHERE level = 'GRID' GROUP BY 1, 2 ON CONFLICT DO NOTHING;
INSERT INTO session (id, person_id, family_hash, device, started_at, used_at)
SELECT id + 1000000000, id, sha256(int8send(id)), '', now(), now() FROM bench_person;
ANALYZE
"""
"""Each is signed in by a session with the key `session_of` the person, far from those to come."""


async def settle(database_url: str, keys: str) -> list[int]:
    """Give some who hold a role a home and a phone; gives their keys."""
    cipher.use(cipher.read_keys(keys))
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(CHOSEN)
        rows = await connection.fetch("SELECT id, phone FROM bench_person ORDER BY id")
        for row in rows:
            sealed = cipher.seal(row["phone"], place=f"person.phone:{row['id']}")
            index = cipher.blind_index(row["phone"], column="person.phone")
            await connection.execute(
                "UPDATE person SET phone = $2, phone_index = $3 WHERE id = $1",
                row["id"],
                sealed,
                index,
            )
    finally:
        await connection.close()
        cipher.use(None)
    assert len(rows) == PEOPLE, len(rows)
    return [row["id"] for row in rows]


def session_of(key: int) -> int:
    """Give the key of the session in which a person of the measurement is signed in."""
    return key + 1_000_000_000


def requests(people: list[int], secret: str) -> list[bytes]:
    """Give the request of each for themself."""
    tokens = Tokens(secret)
    return [
        request(VIEWER, f"authorization: Bearer {tokens.issue(key, session_of(key))[0]}\r\n")
        for key in people
    ]


def meaning(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """Read an answer; raises AssertionError if it has errors or a part is missing."""
    answer = orjson.loads(body)
    assert "errors" not in answer, answer["errors"]
    viewer = answer["data"]["viewer"]
    assert all(viewer[part] for part in viewer if part != "isPartyMember"), viewer
    # Two roles that began together are told in either order.
    viewer["roles"].sort()
    return viewer
