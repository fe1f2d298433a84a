"""What an operation may cost: how many list items its answer can hold.

A field with `first` gives up to that many items, other lists what resolvers/prices.py says; lists
within lists multiply, lists beside one another add up. So an operation's cost is a sum of products
of page sizes: a number where they are written in the document, and a little arithmetic per request
where they are variables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
)

from models.page import FIRST_DEFAULT
from resolvers.prices import UNKNOWN_ITEMS, stated

PAGE_ARGUMENT = "first"
CONNECTION = "Connection"
"""The lists of a type with this ending have the page size of the field that gave it."""


class _ByVariable(NamedTuple):
    name: str
    default: int


class _Product(NamedTuple):
    number: int
    variables: tuple[_ByVariable, ...] = ()

    def of(self, values: Mapping[str, Any]) -> int:
        return self.number * prod(
            _items(values.get(size.name), size.default) for size in self.variables
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """An operation's cost as a function of its variables; `fixed` is the part without them."""

    fixed: int
    products: tuple[_Product, ...]

    def of(self, values: Mapping[str, Any]) -> int:
        """Give the cost under the coerced values of the variables."""
        if not self.products:
            return self.fixed
        return self.fixed + sum(product.of(values) for product in self.products)


class Prices:
    """Prices the operations of one valid document; each fragment is priced once."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self.visited = 0
        self._schema = schema
        self._fragments = fragments
        self._known: dict[str, list[_Product]] = {}

    def of(self, operation: OperationDefinitionNode) -> Cost:
        """Give what `operation` costs."""
        root = self._schema.get_root_type(operation.operation)
        products = self._set(operation.selection_set, root)
        fixed = sum(product.number for product in products if not product.variables)
        return Cost(fixed, tuple(product for product in products if product.variables))

    def _set(
        self, selections: SelectionSetNode, parent: GraphQLNamedType | None
    ) -> list[_Product]:
        return [
            product for node in selections.selections for product in self._selection(node, parent)
        ]

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None) -> list[_Product]:
        self.visited += 1
        match node:
            case FieldNode():
                return self._field(node, parent)
            case FragmentSpreadNode():
                return self._fragment(node.name.value)
            case InlineFragmentNode():
                condition = node.type_condition
                inner = type_from_ast(self._schema, condition) if condition else parent
                return self._set(node.selection_set, inner)
        return []

    def _fragment(self, name: str) -> list[_Product]:
        known = self._known.get(name)
        if known is None:
            node = self._fragments[name]
            inner = type_from_ast(self._schema, node.type_condition)
            known = self._known[name] = self._set(node.selection_set, inner)
        return known

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> list[_Product]:
        if parent is None or not is_composite_type(parent):
            return []
        definition = self._schema.get_field(parent, node.name.value)
        if definition is None:
            return []
        below: list[_Product] = []
        if node.selection_set:
            below = self._set(node.selection_set, get_named_type(definition.type))
        own = _price(parent, node, definition)
        if PAGE_ARGUMENT not in definition.args:
            if own == 1:
                return below
            return [_times(product, own) for product in below or [_Product(1)]]
        size = _page_size(node, definition)
        return [_times(_times(product, size), own) for product in below or [_Product(1)]]


def _price(parent: GraphQLNamedType, node: FieldNode, definition: GraphQLField) -> int:
    """Give what a field costs by itself, beside its page size."""
    known = stated(parent.name, node.name.value)
    if known is not None:
        return known
    is_paged = PAGE_ARGUMENT in definition.args or parent.name.endswith(CONNECTION)
    kind = definition.type.of_type if is_non_null_type(definition.type) else definition.type
    if is_paged or not is_list_type(kind) or not is_composite_type(get_named_type(kind)):
        return 1
    return UNKNOWN_ITEMS


def _times(product: _Product, size: int | _ByVariable) -> _Product:
    if isinstance(size, int):
        return _Product(product.number * size, product.variables)
    return _Product(product.number, (*product.variables, size))


def _page_size(node: FieldNode, definition: GraphQLField) -> int | _ByVariable:
    default = _items(definition.args[PAGE_ARGUMENT].default_value, FIRST_DEFAULT)
    for argument in node.arguments or ():
        if argument.name.value == PAGE_ARGUMENT:
            match argument.value:
                case IntValueNode(value=digits):
                    return _items(int(digits), default)
                case VariableNode(name=name):
                    return _ByVariable(name.value, default)
    return default


def _items(value: object, default: int) -> int:
    """Give the items of a page of size `value`; a size below 1 is refused later, by the field."""
    return max(1, value) if isinstance(value, int) else default
