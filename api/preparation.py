"""Making a database ready to serve: migrations, rules, the standard city, and who lives in it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.city import DEVELOPMENT_GRID
from api.city.load import is_loaded, load
from models import cipher, db

if TYPE_CHECKING:
    from rich.progress import Progress

TICKETS = 1_000
"""How many tickets a new city begins with; the reference city receives 95,399 a year."""


async def is_done(url: str) -> bool:
    """Say whether the database is migrated and has a city."""
    await db.connect(url, pool_size=1)
    try:
        return await db.is_migrated() and await is_loaded()
    finally:
        await db.close()


async def seed(
    url: str, data_keys: str, *, residents: int | None = None, tickets: int | None = None
) -> None:
    """Migrate, and load the standard city if there is none, showing how far it is.

    Then load people until the city has so many `residents`; by default only those of the grid
    where development people live. And a year of `tickets`: without a number a new city gets
    TICKETS, and one that was there none, for it may be a real one; nor does a city that has some.
    """
    # Whoever only asks whether all is done does without these.
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    from api.city.points import load_points
    from api.city.residents import load as load_residents
    from api.city.tickets import load as load_tickets
    from api.city.wishes import load_wishes

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:
        cipher.use(cipher.read_keys(data_keys))
        is_new = await _load_city(url, progress)
        within = DEVELOPMENT_GRID if residents is None else ""
        await load_residents(
            url,
            data_keys,
            count=residents,
            within=within,
            progress=_shown(progress, "Loading residents"),
        )
        count = TICKETS if tickets is None and is_new else tickets
        if count:
            shown = _shown(progress, "Loading tickets")
            await load_tickets(url, count=count, progress=shown)
        shown = _shown(progress, "Loading points and offers")
        await load_points(url, data_keys)
        shown(1, 1)
        if is_new:
            shown = _shown(progress, "Loading wishes")
            await load_wishes(url, data_keys, now=datetime.now(UTC))
            shown(1, 1)


async def _load_city(url: str, progress: "Progress") -> bool:
    """Migrate and load; say whether the city is new."""
    from api import rules

    task = progress.add_task("Migrating", total=1)
    await db.connect(url, pool_size=1)
    try:
        if not await db.is_migrated():
            await db.migrate(url)
        # Before the city: who finds a city finds its rules.
        await rules.plant()
        progress.update(task, completed=1)
        if await is_loaded():
            return False
        return await load(url, progress=_shown(progress, "Loading the standard city"))
    finally:
        await db.close()


def _shown(progress: "Progress", description: str) -> Callable[[int, int], None]:
    """Give what shows on a bar of its own how far something is."""
    task = progress.add_task(description, total=None)
    return lambda done, whole: progress.update(task, completed=done, total=whole)
