"""Making a database ready to serve: migrations, rules, the standard city, and who lives in it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from api import city, rules
from models import db

if TYPE_CHECKING:
    from rich.progress import Progress


async def is_done(url: str) -> bool:
    """Say whether the database is migrated and has a city."""
    await db.connect(url, pool_size=1)
    try:
        return await db.is_migrated() and await city.is_loaded()
    finally:
        await db.close()


async def seed(url: str, data_keys: str, *, residents: int | None = None) -> None:
    """Migrate, and load the standard city if there is none, showing how far it is.

    Then load people until the city has so many `residents`; by default only those of the grid
    where development people live.
    """
    # Whoever only asks whether all is done does without it.
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:
        await _load_city(url, progress)
        within = city.DEVELOPMENT_GRID if residents is None else ""
        await city.load_residents(
            url,
            data_keys,
            count=residents,
            within=within,
            progress=_shown(progress, "Loading residents"),
        )


async def _load_city(url: str, progress: "Progress") -> None:
    task = progress.add_task("Migrating", total=1)
    await db.connect(url, pool_size=1)
    try:
        if not await db.is_migrated():
            await db.migrate(url)
        # Before the city: who finds a city finds its rules.
        await rules.plant()
        progress.update(task, completed=1)
        if not await city.is_loaded():
            await city.load(url, progress=_shown(progress, "Loading the standard city"))
    finally:
        await db.close()


def _shown(progress: "Progress", description: str) -> Callable[[int, int], None]:
    """Give what shows on a bar of its own how far something is."""
    task = progress.add_task(description, total=None)
    return lambda done, whole: progress.update(task, completed=done, total=whole)
