"""Making a database ready to serve: migrations, and the standard city if it is empty."""

from api import city, rules
from models import db


async def is_done(url: str) -> bool:
    """Say whether the database is migrated and has a city."""
    await db.connect(url, pool_size=1)
    try:
        return await db.is_migrated() and await city.is_loaded()
    finally:
        await db.close()


async def seed(url: str) -> None:
    """Migrate, and load the standard city if there is none, showing how far it is."""
    # Whoever only asks whether all is done does without it.
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("Migrating", total=None)
        await db.connect(url, pool_size=1)
        try:
            if not await db.is_migrated():
                await db.migrate(url)
            # Before the city: who finds a city finds its rules.
            await rules.plant()
            if not await city.is_loaded():
                progress.update(task, description="Loading the standard city")
                await city.load(
                    url,
                    progress=lambda done, total: progress.update(
                        task, completed=done, total=total
                    ),
                )
        finally:
            await db.close()
