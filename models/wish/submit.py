"""Making a wish: writing it down, and submitting it."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime

from models import access, file, text
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.wish import checking, due, store
from models.wish.case import Ask, Case, Who, parties
from models.wish.contact import Contact, clean_contact, seal
from models.wish.flow import decide
from models.wish.home import BOXES, Home, home_of
from models.wish.move import check_at_once, record, who_asks
from models.wish.words import Beneficiary, Category, Move, Party, State

TITLE_LENGTH_MOST = 64
TEXT_LENGTH_MOST = 1_000
BUDGET_CENTS_MOST = 500_000
"""A small wish costs 5,000 yuan at most."""
OPEN_MOST = 50
"""So many wishes of somebody may be open at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A wish as somebody wrote it; `draft_id` is that of the draft that it takes the place of.

    `wisher_id` is on whose behalf it is made.
    """

    title: str
    text: str
    category: Category
    beneficiary: Beneficiary = Beneficiary.OTHER
    budget_cents: int | None = None
    deadline_on: date | None = None
    contact_phone: str | None = None
    contact_address: str | None = None
    wisher_id: int | None = None
    draft_id: int | None = None
    photo_ids: tuple[int, ...] = ()


async def draft(proposal: Proposal, *, person_id: int, key: str) -> int:
    """Write a wish down, or anew, which nobody else sees; gives its key. Raises as `submit`."""
    return await _make(proposal, Move.DRAFT, person_id=person_id, key=key)


async def submit(proposal: Proposal, *, person_id: int, key: str) -> int:
    """Submit a wish once; gives its key.

    It lies in the grid where the wisher lives. Raises Refusal: INVALID for what can't be or who
    lives nowhere, NOT_FOUND for a draft, wisher or photo that is not this person's, NOT_ALLOWED
    for who is banned, LIMIT_REACHED with OPEN_MOST open wishes, and KEY_REUSED.
    """
    return await _make(proposal, Move.SUBMIT, person_id=person_id, key=key)


async def _make(proposal: Proposal, kind: Move, *, person_id: int, key: str) -> int:
    clean = _clean(proposal)

    async def act(connection: Connection) -> int:
        return await _act(connection, clean, kind, person_id=person_id)

    operation = f"wish {kind}"
    asked = asdict(proposal)
    return await once(act, person_id=person_id, operation=operation, key=key, asked=asked)


def _clean(proposal: Proposal) -> Proposal:
    file.check_photos(proposal.photo_ids)
    phone, address = clean_contact(proposal.contact_phone, proposal.contact_address)
    budget = proposal.budget_cents
    if budget is not None and not 0 <= budget <= BUDGET_CENTS_MOST:
        most = BUDGET_CENTS_MOST // 100
        raise Refusal(Code.INVALID, f"预算须在 0 到 {most} 元之间", "budgetCents")
    return replace(
        proposal,
        title=text.line(proposal.title, name="标题", field="title", most=TITLE_LENGTH_MOST),
        text=text.lines(proposal.text, name="内容", field="text", most=TEXT_LENGTH_MOST),
        contact_phone=phone,
        contact_address=address,
    )


async def _act(connection: Connection, clean: Proposal, kind: Move, *, person_id: int) -> int:
    who = await who_asks(connection, person_id)
    access.check(who.rights, Action.WISH_SUBMIT, Thing(owner_id=person_id))
    wisher_id = clean.wisher_id or person_id
    # People before wishes: of two submissions at once one sees the other.
    is_there = await connection.fetchval(_LOCK_WISHER, wisher_id)
    home = await home_of(connection, wisher_id)
    _check_wisher(who.rights, home if is_there else None, wisher_id, clean)
    assert home, "checked"
    if await connection.fetchval(_OPEN, wisher_id) >= OPEN_MOST:
        raise Refusal(Code.LIMIT_REACHED, f"同时进行的心愿不能超过 {OPEN_MOST} 个")
    at = datetime.now(UTC)
    before = await _before(connection, clean, who, wisher_id, home, at=at)
    decision = decide(kind, Ask(), before, who, at=at)
    changed = await _write(connection, clean, before, decision.case, home, at=at)
    await _replace_photos(connection, changed, clean.photo_ids, person_id=person_id)
    await record(connection, kind, before, changed, decision.party, actor_id=person_id)
    if changed.state is State.SUBMITTED:
        verdict = checking.at_once(clean.title, clean.text, has_photos=bool(clean.photo_ids))
        await check_at_once(connection, changed, verdict, at=at)
    return changed.id


def _check_wisher(held: Rights, home: Home | None, wisher_id: int, clean: Proposal) -> None:
    if wisher_id == held.person_id:
        if home is None:
            raise Refusal(Code.INVALID, "请先登记并确认居住地")
        return
    if home is None or not held.may(Action.WISH_HELP, Thing(area_code=home.micro_grid_code)):
        raise Refusal(Code.NOT_FOUND, "未找到该人员", "onBehalfOfId")


async def _before(  # noqa: PLR0913 - all sides of a beginning
    connection: Connection,
    clean: Proposal,
    who: Who,
    wisher_id: int,
    home: Home,
    *,
    at: datetime,
) -> Case:
    """Give the wish as it was before: the draft, or nothing yet."""
    assert who.person_id is not None, "checked by the right"
    deadline_on = _deadline(clean.deadline_on, at=at)
    new = Case(
        id=0,
        area_code=home.area_code,
        wisher_id=wisher_id,
        helper_id=who.person_id if who.person_id != wisher_id else None,
        category=clean.category,
        beneficiary=clean.beneficiary,
        deadline_on=deadline_on,
        household_id=home.household_id,
    )
    if clean.draft_id is None:
        return new
    found = await store.lock(connection, clean.draft_id)
    own = {Party.WISHER, Party.HELPER}
    if found is None or found.wisher_id != wisher_id or own.isdisjoint(parties(found, who)):
        raise Refusal(Code.NOT_FOUND, "未找到该草稿", "draftId")
    return replace(
        new,
        id=found.id,
        helper_id=found.helper_id,
        state=found.state,
        version=found.version,
        claim=found.claim,
    )


def _deadline(given: date | None, *, at: datetime) -> date:
    today = due.day_of(at)
    if given is None:
        return today + due.DEADLINE_DEFAULT
    if given < today:
        raise Refusal(Code.INVALID, "截止日期不能早于今天", "deadlineOn")
    if given > today + due.DEADLINE_MOST:
        raise Refusal(Code.INVALID, "截止日期不能超过一年", "deadlineOn")
    return given


async def _write(  # noqa: PLR0913 - all sides of a wish
    connection: Connection,
    clean: Proposal,
    before: Case,
    changed: Case,
    home: Home,
    *,
    at: datetime,
) -> Case:
    key = before.id or await connection.fetchval(_NEXT_KEY)
    sealed = seal(key, Contact(clean.contact_phone, clean.contact_address))
    changed = replace(changed, id=key)
    await connection.execute(
        _REWRITE if before.id else _INSERT,
        key,
        changed.version,
        changed.state,
        changed.checked,
        changed.category,
        changed.beneficiary,
        clean.title,
        clean.text,
        clean.budget_cents,
        changed.deadline_on,
        changed.area_code,
        *home.point,
        BOXES.of(home.point),
        changed.wisher_id,
        changed.helper_id,
        *sealed,
        store.rank(changed, at=at),
        changed.due_at,
        changed.submitted_at,
    )
    return changed


async def _replace_photos(
    connection: Connection, changed: Case, photo_ids: tuple[int, ...], *, person_id: int
) -> None:
    old = await connection.fetch(_TAKE_PHOTOS, changed.id)
    if old:
        await file.release(connection, [row["file_id"] for row in old])
    await file.attach_photos(
        connection,
        "wish",
        changed.id,
        version=changed.version,
        photo_ids=photo_ids,
        person_id=person_id,
    )


_LOCK_WISHER = """
SELECT true FROM person WHERE id = $1 AND banned_at IS NULL AND claimed_by_id IS NULL
FOR NO KEY UPDATE
"""
_OPEN = "SELECT count(*) FROM wish WHERE wisher_id = $1 AND ended_at IS NULL AND state <> 'DRAFT'"
_NEXT_KEY = "SELECT nextval(pg_get_serial_sequence('wish', 'id'))"
_COLUMNS = """id, version, state, checked, category, beneficiary, title, text, budget_cents,
    deadline_on, area_code, longitude, latitude, box, wisher_id, helper_id, phone, address, rank,
    due_at, submitted_at, written_version"""
_VALUES = ", ".join(f"${place}" for place in range(1, 22)) + ", $2"
_INSERT = f"INSERT INTO wish ({_COLUMNS}) VALUES ({_VALUES})"  # noqa: S608 - constants
_REWRITE = f"UPDATE wish SET ({_COLUMNS}) = ROW({_VALUES}) WHERE id = $1"  # noqa: S608 - constants
_TAKE_PHOTOS = "DELETE FROM wish_photo WHERE wish_id = $1 RETURNING file_id"
