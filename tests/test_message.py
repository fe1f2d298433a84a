"""Messages to phones: one consent is one message, at a decent hour, and never twice."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.responses import Response

from api import messages
from api.messages import Messenger
from api.wechat.client import WeChat
from models import catalogue, cipher, db, message, notification
from models.calendar import CITY_ZONE
from models.catalogue import Draft, Edition, registry
from models.errors import Code, Refusal
from models.event import Topic
from models.message import TEMPLATES, Field, Quiet, Template, Value
from models.message.template import not_in
from models.ticket import Move
from tests import program, tickets, wechat
from tests.areas import GRID
from tests.conftest import Database
from tests.graph import ask, execute
from tests.tickets import Cast
from tests.wechat import APP_ID, APP_SECRET, WeChatServer, error, saying

TICKET = Template(
    "TICKET_PROGRESS",
    (Topic.TICKET,),
    "wechat-template-of-tickets",
    "pages/ticket/index",
    (Field("thing1", Value.TITLE), Field("time2", Value.TIME), Field("phrase3", Value.TOPIC)),
)
NEVER = Quiet(0, 0)
CONSENT = """mutation($input: MessageConsentInput!) { messageConsent(input: $input) {
    templates { code wechatId unusedCount } userErrors { code path } } }"""
STANDING = "{ viewer { messageTemplates { code unusedCount } } }"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def rules() -> Iterator[None]:
    """Have one template, and no quiet hours: a test may run at night."""
    registry.use(
        {
            "message_templates": (Edition(registry.FIRST_DAY, None, (TICKET,), 1),),
            "message_quiet": (Edition(registry.FIRST_DAY, None, (NEVER,), 1),),
        }
    )
    yield
    catalogue.forget()


@pytest.fixture
async def people(database: Database, rules: None) -> Cast:
    found = await tickets.cast()
    for name in ("reporter", "joiner"):
        await _signs_in_by_wechat(found[name], name)
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[WeChatServer]:
    with wechat.wechat_server() as running:
        yield running


@pytest.fixture
async def messenger(server: WeChatServer) -> AsyncIterator[Messenger]:
    server.forget()
    client = WeChat(APP_ID, APP_SECRET, server.url)
    yield Messenger(client)
    await client.close()


async def _signs_in_by_wechat(person_id: int, openid: str) -> None:
    await db.execute(
        "UPDATE person SET openid = $2, openid_index = $3 WHERE id = $1",
        person_id,
        cipher.seal(f"openid-of-{openid}", place=f"person.openid:{person_id}"),
        cipher.blind_index(f"openid-of-{openid}", column="person.openid"),
    )


async def consent(person_id: int, times: int = 1) -> None:
    for number in range(times):
        await message.give(["TICKET_PROGRESS"], person_id=person_id, key=f"consent {number}")


async def tell(person_id: int, title: str = "您上报的工单20261124-000001已受理") -> None:
    async with db.transaction() as connection:
        await notification.tell(
            connection,
            [person_id],
            title=title,
            topic=Topic.TICKET,
            thing_id=1,
            area_code=GRID,
        )


async def states() -> list[str]:
    rows = await db.fetch("SELECT state FROM message ORDER BY id")
    return [row["state"] for row in rows]


async def unused(person_id: int) -> int:
    (standing,) = await message.consents(person_id)
    return standing.unused_count


async def later() -> None:
    """Let what waits for another attempt be due now."""
    await db.execute("UPDATE message SET due_at = now() WHERE state = 'WAITING'")


@given(
    st.integers(0, 23),
    st.integers(0, 23),
    st.integers(0, 366 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
)
@example(22, 7, datetime(2026, 11, 24, 15, 30, tzinfo=UTC))
def test_a_message_waits_for_the_end_of_the_quiet_hours_and_no_longer(
    begins: int, ends: int, at: datetime
) -> None:
    quiet = Quiet(begins, ends)
    found = not_in(quiet, at)
    assert not_in(quiet, found) == found
    assert timedelta(0) <= found - at <= timedelta(hours=23)
    local = found.astimezone(CITY_ZONE)
    assert found == at or (local.hour, local.minute, local.second) == (ends, 0, 0)


def test_at_night_it_waits_until_seven_and_by_day_for_nothing() -> None:
    night = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 23:30 in the city
    assert not_in(Quiet(22, 7), night) == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert not_in(Quiet(22, 7), NOON) == NOON


async def test_in_quiet_hours_nothing_is_taken(people: Cast) -> None:
    await consent(people["reporter"])
    await tell(people["reporter"])
    registry.use({"message_templates": (Edition(registry.FIRST_DAY, None, (TICKET,), 1),)})
    tomorrow = datetime.now(UTC).replace(minute=30, second=0, microsecond=0) + timedelta(days=1)
    assert await message.take(now=tomorrow.replace(hour=15)) == []
    assert await states() == ["WAITING"]


async def test_who_consented_once_gets_one_message_of_a_ticket_on_its_way(
    people: Cast, messenger: Messenger, server: WeChatServer
) -> None:
    await consent(people["reporter"])
    key = await tickets.submit(people["reporter"])
    await tickets.move(key, Move.ACCEPT, people["dispatcher"], unit_id=people["LAMPS"])
    await tickets.move(key, Move.ACKNOWLEDGE, people["officer"])
    await tickets.move(key, Move.START, people["officer"])
    assert await messenger.step() == 1
    assert await messenger.step() == 0
    (sent,) = server.sent
    assert sent["touser"] == "openid-of-reporter"
    assert (sent["template_id"], sent["page"]) == (TICKET.wechat_id, TICKET.page)
    title = sent["data"]["thing1"]["value"]
    assert title.startswith("您上报的工单")
    assert title.endswith("…")
    assert len(title) == 20
    assert sent["data"]["phrase3"] == {"value": "工单"}
    datetime.strptime(sent["data"]["time2"]["value"], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - its form
    assert await states() == ["SENT"]
    assert await unused(people["reporter"]) == 0


async def test_who_did_not_consent_gets_none(people: Cast, messenger: Messenger) -> None:
    await consent(people["joiner"])
    await tell(people["reporter"])
    assert await messenger.step() == 0
    assert await states() == []


async def test_a_consent_that_is_told_twice_counts_once(people: Cast) -> None:
    who = people["reporter"]
    told = {"templates": ["TICKET_PROGRESS"], "idempotencyKey": "the same"}
    answers = [await execute(CONSENT, who, input=told) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].data
    found = answers[0].data["messageConsent"]
    assert found["userErrors"] == []
    assert found["templates"] == [
        {"code": "TICKET_PROGRESS", "wechatId": TICKET.wechat_id, "unusedCount": 1}
    ]
    standing = await ask(STANDING, who)
    assert standing["viewer"]["messageTemplates"] == [
        {"code": "TICKET_PROGRESS", "unusedCount": 1}
    ]


@pytest.mark.parametrize(
    "codes", [[], ["NONE"], ["TICKET_PROGRESS"] * 2, ["TICKET_PROGRESS", "NONE"]]
)
async def test_templates_that_are_not_there_are_refused(people: Cast, codes: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        await message.give(codes, person_id=people["reporter"], key="k")
    assert (refused.value.code, refused.value.path) == (Code.INVALID, ("templates",))
    assert await unused(people["reporter"]) == 0


async def test_nobody_hoards_consents(people: Cast) -> None:
    who = people["reporter"]
    await db.execute(
        "INSERT INTO message_consent (person_id, template)"
        " SELECT $1, 'TICKET_PROGRESS' FROM generate_series(1, 50)",
        who,
    )
    with pytest.raises(Refusal) as refused:
        await consent(who)
    assert refused.value.code is Code.LIMIT_REACHED
    assert await unused(who) == 50


async def test_one_consent_is_never_used_by_two_changes_at_once(people: Cast) -> None:
    await consent(people["reporter"], times=3)
    await asyncio.gather(*(tell(people["reporter"]) for _ in range(8)))
    assert await states() == ["WAITING"] * 3
    assert await unused(people["reporter"]) == 0


async def test_two_senders_at_once_take_each_message_once(people: Cast) -> None:
    await consent(people["reporter"], times=6)
    for _ in range(6):
        await tell(people["reporter"])
    taken = await asyncio.gather(*(message.take() for _ in range(4)))
    keys = [one.id for part in taken for one in part]
    assert len(keys) == len(set(keys)) == 6


async def test_what_wechat_will_not_have_ends_the_consents(
    people: Cast, messenger: Messenger, server: WeChatServer
) -> None:
    await consent(people["reporter"], times=3)
    await tell(people["reporter"])
    server.next_answers.append(server.granting())
    server.next_answers.append(saying(error(43_101, "user refuse to accept the msg")))
    await messenger.step()
    assert await states() == ["REFUSED"]
    assert await unused(people["reporter"]) == 0
    await tell(people["reporter"])
    assert await states() == ["REFUSED"]


async def test_what_wechat_has_not_heard_of_is_sent_later_once(
    people: Cast, messenger: Messenger, server: WeChatServer
) -> None:
    await consent(people["reporter"])
    await tell(people["reporter"])
    server.next_answers.append(server.granting())
    server.next_answers.extend([saying(error(-1)), saying(error(-1)), saying(error(45_009))])
    for _ in range(2):
        await messenger.step()
        assert await states() == ["WAITING"]
        assert server.sent == []
        await later()
    await messenger.step()
    assert await states() == ["SENT"]
    assert len(server.sent) == 1


async def test_what_wechat_may_have_heard_of_is_not_sent_again(
    people: Cast, messenger: Messenger, server: WeChatServer
) -> None:
    await consent(people["reporter"])
    await tell(people["reporter"])
    server.next_answers.append(server.granting())
    server.next_answers.append(saying(Response("bad gateway", httpx.codes.BAD_GATEWAY)))
    await messenger.step()
    assert await states() == ["UNKNOWN"]
    assert await messenger.step() == 0
    assert server.sent == []


async def test_after_too_many_attempts_it_is_given_up(
    people: Cast, messenger: Messenger, server: WeChatServer
) -> None:
    await consent(people["reporter"])
    await tell(people["reporter"])
    await db.execute("UPDATE message SET attempts = 7")
    server.next_answers.append(server.granting())
    server.next_answers.append(saying(error(45_009)))
    await messenger.step()
    assert await states() == ["FAILED"]


async def test_what_was_read_in_the_inbox_rings_no_phone(
    people: Cast, messenger: Messenger, server: WeChatServer
) -> None:
    await consent(people["reporter"])
    await tell(people["reporter"])
    await notification.mark_read(people["reporter"], None)
    assert await messenger.step() == 0
    assert server.sent == []
    assert await states() == ["READ"]
    assert await unused(people["reporter"]) == 1


async def test_what_could_not_be_sent_for_a_day_is_not_sent(
    people: Cast, messenger: Messenger, server: WeChatServer
) -> None:
    await consent(people["reporter"])
    await tell(people["reporter"])
    await db.execute("UPDATE message SET due_at = now() - interval '25 hours'")
    assert await messenger.step() == 0
    assert await states() == ["LATE"]
    assert await unused(people["reporter"]) == 1


async def test_without_wechat_there_is_no_job_that_sends() -> None:
    assert messages.jobs(None) == ()


async def test_templates_and_hours_are_checked_when_they_are_brought() -> None:
    for wrong in (
        lambda: Field("number1", Value.TITLE),
        lambda: Field("time1", Value.TITLE),
        lambda: Template("lower", (Topic.TICKET,), "id", "page", (Field("thing1", Value.TITLE),)),
        lambda: Template("A", (), "id", "page", (Field("thing1", Value.TITLE),)),
        lambda: Template("A", (Topic.TICKET,), "id", "a page", (Field("thing1", Value.TITLE),)),
        lambda: Template("A", (Topic.TICKET,), "id", "page", ()),
        lambda: Quiet(24, 7),
    ):
        with pytest.raises(ValueError, match=r".+"):
            wrong()
    (sentence,) = TEMPLATES.check((TICKET, TICKET))
    assert sentence == "ticket has 2 templates; it may have one"


async def test_a_worker_that_dies_while_wechat_is_asked_sends_nothing_twice(
    database: Database, people: Cast, server: WeChatServer
) -> None:
    server.forget()
    edition = Edition(registry.FIRST_DAY, None, (TICKET,), 0)
    quiet = Edition(registry.FIRST_DAY, None, (NEVER,), 0)
    await catalogue.bring([Draft(TEMPLATES, 0, (edition,)), Draft(message.QUIET, 0, (quiet,))])
    await consent(people["reporter"], times=2)
    await tell(people["reporter"], "第一条")
    server.next_answers.append(server.granting())
    server.next_answers.append(wechat.hanging)
    with program.working(database_url=database.url, **server.environment) as worker:
        await program.until(lambda: _asked_to_send(server))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    # As if a while had passed: the dead one's lease is over, and it is waited for no longer.
    await db.execute("DELETE FROM lease")
    await db.execute("UPDATE message SET taken_at = taken_at - interval '2 minutes'")
    await tell(people["reporter"], "第二条")
    with program.working(database_url=database.url, **server.environment):
        await program.until(lambda: _sent(server))
    assert [one["data"]["thing1"]["value"] for one in server.sent] == ["第二条"]
    assert await states() == ["UNKNOWN", "SENT"]


async def _asked_to_send(server: WeChatServer) -> bool:
    return wechat.SEND in server.calls


async def _sent(server: WeChatServer) -> bool:
    return bool(server.sent) and "SENDING" not in await states()
