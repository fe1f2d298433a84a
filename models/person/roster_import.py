"""Bringing a roster into the city: all of it, or nothing while anything in it is wrong."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import asyncpg

from models import access, area, cipher, db, event
from models.access import Action, Rights, Thing
from models.area import Area, Level
from models.db import Connection
from models.errors import Code, Refusal
from models.event import Topic
from models.person import home, people, protected, roster
from models.person.roster import FAULTS_MOST, Fault, Report, Roster, Row
from models.person.sight import reaches

TAKEN_TEXT = "名册中有人刚被他人登记，请重新试运行"
# Codes of this form are given by the city itself (deciding.py).
_GIVEN_CODE = re.compile(r"[0-9]{16}-[0-9]+")


async def bring(said: Roster, *, area_code: str, actor_id: int | None, dry_run: bool) -> Report:
    """Import a roster of an area for somebody, or for whoever runs the city (None).

    Somebody becomes a person who lives in the household that the row names, made if it is new; a
    row without one is a household of its own. A number that somebody has already is a fault only
    where the one who imports may see them; else that somebody keeps it, and nothing is told. A
    dry run only reports. Raises Refusal NOT_ALLOWED,
    and CONFLICT when somebody else brings the same people at this moment.
    """
    try:
        async with db.transaction() as connection:
            return await bring_in(
                connection, said, area_code=area_code, actor_id=actor_id, dry_run=dry_run
            )
    except asyncpg.UniqueViolationError:
        raise Refusal(Code.CONFLICT, TAKEN_TEXT, "file") from None


async def bring_in(
    connection: Connection, said: Roster, *, area_code: str, actor_id: int | None, dry_run: bool
) -> Report:
    """Import a roster as `bring` does, in the caller's transaction.

    Raises asyncpg.UniqueViolationError when somebody else brings the same people.
    """
    held = None
    if actor_id is not None:
        held = await access.rights(connection, actor_id)
        access.check(held, Action.ROSTER_IMPORT, Thing(area_code=area_code), path="areaCode")
    places = {row.area_code for row in said.rows if row.area_code.startswith(area_code)}
    areas = await area.hold_all(connection, places | {area_code})
    if area_code not in areas:
        raise Refusal(Code.NOT_FOUND, "没有这个区划", "areaCode")
    known = await _known_households(connection, said.rows)
    # Of homes elsewhere nothing is told, not even that a name was guessed right.
    ours = {code: home for code, home in known.items() if home["area_code"] in areas}
    taken, unseen = await _taken(connection, said.rows, held)
    faults = [
        *said.faults,
        *_misplaced(said.rows, areas),
        *taken,
        *_unfit(said.rows, known),
        *await _present(connection, said.rows, ours),
    ]
    codes = {row.household_code for row in said.rows if row.household_code}
    alone = sum(row.household_code is None for row in said.rows)
    writes = not faults and not dry_run
    if writes:
        await _Writing(connection, said.rows, known, unseen, actor_id).carry_out()
    return Report(
        rows=said.row_count,
        people=len(said.rows),
        households=len(codes - known.keys()) + alone,
        faults=tuple(sorted(faults)[:FAULTS_MOST]),
        is_written=writes,
    )


async def _known_households(
    connection: Connection, rows: Iterable[Row]
) -> dict[str, asyncpg.Record]:
    """Lock the households of these rows that are there already; give them by code."""
    codes = {row.household_code for row in rows if row.household_code}
    found = await connection.fetch(_HOUSEHOLDS, list(codes))
    return {row["code"]: row for row in found}


def _misplaced(rows: Iterable[Row], areas: Mapping[str, Area]) -> list[Fault]:
    known = {code for code, one in areas.items() if one.level is Level.MICRO_GRID}
    return [
        Fault(row.number, roster.AREA, "不是本辖区的微网格")
        for row in rows
        if row.area_code not in known
    ]


async def _taken(
    connection: Connection, rows: Iterable[Row], held: Rights | None
) -> tuple[list[Fault], frozenset[bytes]]:
    """Find numbers that somebody has already: as faults, or as the indexes of those unseen.

    Of somebody whom the one who imports may not see nothing is told. Whoever runs the city has no
    rights here (None) and sees all.
    """
    phones = {_index(row.phone, protected.PHONE_COLUMN): row.number for row in rows if row.phone}
    cards = {
        _index(row.identity_number, protected.IDENTITY_NUMBER_COLUMN): row.number
        for row in rows
        if row.identity_number
    }
    faults, unseen = [], set()
    for sql, numbers, column, said in (
        (_PHONES, phones, roster.PHONE, "该手机号已登记"),
        (_CARDS, cards, roster.IDENTITY_NUMBER, "该身份证号已登记"),
    ):
        for row in await connection.fetch(sql, list(numbers)):
            if held is None or reaches(held, Action.PERSON_READ, people.standing(row)):
                faults.append(Fault(numbers[row["held"]], column, said))
            else:
                unseen.add(row["held"])
    return faults, frozenset(unseen)


def _unfit(rows: Iterable[Row], known: dict[str, asyncpg.Record]) -> list[Fault]:
    faults = []
    for row in rows:
        there = known.get(row.household_code or "")
        if there is None:
            if row.household_code and _GIVEN_CODE.fullmatch(row.household_code):
                faults.append(Fault(row.number, roster.HOUSEHOLD, "没有这个户号"))
        elif there["area_code"] != row.area_code:
            faults.append(Fault(row.number, roster.HOUSEHOLD, "该户号已用于其他微网格"))
        elif row.is_head and there["head_id"] is not None:
            faults.append(Fault(row.number, roster.RELATION, "该户已有户主"))
    return faults


async def _present(
    connection: Connection, rows: Iterable[Row], known: dict[str, asyncpg.Record]
) -> list[Fault]:
    """Find those whose household has somebody of their name already."""
    keys = {there["id"]: code for code, there in known.items()}
    found = await connection.fetch(_MEMBERS, list(keys))
    there = {(keys[row["household_id"]], row["name"]) for row in found}
    return [
        Fault(row.number, roster.NAME, "该户已有同名成员")
        for row in rows
        if (row.household_code, row.name) in there
    ]


@dataclass(slots=True)
class _Writing:
    """Writes a roster that has no fault, in its transaction."""

    connection: Connection
    rows: tuple[Row, ...]
    known: dict[str, asyncpg.Record]
    unseen: frozenset[bytes]
    actor_id: int | None
    households: dict[str, int] = field(default_factory=dict)

    async def carry_out(self) -> None:
        """Write households, people, homes, heads and events."""
        keys = await self._keys("person", len(self.rows))
        await self._write_people(keys)
        homes = await self._write_households()
        await self.connection.execute(
            _RESIDENCES, keys, homes, [row.area_code for row in self.rows], self.actor_id
        )
        await self._set_heads(keys, homes)
        for row, key in zip(self.rows, keys, strict=True):
            await event.record(
                self.connection,
                topic=Topic.PERSON,
                thing_id=key,
                area_code=row.area_code,
                version=1,
                kind="IMPORTED",
                actor_id=self.actor_id,
                facts={},
            )

    async def _keys(self, table: str, count: int) -> list[int]:
        """Take keys ahead: a protected value is encrypted for the key of its row."""
        rows = await self.connection.fetch(_KEYS, table, count)
        return [row[0] for row in rows]

    async def _write_people(self, keys: list[int]) -> None:
        phone, card = protected.PHONE_COLUMN, protected.IDENTITY_NUMBER_COLUMN
        pairs = list(zip(self.rows, keys, strict=True))
        await self.connection.execute(
            _PEOPLE,
            keys,
            [row.name for row in self.rows],
            [row.is_party_member for row in self.rows],
            [_seal(row.phone, phone, key) for row, key in pairs],
            [self._free(_index(row.phone, phone)) for row in self.rows],
            [_seal(row.identity_number, card, key) for row, key in pairs],
            [self._free(_index(row.identity_number, card)) for row in self.rows],
        )

    def _free(self, index: bytes | None) -> bytes | None:
        """Leave a number that a stranger has to them: the row shows it, and is not found by it."""
        return None if index in self.unseen else index

    async def _write_households(self) -> list[int]:
        """Make the households that are new; give the one of each row."""
        known = {code: there["id"] for code, there in self.known.items()}
        first: dict[str, Row] = {}
        for row in self.rows:
            name = row.household_code or f"alone {row.number}"
            if name not in known and (name not in first or not first[name].address):
                first[name] = row
        keys = await self._keys("household", len(first))
        made = list(zip(first.values(), keys, strict=True))
        await self.connection.execute(
            _NEW_HOUSEHOLDS,
            keys,
            [row.household_code or f"{row.area_code}-{key}" for row, key in made],
            [row.area_code for row, _ in made],
            [_seal(row.address, home.ADDRESS_COLUMN, key) for row, key in made],
        )
        known |= zip(first, keys, strict=True)
        return [known[row.household_code or f"alone {row.number}"] for row in self.rows]

    async def _set_heads(self, keys: list[int], homes: list[int]) -> None:
        heads: dict[int, int] = {}
        for row, person_id, household_id in zip(self.rows, keys, homes, strict=True):
            if row.is_head or household_id not in heads:
                heads[household_id] = person_id
        await self.connection.execute(_HEADS, list(heads), list(heads.values()))


def _seal(text: str | None, column: str, key: int) -> bytes | None:
    return cipher.seal(text, place=f"{column}:{key}") if text else None


def _index(text: str | None, column: str) -> bytes | None:
    return cipher.blind_index(text, column=column) if text else None


_HOUSEHOLDS = """
SELECT id, code, area_code, head_id FROM household
WHERE code = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE
"""
_PHONES = f"""
SELECT person.phone_index AS held, {people.COLUMNS} {people.FROM}
WHERE person.phone_index = ANY($1::bytea[])
"""
_CARDS = f"""
SELECT person.identity_number_index AS held, {people.COLUMNS} {people.FROM}
WHERE person.identity_number_index = ANY($1::bytea[])
"""
_MEMBERS = """
SELECT household_id, person.name FROM residence JOIN person ON person.id = person_id
WHERE household_id = ANY($1::bigint[]) AND state = 'CONFIRMED'
"""
_KEYS = "SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2::int)"
_PEOPLE = """
INSERT INTO person (id, name, is_party_member, phone, phone_index, identity_number,
    identity_number_index)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bool[], $4::bytea[], $5::bytea[], $6::bytea[],
    $7::bytea[])
"""
_NEW_HOUSEHOLDS = """
INSERT INTO household (id, code, area_code, address)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[])
"""
_RESIDENCES = f"""
INSERT INTO residence (person_id, household_id, area_code, state, started_on, decided_by_id,
    decided_at)
SELECT of.person_id, of.household_id, of.area_code, 'CONFIRMED', {db.TODAY}, $4, now()
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS of (person_id, household_id, area_code)
"""  # noqa: S608 - constants
_HEADS = """
UPDATE household SET version = version + 1, head_id = coalesce(household.head_id, of.head_id)
FROM unnest($1::bigint[], $2::bigint[]) AS of (id, head_id) WHERE household.id = of.id
"""
