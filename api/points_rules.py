"""The rules of programmes as files in a directory: one YAML file for each programme."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from api.settings import SettingsError
from models import catalogue, db
from models.catalogue import Change, Draft, Stale, WrongFile
from models.points import rulebook
from models.points.rulebook import Entry

SUFFIX = ".yaml"


class PointsRulesError(Exception):
    """Files that can't be imported; the text says all that is wrong, a sentence a line."""


async def texts(url: str) -> dict[str, str]:
    """Give the text of every open programme of the database at `url`, by the name of its file."""
    async with _connected(url):
        books = await rulebook.rulebooks()
    return {
        f"{code}{SUFFIX}": catalogue.write(rulebook.RULES, book) for code, book in books.items()
    }


async def bring(
    url: str, drafts: list[tuple[str, Draft[Entry]]], *, only_say: bool
) -> list[Change]:
    """Make what the files say the rules of their programmes, all of it or nothing.

    Raises PointsRulesError. With `only_say` nothing is written.
    """
    async with _connected(url):
        try:
            return await rulebook.bring_rulebooks(drafts, only_say=only_say)
        except Stale as stale:
            raise PointsRulesError(str(stale)) from None


def read(directory: Path) -> list[tuple[str, Draft[Entry]]]:
    """Read all files of the directory by the codes in their names.

    Raises PointsRulesError with all that is wrong in them.
    """
    paths = sorted(directory.glob(f"*{SUFFIX}"))
    if not paths:
        raise PointsRulesError(f"{directory}: there is no {SUFFIX} file here")
    drafts, sentences = [], []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            drafts.append((path.stem, catalogue.read(rulebook.RULES, text, name=path.name)))
        except WrongFile as wrong:
            sentences += wrong.sentences
        except UnicodeDecodeError:
            sentences.append(f"{path.name}: it is not UTF-8")
    if sentences:
        raise PointsRulesError("\n".join(sentences))
    return drafts


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[None]:
    await db.connect(url, pool_size=2)
    try:
        if not await db.is_migrated():
            raise SettingsError("DATABASE_URL: not migrated yet; run: python -m api migrate")
        yield
    finally:
        await db.close()
