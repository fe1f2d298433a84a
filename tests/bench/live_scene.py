"""What pushing is measured on: open tickets with ten events each, who reported them, and staff."""

from dataclasses import dataclass

import asyncpg

from tests.bench.people import session_of

TICKETS = 2_000
STAFF = 100
EVENTS = 10
CITY = "320281"


@dataclass(frozen=True, slots=True)
class Scene:
    """Keys: tickets, who reported each, and dispatchers of the city with equal rights."""

    tickets: list[int]
    residents: list[int]
    staff: list[int]


async def prepare(database_url: str) -> Scene:
    """Write the scene into a database that has the standard city."""
    connection = await asyncpg.connect(database_url, command_timeout=120)
    try:
        async with connection.transaction():
            residents = await connection.fetchval(_PEOPLE, "居民", TICKETS)
            staff = await connection.fetchval(_PEOPLE, "坐席", STAFF)
            await connection.execute(_SESSIONS, [*residents, *staff], session_of(0))
            await connection.execute(_APPOINTMENTS, staff)
            tickets = await connection.fetchval(_TICKETS, TICKETS)
            await connection.execute(_REPORTERS, tickets, residents)
            await connection.execute(_EVENTS, tickets, staff, EVENTS)
        await connection.execute(
            "VACUUM (ANALYZE) ticket, ticket_reporter, event, person, content"
        )
    finally:
        await connection.close()
    return Scene(tickets, residents, staff)


_PEOPLE = """
WITH made AS (
    INSERT INTO person (name) SELECT $1 || number FROM generate_series(1, $2::int) AS number
    RETURNING id
)
SELECT array_agg(id ORDER BY id) FROM made
"""
_SESSIONS = """
INSERT INTO session (id, person_id, family_hash, device, started_at, used_at)
SELECT id + $2, id, sha256(int8send(id)), '', now(), now() FROM unnest($1::bigint[]) AS id
"""
_APPOINTMENTS = """
INSERT INTO appointment (person_id, role, area_code, unit_id, started_on)
SELECT id, role, area_code, unit_id, '2026-01-01' FROM unnest($1::bigint[]) AS id, (
    SELECT role, area_code, unit_id FROM appointment
    WHERE role = 'DISPATCHER' AND ended_on IS NULL ORDER BY id LIMIT 1
) AS like_this
"""
_TICKETS = """
WITH made AS (
    INSERT INTO ticket (number, state, version, round, category, urgency, source, area_code,
        longitude, latitude, box, text, terms, is_anonymous, unit_id, returns, is_bound,
        is_appealed, calls, rank, submitted_at, due_at)
    SELECT '30000101-' || lpad(number::text, 6, '0'), 'IN_PROGRESS', 10, 1, 'STREET_LAMP',
        'NORMAL', 'MINI_PROGRAM', grid.code, grid.longitude, grid.latitude, 0, '路灯不亮已经三天',
        '{}', false, (SELECT min(id) FROM unit WHERE 'STREET_LAMP' = ANY(duties)), 0, false,
        false, 0, extract(epoch FROM now() + '7 days') * 1000, now(), now() + '7 days'
    FROM generate_series(1, $1::int) AS number JOIN (
        SELECT code, longitude, latitude, row_number() OVER (ORDER BY code) AS place
        FROM area WHERE level = 'GRID'
    ) AS grid ON place = number % 1000 + 1
    RETURNING id
)
SELECT array_agg(id ORDER BY id) FROM made
"""
_REPORTERS = """
INSERT INTO ticket_reporter (ticket_id, person_id, is_first)
SELECT ticket_id, person_id, true
FROM unnest($1::bigint[], $2::bigint[]) AS one (ticket_id, person_id)
"""
# They are not posted: whoever follows a ticket begins with what happens from now on.
_EVENTS = """
WITH said AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('content', 'id')) AS id, ticket_id, version
    FROM unnest($1::bigint[]) AS ticket_id, generate_series(1, $3::int) AS version
), written AS (
    INSERT INTO content (id, body)
    SELECT id, jsonb_build_object('text', '已联系施工单位，明天上午到现场') FROM said
)
INSERT INTO event (topic, thing_id, area_code, version, actor_id, kind, facts, content_id)
SELECT 'ticket', said.ticket_id, ticket.area_code, said.version,
    ($2::bigint[])[1 + (said.ticket_id + said.version) % cardinality($2::bigint[])], 'COMMENT',
    '{"from": "IN_PROGRESS", "to": "IN_PROGRESS", "round": 1, "by": "STAFF"}', said.id
FROM said JOIN ticket ON ticket.id = said.ticket_id
"""
