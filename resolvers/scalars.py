"""Scalars of the graph beyond GraphQL's own."""

from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

LONG_MOST = 2**53

Long = NewType("Long", int)
"""An integer up to 2^53 in size: money, and totals over people, do not fit Int."""


def _long(value: object) -> int:
    if type(value) is not int or abs(value) > LONG_MOST:
        raise GraphQLError("Long cannot represent a value that is no integer up to 2^53 in size.")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    Long: strawberry.scalar(
        name="Long",
        description="An integer from -2^53 to 2^53, as a JSON number. 长整数",
        serialize=_long,
        parse_value=_long,
    ),
}
