"""What people write in made-up tickets: what is wrong and where, and what was done about it."""

import random

from api.city.shares import Shares
from models.ticket import CATEGORIES, Family, Source

STANDARD = {one.code: one for one in CATEGORIES.default}
"""The categories of made-up tickets: those that every city begins with."""
SPOTS = """东门 西门 南门 北门 村口 主干道 健身广场 停车场 河边 小学旁 菜场旁 公交站旁 3幢楼下
8幢楼下 12幢后面 便利店门口 活动室门口 桥头 岔路口 围墙边""".split()  # noqa: SIM905 - a list of words reads best as words
TROUBLES = {
    Family.COMPONENT: (
        "已经好几天了",
        "晚上很危险",
        "老人小孩经过不安全",
        "昨天刚发现",
        "影响通行",
    ),
    Family.EVENT: ("每天都这样", "影响大家出行", "说过几次没用", "正在发生", "气味很大"),
    Family.PEOPLE: (
        "希望能上门看看",
        "多次协商没有结果",
        "不知道找谁",
        "家里有困难",
        "请给个说法",
    ),
}
PLEAS = ("请尽快处理", "望派人来看", "谢谢", "麻烦解决一下", "请安排处理", "盼复")
RESULTS = {
    Family.COMPONENT: ("已现场修复，恢复正常", "已更换损坏部件", "已设置围挡并修复", "已清理完毕"),
    Family.EVENT: ("已劝导整改到位", "已现场清理", "已约谈责任人并整改", "已责令停止并恢复原状"),
    Family.PEOPLE: (
        "已上门沟通，双方达成一致",
        "已联系家属并落实帮扶",
        "已答复政策依据",
        "已协调解决",
    ),
}
# Patrols find what stands and happens in the city, calls are about people's own affairs.
_SHARES = {
    Source.GRID_PATROL: Shares({Family.COMPONENT: 50, Family.EVENT: 45, Family.PEOPLE: 5}),
    Source.VISIT: Shares({Family.COMPONENT: 10, Family.EVENT: 10, Family.PEOPLE: 80}),
    Source.HOTLINE: Shares({Family.COMPONENT: 20, Family.EVENT: 40, Family.PEOPLE: 40}),
    Source.MINI_PROGRAM: Shares({Family.COMPONENT: 45, Family.EVENT: 40, Family.PEOPLE: 15}),
}
_CODES = {
    family: [code for code, one in STANDARD.items() if one.family is family] for family in Family
}


def category(randomness: random.Random, source: Source) -> str:
    """Draw what a ticket of this source is about."""
    codes = _CODES[_SHARES[source].drawn(randomness)]
    # What comes first in the catalogue is met more often.
    return codes[int(len(codes) * randomness.random() ** 1.5)]


def report(randomness: random.Random, code: str, grid: str) -> str:
    """Write a report."""
    found = STANDARD[code]
    spot = randomness.choice(SPOTS)
    trouble = randomness.choice(TROUBLES[found.family])
    return f"{grid}{spot}{found.name}，{trouble}，{randomness.choice(PLEAS)}"


def result(randomness: random.Random, code: str) -> str:
    """Write what was done."""
    return randomness.choice(RESULTS[STANDARD[code].family])
