"""Check-in and check-out: never more than fit, nobody left behind, and seen everywhere at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.jobs import JOBS, Jobs
from models import db, event, station
from models.errors import Code, Refusal, Unavailable
from models.event import Topic
from models.hours import CITY_ZONE
from models.station import Visit
from tests import areas, uploading
from tests.areas import GRID, VILLAGE
from tests.conftest import Database
from tests.graph import ask, execute
from tests.keeping import act, created, everything
from tests.keeping import station_id as sid
from tests.program import serving

NOON = datetime(2026, 11, 24, 12, tzinfo=CITY_ZONE)
"""A Tuesday."""
CLOSING = datetime(2026, 11, 24, 18, tzinfo=CITY_ZONE)
CHECK_IN = """mutation ($input: StationCheckInInput!) { stationCheckIn(input: $input) {
  visit { id enteredAt endsAt leftAt station { id occupancy } } userErrors { code message path }
} }"""
CHECK_OUT = CHECK_IN.replace("CheckIn", "CheckOut")


@pytest.fixture(autouse=True)
async def cadre(database: Database) -> AsyncIterator[int]:
    await areas.plant()
    await station.load()
    yield await areas.appoint("VILLAGE_CADRE", VILLAGE)
    station.forget()


@pytest.fixture
async def one(cadre: int) -> int:
    """A station for 10, open from 8 to 18."""
    await created(cadre, openingHours="Mo-Su 08:00-18:00")
    await station.refresh([1])
    return 1


async def people(count: int) -> list[int]:
    rows = await db.fetch(
        "INSERT INTO person (name) SELECT '居民' FROM generate_series(1, $1) RETURNING id", count
    )
    return [row["id"] for row in rows]


async def enter(key: int, person_id: int, *, now: datetime = NOON, name: str = "in") -> Visit:
    return await station.check_in(key, person_id=person_id, idempotency_key=name, now=now)


async def leave(key: int, person_id: int, *, now: datetime = NOON, name: str = "out") -> Visit:
    return await station.check_out(key, person_id=person_id, idempotency_key=name, now=now)


async def refused(key: int, person_id: int, *, now: datetime = NOON, name: str = "no") -> Code:
    """Try to check in, and see that nothing has changed."""
    before = await everything()
    with pytest.raises(Refusal) as refusal:
        await enter(key, person_id, now=now, name=name)
    assert await everything() == before
    return refusal.value.code


async def counts() -> list[tuple[int, int]]:
    """Give the count and the number of open visits of every station: always the same."""
    rows = await db.fetch(
        """SELECT people, (SELECT count(*) FROM station_visit
            WHERE station_visit.station_id = counted.station_id AND left_at IS NULL) AS here
        FROM station_occupancy AS counted ORDER BY station_id"""
    )
    return [(row["people"], row["here"]) for row in rows]


def shown(key: int) -> int | None:
    found = station.find(key)
    assert found
    return station.people_at(found)


# In and out


async def test_who_checks_in_is_counted_until_they_check_out(one: int) -> None:
    first, second = await people(2)
    visit = await enter(one, first)
    assert (visit.entered_at, visit.ends_at, visit.left_at) == (NOON, CLOSING, None)
    await enter(one, second)
    assert (shown(one), await counts()) == (2, [(2, 2)])
    gone = await leave(one, first, now=NOON + timedelta(hours=1))
    assert gone.left_at == NOON + timedelta(hours=1)
    assert (shown(one), await counts()) == (1, [(1, 1)])


async def test_of_two_hundred_at_once_exactly_as_many_get_in_as_fit(one: int) -> None:
    crowd = await people(200)

    async def come(person_id: int) -> Visit:
        # Whoever finds every connection taken asks again with the same key, as a phone does.
        while True:
            with suppress(Unavailable):
                return await enter(one, person_id)

    results = await asyncio.gather(*map(come, crowd), return_exceptions=True)
    visits = [result for result in results if isinstance(result, Visit)]
    codes = {result.code for result in results if isinstance(result, Refusal)}
    assert (len(visits), len(results) - len(visits)) == (10, 190)
    assert codes == {Code.LIMIT_REACHED}
    assert await counts() == [(10, 10)]
    inside = await db.fetch("SELECT person_id FROM station_visit WHERE left_at IS NULL")
    await asyncio.gather(*(leave(one, row["person_id"]) for row in inside))
    assert await counts() == [(0, 0)]


async def test_a_place_that_is_left_is_free_again(one: int) -> None:
    crowd = await people(11)
    for person_id in crowd[:10]:
        await enter(one, person_id)
    assert await refused(one, crowd[10]) is Code.LIMIT_REACHED
    await leave(one, crowd[0])
    await enter(one, crowd[10])
    assert await counts() == [(10, 10)]


async def test_who_is_in_stays_in_once(one: int) -> None:
    (someone,) = await people(1)
    visits = await asyncio.gather(
        *(enter(one, someone, name=f"k{turn % 2}") for turn in range(6)), return_exceptions=True
    )
    keys = {visit.id for visit in visits if isinstance(visit, Visit)}
    codes = {no.code for no in visits if isinstance(no, Refusal)}
    assert (len(keys), codes <= {Code.ILLEGAL_MOVE}) == (1, True)
    assert (await enter(one, someone, name="later")).id in keys
    assert await counts() == [(1, 1)]


async def test_nobody_is_at_two_places_at_once(cadre: int, one: int) -> None:
    await created(cadre, idempotencyKey="k2", openingHours="24/7")
    (someone,) = await people(1)
    await enter(one, someone)
    assert await refused(2, someone) is Code.ILLEGAL_MOVE
    await leave(one, someone)
    await enter(2, someone, name="again")
    assert await counts() == [(0, 0), (1, 1)]


async def test_who_is_not_in_can_not_leave(one: int) -> None:
    (someone,) = await people(1)
    before = await everything()
    with pytest.raises(Refusal) as refusal:
        await leave(one, someone)
    assert refusal.value.code is Code.ILLEGAL_MOVE
    assert await everything() == before


async def test_the_same_key_is_answered_alike_and_another_request_refused(one: int) -> None:
    (someone,) = await people(1)
    first = await enter(one, someone)
    left = await leave(one, someone)
    assert await enter(one, someone) == left
    assert left.id == first.id
    assert await counts() == [(0, 0)]
    with pytest.raises(Refusal) as refusal:
        await enter(2, someone)
    assert refusal.value.code is Code.KEY_REUSED


async def test_nobody_gets_in_where_they_can_not(cadre: int, one: int) -> None:
    (someone,) = await people(1)
    early = NOON.replace(hour=7, minute=59)
    assert await refused(one, someone, now=early, name="1") is Code.TOO_LATE
    assert await refused(one, someone, now=CLOSING, name="2") is Code.TOO_LATE
    assert await refused(99, someone, name="3") is Code.NOT_FOUND
    await created(cadre, idempotencyKey="k2", capacity=None)
    assert await refused(2, someone, name="4") is Code.ILLEGAL_MOVE
    await created(cadre, idempotencyKey="k3", openingHours=None)
    assert await refused(3, someone, name="5") is Code.TOO_LATE
    await act("stationSuspend", cadre, stationId=sid(one), version=1, reason="维修")
    assert await refused(one, someone, name="6") is Code.ILLEGAL_MOVE
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", someone)
    assert await refused(one, someone, name="7") is Code.NOT_ALLOWED


# Closing


async def test_at_closing_everybody_is_checked_out_at_that_moment(one: int) -> None:
    crowd = await people(3)
    for person_id in crowd:
        await enter(one, person_id)
    await leave(one, crowd[2])
    assert await station.end_visits(now=CLOSING - timedelta(seconds=1)) == 0
    # The worker was away for half the night: the moment is that of closing nonetheless.
    assert await station.end_visits(now=CLOSING + timedelta(hours=6)) == 2
    rows = await db.fetch("SELECT left_at FROM station_visit ORDER BY id")
    assert [row["left_at"] for row in rows] == [CLOSING, CLOSING, NOON]
    assert await counts() == [(0, 0)]
    assert await station.end_visits(now=CLOSING + timedelta(hours=6)) == 0


async def test_where_it_never_closes_a_visit_ends_after_a_day(cadre: int) -> None:
    await created(cadre, openingHours="24/7")
    (someone,) = await people(1)
    visit = await enter(1, someone)
    assert visit.ends_at == NOON + timedelta(hours=24)


async def test_a_station_that_goes_out_of_service_is_left_by_all(cadre: int, one: int) -> None:
    now = datetime.now(UTC)
    await db.execute("UPDATE station SET opening_hours = '24/7'")
    crowd = await people(3)
    for person_id in crowd:
        await enter(one, person_id, now=now)
    await act("stationSuspend", cadre, stationId=sid(one), version=1, reason="维修")
    assert await counts() == [(0, 0)]
    await act("stationReopen", cadre, stationId=sid(one), version=2, reason="修好")
    await enter(one, crowd[0], now=now, name="again")
    await act("stationChange", cadre, stationId=sid(one), version=3, capacity=None)
    assert await counts() == [(0, 0)]


async def test_new_hours_hold_for_those_who_are_there(cadre: int, one: int) -> None:
    now = datetime.now(UTC)
    await db.execute("UPDATE station SET opening_hours = '24/7'")
    (someone,) = await people(1)
    await enter(one, someone, now=now)
    await act("stationChange", cadre, stationId=sid(one), version=1, openingHours="Mo-Su off")
    assert await station.end_visits(now=now + timedelta(minutes=1)) == 1
    assert await counts() == [(0, 0)]


async def test_where_people_were_is_forgotten_after_a_month(one: int) -> None:
    first, second = await people(2)
    await enter(one, first)
    await enter(one, second)
    await leave(one, first)
    await db.execute(
        "UPDATE station_visit SET entered_at = now() - interval '32 days',"
        " left_at = now() - interval '31 days' WHERE left_at IS NOT NULL"
    )
    assert await station.forget_visits() == 1
    assert len(await db.fetch("SELECT FROM station_visit")) == 1
    with pytest.raises(Refusal) as refusal:
        await enter(one, first)
    assert refusal.value.code is Code.EXPIRED


# Telling


async def test_many_changes_are_told_by_one_event_that_names_nobody(one: int) -> None:
    for person_id in await people(5):
        await enter(one, person_id)
    before = len(await db.fetch("SELECT FROM event"))
    assert await station.tell() == 0
    assert await station.tell() == 0
    rows = await db.fetch("SELECT * FROM event ORDER BY id")
    assert len(rows) == before + 1
    told = rows[-1]
    assert (told["topic"], told["thing_id"], told["version"]) == ("occupancy", one, 5)
    assert (told["facts"], told["actor_id"], told["content_id"]) == ('{"people": 5}', None, None)


async def test_what_is_heard_is_known_and_what_is_old_is_not(one: int) -> None:
    def heard(count: int, version: int) -> event.Event:
        at = datetime.now(UTC)
        return event.Event(
            1, 1, Topic.OCCUPANCY, one, GRID, version, "COUNTED", {"people": count}, at, GRID
        )

    before = station.snapshot()
    station.hear([heard(7, 3), heard(6, 2)])
    assert shown(one) == 7
    station.hear([heard(0, 4)])
    assert shown(one) == 0
    # Nothing of the snapshot was built anew.
    assert station.snapshot() is before


async def test_a_process_that_starts_knows_who_is_there(one: int) -> None:
    (someone,) = await people(1)
    await enter(one, someone)
    station.forget()
    await station.load()
    assert shown(one) == 1


# In the graph


async def test_who_asks_sees_their_visit_and_nobody_else_does(cadre: int) -> None:
    made = await created(cadre)
    await station.refresh([1])
    first, second = await people(2)
    given = {"stationId": made["id"], "idempotencyKey": "k"}
    payload = (await ask(CHECK_IN, first, input=given))["stationCheckIn"]
    assert payload["userErrors"] == []
    assert payload["visit"]["station"] == {"id": made["id"], "occupancy": 1}
    query = "{ stationVisit { id leftAt } }"
    assert (await ask(query, first))["stationVisit"]["id"] == payload["visit"]["id"]
    assert (await ask(query, second))["stationVisit"] is None
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await ask(node, first, id=payload["visit"]["id"]))["node"] is not None
    assert (await ask(node, second, id=payload["visit"]["id"]))["node"] is None
    assert (await ask(node, None, id=payload["visit"]["id"]))["node"] is None
    payload = await ask(CHECK_OUT, first, input={**given, "idempotencyKey": "o"})
    assert payload["stationCheckOut"]["visit"]["leftAt"] is not None
    assert (await execute(CHECK_IN, None, input=given)).errors
    wrong = {"stationId": "x", "idempotencyKey": "k"}
    payload = (await ask(CHECK_IN, first, input=wrong))["stationCheckIn"]
    assert payload["userErrors"][0]["code"] == "NOT_FOUND"


# Jobs and processes


async def test_every_job_runs_and_gives_its_lease_back(one: int, tmp_path: Path) -> None:
    uploading.use(tmp_path)
    jobs = Jobs()
    (someone,) = await people(1)
    await enter(one, someone)
    for job in JOBS:
        await jobs.do(job)
    assert await db.fetch("SELECT name FROM lease") == []
    assert len(await db.fetch("SELECT FROM event WHERE topic = 'occupancy'")) == 1


async def test_what_happens_at_a_station_is_seen_in_all_processes_within_a_second(
    one: int, database: Database, redis_url: str, tmp_path: Path
) -> None:
    await db.execute("UPDATE station SET opening_hours = '24/7'")
    settings = {"DATA_DIR": str(tmp_path), "DEV_SIGN_IN": "1"}
    with (
        serving(database_url=database.url, redis_url=redis_url, **settings) as first,
        serving(database_url=database.url, redis_url=redis_url, **settings) as second,
        httpx.Client() as http,
    ):
        token = _token(http, first)
        given = {"stationId": sid(one), "idempotencyKey": "k"}
        answer = _ask(http, first, CHECK_IN, {"input": given}, token)
        assert answer["stationCheckIn"]["visit"]["station"]["occupancy"] == 1
        _until(http, second, name="澄江小蜜蜂驿站", occupancy=1)
        change = """mutation ($input: StationChangeInput!) {
          stationChange(input: $input) { userErrors { code } }
        }"""
        changed = {"stationId": sid(one), "version": 1, "name": "新名"}
        answer = _ask(http, first, change, {"input": changed}, token)
        assert answer["stationChange"]["userErrors"] == []
        _until(http, second, name="新名", occupancy=1)


def _until(http: httpx.Client, address: str, **wanted: object) -> None:
    query = "query ($id: ID!) { station(id: $id) { name occupancy } }"
    began = time.monotonic()
    while _ask(http, address, query, {"id": sid(1)})["station"] != wanted:
        # A second is promised; this machine may do ten other things meanwhile.
        assert time.monotonic() - began < 4


def _token(http: httpx.Client, address: str) -> str:
    query = f"""mutation {{
      sessionStart(input: {{code: "dev:worker:1@{GRID}"}}) {{ session {{ accessToken }} }}
    }}"""
    return str(_ask(http, address, query, {})["sessionStart"]["session"]["accessToken"])


def _ask(
    http: httpx.Client, address: str, query: str, variables: dict[str, Any], token: str = ""
) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = http.post(
        f"{address}/graphql", json={"query": query, "variables": variables}, headers=headers
    )
    data: dict[str, Any] = answer.json()["data"]
    return data
