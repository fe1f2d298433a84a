"""Stations made, changed, moved, suspended, closed and reopened by those whose area it is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from models import access, db, event, file, station
from models.access import Action
from models.errors import Code, Refusal
from models.geo import Point
from models.role import Role
from models.station import Facts, Kind
from models.station.keep import lock_areas
from resolvers.node import global_id
from tests import areas, uploading
from tests.areas import CITY, EMPTY_GRID, GRID, OTHER_GRID, OTHER_VILLAGE, TOWN, VILLAGE
from tests.conftest import Database
from tests.graph import ask, execute
from tests.keeping import HERE, NOWHERE, THERE, act, code, created, events, everything, new
from tests.keeping import station_id as sid


@pytest.fixture(autouse=True)
async def _stations(database: Database) -> AsyncIterator[None]:
    await areas.plant()
    await station.load()
    yield
    station.forget()


@pytest.fixture
async def worker(_stations: None) -> int:
    return await areas.appoint("GRID_WORKER", GRID)


@pytest.fixture
async def cadre(_stations: None) -> int:
    return await areas.appoint("VILLAGE_CADRE", VILLAGE)


# Making


async def test_a_new_station_stands_in_the_grid_of_its_point(worker: int) -> None:
    made = await created(
        worker,
        name=" 澄江小蜜蜂驿站 ",
        phone="0510-86001234",
        services=["休息", "休息"],
        facilities=["WIFI", "WATER"],
        isAccessible=True,
    )
    assert (made["name"], made["areaCode"], made["version"]) == ("澄江小蜜蜂驿站", GRID, 1)
    assert (made["code"], made["status"]) == (f"{VILLAGE}-BE01", "OPEN")
    assert (made["services"], made["facilities"]) == (["休息"], ["WATER", "WIFI"])
    assert (made["point"], made["capacity"], made["isAccessible"]) == (HERE, 10, True)
    assert made["verifiedAt"] is not None
    assert len(made["openings"]) == 1
    assert await events() == [("station", 1, "CREATED", 1, GRID, worker)]


async def test_codes_count_by_village_and_kind_and_are_never_given_again(cadre: int) -> None:
    codes = [
        (await created(cadre, idempotencyKey=f"k{turn}", kind=kind))["code"]
        for turn, kind in enumerate(["BEE_STATION", "LOVE_SHOP", "BEE_STATION"])
    ]
    assert codes == [f"{VILLAGE}-BE01", f"{VILLAGE}-SH01", f"{VILLAGE}-BE02"]
    await act("stationClose", cadre, stationId=sid(3), version=1, reason="拆迁")
    again = await created(cadre, idempotencyKey="again")
    assert again["code"] == f"{VILLAGE}-BE03"


async def test_many_made_at_once_have_codes_of_their_own(cadre: int) -> None:
    made = await asyncio.gather(*(created(cadre, idempotencyKey=f"k{turn}") for turn in range(12)))
    assert sorted(one["code"] for one in made) == [f"{VILLAGE}-BE{n:02}" for n in range(1, 13)]


async def test_a_station_may_serve_an_area_above_its_grid(cadre: int) -> None:
    made = await created(cadre, kind="MEDIATION_STUDIO", areaCode=VILLAGE)
    assert (made["areaCode"], made["code"]) == (VILLAGE, f"{VILLAGE}-MS01")
    before = await everything()
    elsewhere = await act(
        "stationCreate", cadre, **new(areaCode=OTHER_VILLAGE, idempotencyKey="k2")
    )
    above = await act("stationCreate", cadre, **new(areaCode=TOWN, idempotencyKey="k3"))
    assert [code(elsewhere), code(above)] == ["INVALID", "NOT_ALLOWED"]
    assert await everything() == before


async def test_the_same_key_makes_one_station(worker: int) -> None:
    first, second = await asyncio.gather(created(worker), created(worker))
    assert first["id"] == second["id"]
    other = await act("stationCreate", worker, **new(name="另一个"))
    assert code(other) == "KEY_REUSED"
    assert len(await db.fetch("SELECT id FROM station")) == 1


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"name": "字" * 65}, "name"),
    ({"name": "驿\u200b站"}, "name"),
    ({"address": "a\0b"}, "address"),
    ({"address": "字" * 129}, "address"),
    ({"phone": "打电话"}, "phone"),
    ({"openingHours": "always"}, "openingHours"),
    ({"openingHours": "Mo-Fr 08:00-18:00;" * 20}, "openingHours"),
    ({"services": [f"服务{turn}" for turn in range(21)]}, "services"),
    ({"audience": ["很" * 21]}, "audience"),
    ({"capacity": 0}, "capacity"),
    ({"capacity": 10_001}, "capacity"),
    ({"point": NOWHERE}, "point"),
    ({"point": {"longitude": 999.0, "latitude": 0.0}}, "point"),
    ({"idempotencyKey": ""}, "idempotencyKey"),
]


async def test_what_breaks_a_rule_makes_nothing(worker: int) -> None:
    before = await everything()
    for wrong, path in WRONG:
        payload = await act("stationCreate", worker, **new(**wrong))
        assert payload["station"] is None
        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID", [path])
    assert await everything() == before


async def test_a_grid_that_has_ended_gets_no_station(worker: int) -> None:
    async def lock() -> None:
        async with db.transaction() as connection:
            await lock_areas(connection, {GRID, EMPTY_GRID})

    await lock()
    await db.execute("UPDATE area SET valid_to = '2026-01-01' WHERE code = $1", EMPTY_GRID)
    with pytest.raises(Refusal) as refused:
        await lock()
    assert refused.value.code is Code.INVALID


# Changing


async def test_a_change_is_written_with_its_event(worker: int) -> None:
    made = await created(worker)
    payload = await act(
        "stationChange",
        worker,
        stationId=made["id"],
        version=1,
        name="新名",
        openingHours="Mo-Su 08:00-18:00",
        phone=None,
    )
    changed = payload["station"]
    assert payload["userErrors"] == []
    assert (changed["name"], changed["version"], changed["phone"]) == ("新名", 2, None)
    assert len(changed["openings"]) == 7
    assert changed["address"] == made["address"]
    assert (await events())[1:] == [("station", 1, "CHANGED", 2, GRID, worker)]
    rows = await db.fetch("SELECT facts, body FROM event JOIN content ON content.id = content_id")
    assert orjson.loads(rows[0]["facts"]) == {"changed": ["name", "opening_hours"]}
    assert orjson.loads(rows[0]["body"]) == {
        "before": {"name": "澄江小蜜蜂驿站", "opening_hours": "24/7"},
        "after": {"name": "新名", "opening_hours": "Mo-Su 08:00-18:00"},
    }


async def test_what_is_null_is_taken_away_only_where_it_may_be_missing(worker: int) -> None:
    made = await created(worker, phone="0510-86001234")
    payload = await act(
        "stationChange",
        worker,
        stationId=made["id"],
        version=1,
        name=None,
        services=None,
        phone=None,
        capacity=None,
    )
    changed = payload["station"]
    assert (changed["name"], changed["phone"], changed["capacity"]) == (made["name"], None, None)


async def test_what_is_the_same_changes_nothing(worker: int) -> None:
    made = await created(worker)
    before = await everything()
    payload = await act(
        "stationChange", worker, stationId=made["id"], version=1, name=f" {made['name']} "
    )
    assert payload == {"station": made, "userErrors": []}
    assert await everything() == before


async def test_of_two_who_change_at_once_one_sees_what_the_other_did(worker: int) -> None:
    made = await created(worker)
    first, second = await asyncio.gather(
        *(
            act("stationChange", worker, stationId=made["id"], version=1, name=name)
            for name in ("甲", "乙")
        )
    )
    won, lost = (first, second) if not first["userErrors"] else (second, first)
    assert code(lost) == "CONFLICT"
    assert lost["station"] == won["station"]
    assert won["station"]["version"] == 2
    assert lost["userErrors"][0]["path"] == ["version"]


async def test_a_change_that_breaks_a_rule_changes_nothing(worker: int) -> None:
    made = await created(worker)
    before = await everything()
    payload = await act("stationChange", worker, stationId=made["id"], version=1, name="")
    assert code(payload) == "INVALID"
    assert await everything() == before


async def test_a_change_reaches_who_asks_for_it(worker: int) -> None:
    made = await created(worker)
    await station.refresh([1])
    await act("stationChange", worker, stationId=made["id"], version=1, name="新名")
    await station.refresh([1])
    found = station.find(1)
    assert found
    assert (found.name, found.version) == ("新名", 2)


async def test_hours_are_looked_at_before_they_are_saved() -> None:
    query = "query ($text: String!) { stationOpenings(openingHours: $text) { opensAt closesAt } }"
    shown = await ask(query, text="Mo-Su 08:00-18:00")
    assert len(shown["stationOpenings"]) == 7
    refused = await execute(query, text="whenever")
    assert refused.errors
    assert "开放时间无法识别" in refused.errors[0].message


# Photos


async def test_photos_are_shown_in_their_order_and_to_everybody(
    worker: int, tmp_path: Path
) -> None:
    uploading.use(tmp_path)
    async with uploading.client() as http:
        one, two = [
            await uploading.uploaded(http, worker, uploading.picture(color=color))
            for color in ("red", "blue")
        ]
        made = await created(worker, photoIds=[one])
        await act("stationChange", worker, stationId=made["id"], version=1, photoIds=[two, one])
        await station.refresh([1])
        query = "{ node(id: %r) { ... on Station { photos { id url width height } } } }"
        photos = (await ask(query.replace("%r", f'"{made["id"]}"')))["node"]["photos"]
        assert [photo["id"] for photo in photos] == [two, one]
        assert [(photo["width"], photo["height"]) for photo in photos] == [(64, 48)] * 2
        shown = await http.get(photos[0]["url"])
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert shown.headers["content-disposition"] == "inline"
        rows = await db.fetch("SELECT facts FROM event ORDER BY id DESC LIMIT 1")
        assert orjson.loads(rows[0]["facts"]) == {"changed": ["photos"]}
        await act("stationChange", worker, stationId=made["id"], version=2, photoIds=[one])
        assert (await http.get(photos[0]["url"])).status_code == 404
        assert (await http.get(photos[1]["url"])).status_code == 200
        later = datetime.now(UTC) + timedelta(days=2)
        assert await file.sweep(now=later) == 1
        assert (await http.get(photos[1]["url"])).status_code == 200


async def test_photos_that_can_not_be_shown_change_nothing(worker: int, tmp_path: Path) -> None:
    uploading.use(tmp_path)
    other = await areas.appoint("GRID_WORKER", GRID)
    async with uploading.client() as http:
        theirs = await uploading.uploaded(http, other, uploading.picture())
        mine = await uploading.uploaded(http, worker, uploading.picture())
        shown = await uploading.uploaded(http, worker, uploading.picture())
        many = [await uploading.uploaded(http, worker, uploading.picture()) for _ in range(6)]
    waiting = (await uploading.start(worker, b"x"))["file"]["id"]
    made = await created(worker, photoIds=[shown])
    elsewhere = await created(worker, idempotencyKey="k2")
    before = await everything()
    for wrong in ([theirs], [mine, waiting], [made["id"]], ["x"], [str(global_id("File", 99))]):
        payload = await act(
            "stationChange", worker, stationId=made["id"], version=1, name="新名", photoIds=wrong
        )
        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["photoIds"])
    payload = await act(
        "stationChange", worker, stationId=elsewhere["id"], version=1, photoIds=[shown]
    )
    assert code(payload) == "NOT_FOUND"
    payload = await act(
        "stationChange", worker, stationId=made["id"], version=1, photoIds=[mine, *many]
    )
    assert code(payload) == "LIMIT_REACHED"
    assert await everything() == before


# Moving


async def test_a_move_needs_the_right_at_both_ends(cadre: int) -> None:
    made = await created(cadre)
    before = await everything()
    move = {"stationId": made["id"], "version": 1, "point": THERE, "address": "滨江路2号"}
    payload = await act("stationMove", cadre, **move)
    assert (code(payload), payload["userErrors"][0]["path"]) == ("NOT_ALLOWED", ["point"])
    other = await areas.appoint("VILLAGE_CADRE", OTHER_VILLAGE)
    payload = await act("stationMove", other, **move)
    assert (code(payload), payload["userErrors"][0]["path"]) == ("NOT_ALLOWED", ["stationId"])
    assert await everything() == before
    town = await areas.appoint("TOWN_OFFICER", TOWN)
    moved = (await act("stationMove", town, **move))["station"]
    assert (moved["areaCode"], moved["point"], moved["address"]) == (
        OTHER_GRID,
        THERE,
        "滨江路2号",
    )
    assert (moved["code"], moved["version"]) == (made["code"], 2)
    assert (await events())[-1] == ("station", 1, "MOVED", 2, OTHER_GRID, town)


async def test_those_of_both_areas_are_told_of_a_move(cadre: int) -> None:
    made = await created(cadre)
    town = await areas.appoint("TOWN_OFFICER", TOWN)
    await act(
        "stationMove", town, stationId=made["id"], version=1, point=THERE, address="滨江路2号"
    )
    rows = await db.fetch("SELECT area_code FROM outbox ORDER BY id DESC LIMIT 2")
    assert {row["area_code"] for row in rows} == {GRID, OTHER_GRID}


async def test_nothing_moves_to_where_no_grid_is(cadre: int) -> None:
    made = await created(cadre)
    before = await everything()
    payload = await act(
        "stationMove", cadre, stationId=made["id"], version=1, point=NOWHERE, address="外地"
    )
    assert code(payload) == "INVALID"
    assert await everything() == before


# Standing


async def test_a_station_is_suspended_reopened_closed_and_reopened(cadre: int) -> None:
    made = await created(cadre)
    for turn, (name, status) in enumerate(
        [
            ("stationSuspend", "SUSPENDED"),
            ("stationReopen", "OPEN"),
            ("stationClose", "CLOSED"),
            ("stationReopen", "OPEN"),
        ],
        1,
    ):
        payload = await act(name, cadre, stationId=made["id"], version=turn, reason="维修")
        assert (payload["station"]["status"], payload["station"]["version"]) == (status, turn + 1)
    kinds = [row[2] for row in await events()]
    assert kinds == ["CREATED", "SUSPENDED", "REOPENED", "CLOSED", "REOPENED"]
    rows = await db.fetch("SELECT body FROM content")
    assert [orjson.loads(row["body"]) for row in rows] == [{"reason": "维修"}] * 4


ILLEGAL: tuple[tuple[str | None, str, dict[str, Any]], ...] = (
    ("stationSuspend", "stationSuspend", {"reason": "维修"}),
    ("stationClose", "stationSuspend", {"reason": "维修"}),
    ("stationClose", "stationClose", {"reason": "维修"}),
    ("stationClose", "stationChange", {"name": "新名"}),
    ("stationClose", "stationMove", {"point": HERE, "address": "新址"}),
    (None, "stationReopen", {"reason": "维修"}),
)


async def test_what_its_status_does_not_allow_changes_nothing(cadre: int) -> None:
    for turn, (before, move, given) in enumerate(ILLEGAL):
        made = await created(cadre, idempotencyKey=f"k{turn}")
        if before:
            await act(before, cadre, stationId=made["id"], version=1, reason="维修")
        state = await everything()
        version = 2 if before else 1
        payload = await act(move, cadre, stationId=made["id"], version=version, **given)
        assert code(payload) == "ILLEGAL_MOVE"
        assert await everything() == state


async def test_a_reason_is_needed(cadre: int) -> None:
    made = await created(cadre)
    payload = await act("stationClose", cadre, stationId=made["id"], version=1, reason=" ")
    assert (code(payload), payload["userErrors"][0]["path"]) == ("INVALID", ["reason"])


# Rights

MUTATIONS = {
    "stationCreate": (Action.STATION_CREATE, new(idempotencyKey="k9")),
    "stationChange": (Action.STATION_CHANGE, {"name": "新名"}),
    "stationMove": (Action.STATION_MOVE, {"point": HERE, "address": "新址"}),
    "stationSuspend": (Action.STATION_CLOSE, {"reason": "维修"}),
    "stationClose": (Action.STATION_CLOSE, {"reason": "维修"}),
    "stationReopen": (Action.STATION_CLOSE, {"reason": "维修"}),
}


def _given(name: str, made: dict[str, Any]) -> dict[str, Any]:
    _, given = MUTATIONS[name]
    return given if name == "stationCreate" else {"stationId": made["id"], "version": 1, **given}


async def test_every_cell_of_the_rights_is_kept_and_refused_ones_change_nothing(
    cadre: int,
) -> None:
    made = await created(cadre)
    for role in Role:
        if role is Role.RESIDENT:
            continue
        for place in (OTHER_VILLAGE, GRID):
            person = await areas.appoint(role.value, CITY if role is Role.ADMIN else place)
            held = await access.rights_of(person)
            for name, (action, _) in MUTATIONS.items():
                may = held.may(action, access.Thing(area_code=GRID))
                if may:
                    continue
                before = await everything()
                payload = await act(name, person, **_given(name, made))
                assert code(payload) == "NOT_ALLOWED", (role, place, name)
                assert await everything() == before


async def test_who_may_does(cadre: int) -> None:
    for turn, name in enumerate(MUTATIONS):
        made = await created(cadre, idempotencyKey=f"k{turn}")
        given = _given(name, made)
        if name == "stationReopen":
            await act("stationClose", cadre, stationId=made["id"], version=1, reason="维修")
            given["version"] = 2
        assert (await act(name, cadre, **given))["userErrors"] == []


async def test_nobody_and_the_banned_do_nothing(cadre: int) -> None:
    made = await created(cadre)
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", cadre)
    before = await everything()
    for name in MUTATIONS:
        given = _given(name, made)
        assert code(await act(name, cadre, **given)) == "NOT_ALLOWED"
        kind = name[0].upper() + name[1:]
        text = (
            f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ station {{ id }} }} }}"
        )
        refused = await execute(text, None, input=given)
        assert refused.errors
        assert refused.errors[0].message == "请先登录"
    assert await everything() == before


async def test_a_station_that_is_none_is_not_found(cadre: int) -> None:
    for wrong in ("", "nonsense", sid(99), "UGVyc29uOjE"):
        for name, (_, given) in MUTATIONS.items():
            if name != "stationCreate":
                payload = await act(name, cadre, **given, stationId=wrong, version=1)
                (error,) = payload["userErrors"]
                assert (error["code"], error["path"]) == ("NOT_FOUND", ["stationId"])


async def test_an_event_that_can_not_be_written_leaves_the_station_as_it_was(
    cadre: int,
) -> None:
    await created(cadre)
    # The next version's event stands there already: what can't be is never half done.
    async with db.transaction() as connection:
        await event.record(
            connection,
            topic=event.Topic.STATION,
            thing_id=1,
            area_code=GRID,
            version=2,
            kind="CHANGED",
            actor_id=None,
            facts={},
        )
    before = await everything()
    with pytest.raises(Exception, match="event"):
        await station.change(1, version=1, given={"name": "新名"}, person_id=cadre)
    assert await everything() == before


async def test_records_are_asked_for_by_name(cadre: int) -> None:
    wanted = station.New(
        facts=Facts(name="驿站", address="澄江中路1号"),
        kind=Kind.LIVE_ROOM,
        point=Point(HERE["longitude"], HERE["latitude"]),
    )
    made = await station.create(wanted, person_id=cadre, idempotency_key="k")
    assert (made.code, made.capacity, made.hours.intervals()) == (f"{VILLAGE}-LR01", None, ())
