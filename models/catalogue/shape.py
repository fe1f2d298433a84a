"""From plain values, as YAML and JSON give them, to checked editions and back.

Whatever is wrong is said, each in a sentence with its place: unknown and missing fields, values
of another type, entries of the same key, days that two editions claim or none does.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import isfinite
from operator import attrgetter
from types import UnionType
from typing import Any, NamedTuple, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from models.catalogue.registry import Catalogue, Edition

Entry = TypeVar("Entry")
Place: TypeAlias = tuple[str | int, ...]
"""Where something stands: names of fields and numbers of entries, outermost first."""

NUMBER_MOST = 2**53
EDITION_FIELDS = ("valid_from", "valid_to", "entries")
_DAY = timedelta(days=1)
# What JSONB refuses or a YAML file does not give back as it was.
_UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


class Problem(NamedTuple):
    """What is wrong, and where."""

    place: Place
    sentence: str


class Wrong(Exception):
    """Values that can't be a catalogue; `problems` are all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{spoken(at)}: {what}" for at, what in self.problems))


def spoken(place: Place) -> str:
    """Say a place in words, counting entries from 1: editions 1, entries 3, day."""
    said: list[str] = []
    for part in place:
        if isinstance(part, int) and said:
            said[-1] += f" {part + 1}"
        else:
            said.append(str(part))
    return ", ".join(said) or "the file"


def read_editions(
    catalogue: Catalogue[Entry], value: object, *, version: int, place: Place = ()
) -> tuple[Edition[Entry], ...]:
    """Read a list of editions; raises Wrong with all that is wrong."""
    problems: list[Problem] = []
    if not isinstance(value, list) or not value:
        raise Wrong([Problem(place, "there must be a list of editions, of at least one")])
    found = [
        _edition(catalogue, one, version, (*place, number), problems)
        for number, one in enumerate(value)
    ]
    if not problems:
        problems += _gaps(found, place)
    if problems:
        raise Wrong(problems)
    return tuple(found)


def read_entries(
    catalogue: Catalogue[Entry], value: object, *, place: Place = ()
) -> tuple[Entry, ...]:
    """Read the entries of one edition; raises Wrong."""
    problems: list[Problem] = []
    entries = _entries(catalogue, value, place, problems)
    if problems:
        raise Wrong(problems)
    return entries


def plain(value: object) -> Any:  # noqa: ANN401 - what YAML and JSON hold
    """Give the plain value of an entry; a day stays a day."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value


def _edition(
    catalogue: Catalogue[Entry], value: object, version: int, place: Place, problems: list[Problem]
) -> Edition[Entry]:
    if not isinstance(value, Mapping):
        problems.append(Problem(place, "an edition has valid_from, valid_to and entries"))
        value = {"valid_from": date.min, "entries": []}
    _refuse_unknown(value, EDITION_FIELDS, place, problems)
    valid_from = _value(date, value.get("valid_from"), (*place, "valid_from"), problems)
    valid_to = _value(date | None, value.get("valid_to"), (*place, "valid_to"), problems)
    entries = _entries(catalogue, value.get("entries"), (*place, "entries"), problems)
    return Edition(valid_from, valid_to, entries, version)


def _gaps(editions: list[Edition[Entry]], place: Place) -> Iterable[Problem]:
    """Find the days that two editions claim, or none."""
    for number, (one, following) in enumerate(pairwise(editions)):
        at = (*place, number, "valid_to")
        if one.valid_to is None or one.valid_to >= following.valid_from:
            yield Problem(at, f"it overlaps the next edition, valid from {following.valid_from}")
        elif one.valid_to + _DAY != following.valid_from:
            yield Problem(at, f"no edition is valid until the next, from {following.valid_from}")
    for number, one in enumerate(editions):
        if one.valid_to and one.valid_to < one.valid_from:
            yield Problem((*place, number, "valid_to"), "it ends before it begins")
    if editions[-1].valid_to:
        at = (*place, len(editions) - 1, "valid_to")
        yield Problem(at, "the last edition must have no end, or no rule would hold after it")


def _entries(
    catalogue: Catalogue[Entry], value: object, place: Place, problems: list[Problem]
) -> tuple[Entry, ...]:
    if not isinstance(value, list):
        problems.append(Problem(place, "there must be a list of entries"))
        return ()
    known = len(problems)
    found = tuple(
        _record(catalogue.entry, one, (*place, number), problems)
        for number, one in enumerate(value)
    )
    if len(problems) == known:
        problems += _together(catalogue, found, place)
    return found


def _together(
    catalogue: Catalogue[Entry], entries: tuple[Entry, ...], place: Place
) -> Iterable[Problem]:
    """Find what entries break together that each of them keeps."""
    if not catalogue.key:
        if len(entries) != 1:
            yield Problem(place, f"there must be exactly one entry, not {len(entries)}")
            return
    else:
        key = attrgetter(*catalogue.key)
        first: dict[object, int] = {}
        for number, entry in enumerate(entries):
            earlier = first.setdefault(key(entry), number)
            if earlier != number:
                named = " and ".join(catalogue.key)
                yield Problem((*place, number), f"it has the {named} of entry {earlier + 1}")
    for sentence in catalogue.check(entries):
        yield Problem(place, sentence)


def _record(kind: type[Entry], value: object, place: Place, problems: list[Problem]) -> Entry:
    """Read a dataclass; what it gives is of use only if it adds no problem."""
    absent: Any = None
    if not isinstance(value, Mapping):
        problems.append(Problem(place, "there must be fields with values"))
        return absent  # type: ignore[no-any-return]
    known, types = len(problems), get_type_hints(kind)
    _refuse_unknown(value, types, place, problems)
    given = {}
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name in value:
            at = (*place, field.name)
            given[field.name] = _value(types[field.name], value[field.name], at, problems)
        elif field.default is MISSING and field.default_factory is MISSING:
            problems.append(Problem(place, f"{field.name} is missing"))
    if len(problems) > known:
        return absent  # type: ignore[no-any-return]
    try:
        return kind(**given)
    except ValueError as wrong:
        problems.append(Problem(place, str(wrong)))
        return absent  # type: ignore[no-any-return]


def _refuse_unknown(
    value: Mapping[Any, object], known: Iterable[str], place: Place, problems: list[Problem]
) -> None:
    names = tuple(known)
    for name in value:
        if name not in names:
            sentence = f"there is no {name} here, only {', '.join(names)}"
            problems.append(Problem((*place, str(name)), sentence))


def _value(kind: Any, value: object, place: Place, problems: list[Problem]) -> Any:  # noqa: ANN401 - of the kind asked
    if get_origin(kind) in {Union, UnionType}:
        (kind,) = (one for one in get_args(kind) if one is not type(None))
        return None if value is None else _value(kind, value, place, problems)
    if get_origin(kind) is tuple:
        return _several(get_args(kind)[0], value, place, problems)
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind, value, place, problems)
    read = _scalar(kind, value)
    if read is None:
        problems.append(Problem(place, f"{_shown(value)} is not {_name(kind)}"))
    return read


def _several(kind: Any, value: object, place: Place, problems: list[Problem]) -> Any:  # noqa: ANN401 - a tuple of the kind asked
    if not isinstance(value, list):
        problems.append(Problem(place, "there must be a list"))
        return ()
    return tuple(_value(kind, one, (*place, number), problems) for number, one in enumerate(value))


def _scalar(kind: type, value: object) -> object | None:
    """Read one value; None if it is not of the kind."""
    if kind is date:
        return _day(value)
    if issubclass(kind, StrEnum):
        return kind(value) if isinstance(value, str) and value in set(kind) else None
    if kind is float and type(value) is int:
        return float(value)
    if isinstance(value, int | float) and not (isfinite(value) and abs(value) <= NUMBER_MOST):
        return None
    if isinstance(value, str) and _UNFIT.search(value):
        return None
    # A bool is no number, and nothing is guessed from a text.
    return value if type(value) is kind else None


def _day(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _name(kind: type) -> str:
    if kind is date:
        return "a day, as 2027-01-31"
    if issubclass(kind, StrEnum):
        return f"one of {', '.join(kind)}"
    return _WORDS[kind]


def _shown(value: object) -> str:
    return "nothing" if value is None else repr(value)[:60]
