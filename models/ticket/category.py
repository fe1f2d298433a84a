"""What tickets are about: a catalogue of two levels, which the city may change.

The families and groups are those of digital city management (GB/T 30428.2): what stands in the
city, what happens in it, and people's own affairs. A ticket keeps the code of its category.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from models.calendar import CITY_ZONE
from models.catalogue.registry import Catalogue, current, editions, register
from models.ticket.words import Family

NAME_LENGTH_MOST = 32
RESOLVE_HOURS_MOST = 366 * 24
DAY = 24
_CODE = re.compile("[A-Z][A-Z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class Category:
    """One category: its group within a family, and in how many hours it is to be resolved."""

    code: str
    family: Family
    group: str
    name: str
    resolve_hours: int

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError("a code has 1 to 32 of A-Z, 0-9 and _, and begins with a letter")
        if not all(1 <= len(word.strip()) <= NAME_LENGTH_MOST for word in (self.group, self.name)):
            raise ValueError(f"group and name have 1 to {NAME_LENGTH_MOST} characters")
        if not 1 <= self.resolve_hours <= RESOLVE_HOURS_MOST:
            raise ValueError(f"it is to be resolved in 1 to {RESOLVE_HOURS_MOST} hours")


_TABLE: dict[Family, dict[str, tuple[tuple[str, str, int], ...]]] = {
    Family.COMPONENT: {
        "公用设施": (
            ("STREET_LAMP", "路灯损坏", 2 * DAY),
            ("MANHOLE", "井盖缺失破损", DAY),
            ("WATER_PIPE", "供水管道漏水", DAY),
            ("GAS_PIPE", "燃气设施异常", 4),
            ("POWER_LINE", "电力线缆垂落", 8),
            ("FIRE_HYDRANT", "消防栓损坏", 2 * DAY),
        ),
        "道路交通": (
            ("ROAD_SURFACE", "路面破损", 5 * DAY),
            ("TRAFFIC_SIGN", "交通标志损坏", 3 * DAY),
            ("GUARDRAIL", "护栏损坏", 3 * DAY),
            ("DRAINAGE", "道路积水", DAY),
        ),
        "市容环卫": (
            ("RUBBISH_BIN", "垃圾桶破损满溢", DAY),
            ("PUBLIC_TOILET", "公厕脏污损坏", DAY),
            ("RUBBISH_PILE", "积存垃圾渣土", DAY),
        ),
        "园林绿化": (
            ("TREE", "树木倾倒枯死", 2 * DAY),
            ("GREEN_SPACE", "绿地损毁", 5 * DAY),
        ),
        "房屋土地": (
            ("UNSAFE_HOUSE", "危旧房屋", 5 * DAY),
            ("LIFT", "电梯故障", DAY),
            ("ILLEGAL_BUILDING", "违章建筑", 7 * DAY),
        ),
    },
    Family.EVENT: {
        "街面秩序": (
            ("STREET_VENDOR", "无照流动经营", DAY),
            ("PARKING", "机动车乱停放", DAY),
            ("BICYCLE_PARKING", "共享单车乱停放", DAY),
            ("BLOCKED_PASSAGE", "占用消防通道", 8),
        ),
        "施工管理": (
            ("NOISE", "施工噪声扰民", DAY),
            ("DUST", "工地扬尘", 2 * DAY),
            ("ROAD_WORKS", "道路施工不规范", 2 * DAY),
        ),
        "广告管理": (
            ("POSTER", "乱张贴涂写", DAY),
            ("SIGNBOARD", "户外招牌不牢固", DAY),
        ),
        "突发事件": (
            ("FIRE_RISK", "火灾隐患", 4),
            ("FLOOD", "内涝险情", 4),
            ("POLLUTION", "环境污染", DAY),
            ("ACCIDENT", "安全事故", 4),
        ),
    },
    Family.PEOPLE: {
        "矛盾纠纷": (
            ("NEIGHBOUR_DISPUTE", "邻里纠纷", 7 * DAY),
            ("FAMILY_DISPUTE", "家庭纠纷", 7 * DAY),
            ("PROPERTY_DISPUTE", "物业纠纷", 7 * DAY),
            ("WAGE_DISPUTE", "劳资纠纷", 7 * DAY),
        ),
        "便民服务": (
            ("CONSULTATION", "政策咨询", 3 * DAY),
            ("HELP", "困难求助", 5 * DAY),
            ("ELDER_CARE", "老人照护", 3 * DAY),
            ("MEDICAL_CARE", "就医帮扶", 3 * DAY),
        ),
        "投诉建议": (
            ("COMPLAINT", "作风投诉", 7 * DAY),
            ("CONSUMER", "消费投诉", 7 * DAY),
            ("SUGGESTION", "意见建议", 7 * DAY),
        ),
    },
}


def _together(entries: tuple[Category, ...]) -> Iterator[str]:
    if not entries:
        yield "without any category nothing can be reported"
    families: dict[str, Family] = {}
    for one in entries:
        if families.setdefault(one.group, one.family) is not one.family:
            yield f"the group {one.group} is in {families[one.group]} and in {one.family}"


def _listed() -> Iterable[Category]:
    for family, groups in _TABLE.items():
        for group, entries in groups.items():
            for code, name, hours in entries:
                yield Category(code, family, group, name, hours)


CATEGORIES = register(
    Catalogue(
        name="ticket_categories",
        title=(
            "What tickets are about, and in how many hours each is to be resolved."
            " 事项类别目录：COMPONENT 部件、EVENT 事件、PEOPLE 民生，办结时限（小时）"
        ),
        entry=Category,
        default=tuple(_listed()),
        key=("code",),
        check=_together,
    )
)


def categories(*, at: datetime | None = None) -> dict[str, Category]:
    """Give every category that can be reported on the day of `at`, by default today, by code."""
    on = at.astimezone(CITY_ZONE).date() if at else None
    return {one.code: one for one in current(CATEGORIES, on=on).entries}


def category_of(code: str, *, at: datetime) -> Category | None:
    """Give a category as it was at a time; one that did not hold then as it last did.

    None for what the city's catalogue does not know any more.
    """
    on = at.astimezone(CITY_ZONE).date()
    sought = (current(CATEGORIES, on=on), *reversed(editions(CATEGORIES)))
    return next((one for edition in sought for one in edition.entries if one.code == code), None)


def is_known(code: str) -> bool:
    """Say whether tickets can have a category, today or on another day."""
    return any(one.code == code for edition in editions(CATEGORIES) for one in edition.entries)
