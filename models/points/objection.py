"""Objections to a board, as whoever made them and those in charge see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import access, db, page
from models.access import Action
from models.page import Page


@dataclass(frozen=True, slots=True)
class Objection:
    """What somebody says against their line, and what they were answered."""

    id: int
    person_name: str
    text: str
    answer: str | None
    at: datetime


async def objections(
    board_id: int, *, viewer_id: int, first: int, after: str | None
) -> Page[Objection]:
    """Give a page of a board's objections, the oldest first; raises Invalid.

    Those in charge see all of them, everybody else their own.
    """
    asked = page.digest("objections", board_id, viewer_id)
    last = page.key_after(after, asked, int)[0] if after else 0
    held = await access.rights_of(viewer_id)
    areas = list(held.areas(Action.POINTS_PUBLISH))
    rows = await db.fetch(_OBJECTIONS, board_id, viewer_id, areas, last, page.size(first) + 1)
    found = [_made(row) for row in rows] if held.person_id else []
    return page.cut(found, first, asked, lambda one: (one.id,))


def _made(row: Any) -> Objection:  # noqa: ANN401 - _OBJECTIONS
    return Objection(row["id"], row["name"], row["text"], row["answer"], row["at"])


_OBJECTIONS = """
SELECT objection.id, person.name, said.body #>> '{}' AS text, answered.body #>> '{}' AS answer,
    objection.at
FROM objection JOIN person ON person.id = objection.person_id
JOIN board ON board.id = objection.board_id
JOIN programme ON programme.id = board.programme_id
JOIN content AS said ON said.id = objection.content_id
LEFT JOIN content AS answered ON answered.id = objection.answer_id
WHERE board_id = $1 AND objection.id > $4 AND (objection.person_id = $2 OR EXISTS (
    SELECT FROM unnest($3::text[]) AS reached (code)
    WHERE owner_area_code >= reached.code COLLATE "C"
        AND owner_area_code < reached.code || ':' COLLATE "C"
))
ORDER BY objection.id LIMIT $5
"""
