"""How Chinese names are found: by the initials of their pinyin, and by their characters.

`initials` reads a name as it is read in the city; `terms` cuts a text into what an index holds,
so that whatever is part of a name has only terms that the name has too.
"""

import re
import unicodedata
from functools import cache

# Where one character is read in several ways, a list says how it sounds in the words of places
# here; the longest word that fits wins. Only the first letter matters.
LOCAL_READINGS = {
    "长": "c",  # 长泾, 长江, 长寿, 长山 are chang …
    "镇长": "zz",  # … and who leads is zhang.
    "村长": "cz",
    "市长": "sz",
    "所长": "sz",
    "站长": "zz",
    "家长": "jz",
    "校长": "xz",
    "网格长": "wgz",
    "成长": "cz",
    "生长": "sz",
    "重": "z",
    "重阳": "cy",
    "重庆": "cq",
    "重光": "cg",
    "重建": "cj",
    "重新": "cx",
    "乐": "l",
    "音乐": "yy",
    "乐器": "yq",
    "曾": "z",  # A family's name, as in 曾家村.
    "曾经": "cj",
    "单": "d",
    "单家": "sj",
    "单桥": "sq",
    "单巷": "sx",
    "单村": "sc",
    "查": "z",
    "检查": "jc",
    "调查": "dc",
    "督查": "dc",
    "翟": "z",
    "仇": "q",
    "解家": "xj",
    "区家": "oj",
    "朴家": "pj",
    "覃": "q",
    "都": "d",
    "朝": "c",
    "朝霞": "zx",
    "今朝": "jz",
    "厦": "s",
    "厦门": "xm",
    "会计": "kj",
    "银行": "yh",
    "商行": "sh",
    "车行": "ch",
    "行业": "hy",
    "弄": "l",  # A lane: long.
    "浒墅": "xs",
    "圩": "w",
    "泊": "b",
    "参": "c",
    "人参": "rs",
    "盛": "s",
    "乘": "c",
    "澄": "c",
    "璜": "h",
    "塍": "c",
    "厍": "s",
    "系": "x",
    "便": "b",
    "传": "c",
    "调": "d",
    "调解": "tj",
    "率": "l",
    "屯": "t",
    "石": "s",
    "召": "z",
    "缪": "m",
    "郇": "x",
    "佘": "s",
    "臧": "z",
    "逄": "p",
}
_WORDS = re.compile(
    "|".join(sorted(LOCAL_READINGS, key=lambda word: (-len(word), word))) + "|.", re.DOTALL
)


def initials(name: str) -> str:
    """Give the first letters of a name's pinyin in lower case; Latin letters and digits stay.

    `initials("长泾镇") == "cjz"`. Whatever is neither read nor written in ASCII is left out.
    """
    return "".join(map(_initial, _WORDS.findall(unicodedata.normalize("NFKC", name))))


def terms(text: str) -> list[str]:
    """Cut a text into its characters, then its pairs of neighbours, each once, in their order.

    Case does not count and white space parts words, so `terms(part)` is within `terms(whole)`
    for every part of a whole: `terms @> terms(query)` in SQL finds all candidates.
    """
    words = text.casefold().split()
    singles = [character for word in words for character in word]
    pairs = [word[at : at + 2] for word in words for at in range(len(word) - 1)]
    return list(dict.fromkeys(singles + pairs))


@cache
def _initial(word: str) -> str:
    """Read one word of the list, or one character; there are only so many in use."""
    if word in LOCAL_READINGS:
        return LOCAL_READINGS[word]
    if word.isascii():
        return word.lower() if word.isalnum() else ""
    # Imported here: the dictionaries cost 0.3 s and are needed only where names are written.
    from pypinyin import Style, lazy_pinyin

    letter = lazy_pinyin(word, style=Style.FIRST_LETTER, errors="ignore")
    return letter[0][:1] if letter else ""
