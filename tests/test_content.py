"""The check before others see anything: pass, review or risky, and nothing without a verdict."""

import signal
from collections.abc import AsyncIterator, Iterator
from importlib import import_module

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from api import checking
from api.checking import ByOwnWords, ByWeChat, Checker
from api.city import hopes
from api.wechat.client import WeChat
from models import catalogue, cipher, content, db, wish
from models.catalogue import Edition, registry
from models.content import WORDS, Listed, Verdict
from models.errors import Code, Refusal
from models.wish import Checked, State
from tests import plans, program, wechat, wishes
from tests.conftest import Database
from tests.sessions import token_of
from tests.wechat import APP_ID, APP_SECRET, CHECK, WeChatServer, error, plain, saying
from tests.wishes import TEXT, TITLE

SUBMIT = """mutation ($input: WishSubmitInput!) { wishSubmit(input: $input) {
  wish { state title } userErrors { code } } }"""
STRANGERS = (None, "resident", "worker", "claimant", "auditor")
OWN_RISKY, OWN_DOUBTFUL = "网络赌博", "加微信"


@pytest.fixture(scope="module")
def server() -> Iterator[WeChatServer]:
    with wechat.wechat_server() as running:
        yield running


@pytest.fixture
async def client(server: WeChatServer) -> AsyncIterator[WeChat]:
    server.forget()
    one = WeChat(APP_ID, APP_SECRET, server.url)
    yield one
    await one.close()


@pytest.fixture
def checker(client: WeChat, outside: None) -> Checker:
    return Checker(ByWeChat(client))


@pytest.fixture
def outside() -> Iterator[None]:
    """Let what is submitted wait, as where there is WeChat."""
    with wishes.asking_outside():
        yield


@pytest.fixture
async def people(database: Database) -> dict[str, int]:
    found = await wishes.cast()
    for name in ("wisher", "helper"):
        key = found[name]
        await db.execute(
            "UPDATE person SET openid = $2, openid_index = $3 WHERE id = $1",
            key,
            cipher.seal(f"openid-of-{name}", place=f"person.openid:{key}"),
            cipher.blind_index(f"openid-of-{name}", column="person.openid"),
        )
    return found


async def standing(key: int) -> tuple[State, Checked]:
    found = await wishes.case(key)
    return found.state, found.checked


async def seen(key: int, people: dict[str, int]) -> set[str | None]:
    """Give the words of a wish that others see."""
    found = [await wish.find(key, person_id=people[name] if name else None) for name in STRANGERS]
    return {one.text for one in found if one} - {None}


def test_a_text_without_a_listed_word_passes_and_photos_need_a_person() -> None:
    assert content.own_verdict([TITLE, TEXT], has_photos=False) is Verdict.PASS
    assert content.own_verdict([TITLE, TEXT], has_photos=True) is Verdict.REVIEW
    assert content.own_verdict([TITLE, OWN_RISKY], has_photos=True) is Verdict.RISKY


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("来玩网络赌博吧", Verdict.RISKY),
        ("网 络-赌·博", Verdict.RISKY),
        ("请加微信", Verdict.REVIEW),
        ("见 \uff28\uff34\uff34\uff30\uff33 example.com", Verdict.REVIEW),
        ("见WwW.example.com", Verdict.REVIEW),
        ("加微信，网络赌博", Verdict.RISKY),
        ("网络课，讲赌博的害处", Verdict.PASS),
    ],
)
def test_case_width_and_marks_are_no_way_around_a_word(text: str, verdict: Verdict) -> None:
    assert content.own_verdict([text], has_photos=False) is verdict


def test_a_word_is_not_made_of_the_end_of_one_text_and_the_beginning_of_another() -> None:
    assert content.own_verdict(["网络", "赌博"], has_photos=False) is Verdict.PASS


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1))
def test_the_strictest_verdict_counts(verdicts: list[Verdict]) -> None:
    strictest = content.strictest(*verdicts)
    order = [Verdict.PASS, Verdict.REVIEW, Verdict.RISKY]
    assert strictest in verdicts
    assert all(order.index(one) <= order.index(strictest) for one in verdicts)


def test_the_wishes_of_the_city_hold_no_listed_word() -> None:
    texts = [text for hope in hopes.HOPES for text in (hope.title, hope.text)]
    assert content.own_verdict(texts, has_photos=False) is Verdict.PASS


def test_a_city_keeps_its_own_words() -> None:
    listed = (Listed("评弹", Verdict.REVIEW),)
    registry.use({"content_words": (Edition(registry.FIRST_DAY, None, listed, 1),)})
    try:
        assert content.own_verdict([TEXT], has_photos=False) is Verdict.REVIEW
        assert content.own_verdict([OWN_RISKY], has_photos=False) is Verdict.PASS
    finally:
        catalogue.forget()


def test_words_are_checked_when_they_are_brought() -> None:
    for word, verdict in (("", Verdict.RISKY), ("——", Verdict.RISKY), ("字", Verdict.PASS)):
        with pytest.raises(ValueError, match=r"word|verdict"):
            Listed(word, verdict)
    with pytest.raises(ValueError, match="at most 32"):
        Listed("字" * 33, Verdict.REVIEW)
    many = tuple(Listed(f"word {number}", Verdict.REVIEW) for number in range(5_001))
    (sentence,) = WORDS.check(many)
    assert sentence == "there are 5001 words; there may be 5000"


@pytest.mark.parametrize(
    ("text", "state", "checked"),
    [
        (TEXT, State.REVIEWING, Checked.PASSED),
        (OWN_DOUBTFUL, State.REVIEWING, Checked.REVIEW),
        (OWN_RISKY, State.REJECTED, Checked.RISKY),
    ],
)
async def test_without_wechat_the_list_decides_at_once(
    people: dict[str, int], text: str, state: State, checked: Checked
) -> None:
    key = await wishes.submit(people["wisher"], text=text)
    assert await standing(key) == (state, checked)
    assert await seen(key, people) == ({TEXT} if checked is Checked.PASSED else set())


async def test_without_wechat_photos_wait_for_a_person(people: dict[str, int]) -> None:
    photos = (await wishes.photo(people["wisher"]),)
    key = await wishes.submit(people["wisher"], photo_ids=photos)
    assert await standing(key) == (State.REVIEWING, Checked.REVIEW)
    assert await seen(key, people) == set()


async def test_without_wechat_what_waited_is_checked_by_the_list(
    people: dict[str, int], outside: None
) -> None:
    key = await wishes.submit(people["wisher"])
    other = await wishes.submit(people["wisher"], text=OWN_DOUBTFUL)
    checker = Checker(ByOwnWords())
    assert await checker.step() == 2
    assert await checker.step() == 0
    assert await standing(key) == (State.REVIEWING, Checked.PASSED)
    assert await standing(other) == (State.REVIEWING, Checked.REVIEW)


@pytest.mark.parametrize(
    ("text", "checked"),
    [
        (TEXT, Checked.PASSED),
        (wechat.DOUBTFUL, Checked.REVIEW),
        (wechat.RISKY, Checked.RISKY),
        (OWN_DOUBTFUL, Checked.REVIEW),
    ],
)
async def test_nothing_is_shown_before_wechat_has_spoken_and_the_stricter_verdict_counts(
    people: dict[str, int],
    checker: Checker,
    server: WeChatServer,
    text: str,
    checked: Checked,
) -> None:
    key = await wishes.submit(people["wisher"], text=text)
    assert await standing(key) == (State.SUBMITTED, Checked.PENDING)
    assert await seen(key, people) == set()
    assert await checker.step() == 1
    assert await checker.step() == 0
    state = State.REJECTED if checked is Checked.RISKY else State.REVIEWING
    assert await standing(key) == (state, checked)
    assert await seen(key, people) == ({TEXT} if checked is Checked.PASSED else set())
    (asked,) = server.checked
    assert asked == {
        "version": 2,
        "scene": 3,
        "openid": "openid-of-wisher",
        "content": f"{TITLE}\n{text}",
    }


async def test_what_the_city_finds_risky_is_rejected_and_wechat_is_not_asked(
    people: dict[str, int], checker: Checker, server: WeChatServer
) -> None:
    key = await wishes.submit(people["wisher"], text=OWN_RISKY)
    assert await standing(key) == (State.REJECTED, Checked.RISKY)
    assert await checker.step() == 0
    assert server.calls == []


async def test_wechat_is_asked_for_who_wrote_the_wish(
    people: dict[str, int], checker: Checker, server: WeChatServer
) -> None:
    await wishes.submit(people["helper"], wisher_id=people["wisher"])
    assert await checker.step() == 1
    assert [asked["openid"] for asked in server.checked] == ["openid-of-helper"]


async def test_a_person_looks_at_photos_and_at_words_of_whom_wechat_does_not_know(
    people: dict[str, int], checker: Checker, server: WeChatServer
) -> None:
    photos = (await wishes.photo(people["wisher"]),)
    with_photo = await wishes.submit(people["wisher"], photo_ids=photos)
    unknown = await wishes.submit(people["resident"])
    assert await checker.step() == 2
    assert await standing(with_photo) == (State.REVIEWING, Checked.REVIEW)
    assert await standing(unknown) == (State.REVIEWING, Checked.REVIEW)
    assert len(server.checked) == 1


@pytest.mark.parametrize("errcode", [40_003, 61_010, 87_014, 99_999])
async def test_what_wechat_will_not_check_a_person_does(
    people: dict[str, int], checker: Checker, server: WeChatServer, errcode: int
) -> None:
    key = await wishes.submit(people["wisher"])
    server.next_answers.extend([server.granting(), saying(error(errcode))])
    assert await checker.step() == 1
    assert await standing(key) == (State.REVIEWING, Checked.REVIEW)
    assert await seen(key, people) == set()


@pytest.mark.parametrize(
    "answers",
    [
        [saying(error(-1))] * 2,
        [saying(error(45_009))],
        [saying(error(45_011))],
        [saying(Response("bad gateway", httpx.codes.BAD_GATEWAY))] * 2,
        [saying(Response("no JSON"))] * 2,
        [saying(plain({"errcode": 0}))],
        [saying(plain({"errcode": 0, "result": {"suggest": "perhaps", "label": 100}}))],
        [saying(plain({"errcode": 0, "result": {"suggest": ["pass"], "label": 100}}))],
    ],
)
async def test_without_an_answer_a_wish_stays_pending_and_is_asked_for_again(
    people: dict[str, int],
    checker: Checker,
    server: WeChatServer,
    answers: list[wechat.Answer],
) -> None:
    key = await wishes.submit(people["wisher"])
    server.next_answers.extend([server.granting(), *answers])
    assert await checker.step() == 0
    assert not server.next_answers
    assert await standing(key) == (State.SUBMITTED, Checked.PENDING)
    assert await seen(key, people) == set()
    assert await checker.step() == 0  # the end of the round
    assert await checker.step() == 1
    assert await standing(key) == (State.REVIEWING, Checked.PASSED)


async def test_without_an_access_token_a_wish_stays_pending(
    people: dict[str, int], checker: Checker, server: WeChatServer
) -> None:
    key = await wishes.submit(people["wisher"])
    server.next_answers.append(saying(error(40_125)))
    assert await checker.step() == 0
    assert await standing(key) == (State.SUBMITTED, Checked.PENDING)


async def test_while_wechat_hangs_or_is_away_nothing_is_shown(
    people: dict[str, int], outside: None, server: WeChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.wechat.client.CALL_SECONDS", 0.2)
    server.forget()
    key = await wishes.submit(people["wisher"])
    hangs = WeChat(APP_ID, APP_SECRET, server.url)
    away = WeChat(APP_ID, APP_SECRET, "http://127.0.0.1:9")
    server.next_answers.extend([server.granting(), wechat.hanging, wechat.hanging])
    for one in (hangs, away):
        assert await Checker(ByWeChat(one)).step() == 0
        assert await standing(key) == (State.SUBMITTED, Checked.PENDING)
        assert await seen(key, people) == set()
        await one.close()


async def test_one_wish_without_an_answer_holds_up_no_other(
    people: dict[str, int], client: WeChat, outside: None
) -> None:
    keys = [await wishes.submit(people["wisher"], title=f"心愿{place}") for place in range(10)]

    class Stubborn:
        async def verdict(self, waiting: wish.Unchecked) -> Verdict | None:
            return None if waiting.title == "心愿0" else Verdict.PASS

    checker = Checker(Stubborn())
    assert await checker.step() == 0
    assert await checker.step() == 2
    assert [(await standing(key))[0] for key in keys] == [
        State.SUBMITTED,
        *[State.REVIEWING] * 9,
    ]
    assert await checker.step() == 0


async def test_a_wish_that_was_withdrawn_meanwhile_stays_so(
    people: dict[str, int], checker: Checker
) -> None:
    key = await wishes.submit(people["wisher"])
    (waiting,) = await wish.unchecked(first=8)
    await wishes.move(key, wish.Move.WITHDRAW, people["wisher"])
    assert not await wish.settle(waiting, Verdict.PASS)
    assert await standing(key) == (State.WITHDRAWN, Checked.PENDING)
    assert await checker.step() == 0


async def test_what_waits_is_found_by_an_index(database: Database) -> None:
    await plans.settle()
    tables = ("wish", "wish_photo", "event", "person")
    for table in tables:
        await db.execute("SELECT pg_clear_relation_stats('public', $1)", table)
    # The package gives its function the same name.
    module = import_module("models.wish.unchecked")
    asked = [sql for _, sql in plans.statements(module)]
    assert len(asked) == 1
    assert await plans.whole_reads(asked[0], *tables) == []


async def test_there_is_a_job_with_and_without_wechat(client: WeChat) -> None:
    assert [len(checking.jobs(one)) for one in (None, client)] == [1, 1]


async def test_a_worker_that_dies_while_wechat_is_asked_lets_it_be_asked_again(
    database: Database, people: dict[str, int], outside: None, server: WeChatServer
) -> None:
    server.forget()
    key = await wishes.submit(people["wisher"])

    async def asked() -> bool:
        return CHECK in server.calls

    async def settled() -> bool:
        return (await standing(key))[0] is not State.SUBMITTED

    server.next_answers.extend([server.granting(), wechat.hanging])
    with program.working(database_url=database.url, **server.environment) as worker:
        await program.until(asked)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert await standing(key) == (State.SUBMITTED, Checked.PENDING)
    # As if a while had passed: the dead one's lease is over.
    await db.execute("DELETE FROM lease")
    with program.working(database_url=database.url, **server.environment):
        await program.until(settled)
    assert await standing(key) == (State.REVIEWING, Checked.PASSED)
    assert len(server.checked) == 1


async def test_what_others_would_read_at_once_is_refused_if_the_list_finds_it_risky(
    people: dict[str, int],
) -> None:
    key = await wishes.published(people)
    before = await wishes.whole(key)
    with pytest.raises(Refusal) as refused:
        await wishes.move(key, wish.Move.CLAIM, people["claimant"], text="来 网络赌博")
    assert (refused.value.code, refused.value.path) == (Code.INVALID, ("text",))
    assert await wishes.whole(key) == before
    await wishes.move(key, wish.Move.REJECT, people["cadre"], text="涉及网络赌博")
    assert (await wishes.case(key)).state is State.REJECTED
    given = wish.Offer(title="六合彩", text=TEXT, category=wish.Category.SKILL)
    with pytest.raises(Refusal) as refused:
        await wish.offer(given, person_id=people["claimant"], key="offer")
    assert (refused.value.code, refused.value.path) == (Code.INVALID, ("title",))
    assert await db.fetch("SELECT FROM resource") == []


async def test_a_serving_process_lets_wishes_wait_for_wechat_and_goes_on_by_itself(
    database: Database, people: dict[str, int], server: WeChatServer
) -> None:
    server.forget()
    bearer = {"authorization": f"Bearer {await token_of(people['wisher'])}"}
    given = {"title": TITLE, "text": TEXT, "category": "GOODS", "idempotencyKey": "the wish"}
    asked = {"query": SUBMIT, "variables": {"input": given}}
    settings = {"DEV_SIGN_IN": "", **server.environment}
    with program.serving(database_url=database.url, **settings) as address:
        async with httpx.AsyncClient(base_url=address, headers=bearer) as phone:
            answer = await phone.post("/graphql", json=asked)
        assert answer.json()["data"]["wishSubmit"] == {
            "wish": {"state": "SUBMITTED", "title": TITLE},
            "userErrors": [],
        }
        key = await wishes.value("SELECT id FROM wish")

        async def settled() -> bool:
            return (await standing(key))[0] is not State.SUBMITTED

        await program.until(settled)
    assert await standing(key) == (State.REVIEWING, Checked.PASSED)
    assert await seen(key, people) == {TEXT}
