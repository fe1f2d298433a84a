"""How the mutations of sessions, people, homes, rosters and files are tried (rights_cases.py)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

import asyncpg

from models import db, file, person, sheet
from models.access import Action
from models.person import Registration, SignedIn
from resolvers.node import global_id
from tests.rights_cases import Target, Try, case

# Sessions


async def _session(target: Target) -> SignedIn:
    async with db.transaction() as connection:
        return await person.start_session(
            connection, target.owner_id, device="", now=datetime.now(UTC)
        )


@case("sessionRefresh", Action.SESSION_REFRESH)
@case("sessionEnd", Action.SESSION_END)
async def _by_token(target: Target) -> Try:
    return Try({"refreshToken": (await _session(target)).refresh_token})


@case("sessionEndOthers", Action.SESSION_END_OTHERS, of_people=True)
async def _end_others(target: Target) -> Try:
    session = global_id("ActiveSession", (await _session(target)).session_id)
    return Try({"sessionIds": [session]}, owner_id=target.owner_id)


# People


@case("personVerifyPhone", Action.PERSON_VERIFY_PHONE, of_oneself=True)
async def _verify_phone(target: Target) -> Try:
    given = {"code": target.owner_phone, "idempotencyKey": target.key}
    return Try(given, owner_id=target.owner_id)


@case("personReveal", Action.PERSON_REVEAL, of_people=True)
async def _reveal(target: Target) -> Try:
    given = {"personId": global_id("Person", target.owner_id), "fields": ["PHONE"]}
    place = target.place.micro_grid
    return Try({**given, "reason": "核对信息"}, place, owner_id=target.owner_id)


@case("personBan", Action.PERSON_BAN, never_oneself=True)
async def _ban(target: Target) -> Try:
    given = {"personId": global_id("Person", target.owner_id), "reason": "冒用身份"}
    return Try({**given, "idempotencyKey": target.key}, owner_id=target.owner_id)


@case("personUnban", Action.PERSON_BAN, never_oneself=True)
async def _unban(target: Target) -> Try:
    if not target.is_own:
        await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", target.owner_id)
    return await _ban(target)


# Homes


@case("personRegister", Action.PERSON_REGISTER, of_oneself=True)
async def _register(target: Target) -> Try:
    await _take_back(target)
    given = {"microGridCode": target.place.micro_grid, "name": "某人", "address": "某路1号"}
    return Try({**given, "idempotencyKey": target.key}, owner_id=target.owner_id)


@case("residenceConfirm", Action.RESIDENCE_CONFIRM, never_oneself=True)
async def _confirm(target: Target) -> Try:
    return await _asked(target)


@case("residenceRefuse", Action.RESIDENCE_CONFIRM, never_oneself=True)
async def _refuse(target: Target) -> Try:
    return await _asked(target, reason="查无此户")


@case("residenceWithdraw", Action.PERSON_REGISTER, of_people=True)
async def _withdraw(target: Target) -> Try:
    return await _asked(target)


async def _asked(target: Target, **facts: object) -> Try:
    """Let the owner ask to live at the place."""
    code = target.place.micro_grid
    pending = await _pending(target)
    if pending and not target.is_own:
        # Neighbours ask once: those who are refused all try on the same.
        return _decided(target, pending["id"], facts)
    await _take_back(target)
    said = Registration(micro_grid_code=code, name="某人", address="某路1号")
    key = await person.register(target.owner_id, said, key=target.key)
    return _decided(target, key, facts)


def _decided(target: Target, key: int, facts: Mapping[str, object]) -> Try:
    given = {"residenceId": global_id("Residence", key), "idempotencyKey": target.key, **facts}
    return Try(given, target.place.micro_grid, owner_id=target.owner_id)


async def _take_back(target: Target) -> None:
    pending = await _pending(target)
    if pending:
        await person.withdraw(target.owner_id, pending["id"], key=f"back {target.number}")


async def _pending(target: Target) -> asyncpg.Record | None:
    return await db.fetch_one(
        "SELECT id FROM residence WHERE person_id = $1 AND state = 'PENDING'", target.owner_id
    )


# Rosters


@case("rosterImport", Action.ROSTER_IMPORT, by_actor=True)
async def _bring(target: Target) -> Try:
    table = _roster(target.place.micro_grid)
    kept = await file.keep_table(table, person_id=target.actor_id or target.owner_id)
    given = {"fileId": global_id("File", kept.id), "areaCode": target.place.village}
    return Try({**given, "idempotencyKey": target.key}, target.place.village)


@case("rosterExport", Action.ROSTER_EXPORT)
async def _export(target: Target) -> Try:
    return Try({"areaCode": target.place.village}, target.place.village)


@cache
def _roster(code: str) -> bytes:
    return sheet.write("花名册", ("姓名", "微网格编码"), [("王五", code)])


# Files


@case("fileUploadStart", Action.FILE_UPLOAD, of_oneself=True)
async def _upload(target: Target) -> Try:
    given = {"kind": "PHOTO", "contentType": "image/jpeg", "bytes": 10}
    return Try(given, owner_id=target.owner_id)
