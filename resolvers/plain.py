"""Which fields of the graph are plain, and how such a field is read from its record.

A field is plain if it has no resolver, or a synchronous one that takes nothing but the record:
no argument, no `info`, no permission, no extension. It is read by one call, without anything that
GraphQL offers to resolvers. It may be called twice for one answer, so it changes nothing.
"""

from collections.abc import Callable
from inspect import isfunction
from operator import attrgetter
from typing import Any

from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

Getter = Callable[[Any], Any]


def getter(field: GraphQLField) -> Getter | None:
    """Give the function from a record to the field's value, or None if the field is not plain."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or definition.extensions or field.args:
        return None
    if definition.base_resolver:
        return _of_resolver(definition.base_resolver)
    is_read_as_usual = definition.default_resolver is getattr
    return attrgetter(definition.python_name) if is_read_as_usual else None


def _of_resolver(resolver: StrawberryResolver[Any]) -> Getter | None:
    takes = list(resolver.signature.parameters)
    records = (resolver.parent_parameter, resolver.self_parameter, resolver.root_parameter)
    takes_a_record = takes in [[record.name] for record in records if record]
    function = resolver.wrapped_func
    return function if takes_a_record and not resolver.is_async and isfunction(function) else None
