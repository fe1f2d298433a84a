"""What would change: the entries of two versions beside each other, in words."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Any

from models.catalogue.registry import Catalogue, Edition
from models.catalogue.shape import plain


def difference(
    catalogue: Catalogue[Any], old: tuple[Edition[Any], ...], new: tuple[Edition[Any], ...]
) -> Iterator[str]:
    """Give a line for each edition and entry that is new (+), gone (-) or changed (~)."""
    before = {edition.valid_from: edition for edition in old}
    after = {edition.valid_from: edition for edition in new}
    for day in sorted(before.keys() | after.keys()):
        if day not in after:
            yield f"- edition from {day}"
        else:
            yield from _edition(catalogue, before.get(day), after[day])


def _edition(
    catalogue: Catalogue[Any], old: Edition[Any] | None, new: Edition[Any]
) -> Iterator[str]:
    if old is None:
        yield f"+ edition from {new.valid_from} to {_day(new.valid_to)}"
        old = Edition(new.valid_from, new.valid_to, ())
    elif old.valid_to != new.valid_to:
        shown = f"{_day(old.valid_to)} → {_day(new.valid_to)}"
        yield f"~ edition from {new.valid_from}: valid_to {shown}"
    before, after = _by_key(catalogue, old), _by_key(catalogue, new)
    for key in [*after, *(gone for gone in before if gone not in after)]:
        was, will_be = before.get(key), after.get(key)
        if was is None:
            yield f"+ {_shown(will_be)}"
        elif will_be is None:
            yield f"- {_shown(was)}"
        elif was != will_be:
            yield f"~ {_changed(catalogue, was, will_be)}"


def _by_key(catalogue: Catalogue[Any], edition: Edition[Any]) -> dict[object, Any]:
    if not catalogue.key:
        return dict(enumerate(edition.entries))
    key = attrgetter(*catalogue.key)
    return {key(entry): entry for entry in edition.entries}


def _changed(catalogue: Catalogue[Any], was: object, will_be: object) -> str:
    names = [field.name for field in fields(catalogue.entry)]
    head = " ".join(str(plain(getattr(will_be, name))) for name in catalogue.key)
    changes = ", ".join(
        f"{name} {_value(getattr(was, name))} → {_value(getattr(will_be, name))}"
        for name in names
        if getattr(was, name) != getattr(will_be, name)
    )
    return f"{head}: {changes}" if head else changes


def _shown(entry: Any) -> str:  # noqa: ANN401 - any dataclass
    return ", ".join(
        f"{field.name} {_value(getattr(entry, field.name))}" for field in fields(entry)
    )


def _value(value: object) -> str:
    read = plain(value)
    return "none" if read is None else str(read)


def _day(day: date | None) -> str:
    return "no end" if day is None else str(day)
