"""Fields with a resolver: it gives a record, and the graph shows it as a type of its own.

And the arguments that every list has.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import strawberry
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode

Value = TypeVar("Value")

First = Annotated[int | None, strawberry.argument(description="How many, 1 to 100. 数量")]
After = Annotated[
    str | None, strawberry.argument(description="The cursor to go on after. 起始游标")
]


def shown(resolver: Callable[..., object], *, description: str) -> Any:  # noqa: ANN401 - the field's annotation says its type
    """Show what `resolver` gives as the type that the field is annotated with."""
    return strawberry.field(resolver=resolver, description=description)


def selected(info: strawberry.Info[Any, Any]) -> set[str]:
    """Name the fields that are asked for right below this one, those of fragments too."""
    raw = info._raw_info
    open_sets = [node.selection_set for node in raw.field_nodes]
    found: set[str] = set()
    while open_sets:
        chosen = open_sets.pop()
        for one in chosen.selections if chosen else ():
            if isinstance(one, FieldNode):
                found.add(one.name.value)
            elif isinstance(one, FragmentSpreadNode):
                open_sets.append(raw.fragments[one.name.value].selection_set)
            elif isinstance(one, InlineFragmentNode):
                open_sets.append(one.selection_set)
    return found


def given(value: Value | None, default: Value) -> Value:
    """Give an argument's value: a client that sends null means the default."""
    return default if value is None else value
