"""Names as they are given in the region: villages, hamlets, estates, people.

Everything is drawn from short lists by a source of randomness that the caller hands in, so that
the same seed gives the same names on every Python.
"""

import random
from collections.abc import Iterator

SEED = 320281


def source(part: str) -> "random.Random":
    """Give the source of randomness of one part of the city; parts don't disturb each other."""
    return random.Random(f"{SEED} {part}")  # noqa: S311 - made-up data, not a secret


_VILLAGE_STEMS = (
    "新华 红星 向阳 前进 东风 光明 和平 胜利 建新 联合 三元 花园 金凤 新庄 长乐 "
    "民主 跃进 团结 永丰 丰收 五星 先锋 友爱 幸福 新民 龙泾 泗河 山泉 红旗 曙光 "
    "绮山 蟠龙 凤凰 陶城 华宏 倪家 宗言 三房 长寿 东林 桐岐 旌阳 悟空 普照 里旺 "
    "任桥 北渚 璜塘 湖塘 万寿 方园 金湾 塘头桥 皋岸 金庄 泰清 灯塔 观山 涂镇 "
    "曹桥 蒲市 大岸 华西 海达 赤岸 新联 勤丰 双泾 黄丹 芦墩 维常 卫国 石牌 澄路 "
    "小湖 常乐 镇澄 兴利 维新 西石桥 西奚墅 蔡泾 申浦 于门 创新 双牌 景贤"
)
VILLAGE_STEMS = _VILLAGE_STEMS.split()
_COMMUNITY_STEMS = (
    "滨江 花园 中山 朝阳 学院 环南 环北 虹桥 高巷 文富 绮山 黄山湖 天鹤 要塞 "
    "君山 兴国 大桥 普惠 忠义 永安 北门 南门 西门 东门 河北街 通运 青果路 贯庄 "
    "谢园 香山 江海 锦绣 万达 阳光 怡景 文昌 春申 芙蓉 金桂 银杏 新城 城中 玉门 "
    "健康 人民路 迎宾 望江 澄南 澄西 梅园"
)
COMMUNITY_STEMS = _COMMUNITY_STEMS.split()
_ESTATE_STEMS = (
    "滨江 锦绣 阳光 怡景 文昌 春江 芙蓉 金桂 银杏 香樟 玉兰 望江 翠园 紫薇 枫丹 "
    "百合 丽都 嘉禾 天鹤 龙庭 御景 和润 名仕 康桥 学府 长安 安居 聚福 杏春 月桂 "
    "兰亭 碧水 东方 澄江 君临 盛世"
)
ESTATE_STEMS = _ESTATE_STEMS.split()
ESTATE_ENDINGS = ("花园", "新村", "苑", "家园", "公寓", "小区")
HAMLET_ENDINGS = ("巷", "桥", "埭", "湾", "塘", "浜", "基", "弄", "圩", "头", "墩", "堂", "场")
COMPANY_PLACES = ("工业园", "农贸市场", "商贸街", "物流园", "科创园", "学校", "医院", "产业园")

# How often a family's name is met around the lower Yangtze, per 1,000 or so.
SURNAMES = {
    "陈": 71, "张": 68, "王": 66, "徐": 60, "周": 56, "吴": 52, "陆": 44, "顾": 43, "钱": 40,
    "沈": 40, "许": 38, "赵": 38, "李": 36, "朱": 34, "蒋": 32, "刘": 30, "孙": 28, "曹": 26,
    "黄": 24, "缪": 22, "夏": 20, "包": 18, "唐": 18, "姚": 17, "薛": 16, "龚": 16, "胡": 15,
    "何": 14, "方": 13, "任": 13, "邓": 12, "承": 11, "耿": 10, "汤": 10, "贡": 9, "单": 8,
    "季": 8, "庄": 8, "花": 6, "是": 5,
}  # fmt: skip
MALE = "伟强军平建国明华林东海峰勇杰斌亮刚浩宇鹏涛超磊洪生志成良兴荣祥忠德才龙新民春江山清文"
FEMALE = "芳娟敏静丽英红玉梅兰秀珍琴燕霞萍芬凤洁雪琳慧佳怡婷颖倩莉娜云娣珠妹亚淑惠月仙巧蓉菊"
MALE_SHARE = 0.5
TWO_LETTERS_SHARE = 0.72


def people(randomness: random.Random) -> Iterator[str]:
    """Give names of people without end: a family's name and one or two letters."""
    families, weights = list(SURNAMES), list(SURNAMES.values())
    while True:
        for family in randomness.choices(families, weights, k=512):
            letters = MALE if randomness.random() < MALE_SHARE else FEMALE
            given = randomness.choice(letters)
            if randomness.random() < TWO_LETTERS_SHARE:
                given += randomness.choice(letters)
            yield family + given


def villages(randomness: random.Random, *, town: str, count: int) -> list[str]:
    """Name a town's villages; the first has the town's own name."""
    return _unique(randomness, VILLAGE_STEMS, town, count, ending="村")


def communities(randomness: random.Random, *, town: str, count: int) -> list[str]:
    """Name a town's urban communities; the first has the town's own name."""
    return _unique(randomness, COMMUNITY_STEMS, town, count, ending="社区")


def _unique(
    randomness: random.Random, stems: list[str], town: str, count: int, *, ending: str
) -> list[str]:
    own = town.removesuffix("街道").removesuffix("镇")
    others = [stem for stem in stems if stem != own]
    return [stem + ending for stem in (own, *randomness.sample(others, count - 1))]


def hamlets(randomness: random.Random, count: int) -> list[str]:
    """Name the hamlets of one village, each differently, like 沈家巷."""
    families = list(SURNAMES)
    chosen = randomness.sample(range(len(families) * len(HAMLET_ENDINGS)), count)
    return [
        f"{families[number % len(families)]}家{HAMLET_ENDINGS[number // len(families)]}"
        for number in chosen
    ]


def estates(randomness: random.Random, count: int) -> list[str]:
    """Name the estates of one community, each differently, like 锦绣花园."""
    stems = randomness.sample(ESTATE_STEMS, count)
    return [stem + randomness.choice(ESTATE_ENDINGS) for stem in stems]
