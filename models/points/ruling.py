"""Making rules: a new version from its first day on, the one before ends; none is ever changed."""

from datetime import date

from models import access, db, event, naming
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.once import once
from models.points import ledger
from models.points.award import RULE_COLUMNS, rule_from_row
from models.points.rule import Rule, Terms, check_period, check_terms


async def start_rule(  # noqa: PLR0913 - each is a word of the action
    *,
    actor_id: int,
    programme_id: int,
    code: str,
    terms: Terms,
    valid_from: date,
    valid_to: date | None,
    key: str,
) -> int:
    """Start a rule, or its next version; give the version's id. Once only by `key`.

    From its first day on it takes the place of every version before. Raises Refusal: NOT_FOUND,
    NOT_ALLOWED, ILLEGAL_MOVE in a closed programme, INVALID.
    """

    async def act(connection: Connection) -> int:
        await hold_programme(connection, programme_id, actor_id, Action.POINTS_RULE)
        check_terms(code, terms)
        check_period(valid_from, valid_to, today=await ledger.today(connection))
        return await write_rule(
            connection,
            programme_id,
            code,
            terms,
            valid_from=valid_from,
            valid_to=valid_to,
            actor_id=actor_id,
        )

    asked = {
        "programmeId": programme_id,
        "code": code,
        "terms": terms,
        "validFrom": valid_from,
        "validTo": valid_to,
    }
    return await once(act, person_id=actor_id, operation="pointsRuleStart", key=key, asked=asked)


async def end_rule(*, actor_id: int, programme_id: int, code: str, last_on: date, key: str) -> int:
    """End a rule after a last day, from today on; give the id of its last version.

    What was to follow it never begins. Raises Refusal: NOT_FOUND, NOT_ALLOWED, ILLEGAL_MOVE in a
    closed programme, TOO_LATE for a rule that is over, INVALID.
    """

    async def act(connection: Connection) -> int:
        await hold_programme(connection, programme_id, actor_id, Action.POINTS_RULE)
        today = await ledger.today(connection)
        row = await connection.fetchrow(_HOLDING, programme_id, code)
        if row is None:
            raise Refusal(Code.NOT_FOUND, "未找到该评分细则", "code")
        rule = rule_from_row(row)
        first = max(rule.valid_from, today)
        if rule.valid_to is not None and rule.valid_to < today:
            raise Refusal(Code.TOO_LATE, "该评分细则已失效", "code")
        if last_on < first or (rule.valid_to is not None and last_on > rule.valid_to):
            raise Refusal(Code.INVALID, "最后一天须在今天与原失效日期之间", "lastOn")
        return await write_rule(
            connection,
            programme_id,
            code,
            rule.terms,
            valid_from=first,
            valid_to=last_on,
            actor_id=actor_id,
        )

    asked = {"programmeId": programme_id, "code": code, "lastOn": last_on}
    return await once(act, person_id=actor_id, operation="pointsRuleEnd", key=key, asked=asked)


async def rule_version(rule_id: int) -> Rule:
    """Give a version of a rule that there is."""
    row = await db.fetch_one(_BY_ID, rule_id)
    assert row, "a version that was written is there"
    return rule_from_row(row)


async def hold_programme(
    connection: Connection, programme_id: int, actor_id: int, action: Action
) -> None:
    """Lock an open programme for who may do this to it.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED, ILLEGAL_MOVE for one that is closed.
    """
    row = await connection.fetchrow(_HOLD, programme_id)
    if row is None:
        raise Refusal(Code.NOT_FOUND, "未找到该积分项目", "programmeId")
    rights = await access.rights(connection, actor_id)
    access.check(rights, action, Thing(area_code=row["owner_area_code"]), path="programmeId")
    if row["closed_at"] is not None:
        raise Refusal(Code.ILLEGAL_MOVE, "该积分项目已关闭", "programmeId")


async def write_rule(  # noqa: PLR0913 - the sides of a version
    connection: Connection,
    programme_id: int,
    code: str,
    terms: Terms,
    *,
    valid_from: date,
    valid_to: date | None,
    actor_id: int | None,
) -> int:
    """Write the next version of a rule into a programme that is held, with its event."""
    row = await connection.fetchrow(
        _WRITE,
        programme_id,
        code,
        naming.line(terms.name, "name"),
        terms.source,
        terms.points_least,
        terms.points_most,
        terms.beneficiary,
        terms.needs_evidence,
        terms.reviewer_role,
        terms.day_cap,
        terms.month_cap,
        terms.year_cap,
        terms.cooldown_days,
        valid_from,
        valid_to,
    )
    assert row, "what was written has an id"
    facts = {"rule": code, "version": row["version"]}
    await tell(connection, programme_id, "RULE_CHANGED", actor_id=actor_id, facts=facts)
    return int(row["id"])


async def tell(
    connection: Connection,
    programme_id: int,
    kind: str,
    *,
    actor_id: int | None,
    facts: dict[str, object],
) -> None:
    """Record what happened to a programme that is held; its version grows."""
    row = await connection.fetchrow(_GROW, programme_id)
    assert row, "a programme that is held is there"
    await event.record(
        connection,
        topic=Topic.PROGRAMME,
        thing_id=programme_id,
        area_code=row["owner_area_code"],
        version=row["version"],
        kind=kind,
        actor_id=actor_id,
        facts=facts,
    )


_HOLD = """
SELECT owner_area_code, closed_at, budget_cents FROM programme WHERE id = $1
FOR NO KEY UPDATE
"""
_GROW = """
UPDATE programme SET version = version + 1 WHERE id = $1 RETURNING version, owner_area_code
"""
_HOLDING = f"""
SELECT {RULE_COLUMNS} FROM rule WHERE programme_id = $1 AND code = $2
ORDER BY valid_from <= {db.TODAY} DESC, version DESC LIMIT 1
"""  # noqa: S608 - constants
_BY_ID = f"SELECT {RULE_COLUMNS} FROM rule WHERE id = $1"  # noqa: S608 - constants
_WRITE = """
INSERT INTO rule (programme_id, code, version, name, source, points_least, points_most,
    beneficiary, needs_evidence, reviewer_role, day_cap, month_cap, year_cap, cooldown_days,
    valid_from, valid_to)
VALUES ($1, $2, (
    SELECT 1 + coalesce(max(version), 0) FROM rule
    WHERE programme_id = $1::bigint AND code = $2::varchar
), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
RETURNING id, version
"""
