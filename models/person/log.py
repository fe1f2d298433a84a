"""The log of who read what is protected, for auditors."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
import orjson

from models import access, db, page
from models.access import Action
from models.page import Page
from models.person import protected
from models.person.record import Person
from models.person.reveal import Protected


@dataclass(frozen=True, slots=True)
class Access:
    """That somebody, with the whole name, read something of a person, whose name is masked.

    `reason` is None once it was redacted.
    """

    id: int
    reader: Person
    person: Person
    fields: tuple[Protected, ...]
    reason: str | None
    at: datetime


async def accesses(
    viewer_id: int | None,
    *,
    person_id: int | None,
    reader_id: int | None,
    first: int,
    after: str | None,
) -> Page[Access]:
    """Give the log, newest first, of a person or a reader or all; raises Invalid.

    It is empty for those who may not read it.
    """
    query = page.digest("accesses", person_id, reader_id)
    before = page.key_after(after, query, int)[0] if after else None
    size = page.size(first) + 1
    chosen = [key for key in (person_id, reader_id) if key is not None]
    sql = _LOGS[person_id is not None, reader_id is not None]
    rows = await db.fetch(sql, viewer_id, before, size, *chosen)
    found = [_access(row) for row in rows if access.read(row["rights"]).may(Action.ACCESS_READ)]
    return page.cut(found, first, query, lambda one: (one.id,))


def _access(row: asyncpg.Record) -> Access:
    body = orjson.loads(row["body"]) if row["body"] else None
    return Access(
        id=row["id"],
        reader=Person(row["reader_id"], row["reader_name"]),
        person=Person(row["person_id"], protected.masked_name(row["person_name"])),
        fields=tuple(map(Protected, row["columns"].split(","))),
        reason=body["reason"] if body else None,
        at=row["at"],
    )


_LOG = f"""
SELECT access.id, access.reader_id, access.person_id, access.columns, access.at, content.body,
    reader.name AS reader_name, person.name AS person_name, {access.rights_sql("$1")} AS rights
FROM access JOIN content ON content.id = access.content_id
JOIN person AS reader ON reader.id = access.reader_id JOIN person ON person.id = access.person_id
WHERE ($2::bigint IS NULL OR access.id < $2)"""  # noqa: S608 - constants
_PAGE = " ORDER BY access.id DESC LIMIT $3"
_ALL = f"{_LOG}{_PAGE}"
_OF_PERSON = f"{_LOG} AND access.person_id = $4{_PAGE}"
_OF_READER = f"{_LOG} AND access.reader_id = $4{_PAGE}"
_OF_BOTH = f"{_LOG} AND access.person_id = $4 AND access.reader_id = $5{_PAGE}"
_LOGS = {
    (False, False): _ALL,
    (True, False): _OF_PERSON,
    (False, True): _OF_READER,
    (True, True): _OF_BOTH,
}
"""By whether a person is chosen, and whether a reader is."""
