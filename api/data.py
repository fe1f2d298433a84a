"""The commands `python -m api data …`: the city's data as files."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import database, explained, given_settings, leave

if TYPE_CHECKING:
    from models.catalogue import Change

app = typer.Typer(help="The city's data as files.", no_args_is_help=True)

Directory = Annotated[Path, typer.Argument(help="Where the files are.", file_okay=False)]


@app.command("export")
def export_rules(directory: Directory) -> None:
    """Write every catalogue of rules, and the calendar, as YAML files."""
    from api import rules, server

    with explained(), server.stoppable(), database(given_settings()) as url:
        texts = asyncio.run(rules.texts(url))
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (directory / name).write_text(text, encoding="utf-8")
            typer.echo(directory / name)


@app.command("import")
def import_rules(
    directory: Directory,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what changes.")] = False,
) -> None:
    """Make what the files say the rules of the city; nothing if anything in them is wrong."""
    from api import rules, server

    with explained(), server.stoppable():
        try:
            drafts = rules.read(directory)
            with database(given_settings()) as url:
                changes = asyncio.run(rules.bring(url, drafts, only_say=dry_run))
        except rules.RulesError as wrong:
            raise leave(str(wrong)) from None
        _say(changes, dry_run=dry_run)


@app.command("points-export")
def export_points_rules(directory: Directory) -> None:
    """Write the rules of every programme of points as YAML files."""
    from api import points_rules, server

    with explained(), server.stoppable(), database(given_settings()) as url:
        texts = asyncio.run(points_rules.texts(url))
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (directory / name).write_text(text, encoding="utf-8")
            typer.echo(directory / name)


@app.command("points-import")
def import_points_rules(
    directory: Directory,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what changes.")] = False,
) -> None:
    """Make what the files say the rules of their programmes; what differs is a new version."""
    from api import points_rules, server

    with explained(), server.stoppable():
        try:
            drafts = points_rules.read(directory)
            with database(given_settings()) as url:
                changes = asyncio.run(points_rules.bring(url, drafts, only_say=dry_run))
        except points_rules.PointsRulesError as wrong:
            raise leave(str(wrong)) from None
        _say(changes, dry_run=dry_run)


@app.command()
def rekey() -> None:
    """Encrypt every protected value anew with the first of DATA_KEYS; may be stopped and begun."""
    from api import people, server

    with explained(), server.stoppable():
        given = given_settings()
        with database(given) as url:
            asyncio.run(people.rekey(url, given.encryption_keys()))


@app.command()
def roster(
    file: Annotated[Path, typer.Argument(help="The Excel table.", dir_okay=False, exists=True)],
    area: Annotated[str, typer.Option(help="The code of the area that it is of.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report.")] = False,
) -> None:
    """Import the people of an area from an Excel table: all of it, or nothing if it has faults."""
    from api import people, server

    with explained(), server.stoppable():
        given = given_settings()
        table = file.read_bytes()
        with database(given) as url:
            report = asyncio.run(
                people.bring(url, given.encryption_keys(), table, area_code=area, dry_run=dry_run)
            )
        people.show(report)
        if report.faults:
            raise typer.Exit(1)


def _say(changes: "list[Change]", *, dry_run: bool) -> None:
    for change in changes:
        typer.echo(f"{change.name}: version {change.old_version} → {change.new_version}")
        for line in change.lines:
            typer.echo(f"  {line}")
    if not changes:
        typer.echo("Nothing changes.")
    elif dry_run:
        typer.echo("Nothing was written: this was a dry run.")
