"""Wishes in the database: made, shown to whom they concern, claimed by one, and rewarded."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path

import asyncpg
import pytest

from models import db, person, wish
from models.errors import Code, Invalid, Refusal
from models.geo import Point
from models.page import Page
from models.wish import (
    BOARD_STATES,
    FLOW,
    Category,
    Checked,
    Filter,
    Move,
    RejectReason,
    Request,
    State,
    board,
)
from models.wish.home import BOXES
from tests import areas, points, uploading, wishes
from tests.areas import CITY, GRID, MICRO_GRID, OTHER_GRID, OTHER_VILLAGE, TOWN, VILLAGE
from tests.conftest import Database
from tests.wishes import ADDRESS, DOUBTFUL, PHONE, TEXT, TITLE

HERE = Point(120.280, 31.910)


@pytest.fixture
async def people(database: Database) -> dict[str, int]:
    return await wishes.cast()


async def refusal(key: int, request: Request, person_id: int) -> Code | None:
    try:
        await wish.move(key, request, person_id=person_id, key=wishes.a_key())
    except Refusal as refused:
        return refused.code
    return None


async def listed(person_id: int | None, **wanted: object) -> list[int]:
    page = await wish.wishes(
        Filter(**wanted),  # type: ignore[arg-type] # by name
        person_id=person_id,
        first=100,
        after=None,
    )
    return [one.id for one in page.items]


async def test_a_wish_is_submitted_and_waits_for_somebody_in_charge(
    people: dict[str, int],
) -> None:
    key = await wishes.submit(people["wisher"], budget_cents=9900, deadline_on=None)
    found = await wish.find(key, person_id=people["wisher"])
    assert found
    assert (found.state, found.version, found.checked) == (State.REVIEWING, 2, Checked.PASSED)
    assert (found.title, found.text, found.budget_cents) == (TITLE, TEXT, 9900)
    assert (found.area.code, found.point, found.is_mine) == (GRID, HERE, True)
    assert found.moves == (Move.WITHDRAW,)
    page = await wishes.events(found)
    assert [(one.version, one.kind, one.state, one.party) for one in page.items] == [
        (1, "SUBMIT", "SUBMITTED", "WISHER"),
        (2, "CHECK", "REVIEWING", "SYSTEM"),
    ]
    told = await wishes.value(
        "SELECT array_agg(person_id) FROM notification WHERE topic = 'wish' AND thing_id = $1", key
    )
    assert told == [people["cadre"]]


async def test_words_are_hidden_from_others_until_they_are_checked(
    people: dict[str, int],
) -> None:
    key = await wishes.submit(people["wisher"], text=DOUBTFUL)
    for name in ("claimant", "resident", "banned", "cadre of another village", "member"):
        assert await wish.find(key, person_id=people[name]) is None
    assert await wish.find(key, person_id=None) is None
    staff = await wish.find(key, person_id=people["worker"])
    reviewer = await wish.find(key, person_id=people["cadre"])
    assert staff
    assert reviewer
    assert (staff.title, staff.text) == (None, None)
    assert (reviewer.title, reviewer.text) == (TITLE, DOUBTFUL)
    await wishes.move(key, Move.PUBLISH, people["cadre"])
    for person_id in (None, people["resident"], people["worker"]):
        seen = await wish.find(key, person_id=person_id)
        assert seen
        assert (seen.title, seen.text, seen.checked) == (TITLE, DOUBTFUL, Checked.PASSED)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (None, State.SUBMITTED),
        (Checked.REVIEW, State.REVIEWING),
        (Checked.PASSED, State.REVIEWING),
        (Checked.RISKY, State.REJECTED),
    ],
)
async def test_the_verdict_of_a_check_leads_on(
    people: dict[str, int], verdict: Checked | None, state: State
) -> None:
    with wishes.asking_outside():
        key = await wishes.submit(people["wisher"])
    assert (await wishes.case(key)).state is State.SUBMITTED
    if verdict:
        assert await wish.check(key, verdict)
        assert not await wish.check(key, verdict)
    found = await wish.find(key, person_id=people["worker"])
    assert found
    assert found.state is state
    assert found.title == (TITLE if verdict is Checked.PASSED else None)


async def test_a_draft_is_written_anew_and_seen_by_nobody_else(people: dict[str, int]) -> None:
    given = wishes.proposal(title="草稿")
    key = await wish.draft(given, person_id=people["wisher"], key="d1")
    for name in ("cadre", "admin", "claimant", "worker"):
        assert await wish.find(key, person_id=people[name]) is None
    again = wishes.proposal(title="再写", draft_id=key, contact_phone=None)
    assert await wish.draft(again, person_id=people["wisher"], key="d2") == key
    before = await wishes.whole(key)
    for stranger in ("helper", "cadre"):
        with pytest.raises(Refusal) as refused:
            await wish.draft(again, person_id=people[stranger], key="d3")
        assert refused.value.code is Code.NOT_FOUND
    assert await wishes.whole(key) == before
    sent = await wish.submit(wishes.proposal(draft_id=key), person_id=people["wisher"], key="d4")
    assert sent == key
    found = await wishes.case(key)
    assert (found.state, found.version) == (State.REVIEWING, 4)
    with pytest.raises(Refusal) as late:
        await wish.draft(again, person_id=people["wisher"], key="d5")
    assert late.value.code is Code.ILLEGAL_MOVE


async def test_a_grid_worker_makes_a_wish_for_somebody_there(people: dict[str, int]) -> None:
    for stranger in ("resident", "worker of another village", "auditor"):
        with pytest.raises(Refusal) as refused:
            await wishes.submit(people[stranger], wisher_id=people["wisher"])
        assert (refused.value.code, refused.value.path) == (Code.NOT_FOUND, ("onBehalfOfId",))
    assert await wishes.value("SELECT count(*) FROM wish") == 0
    key = await wishes.submit(people["helper"], wisher_id=people["wisher"])
    found = await wishes.case(key)
    assert (found.wisher_id, found.helper_id) == (people["wisher"], people["helper"])
    await wishes.move(key, Move.PUBLISH, people["cadre"])
    before = await wishes.whole(key)
    for name in ("helper", "wisher", "family"):
        assert await refusal(key, Request(move=Move.CLAIM), people[name]) is Code.NOT_ALLOWED
    assert await wishes.whole(key) == before
    assert await listed(people["helper"], is_mine=True) == [key]
    assert await listed(people["wisher"], is_mine=True) == [key]


@pytest.mark.parametrize("state", State)
async def test_a_refused_move_changes_nothing(people: dict[str, int], state: State) -> None:
    key = await wishes.submit(people["helper"], wisher_id=people["wisher"])
    await wishes.put(key, state, people["claimant"])
    before = await wishes.whole(key)
    for name in ("wisher", "claimant", "volunteer", "cadre", "resident", "banned"):
        found = wishes.CAST[name]
        for move, rule in FLOW.items():
            if move is Move.DRAFT or (state in rule.states and found & set(rule.parties)):
                continue
            request = Request(move=move, text="说明", reason=RejectReason.UNFIT)
            assert await refusal(key, request, people[name]) in {
                Code.NOT_FOUND,
                Code.NOT_ALLOWED,
                Code.ILLEGAL_MOVE,
            }, (name, move)
    assert await wishes.whole(key) == before


async def test_of_two_claims_at_once_one_wins(people: dict[str, int]) -> None:
    key = await wishes.published(people)
    names = ("claimant", "volunteer", "member", "officer", "worker", "town")
    codes = await asyncio.gather(
        *(refusal(key, Request(move=Move.CLAIM), people[name]) for name in names)
    )
    assert sorted(map(str, codes)) == ["ILLEGAL_MOVE"] * 5 + ["None"]
    claims = await db.fetch("SELECT person_id, outcome FROM wish_claim WHERE wish_id = $1", key)
    assert len(claims) == 1
    assert claims[0]["person_id"] == people[names[codes.index(None)]]


async def test_the_database_itself_forbids_a_second_active_claim(people: dict[str, int]) -> None:
    key = await wishes.published(people)
    await wishes.move(key, Move.CLAIM, people["claimant"])
    with pytest.raises(asyncpg.UniqueViolationError, match="wish_claim_active"):
        await db.execute(
            "INSERT INTO wish_claim (wish_id, person_id, claimed_at) VALUES ($1, $2, now())",
            key,
            people["volunteer"],
        )


async def test_the_contact_is_for_the_active_claimant_and_in_the_log(
    people: dict[str, int],
) -> None:
    key = await wishes.published(people)
    row = await db.fetch_one("SELECT id, phone, address FROM wish WHERE id = $1", key)
    assert row
    assert PHONE.encode() not in row["phone"]
    assert (wishes.unsealed(row, "phone"), wishes.unsealed(row, "address")) == (PHONE, ADDRESS)

    async def code(name: str) -> Code:
        before = await wishes.whole(key)
        with pytest.raises(Refusal) as refused:
            await wish.contact(key, person_id=people[name])
        assert await wishes.whole(key) == before
        return refused.value.code

    assert await code("claimant") is Code.NOT_FOUND
    await wishes.move(key, Move.CLAIM, people["claimant"])
    assert await wish.contact(key, person_id=people["claimant"]) == (PHONE, ADDRESS)
    for name in ("volunteer", "cadre", "admin", "banned"):
        assert await code(name) is Code.NOT_ALLOWED
    log = await person.accesses(
        people["auditor"], person_id=people["wisher"], reader_id=None, first=10, after=None
    )
    (one,) = log.items
    assert (one.reader.name, one.fields) == ("claimant", ("PHONE", "ADDRESS"))
    await wishes.move(key, Move.RELEASE, people["claimant"])
    assert await code("claimant") is Code.NOT_FOUND
    await wishes.move(key, Move.CLAIM, people["volunteer"])
    assert await code("claimant") is Code.NOT_ALLOWED
    await wishes.move(key, Move.FULFIL, people["volunteer"])
    assert await wish.contact(key, person_id=people["volunteer"]) == (PHONE, ADDRESS)
    await wishes.move(key, Move.CONFIRM, people["wisher"])
    assert await code("volunteer") is Code.NOT_FOUND


async def test_names_and_words_of_people_are_for_those_concerned(people: dict[str, int]) -> None:
    key = await wishes.published(people)
    await wishes.move(key, Move.CLAIM, people["claimant"])
    await wishes.move(key, Move.FULFIL, people["claimant"], text="收音机已送到")
    for name, sees in (("wisher", 4), ("worker", 4), ("claimant", 2), ("resident", 0)):
        found = await wish.find(key, person_id=people[name])
        assert found
        assert (found.wisher is not None) == (found.claimant is not None) == bool(sees)
        events = (await wishes.events(found)).items
        assert len(events) == 5
        assert sum(one.actor is not None for one in events) == sees, name
        assert sum(one.text == "收音机已送到" for one in events) == bool(sees)


async def test_who_makes_it_come_true_is_rewarded_once_by_the_rule(
    database: Database,
) -> None:
    people = await wishes.cast()
    programme = await wishes.value(
        """INSERT INTO programme (code, kind, name, owner_area_code, budget_cents,
            cents_per_point, lot_months, year_grant, joiners)
        VALUES ('P1', 'VILLAGE', '长泾村积分', $1, 10000000, 10, 24, 0, 'WHOLE') RETURNING id""",
        VILLAGE,
    )
    await db.execute(
        "INSERT INTO programme_area (area_code, programme_id) VALUES ($1, $2)", VILLAGE, programme
    )
    await db.execute(
        "INSERT INTO account (programme_id, kind) VALUES ($1, 'ISSUANCE'), ($1, 'EXPIRED')",
        programme,
    )
    await points.rule(programme, "W1", source="WISH", points_least=20, points_most=20)
    key = await wishes.published(people)
    await wishes.move(key, Move.CLAIM, people["claimant"])
    await wishes.move(key, Move.FULFIL, people["claimant"])
    await wishes.move(key, Move.CONFIRM, people["wisher"])
    assert (await points.account(people["claimant"]))["points"] == 20
    facts = await wishes.value(
        "SELECT facts FROM event WHERE topic = 'wish' AND kind = 'CONFIRM' AND thing_id = $1", key
    )
    assert '"award"' in facts
    by_unit = await wishes.published(people)
    await wishes.move(by_unit, Move.CLAIM, people["officer"], unit_id=people["LAMPS"])
    await wishes.move(by_unit, Move.FULFIL, people["officer"])
    await wishes.move(by_unit, Move.CONFIRM, people["wisher"])
    assert await wishes.value("SELECT count(*) FROM transaction WHERE source = 'WISH'") == 1


async def test_one_claims_for_ones_own_unit_only(people: dict[str, int]) -> None:
    key = await wishes.published(people)
    before = await wishes.whole(key)
    request = Request(move=Move.CLAIM, unit_id=people["LAMPS"])
    assert await refusal(key, request, people["volunteer"]) is Code.NOT_ALLOWED
    assert await wishes.whole(key) == before
    assert await refusal(key, request, people["officer"]) is None
    found = await wish.find(key, person_id=None)
    assert found
    assert found.unit
    assert (found.unit.name, found.claimant) == ("路灯管理所", None)


async def test_the_same_key_acts_once(people: dict[str, int]) -> None:
    given = wishes.proposal()
    key = await wish.submit(given, person_id=people["wisher"], key="k")
    assert await wish.submit(given, person_id=people["wisher"], key="k") == key
    with pytest.raises(Refusal) as refused:
        await wish.submit(replace(given, title="另"), person_id=people["wisher"], key="k")
    assert refused.value.code is Code.KEY_REUSED
    assert await wishes.value("SELECT count(*) FROM wish") == 1
    ask = Request(move=Move.PUBLISH)
    for _ in range(2):
        await wish.move(key, ask, person_id=people["cadre"], key="p")
    reject = Request(move=Move.REJECT, reason=RejectReason.UNFIT)
    with pytest.raises(Refusal) as reused:
        await wish.move(key, reject, person_id=people["cadre"], key="p")
    assert reused.value.code is Code.KEY_REUSED
    assert (await wishes.case(key)).version == 3


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"title": " \t "}, "title"),
        ({"title": "好" * 65}, "title"),
        ({"title": "收\u200b音机"}, "title"),
        ({"title": "两\n行"}, "title"),
        ({"text": ""}, "text"),
        ({"text": "好" * 1001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "\u202e倒"}, "text"),
        ({"budget_cents": -1}, "budgetCents"),
        ({"budget_cents": 500_001}, "budgetCents"),
        ({"deadline_on": date(2020, 1, 1)}, "deadlineOn"),
        ({"deadline_on": date(2099, 1, 1)}, "deadlineOn"),
        ({"contact_phone": "12345"}, "contactPhone"),
        ({"contact_address": "路\u200b1号"}, "contactAddress"),
        ({"photo_ids": (1, 1)}, "photoIds"),
        ({"photo_ids": (12345,)}, "photoIds"),
        ({"photo_ids": tuple(range(1, 11))}, "photoIds"),
        ({"draft_id": 12345}, "draftId"),
        ({"wisher_id": 12345}, "onBehalfOfId"),
    ],
)
async def test_bad_input_changes_nothing(
    people: dict[str, int], change: dict[str, object], path: str
) -> None:
    with pytest.raises(Refusal) as refused:
        await wishes.submit(people["wisher"], **change)
    assert refused.value.path == (path,)
    assert refused.value.code in {Code.INVALID, Code.NOT_FOUND}
    for table in ("wish", "event", "content", "wish_photo", "notification"):
        assert await wishes.value(f"SELECT count(*) FROM {table}") == 0  # noqa: S608 - our own


async def test_who_lives_nowhere_or_has_too_many_wishes_makes_none(
    people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await db.execute("DELETE FROM residence WHERE person_id = $1", people["resident"])
    with pytest.raises(Refusal, match="请先登记并确认居住地"):
        await wishes.submit(people["resident"])
    with pytest.raises(Refusal) as banned:
        await wishes.submit(people["banned"])
    assert banned.value.code is Code.NOT_ALLOWED
    monkeypatch.setattr(import_module("models.wish.submit"), "OPEN_MOST", 2)
    outcomes = await asyncio.gather(
        *(wishes.submit(people["wisher"]) for _ in range(4)), return_exceptions=True
    )
    refused = [one.code for one in outcomes if isinstance(one, Refusal)]
    assert refused == [Code.LIMIT_REACHED] * 2
    assert await wishes.value("SELECT count(*) FROM wish") == 2


async def test_the_board_is_everybodys_and_the_rest_is_not(people: dict[str, int]) -> None:
    keys = {}
    for state in State:
        key = await wishes.submit(people["wisher"])
        await wishes.put(key, state, people["claimant"])
        keys[state] = key
    board = {keys[state] for state in BOARD_STATES}
    for person_id in (None, people["resident"], people["cadre"]):
        assert set(await listed(person_id)) == board
        assert set(await listed(person_id, area_code=VILLAGE)) == board
        assert await listed(person_id, area_code=OTHER_VILLAGE) == []
    assert set(await listed(people["wisher"], is_mine=True)) == set(keys.values())
    inside = (State.REVIEWING, State.REJECTED, State.DRAFT)
    seen = {keys[State.REVIEWING], keys[State.REJECTED]}
    assert set(await listed(people["cadre"], states=inside)) == seen
    assert set(await listed(people["wisher"], states=inside)) == {keys[one] for one in inside}
    assert await listed(people["cadre of another village"], states=inside) == []
    assert await listed(None, states=inside) == []
    claimed = {keys[state] for state in BOARD_STATES[1:]}
    assert set(await listed(people["claimant"], is_claimed_by_me=True)) == claimed
    counted = await wish.counts(CITY, person_id=None)
    assert counted == dict.fromkeys(BOARD_STATES, 1)
    staff = await wish.counts(TOWN, person_id=people["town"])
    assert staff == {state: 1 for state in State if state is not State.DRAFT}
    assert await wish.counts(OTHER_VILLAGE, person_id=None) == dict.fromkeys(BOARD_STATES, 0)


async def test_a_list_is_read_page_by_page_without_a_gap(people: dict[str, int]) -> None:
    keys = [await wishes.published(people) for _ in range(5)]
    found: list[int] = []
    after = None
    while True:
        page = await wish.wishes(Filter(), person_id=None, first=2, after=after)
        found += [one.id for one in page.items]
        if not page.has_next_page:
            break
        after = page.cursors[-1]
    assert found == keys[::-1]
    for wrong in ({"first": 0, "after": None}, {"first": 101, "after": None}):
        with pytest.raises(Invalid):
            await wish.wishes(Filter(), person_id=None, **wrong)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        await wish.wishes(Filter(is_mine=True), person_id=None, first=2, after=after)
    with pytest.raises(Invalid):
        await wish.wishes(Filter(area_code="x"), person_id=None, first=2, after=None)


async def test_what_is_near_is_open_and_in_order(people: dict[str, int]) -> None:
    first = await wishes.published(people)
    second = await wishes.published(people, category=Category.SKILL)
    taken = await wishes.published(people)
    await wishes.move(taken, Move.CLAIM, people["claimant"])
    far = await wishes.published(people)
    await db.execute(
        "UPDATE wish SET longitude = 120.31, box = $2 WHERE id = $1",
        far,
        BOXES.of(Point(120.31, 31.91)),
    )

    async def near(meters: int, *categories: Category) -> list[tuple[int, int]]:
        found = await wish.near(
            HERE, within_meters=meters, categories=categories, person_id=None, first=20
        )
        return [(one.wish.id, round(one.distance_meters)) for one in found]

    assert await near(1_000) == [(first, 0), (second, 0)]
    assert await near(5_000) == [(first, 0), (second, 0), (far, 2832)]
    assert await near(5_000, Category.SKILL) == [(second, 0)]
    for wrong in (0, 10_001):
        with pytest.raises(Invalid):
            await near(wrong)


async def test_time_ends_claims_and_wishes_and_puts_them_away(people: dict[str, int]) -> None:
    late = {}
    for state in (State.REVIEWING, State.PUBLISHED, State.CLAIMED, State.DELIVERING):
        late[state] = await wishes.submit(people["wisher"])
        await wishes.put(late[state], state, people["claimant"])
    for state in (State.FULFILLED, State.CONFIRMED):
        late[state] = await wishes.submit(people["wisher"])
        await wishes.put(late[state], state, people["claimant"])
    fresh = await wishes.published(people)
    assert await wish.end_states() == 0
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await db.execute(
        "UPDATE wish SET due_at = $1 WHERE id <> $2 AND due_at IS NOT NULL", yesterday, fresh
    )
    first, second = await asyncio.gather(wish.end_states(), wish.end_states())
    assert first + second == 5
    assert {state: (await wishes.case(key)).state for state, key in late.items()} == {
        State.REVIEWING: State.EXPIRED,
        State.PUBLISHED: State.EXPIRED,
        State.CLAIMED: State.PUBLISHED,
        State.DELIVERING: State.PUBLISHED,
        State.FULFILLED: State.FULFILLED,
        State.CONFIRMED: State.ARCHIVED,
    }
    assert (await wishes.case(fresh)).state is State.PUBLISHED
    outcomes = await db.fetch("SELECT outcome FROM wish_claim ORDER BY outcome")
    assert [row["outcome"] for row in outcomes] == ["CONFIRMED", "TIMED_OUT", "TIMED_OUT", None]


async def test_thanks_are_said_once_and_reach_the_claimant(people: dict[str, int]) -> None:
    key = await wishes.published(people)
    await wishes.put(key, State.CONFIRMED, people["claimant"])
    await wishes.move(key, Move.THANK, people["wisher"], text="谢谢你")
    before = await wishes.whole(key)
    again = Request(move=Move.THANK, text="再谢")
    assert await refusal(key, again, people["wisher"]) is Code.ALREADY_USED
    assert await wishes.whole(key) == before
    found = await wish.find(key, person_id=people["claimant"])
    assert found
    events = (await wishes.events(found)).items
    assert (found.is_thanked, events[-1].text) == (True, "谢谢你")


async def test_photos_come_with_a_draft_and_go_with_its_next_writing(
    people: dict[str, int], tmp_path: Path
) -> None:
    uploading.use(tmp_path)
    first, second = await wishes.photo(people["wisher"]), await wishes.photo(people["wisher"])
    foreign = await wishes.photo(people["resident"])
    given = wishes.proposal(photo_ids=(first, second))
    key = await wish.draft(given, person_id=people["wisher"], key="1")
    again = wishes.proposal(photo_ids=(second,), draft_id=key)
    assert await wish.submit(again, person_id=people["wisher"], key="2") == key
    claimed = await db.fetch("SELECT id FROM file WHERE claimed_at IS NOT NULL")
    assert [row["id"] for row in claimed] == [second]
    for name, count in (("wisher", 1), ("cadre", 1), ("worker", 0)):
        found = await wish.find(key, person_id=people[name])
        assert found
        assert len(found.photos) == count
    before = await wishes.whole(key)
    await wishes.move(key, Move.PUBLISH, people["cadre"])
    await wishes.move(key, Move.CLAIM, people["claimant"])
    proof = await wishes.photo(people["claimant"])
    for wrong in (foreign, second, 12345):
        request = Request(move=Move.FULFIL, photo_ids=(wrong,))
        assert await refusal(key, request, people["claimant"]) is Code.NOT_FOUND
    assert (
        await refusal(key, Request(move=Move.FULFIL, photo_ids=(proof,)), people["claimant"])
        is None
    )
    assert await wishes.whole(key) != before
    found = await wish.find(key, person_id=people["wisher"])
    assert found
    page = await wishes.events(found)
    assert [[one.id for one in step.photos] for step in page.items[-2:]] == [[], [proof]]
    seen = await wish.find(key, person_id=None)
    assert seen
    public = await wishes.events(seen)
    assert ([one.id for one in seen.photos], public.items[-1].photos) == ([second], ())


async def test_a_liaison_helps_those_of_their_own_micro_grid(people: dict[str, int]) -> None:
    liaison = await areas.appoint("LIAISON", MICRO_GRID)
    elsewhere = await areas.appoint("LIAISON", OTHER_GRID)
    key = await wishes.submit(liaison, wisher_id=people["wisher"])
    assert (await wishes.case(key)).helper_id == liaison
    with pytest.raises(Refusal) as refused:
        await wishes.submit(elsewhere, wisher_id=people["wisher"])
    assert refused.value.code is Code.NOT_FOUND


async def test_a_page_that_everybody_sees_is_kept_until_something_changes(
    people: dict[str, int],
) -> None:
    first = await wishes.published(people)
    wish.hear_board()
    try:
        assert await listed(None) == [first]
        second = await wishes.published(people)
        # Nobody has told of it yet; who is signed in reads for themself.
        assert await listed(None) == [first]
        assert await listed(people["resident"]) == [second, first]
        assert await listed(None, states=(State.PUBLISHED,)) == [second, first]
        wish.change_board()
        assert await listed(None) == [second, first]
    finally:
        wish.forget_board()
    await wishes.move(first, Move.WITHDRAW, people["wisher"])
    assert await listed(None) == [second]


async def test_what_was_read_while_something_changed_is_not_kept() -> None:
    read: list[int] = []

    async def reads() -> Page[wish.Wish]:
        read.append(1)
        if len(read) == 1:
            wish.change_board()
        return Page((), (), has_next_page=False)

    wish.hear_board()
    try:
        for _ in range(3):
            await board.kept(("query", 20, None), reads)
    finally:
        wish.forget_board()
    assert len(read) == 2
