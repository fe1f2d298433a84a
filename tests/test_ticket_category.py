"""Categories and deadlines of tickets are rules of the city: by the day, checked, and changed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models import catalogue, ticket
from models.catalogue import Catalogue, Draft, Edition, WrongFile, registry
from models.errors import Code, Refusal
from models.ticket import CATEGORIES, DEADLINES, Category, Family, Move, State, Urgency
from models.ticket.due import Clock, Deadline, due
from resolvers.node import global_id
from tests import tickets
from tests.conftest import Database
from tests.graph import ask
from tests.tickets import Cast

NEW = Category("DRONE", Family.EVENT, "低空管理", "无人机扰民", 6)
NOON = datetime(2026, 12, 31, 12, tzinfo=UTC)
NEW_YEAR = date(2027, 1, 1)
MIDNIGHT = datetime(2026, 12, 31, 16, tzinfo=UTC)
"""The first moment of the new year in the city."""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    catalogue.forget()


@pytest.fixture
async def people(database: Database) -> Cast:
    return await tickets.cast()


def without(code: str) -> tuple[Category, ...]:
    return tuple(one for one in CATEGORIES.default if one.code != code)


def from_new_year(kept: Catalogue[Any], entries: Sequence[object]) -> None:
    """Let other entries hold from the new year on."""
    last = NEW_YEAR - timedelta(days=1)
    old = Edition(registry.FIRST_DAY, last, kept.default, 1)
    registry.use({kept.name: (old, Edition(NEW_YEAR, None, tuple(entries), 1))})


async def bring(kept: Catalogue[Any], entries: Sequence[object]) -> None:
    """Import entries as the city does."""
    edition = Edition(registry.FIRST_DAY, None, tuple(entries))
    (change,) = await catalogue.bring([Draft(kept, 0, (edition,))])
    assert change.new_version == 1
    await catalogue.load()


def test_a_category_holds_from_its_first_day_in_the_city() -> None:
    from_new_year(CATEGORIES, (*without("NOISE"), NEW))
    before, after = MIDNIGHT - timedelta(seconds=1), MIDNIGHT
    assert ("NOISE" in ticket.categories(at=before), "DRONE" in ticket.categories(at=before)) == (
        True,
        False,
    )
    assert ("NOISE" in ticket.categories(at=after), "DRONE" in ticket.categories(at=after)) == (
        False,
        True,
    )
    noise = ticket.category_of("NOISE", at=after)
    assert (noise and noise.name, ticket.is_known("NOISE")) == ("施工噪声扰民", True)
    assert ticket.category_of("NOTHING", at=after) is None


def test_the_hours_of_the_day_on_which_handling_begins_hold() -> None:
    faster = replace(CATEGORIES.default[0], resolve_hours=3)
    from_new_year(CATEGORIES, (faster, *CATEGORIES.default[1:]))
    for at, hours in ((NOON, 48), (MIDNIGHT, 3)):
        found = due(Clock.RESOLVE, category=faster.code, urgency=Urgency.NORMAL, at=at)
        assert found == at + timedelta(hours=hours)


def test_a_deadline_knows_what_is_urgent() -> None:
    changed = {Clock.TRIAGE: Deadline(Clock.TRIAGE, 90, emergency_minutes=5)}
    from_new_year(DEADLINES, [changed.get(one.clock, one) for one in DEADLINES.default])
    expected = {
        (Clock.TRIAGE, Urgency.NORMAL): (120, 90),
        (Clock.TRIAGE, Urgency.URGENT): (120, 90),
        (Clock.TRIAGE, Urgency.EMERGENCY): (120, 5),
        (Clock.ACKNOWLEDGE, Urgency.NORMAL): (1440, 1440),
        (Clock.ACKNOWLEDGE, Urgency.URGENT): (20, 20),
        (Clock.ACKNOWLEDGE, Urgency.EMERGENCY): (10, 10),
    }
    for (clock, urgency), minutes in expected.items():
        assert minutes == tuple(
            (due(clock, category="TREE", urgency=urgency, at=at) - at).total_seconds() / 60
            for at in (NOON, MIDNIGHT)
        )


async def test_what_the_city_imports_can_be_reported_and_what_it_drops_can_not(
    people: Cast,
) -> None:
    old = await tickets.submit(people["reporter"], category="NOISE")
    await bring(CATEGORIES, (*without("NOISE"), NEW))
    listed = (await ask("{ ticketCategories { code name group family resolveHours } }"))[
        "ticketCategories"
    ]
    assert listed[-1] == {
        "code": "DRONE",
        "name": "无人机扰民",
        "group": "低空管理",
        "family": "EVENT",
        "resolveHours": 6,
    }
    assert "NOISE" not in {one["code"] for one in listed}
    new = await tickets.submit(people["reporter"], category="DRONE")
    with pytest.raises(Refusal) as refused:
        await tickets.submit(people["reporter"], category="NOISE")
    assert (refused.value.code, refused.value.path) == (Code.INVALID, ("category",))
    for key, info in ((old, None), (new, {"name": "无人机扰民"})):
        shown = await ask(
            "query($id: ID!) { ticket(id: $id) { categoryInfo { name } } }",
            people["dispatcher"],
            id=global_id("Ticket", key),
        )
        assert shown["ticket"] == {"categoryInfo": info}


async def test_a_ticket_whose_category_is_gone_is_handled_to_its_end(people: Cast) -> None:
    key = await tickets.submit(people["reporter"], category="NOISE")
    await bring(CATEGORIES, without("NOISE"))
    await tickets.move(key, Move.ACCEPT, people["dispatcher"])
    found = await tickets.case(key)
    assert found.unit
    assert found.unit.id == people["OFFICE"]
    await tickets.move(key, Move.ACKNOWLEDGE, people["town"])
    await tickets.move(key, Move.START, people["town"])
    found = await tickets.case(key)
    assert found.state is State.IN_PROGRESS
    assert found.due_at
    assert timedelta(days=6, hours=23) < found.due_at - datetime.now(UTC) <= timedelta(days=7)


async def test_an_imported_deadline_holds_for_the_next_ticket(people: Cast) -> None:
    changed = [
        replace(one, minutes=30) if one.clock is Clock.TRIAGE else one for one in DEADLINES.default
    ]
    await bring(DEADLINES, changed)
    found = await tickets.case(await tickets.submit(people["reporter"]))
    assert found.due_at == found.submitted_at + timedelta(minutes=30)


HEAD = "version: 0\neditions:\n- valid_from: 2020-01-01\n  entries:\n"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (
            "  - {code: lamp, family: EVENT, group: 公用, name: 灯, resolve_hours: 1}",
            "a code has 1 to 32 of A-Z, 0-9 and _, and begins with a letter",
        ),
        (
            "  - {code: LAMP, family: EVENT, group: 公用, name: ' ', resolve_hours: 1}",
            "group and name have 1 to 32 characters",
        ),
        (
            "  - {code: LAMP, family: EVENT, group: 公用, name: 灯, resolve_hours: 0}",
            "it is to be resolved in 1 to 8784 hours",
        ),
        (
            "  - {code: LAMP, family: EVENT, group: 公用, name: 灯, resolve_hours: 1}\n"
            "  - {code: PIPE, family: PEOPLE, group: 公用, name: 管, resolve_hours: 1}",
            "the group 公用 is in EVENT and in PEOPLE",
        ),
        ("    []", "without any category nothing can be reported"),
    ],
)
def test_what_is_wrong_with_categories_is_said(entries: str, said: str) -> None:
    with pytest.raises(WrongFile) as raised:
        catalogue.read(CATEGORIES, HEAD + entries, name="ticket_categories.yaml")
    assert [one.partition(": ")[2].split(": ")[-1] for one in raised.value.sentences] == [said]


def test_no_clock_may_be_missing() -> None:
    with pytest.raises(WrongFile) as raised:
        catalogue.read(
            DEADLINES, f"{HEAD}  - {{clock: TRIAGE, minutes: 0}}", name="ticket_deadlines.yaml"
        )
    assert "it is due in 1 to 1054080 minutes" in str(raised.value)
    with pytest.raises(WrongFile) as raised:
        catalogue.read(
            DEADLINES, f"{HEAD}  - {{clock: TRIAGE, minutes: 9}}", name="ticket_deadlines.yaml"
        )
    assert [one.rpartition(": ")[2] for one in raised.value.sentences] == [
        f"{clock} is missing" for clock in Clock if clock is not Clock.TRIAGE
    ]
