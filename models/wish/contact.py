"""How the claimant reaches the wisher: encrypted, shown to nobody else, and never unlogged."""

from typing import NamedTuple

from models import access, cipher, db
from models.db import Connection
from models.errors import Code, Refusal
from models.person import Protected, log_access, protected
from models.wish import store
from models.wish.case import is_claimant
from models.wish.words import State

PHONE_COLUMN, ADDRESS_COLUMN = "wish.phone", "wish.address"
_ACTIVE = frozenset({State.CLAIMED, State.DELIVERING, State.FULFILLED})


class Contact(NamedTuple):
    """How to reach somebody, in full."""

    phone: str | None
    address: str | None


def clean_contact(phone: str | None, address: str | None) -> Contact:
    """Clean what somebody typed; raises Refusal INVALID."""
    return Contact(
        protected.phone(phone, path="contactPhone") if phone else None,
        protected.address(address, path="contactAddress") if address else None,
    )


def seal(key: int, contact: Contact) -> tuple[bytes | None, bytes | None]:
    """Encrypt a contact for the row of a wish."""
    phone, address = contact
    return (
        cipher.seal(phone, place=f"{PHONE_COLUMN}:{key}") if phone else None,
        cipher.seal(address, place=f"{ADDRESS_COLUMN}:{key}") if address else None,
    )


async def contact(wish_id: int, *, person_id: int) -> Contact:
    """Give the contact of a wish to its active claimant, and log that they read it.

    Nothing is given before the log is written for good. Raises Refusal: NOT_FOUND for a wish
    that is not on the board, NOT_ALLOWED for who has no active claim of it.
    """
    async with db.transaction() as connection:
        found = await store.lock(connection, wish_id)
        held = await access.rights(connection, person_id)
        if found is None or found.state not in _ACTIVE:
            raise Refusal(Code.NOT_FOUND, "未找到该心愿，或尚未认领", "wishId")
        if not is_claimant(found, held):
            raise Refusal(Code.NOT_ALLOWED, "只有认领人可以查看联系方式", "wishId")
        opened = await _open(connection, wish_id)
        read = [
            word
            for word, value in zip((Protected.PHONE, Protected.ADDRESS), opened, strict=True)
            if value
        ]
        if read:
            await log_access(
                connection, person_id, [found.wisher_id], read, reason=f"认领心愿 {wish_id}"
            )
        return opened


async def _open(connection: Connection, key: int) -> Contact:
    row = await connection.fetchrow("SELECT phone, address FROM wish WHERE id = $1", key)
    assert row, "a locked wish is there"
    return Contact(
        cipher.unseal(row["phone"], place=f"{PHONE_COLUMN}:{key}") if row["phone"] else None,
        cipher.unseal(row["address"], place=f"{ADDRESS_COLUMN}:{key}") if row["address"] else None,
    )
