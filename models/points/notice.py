"""Public notice of a board: published, objected to, answered."""

from typing import Any

from models import access, text
from models.access import Action, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.points.words import BoardState

NOTICE_DAYS = 5
OBJECTION_LENGTH_MOST = 500


async def publish(*, actor_id: int, board_id: int, key: str) -> int:
    """Put a frozen board on public notice for NOTICE_DAYS; give its id.

    Raises Refusal: NOT_FOUND, ILLEGAL_MOVE.
    """

    async def act(connection: Connection) -> int:
        row = await _in_charge(connection, actor_id, board_id)
        if row is None:
            raise Refusal(Code.NOT_FOUND, "未找到该月榜", "boardId")
        if row["state"] != BoardState.FROZEN:
            raise Refusal(Code.ILLEGAL_MOVE, "该月榜已公示", "boardId")
        await connection.execute(_PUBLISH, board_id, NOTICE_DAYS)
        return board_id

    asked = {"boardId": board_id}
    return await once(
        act, person_id=actor_id, operation="pointsBoardPublish", key=key, asked=asked
    )


async def object_to(*, actor_id: int, board_id: int, said: str, key: str) -> int:
    """Object to one's line during the notice; give the objection's id.

    Raises Refusal: NOT_FOUND without a line, ILLEGAL_MOVE before and TOO_LATE after the notice,
    ALREADY_USED the second time, INVALID.
    """

    async def act(connection: Connection) -> int:
        clean = text.lines(said, name="异议内容", field="text", most=OBJECTION_LENGTH_MOST)
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_TO_OBJECT, board_id, actor_id)
        if row is None or not rights.may(Action.POINTS_OBJECT, Thing(owner_id=actor_id)):
            raise Refusal(Code.NOT_FOUND, "未找到您的榜单记录", "boardId")
        if row["state"] == BoardState.FROZEN:
            raise Refusal(Code.ILLEGAL_MOVE, "该月榜尚未公示", "boardId")
        if row["state"] == BoardState.FINAL or row["is_over"]:
            raise Refusal(Code.TOO_LATE, "异议期已过", "boardId")
        if row["has_objected"]:
            raise Refusal(Code.ALREADY_USED, "您已提出过异议", "boardId")
        objection_id: int | None = await connection.fetchval(_OBJECT, board_id, actor_id, clean)
        if objection_id is None:
            raise Refusal(Code.ALREADY_USED, "您已提出过异议", "boardId")
        return objection_id

    asked = {"boardId": board_id, "text": said}
    return await once(act, person_id=actor_id, operation="pointsObject", key=key, asked=asked)


async def answer(*, actor_id: int, objection_id: int, said: str, key: str) -> int:
    """Answer an objection; give the board's id. Raises Refusal: NOT_FOUND, ALREADY_USED, INVALID.

    What was wrong is set right by a reversal and a new award, in the present month.
    """

    async def act(connection: Connection) -> int:
        clean = text.lines(said, name="答复", field="text", most=OBJECTION_LENGTH_MOST)
        row = await connection.fetchrow(_OBJECTION, objection_id)
        if row is None or await _in_charge(connection, actor_id, row["board_id"]) is None:
            raise Refusal(Code.NOT_FOUND, "未找到该异议", "objectionId")
        if row["person_id"] == actor_id:
            raise Refusal(Code.NOT_ALLOWED, "不能答复本人的异议", "objectionId")
        if row["answer_id"] is not None:
            raise Refusal(Code.ALREADY_USED, "该异议已答复", "objectionId")
        await connection.execute(_ANSWER, objection_id, actor_id, clean)
        return int(row["board_id"])

    asked = {"objectionId": objection_id, "text": said}
    return await once(
        act, person_id=actor_id, operation="pointsObjectionAnswer", key=key, asked=asked
    )


async def _in_charge(connection: Connection, actor_id: int, board_id: int) -> Any:  # noqa: ANN401
    """Lock a board; None for who is not in charge of it."""
    rights = await access.rights(connection, actor_id)
    row = await connection.fetchrow(_LOCK, board_id)
    thing = Thing(area_code=row["owner_area_code"] if row else None)
    return row if row and rights.may(Action.POINTS_PUBLISH, thing) else None


_LOCK = """
SELECT board.state, programme.owner_area_code FROM board
JOIN programme ON programme.id = board.programme_id WHERE board.id = $1 FOR UPDATE OF board
"""
_PUBLISH = """
UPDATE board SET state = 'PUBLISHED', objections_until = now() + make_interval(days => $2),
    version = version + 1
WHERE id = $1
"""
_TO_OBJECT = """
SELECT board.state, objections_until <= now() AS is_over, EXISTS (
        SELECT FROM objection WHERE board_id = board.id AND objection.person_id = $2
    ) AS has_objected
FROM board JOIN board_line ON board_line.board_id = board.id
JOIN account ON account.id = board_line.account_id AND account.person_id = $2
WHERE board.id = $1 FOR SHARE OF board
"""
_OBJECT = """
WITH written AS (INSERT INTO content (body) VALUES (to_jsonb($3::text)) RETURNING id)
INSERT INTO objection (board_id, person_id, content_id) SELECT $1, $2, id FROM written
ON CONFLICT (board_id, person_id) DO NOTHING RETURNING id
"""
_OBJECTION = "SELECT board_id, person_id, answer_id FROM objection WHERE id = $1 FOR UPDATE"
_ANSWER = """
WITH written AS (INSERT INTO content (body) VALUES (to_jsonb($3::text)) RETURNING id)
UPDATE objection SET answer_id = written.id, answered_by_id = $2 FROM written
WHERE objection.id = $1
"""
