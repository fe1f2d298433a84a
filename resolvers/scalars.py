"""Scalars of the graph beyond GraphQL's own."""

from base64 import b64encode
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

LONG_MOST = 2**53

Long = NewType("Long", int)
"""An integer up to 2^53 in size: money, and totals over people, do not fit Int."""


Bytes = NewType("Bytes", bytes)
"""A small file inside an answer."""


def _long(value: object) -> int:
    if type(value) is not int or abs(value) > LONG_MOST:
        raise GraphQLError("Long cannot represent a value that is no integer up to 2^53 in size.")
    return value


def _no_bytes(_value: object) -> bytes:
    raise GraphQLError("Bytes can't be given.")


SCALARS: dict[object, ScalarDefinition] = {
    Long: strawberry.scalar(
        name="Long",
        description="An integer from -2^53 to 2^53, as a JSON number. 长整数",
        serialize=_long,
        parse_value=_long,
    ),
    Bytes: strawberry.scalar(
        name="Bytes",
        description="A small file, as base64. 文件内容",
        serialize=lambda value: b64encode(value).decode(),
        parse_value=_no_bytes,
    ),
}
