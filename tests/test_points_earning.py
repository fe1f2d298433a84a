"""Points for what came about by itself: a ticket closes, and the rules reward who took part."""

import asyncio
from typing import Any

import pytest

from models import db, ticket
from models.points import Earned, Source, award_for
from models.points.audit import audit
from models.points.reverse import reverse
from models.ticket import Move, State
from resolvers.node import global_id
from tests import areas, points, tickets
from tests.areas import CITY, GRID, OTHER_VILLAGE, VILLAGE
from tests.conftest import Database
from tests.graph import ask
from tests.tickets import AT_OTHER_VILLAGE, HERE, Cast

RATE = """mutation ($input: TicketRateInput!) {
  ticketRate(input: $input) { ticket { state } userErrors { code } }
}"""
ENTRIES = """{ viewer { pointsAccounts {
  points merit recent { asset amount ruleCode ruleName }
} } }"""


class Scene:
    """A programme that gives 3 to who reported a ticket and 5 to the volunteer who solved it."""

    programme: int
    people: Cast
    reporter: int
    handler: int

    async def close(self, key: int, *, satisfaction: int = 5, is_solved: bool = True) -> None:
        """Let the ticket be handled and verified, and its reporter rate it through the graph."""
        await tickets.put(key, State.CALLBACK, self.people)
        await db.execute("UPDATE ticket SET resolver_id = $2 WHERE id = $1", key, self.handler)
        given = {
            "ticketId": global_id("Ticket", key),
            "solved": is_solved,
            "satisfaction": satisfaction,
            "idempotencyKey": tickets.a_key(),
        }
        answer = (await ask(RATE, self.reporter, input=given))["ticketRate"]
        assert answer == {"ticket": {"state": "CLOSED"}, "userErrors": []}

    async def merits(self) -> tuple[int, int]:
        """Give what the reporter and who handled it have."""
        return await merit(self.reporter), await merit(self.handler)


async def merit(person: int) -> int:
    row = await db.fetch_one(
        "SELECT coalesce(sum(merit), 0)::int AS merit FROM account WHERE person_id = $1", person
    )
    assert row
    return int(row["merit"])


@pytest.fixture
async def scene(database: Database) -> Scene:
    made = Scene()
    made.people = await tickets.cast()
    made.programme = await points.programme(VILLAGE)
    await points.rule(
        made.programme, "REPORT", name="上报隐患", source="TICKET", points_least=3, day_cap=6
    )
    await points.rule(made.programme, "HANDLE", source="HANDLING", points_least=5)
    made.reporter = made.people["reporter"]
    await points.settle(made.reporter, household="H1")
    made.handler = await volunteer("H2")
    return made


async def volunteer(household: str) -> int:
    person = await points.resident("赵七", household=household)
    await areas.appoint("VOLUNTEER", GRID, person_id=person)
    return person


async def test_a_ticket_that_closes_stands_in_the_entries_of_its_reporter_and_volunteer(
    scene: Scene,
) -> None:
    key = await tickets.submit(scene.reporter)
    await scene.close(key)
    (account,) = (await ask(ENTRIES, scene.reporter))["viewer"]["pointsAccounts"]
    assert account == {
        "points": 3,
        "merit": 3,
        "recent": [
            {"asset": "POINT", "amount": 3, "ruleCode": "REPORT", "ruleName": "上报隐患"},
            {"asset": "MERIT", "amount": 3, "ruleCode": "REPORT", "ruleName": "上报隐患"},
        ],
    }
    (account,) = (await ask(ENTRIES, scene.handler))["viewer"]["pointsAccounts"]
    assert [entry["ruleCode"] for entry in account["recent"]] == ["HANDLE", "HANDLE"]
    assert (await audit()).is_clean


async def test_a_ticket_that_is_opened_and_closed_again_is_rewarded_once(scene: Scene) -> None:
    key = await tickets.submit(scene.reporter)
    await scene.close(key)
    for _ in range(2):
        await tickets.move(key, Move.REOPEN, scene.reporter, text="又不亮了")
        await scene.close(key)
        assert await scene.merits() == (3, 5)
    # An award that was taken back is not given again by that way round.
    row = await db.fetch_one("SELECT id FROM transaction WHERE source = 'TICKET'")
    assert row
    actor = await areas.appoint("VILLAGE_CADRE", VILLAGE)
    await reverse(actor_id=actor, transaction_id=row["id"], reason="不实", key="r")
    await tickets.move(key, Move.REOPEN, scene.reporter, text="又不亮了")
    await scene.close(key)
    assert await scene.merits() == (0, 5)


async def test_a_cap_lets_the_ticket_close_without_a_reward(scene: Scene) -> None:
    for expected in (3, 6, 6):
        await scene.close(await tickets.submit(scene.reporter))
        assert (await scene.merits())[0] == expected


async def test_who_stays_anonymous_earns_nothing_that_would_name_them(scene: Scene) -> None:
    key = await tickets.submit(scene.reporter, is_anonymous=True)
    await scene.close(key)
    assert await scene.merits() == (0, 5)
    named = await db.fetch("SELECT FROM account WHERE person_id = $1", scene.reporter)
    assert named == []


async def test_of_merged_tickets_the_one_that_goes_on_is_rewarded(scene: Scene) -> None:
    joiner = scene.people["joiner"]
    await points.settle(joiner, household="H3")
    kept, merged = await tickets.submit(scene.reporter), await tickets.submit(joiner)
    dispatcher = scene.people["dispatcher"]
    await tickets.move(merged, Move.MERGE, dispatcher, into_id=kept, text="同一盏灯")
    await scene.close(kept)
    assert await scene.merits() == (3, 5)
    assert await merit(joiner) == 0


@pytest.mark.parametrize("whose", ["one and the same", "one household"])
async def test_nobody_is_rewarded_for_what_they_did_for_themselves(
    scene: Scene, whose: str
) -> None:
    if whose == "one household":
        scene.handler = await volunteer("H1")
        await scene.close(await tickets.submit(scene.reporter))
    else:
        # Who reported and resolved it is called by somebody else.
        await areas.appoint("VOLUNTEER", GRID, person_id=scene.reporter)
        key = await tickets.submit(scene.reporter)
        await tickets.put(key, State.CALLBACK, scene.people)
        await db.execute("UPDATE ticket SET resolver_id = $2 WHERE id = $1", key, scene.reporter)
        dispatcher = scene.people["dispatcher"]
        await tickets.move(key, Move.CALL_BACK, dispatcher, is_solved=True, satisfaction=5)
    assert await scene.merits() == (0, 0)


async def test_to_be_called_by_ones_kin_earns_nothing(scene: Scene) -> None:
    dispatcher = scene.people["dispatcher"]
    await points.settle(dispatcher, household="H1")
    key = await tickets.submit(scene.reporter)
    await tickets.put(key, State.CALLBACK, scene.people)
    await tickets.move(key, Move.CALL_BACK, dispatcher, is_solved=True, satisfaction=5)
    assert await scene.merits() == (0, 0)


async def test_office_is_no_deed_and_what_was_not_solved_was_not_handled(scene: Scene) -> None:
    worker = scene.people["worker"]
    await points.settle(worker, household="H4")
    key = await tickets.submit(worker)
    await tickets.put(key, State.CALLBACK, scene.people)
    await tickets.move(key, Move.RATE, worker, is_solved=True, satisfaction=5)
    assert await merit(worker) == 0
    # Nobody has to call unsolved things solved to be rewarded for having reported them.
    await scene.close(await tickets.submit(scene.reporter), satisfaction=1, is_solved=False)
    assert await scene.merits() == (3, 0)


async def test_a_programme_rewards_what_happens_where_it_reaches(scene: Scene) -> None:
    await scene.close(await tickets.submit(scene.reporter, AT_OTHER_VILLAGE))
    assert await scene.merits() == (0, 0)
    stranger = scene.people["joiner"]
    key = await tickets.submit(stranger)
    await tickets.put(key, State.CALLBACK, scene.people)
    await tickets.move(key, Move.RATE, stranger, is_solved=True, satisfaction=5)
    assert await merit(stranger) == 0


async def test_a_courier_who_lives_elsewhere_earns_by_the_couriers_own_programme(
    scene: Scene,
) -> None:
    bees = await db.fetch_one(
        """INSERT INTO programme (code, kind, name, owner_area_code, cents_per_point, lot_months,
            joiners) VALUES ('BEE', 'COURIER', '小蜜蜂积分', $1, 10, 24, 'WHOLE') RETURNING id""",
        CITY,
    )
    assert bees
    await db.execute(
        "INSERT INTO account (programme_id, kind) VALUES ($1, 'ISSUANCE'), ($1, 'EXPIRED')",
        bees["id"],
    )
    await points.rule(bees["id"], "SCOUT", source="TICKET", points_least=2)
    scene.reporter = await areas.appoint("COURIER", OTHER_VILLAGE)
    await scene.close(await tickets.submit(scene.reporter))
    assert await scene.merits() == (2, 5)
    await db.execute("UPDATE programme SET closed_at = now() WHERE id = $1", bees["id"])
    await scene.close(await tickets.submit(scene.reporter, HERE))
    assert await scene.merits() == (2, 10)


async def test_tickets_that_close_at_once_reward_both_ways_without_waiting_in_a_circle(
    scene: Scene,
) -> None:
    pairs = [(scene.reporter, scene.handler), (scene.handler, scene.reporter)] * 5
    await areas.appoint("VOLUNTEER", GRID, person_id=scene.reporter)

    async def close(number: int, reporter: int, handler: int) -> list[int]:
        every = (
            Earned(reporter, Source.TICKET, number),
            Earned(handler, Source.HANDLING, number),
        )
        async with db.transaction() as connection:
            return await award_for(connection, every, area_code=GRID)

    made = await asyncio.gather(*(close(n, *pair) for n, pair in enumerate(pairs, 1)))
    # Of either's five reports two are within the cap of a day, all that was handled is rewarded.
    assert [len(one) for one in made].count(2) == 4
    assert await scene.merits() == (2 * 3 + 5 * 5, 2 * 3 + 5 * 5)
    assert (await audit()).is_clean


async def test_a_wish_that_was_confirmed_is_rewarded_once_by_its_rule(scene: Scene) -> None:
    await points.rule(scene.programme, "WISH", source="WISH", points_least=10)
    made: list[Any] = []
    for _ in range(2):
        async with db.transaction() as connection:
            earned = Earned(scene.handler, Source.WISH, 7)
            made.append(await award_for(connection, [earned], area_code=VILLAGE))
    assert [len(one) for one in made] == [1, 0]
    assert await scene.merits() == (0, 10)


async def test_a_rule_that_has_ended_or_not_begun_rewards_nothing(scene: Scene) -> None:
    from datetime import date

    await points.rule(
        scene.programme, "REPORT", version=2, source="TICKET", valid_to=date(2021, 1, 1)
    )
    await points.rule(scene.programme, "SOON", source="TICKET", valid_from=date(2999, 1, 1))
    await scene.close(await tickets.submit(scene.reporter))
    assert await scene.merits() == (0, 5)


def test_points_are_told_of_every_ticket_that_closes() -> None:
    assert "points" in ticket.ON_CLOSED
