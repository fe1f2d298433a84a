"""Batches of one request: what nested fields ask for together is read in one statement."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property
from typing import NamedTuple, TypeVar

from strawberry.dataloader import DataLoader

from models import area
from models.area import Area, Staffing, StaffMember
from models.errors import Invalid
from models.geo import Point
from models.page import Page

BATCH_MOST = 1_000

Found = TypeVar("Found")


class Children(NamedTuple):
    """Which page of an area's children is asked for."""

    code: str
    first: int
    after: str | None


class Loaders:
    """The batches of one request, each made when it is first needed."""

    @cached_property
    def areas(self) -> DataLoader[str, Area | None]:
        """Areas by code."""
        return _by_code(area.find_all)

    @cached_property
    def boundaries(self) -> DataLoader[str, tuple[Point, ...] | None]:
        """Boundaries by code."""
        return _by_code(area.boundaries)

    @cached_property
    def staffing(self) -> DataLoader[str, Staffing | None]:
        """Counts of staff by code."""
        return _by_code(area.staffing)

    @cached_property
    def staff(self) -> DataLoader[str, tuple[StaffMember, ...] | None]:
        """Those in charge by code."""
        return _by_code(area.staff)

    @cached_property
    def children(self) -> DataLoader[Children, Page[Area]]:
        """Pages of children."""
        return DataLoader(load_fn=_children, max_batch_size=BATCH_MOST)


def _by_code(
    read: Callable[[Iterable[str]], Awaitable[dict[str, Found]]],
) -> DataLoader[str, Found | None]:
    async def load(codes: list[str]) -> list[Found | None]:
        found = await read(codes)
        return [found.get(code) for code in codes]

    return DataLoader(load_fn=load, max_batch_size=BATCH_MOST)


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
