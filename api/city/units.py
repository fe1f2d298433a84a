"""The units that serve the standard city: departments, towns, stationed units, villages, others.

A unit's duties are a phrase for people, then the codes of the tickets that it takes.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.city.areas import Place
from api.city.codes import CITY_CODE
from models.area import AreaKind

DEPARTMENTS = (
    ("公安局", "治安、交通和户籍管理", "TRAFFIC_SIGN PARKING"),
    ("城市管理局", "市容环卫、园林绿化和街面秩序", "STREET_LAMP MANHOLE RUBBISH_BIN PUBLIC_TOILET"
     " RUBBISH_PILE TREE GREEN_SPACE ILLEGAL_BUILDING STREET_VENDOR BICYCLE_PARKING POSTER"
     " SIGNBOARD"),
    ("住房和城乡建设局", "住房、物业和工程建设", "ROAD_SURFACE UNSAFE_HOUSE DUST"
     " PROPERTY_DISPUTE"),
    ("交通运输局", "公路、公交和道路施工", "GUARDRAIL ROAD_WORKS"),
    ("水利局", "河湖、排水和防汛", "DRAINAGE FLOOD"),
    ("生态环境局", "污染防治和噪声管理", "NOISE POLLUTION"),
    ("应急管理局", "安全生产和应急救援", "ACCIDENT"),
    ("市场监督管理局", "食品药品、特种设备和消费维权", "LIFT CONSUMER"),
    ("人力资源和社会保障局", "就业、社保和劳动关系", "WAGE_DISPUTE"),
    ("民政局", "救助、养老和社区建设", "HELP ELDER_CARE"),
    ("医疗保障局", "医保参保和待遇", "MEDICAL_CARE"),
    ("司法局", "人民调解、法律援助和社区矫正", "NEIGHBOUR_DISPUTE FAMILY_DISPUTE"),
    ("信访局", "来信来访和意见建议", "COMPLAINT SUGGESTION"),
    ("数据局", "政务服务和政策咨询", "CONSULTATION"),
    ("卫生健康委员会", "公共卫生和医疗服务", ""),
    ("教育局", "学校和学前教育", ""),
    ("自然资源和规划局", "土地、规划和不动产登记", ""),
    ("农业农村局", "农业生产和乡村建设", ""),
    ("文体广电和旅游局", "文化、体育和旅游", ""),
    ("退役军人事务局", "退役军人服务保障", ""),
    ("商务局", "商贸流通和成品油管理", ""),
    ("工业和信息化局", "企业服务和通信管理", ""),
    ("发展和改革委员会", "规划、价格和能源", ""),
    ("财政局", "财政补贴和资金监管", ""),
    ("审计局", "财政财务审计", ""),
)  # fmt: skip
OTHERS = (
    ("社会治理现代化指挥中心", "工单受理、派遣和督办", ""),
    ("消防救援大队", "消防监督和灭火救援", "FIRE_HYDRANT BLOCKED_PASSAGE FIRE_RISK"),
    ("供电公司", "供电服务和电力抢修", "POWER_LINE"),
    ("水务集团", "供水服务和管网抢修", "WATER_PIPE"),
    ("燃气公司", "燃气服务和抢险", "GAS_PIPE"),
    ("总工会", "职工维权和困难帮扶", ""),
    ("妇女联合会", "妇女儿童维权", ""),
    ("残疾人联合会", "残疾人服务", ""),
)
CENTRE = OTHERS[0][0]
STATIONED = (
    ("派出所", "公安局", "辖区治安和户籍", "PARKING"),
    ("司法所", "司法局", "辖区调解和法律服务", "NEIGHBOUR_DISPUTE FAMILY_DISPUTE"),
    ("市场监管分局", "市场监督管理局", "辖区市场监管", "LIFT CONSUMER"),
    ("供电所", "供电公司", "辖区供电和抢修", "POWER_LINE"),
)


class Unit(NamedTuple):
    """A row of the table unit; what it leaves out has its default."""

    id: int
    code: str
    kind: str
    name: str
    area_code: str
    parent_id: int | None
    duties: list[str]


def units(towns: Sequence[Place]) -> list[Unit]:
    """Make all units, each after the one that it belongs to."""
    made: list[Unit] = []
    keys: dict[str, int] = {}
    for code, kind, name, area_code, parent, phrase, tickets in _all(towns):
        keys[name] = len(made) + 1
        made.append(
            Unit(
                keys[name],
                code,
                kind,
                name,
                area_code,
                keys[parent] if parent else None,
                [phrase, *tickets.split()],
            )
        )
    return made


class _Plan(NamedTuple):
    code: str
    kind: str
    name: str
    area_code: str
    parent: str | None
    phrase: str
    tickets: str = ""


def _all(towns: Sequence[Place]) -> Iterator[_Plan]:
    for number, (name, phrase, tickets) in enumerate(DEPARTMENTS, 1):
        yield _Plan(
            f"{CITY_CODE}-D{number:02}", "DEPARTMENT", name, CITY_CODE, None, phrase, tickets
        )
    for number, (name, phrase, tickets) in enumerate(OTHERS, 1):
        yield _Plan(f"{CITY_CODE}-O{number:02}", "OTHER", name, CITY_CODE, None, phrase, tickets)
    for town in towns:
        yield from _of_town(town)


def _of_town(town: Place) -> Iterator[_Plan]:
    office = f"{town.name}办事处" if town.kind is AreaKind.SUBDISTRICT else f"{town.name}人民政府"
    yield _Plan(f"{town.code}-T", "TOWN", office, town.code, None, "辖区综合治理和公共服务")
    for number, (name, parent, phrase, tickets) in enumerate(STATIONED, 1):
        yield _Plan(
            f"{town.code}-S{number}",
            "STATIONED",
            town.name.removesuffix("街道").removesuffix("镇") + name,
            town.code,
            parent,
            phrase,
            tickets,
        )
    for village in town.children:
        is_rural = village.kind is AreaKind.VILLAGE
        committee = f"{village.name}{'民' if is_rural else '居民'}委员会"
        yield _Plan(
            f"{village.code}-V",
            "VILLAGE",
            f"{town.name}{committee}",
            village.code,
            office,
            "自治事务和便民服务",
        )
