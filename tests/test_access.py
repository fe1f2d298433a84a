"""Rights: the table, how it is weighed, and that it is read anew each time."""

from datetime import date
from itertools import product

import pytest

from models import access, db
from models.access import NOBODY, RIGHTS, Action, Held, Rights, Scope, Thing
from models.errors import Code, Refusal
from models.role import Role
from tests import areas
from tests.areas import GRID, MICRO_GRID, OTHER_VILLAGE, TOWN, VILLAGE
from tests.conftest import Database

INSIDE = Thing(owner_id=9, household_id=9, unit_id=9, area_code=MICRO_GRID)


def test_every_action_has_rights_and_no_right_is_for_nothing() -> None:
    assert set(RIGHTS) == set(Action)
    assert all(RIGHTS.values())


@pytest.mark.parametrize("action", Action)
def test_nobody_may_do_only_what_is_open_to_anybody(action: Action) -> None:
    assert NOBODY.may(action, INSIDE) == access.is_open_to_anybody(action)


@pytest.mark.parametrize(("action", "role"), list(product(Action, Role)))
def test_a_role_reaches_as_far_as_its_cell_says(action: Action, role: Role) -> None:
    scope = RIGHTS[action].get(role)
    if role is Role.RESIDENT:
        return
    everybody = RIGHTS[action].get(Role.RESIDENT) is Scope.ANYBODY
    held = Rights(1, 1, (Held(role, VILLAGE, 5),))
    reaches = {
        "inside": held.may(action, INSIDE),
        "outside": held.may(action, Thing(area_code=OTHER_VILLAGE + "01")),
        "above": held.may(action, Thing(area_code=TOWN)),
        "unit": held.may(action, Thing(unit_id=5)),
        "nothing": held.may(action),
    }
    expected = {
        None: set(),
        Scope.AREA: {"inside"},
        Scope.UNIT: {"unit"},
        Scope.CITY: set(reaches),
    }[None if everybody else scope]
    assert {name for name, may in reaches.items() if may} == (
        set(reaches) if everybody else expected
    )


def test_residents_reach_what_is_their_own_or_their_households() -> None:
    resident = Rights(1, 7)
    assert resident.may(Action.PERSON_REGISTER, Thing(owner_id=1))
    assert not resident.may(Action.PERSON_REGISTER, Thing(owner_id=2, household_id=7))
    assert resident.may(Action.PERSON_READ, Thing(owner_id=2, household_id=7))
    assert not resident.may(Action.PERSON_READ, Thing(owner_id=2, household_id=8))
    assert not Rights(1, None).may(Action.PERSON_READ, Thing(owner_id=2, household_id=None))


def test_the_areas_of_a_right_are_the_outermost_ones() -> None:
    held = (Held(Role.GRID_WORKER, GRID), Held(Role.VILLAGE_CADRE, VILLAGE))
    assert Rights(1, None, held).areas(Action.PERSON_READ) == (VILLAGE,)
    assert Rights(1, None, (Held(Role.ADMIN, GRID),)).areas(Action.PERSON_READ) == ("",)
    assert Rights(1).areas(Action.PERSON_READ) == ()


async def test_rights_are_those_of_this_moment(database: Database) -> None:
    await areas.plant()
    key = await areas.appoint("GRID_WORKER", GRID)
    await areas.appoint("AUDITOR", TOWN, person_id=key, ended_on=date(2021, 1, 1))
    await areas.appoint("ADMIN", TOWN, person_id=key, started_on=date(2999, 1, 1))
    assert await access.rights_of(key) == Rights(key, None, (Held(Role.GRID_WORKER, GRID),))
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", key)
    assert await access.rights_of(key) == NOBODY
    assert await access.rights_of(None) == NOBODY
    assert await access.rights_of(12345) == NOBODY


async def test_a_refused_action_says_what_was_asked_for(database: Database) -> None:
    with pytest.raises(Refusal) as refused:
        access.check(NOBODY, Action.STATION_CREATE, INSIDE, path="areaCode")
    assert (refused.value.code, refused.value.path) == (Code.NOT_ALLOWED, ("areaCode",))


async def test_the_log_of_accesses_is_never_changed(database: Database) -> None:
    await areas.plant()
    key = await areas.appoint("ADMIN", TOWN)
    await db.execute(
        """WITH reason AS (INSERT INTO content (body) VALUES ('"x"') RETURNING id)
        INSERT INTO access (reader_id, person_id, columns, content_id)
        SELECT $1, $1, 'phone', id FROM reason""",
        key,
    )
    for change in ("UPDATE access SET columns = ''", "DELETE FROM access", "TRUNCATE access"):
        with pytest.raises(Exception, match="never changed"):
            await db.execute(change)
