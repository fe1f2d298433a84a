"""Phone codes: those of development are for servers that let developers in."""

import pytest

from api.phones import PhoneCodes
from models.errors import Code, Refusal


async def test_a_code_of_development_says_the_number() -> None:
    assert await PhoneCodes(True).number("dev:13800000000") == "13800000000"


@pytest.mark.parametrize(
    ("lets_developers_in", "code"),
    [
        (False, "dev:13800000000"),
        (True, "dev:1380000000"),
        (True, "dev:\uff11\uff13\uff18" + "0" * 8),
        (True, "13800000000"),
        (True, ""),
    ],
)
async def test_every_other_code_is_refused(lets_developers_in: bool, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        await PhoneCodes(lets_developers_in).number(code)
    assert (refused.value.code, refused.value.path) == (Code.INVALID, ("code",))
