"""Changing keys: every encrypted column is known, and is written anew while others read."""

import asyncio
import base64
import os
import sys
from asyncio.subprocess import PIPE
from datetime import UTC, datetime

from models import cipher, db, person, rekey, wish
from models.person import Protected, Registration
from models.ticket import reporter
from models.wish import State
from tests import areas, homes, tickets, wishes
from tests.conftest import Database
from tests.homes import IDENTITY_NUMBER, OTHER_IDENTITY_NUMBER, PHONE, live, roster_row, value
from tests.program import DATA_KEYS, ROOT, SECRET

NEW_KEYS = f"k2:{base64.b64encode(b'2' * 32).decode()},{DATA_KEYS}"
# Columns of bytes that are no encrypted values: digests, by which something is found.
DIGESTS = {
    "board.digest",
    "catalogue.digest",
    "once.asked",
    "person.identity_number_index",
    "person.openid_index",
    "person.phone_index",
    "seal.digest",
    "session.family_hash",
    "ticket_reporter.sealed_index",
    "voucher.code_digest",
}


async def test_every_column_of_bytes_is_encrypted_or_a_digest(database: Database) -> None:
    rows = await db.fetch(
        "SELECT table_name || '.' || column_name AS place FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'bytea'"
    )
    assert {row["place"] for row in rows} == {one.place for one in rekey.COLUMNS} | DIGESTS


async def people() -> list[int]:
    """Write two people with a home, and a registration with what is protected in it."""
    await homes.plant()
    keys = [
        await roster_row("李四", phone=PHONE, identity_number=IDENTITY_NUMBER),
        await roster_row("王五", phone=homes.OTHER_PHONE),
    ]
    await live(keys[0])
    key = await value(
        "INSERT INTO residence (person_id, area_code, state) VALUES ($1, $2, 'PENDING')"
        " RETURNING id",
        keys[1],
        homes.FAR_MICRO_GRID,
    )
    sealed = cipher.seal("某路1号", place=f"residence.address:{key}")
    await db.execute("UPDATE residence SET address = $2 WHERE id = $1", key, sealed)
    return keys


async def test_every_value_is_written_anew_once_and_found_as_before(database: Database) -> None:
    keys = await people()
    cipher.use(cipher.read_keys(NEW_KEYS))
    try:
        assert await rekey.count_old() == 5
        batches: list[int] = []
        assert await rekey.rekey(batches.append, batch=1) == 5
        assert batches == [1] * 5
        assert await rekey.count_old() == 0
        assert await rekey.rekey(batches.append) == 0
        cipher.use(cipher.read_keys(NEW_KEYS.replace(DATA_KEYS.split(",")[0] + ",", "")))
        sealed = await value("SELECT phone FROM person WHERE id = $1", keys[0])
        assert cipher.unseal(sealed, place=f"person.phone:{keys[0]}") == PHONE
        index = cipher.blind_index(PHONE, column="person.phone")
        assert await value("SELECT id FROM person WHERE phone_index = $1", index) == keys[0]
    finally:
        cipher.use(cipher.read_keys(DATA_KEYS))


async def test_the_command_writes_all_anew(database: Database) -> None:
    await people()
    environment = {
        "DATABASE_URL": database.url,
        "JWT_SECRET": SECRET,
        "DATA_KEYS": NEW_KEYS,
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    command = [sys.executable, "-m", "api", "data", "rekey"]
    for said in ("5 values are now under the key k2.\n", "0 values are now under the key k2.\n"):
        done = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=os.environ | environment, stdout=PIPE, stderr=PIPE
        )
        told, errors = await done.communicate()
        assert (done.returncode, told.decode()) == (0, said), errors
    sealed = await value("SELECT address FROM household")
    assert sealed.startswith(b"k2:")


async def test_what_every_domain_has_sealed_is_read_by_the_new_key_alone(
    database: Database,
) -> None:
    people = await wishes.cast()
    me, openid = people["resident"], "openid-of-wang"
    signed = await person.start_session_by_openid(openid, device="", now=datetime.now(UTC))
    lodger = await roster_row("李四", phone=PHONE, identity_number=IDENTITY_NUMBER)
    await live(lodger, areas.MICRO_GRID, "H-LI", address="长泾路7号")
    said = Registration(
        micro_grid_code=areas.MICRO_GRID,
        name="王小明",
        address="某路1号",
        identity_number=OTHER_IDENTITY_NUMBER,
    )
    await person.register(me, said, key="k")
    ticket_id = await tickets.submit(me, is_anonymous=True)
    wish_id = await wishes.published(people)
    await wishes.put(wish_id, State.CLAIMED, people["claimant"])
    for table, name in rekey.COLUMNS:
        assert await value(f"SELECT count({name}) FROM {table}"), (table, name)  # noqa: S608
    cipher.use(cipher.read_keys(NEW_KEYS))
    try:
        await rekey.rekey(lambda _: None)
        cipher.use(cipher.read_keys(NEW_KEYS.replace(DATA_KEYS.split(",")[0] + ",", "")))
        again = await person.start_session_by_openid(openid, device="", now=datetime.now(UTC))
        assert again.person == signed.person
        sealed = await value("SELECT openid FROM person WHERE id = $1", signed.person.id)
        assert cipher.unseal(sealed, place=f"person.openid:{signed.person.id}") == openid
        shown = await person.reveal(people["admin"], lodger, list(Protected), reason="核对")
        known = (shown.phone, shown.identity_number, shown.address)
        assert known == (PHONE, IDENTITY_NUMBER, "长泾路7号")
        shown = await person.reveal(me, me, list(Protected), reason="核对")
        registered = (shown.registered_identity_number, shown.registered_address)
        assert registered == (OTHER_IDENTITY_NUMBER, "某路1号")
        async with db.transaction() as connection:
            assert await reporter.first(connection, ticket_id) == me
        contact = await wish.contact(wish_id, person_id=people["claimant"])
        assert contact == (wishes.PHONE, wishes.ADDRESS)
    finally:
        cipher.use(cipher.read_keys(DATA_KEYS))
