"""Whom a move of a ticket is told, in the transaction of the move."""

from models import notification
from models.db import TODAY, Connection
from models.event import Topic
from models.ticket import reporter
from models.ticket.case import Case
from models.ticket.words import Move, Party, State

UNIT_TOLD_MOST = 20

REPORTERS_HEAR = {
    Move.ACCEPT: "您上报的工单{number}已受理",
    Move.REJECT: "您上报的工单{number}未予受理",
    Move.MERGE: "您上报的工单{number}已并案处理",
    Move.SETTLE: "您上报的工单{number}已现场办结",
    Move.START: "您上报的工单{number}已开始办理",
    Move.SUSPEND: "您上报的工单{number}已挂账，暂缓办理",
    Move.RESUME: "您上报的工单{number}已恢复办理",
    Move.RESOLVE: "您上报的工单{number}已办结，等待核查",
    Move.VERIFY: "您上报的工单{number}已核查通过，请评价",
    Move.REWORK: "您上报的工单{number}核查未通过，继续办理",
    Move.REOPEN: "您上报的工单{number}已重新办理",
    Move.COMMENT: "您上报的工单{number}有新留言",
}
"""What those who reported are told, those who stay anonymous too."""
HANDLERS_HEAR = {
    Move.ACCEPT: "新工单{number}待签收",
    Move.ARBITRATE: "工单{number}经裁决由您单位办理",
    Move.RECALL: "工单{number}的派单已撤回",
    Move.GRANT_EXTENSION: "工单{number}的延期申请已同意",
    Move.DENY_EXTENSION: "工单{number}的延期申请未同意",
    Move.REWORK: "工单{number}核查未通过，请继续办理",
    Move.REOPEN: "工单{number}重新办理，请签收",
    Move.URGE: "工单{number}被催办",
    Move.ASSIGN: "工单{number}已指派给您",
}
"""What those who handle a ticket are told: whom it was given to, else the unit's staff."""
_CLOSED = "您上报的工单{number}已结案"
_ANSWERED = "工单{number}的上报人有新留言"


async def tell(  # noqa: PLR0913 - a change has that many sides, each named by the caller
    connection: Connection,
    move: Move,
    case: Case,
    party: Party,
    *,
    mover_id: int,
    is_internal: bool,
) -> None:
    """Tell everybody whom a move concerns, but not who made it."""
    for title, people in (
        (_for_reporters(move, case, party, is_internal=is_internal), _reporters),
        (_for_handlers(move, party), _handlers),
    ):
        if title is None:
            continue
        number = await connection.fetchval("SELECT number FROM ticket WHERE id = $1", case.id)
        told = await people(connection, case)
        await notification.tell(
            connection,
            [person_id for person_id in told if person_id != mover_id],
            title=title.format(number=number),
            topic=Topic.TICKET,
            thing_id=case.id,
            area_code=case.area_code,
        )


def _for_reporters(move: Move, case: Case, party: Party, *, is_internal: bool) -> str | None:
    if move is Move.COMMENT:
        return REPORTERS_HEAR[move] if party is Party.STAFF and not is_internal else None
    return _CLOSED if case.state is State.CLOSED else REPORTERS_HEAR.get(move)


def _for_handlers(move: Move, party: Party) -> str | None:
    if move is Move.COMMENT:
        return _ANSWERED if party is Party.REPORTER else None
    return HANDLERS_HEAR.get(move)


async def _reporters(connection: Connection, case: Case) -> list[int]:
    return list(await reporter.reporters(connection, case.id))


async def _handlers(connection: Connection, case: Case) -> list[int]:
    if case.assignee_id is not None:
        return [case.assignee_id]
    if case.unit is None:
        return []
    rows = await connection.fetch(_STAFF, case.unit.id, UNIT_TOLD_MOST)
    return [row["person_id"] for row in rows]


# The same people as models/ticket/case.py takes for the staff of a unit.
_STAFF = f"""
SELECT DISTINCT person_id FROM appointment JOIN unit ON unit.id = $1
WHERE (
    appointment.unit_id = unit.id
    OR (unit.kind, role) IN (('TOWN', 'TOWN_OFFICER'), ('VILLAGE', 'VILLAGE_CADRE'))
        AND appointment.area_code = unit.area_code
) AND started_on <= {TODAY} AND (ended_on IS NULL OR ended_on >= {TODAY})
ORDER BY person_id LIMIT $2
"""  # noqa: S608 - constants
