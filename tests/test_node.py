import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import station
from resolvers.node import KEY_MOST, global_id, key_of
from tests import areas, stations
from tests.areas import GRID, VILLAGE
from tests.conftest import Database
from tests.graph import ask

NODE = """query ($id: ID!) {
    node(id: $id) { __typename id ... on Area { code } ... on Person { name } }
}"""


@given(st.integers(1, KEY_MOST))
def test_an_id_gives_its_key_back_to_its_own_type_only(key: int) -> None:
    assert key_of(global_id("Area", key), "Area") == key
    assert key_of(global_id("Area", key), "Station") is None


@given(st.text(max_size=80))
def test_whatever_is_no_id_has_no_key(text: str) -> None:
    key = key_of(text, "Area")
    assert key is None or global_id("Area", key) == text


@pytest.mark.parametrize(
    "text",
    [
        "Area:0",
        "Area:-1",
        "Area:01",
        "Area:1.0",
        f"Area:{KEY_MOST + 1}",
        "Area:",
        ":1",
        "Area:\u0661",
    ],
)
def test_a_malformed_key_is_none(text: str) -> None:
    assert key_of(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="), "Area") is None


async def test_a_node_is_found_by_the_id_that_it_shows(database: Database) -> None:
    await areas.plant()
    shown = (await ask("query ($code: String!) { area(code: $code) { id } }", code=GRID))["area"]
    found = (await ask(NODE, id=shown["id"]))["node"]
    assert found == {"__typename": "Area", "id": shown["id"], "code": GRID}


async def test_a_station_is_a_node() -> None:
    stations.build([stations.row(7)])
    shown = global_id("Station", 7)
    try:
        assert (await ask(NODE, id=shown))["node"] == {"__typename": "Station", "id": shown}
        assert (await ask("query ($id: ID!) { station(id: $id) { code } }", id=shown)) == {
            "station": {"code": "S00007"}
        }
    finally:
        station.forget()


async def test_a_person_is_a_node_for_that_person_and_those_in_charge(database: Database) -> None:
    await areas.plant()
    key = await areas.appoint("GRID_LEAD", GRID, name="王五")
    other = await areas.appoint("VOLUNTEER", GRID, name="李四")
    cadre = await areas.appoint("VILLAGE_CADRE", VILLAGE, name="赵六")
    shown = global_id("Person", key)
    for viewer in (key, cadre):
        assert (await ask(NODE, viewer, id=shown))["node"] == {
            "__typename": "Person",
            "id": shown,
            "name": "王五",
        }
    assert (await ask(NODE, other, id=shown))["node"] is None
    assert (await ask(NODE, id=shown))["node"] is None


@pytest.mark.parametrize("given_id", ["", "x", "QXJlYTo", "é", "A" * 300, global_id("Viewer", 1)])
async def test_what_is_no_id_or_of_no_node_type_is_null(given_id: str) -> None:
    assert (await ask(NODE, id=given_id))["node"] is None


async def test_an_absent_node_is_null(database: Database) -> None:
    assert (await ask(NODE, id=global_id("Area", KEY_MOST)))["node"] is None
