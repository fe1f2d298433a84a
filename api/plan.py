"""What of an operation can be read straight from records, worked out once for all its requests.

Where a field and everything below it are plain (resolvers/plain.py), its value is the record's,
read by a few calls. GraphQL's executor would build a path, an info and a list of nodes for every
field of every record, only to drop them: that is nine tenths of an answer with 20 stations.

A reader gives what the executor would give, or raises: whatever is out of the ordinary (null
where none may be, an exception, something to await, a record of another type) is left to the
executor, which reads the records once more and says exactly what is wrong. So nothing here
repeats GraphQL's rules of errors and nulls.
"""

from collections.abc import Callable, Iterable
from types import GeneratorType
from typing import Any, TypeAlias

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    FieldNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    Undefined,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import CollectedFields, FieldDetails, GroupedFieldSet

from resolvers import plain

Details: TypeAlias = list[FieldDetails]
Reader: TypeAlias = Callable[[Any], Any]

TYPENAME = "__typename"


class Plan:
    """The readers of one operation; good for all its requests if no directive chooses fields.

    Lists of field details are known by their identity: those of the first request are kept, and
    every other request is given them in place of its own.
    """

    def __init__(self) -> None:
        self.root: GroupedFieldSet | None = None
        self.sub_fields: dict[tuple[GraphQLObjectType, int], tuple[Details, CollectedFields]] = {}
        self._readers: dict[int, tuple[Details, Reader | None]] = {}

    def reader(
        self, executor: Executor[Any], parent: GraphQLObjectType, details: Details
    ) -> Reader | None:
        """Give the function from a record to a field's whole value, or None if there is none."""
        held = self._readers.get(id(details))
        if held is None:
            held = self._readers[id(details)] = details, _field(executor, parent, details)
        return held[1]


class Unusual(Exception):
    """A value that the executor must look at."""


def _field(executor: Executor[Any], parent: GraphQLObjectType, details: Details) -> Reader | None:
    steps = _steps(executor, parent, details)
    if steps is None:
        return None
    get, complete = steps
    return lambda record: complete(get(record))


def _steps(
    executor: Executor[Any], parent: GraphQLObjectType, details: Details
) -> tuple[Reader, Reader] | None:
    """Give how a field's value is got from the record, and how it is completed."""
    node: FieldNode = details[0].node
    if node.name.value == TYPENAME:
        return (lambda _record: parent.name), (lambda name: name)
    field = executor.schema.get_field(parent, node.name.value)
    get = plain.getter(field) if field else None
    complete = _completer(executor, field.type, details) if field and get else None
    return (get, complete) if get and complete else None


def _completer(
    executor: Executor[Any], kind: GraphQLOutputType, details: Details
) -> Reader | None:
    """Give the function that completes a value of this type; None stands for null, if allowed."""
    is_required, exact = isinstance(kind, GraphQLNonNull), None
    match kind.of_type if isinstance(kind, GraphQLNonNull) else kind:
        case GraphQLList() as items:
            complete = _list(_completer(executor, items.of_type, details))
        case GraphQLObjectType() as thing:
            complete = _object(executor, thing, details)
        case GraphQLEnumType() as words:
            return _word(words, is_required=is_required)
        case GraphQLScalarType() as scalar if scalar.name == "Int":
            coerce = _leaf(scalar.coerce_output_value)
            return _whole(_required(coerce, None) if is_required else _nullable(coerce, None))
        case GraphQLScalarType() as scalar:
            complete, exact = _leaf(scalar.coerce_output_value), _THEMSELVES.get(scalar.name)
        case _:
            # Which type an abstract value has is for the executor to find out.
            return None
    if complete is None:
        return None
    return _required(complete, exact) if is_required else _nullable(complete, exact)


def _object(executor: Executor[Any], kind: GraphQLObjectType, details: Details) -> Reader | None:
    grouped = executor.collect_subfields(kind, details).grouped_field_set
    fields: list[tuple[str, Reader, Reader]] = []
    for name, below in grouped.items():
        steps = _steps(executor, kind, below)
        if steps is None:
            return None
        fields.append((name, *steps))
    return _reader_of(fields, kind.is_type_of)


def _reader_of(
    fields: Iterable[tuple[str, Reader, Reader]], is_type_of: Callable[..., object] | None
) -> Reader:
    def read(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any record
        if type(record) not in _ordinary:
            _look_at(record)
        if is_type_of and is_type_of(record, None) is not True:
            raise Unusual
        return {name: complete(get(record)) for name, get, complete in fields}

    return read


def _list(complete: Reader | None) -> Reader | None:
    if complete is None:
        return None

    def read(values: Any) -> list[Any]:  # noqa: ANN401 - checked here
        if type(values) not in {list, tuple}:
            raise Unusual
        return [complete(value) for value in values]

    return read


def _word(words: GraphQLEnumType, *, is_required: bool) -> Reader:
    """Look a value of an enum up; what is none of them, null among them, is not found."""
    names: dict[Any, str | None] = {word.value: name for name, word in words.values.items()}
    return (names if is_required else {**names, None: None}).__getitem__


def _whole(otherwise: Reader) -> Reader:
    """Show a number of 32 bits as it is, and any other value as is done otherwise."""

    def read(value: Any) -> Any:  # noqa: ANN401 - any value
        if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
            return value
        return otherwise(value)

    return read


def _leaf(coerce: Reader) -> Reader:
    def read(value: Any) -> Any:  # noqa: ANN401 - as the scalar says
        if type(value) not in _ordinary:
            _look_at(value)
        return coerce(value)

    return read


def _required(complete: Reader, exact: type | None) -> Reader:
    def read(value: Any) -> Any:  # noqa: ANN401 - any value
        if type(value) is exact:
            return value
        completed = None if value is None else complete(value)
        if completed is None:
            raise Unusual
        return completed

    return read


def _nullable(complete: Reader, exact: type | None) -> Reader:
    def read(value: Any) -> Any:  # noqa: ANN401 - any value
        if value is None or type(value) is exact:
            return value
        completed = complete(value)
        if completed is None:
            raise Unusual
        return completed

    return read


_THEMSELVES = {"String": str, "ID": str, "Boolean": bool}
"""The scalars that show a value of this very type as it is."""

_ordinary: set[type] = {str, int, float, bool}
"""The types of values that are what they are: nothing to await, no exception."""


def _look_at(value: object) -> None:
    """Learn that a type is ordinary, or raise Unusual."""
    if isinstance(value, Exception | GeneratorType) or value is Undefined:
        raise Unusual
    if hasattr(value, "__await__"):
        raise Unusual
    _ordinary.add(type(value))
