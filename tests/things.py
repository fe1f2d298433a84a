"""A catalogue for tests: things with fields of every type that an entry may have."""

from dataclasses import dataclass
from datetime import date

from models.catalogue import Catalogue
from models.words import Word


class Colour(Word):
    RED = "RED", "Red.", "红"
    GREEN = "GREEN", "Green.", "绿"


@dataclass(frozen=True, slots=True)
class Part:
    grams: float


@dataclass(frozen=True, slots=True)
class Thing:
    code: str
    count: int
    colour: Colour = Colour.RED
    is_large: bool = False
    first_day: date | None = None
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("the count is never below 0")


THINGS = Catalogue(
    name="things",
    title="Things. 东西",
    entry=Thing,
    default=(Thing("a", 1),),
    key=("code",),
    check=lambda things: ["there is no red thing"] * all(t.colour != "RED" for t in things),
)
LATER = date(2027, 1, 1)
