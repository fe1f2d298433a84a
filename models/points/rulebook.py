"""The rules of a programme as a file: written, changed, read again; what differs is a new version.

A file is that of a catalogue (models/catalogue/text.py) with one edition, whose first day is that
of the new versions. A rule that it leaves out ends on the day before, or today.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from models import db
from models.catalogue import Catalogue, Change, Draft, Edition, Stale
from models.catalogue.difference import difference
from models.db import Connection
from models.errors import Refusal
from models.points import ledger
from models.points.award import RULE_COLUMNS, rule_from_row
from models.points.rule import Rule, Terms, check_terms
from models.points.ruling import write_rule
from models.points.words import Beneficiary, Source
from models.role import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file says of a rule: its code and its terms."""

    code: str
    name: str
    source: Source
    points_least: int
    points_most: int
    beneficiary: Beneficiary = Beneficiary.PERSON
    needs_evidence: bool = False
    reviewer_role: Role | None = None
    day_cap: int | None = None
    month_cap: int | None = None
    year_cap: int | None = None
    cooldown_days: int = 0

    def __post_init__(self) -> None:
        """Refuse what no rule can say."""
        try:
            check_terms(self.code, self.terms)
        except Refusal as refusal:
            raise ValueError(refusal.message) from None

    @property
    def terms(self) -> Terms:
        """What it says, apart from the code."""
        facts = asdict(self)
        del facts["code"]
        return Terms(**facts)


RULES = Catalogue(
    name="points_rules",
    title="Rules of a programme of points. 积分评分细则",
    entry=Entry,
    default=(),
    key=("code",),
)
"""The shape of a file; a programme's rules are kept in their own table."""


async def rulebooks() -> dict[str, tuple[Edition[Entry], ...]]:
    """Give the rules of every open programme by its code, as they hold or come next."""
    rows = await db.fetch("SELECT id, code FROM programme WHERE closed_at IS NULL ORDER BY code")
    async with db.transaction() as connection:
        return {row["code"]: (await _edition(connection, row["id"]),) for row in rows}


async def bring_rulebooks(
    drafts: Iterable[tuple[str, Draft[Entry]]], *, only_say: bool = False
) -> list[Change]:
    """Make what files say, by the codes of programmes, their rules: all of it or nothing.

    Raises Stale for a file that was made before something else changed, and for a programme that
    is not there or closed. With `only_say` nothing is written.
    """
    async with db.transaction() as connection:
        changes = []
        for code, draft in sorted(drafts, key=lambda one: one[0]):
            row = await connection.fetchrow(_HOLD, code)
            if row is None:
                raise Stale(f"{code}: there is no such programme that is open")
            change = await _bring(connection, code, row["id"], draft, only_say=only_say)
            if change:
                changes.append(change)
        return changes


async def _bring(
    connection: Connection,
    code: str,
    programme_id: int,
    draft: Draft[Entry],
    *,
    only_say: bool,
) -> Change | None:
    old = await _edition(connection, programme_id)
    if len(draft.editions) != 1:
        raise Stale(f"{code}: a file of rules has one edition")
    today = await ledger.today(connection)
    first = max(draft.editions[0].valid_from, today)
    new = Edition(old.valid_from, None, draft.editions[0].entries)
    lines = tuple(difference(RULES, (old,), (new,)))
    if not lines:
        return None
    if draft.version != old.version:
        raise Stale(
            f"{code} was made from version {draft.version}, but it is at version {old.version};"
            " export it again and put your changes there"
        )
    if not only_say:
        await _write(connection, programme_id, old, new, first=first, today=today)
    return Change(code, old.version, old.version + 1, lines)


async def _write(  # noqa: PLR0913 - what was, what is to be, and when
    connection: Connection,
    programme_id: int,
    old: Edition[Entry],
    new: Edition[Entry],
    *,
    first: date,
    today: date,
) -> None:
    before = {entry.code: entry for entry in old.entries}
    after = {entry.code: entry for entry in new.entries}
    for code, entry in after.items():
        if before.get(code) != entry:
            await write_rule(
                connection,
                programme_id,
                code,
                entry.terms,
                valid_from=first,
                valid_to=None,
                actor_id=None,
            )
    for code in before.keys() - after.keys():
        await write_rule(
            connection,
            programme_id,
            code,
            before[code].terms,
            valid_from=today,
            valid_to=max(today, first - timedelta(days=1)),
            actor_id=None,
        )


async def _edition(connection: Connection, programme_id: int) -> Edition[Entry]:
    rows = await connection.fetch(_RULES, programme_id)
    version: int = await connection.fetchval(_VERSION, programme_id)
    today = await ledger.today(connection)
    entries = tuple(_entry(rule_from_row(row)) for row in rows)
    return Edition(today, None, entries, version)


def _entry(rule: Rule) -> Entry:
    facts: dict[str, Any] = asdict(rule.terms)
    return Entry(code=rule.code, **facts)


_HOLD = """
SELECT id FROM programme WHERE code = $1 AND closed_at IS NULL FOR NO KEY UPDATE
"""
_VERSION = "SELECT version FROM programme WHERE id = $1"
# Of each rule the newest version: what was decided last, unless it is over.
_RULES = f"""
SELECT * FROM (
    SELECT DISTINCT ON (rule.code) {RULE_COLUMNS} FROM rule WHERE rule.programme_id = $1
    ORDER BY rule.code, rule.version DESC
) AS newest WHERE valid_to IS NULL ORDER BY code
"""  # noqa: S608 - constants
