"""What the commands about people do: import a roster, and change the key of protected values."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from models import cipher, db, person
from models import rekey as values
from models.person import Report

FAULTS_SHOWN = 50


async def rekey(url: str, keys: str) -> None:
    """Write every protected value of this database under the first of these keys."""
    async with _open(url, keys):
        total = await values.count_old()
        with Progress(
            TextColumn("Encrypting anew"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        ) as progress:
            task = progress.add_task("", total=total)
            count = await values.rekey(lambda batch: progress.advance(task, batch))
    Console().print(f"{count} values are now under the key {cipher.read_keys(keys).current}.")


async def bring(url: str, keys: str, table: bytes, *, area_code: str, dry_run: bool) -> Report:
    """Import the roster in an Excel table; raises Refusal for one that can't be read."""
    said = person.read_roster(table)
    async with _open(url, keys):
        return await person.bring_roster(said, area_code=area_code, actor_id=None, dry_run=dry_run)


def show(report: Report) -> None:
    """Print what an import did, or why it did nothing."""
    console = Console()
    if report.faults:
        faults = Table("row", "column", "fault")
        for fault in report.faults[:FAULTS_SHOWN]:
            faults.add_row(str(fault.row), fault.column, fault.message)
        console.print(faults)
    more = len(report.faults) - FAULTS_SHOWN
    if more > 0:
        console.print(f"… and {more} more faults.")
    console.print(
        f"{report.rows} rows, {report.people} people, {report.households} new households,"
        f" {len(report.faults)} faults."
    )
    console.print("All of it is imported." if report.is_written else "Nothing was written.")


@asynccontextmanager
async def _open(url: str, keys: str) -> AsyncIterator[None]:
    cipher.use(cipher.read_keys(keys))
    await db.connect(url)
    try:
        yield
    finally:
        await db.close()
