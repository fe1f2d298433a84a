"""A person's way through the real program: two processes, WeChat on loopback, one phone."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.stack import Servers
from models import db
from tests import areas
from tests.areas import GRID, MICRO_GRID, VILLAGE
from tests.databases import Databases
from tests.server import Program, program
from tests.wechat import APP_ID, APP_SECRET, wechat_server

NUMBER = "13912345678"
SEEN_SECONDS = 10.0
START = """mutation ($code: String!) { sessionStart(input: {code: $code}) {
    session { accessToken person { id } } userErrors { code } } }"""
REGISTER = """mutation ($input: PersonRegisterInput!) { personRegister(input: $input) {
    residence { id state } userErrors { code path } } }"""
CONFIRM = """mutation ($input: ResidenceConfirmInput!) { residenceConfirm(input: $input) {
    residence { state } userErrors { code path } } }"""
VERIFY = """mutation ($input: PersonVerifyPhoneInput!) { personVerifyPhone(input: $input) {
    viewer { phoneMasked } userErrors { code path } } }"""
SEARCH = "query ($phone: String) { personSearch(phone: $phone) { id name } }"
APPOINT = """mutation ($input: AppointmentStartInput!) { appointmentStart(input: $input) {
    appointment { id } userErrors { code path } } }"""
RELIEVE = """mutation ($input: AppointmentEndInput!) { appointmentEnd(input: $input) {
    appointment { id } userErrors { code path } } }"""
CHANGE = """mutation ($input: StationChangeInput!) { stationChange(input: $input) {
    station { id version openings { opensAt } } userErrors { code path } } }"""
VIEWER = """{ viewer { name roles phoneMasked residence { state area { code } }
    appointments { role area { code } } } }"""
MAP = """{ careMap(viewport: {west: 120.2, south: 31.8, east: 120.4, north: 32}, zoom: 18,
    kinds: [NEIGHBOUR_POINT]) { markers { station { id name version openNow } } } }"""
STATION = """
INSERT INTO station (code, area_code, kind, name, address, longitude, latitude, opening_hours)
VALUES ('S1', $1, 'NEIGHBOUR_POINT', '睦邻点', '长泾村1号', 120.28, 31.91, 'off')
"""


@dataclass(slots=True)
class Phone:
    """Somebody's mini-program, which asks one process or the other."""

    processes: tuple[Program, Program]
    name: str
    token: str = ""
    person_id: str = ""
    keys: int = field(default=0)

    def open(self) -> "Phone":
        """Open the mini-program: sign in by WeChat."""
        payload = self.ask(START, code=f"login-{self.name}-1")["sessionStart"]
        assert payload["userErrors"] == []
        self.token = payload["session"]["accessToken"]
        self.person_id = payload["session"]["person"]["id"]
        return self

    def act(self, mutation: str, **given: object) -> dict[str, Any]:
        """Carry a mutation out; gives its payload, which has the reasons why not."""
        self.keys += 1
        if mutation != CHANGE:
            given["idempotencyKey"] = f"{self.name}-{self.keys}"
        (payload,) = self.ask(mutation, input=given).values()
        result: dict[str, Any] = payload
        return result

    def ask(self, query: str, *, of: int = 0, **variables: object) -> dict[str, Any]:
        """Ask one of the processes; gives the data of an answer without errors."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.processes[of].ask(query, variables, **headers).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data


@pytest.fixture
def planted(databases: Databases, template: str) -> Iterator[str]:
    with databases.copy(template) as url:
        asyncio.run(_plant(url))
        yield url


@pytest.fixture
def city(planted: str, servers: Servers, tmp_path: Path) -> Iterator[tuple[Program, Program]]:
    with ExitStack() as stack:
        wechat = stack.enter_context(wechat_server())
        settings = {
            "DATABASE_URL": planted,
            "REDIS_URL": servers.redis_url,
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": APP_SECRET,
            "WECHAT_URL": wechat.url,
            "DEV_SIGN_IN": None,
        }
        here, there = (
            stack.enter_context(program(tmp_path / name, **settings)) for name in ("here", "there")
        )
        yield here.ready(), there.ready()


async def _plant(url: str) -> None:
    await db.connect(url)
    try:
        await areas.plant()
        await db.execute(STATION, GRID)
    finally:
        await db.close()


def _appoint_first_ones(one: Phone, role: str, area_code: str, database_url: str) -> None:
    """Give a role without anybody above, as only the owner of the database can."""

    async def write() -> None:
        await db.connect(database_url)
        try:
            await db.execute(
                """INSERT INTO appointment (person_id, role, area_code, started_on)
                SELECT max(id), $1, $2, '2020-01-01' FROM person""",
                role,
                area_code,
            )
        finally:
            await db.close()

    one.open()
    asyncio.run(write())


def test_a_person_opens_registers_is_appointed_and_changes_a_station_that_all_see(
    city: tuple[Program, Program], planted: str
) -> None:
    liaison, cadre = Phone(city, "liaison"), Phone(city, "cadre")
    _appoint_first_ones(liaison, "LIAISON", MICRO_GRID, planted)
    _appoint_first_ones(cadre, "VILLAGE_CADRE", VILLAGE, planted)
    newcomer = Phone(city, "newcomer").open()
    assert newcomer.ask(VIEWER)["viewer"] == {
        "name": "微信用户",
        "roles": ["RESIDENT"],
        "phoneMasked": None,
        "residence": None,
        "appointments": [],
    }

    home = {"microGridCode": MICRO_GRID, "address": "长泾村8号", "name": "王小明"}
    registered = newcomer.act(REGISTER, **home)
    assert registered["userErrors"] == []
    residence = registered["residence"]
    assert residence["state"] == "PENDING"
    assert newcomer.act(CONFIRM, residenceId=residence["id"])["residence"] is None
    confirmed = liaison.act(CONFIRM, residenceId=residence["id"])
    assert confirmed == {"residence": {"state": "CONFIRMED"}, "userErrors": []}

    verified = newcomer.act(VERIFY, code=f"phone-{NUMBER}-1")
    assert verified == {"viewer": {"phoneMasked": "139****5678"}, "userErrors": []}

    station = cadre.ask(MAP)["careMap"]["markers"][0]["station"]
    wished = {"stationId": station["id"], "version": 1, "openingHours": "24/7"}
    assert newcomer.act(CHANGE, **wished)["userErrors"][0]["code"] == "NOT_ALLOWED"
    found = cadre.ask(SEARCH, phone=NUMBER)["personSearch"]
    assert found == {"id": newcomer.person_id, "name": "王小明"}
    office = {"role": "GRID_WORKER", "areaCode": GRID}
    assert newcomer.act(APPOINT, personId=found["id"], **office)["appointment"] is None
    appointed = cadre.act(APPOINT, personId=found["id"], **office)
    assert appointed["userErrors"] == []
    assert newcomer.ask(VIEWER, of=1)["viewer"] == {
        "name": "王小明",
        "roles": ["RESIDENT", "GRID_WORKER"],
        "phoneMasked": "139****5678",
        "residence": {"state": "CONFIRMED", "area": {"code": MICRO_GRID}},
        "appointments": [{"role": "GRID_WORKER", "area": {"code": GRID}}],
    }

    changed = newcomer.act(CHANGE, **wished)
    assert changed["userErrors"] == []
    assert len(changed["station"]["openings"]) >= 1
    deadline = time.monotonic() + SEEN_SECONDS
    for process in (0, 1):
        seen = station
        while seen["version"] == 1:
            assert time.monotonic() < deadline, "the change is not seen"
            seen = liaison.ask(MAP, of=process)["careMap"]["markers"][0]["station"]
        assert seen == {"id": station["id"], "name": "睦邻点", "version": 2, "openNow": True}

    relieved = cadre.act(RELIEVE, appointmentId=appointed["appointment"]["id"])
    assert relieved["userErrors"] == []
    again = {**wished, "version": 2, "openingHours": "off"}
    assert newcomer.act(CHANGE, **again)["userErrors"][0]["code"] == "NOT_ALLOWED"
