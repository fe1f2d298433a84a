"""Reading by plan gives exactly what GraphQL's own execution gives, whatever a record holds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, Undefined

from api.document import Documents
from api.execution import Runner
from models.errors import Invalid
from resolvers import plain
from resolvers.schema import schema
from tests.edge import Context


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Record:
    """A record with a value of every sort; a test makes one of them strange."""

    name: Any = "物"
    number: Any = 1
    ratio: Any = 0.5
    is_good: Any = True
    colour: Any = Colour.RED
    note: Any = None
    words: Any = ("甲", "乙")
    notes: Any = field(default_factory=lambda: ["一", None])
    inner: Any = None
    inners: Any = ()
    given: Any = 7
    inherited: Any = "有"


class Other(Record):
    """A record that no type shows."""


COLOUR = strawberry.enum(Colour)


def _given(of: strawberry.Parent[Record]) -> Any:  # noqa: ANN401 - whatever the test says
    if isinstance(of.given, LookupError):
        raise of.given
    return of.given


@strawberry.interface
class Named:
    @strawberry.field
    def inherited(root: Record) -> str:
        return root.inherited  # type: ignore[no-any-return]


@strawberry.type
class Thing(Named):
    name: str
    number: int
    ratio: float
    is_good: bool
    colour: Colour
    note: str | None
    words: list[str]
    notes: list[str | None]
    inner: "Thing | None"
    inners: list["Thing"]
    given: int | None = strawberry.field(resolver=_given)

    @strawberry.field
    def doubled(root: Record, times: int = 2) -> int:
        return root.number * times  # type: ignore[no-any-return]

    @strawberry.field
    async def later(root: Record) -> str:
        return root.name  # type: ignore[no-any-return]

    @classmethod
    def is_type_of(cls, value: object, _info: object) -> bool:
        return type(value) is Record


record = Record()


@strawberry.type
class Query:
    @strawberry.field
    def thing(self) -> Thing | None:
        return record  # type: ignore[return-value]

    @strawberry.field
    def things(self, first: int = 2) -> list[Thing]:
        return [record] * first  # type: ignore[list-item]

    @strawberry.field
    def named(self) -> Named | None:
        return record  # type: ignore[return-value]


SCHEMA = strawberry.Schema(Query)
DOCUMENTS = Documents(SCHEMA._schema)
SCALARS = "name number ratio isGood colour note words notes given inherited"
QUERIES = (
    "{ __typename thing { __typename " + SCALARS + " } }",
    "{ thing { inner { " + SCALARS + " inner { name } } inners { __typename } } }",
    "{ thing { inners { ...f inners { name } } } } fragment f on Thing { name again: name given }",
    "{ things(first: 3) { name inner { given name } doubled(times: 3) inners { later number } } }",
    "{ named { inherited ... on Thing { name inner { name } } } }",
    "query ($yes: Boolean!) { thing { name @include(if: $yes) inner { note @skip(if: $yes) } } }",
)


async def _later() -> str:
    return "later"


class Texted:
    """Something with a text, which GraphQL takes for a string."""

    def __str__(self) -> str:
        return "text"


class TextedError(Exception):
    """An exception with a text."""


def _yielded() -> Iterator[str]:
    yield from ("甲", "乙")


STRANGE: dict[str, dict[str, Any]] = {
    "nothing strange": {},
    "null where a string must be": {"name": None},
    "null where a number must be": {"number": None},
    "a number out of range": {"number": 2**40},
    "a text for a number": {"number": "viele"},
    "not a number": {"ratio": float("nan")},
    "a whole ratio": {"ratio": 2},
    "a boolean as a ratio": {"ratio": True},
    "a number for a string": {"name": 12},
    "a number for a boolean": {"is_good": 1},
    "a word by its value": {"colour": "blue"},
    "no such word": {"colour": "green"},
    "a word that has no hash": {"colour": []},
    "undefined": {"note": Undefined},
    "undefined where something must be": {"name": Undefined},
    "a list where a string must be": {"name": ["x"]},
    "something with a text": {"name": Texted()},
    "an exception as a value": {"name": TextedError("returned")},
    "an exception in a list": {"words": ["甲", Invalid("坏")]},
    "an exception as a record": {"inner": TextedError("returned")},
    "an exception among records": {"inners": [Record(), TextedError("returned")]},
    "an exception raised": {"given": LookupError("raised")},
    "an exception of GraphQL raised": {"given": GraphQLError("raised")},
    "null in a list of strings": {"words": ["甲", None]},
    "null for a list": {"words": None},
    "a list that is made on the way": {"words": {"甲": 1}},
    "a list that is none": {"words": "甲乙"},
    "a number for a list": {"words": 5},
    "a record of another type": {"inner": Other()},
    "a record of another type in a list": {"inners": [Record(), Other()]},
    "a record without fields": {"inner": SimpleNamespace()},
    "null among records": {"inners": [Record(), None]},
    "an error deep inside": {"inner": Record(inner=Record(name=None))},
    "errors side by side": {"inners": [Record(given="x"), Record(), Record(given="y")]},
    "records in records": {"inner": Record(inners=[Record(), Record(inners=[Record()])])},
}
"""What can be wrong with a record, by what a reader of the failing test should know."""

AWAITED: dict[str, Callable[[], dict[str, Any]]] = {
    "a string to await": lambda: {"name": _later()},
    "a string to await in a list": lambda: {"words": ["甲", _later()]},
    "a record that is a generator": lambda: {"words": _yielded()},
}


async def by_plan(query: str, variables: dict[str, Any]) -> tuple[Any, list[Any]]:
    document = DOCUMENTS.of(query)
    operation = document.operation(None)
    runner = Runner(DOCUMENTS.schema, limits=DOCUMENTS.limits)
    values = runner.variables(operation, variables)
    result = await runner.run(document, operation, values, Context())
    return result.data, [error.formatted for error in result.errors or ()]


async def by_graphql(query: str, variables: dict[str, Any]) -> tuple[Any, list[Any]]:
    result = await SCHEMA.execute(query, variables)
    return result.data, [error.formatted for error in result.errors or ()]


async def both(query: str, change: dict[str, Any], again: dict[str, Any]) -> tuple[Any, Any]:
    variables = {"yes": True} if "$yes" in query else {}
    for name, value in {**vars(Record()), **change}.items():
        setattr(record, name, value)
    planned = await by_plan(query, variables)
    for name, value in again.items():
        setattr(record, name, value)
    return planned, await by_graphql(query, variables)


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("query", QUERIES)
async def test_a_plan_gives_the_answer_and_the_errors_of_graphql(query: str, strange: str) -> None:
    planned, expected = await both(query, STRANGE[strange], {})
    assert planned == expected
    # The second time the plan is there already.
    assert (await both(query, STRANGE[strange], {}))[0] == expected


@pytest.mark.parametrize("awaited", AWAITED)
async def test_what_must_be_awaited_is_awaited(awaited: str) -> None:
    planned, expected = await both(QUERIES[0], AWAITED[awaited](), AWAITED[awaited]())
    assert planned == expected


async def test_directives_choose_anew_at_every_request() -> None:
    record.name = "物"
    query = "query ($yes: Boolean!) { thing { number name @include(if: $yes) } }"
    with_name = {"thing": {"number": 1, "name": "物"}}
    assert (await by_plan(query, {"yes": True}))[0] == with_name
    assert (await by_plan(query, {"yes": False}))[0] == {"thing": {"number": 1}}
    assert (await by_plan(query, {"yes": True}))[0] == with_name


def test_a_field_with_arguments_or_something_to_await_is_not_plain() -> None:
    fields = SCHEMA._schema.type_map["Thing"].fields  # type: ignore[attr-defined]
    are_plain = {name: plain.getter(field) is not None for name, field in fields.items()}
    assert [name for name, is_plain in are_plain.items() if not is_plain] == ["doubled", "later"]


@pytest.mark.parametrize("hot", ["NearbyStationConnection", "NearbyStationEdge", "Station"])
def test_all_fields_of_a_station_near_someone_are_plain(hot: str) -> None:
    fields = schema._schema.type_map[hot].fields  # type: ignore[attr-defined]
    assert [name for name, field in fields.items() if not plain.getter(field)] == []
