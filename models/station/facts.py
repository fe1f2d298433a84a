"""What a station says of itself: the facts that those in charge may write, and their limits."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from models import hours, text
from models.errors import Code, Invalid, Refusal
from models.station.record import Row
from models.station.words import Facility

NAME_LENGTH_MOST = 64
ADDRESS_LENGTH_MOST = 128
WORD_LENGTH_MOST = 20
WORDS_MOST = 20
CAPACITY_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a station says of itself; `opening_hours` is an OSM text."""

    name: str
    address: str
    phone: str | None = None
    opening_hours: str | None = None
    services: tuple[str, ...] = ()
    facilities: tuple[Facility, ...] = ()
    audience: tuple[str, ...] = ()
    capacity: int | None = None
    is_accessible: bool = False


COLUMNS = tuple(field.name for field in fields(Facts))


def checked(facts: Facts) -> Facts:
    """Clean the facts; raises Refusal INVALID that names the input field."""
    return Facts(
        name=text.line(facts.name, name="名称", field="name", most=NAME_LENGTH_MOST),
        address=text.line(facts.address, name="地址", field="address", most=ADDRESS_LENGTH_MOST),
        phone=text.phone(facts.phone, field="phone"),
        opening_hours=_opening_hours(facts.opening_hours),
        services=_words(facts.services, "服务项目", "services"),
        facilities=tuple(one for one in Facility if one in set(facts.facilities)),
        audience=_words(facts.audience, "服务对象", "audience"),
        capacity=_capacity(facts.capacity),
        is_accessible=facts.is_accessible,
    )


def from_row(row: Row) -> Facts:
    """Read the facts of a row with COLUMNS."""
    known = set(row["facilities"])
    listed = {
        "services": tuple(row["services"]),
        "audience": tuple(row["audience"]),
        "facilities": tuple(one for one in Facility if one in known),
    }
    return Facts(**{name: row[name] for name in COLUMNS} | listed)


def changed(old: Facts, given: Mapping[str, Any]) -> Facts:
    """Give the facts with those in `given` changed; raises Refusal INVALID."""
    return checked(replace(old, **given))


def differences(old: Facts, new: Facts) -> tuple[str, ...]:
    """Name the facts that differ."""
    return tuple(name for name in COLUMNS if getattr(old, name) != getattr(new, name))


def values(facts: Facts) -> tuple[Any, ...]:
    """Give the facts as values for COLUMNS."""
    given = (getattr(facts, name) for name in COLUMNS)
    return tuple(list(value) if isinstance(value, tuple) else value for value in given)


def _opening_hours(given: str | None) -> str | None:
    cleaned = text.optional_line(
        given, name="开放时间", field="openingHours", most=hours.TEXT_LENGTH_MOST
    )
    if cleaned is not None:
        try:
            hours.check(cleaned)
        except Invalid as invalid:
            raise Refusal(Code.INVALID, str(invalid), "openingHours") from None
    return cleaned


def _words(given: tuple[str, ...], name: str, field: str) -> tuple[str, ...]:
    return text.words(given, name=name, field=field, most=WORD_LENGTH_MOST, count_most=WORDS_MOST)


def _capacity(given: int | None) -> int | None:
    if given is not None and not 1 <= given <= CAPACITY_MOST:
        raise Refusal(Code.INVALID, f"容纳人数须在 1 到 {CAPACITY_MOST} 之间", "capacity")
    return given
