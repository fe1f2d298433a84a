"""What every command shares: its settings, and the sentences in which it says what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from api import log, settings
from api.settings import Settings, SettingsError


def given_settings() -> Settings:
    """Read the settings, and log as they say; raises SettingsError."""
    given = settings.read()
    log.configure(given.log_level)
    return given


@contextmanager
def database(given: Settings) -> Iterator[str]:
    """Give the URL of the city's database: DATABASE_URL, or the embedded one of DATA_DIR.

    Raises StackError.
    """
    from api import stack

    if given.database_url:
        yield given.database_url
    else:
        with stack.database(given.data_dir) as url:
            yield url


def database_url(given: Settings) -> str:
    """Give the URL of the city's database; raises SettingsError."""
    if not given.database_url:
        raise SettingsError("DATABASE_URL: must be set for this command")
    return given.database_url


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a person can mend into a sentence."""
    import asyncpg

    from api.graphiql import FetchError
    from api.server import ListenError
    from api.stack import StackError
    from models.errors import Refusal, Unavailable

    try:
        yield
    except (SettingsError, StackError, ListenError, FetchError) as wrong:
        raise leave(str(wrong)) from None
    except Refusal as refusal:
        raise leave(refusal.message) from None
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as no:
        raise leave(f"DATABASE_URL: {no}") from None
    except Unavailable as lost:
        raise leave(f"The database does not answer: {lost}") from None


def leave(sentence: str) -> typer.Exit:
    """Say a sentence; what is given back is for `raise`."""
    typer.echo(sentence, err=True)
    return typer.Exit(1)
