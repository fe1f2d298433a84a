"""Lists and figures of tickets: what is due first, nothing that one may not see, counted right."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.city import tickets as seeding
from api.city.year import CLOSED_SHARE
from models import access, db, ticket
from models.errors import Invalid
from models.person import Asker
from models.statement import Statement
from models.ticket import FLOW, Filter, Move, NewsAsked, Party, Source, State, Ticket, search
from models.ticket.figures import _COUNT, _statement
from models.ticket.listing import _filter, _scopes
from models.ticket.reporter import sealed_index
from resolvers.node import global_id
from tests.databases import Databases
from tests.graph import ask

COUNT = 600
VILLAGE, TOWN, CITY = "320281001001", "320281001", "320281"
NOW = datetime.now(UTC)


@pytest.fixture(scope="session")
def year_template(databases: Databases, city_template: str) -> str:
    return databases.template(
        "year", of=city_template, fill=partial(seeding.load, count=COUNT, now=NOW)
    )


@pytest.fixture(scope="module")
def year_url(databases: Databases, year_template: str) -> Iterator[str]:
    with databases.copy(year_template) as url:
        yield url


@pytest.fixture
async def year(year_url: str) -> AsyncIterator[None]:
    """Give a year of tickets, which the tests of this file only read."""
    await db.connect(year_url)
    yield
    await db.close()


pytestmark = pytest.mark.usefixtures("year")


async def person(role: str, place: str = "") -> int:
    row = await db.fetch_one(
        "SELECT person_id FROM appointment WHERE role = $1 AND ended_on IS NULL"
        " AND starts_with(area_code, $2) ORDER BY id LIMIT 1",
        role,
        place,
    )
    assert row
    return int(row["person_id"])


async def reporter(*, is_sealed: bool) -> int:
    """Give the reporter of some ticket; one whose name is sealed is found by trying."""
    if not is_sealed:
        row = await db.fetch_one("SELECT max(person_id) AS id FROM ticket_reporter")
        assert row
        return int(row["id"])
    rows = await db.fetch("SELECT sealed_index FROM ticket_reporter WHERE sealed IS NOT NULL")
    hidden = {row["sealed_index"] for row in rows}
    people = await db.fetch("SELECT DISTINCT person_id FROM appointment WHERE role = 'VOLUNTEER'")
    keys = (int(row["person_id"]) for row in people)
    return next(key for key in keys if sealed_index(key) in hidden)


async def whole(wanted: Filter, who: int | None, *, first: int = 100) -> list[Ticket]:
    found: list[Ticket] = []
    after: str | None = None
    while True:
        page = await ticket.tickets(wanted, person_id=who, first=first, after=after)
        found += page.items
        if not page.has_next_page:
            return found
        after = page.cursors[-1]


async def recounted(who: int) -> list[Ticket]:
    """Give all that somebody may see, found one by one."""
    rows = await db.fetch("SELECT id FROM ticket ORDER BY rank, id")
    found = await ticket.find_all([row["id"] for row in rows], person_id=who)
    return [found[row["id"]] for row in rows if row["id"] in found]


VIEWERS = {
    "dispatcher": ("DISPATCHER", ""),
    "auditor": ("DISPATCHER", ""),
    "officer": ("DEPARTMENT_OFFICER", ""),
    "town": ("TOWN_OFFICER", TOWN),
    "cadre": ("VILLAGE_CADRE", VILLAGE),
    "worker": ("GRID_WORKER", VILLAGE),
    "volunteer": ("VOLUNTEER", ""),
}


@pytest.mark.parametrize("name", VIEWERS)
async def test_a_list_holds_exactly_what_one_may_see(name: str) -> None:
    who = await person(*VIEWERS[name])
    expected = [one.id for one in await recounted(who)]
    assert [one.id for one in await whole(Filter(), who)] == expected
    if name == "dispatcher":
        assert len(expected) == COUNT
        assert [one.id for one in await whole(Filter(), who, first=7)] == expected


@pytest.mark.parametrize("is_sealed", [False, True])
async def test_ones_own_are_found_by_name_or_seal(is_sealed: bool) -> None:
    who = await reporter(is_sealed=is_sealed)
    found = await whole(Filter(is_mine=True), who)
    assert found
    assert all(one.is_mine for one in found)
    assert {one.is_anonymous for one in found} >= {is_sealed}


def fits(one: Ticket, wanted: Filter) -> bool:
    return (
        (not wanted.states or one.state in wanted.states)
        and (not wanted.categories or one.category in wanted.categories)
        and one.area_code.startswith(wanted.area_code or "")
        and (wanted.unit_id is None or (one.unit is not None and one.unit.id == wanted.unit_id))
        and (not wanted.is_overdue or one.is_overdue)
        and (wanted.text is None or wanted.text in (one.text or "") or wanted.text == one.number)
        and (wanted.since is None or one.submitted_at >= wanted.since)
        and (wanted.until is None or one.submitted_at < wanted.until)
    )


FILTERS = (
    Filter(states=(State.CLOSED,)),
    Filter(states=(State.REJECTED, State.WITHDRAWN)),
    Filter(categories=("MANHOLE", "NOISE")),
    Filter(area_code=TOWN),
    Filter(area_code=VILLAGE, states=(State.CLOSED,)),
    Filter(area_code=VILLAGE + "01"),
    Filter(area_code=VILLAGE + "0101"),
    Filter(unit_id=1),
    Filter(is_overdue=True),
    Filter(text="井盖"),
    Filter(text="请尽快处理", states=(State.CLOSED,)),
    Filter(text="路灯损坏，晚上"),
    Filter(since=NOW - timedelta(days=90), until=NOW - timedelta(days=60)),
    Filter(area_code=CITY, categories=("TREE",), unit_id=14, states=(State.CLOSED,)),
)


@pytest.mark.parametrize("wanted", FILTERS)
async def test_a_filter_keeps_what_fits_in_the_order_of_what_is_due(wanted: Filter) -> None:
    who = await person("DISPATCHER")
    expected = [one.id for one in await recounted(who) if fits(one, wanted)]
    assert [one.id for one in await whole(wanted, who)] == expected


async def test_a_ticket_is_found_by_its_number() -> None:
    who = await person("DISPATCHER")
    row = await db.fetch_one("SELECT number FROM ticket WHERE id = 77")
    assert row
    assert [one.id for one in await whole(Filter(text=row["number"]), who)] == [77]


async def test_what_is_due_comes_first_and_what_ended_last_follows() -> None:
    found = await whole(Filter(), await person("DISPATCHER"))
    due = [one.due_at for one in found if one.due_at]
    ended = [one.ended_at for one in found if one.ended_at]
    assert due == sorted(due)
    assert ended == sorted(ended, reverse=True)
    assert [one.due_at is None for one in found] == [False] * len(due) + [True] * len(ended)


async def test_what_many_follow_is_read_as_for_each_alone() -> None:
    viewers = [await person(*one) for one in VIEWERS.values()]
    viewers += [await reporter(is_sealed=True), await reporter(is_sealed=False), -5]
    asked = [(key, who) for key in (1, 2, COUNT, COUNT + 1) for who in (*viewers, viewers[0])]
    alone = [await ticket.find(key, person_id=who) for key, who in asked]
    together = await ticket.find_each([(key, Asker(who, None)) for key, who in asked])
    assert together == alone
    assert any(alone)
    assert not all(alone)
    news = await ticket.news_of_each([NewsAsked(key, who, 1) for key, who in asked])
    assert [one and one.ticket for one in news] == alone
    seen = [found for found in alone if found]
    told = await ticket.events_at(seen, [1] * len(seen))
    assert [one.event for one in news if one] == told
    assert any(told)
    asked = [(key, who) for key, who in asked if who == viewers[0]]
    ended = await ticket.find_each([(key, Asker(who, 1)) for key, who in asked])
    assert ended == [None] * len(asked)


async def test_nobody_and_who_asks_wrongly_get_nothing() -> None:
    assert await whole(Filter(), None) == []
    who = await person("DISPATCHER")
    for wanted in (
        Filter(text="灯"),
        Filter(text="  "),
        Filter(text="灯" * 33),
        Filter(area_code="32028"),
        Filter(categories=("NO_SUCH",)),
    ):
        with pytest.raises(Invalid):
            await whole(wanted, who)
    with pytest.raises(Invalid):
        await ticket.tickets(Filter(), person_id=who, first=101, after=None)
    page = await ticket.tickets(Filter(), person_id=who, first=1, after=None)
    for other in (Filter(area_code=CITY), Filter(states=(State.CLOSED,))):
        with pytest.raises(Invalid, match="游标不属于这个查询"):
            await ticket.tickets(other, person_id=who, first=1, after=page.cursors[0])


@pytest.mark.parametrize("wanted", [*FILTERS, Filter(), Filter(is_mine=True)])
async def test_no_list_reads_the_whole_table(wanted: Filter) -> None:
    for role, place in VIEWERS.values():
        who = await person(role, place)
        statement = Statement([-1, 0, 21])
        statement.where("(rank, ticket.id) > ($1, $2)", is_walked=True)
        text = _filter(wanted, statement, who)
        if text is not None:
            statement.where(f"terms @> {statement.add(search.terms(text))}::text[]")
        async with db.transaction() as connection:
            await connection.execute("SET LOCAL enable_seqscan = off")
            held = await access.rights(connection, who)
            scopes = await _scopes(connection, held, wanted, statement)
            sql = statement.first_of("ticket", scopes, limit="$3")
            plan = await connection.fetch(f"EXPLAIN {sql}", *statement.arguments)
        assert not [row[0] for row in plan if "Seq Scan on ticket" in row[0]]


COUNTED: tuple[tuple[Filter, Source | None], ...] = (
    (Filter(area_code=CITY), None),
    (Filter(area_code=TOWN), None),
    (Filter(area_code=VILLAGE), Source.GRID_PATROL),
    (Filter(area_code=CITY, categories=("MANHOLE", "NOISE")), None),
    (Filter(area_code=CITY, unit_id=1), Source.HOTLINE),
    (Filter(area_code=CITY, since=NOW - timedelta(days=30), until=NOW), None),
    (Filter(area_code=VILLAGE + "0101"), None),
)


@pytest.mark.parametrize(("wanted", "source"), COUNTED)
async def test_figures_are_what_counting_gives(wanted: Filter, source: Source | None) -> None:
    who = await person("DISPATCHER")
    found = [
        one for one in await recounted(who) if fits(one, wanted) and source in {None, one.source}
    ]
    assert await ticket.figures(wanted, source=source, person_id=who) == counted(found)


def counted(found: list[Ticket]) -> ticket.Figures:
    """Count tickets one by one."""
    return ticket.Figures(
        received=len(found),
        open=sum(one.ended_at is None for one in found),
        overdue=sum(one.is_overdue for one in found),
        closed=ticket.Rate(sum(one.state is State.CLOSED for one in found), len(found)),
        solved=ticket.Rate(
            sum(one.is_solved is True for one in found),
            sum(one.is_solved is not None for one in found),
        ),
        satisfied=ticket.Rate(
            sum((one.satisfaction or 0) >= 4 for one in found),
            sum(one.satisfaction is not None for one in found),
        ),
    )


codes = st.sampled_from([CITY, TOWN, VILLAGE, VILLAGE + "01", "320281109", "320281109201"])
days = st.integers(0, 370).map(lambda ago: NOW - timedelta(days=ago))
filters = st.builds(
    Filter,
    area_code=codes,
    categories=st.lists(st.sampled_from(sorted(ticket.categories())), max_size=3).map(tuple),
    unit_id=st.none() | st.integers(1, 20),
    since=st.none() | days,
    until=st.none() | days,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=filters, source=st.none() | st.sampled_from(Source))
async def test_whatever_is_counted_is_what_counting_one_by_one_gives(
    wanted: Filter, source: Source | None
) -> None:
    who = await person("DISPATCHER")
    if not EVERY:
        EVERY.extend(await recounted(who))
    found = [one for one in EVERY if fits(one, wanted) and source in {None, one.source}]
    assert await ticket.figures(wanted, source=source, person_id=who) == counted(found)


EVERY: list[Ticket] = []
"""What the dispatcher may see: all there is, read once."""


@pytest.mark.parametrize(("wanted", "source"), COUNTED)
async def test_figures_are_one_statement_that_finds_its_tickets_by_index(
    wanted: Filter, source: Source | None
) -> None:
    statement = _statement(wanted, source)
    sql = _COUNT.format(asked=" AND ".join(statement.conditions))
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        await connection.execute("SET LOCAL enable_bitmapscan = off")
        plan = await connection.fetch(f"EXPLAIN {sql}", *statement.arguments)
    scans = [
        row[0].split(" on ")[0].split("->")[-1].strip()
        for row in plan
        if "Scan" in row[0] and " on ticket" in row[0]
    ]
    assert [scan.split()[0] for scan in scans] == ["Index", "Index"]


async def test_figures_are_for_those_who_may_see_the_tickets() -> None:
    cadre = await person("VILLAGE_CADRE", VILLAGE)
    officer = await person("DEPARTMENT_OFFICER")
    for who, wanted, may in (
        (cadre, Filter(area_code=VILLAGE), True),
        (cadre, Filter(area_code=TOWN), False),
        (cadre, Filter(area_code="320281001002"), False),
        (officer, Filter(area_code=CITY), False),
        (officer, Filter(area_code=CITY, unit_id=1), True),
        (officer, Filter(area_code=CITY, unit_id=2), False),
        (None, Filter(area_code=VILLAGE), False),
    ):
        assert (await ticket.figures(wanted, person_id=who) is not None) == may


async def test_the_graph_lists_and_counts() -> None:
    who = await person("DISPATCHER")
    found = await ask(
        """query($unit: ID!, $from: DateTime!) {
            tickets(filter: {states: [CLOSED], areaCode: "320281", unitId: $unit, mine: false,
                assignedToMe: false, overdue: null, from: $from, to: null}, first: 2)
                { edges { cursor node { state unit { id } } } nodes { area { code } }
                  pageInfo { hasNextPage endCursor } }
            ticketFigures(areaCode: "320281", from: $from)
                { received closed { numerator denominator percent } satisfied { percent } } }""",
        who,
        unit=global_id("Unit", 1),
        **{"from": "2020-01-01T00:00:00Z"},
    )
    assert {one["node"]["unit"]["id"] for one in found["tickets"]["edges"]} == {
        global_id("Unit", 1)
    }
    closed = round(COUNT * CLOSED_SHARE)
    assert found["ticketFigures"]["received"] == COUNT
    assert found["ticketFigures"]["closed"] == {
        "numerator": closed,
        "denominator": COUNT,
        "percent": round(100 * closed / COUNT, 2),
    }


async def test_the_year_of_the_reference_city_closes_as_many_as_it_closed() -> None:
    assert (seeding.RECEIVED, round(seeding.RECEIVED * CLOSED_SHARE)) == (95_399, 94_361)


async def test_every_made_up_life_keeps_to_the_flow() -> None:
    rows = await db.fetch(
        "SELECT thing_id, version, kind, facts ->> 'from' AS stood, facts ->> 'to' AS state,"
        " facts ->> 'by' AS party, at FROM event WHERE topic = 'ticket' ORDER BY thing_id, version"
    )
    lives: dict[int, list[Any]] = {}
    for row in rows:
        lives.setdefault(row["thing_id"], []).append(row)
    assert len(lives) == COUNT
    for steps in lives.values():
        assert [step["version"] for step in steps] == list(range(1, len(steps) + 1))
        assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
        assert steps[0]["kind"] == Move.SUBMIT
        for before, step in pairwise(steps):
            rule = FLOW[Move(step["kind"])]
            assert step["stood"] == before["state"]
            assert State(step["stood"]) in rule.states
            assert State(step["state"]) in rule.to
            assert Party(step["party"]) in rule.parties
        assert steps[-1]["at"] <= NOW


async def test_the_last_event_is_where_a_ticket_stands() -> None:
    rows = await db.fetch(
        """SELECT ticket.id FROM ticket JOIN event ON topic = 'ticket' AND thing_id = ticket.id
            AND event.version = ticket.version
        WHERE facts ->> 'to' = state AND (facts ->> 'round')::int = round
            AND (ended_at IS NULL OR ended_at = at) AND event.area_code = ticket.area_code"""
    )
    assert len(rows) == COUNT


async def test_seeding_twice_writes_once(year_url: str) -> None:
    assert not await seeding.load(year_url, count=5)


async def test_much_is_loaded_without_indexes_which_are_there_again(
    city_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "BULK_LEAST", 1)
    connection = await asyncpg.connect(city_url)
    try:
        before = await connection.fetch(_GUARDS)
        assert await seeding.load(city_url, count=50, now=NOW)
        assert await connection.fetch(_GUARDS) == before
        assert await connection.fetchval("SELECT count(*) FROM ticket") == 50
    finally:
        await connection.close()


_GUARDS = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1
"""
