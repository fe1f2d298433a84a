"""Confirming or refusing where somebody lives, by those who look after the place."""

from dataclasses import dataclass

import asyncpg

from models import access, cipher, db
from models.access import Action, Rights, Thing
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.person import claim, home, moving, protected
from models.person.record import ResidenceState

HOLDS_MOST = 3
"""So often a place is looked for that is merged again and again."""


async def confirm(
    decider_id: int, residence_id: int, *, household_code: str | None, key: str
) -> int:
    """Confirm a pending residence: the person lives there from today, and nowhere else.

    They join the household of this code, else the one that they named, else a new one, whose
    head they are. Gives the residence's key. Raises Refusal: NOT_FOUND, NOT_ALLOWED (also for
    oneself and one's own household), ILLEGAL_MOVE, CONFLICT for the identity number of another.
    """

    async def act(connection: Connection) -> int:
        await _check_visible(connection, decider_id, residence_id)
        await _hold(connection, residence_id, of=await _holder(connection, residence_id))
        asked = await _decidable(connection, decider_id, residence_id)
        await _Confirmation(connection, decider_id, asked).carry_out(household_code)
        return residence_id

    return await once(
        act,
        person_id=decider_id,
        operation="residence.confirm",
        key=key,
        asked={"residence": residence_id, "household": household_code},
    )


async def refuse(decider_id: int, residence_id: int, *, reason: str, key: str) -> int:
    """Refuse a pending residence for a reason that the person reads; raises as `confirm`."""
    why = protected.reason(reason)

    async def act(connection: Connection) -> int:
        await _check_visible(connection, decider_id, residence_id)
        await _hold(connection, residence_id)
        asked = await _decidable(connection, decider_id, residence_id)
        await moving.lock_people(connection, [asked.person_id])
        pending = await _still_pending(connection, residence_id)
        own = asked.own_household_id
        if own is not None and pending["household_id"] == own:
            raise Refusal(Code.NOT_ALLOWED, "不能审核本户的居住登记", "residenceId")
        await connection.execute(_REFUSE, residence_id, decider_id, why)
        await moving.record(
            connection,
            asked.person_id,
            kind="RESIDENCE_REFUSED",
            actor_id=decider_id,
            facts={"residence": residence_id},
            area_codes=[asked.area_code],
        )
        return residence_id

    return await once(
        act,
        person_id=decider_id,
        operation="residence.refuse",
        key=key,
        asked={"residence": residence_id, "reason": reason},
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A registration that the decider may decide, and the decider's own household."""

    residence_id: int
    person_id: int
    area_code: str
    own_household_id: int | None


async def _hold(
    connection: Connection, residence_id: int, *, of: claim.Found | None = None
) -> None:
    """Hold where a registration is for, and where the person and the roster row `of` it live.

    One that was moved with its area meanwhile is for what came after, which is held then.
    """
    for _ in range(HOLDS_MOST):
        row = await connection.fetchrow(_RESIDENCE, residence_id)
        if row is None:
            return
        people = [row["person_id"], *([of.person_id] if of else [])]
        if await moving.hold_homes(connection, people, code=row["area_code"]):
            return


async def _number(connection: Connection, residence_id: int) -> str | None:
    """Read the identity number that a registration states."""
    sealed = await connection.fetchval(_ASKED_NUMBER, residence_id)
    if sealed is None:
        return None
    return cipher.unseal(sealed, place=f"{home.REGISTERED_IDENTITY_NUMBER_COLUMN}:{residence_id}")


async def _holder(connection: Connection, residence_id: int) -> claim.Found | None:
    """Find who holds the identity number that a registration states."""
    number = await _number(connection, residence_id)
    if number is None:
        return None
    column = protected.IDENTITY_NUMBER_COLUMN
    return await claim.holder(connection, column, cipher.blind_index(number, column=column))


async def _check_visible(connection: Connection, decider_id: int, residence_id: int) -> None:
    """Refuse before anything is locked: the time it takes tells nobody what there is."""
    row = await connection.fetchrow(_LOOK, residence_id, decider_id)
    if row is None or not _is_visible(access.read(row["rights"]), row):
        raise _unknown()


async def _decidable(connection: Connection, decider_id: int, residence_id: int) -> _Asked:
    held = await access.rights(connection, decider_id)
    row = await connection.fetchrow(_RESIDENCE, residence_id)
    if row is None or not _is_visible(held, row):
        raise _unknown()
    if row["person_id"] == decider_id:
        raise Refusal(Code.NOT_ALLOWED, "不能审核本人的居住登记", "residenceId")
    access.check(
        held,
        Action.RESIDENCE_CONFIRM,
        Thing(area_code=row["area_code"]),
        path="residenceId",
    )
    return _Asked(residence_id, row["person_id"], row["area_code"], held.household_id)


def _is_visible(held: Rights, row: asyncpg.Record) -> bool:
    is_own = row["person_id"] == held.person_id
    return is_own or held.may(Action.HOUSEHOLD_READ, Thing(area_code=row["area_code"]))


def _unknown() -> Refusal:
    return Refusal(Code.NOT_FOUND, "没有这条居住登记", "residenceId")


async def _still_pending(connection: Connection, residence_id: int) -> asyncpg.Record:
    """Lock the registration of a locked person; of two who decide at once the second is late."""
    row = await connection.fetchrow(_PENDING, residence_id)
    assert row, "a residence is never deleted"
    if row["state"] != ResidenceState.PENDING:
        raise Refusal(Code.ILLEGAL_MOVE, "该登记已有结果", "residenceId")
    return row


@dataclass(frozen=True, slots=True)
class _Confirmation:
    """One confirmation, in its transaction."""

    connection: Connection
    decider_id: int
    asked: _Asked

    async def carry_out(self, household_code: str | None) -> None:
        connection, asked = self.connection, self.asked
        number = await _number(connection, asked.residence_id)
        roster_id = await self._roster_row()
        people = await moving.lock_people(connection, filter(None, [asked.person_id, roster_id]))
        pending = await _still_pending(connection, asked.residence_id)
        old = await moving.home_of(connection, asked.person_id)
        old_household_id = old.household_id if old else None
        household_id = await self._household(household_code, pending["household_id"])
        self._check_foreign(old_household_id, household_id)
        roster = people.get(roster_id) if roster_id else None
        roster_home = await moving.home_of(connection, roster["id"]) if roster else None
        await moving.lock_households(
            connection,
            [old_household_id, household_id, roster_home.household_id if roster_home else None],
        )
        me = people[asked.person_id]
        if roster:
            await claim.absorb(connection, roster, me, takes_home=False, takes_identity=False)
        if old:
            await moving.leave(connection, asked.person_id, old)
        await self._settle(pending, household_id, number)
        await moving.record(
            connection,
            asked.person_id,
            kind="RESIDENCE_CONFIRMED",
            actor_id=self.decider_id,
            facts={"residence": asked.residence_id},
            area_codes=dict.fromkeys([asked.area_code, *([old.area_code] if old else [])]),
        )

    async def _roster_row(self) -> int | None:
        """Find the roster row of the same human being; raises Refusal for another person's."""
        found = await _holder(self.connection, self.asked.residence_id)
        if found is None or found.person_id == self.asked.person_id:
            return None
        if found.signs_in:
            raise Refusal(Code.CONFLICT, "该身份证号已登记在他人名下", "residenceId")
        return found.person_id

    async def _household(self, code: str | None, named_id: int | None) -> int:
        """Find the household of this code or the one that was named, or make a new one."""
        key = named_id
        if code is not None:
            key = await self.connection.fetchval(_HOUSEHOLD, code, self.asked.area_code)
            if key is None:
                raise Refusal(Code.NOT_FOUND, "该微网格没有这个户号", "householdCode")
        if key is None:
            key = await self.connection.fetchval(_NEW_HOUSEHOLD, self.asked.area_code)
        assert key is not None, "an insert gives its key"
        return key

    def _check_foreign(self, *household_ids: int | None) -> None:
        own = self.asked.own_household_id
        if own is not None and own in household_ids:
            raise Refusal(Code.NOT_ALLOWED, "不能审核本户的居住登记", "residenceId")

    async def _settle(
        self, pending: asyncpg.Record, household_id: int, number: str | None
    ) -> None:
        connection, asked = self.connection, self.asked
        await connection.execute(_CONFIRM, asked.residence_id, household_id, self.decider_id)
        await moving.join(connection, asked.person_id, household_id)
        place = f"{home.REGISTERED_ADDRESS_COLUMN}:{asked.residence_id}"
        address = cipher.unseal(pending["address"], place=place)
        sealed = cipher.seal(address, place=f"{home.ADDRESS_COLUMN}:{household_id}")
        await connection.execute(_ADDRESS, household_id, sealed)
        await connection.execute(_NAME, asked.person_id, pending["name"])
        if number is not None:
            column = protected.IDENTITY_NUMBER_COLUMN
            await connection.execute(
                _IDENTITY_NUMBER,
                asked.person_id,
                cipher.seal(number, place=f"{column}:{asked.person_id}"),
                cipher.blind_index(number, column=column),
            )


_RESIDENCE = "SELECT person_id, area_code FROM residence WHERE id = $1"
_LOOK = f"""
SELECT person_id, area_code, {access.rights_sql("$2")} AS rights FROM residence WHERE id = $1
"""  # noqa: S608 - constants
_PENDING = (
    "SELECT state, household_id, name, address FROM residence WHERE id = $1 FOR NO KEY UPDATE"
)
_ASKED_NUMBER = "SELECT identity_number FROM residence WHERE id = $1"
_HOUSEHOLD = 'SELECT id FROM household WHERE code = $1 AND area_code = $2 COLLATE "C"'
# The code is that of the place with the household's own key, so that two never get the same.
_NEW_HOUSEHOLD = """
INSERT INTO household (id, code, area_code)
SELECT fresh.id, $1 || '-' || fresh.id, $1
FROM nextval(pg_get_serial_sequence('household', 'id')) AS fresh (id) RETURNING id
"""
_CLEARED = "name = NULL, address = NULL, identity_number = NULL"
_CONFIRM = f"""
UPDATE residence SET state = 'CONFIRMED', household_id = $2, decided_by_id = $3,
    decided_at = now(), started_on = {db.TODAY}, {_CLEARED}
WHERE id = $1
"""  # noqa: S608 - constants
_REFUSE = f"""
UPDATE residence SET state = 'REFUSED', decided_by_id = $2, decided_at = now(), reason = $3,
    {_CLEARED}
WHERE id = $1
"""  # noqa: S608 - constants
_ADDRESS = "UPDATE household SET address = $2 WHERE id = $1 AND address IS NULL"
_NAME = "UPDATE person SET name = $2 WHERE id = $1"
_IDENTITY_NUMBER = """
UPDATE person SET identity_number = $2, identity_number_index = $3 WHERE id = $1
"""
