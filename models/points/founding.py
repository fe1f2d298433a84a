"""Programmes are made, funded and closed by those above; what they gave stays as it is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from models import access, area, naming
from models.access import Action, Thing
from models.area import Area, Level
from models.db import Connection
from models.errors import Code, Refusal
from models.once import once
from models.points.rule import CODE
from models.points.ruling import hold_programme, tell
from models.points.words import Joiners, ProgrammeKind

VILLAGES_MOST = 60
BUDGET_CENTS_MOST = 10**13
CENTS_PER_POINT_MOST = 100_000
LOT_MONTHS_MOST = 120
YEAR_GRANT_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What a programme begins with.

    That of a village has no `village_codes`, for it is its owner's; that of a town names those
    that share it; that of couriers, one for the whole city, has none.
    """

    code: str
    kind: ProgrammeKind
    name: str
    owner_area_code: str
    village_codes: Sequence[str] = ()
    budget_cents: int
    cents_per_point: int
    lot_months: int
    year_grant: int
    joiners: Joiners


async def create_programme(founding: Founding, *, actor_id: int, key: str) -> int:
    """Make a programme; give its id. Once only by `key`.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED, INVALID, CONFLICT for a code that is taken and where a
    village, or the couriers, have a programme that is not closed.
    """

    async def act(connection: Connection) -> int:
        codes = {founding.owner_area_code, *founding.village_codes}
        areas = await area.hold_all(connection, codes)
        rights = await access.rights(connection, actor_id)
        thing = Thing(area_code=founding.owner_area_code)
        access.check(rights, Action.POINTS_PROGRAMME, thing, path="areaCode")
        _check_figures(founding)
        villages = _villages(founding, areas)
        return await _create(connection, founding, villages, actor_id=actor_id)

    asked = asdict(founding)
    return await once(
        act, person_id=actor_id, operation="pointsProgrammeCreate", key=key, asked=asked
    )


async def fund_programme(*, actor_id: int, programme_id: int, budget_cents: int, key: str) -> int:
    """Set the budget of a year; give the programme's id.

    Raises Refusal: NOT_FOUND, NOT_ALLOWED, ILLEGAL_MOVE for a closed one, INVALID.
    """

    async def act(connection: Connection) -> int:
        await hold_programme(connection, programme_id, actor_id, Action.POINTS_PROGRAMME)
        _check("budgetCents", budget_cents, 0, BUDGET_CENTS_MOST)
        before = await connection.fetchval(_BUDGET, programme_id)
        await connection.execute(_FUND, programme_id, budget_cents)
        facts: dict[str, object] = {"before": before, "budgetCents": budget_cents}
        await tell(connection, programme_id, "FUNDED", actor_id=actor_id, facts=facts)
        return programme_id

    asked = {"programmeId": programme_id, "budgetCents": budget_cents}
    return await once(
        act, person_id=actor_id, operation="pointsProgrammeFund", key=key, asked=asked
    )


async def close_programme(*, actor_id: int, programme_id: int, key: str) -> int:
    """Close a programme for ever; give its id.

    From now on it gives nothing and has no more boards; what was earned can be spent until it
    expires. Raises Refusal: NOT_FOUND, NOT_ALLOWED, ILLEGAL_MOVE the second time.
    """

    async def act(connection: Connection) -> int:
        await hold_programme(connection, programme_id, actor_id, Action.POINTS_PROGRAMME)
        await connection.execute(_CLOSE, programme_id)
        await tell(connection, programme_id, "CLOSED", actor_id=actor_id, facts={})
        return programme_id

    asked = {"programmeId": programme_id}
    return await once(
        act, person_id=actor_id, operation="pointsProgrammeClose", key=key, asked=asked
    )


def _check_figures(founding: Founding) -> None:
    if not CODE.fullmatch(founding.code):
        raise Refusal(Code.INVALID, "代码须为 1 到 32 位大写字母、数字、下划线或连字符", "code")
    _check("budgetCents", founding.budget_cents, 0, BUDGET_CENTS_MOST)
    _check("centsPerPoint", founding.cents_per_point, 1, CENTS_PER_POINT_MOST)
    _check("lotMonths", founding.lot_months, 1, LOT_MONTHS_MOST)
    _check("yearGrant", founding.year_grant, 0, YEAR_GRANT_MOST)


def _check(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Refusal(Code.INVALID, f"须在 {least} 到 {most} 之间", field)


def _villages(founding: Founding, areas: dict[str, Area]) -> list[str]:
    """Give the villages whose residents belong to it; raises Refusal."""
    owner = areas.get(founding.owner_area_code)
    if owner is None:
        raise Refusal(Code.NOT_FOUND, "没有这个区划", "areaCode")
    if owner.level is not _OWNERS[founding.kind]:
        raise Refusal(Code.INVALID, "该类项目不设在这一层级", "areaCode")
    if founding.kind is ProgrammeKind.TOWN:
        return _shared(founding, areas)
    if founding.village_codes:
        raise Refusal(Code.INVALID, "该类项目不列村（社区）", "villageCodes")
    return [owner.code] if founding.kind is ProgrammeKind.VILLAGE else []


def _shared(founding: Founding, areas: dict[str, Area]) -> list[str]:
    given = sorted(set(founding.village_codes))
    if not 1 <= len(given) <= VILLAGES_MOST:
        raise Refusal(Code.INVALID, f"须列 1 到 {VILLAGES_MOST} 个村（社区）", "villageCodes")
    for code in given:
        if code not in areas or not code.startswith(founding.owner_area_code):
            raise Refusal(Code.NOT_FOUND, "没有这个村（社区）", "villageCodes")
        if areas[code].level is not Level.VILLAGE:
            raise Refusal(Code.INVALID, "须为村（社区）", "villageCodes")
    return given


async def _create(
    connection: Connection, founding: Founding, villages: list[str], *, actor_id: int
) -> int:
    # They are made rarely, so they take turns; awards go on.
    await connection.execute("LOCK TABLE programme IN SHARE ROW EXCLUSIVE MODE")
    programme_id: int | None = await connection.fetchval(
        _CREATE,
        founding.code,
        founding.kind,
        naming.line(founding.name, "name"),
        founding.owner_area_code,
        founding.budget_cents,
        founding.cents_per_point,
        founding.lot_months,
        founding.year_grant,
        founding.joiners,
    )
    if programme_id is None:
        raise Refusal(Code.CONFLICT, "该项目代码已存在，或已有骑手积分项目", "code")
    covered = await connection.fetch(_COVER, programme_id, villages)
    if len(covered) < len(villages):
        raise Refusal(Code.CONFLICT, "有村（社区）已有积分项目", "villageCodes")
    await connection.execute(_OPEN, programme_id)
    facts: dict[str, object] = {"code": founding.code, "villages": len(villages)}
    await tell(connection, programme_id, "CREATED", actor_id=actor_id, facts=facts)
    return programme_id


_OWNERS = {
    ProgrammeKind.VILLAGE: Level.VILLAGE,
    ProgrammeKind.TOWN: Level.TOWN,
    ProgrammeKind.COURIER: Level.CITY,
}
_CREATE = """
INSERT INTO programme (code, kind, name, owner_area_code, budget_cents, cents_per_point,
    lot_months, year_grant, joiners)
SELECT $1::varchar, $2::varchar, $3::varchar, $4::varchar, $5::bigint, $6::int, $7::int,
    $8::int, $9::varchar
WHERE $2::varchar <> 'COURIER'
    OR NOT EXISTS (SELECT FROM programme WHERE kind = 'COURIER' AND closed_at IS NULL)
ON CONFLICT (code) DO NOTHING RETURNING id
"""
_COVER = """
INSERT INTO programme_area (area_code, programme_id)
SELECT code, $1 FROM unnest($2::text[]) AS code ORDER BY code
ON CONFLICT (area_code) DO UPDATE SET programme_id = excluded.programme_id
WHERE EXISTS (
    SELECT FROM programme
    WHERE programme.id = programme_area.programme_id AND closed_at IS NOT NULL
)
RETURNING area_code
"""
_OPEN = """
INSERT INTO account (programme_id, kind)
SELECT $1, kind FROM unnest(ARRAY['ISSUANCE', 'EXPIRED']) AS kind
"""
_BUDGET = "SELECT budget_cents FROM programme WHERE id = $1"
_FUND = "UPDATE programme SET budget_cents = $2 WHERE id = $1"
_CLOSE = "UPDATE programme SET closed_at = now() WHERE id = $1"
