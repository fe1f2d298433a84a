"""How the mutations of stations are tried (rights_cases.py)."""

from functools import cache

from models import db, file, sheet, station
from models.access import Action
from models.station.table import HEADER
from resolvers.node import global_id
from tests import grids
from tests.rights_cases import Target, Try, case


@case("stationCreate", Action.STATION_CREATE)
async def _create(target: Target) -> Try:
    given = {"kind": "BEE_STATION", "name": "驿站", "address": "路", "point": target.place.point}
    return Try({**given, "idempotencyKey": target.key}, target.place.grid)


@case("stationChange", Action.STATION_CHANGE)
async def _change(target: Target) -> Try:
    return await _revised(target, name="新驿站")


@case("stationMove", Action.STATION_MOVE)
async def _move(target: Target) -> Try:
    return await _revised(target, point=target.place.point, address="新路")


@case("stationSuspend", Action.STATION_CLOSE)
@case("stationClose", Action.STATION_CLOSE)
async def _close(target: Target) -> Try:
    return await _revised(target, reason="装修")


@case("stationReopen", Action.STATION_CLOSE)
async def _reopen(target: Target) -> Try:
    return await _revised(target, status="CLOSED", reason="装修完毕")


@case("stationImport", Action.STATION_IMPORT, by_actor=True)
async def _import(target: Target) -> Try:
    table = _table(target.place.longitude, target.place.point["latitude"])
    kept = await file.keep_table(table, person_id=target.actor_id or target.owner_id)
    given = {"fileId": global_id("File", kept.id), "idempotencyKey": target.key}
    return Try(given, target.place.grid)


@case("stationExport", Action.STATION_IMPORT)
async def _export(target: Target) -> Try:
    return Try({"areaCode": target.place.village}, target.place.village)


@case("stationCheckIn", Action.STATION_CHECK_IN, of_oneself=True)
async def _check_in(target: Target) -> Try:
    return await _visit(target)


@case("stationCheckOut", Action.STATION_CHECK_IN, of_oneself=True)
async def _check_out(target: Target) -> Try:
    tried = await _visit(target)
    (key,) = (await db.fetch("SELECT max(id) FROM station"))[0]
    await station.check_in(key, person_id=target.owner_id, idempotency_key=target.key)
    return tried


async def _visit(target: Target) -> Try:
    """Let the owner be nowhere, with a station to go to."""
    await db.execute("DELETE FROM station_visit WHERE person_id = $1", target.owner_id)
    key = global_id("Station", await _station(target))
    return Try({"stationId": key, "idempotencyKey": target.key}, owner_id=target.owner_id)


async def _revised(target: Target, *, status: str = "OPEN", **facts: object) -> Try:
    key = global_id("Station", await _station(target, status=status))
    return Try({"stationId": key, "version": 1, **facts}, target.place.grid)


async def _station(target: Target, *, status: str = "OPEN") -> int:
    place = target.place
    return await grids.add(
        "station",
        code=f"S{target.number}",
        area_code=place.grid,
        kind="BEE_STATION",
        name="驿站",
        address="路",
        status=status,
        opening_hours="24/7",
        capacity=10,
        **place.point,
    )


@cache
def _table(longitude: float, latitude: float) -> bytes:
    return sheet.write("阵地", HEADER, [("", "睦邻点", "睦邻点", "路", longitude, latitude)])
