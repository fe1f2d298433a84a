"""Lists of tickets: what is due first, then what ended last; only what one may see.

What somebody may see lies in the areas of their offices, with the units they are staff of, or was
reported by them: each is read in the order of its own index, and the beginnings are merged.
"""

from dataclasses import replace
from datetime import UTC, datetime

import asyncpg

from models import access, db, page
from models.access import Action, Rights
from models.db import Connection
from models.page import Page
from models.role import Role
from models.statement import Statement
from models.ticket import search
from models.ticket.case import CITY_CODE_LENGTH
from models.ticket.filter import Filter, check, narrow
from models.ticket.record import Ticket, find_all
from models.ticket.reporter import sealed_index

_OFFICE_ROLES = {Role.TOWN_OFFICER, Role.VILLAGE_CADRE}


async def tickets(
    wanted: Filter, *, person_id: int | None, first: int, after: str | None
) -> Page[Ticket]:
    """Give a page of the tickets that a person may see; raises Invalid."""
    asked = page.digest("tickets", person_id, *_stated(wanted))
    rank, key = page.key_after(after, asked, int, int) if after else (-1, 0)
    limit = page.size(first) + 1
    if person_id is None:
        return Page((), (), has_next_page=False)
    statement = Statement([rank, key, limit])
    statement.where("(rank, ticket.id) > ($1, $2)", is_walked=True)
    text = _filter(wanted, statement, person_id)
    async with db.transaction() as connection:
        # The plan depends on what is asked for: half of all tickets, or a handful.
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        held = await access.rights(connection, person_id)
        scopes = await _scopes(connection, held, wanted, statement)
        rows = await _find(connection, text, scopes, statement)
    # Where each stands is kept: one that moves in between is on this page as it was found.
    places = {row["id"]: (row["rank"], row["id"]) for row in rows}
    seen = await find_all(places, person_id=person_id)
    found = [seen[key] for key in places if key in seen]
    listed = page.cut(found, first, asked, lambda ticket: places[ticket.id])
    return replace(listed, has_next_page=len(places) > first)


async def _find(
    connection: Connection, text: str | None, scopes: list[str], statement: Statement
) -> list[asyncpg.Record]:
    """Find where the tickets of a page stand, and their keys."""
    if text is None:
        return await connection.fetch(
            statement.first_of("ticket", scopes, limit="$3"), *statement.arguments
        )
    contains = f"strpos(lower(text), {statement.add(text.lower())}) > 0"
    if len(scopes) == 1:
        sql = _LOOK_THROUGH.format(
            walked=" AND ".join([*scopes, *statement.walked]),
            where=" AND ".join([*statement.conditions, contains]),
        )
        rows = await connection.fetch(sql, *statement.arguments)
        if len(rows) == statement.arguments[_LIMIT]:
            return rows
    statement.where(contains)
    statement.where(f"terms @> {statement.add(search.terms(text))}::text[]")
    return await connection.fetch(
        statement.first_of("ticket", scopes, limit="$3"), *statement.arguments
    )


def _stated(wanted: Filter) -> tuple[object, ...]:
    check(wanted)
    return (
        sorted(set(wanted.states)),
        sorted(set(wanted.categories)),
        wanted.area_code,
        wanted.unit_id,
        wanted.is_mine,
        wanted.is_assigned_to_me,
        wanted.is_overdue,
        wanted.text,
        wanted.since,
        wanted.until,
    )


def _filter(wanted: Filter, statement: Statement, person_id: int) -> str | None:
    """Ask for what is wanted; gives the text that is yet to be looked for."""
    narrow(wanted, statement)
    if wanted.area_code is not None:
        statement.where(statement.subtree("ticket", wanted.area_code), is_walked=True)
    if wanted.states:
        statement.where(f"state = ANY({statement.add(list(wanted.states))})")
    if wanted.is_assigned_to_me:
        statement.where(f"assignee_id = {statement.add(person_id)}")
    if wanted.is_overdue:
        # What is over stands beyond every time.
        now = int(datetime.now(UTC).timestamp() * 1_000)
        statement.where(f"rank < {statement.add(now)}")
    text = None if wanted.text is None else search.wanted(wanted.text)
    if text is not None and search.is_number(text):
        statement.where(f"number = {statement.add(text)}")
        return None
    return text


async def _scopes(
    connection: Connection, held: Rights, wanted: Filter, statement: Statement
) -> list[str]:
    """Give the conditions of which a ticket must meet one to be seen."""
    if held.person_id is None or wanted.is_mine:
        return [_own(held.person_id, statement)]
    codes = held.areas(Action.TICKET_READ)
    if "" in codes:
        return ["true"]
    if codes and len(codes[0]) == CITY_CODE_LENGTH:
        # A database holds one city: nothing lies outside.
        return ["true"]
    areas = [statement.subtree("ticket", code) for code in codes]
    units = [f"unit_id = {statement.add(key)}" for key in await _units(connection, held)]
    return [_own(held.person_id, statement), *areas, *units]


def _own(person_id: int | None, statement: Statement) -> str:
    return _OWN.format(
        person_id=statement.add(person_id), index=statement.add(sealed_index(person_id))
    )


async def _units(connection: Connection, held: Rights) -> list[int]:
    named = {one.unit_id for one in held.held if one.unit_id is not None}
    offices = [one.area_code for one in held.held if one.role in _OFFICE_ROLES]
    if offices:
        rows = await connection.fetch(_OFFICES, offices)
        named |= {row["id"] for row in rows}
    return sorted(named)


# The place of the limit among the arguments.
_LIMIT = 2
# A text that many tickets have is found on the way through the list sooner than by its index:
# the first so many are looked at, and what fits there is in the order of the list.
_LOOK_THROUGH = """
SELECT id, rank FROM (
    SELECT * FROM ticket WHERE {walked} ORDER BY rank, id LIMIT 1000
) AS ticket WHERE {where} ORDER BY rank, id LIMIT $3
"""
_OWN = """ticket.id IN (
    SELECT ticket_id FROM ticket_reporter WHERE person_id = {person_id}
    UNION SELECT ticket_id FROM ticket_reporter WHERE sealed_index = {index}
)"""
_OFFICES = "SELECT id FROM unit WHERE kind IN ('TOWN', 'VILLAGE') AND area_code = ANY($1)"
