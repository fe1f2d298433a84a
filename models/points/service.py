"""Hours of voluntary service: put down by who served, confirmed and rewarded by somebody else."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from models import access, db, page, text
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.page import Page
from models.points import ledger
from models.points.award import by_rule, check_is_other, check_reviewer, rule_for, subject_of
from models.points.rule import Rule, check_validity
from models.points.words import ServiceState, Source

MINUTES_MOST = 16 * 60
MINUTES_PER_HOUR = 60
PAST_DAYS_MOST = 31
WORDS_LENGTH_MOST = 200


@dataclass(frozen=True, slots=True)
class Service:
    """Hours of service, as who served and who may confirm them see it."""

    id: int
    person_name: str
    rule_code: str
    served_on: date
    minutes: int
    what: str
    state: ServiceState


def worth(rule: Rule, minutes: int) -> int:
    """Give the points for so much service: the least of the rule for each whole hour, capped."""
    return min(rule.points_most, rule.points_least * (minutes // MINUTES_PER_HOUR))


async def record(  # noqa: PLR0913 - what a service is made of
    *, actor_id: int, rule_code: str, served_on: date, minutes: int, what: str, key: str
) -> int:
    """Put down one's service by a rule for hours; give its id.

    Raises Refusal: NOT_FOUND without a home or rule, INVALID, TOO_LATE for what is long past.
    """

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        access.check(rights, Action.POINTS_SERVE, Thing(owner_id=actor_id))
        subject = await subject_of(connection, actor_id)
        if subject is None:
            raise Refusal(Code.NOT_FOUND, "请先登记并确认居住地")
        rule = await rule_for(connection, actor_id, rule_code)
        today = await ledger.today(connection)
        _check(rule, served_on, minutes, today=today)
        clean = text.line(what, name="服务内容", field="what", most=WORDS_LENGTH_MOST)
        service_id: int = await connection.fetchval(
            _RECORD, actor_id, subject.area_code, rule_code, served_on, minutes, clean
        )
        return service_id

    asked = {"ruleCode": rule_code, "servedOn": served_on, "minutes": minutes, "what": what}
    return await once(
        act, person_id=actor_id, operation="pointsServiceRecord", key=key, asked=asked
    )


async def decide(*, actor_id: int, service_id: int, confirms: bool, key: str) -> int:
    """Confirm service and reward it, or refuse it; give its id.

    Raises Refusal: NOT_FOUND out of one's area, NOT_ALLOWED for one's own and one's household's,
    ILLEGAL_MOVE for what was decided before, LIMIT_REACHED at a cap of the rule.
    """

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_LOCK, service_id)
        if row is None or not rights.may(Action.POINTS_CONFIRM, Thing(area_code=row["area_code"])):
            raise Refusal(Code.NOT_FOUND, "未找到该服务记录", "serviceId")
        subject = await subject_of(connection, row["person_id"])
        # Who has moved on earns by the rules of where they live now, from those in charge there.
        if subject is None or not rights.may(
            Action.POINTS_CONFIRM, Thing(area_code=subject.area_code)
        ):
            raise Refusal(Code.NOT_FOUND, "未找到该服务记录", "serviceId")
        check_is_other(rights, subject)
        if row["state"] != ServiceState.SUBMITTED:
            raise Refusal(Code.ILLEGAL_MOVE, "该服务记录已处理", "serviceId")
        transaction_id = None
        if confirms:
            rule = await rule_for(connection, row["person_id"], row["rule_code"])
            check_reviewer(rights, rule)
            transaction_id = await by_rule(
                connection,
                subject,
                rule,
                points=worth(rule, row["minutes"]),
                actor_id=actor_id,
                source=Source.HOURS,
                source_id=service_id,
            )
        state = ServiceState.CONFIRMED if confirms else ServiceState.REFUSED
        await connection.execute(_DECIDE, service_id, state, actor_id, transaction_id)
        return service_id

    operation = "pointsServiceConfirm" if confirms else "pointsServiceRefuse"
    asked = {"serviceId": service_id}
    return await once(act, person_id=actor_id, operation=operation, key=key, asked=asked)


async def services(*, viewer_id: int, first: int, after: str | None) -> Page[Service]:
    """Give a page of one's service and of that which one may confirm, the newest first.

    Raises Invalid.
    """
    asked = page.digest("services", viewer_id)
    last = page.key_after(after, asked, int)[0] if after else 2**63 - 1
    held = await access.rights_of(viewer_id)
    areas = list(held.areas(Action.POINTS_CONFIRM))
    rows = await db.fetch(_SERVICES, viewer_id, areas, last, page.size(first) + 1)
    return page.cut(list(map(_made, rows)), first, asked, lambda one: (one.id,))


def _check(rule: Rule, served_on: date, minutes: int, *, today: date) -> None:
    if rule.source is not Source.HOURS:
        raise Refusal(Code.INVALID, "该细则不按服务时长计分", "ruleCode")
    check_validity(rule, today)
    if not MINUTES_PER_HOUR <= minutes <= MINUTES_MOST:
        raise Refusal(Code.INVALID, "服务时长须在 1 到 16 小时之间", "minutes")
    if served_on > today:
        raise Refusal(Code.INVALID, "服务日期不能晚于今天", "servedOn")
    if (today - served_on).days > PAST_DAYS_MOST:
        raise Refusal(Code.TOO_LATE, f"只能登记 {PAST_DAYS_MOST} 天内的服务", "servedOn")


def _made(row: Any) -> Service:  # noqa: ANN401 - _SERVICES
    return Service(**{**row, "state": ServiceState(row["state"])})


_RECORD = """
WITH written AS (INSERT INTO content (body) VALUES (to_jsonb($6::text)) RETURNING id)
INSERT INTO service (person_id, area_code, rule_code, served_on, minutes, content_id, state)
SELECT $1, $2, $3, $4, $5, id, 'SUBMITTED' FROM written RETURNING id
"""
_LOCK = """
SELECT person_id, area_code, rule_code, minutes, state FROM service WHERE id = $1 FOR UPDATE
"""
_DECIDE = """
UPDATE service SET state = $2, decided_by_id = $3, transaction_id = $4 WHERE id = $1
"""
_SERVICES = """
SELECT service.id, person.name AS person_name, rule_code, served_on, minutes,
    content.body #>> '{}' AS what, state
FROM service JOIN person ON person.id = service.person_id
JOIN content ON content.id = service.content_id
WHERE service.id < $3 AND (service.person_id = $1 OR EXISTS (
    SELECT FROM unnest($2::text[]) AS reached (code)
    WHERE area_code >= reached.code COLLATE "C" AND area_code < reached.code || ':' COLLATE "C"
))
ORDER BY service.id DESC LIMIT $4
"""
