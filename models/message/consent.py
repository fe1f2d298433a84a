"""Who takes which message: each consent that somebody gives on the phone is good for one."""

from collections.abc import Sequence
from typing import NamedTuple

from models import access, db
from models.access import Action, Thing
from models.catalogue.registry import current
from models.db import Connection
from models.errors import Code, Refusal
from models.message.template import TEMPLATES, template_called
from models.once import once

GIVEN_MOST = 5
UNUSED_MOST = 50
"""Of one template: WeChat counts them, too, and nobody needs more."""
PATH = "templates"


class Consent(NamedTuple):
    """A template, and how many messages of it somebody still takes."""

    code: str
    wechat_id: str
    unused_count: int


async def give(codes: Sequence[str], *, person_id: int, key: str) -> None:
    """Write that a person takes one message more of each of these templates, once a key.

    Raises Refusal INVALID for a template that there is not, LIMIT_REACHED, and KEY_REUSED.
    """
    if not 1 <= len(codes) <= GIVEN_MOST or len(set(codes)) < len(codes):
        raise Refusal(Code.INVALID, f"一次须为 1 到 {GIVEN_MOST} 个不同的模板", PATH)
    for code in codes:
        if template_called(code) is None:
            raise Refusal(Code.INVALID, "没有这个消息模板", PATH)

    async def act(connection: Connection) -> int:
        held = await access.rights(connection, person_id)
        access.check(held, Action.MESSAGE_CONSENT, Thing(owner_id=person_id))
        await connection.execute(_LOCK_PERSON, person_id)
        if await connection.fetchval(_UNUSED_AFTER, person_id, list(codes)) > UNUSED_MOST:
            raise Refusal(Code.LIMIT_REACHED, "订阅次数已达上限")
        await connection.execute(_GIVE, person_id, list(codes))
        return person_id

    asked = {"templates": sorted(codes)}
    await once(act, person_id=person_id, operation="message consent", key=key, asked=asked)


async def consents(person_id: int) -> list[Consent]:
    """Give every template of today with what a person still takes of it."""
    templates = current(TEMPLATES).entries
    if not templates:
        return []
    rows = await db.fetch(_UNUSED, person_id)
    unused = {row["template"]: row["count"] for row in rows}
    return [Consent(one.code, one.wechat_id, unused.get(one.code, 0)) for one in templates]


_LOCK_PERSON = "SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE"
_UNUSED_AFTER = """
SELECT coalesce(max(count), 0) FROM (
    SELECT count(*) + 1 AS count FROM message_consent
    WHERE person_id = $1 AND template = ANY($2) AND used_at IS NULL GROUP BY template
) AS held
"""
_GIVE = """
INSERT INTO message_consent (person_id, template) SELECT $1, given FROM unnest($2::text[]) AS given
"""
_UNUSED = """
SELECT template, count(*) FROM message_consent
WHERE person_id = $1 AND used_at IS NULL GROUP BY template
"""
