"""What is shown of points: programmes, accounts, entries, lots. Records are for this viewer."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import orjson

from models.points.words import Asset, Joiners, ProgrammeKind, TransactionKind


@dataclass(frozen=True, slots=True)
class Programme:
    """A scheme of points of its own; `lot_months` is how long points live."""

    id: int
    code: str
    kind: ProgrammeKind
    name: str
    owner_area_code: str
    cents_per_point: int
    lot_months: int
    year_grant: int
    joiners: Joiners


class Entry(NamedTuple):
    """One leg of a transaction on somebody's account; `note` is free text."""

    id: int
    transaction_id: int
    kind: TransactionKind
    asset: Asset
    amount: int
    rule_code: str | None
    rule_name: str | None
    note: str | None
    business_day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody has in a programme, with the newest entries, the newest first.

    `points` are all that were not spent, `held` those put aside for vouchers.
    """

    id: int
    programme: Programme
    merit: int
    points: int
    held: int
    debt: int
    version: int
    recent: tuple[Entry, ...]

    @property
    def available(self) -> int:
        """Points that can be spent."""
        return self.points - self.held


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that expire on one day."""

    account_id: int
    programme_name: str
    remaining: int
    expires_on: date


PROGRAMME_COLUMNS = """programme.id, programme.code, programme.kind, programme.name,
    programme.owner_area_code, programme.cents_per_point, programme.lot_months,
    programme.year_grant, programme.joiners"""
PROGRAMME_WIDTH = 9
ENTRY_JSON = """json_build_array(entry.id, entry.transaction_id, transaction.kind, entry.asset,
    entry.amount, entry.rule_code, rule.name, coalesce(content.body->>'note',
    content.body->>'reason'), entry.business_day, extract(epoch FROM transaction.at))"""
ENTRY_SOURCES = """entry JOIN transaction ON transaction.id = entry.transaction_id
    LEFT JOIN rule ON rule.id = transaction.rule_id
    LEFT JOIN content ON content.id = transaction.content_id"""


# To look a word up takes a fifth of making it, and accounts come with twenty entries each.
_KINDS = {str(kind): kind for kind in TransactionKind}
_ASSETS = {str(asset): asset for asset in Asset}


def programme(values: Any) -> Programme:  # noqa: ANN401 - the values of PROGRAMME_COLUMNS
    """Make a programme of its columns, in their order."""
    key, code, kind, name, area_code, cents, months, grant, joiners = values
    return Programme(
        key, code, ProgrammeKind(kind), name, area_code, cents, months, grant, Joiners(joiners)
    )


def entries(text: str | None) -> tuple[Entry, ...]:
    """Read entries out of a JSON array of ENTRY_JSON."""
    return tuple(map(_entry, orjson.loads(text))) if text else ()


def _entry(written: list[Any]) -> Entry:
    key, transaction, kind, asset, amount, code, name, note, day, at = written
    return Entry(
        key,
        transaction,
        _KINDS[kind],
        _ASSETS[asset],
        amount,
        code,
        name,
        note,
        date.fromisoformat(day),
        datetime.fromtimestamp(at, UTC),
    )
