"""The city's rules as files in a directory: one YAML file for each catalogue."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from api.city import rules as standard
from api.settings import SettingsError

# Whoever has rules registers its catalogues when it is imported.
from models import area, catalogue, db, station, ticket
from models.catalogue import Change, Draft, Stale, WrongFile

DOMAINS = (area, station, ticket)
SUFFIX = ".yaml"


class RulesError(Exception):
    """Files that can't be imported; the text says all that is wrong, a sentence a line."""


async def texts(url: str) -> dict[str, str]:
    """Give the text of every catalogue of the database at `url`, by the name of its file."""
    async with _connected(url):
        newest = await catalogue.newest()
    return {
        f"{name}{SUFFIX}": catalogue.write(kept, newest[name])
        for name, kept in catalogue.catalogues().items()
    }


async def bring(url: str, drafts: Iterable[Draft[Any]], *, only_say: bool) -> list[Change]:
    """Make the drafts that say something new the next versions, all of them or none.

    Raises RulesError. With `only_say` nothing is written.
    """
    async with _connected(url):
        try:
            return await catalogue.bring(drafts, only_say=only_say)
        except Stale as stale:
            raise RulesError(str(stale)) from None


async def plant() -> None:
    """Write the first version of every catalogue that the connected database lacks."""
    await catalogue.plant(standard.standard)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[None]:
    await db.connect(url, pool_size=1)
    try:
        if not await db.is_migrated():
            raise SettingsError("DATABASE_URL: not migrated yet; run: python -m api migrate")
        yield
    finally:
        await db.close()


def read(directory: Path) -> list[Draft[Any]]:
    """Read all files of the directory; raises RulesError with all that is wrong in them."""
    paths = sorted(directory.glob(f"*{SUFFIX}"))
    if not paths:
        raise RulesError(f"{directory}: there is no {SUFFIX} file here")
    drafts, sentences = [], []
    known = catalogue.catalogues()
    for path in paths:
        if path.stem not in known:
            sentences.append(f"{path.name}: the catalogues are {', '.join(known)}")
            continue
        try:
            text = path.read_text(encoding="utf-8")
            drafts.append(catalogue.read(known[path.stem], text, name=path.name))
        except WrongFile as wrong:
            sentences += wrong.sentences
        except UnicodeDecodeError:
            sentences.append(f"{path.name}: it is not UTF-8")
    if sentences:
        raise RulesError("\n".join(sentences))
    return drafts
