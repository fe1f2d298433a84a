"""Inspection: an inspector's sheet is submitted, reviewed by somebody else, and posted as one.

Nobody inspects or reviews themself or their household, and nobody reviews their own sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from models import access, db, file, page, text
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.page import Page
from models.points import ledger
from models.points.award import (
    NOTE_LENGTH_MOST,
    Subject,
    by_rule,
    check_is_other,
    check_reviewer,
    rule_for,
    subject_of,
)
from models.points.rule import check_points, check_validity
from models.points.words import InspectionState, Source

ITEMS_MOST = 200
PHOTOS_MOST = 9
PLACE_LENGTH_MOST = 64


class Item(NamedTuple):
    """What was seen of a household, by one of its people; `photo_ids` are keys of files."""

    person_id: int
    rule_code: str
    points: int
    note: str | None
    photo_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An inspector's sheet with its items, as those in charge see it."""

    id: int
    area_code: str
    month: str
    natural_village: str
    inspector_name: str
    state: InspectionState
    submitted_at: datetime
    items: tuple[Item, ...]


async def submit(
    *, actor_id: int, area_code: str, natural_village: str, items: Sequence[Item], key: str
) -> int:
    """Submit a sheet of a village for the present month; give its id.

    Raises Refusal: NOT_FOUND for an area or person out of reach, NOT_ALLOWED for oneself and
    one's household, INVALID, and what a rule does not allow.
    """

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        programme_id = await connection.fetchval(_PROGRAMME, area_code)
        if programme_id is None or not rights.may(
            Action.POINTS_INSPECT, Thing(area_code=area_code)
        ):
            raise Refusal(Code.NOT_FOUND, "未找到该村（社区）", "areaCode")
        if not 1 <= len(items) <= ITEMS_MOST:
            raise Refusal(Code.INVALID, f"每张表须有 1 到 {ITEMS_MOST} 项", "items")
        place = text.line(
            natural_village, name="自然村", field="naturalVillage", most=PLACE_LENGTH_MOST
        )
        for item in items:
            await _check(connection, rights, item, area_code=area_code)
        photos = [photo for item in items for photo in item.photo_ids]
        if len(set(photos)) < len(photos):
            raise Refusal(Code.INVALID, "同一张照片只能使用一次", "items")
        if photos:
            await file.claim_photos(
                connection, photos, person_id=actor_id, path="items", is_public=False
            )
        month = (await ledger.today(connection)).strftime("%Y-%m")
        sheet_id: int = await connection.fetchval(
            _SUBMIT, programme_id, area_code, month, place, actor_id, _written(items)
        )
        return sheet_id

    asked = {"areaCode": area_code, "naturalVillage": natural_village, "items": list(items)}
    return await once(act, person_id=actor_id, operation="pointsInspect", key=key, asked=asked)


async def review(*, actor_id: int, sheet_id: int, accepts: bool, key: str) -> int:
    """Post all items of a sheet in one transaction, or return it; give its id.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED for one's own sheet or household, ILLEGAL_MOVE for one
    that was reviewed, and whatever refuses one of its items: then none is posted.
    """

    async def act(connection: Connection) -> int:
        rights = await access.rights(connection, actor_id)
        row = await connection.fetchrow(_LOCK, sheet_id)
        if row is None or not rights.may(Action.POINTS_REVIEW, Thing(area_code=row["area_code"])):
            raise Refusal(Code.NOT_FOUND, "未找到该检查表", "inspectionId")
        if row["inspector_id"] == actor_id:
            raise Refusal(Code.NOT_ALLOWED, "不能审核本人的检查表", "inspectionId")
        if row["state"] != InspectionState.SUBMITTED:
            raise Refusal(Code.ILLEGAL_MOVE, "该检查表已审核", "inspectionId")
        if accepts:
            await _post(connection, rights, row)
        state = InspectionState.POSTED if accepts else InspectionState.RETURNED
        await connection.execute(_REVIEWED, sheet_id, state, actor_id)
        return sheet_id

    asked = {"inspectionId": sheet_id, "accepts": accepts}
    return await once(
        act, person_id=actor_id, operation="pointsInspectionReview", key=key, asked=asked
    )


async def sheets(*, viewer_id: int, first: int, after: str | None) -> Page[Sheet]:
    """Give a page of the sheets of areas where the viewer inspects or reviews, newest first.

    Raises Invalid.
    """
    asked = page.digest("sheets", viewer_id)
    last = page.key_after(after, asked, int)[0] if after else 2**63 - 1
    held = await access.rights_of(viewer_id)
    areas = list(held.areas(Action.POINTS_REVIEW))
    rows = await db.fetch(_SHEETS, viewer_id, areas, last, page.size(first) + 1)
    return page.cut(list(map(_sheet, rows)), first, asked, lambda one: (one.id,))


async def _check(connection: Connection, rights: Rights, item: Item, *, area_code: str) -> Subject:
    subject = await subject_of(connection, item.person_id)
    if subject is None or not subject.area_code.startswith(area_code):
        raise Refusal(Code.NOT_FOUND, "未找到该人员", "items")
    check_is_other(rights, subject)
    if len(item.photo_ids) > PHOTOS_MOST:
        raise Refusal(Code.INVALID, f"每项最多 {PHOTOS_MOST} 张照片", "items")
    rule = await rule_for(connection, item.person_id, item.rule_code)
    check_points(rule, item.points)
    check_validity(rule, await ledger.today(connection))
    said = text.optional_line(item.note, name="事由", field="items", most=NOTE_LENGTH_MOST)
    if rule.needs_evidence and not (item.photo_ids or said):
        raise Refusal(Code.INVALID, "该细则须有照片或事由作为佐证", "items")
    return subject


async def _post(
    connection: Connection,
    rights: Rights,
    sheet: Any,  # noqa: ANN401 - _LOCK
) -> None:
    """Award every item; households are locked first, then accounts, each in their order."""
    rows = await connection.fetch(_ITEMS, sheet["id"])
    programme_id = sheet["programme_id"]
    await ledger.lock_people(connection, [(programme_id, row["person_id"]) for row in rows])
    for row in rows:
        subject = await subject_of(connection, row["person_id"])
        if subject is None or not subject.area_code.startswith(sheet["area_code"]):
            raise Refusal(Code.NOT_FOUND, "表中有人员已不在本村", "inspectionId")
        check_is_other(rights, subject)
        rule = await rule_for(connection, subject.person_id, row["rule_code"])
        if rule.programme_id != sheet["programme_id"]:
            raise Refusal(Code.NOT_FOUND, "表中有细则不属于本村的积分项目", "inspectionId")
        check_reviewer(rights, rule)
        await by_rule(
            connection,
            subject,
            rule,
            points=row["points"],
            actor_id=rights.person_id,
            content={"note": row["note"]} if row["note"] else None,
            source=Source.INSPECTION,
            source_id=row["id"],
        )


def _written(items: Sequence[Item]) -> str:
    """Write items as JSON, their notes cleaned."""
    return orjson.dumps(
        [
            {
                "person_id": item.person_id,
                "rule_code": item.rule_code,
                "points": item.points,
                "photo_ids": list(item.photo_ids),
                "note": text.optional_line(
                    item.note, name="事由", field="items", most=NOTE_LENGTH_MOST
                ),
            }
            for item in items
        ]
    ).decode()


def _sheet(row: Any) -> Sheet:  # noqa: ANN401 - _SHEETS
    items = tuple(
        Item(person, code, points, note, tuple(photos))
        for person, code, points, note, photos in orjson.loads(row["items"])
    )
    return Sheet(
        row["id"],
        row["area_code"],
        row["month"],
        row["natural_village"],
        row["inspector_name"],
        InspectionState(row["state"]),
        row["submitted_at"],
        items,
    )


_PROGRAMME = """
SELECT programme_id FROM programme_area
JOIN area ON area.code = programme_area.area_code WHERE area_code = $1
"""
_SUBMIT = """
WITH sheet AS (
    INSERT INTO inspection (programme_id, area_code, month, natural_village, inspector_id, state)
    VALUES ($1, $2, $3, $4, $5, 'SUBMITTED') RETURNING id
), given AS MATERIALIZED (
    SELECT item.*, CASE WHEN note IS NOT NULL
        THEN nextval(pg_get_serial_sequence('content', 'id')) END AS content_id
    FROM jsonb_to_recordset($6::jsonb) AS item
        (person_id bigint, rule_code text, points int, photo_ids bigint[], note text)
), noted AS (
    INSERT INTO content (id, body)
    SELECT content_id, to_jsonb(note) FROM given WHERE content_id IS NOT NULL RETURNING id
), items AS (
    INSERT INTO inspection_item (inspection_id, person_id, rule_code, points, content_id,
        photo_ids)
    SELECT sheet.id, person_id, rule_code, points, noted.id, coalesce(photo_ids, '{}')
    FROM sheet, given LEFT JOIN noted ON noted.id = given.content_id
)
SELECT id FROM sheet
"""
_LOCK = """
SELECT id, programme_id, area_code, inspector_id, state FROM inspection WHERE id = $1 FOR UPDATE
"""
_ITEMS = """
SELECT inspection_item.id, person_id, rule_code, points, content.body #>> '{}' AS note
FROM inspection_item LEFT JOIN content ON content.id = content_id
WHERE inspection_id = $1 ORDER BY inspection_item.id
"""
_REVIEWED = """
UPDATE inspection SET state = $2, reviewer_id = $3, reviewed_at = now() WHERE id = $1
"""
_SHEETS = """
SELECT inspection.id, area_code, month, natural_village, person.name AS inspector_name, state,
    submitted_at, (
        SELECT json_agg(json_build_array(item.person_id, rule_code, points, content.body #>> '{}',
            photo_ids) ORDER BY item.id)::text
        FROM inspection_item AS item LEFT JOIN content ON content.id = item.content_id
        WHERE inspection_id = inspection.id
    ) AS items
FROM inspection JOIN person ON person.id = inspector_id
WHERE inspection.id < $3 AND (inspector_id = $1 OR EXISTS (
    SELECT FROM unnest($2::text[]) AS reached (code)
    WHERE area_code >= reached.code COLLATE "C" AND area_code < reached.code || ':' COLLATE "C"
))
ORDER BY inspection.id DESC LIMIT $4
"""
