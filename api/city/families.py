"""Families: who lives together, and what they are called.

A name is drawn from lists of the family's names of the region and of letters that the years in
which somebody was born were fond of. In the whole city some thousands are namesakes of somebody
with a common name, as in any city of this size; nobody has a name that half a street has.
"""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from api.city.names import SURNAMES

_RARE_SURNAMES = (
    "杨郑冯程谢宋高林梁罗郭韩彭曾萧田董袁潘于余叶杜苏魏吕丁汪金石戴贾韦傅江侯邱钟谭白邹熊孟秦"
    "邵毛史戚葛鲍严华施陶喻柏窦章云范郎鲁韦马苗凤俞柳史费廉岑雷贺倪滕殷毕郝邬安常乐时皮卞齐康"
    "伍元卜平穆和尹祁米贝明臧计伏成茅庞纪舒屈项祝阮蓝闵席麻强路娄危童颜梅盛刁骆樊凌霍虞万支柯"
    "管卢莫房裘解应宗宣郁杭洪诸左崔吉钮嵇邢裴荣翁荀羊惠甄曲封储靳糜松井段富巫乌焦牧山谷车宓全"
)
_WEIGHT_OF_RARE = 3

# The letters of the grown-up and old, of their children, and of those between; men and women.
_LETTERS = {
    ("elder", True): "国建志明德荣福根生林祥兴发宝金银龙虎海江才良忠义仁礼信富贵永长春秋松柏炳"
    "锡耀祖光宗庆培洪顺和平安康寿全大元士其伯仲叔",
    ("elder", False): "秀兰英芳珍玉凤桂花美娥琴素云霞月娟惠梅菊莲香巧红彩翠银金妹珠宝仙招娣阿根"
    "杏桃荷雪琳瑞芬芹丽萍琼淑贞静",
    ("parent", True): "伟强军勇杰涛斌磊鹏超亮刚波辉峰飞健晓东海洋俊敏宏毅凯翔建新文武春晖振华立"
    "剑锋旭阳一平志远成栋梁永康云龙",
    ("parent", False): "静丽敏燕艳娜芳娟霞玲红萍莉婷洁琳颖倩晓丹雪梅佳慧英琴蓉薇欣怡文君亚春秋华"
    "云海燕小青美玉叶蕾璐瑶岚",
    ("child", True): "宇浩轩泽睿博子涵梓晨昊天俊熙逸铭皓嘉奕辰煜城一诺思源瑞霖承宸乐知行致远彦希"
    "弘毅景曜书洋柏屹恒予墨允屿",
    ("child", False): "欣怡梓涵诗雨萱语桐可馨一诺思琪雅静若彤佳艺悦心妍依晨曦沐瑶芷若菲紫嫣然婉宁"
    "果昕玥安初夏乐之念恩知意舒颜",
}
TWO_LETTERS_SHARES = {"elder": 0.8, "parent": 0.76, "child": 0.9}
PARTY_SHARE = 0.06
OLD_ALONE_SHARE = 0.45
MINOR_SHARE = 0.7
GRANDPARENT_SHARE = 0.45

_SURNAMES = "".join(name * weight for name, weight in SURNAMES.items()) + "".join(
    dict.fromkeys(letter for letter in _RARE_SURNAMES if letter not in SURNAMES)
) * (_WEIGHT_OF_RARE)


class Member(NamedTuple):
    """Somebody of a household; who is of age has a phone and may be a party member."""

    name: str
    is_of_age: bool
    is_party_member: bool


def household(size: int, *, randomness: Random) -> list[Member]:
    """Give the members of a household, its head first: one of age, the others by their years."""
    return list(_members(size, randomness))


def _members(size: int, randomness: Random) -> Iterator[Member]:
    share = randomness.random
    family = _pick(_SURNAMES, randomness)
    if size == 1:
        years = "elder" if share() < OLD_ALONE_SHARE else "parent"
        yield _adult(family, years, share() < 1 / 2, randomness)
        return
    # An old couple, or parents with children, and grandparents where there is room for more.
    years = "elder" if size == 2 and share() < OLD_ALONE_SHARE else "parent"  # noqa: PLR2004 - a couple
    yield _adult(family, years, True, randomness)
    yield _adult(_pick(_SURNAMES, randomness), years, False, randomness)
    for number in range(size - 2):
        if number and share() < GRANDPARENT_SHARE:
            is_man = share() < 1 / 2
            name = family if is_man else _pick(_SURNAMES, randomness)
            yield _adult(name, "elder", is_man, randomness)
        elif share() < MINOR_SHARE:
            yield Member(_name(family, "child", share() < 1 / 2, randomness), False, False)
        else:
            yield _adult(family, "child", share() < 1 / 2, randomness)


def _adult(family: str, years: str, is_man: bool, randomness: Random) -> Member:
    name = _name(family, years, is_man, randomness)
    return Member(name, True, randomness.random() < PARTY_SHARE)


def _name(family: str, years: str, is_man: bool, randomness: Random) -> str:
    letters = _LETTERS[years, is_man]
    first = _pick(letters, randomness)
    if randomness.random() >= TWO_LETTERS_SHARES[years]:
        return family + first
    return family + first + _pick(letters, randomness)


def _pick(letters: str, randomness: Random) -> str:
    return letters[int(randomness.random() * len(letters))]
