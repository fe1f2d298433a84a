"""Awards by rule: somebody in charge gives points to somebody else, within the rule's caps."""

from datetime import date
from typing import Any, NamedTuple

from models import access, text
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.points import ledger, lot, posting
from models.points.posting import Posting
from models.points.rule import Rule, Used, check_caps, check_points, check_validity
from models.points.words import Beneficiary, Source, TransactionKind
from models.role import Role

NOTE_LENGTH_MOST = 200


class Subject(NamedTuple):
    """Who gets points, and where they live or, as couriers, deliver."""

    person_id: int
    household_id: int | None
    area_code: str


async def grant(  # noqa: PLR0913 - each is a word of the action
    *, actor_id: int, person_id: int, rule_code: str, points: int, note: str | None, key: str
) -> int:
    """Award points by a rule of the person's programme; give the transaction's id.

    Once only by `key`. Raises Refusal: NOT_FOUND for a person or rule that the actor can't see,
    NOT_ALLOWED for oneself, one's household or without the role that the rule asks for, INVALID
    out of the rule's range, TOO_LATE after its last day, LIMIT_REACHED at a cap.
    """

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        subject = await subject_of(connection, person_id)
        if subject is None or not rights.may(
            Action.POINTS_GRANT, Thing(area_code=subject.area_code)
        ):
            raise Refusal(Code.NOT_FOUND, "未找到该人员", "personId")
        check_is_other(rights, subject)
        rule = await rule_for(connection, subject.person_id, rule_code)
        if rule.source is not Source.RULE:
            # Sheets, hours and tickets have a reviewer or a source that is rewarded once.
            raise Refusal(Code.INVALID, "该细则不能直接计分", "ruleCode")
        check_reviewer(rights, rule)
        said = text.optional_line(note, name="事由", field="note", most=NOTE_LENGTH_MOST)
        if rule.needs_evidence and not said:
            raise Refusal(Code.INVALID, "该细则须填写事由作为佐证", "note")
        content: dict[str, object] | None = {"note": said} if said else None
        return await by_rule(
            connection, subject, rule, points=points, actor_id=actor_id, content=content
        )

    asked = {"personId": person_id, "ruleCode": rule_code, "points": points, "note": note}
    return await once(act, person_id=actor_id, operation="pointsGrant", key=key, asked=asked)


async def by_rule(  # noqa: PLR0913 - an award has that many sides, each named by the caller
    connection: Connection,
    subject: Subject,
    rule: Rule,
    *,
    points: int,
    actor_id: int | None,
    content: dict[str, object] | None = None,
    source: Source | None = None,
    source_id: int | None = None,
) -> int:
    """Write an award in the caller's transaction, within range, validity and caps.

    Rules per household lock the household first, then the account.
    """
    today = await ledger.today(connection)
    check_points(rule, points)
    check_validity(rule, today)
    shares = rule.beneficiary is Beneficiary.HOUSEHOLD
    household_id = subject.household_id if shares else None
    if household_id is not None:
        await connection.execute("SELECT FROM household WHERE id = $1 FOR UPDATE", household_id)
    account = await ledger.lock_or_open(
        connection, programme_id=rule.programme_id, person_id=subject.person_id
    )
    used = await _used(connection, account.id, household_id, rule.code, today)
    check_caps(rule, points, used, today=today)
    months: int = await connection.fetchval(_LOT_MONTHS, rule.programme_id)
    credit = posting.award(
        account,
        await ledger.system(connection, rule.programme_id),
        points,
        expires_on=lot.expiry(today, months=months),
    )
    return await ledger.post(
        connection,
        Posting(
            programme_id=rule.programme_id,
            kind=TransactionKind.AWARD if points > 0 else TransactionKind.PENALTY,
            day=today,
            legs=credit.legs,
            balances=(credit.balance,),
            new_lots=credit.lots,
            actor_id=actor_id,
            rule_id=rule.id,
            rule_code=rule.code,
            household_id=household_id,
            source=source,
            source_id=source_id,
            content=content,
        ),
    )


def check_is_other(rights: Rights, subject: Subject) -> None:
    """Refuse who would award, or review, themself or their household."""
    is_oneself = subject.person_id == rights.person_id
    is_ours = subject.household_id is not None and subject.household_id == rights.household_id
    if is_oneself or is_ours:
        raise Refusal(Code.NOT_ALLOWED, "不能为本人或家庭成员计分", "personId")


async def rule_for(connection: Connection, person_id: int, code: str) -> Rule:
    """Give the newest begun version of a rule in a programme of the person.

    Raises Refusal NOT_FOUND where none of their programmes has such a rule.
    """
    row = await connection.fetchrow(_RULE, person_id, code)
    if row is None:
        raise Refusal(Code.NOT_FOUND, "未找到该评分细则", "ruleCode")
    return rule_from_row(row)


def rule_from_row(row: Any) -> Rule:  # noqa: ANN401 - a row of RULE_COLUMNS
    """Make the record of a row."""
    facts = dict(row)
    facts["source"] = Source(facts["source"])
    facts["beneficiary"] = Beneficiary(facts["beneficiary"])
    facts["reviewer_role"] = Role(facts["reviewer_role"]) if facts["reviewer_role"] else None
    return Rule(**facts)


def check_reviewer(rights: Rights, rule: Rule) -> None:
    """Refuse who does not hold the role that a rule asks for."""
    needed = rule.reviewer_role
    if needed is not None and all(held.role is not needed for held in rights.held):
        raise Refusal(Code.NOT_ALLOWED, f"该细则须由{needed.chinese}计分", "ruleCode")


async def subject_of(connection: Connection, person_id: int) -> Subject | None:
    """Give who gets points; None for who has no place here, or is nobody any more."""
    row = await connection.fetchrow(_SUBJECT, person_id)
    return Subject(*row) if row else None


async def _used(
    connection: Connection, account_id: int, household_id: int | None, code: str, today: date
) -> Used:
    sql, key = (_USED, account_id) if household_id is None else (_USED_BY_HOME, household_id)
    row = await connection.fetchrow(sql, key, code, today)
    assert row, "an aggregate is one row"
    return Used(row["day"], row["month"], row["year"], row["last_on"])


RULE_COLUMNS = """rule.id, rule.programme_id, rule.code, rule.version, rule.name, rule.source,
    rule.points_least, rule.points_most, rule.beneficiary, rule.needs_evidence,
    rule.reviewer_role, rule.day_cap, rule.month_cap, rule.year_cap, rule.cooldown_days,
    rule.valid_from, rule.valid_to"""
PROGRAMMES_OF_PERSON = """(
    SELECT programme_id FROM residence
    JOIN programme_area ON programme_area.area_code = left(residence.area_code, 12)
    WHERE residence.person_id = {person_id} AND residence.state = 'CONFIRMED'
    UNION
    SELECT programme.id FROM appointment
    JOIN programme ON programme.kind = 'COURIER'
    WHERE appointment.person_id = {person_id} AND appointment.role = 'COURIER'
        AND appointment.started_on <= (now() AT TIME ZONE 'Asia/Shanghai')::date
        AND (appointment.ended_on IS NULL
            OR appointment.ended_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
)"""
"""The programmes that a person belongs to today: by where they live, and as a courier."""

# A courier may live in another city: then they belong to where they deliver.
_SUBJECT = """
SELECT person.id, residence.household_id, coalesce(residence.area_code, rounds.area_code)
FROM person
LEFT JOIN residence ON residence.person_id = person.id AND residence.state = 'CONFIRMED'
LEFT JOIN LATERAL (
    SELECT min(area_code) AS area_code FROM appointment
    WHERE person_id = person.id AND role = 'COURIER'
        AND started_on <= (now() AT TIME ZONE 'Asia/Shanghai')::date
        AND (ended_on IS NULL OR ended_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
) AS rounds ON residence.id IS NULL
WHERE person.id = $1 AND person.banned_at IS NULL AND person.claimed_by_id IS NULL
    AND coalesce(residence.area_code, rounds.area_code) IS NOT NULL
"""
_RULE = f"""
SELECT {RULE_COLUMNS} FROM rule
JOIN programme ON programme.id = rule.programme_id AND programme.closed_at IS NULL
WHERE rule.code = $2 AND rule.programme_id IN {PROGRAMMES_OF_PERSON.format(person_id="$1")}
ORDER BY rule.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date DESC,
    rule.programme_id, rule.version DESC
LIMIT 1
"""  # noqa: S608 - constants
_LOT_MONTHS = "SELECT lot_months FROM programme WHERE id = $1"
_COUNTED = """
SELECT coalesce(sum(abs(amount)) FILTER (WHERE entry.business_day = $3), 0)::bigint AS day,
    coalesce(sum(abs(amount)) FILTER (
        WHERE entry.business_day >= date_trunc('month', $3::date)::date), 0)::bigint AS month,
    coalesce(sum(abs(amount)), 0)::bigint AS year,
    max(entry.business_day) AS last_on
FROM entry JOIN transaction ON transaction.id = entry.transaction_id
WHERE {of} AND entry.rule_code = $2 AND entry.asset = 'MERIT'
    AND entry.business_day >= date_trunc('year', $3::date)::date
    AND transaction.kind IN ('AWARD', 'PENALTY')
    AND NOT EXISTS (SELECT FROM transaction AS undo WHERE undo.reverses_id = transaction.id)
"""
_USED = _COUNTED.format(of="entry.account_id = $1")
# Both sides of an award carry the household: only those of people count.
_USED_BY_HOME = _COUNTED.format(
    of="""entry.household_id = $1 AND EXISTS (
        SELECT FROM account WHERE account.id = entry.account_id AND account.kind = 'PERSON')"""
)
