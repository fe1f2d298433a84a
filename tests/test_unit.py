"""Units: the tree of bodies that serve the city, its lists, and who may change it."""

import asyncio

import pytest

from models import db, unit
from models.errors import Code, Invalid, Refusal, Stale
from models.unit import Unit, UnitKind
from tests import areas, grids
from tests.areas import CITY, GRID, OTHER_VILLAGE, TOWN, VILLAGE
from tests.conftest import Database
from tests.graph import ask


@pytest.fixture(autouse=True)
async def admin(database: Database) -> int:
    await areas.plant()
    return await areas.appoint("ADMIN", CITY)


async def create(actor: int, code: str, **facts: object) -> Unit:
    given: dict[str, object] = {
        "kind": UnitKind.OTHER,
        "name": "城管局",
        "area_code": CITY,
        "parent_id": None,
        "duties": ["市容"],
        "key": code,
    }
    return await unit.create(actor_id=actor, code=code, **(given | facts))  # type: ignore[arg-type] # The facts of a case.


async def listed(**filters: object) -> list[str]:
    return [one.code for one in (await unit.units(**filters)).items]  # type: ignore[arg-type] # The filters of a case.


async def test_a_unit_is_opened_once_and_shown(admin: int) -> None:
    made = await asyncio.gather(*(create(admin, "CG", kind=UnitKind.DEPARTMENT) for _ in range(4)))
    assert set(made) == {made[0]}
    assert made[0] == await unit.find(made[0].id)
    assert (made[0].kind, made[0].duties, made[0].version) == (UnitKind.DEPARTMENT, ("市容",), 1)
    row = await db.fetch_one("SELECT topic, kind, version, area_code, actor_id FROM event")
    assert row
    assert tuple(row) == ("unit", "CREATED", 1, CITY, admin)


async def test_a_code_is_taken_once(admin: int) -> None:
    await create(admin, "CG")
    with pytest.raises(Refusal) as refused:
        await create(admin, "CG", key="other")
    assert (refused.value.code, refused.value.path) == (Code.CONFLICT, ("code",))
    assert await listed() == ["CG"]


@pytest.mark.parametrize(
    ("facts", "code", "path"),
    [
        ({"code": "小写"}, Code.INVALID, ("code",)),
        ({"code": "A" * 33}, Code.INVALID, ("code",)),
        ({"name": " "}, Code.INVALID, ("name",)),
        ({"duties": ["市容", ""]}, Code.INVALID, ("duties", "1")),
        ({"duties": ["职"] * 31}, Code.INVALID, ("duties",)),
        ({"kind": UnitKind.DEPARTMENT, "area_code": TOWN}, Code.INVALID, ("areaCode",)),
        ({"kind": UnitKind.VILLAGE, "area_code": GRID}, Code.INVALID, ("areaCode",)),
        ({"area_code": "320281999"}, Code.NOT_FOUND, ("areaCode",)),
        ({"area_code": "x"}, Code.NOT_FOUND, ("areaCode",)),
        ({"parent_id": 999}, Code.NOT_FOUND, ("parentId",)),
    ],
)
async def test_what_can_not_be_a_unit_is_refused(
    admin: int, facts: dict[str, object], code: Code, path: tuple[str, ...]
) -> None:
    with pytest.raises(Refusal) as refused:
        await create(admin, str(facts.pop("code", "CG")), **facts)
    assert (refused.value.code, refused.value.path) == (code, path)
    assert await grids.value("SELECT count(*) FROM unit") == 0


async def test_lists_keep_to_what_is_asked_for_and_show_no_closed_unit(admin: int) -> None:
    top = await create(admin, "A")
    await create(admin, "B", parent_id=top.id, name="市监局", area_code=TOWN)
    closed = await create(admin, "C", parent_id=top.id, kind=UnitKind.VILLAGE, area_code=VILLAGE)
    await create(admin, "D", kind=UnitKind.VILLAGE, area_code=OTHER_VILLAGE)
    await unit.close(closed.id, actor_id=admin, version=1)
    assert await listed() == ["A", "B", "D"]
    assert await listed(kind=UnitKind.VILLAGE) == ["D"]
    assert await listed(under=TOWN) == ["B", "D"]
    assert await listed(parent_id=top.id) == ["B"]
    assert await listed(search="市监") == ["B"]
    assert await listed(search="%") == []
    for wrong in ({"under": "32"}, {"search": "长" * 33}, {"first": 0}, {"after": "x"}):
        with pytest.raises(Invalid):
            await listed(**wrong)


async def test_pages_go_on_after_their_cursor(admin: int) -> None:
    for code in ("C", "A", "B"):
        await create(admin, code)
    page = await unit.units(first=2)
    rest = await unit.units(first=2, after=page.cursors[-1])
    assert [one.code for one in (*page.items, *rest.items)] == ["A", "B", "C"]
    assert (page.has_next_page, rest.has_next_page) == (True, False)


async def test_the_graph_shows_the_tree_and_the_names_of_officers(admin: int) -> None:
    top = await create(admin, "A", kind=UnitKind.DEPARTMENT)
    below = await create(admin, "B", parent_id=top.id, area_code=TOWN)
    await grids.add(
        "appointment",
        person_id=await areas.appoint("VOLUNTEER", GRID, name="李四"),
        role="DEPARTMENT_OFFICER",
        area_code=CITY,
        unit_id=top.id,
        started_on=grids.SINCE,
    )
    answer = await ask(
        """query ($kind: UnitKind) { units(kind: $kind) { nodes {
            id name duties area { name } parent { code } staff { role name }
            children { nodes { code area { code } parent { code } } }
        } } }""",
        kind="DEPARTMENT",
    )
    (shown,) = answer["units"]["nodes"]
    key = shown.pop("id")
    assert shown == {
        "name": "城管局",
        "duties": ["市容"],
        "area": {"name": "江阴市"},
        "parent": None,
        "staff": [{"role": "DEPARTMENT_OFFICER", "name": "李四"}],
        "children": {"nodes": [{"code": "B", "area": {"code": TOWN}, "parent": {"code": "A"}}]},
    }
    found = await ask(
        "query ($id: ID!) { unit(id: $id) { code } node(id: $id) { id } units(parentId: $id)"
        ' { nodes { code } } none: units(parentId: "x") { nodes { code } } }',
        id=key,
    )
    assert found == {
        "unit": {"code": "A"},
        "node": {"id": key},
        "units": {"nodes": [{"code": below.code}]},
        "none": {"nodes": []},
    }


async def test_a_change_leaves_what_is_not_said(admin: int) -> None:
    top, made = await create(admin, "A"), await create(admin, "B")
    changed = await unit.change(made.id, actor_id=admin, version=1, parent_id=top.id)
    assert (changed.parent_id, changed.name, changed.duties) == (top.id, "城管局", ("市容",))
    changed = await unit.change(made.id, actor_id=admin, version=2, name="新名", duties=[])
    assert (changed.parent_id, changed.name, changed.duties) == (top.id, "新名", ())
    assert changed.version == 3


async def test_of_many_changes_at_once_one_wins_and_the_others_see_it(admin: int) -> None:
    made = await create(admin, "A")
    tries = [unit.change(made.id, actor_id=admin, version=1, name=f"名{n}") for n in range(6)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    (won,) = [one for one in done if isinstance(one, Unit)]
    assert [one.current for one in done if isinstance(one, Stale)] == [won] * 5


async def test_an_old_version_shows_the_new_state_in_the_graph(admin: int) -> None:
    made = await create(admin, "A")
    await unit.change(made.id, actor_id=admin, version=1, name="新名")
    answer = await ask("{ units { nodes { id } } }")
    for field in ("unitChange", "unitClose", "unitReopen"):
        kind = field[0].upper() + field[1:]
        said = await ask(
            f"mutation ($input: {kind}Input!) {{ {field}(input: $input)"
            " { unit { name version } userErrors { code } } }",
            admin,
            input={"unitId": answer["units"]["nodes"][0]["id"], "version": 1},
        )
        assert said[field] == {
            "unit": {"name": "新名", "version": 2},
            "userErrors": [{"code": "CONFLICT"}],
        }


async def test_no_unit_stands_below_itself(admin: int) -> None:
    top = await create(admin, "A")
    below = await create(admin, "B", parent_id=top.id)
    last = await create(admin, "C", parent_id=below.id)
    for parent in (top, below, last):
        with pytest.raises(Refusal) as refused:
            await unit.change(top.id, actor_id=admin, version=1, parent_id=parent.id)
        assert (refused.value.code, refused.value.path) == (Code.INVALID, ("parentId",))


async def test_moves_at_once_close_no_circle(admin: int) -> None:
    ring = [await create(admin, code) for code in "ABC"]
    await asyncio.gather(
        *(
            unit.change(one.id, actor_id=admin, version=1, parent_id=ring[number - 1].id)
            for number, one in enumerate(ring)
        ),
        return_exceptions=True,
    )
    assert await grids.value("SELECT count(*) FROM unit WHERE parent_id IS NULL") == 1
    assert await grids.value("SELECT count(*) FROM event WHERE kind = 'CHANGED'") == 2


async def test_a_parent_serves_what_its_units_serve(admin: int) -> None:
    town = await create(admin, "T", area_code=TOWN)
    with pytest.raises(Refusal) as refused:
        await create(admin, "A", parent_id=town.id, area_code=CITY)
    assert refused.value.path == ("parentId",)
    village = await create(admin, "B", parent_id=town.id, area_code=VILLAGE)
    assert village.parent_id == town.id


async def test_a_unit_with_somebody_or_something_in_it_is_not_closed(admin: int) -> None:
    top = await create(admin, "A")
    below = await create(admin, "B", parent_id=top.id)
    await grids.add(
        "appointment",
        person_id=admin,
        role="DEPARTMENT_OFFICER",
        area_code=CITY,
        unit_id=below.id,
        started_on=grids.SINCE,
    )
    for one in (top, below):
        with pytest.raises(Refusal) as refused:
            await unit.close(one.id, actor_id=admin, version=1)
        assert refused.value.code is Code.ILLEGAL_MOVE
    await db.execute("UPDATE appointment SET ended_on = '2021-01-01' WHERE unit_id = $1", below.id)
    assert (await unit.close(below.id, actor_id=admin, version=1)).closed_at
    assert (await unit.close(top.id, actor_id=admin, version=1)).version == 2
    for act in (unit.close, unit.change):
        with pytest.raises(Refusal) as refused:
            await act(top.id, actor_id=admin, version=2)
        assert refused.value.code is Code.ILLEGAL_MOVE


async def test_a_closed_unit_is_opened_again_as_it_was(admin: int) -> None:
    top = await create(admin, "A")
    below = await create(admin, "B", parent_id=top.id, area_code=VILLAGE)
    with pytest.raises(Refusal) as refused:
        await unit.reopen(top.id, actor_id=admin, version=1)
    assert (refused.value.code, refused.value.message) == (Code.ILLEGAL_MOVE, "该单位未撤销")
    for one in (below, top):
        await unit.close(one.id, actor_id=admin, version=1)
    for key, version, said in ((below.id, 2, "上级单位已撤销"), (None, 1, "没有这个单位")):
        with pytest.raises(Refusal, match=said):
            await unit.reopen(key, actor_id=admin, version=version)
    with pytest.raises(Stale):
        await unit.reopen(below.id, actor_id=admin, version=1)
    assert await listed() == []
    again = await asyncio.gather(
        *(unit.reopen(top.id, actor_id=admin, version=2) for _ in range(3)), return_exceptions=True
    )
    (opened,) = [one for one in again if isinstance(one, Unit)]
    assert (opened.name, opened.duties, opened.closed_at) == (top.name, top.duties, None)
    assert [type(one) for one in again if one is not opened] == [Stale, Stale]
    await unit.reopen(below.id, actor_id=admin, version=2)
    assert await listed() == ["A", "B"]
    told = "SELECT count(*) FROM event WHERE kind = 'REOPENED' AND topic = 'unit'"
    assert await grids.value(told) == 2


async def test_a_unit_whose_area_has_ended_stays_closed(admin: int) -> None:
    made = await create(admin, "A", area_code=GRID)
    await unit.close(made.id, actor_id=admin, version=1)
    await db.execute("UPDATE area SET valid_to = valid_from WHERE code = $1", GRID)
    with pytest.raises(Refusal, match="该单位服务的区划已不存在") as refused:
        await unit.reopen(made.id, actor_id=admin, version=2)
    assert refused.value.code is Code.ILLEGAL_MOVE
    assert await listed() == []


async def test_an_officer_of_a_town_keeps_the_units_of_that_town_only(admin: int) -> None:
    officer = await areas.appoint("TOWN_OFFICER", TOWN)
    city = await create(admin, "A")
    own = await create(officer, "B", area_code=VILLAGE, parent_id=city.id)
    assert (await unit.change(own.id, actor_id=officer, version=1, name="新名")).name == "新名"
    for refused_act in (
        unit.change(city.id, actor_id=officer, version=1, name="新名"),
        unit.close(city.id, actor_id=officer, version=1),
        create(officer, "C"),
    ):
        with pytest.raises(Refusal) as refused:
            await refused_act
        assert refused.value.code is Code.NOT_ALLOWED
    with pytest.raises(Refusal) as refused:
        await unit.close(None, actor_id=admin, version=1)
    assert refused.value.code is Code.NOT_FOUND
    assert await unit.find(city.id) == city
