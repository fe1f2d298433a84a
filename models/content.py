"""What people write and show, before others see it: the verdict, and the city's own words. Pure.

A city keeps a list of words that others may not see, or that somebody must look at first. It holds
everywhere; where there is WeChat, that is asked besides (api/checking.py), and the stricter of the
two verdicts counts. Nobody here looks at photos: a person must.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from models.catalogue.registry import Catalogue, current, register
from models.errors import Code, Refusal
from models.words import Word

WORDS_MOST = 5_000
WORD_LENGTH_MOST = 32


class Verdict(Word):
    """What a check of words and photos has found, the mildest first."""

    PASS = "PASS", "Others may see them.", "通过"
    REVIEW = "REVIEW", "A person must look at them.", "需人工审核"
    RISKY = "RISKY", "Others may never see them.", "有风险"


def folded(text: str) -> str:
    """Give the letters and digits of a text, without case and width."""
    whole = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in whole if character.isalnum())


@dataclass(frozen=True, slots=True)
class Listed:
    """A word of the list, and what becomes of a text that has it.

    Case, width, blanks and marks do not matter: what is between letters is no way around it.
    """

    word: str
    verdict: Verdict

    def __post_init__(self) -> None:
        if not folded(self.word):
            raise ValueError("a word has at least one letter or digit")
        if len(self.word) > WORD_LENGTH_MOST:
            raise ValueError(f"a word has at most {WORD_LENGTH_MOST} characters")
        if self.verdict is Verdict.PASS:
            raise ValueError("the verdict is REVIEW or RISKY: what is not listed passes")


def _bounded(words: tuple[Listed, ...]) -> Iterator[str]:
    if len(words) > WORDS_MOST:
        yield f"there are {len(words)} words; there may be {WORDS_MOST}"


WORDS = register(
    Catalogue(
        name="content_words",
        title="Words that others may not see, or that somebody looks at first. 敏感词表",
        entry=Listed,
        default=(
            Listed("网络赌博", Verdict.RISKY),
            Listed("六合彩", Verdict.RISKY),
            Listed("裸聊", Verdict.RISKY),
            Listed("办假证", Verdict.RISKY),
            Listed("代开发票", Verdict.RISKY),
            Listed("出售枪支", Verdict.RISKY),
            Listed("http", Verdict.REVIEW),
            Listed("www", Verdict.REVIEW),
            Listed("加微信", Verdict.REVIEW),
            Listed("扫码领", Verdict.REVIEW),
            Listed("刷单", Verdict.REVIEW),
            Listed("贷款", Verdict.REVIEW),
            Listed("银行卡号", Verdict.REVIEW),
        ),
        key=("word",),
        check=_bounded,
    )
)

_asks_outside = False


def ask_outside(*, asks: bool) -> None:
    """Let what is submitted in this process wait for a verdict from outside, or not."""
    global _asks_outside
    _asks_outside = asks


def at_once(texts: Iterable[str], *, has_photos: bool) -> Verdict | None:
    """Give what is known the moment something is submitted; None if it waits for a verdict."""
    own = own_verdict(texts, has_photos=has_photos)
    return None if _asks_outside and own is not Verdict.RISKY else own


def own_verdict(texts: Iterable[str], *, has_photos: bool) -> Verdict:
    """Give the verdict of the city's own list, by which photos need a person."""
    plain = [folded(text) for text in texts]
    found = {
        one.verdict
        for one in current(WORDS).entries
        if any(_folded_word(one.word) in text for text in plain)
    }
    return strictest(*found, Verdict.REVIEW if has_photos else Verdict.PASS)


def refuse_risky(text: str, *, name: str, field: str) -> None:
    """Raise Refusal INVALID for a text that others would see at once and may never see.

    `name` says in Chinese what it is, `field` is the input field.
    """
    if own_verdict([text], has_photos=False) is Verdict.RISKY:
        raise Refusal(Code.INVALID, f"{name}含有不宜发布的词语", field)


def strictest(*verdicts: Verdict) -> Verdict:
    """Give the strictest of some verdicts."""
    return max(verdicts, key=list(Verdict).index)


@lru_cache(maxsize=WORDS_MOST)
def _folded_word(word: str) -> str:
    return folded(word)
