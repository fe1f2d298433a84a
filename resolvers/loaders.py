"""Batches of one request: what nested fields ask for together is read in one statement."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar

from strawberry.dataloader import DataLoader

from models import area, person, ticket, unit
from models.area import Area, Staffing, StaffMember
from models.errors import Invalid
from models.geo import Point
from models.page import Page
from models.person import Appointment, Person
from models.ticket import Ticket
from models.unit import Unit

BATCH_MOST = 1_000

Key = TypeVar("Key", str, int)
Found = TypeVar("Found")


class Children(NamedTuple):
    """Which page of an area's children is asked for."""

    code: str
    first: int
    after: str | None


class Appointments(NamedTuple):
    """Which page of an area's appointments is asked for, and by whom."""

    code: str
    viewer_id: int | None
    first: int
    after: str | None


class Seen(NamedTuple):
    """A thing by its key, and who looks at it."""

    viewer_id: int | None
    key: int


class Loaders:
    """The batches of one request, each made when it is first needed."""

    @cached_property
    def areas(self) -> DataLoader[str, Area | None]:
        """Areas by code."""
        return _by_key(area.find_all)

    @cached_property
    def boundaries(self) -> DataLoader[str, tuple[Point, ...] | None]:
        """Boundaries by code."""
        return _by_key(area.boundaries)

    @cached_property
    def staffing(self) -> DataLoader[str, Staffing | None]:
        """Counts of staff by code."""
        return _by_key(area.staffing)

    @cached_property
    def staff(self) -> DataLoader[str, tuple[StaffMember, ...] | None]:
        """Those in charge by code."""
        return _by_key(area.staff)

    @cached_property
    def successors(self) -> DataLoader[str, tuple[Area, ...] | None]:
        """What became of areas, by code."""
        return _by_key(area.successors)

    @cached_property
    def units(self) -> DataLoader[int, Unit | None]:
        """Units by key."""
        return _by_key(unit.find_by_ids)

    @cached_property
    def unit_staff(self) -> DataLoader[int, tuple[StaffMember, ...] | None]:
        """Those who serve in units by key."""
        return _by_key(unit.staff)

    @cached_property
    def appointments(self) -> DataLoader[Appointments, Page[Appointment]]:
        """Pages of appointments."""
        return DataLoader(load_fn=_appointments, max_batch_size=BATCH_MOST)

    @cached_property
    def children(self) -> DataLoader[Children, Page[Area]]:
        """Pages of children."""
        return DataLoader(load_fn=_children, max_batch_size=BATCH_MOST)

    @cached_property
    def tickets(self) -> DataLoader[Seen, Ticket | None]:
        """Tickets as somebody sees them, by key; read anew, for the next mutation changes them."""
        return _as_seen(_tickets, keeps=False)

    @cached_property
    def people(self) -> DataLoader[Seen, Person | None]:
        """People as somebody sees them, by key."""
        return _as_seen(person.seen)

    @cached_property
    def members(self) -> DataLoader[Seen, tuple[Person, ...] | None]:
        """The members of a household as somebody sees them, by its key."""
        return _as_seen(person.members)


def _by_key(
    read: Callable[[Iterable[Key]], Awaitable[dict[Key, Found]]],
) -> DataLoader[Key, Found | None]:
    async def load(keys: list[Key]) -> list[Found | None]:
        found = await read(keys)
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load, max_batch_size=BATCH_MOST)


class _ReadSeen(Protocol[Found]):
    """Reads things by key for a viewer."""

    def __call__(
        self, ids: Iterable[int], /, *, viewer_id: int | None
    ) -> Awaitable[dict[int, Found]]:
        """Give what the viewer may see, by key."""


def _as_seen(read: _ReadSeen[Found], *, keeps: bool = True) -> DataLoader[Seen, Found | None]:
    async def load(asked: list[Seen]) -> list[Found | None]:
        found: dict[Seen, Found] = {}
        for viewer_id in dict.fromkeys(one.viewer_id for one in asked):
            keys = [one.key for one in asked if one.viewer_id == viewer_id]
            those = await read(keys, viewer_id=viewer_id)
            found |= {Seen(viewer_id, key): record for key, record in those.items()}
        return [found.get(one) for one in asked]

    return DataLoader(load_fn=load, max_batch_size=BATCH_MOST, cache=keeps)


async def _tickets(keys: Iterable[int], /, *, viewer_id: int | None) -> dict[int, Ticket]:
    return await ticket.find_all(keys, person_id=viewer_id)


async def _children(asked: list[Children]) -> list[Page[Area] | Invalid]:
    """Read the pages that are alike together; a wrong one spoils those like it only."""
    pages: dict[Children, Page[Area] | Invalid] = {}
    for first, after in dict.fromkeys((one.first, one.after) for one in asked):
        codes = [one.code for one in asked if (one.first, one.after) == (first, after)]
        try:
            found = await area.children(codes, first=first, after=after)
        except Invalid as wrong:
            pages |= {Children(code, first, after): wrong for code in codes}
        else:
            pages |= {Children(code, first, after): page for code, page in found.items()}
    return [pages[one] for one in asked]


async def _appointments(asked: list[Appointments]) -> list[Page[Appointment] | Invalid]:
    """Read page by page: each is as large as its `first`, which is what it is priced by."""
    pages: list[Page[Appointment] | Invalid] = []
    for one in asked:
        try:
            pages.append(
                await person.appointments_in(
                    one.code, viewer_id=one.viewer_id, first=one.first, after=one.after
                )
            )
        except Invalid as wrong:
            pages.append(wrong)
    return pages
