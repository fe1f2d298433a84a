"""The offices of the standard city that handle tickets: departments, towns, and the centre."""

from typing import TYPE_CHECKING

from api.city import names
from api.city.areas import CITY_CODE
from models.role import Role

if TYPE_CHECKING:
    import asyncpg

DISPATCHERS = 12
OFFICERS = 3
STARTED_ON = "2022-01-04"

DEPARTMENTS = {
    "城市管理局": "COMPONENT EVENT",
    "住房和城乡建设局": "UNSAFE_HOUSE NOISE DUST ROAD_WORKS PROPERTY_DISPUTE",
    "交通运输局": "ROAD_SURFACE GUARDRAIL",
    "公安局": "TRAFFIC_SIGN PARKING",
    "水利局": "DRAINAGE FLOOD",
    "生态环境局": "POLLUTION",
    "应急管理局": "ACCIDENT",
    "消防救援大队": "FIRE_RISK FIRE_HYDRANT BLOCKED_PASSAGE",
    "市场监督管理局": "LIFT CONSUMER",
    "人力资源和社会保障局": "WAGE_DISPUTE",
    "民政局": "HELP ELDER_CARE",
    "卫生健康委员会": "MEDICAL_CARE",
    "自然资源和规划局": "ILLEGAL_BUILDING",
    "园林绿化管理处": "TREE GREEN_SPACE",
    "供电公司": "POWER_LINE",
    "水务集团": "WATER_PIPE",
    "燃气公司": "GAS_PIPE",
    "纪律检查委员会": "COMPLAINT",
    "社会工作部": "CONSULTATION SUGGESTION",
    "教育局": "",
    "农业农村局": "",
    "文体广电和旅游局": "",
    "商务局": "",
    "财政局": "",
    "科学技术局": "",
}
"""The 25 departments by name, each with the categories and families it is in charge of."""


async def settle(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Open the offices of a city that has no units yet, and staff them."""
    if await connection.fetchval("SELECT EXISTS (SELECT FROM unit)"):
        return
    people = names.people(names.source("offices"))
    for place, (name, duties) in enumerate(DEPARTMENTS.items(), 1):
        unit: int = await connection.fetchval(
            _DEPARTMENT, f"D{place:02}", name, CITY_CODE, duties.split()
        )
        for _ in range(OFFICERS):
            await _appoint(connection, next(people), Role.DEPARTMENT_OFFICER, unit)
    await connection.execute(_TOWNS)
    for _ in range(DISPATCHERS):
        await _appoint(connection, next(people), Role.DISPATCHER, None)


async def _appoint(
    connection: "asyncpg.Connection[asyncpg.Record]", name: str, role: Role, unit: int | None
) -> None:
    person = await connection.fetchval("INSERT INTO person (name) VALUES ($1) RETURNING id", name)
    await connection.execute(_APPOINT, person, role, CITY_CODE, unit)


_DEPARTMENT = """
INSERT INTO unit (code, kind, name, area_code, duties) VALUES ($1, 'DEPARTMENT', $2, $3, $4)
RETURNING id
"""
_TOWNS = """
INSERT INTO unit (code, kind, name, area_code)
SELECT 'T' || code, 'TOWN', name || CASE kind WHEN 'TOWN' THEN '人民政府' ELSE '办事处' END, code
FROM area WHERE level = 'TOWN' AND valid_to IS NULL ORDER BY code
"""
_APPOINT = f"""
INSERT INTO appointment (person_id, role, area_code, unit_id, started_on)
VALUES ($1, $2, $3, $4, '{STARTED_ON}')
"""  # noqa: S608 - a constant
