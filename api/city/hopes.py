"""What people wish for in made-up wishes."""

from typing import NamedTuple

from models.wish import Beneficiary, Category


class Hope(NamedTuple):
    """A small wish: what for, why, and what it may cost."""

    title: str
    text: str
    category: Category
    beneficiary: Beneficiary
    budget_cents: int | None


_TABLE: dict[tuple[Category, Beneficiary], tuple[tuple[str, str, int | None], ...]] = {
    (Category.GOODS, Beneficiary.ELDER): (
        ("一台收音机", "一个人在家，想听听评弹和新闻。", 120_00),
        ("一副老花镜", "旧的断了腿，看药盒上的字看不清。", 80_00),
    ),
    (Category.SERVICE, Beneficiary.ELDER): (
        ("上门理个发", "腿脚不便，下不了楼，头发长了。", 0),
        ("修一修水龙头", "厨房水龙头一直滴水，自己换不了。", 60_00),
    ),
    (Category.COMPANY, Beneficiary.PATIENT): (("陪我去一趟医院", "下周复查，子女在外地。", None),),
    (Category.SKILL, Beneficiary.ELDER): (("教我用手机视频", "想和外地的孙女视频，不会弄。", 0),),
    (Category.GOODS, Beneficiary.CHILD): (
        ("一个新书包", "九月要上三年级了，书包拉链坏了。", 100_00),
        ("一套课外书", "喜欢看昆虫记和十万个为什么。", 150_00),
    ),
    (Category.COMPANY, Beneficiary.CHILD): (
        ("周末有人陪做作业", "爸爸妈妈周末上班，数学有不会的。", 0),
    ),
    (Category.SKILL, Beneficiary.CHILD): (("学骑自行车", "想有人教我骑车。", 0),),
    (Category.SERVICE, Beneficiary.DISABLED): (
        ("装一个卫生间扶手", "坐轮椅，进出卫生间怕摔。", 200_00),
    ),
    (Category.GOODS, Beneficiary.DISABLED): (("一副拐杖", "原来的防滑头磨平了。", 90_00),),
    (Category.GOODS, Beneficiary.LOW_INCOME): (
        ("一床冬被", "天冷了，家里的被子薄。", 180_00),
        ("一袋米一桶油", "这个月开销大，手头紧。", 150_00),
    ),
    (Category.GOODS, Beneficiary.WORKER): (
        ("一个保温杯", "跑单冬天想喝口热水。", 70_00),
        ("一顶骑行头盔", "头盔裂了，换一顶安心。", 160_00),
    ),
    (Category.SKILL, Beneficiary.WORKER): (("学点急救知识", "路上遇到事能帮上忙。", 0),),
    (Category.SERVICE, Beneficiary.PATIENT): (
        ("整理一下院子", "生病后院子荒了，搬不动杂物。", 0),
    ),
    (Category.COMPANY, Beneficiary.ELDER): (("有人陪聊聊天", "老伴走了，家里太静。", 0),),
    (Category.SERVICE, Beneficiary.OTHER): (("拍一张全家福", "全家很久没有一起照过相。", 50_00),),
}
HOPES = tuple(
    Hope(title, text, category, beneficiary, budget_cents)
    for (category, beneficiary), entries in _TABLE.items()
    for title, text, budget_cents in entries
)
"""Small wishes, of every category and group."""
