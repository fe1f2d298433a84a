"""Which catalogues of rules there are, and what they say: kept in the process, asked by the day.

A domain registers its catalogue where the rule is used:

    CIRCLE = catalogue.register(Catalogue(
        name="circle", title="…", entry=Circle, default=(Circle(),),
    ))

and reads it by `catalogue.current(CIRCLE)`. Until the city brings its own version (store.py), the
default holds, as version 0. Nothing here reads a database.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar, cast

from models import calendar

Entry = TypeVar("Entry")

FIRST_DAY = date(2020, 1, 1)
"""From when a default holds: from ever."""


def _nothing_more(_entries: object) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue(Generic[Entry]):
    """Rules of one kind.

    `title` says in English and Chinese what they rule; it heads the file. `entry` is a frozen
    dataclass: its fields, of the types that shape.py reads, are what an entry must state, and a
    ValueError of its `__post_init__` is told to whoever wrote the entry. `key` names the fields
    by which entries are told apart; without any there is exactly one entry. `check` gives a
    sentence for each rule that all entries together break.
    """

    name: str
    title: str
    entry: type[Entry]
    default: tuple[Entry, ...]
    key: tuple[str, ...] = ()
    check: Callable[[tuple[Entry, ...]], Iterable[str]] = _nothing_more


@dataclass(frozen=True, slots=True)
class Edition(Generic[Entry]):
    """What a version of a catalogue says from one day to another, both included.

    The editions of a version follow one another without a gap; the last has no end.
    """

    valid_from: date
    valid_to: date | None
    entries: tuple[Entry, ...]
    version: int = 0

    @property
    def entry(self) -> Entry:
        """The one entry of a catalogue that has no key."""
        (only,) = self.entries
        return only


_catalogues: dict[str, Catalogue[Any]] = {}
_known: Mapping[str, tuple[Edition[Any], ...]] = {}


def register(catalogue: Catalogue[Entry]) -> Catalogue[Entry]:
    """Make a catalogue known; gives it back."""
    assert catalogue.name not in _catalogues, f"two catalogues are called {catalogue.name}"
    _catalogues[catalogue.name] = catalogue
    return catalogue


def catalogues() -> dict[str, Catalogue[Any]]:
    """Give all catalogues by name, in the order of their names."""
    return dict(sorted(_catalogues.items()))


def default(catalogue: Catalogue[Entry]) -> tuple[Edition[Entry], ...]:
    """Give what holds until the city brings a version: one edition without end."""
    return (Edition(FIRST_DAY, None, catalogue.default),)


def editions(catalogue: Catalogue[Entry]) -> tuple[Edition[Entry], ...]:
    """Give the editions of the version that holds in this process, in order."""
    known = _known.get(catalogue.name)
    return cast("tuple[Edition[Entry], ...]", known) if known else default(catalogue)


def current(catalogue: Catalogue[Entry], *, on: date | None = None) -> Edition[Entry]:
    """Give what holds on a day, by default today; before the first edition, that one."""
    every = editions(catalogue)
    if len(every) == 1:
        return every[0]
    day = on or calendar.today()
    return next((one for one in reversed(every) if one.valid_from <= day), every[0])


def use(known: Mapping[str, tuple[Edition[Any], ...]]) -> None:
    """Keep to these editions, by name, in this process from now on; all others are defaults."""
    global _known
    _known = known
