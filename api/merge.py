"""Fields of one answer's name must be one field: the specification's FieldsInSetCanMerge.

graphql-core compares every pair of fields, so 200 times `n { id }` takes it 180 ms. This rule
compares each field with the first of its group instead, level by level, first for the shape of
the answer and then, by parent type, for name and arguments (the method that Simon Adameit
described in 2019 for graphql-java). Its work is counted and has a limit, since abstract parents
join the group of every object type beside them.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from graphql import (
    SKIP,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLOutputType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    print_ast,
    type_from_ast,
)
from graphql.utilities.sort_value_node import sort_value_node
from graphql.validation.validate import ValidationAbortedError

from api.limits import LIMITS

TOO_COMPLICATED = "Document merges too many fields of the same name."


class _Field(NamedTuple):
    node: FieldNode
    parent: GraphQLNamedType | None
    definition: GraphQLField | None

    @property
    def name(self) -> str:
        return self.node.alias.value if self.node.alias else self.node.name.value


class FieldsMergeRule(ValidationRule):
    """A stand-in for OverlappingFieldsCanBeMergedRule whose work grows with the document."""

    most = LIMITS.merges

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.visited = 0
        self._reported: set[tuple[int, int]] = set()
        self._arguments: dict[int, object] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> object:  # noqa: ANN401 - the visitor's
        """Check the whole answer of one operation."""
        root = self.context.schema.get_root_type(node.operation)
        fields = self._collect([(node.selection_set, root)])
        self._check_shapes(fields)
        self._check_names(fields)
        return SKIP

    def _check_shapes(self, fields: list[_Field]) -> None:
        for group in _by_name(fields):
            first = group[0]
            for other in group[1:]:
                if not _have_one_shape(first, other):
                    self._report(first, other, _types_differ(first, other))
            self._check_shapes(self._below(group))

    def _check_names(self, fields: list[_Field]) -> None:
        for group in _by_name(fields):
            for peers in _by_parent(group):
                first = peers[0]
                for other in peers[1:]:
                    self._compare(first, other)
                self._check_names(self._below(peers))

    def _compare(self, first: _Field, other: _Field) -> None:
        one, two = first.node.name.value, other.node.name.value
        if one != two:
            self._report(first, other, f"'{one}' and '{two}' are different fields")
        elif self._arguments_of(first.node) != self._arguments_of(other.node):
            self._report(first, other, "they have differing arguments")

    def _report(self, first: _Field, other: _Field, reason: str) -> None:
        pair = (id(first.node), id(other.node))
        if pair in self._reported:
            return
        self._reported.add(pair)
        text = f"Fields '{first.name}' conflict because {reason}. Use different aliases."
        self.report_error(GraphQLError(text, [first.node, other.node]))

    def _arguments_of(self, node: FieldNode) -> object:
        if not node.arguments:
            return ()
        key = self._arguments.get(id(node))
        if key is None:
            key = self._arguments[id(node)] = sorted(
                (argument.name.value, print_ast(sort_value_node(argument.value)))
                for argument in node.arguments
            )
        return key

    def _below(self, group: Iterable[_Field]) -> list[_Field]:
        return self._collect(
            (field.node.selection_set, _named_type(field))
            for field in group
            if field.node.selection_set
        )

    def _collect(
        self, sets: Iterable[tuple[SelectionSetNode, GraphQLNamedType | None]]
    ) -> list[_Field]:
        """Give the fields of all `sets`, those in fragments included, each fragment once."""
        fields: list[_Field] = []
        seen: set[str] = set()
        stack = list(sets)
        while stack:
            selections, parent = stack.pop()
            for node in selections.selections:
                self._count()
                if isinstance(node, FieldNode):
                    fields.append(_Field(node, parent, self._definition(node, parent)))
                    continue
                inner = self._inner(node, seen)
                if inner:
                    condition = inner.type_condition
                    around = type_from_ast(self.context.schema, condition) if condition else parent
                    stack.append((inner.selection_set, around))
        return fields

    def _inner(
        self, node: SelectionNode, seen: set[str]
    ) -> InlineFragmentNode | FragmentDefinitionNode | None:
        if isinstance(node, InlineFragmentNode):
            return node
        assert isinstance(node, FragmentSpreadNode)
        name = node.name.value
        if name in seen:
            return None
        seen.add(name)
        return self.context.get_fragment(name)

    def _definition(self, node: FieldNode, parent: GraphQLNamedType | None) -> GraphQLField | None:
        if parent is None or not is_composite_type(parent):
            return None
        return self.context.schema.get_field(parent, node.name.value)

    def _count(self) -> None:
        self.visited += 1
        if self.visited > self.most:
            raise ValidationAbortedError(TOO_COMPLICATED)


def _by_name(fields: Iterable[_Field]) -> Iterable[list[_Field]]:
    groups: dict[str, list[_Field]] = {}
    for field in fields:
        groups.setdefault(field.name, []).append(field)
    return groups.values()


def _by_parent(group: list[_Field]) -> Iterator[list[_Field]]:
    """Split a group into those that can meet in one object: an object type's, and the abstract."""
    if len(group) == 1:
        yield group
        return
    concrete: dict[GraphQLNamedType, list[_Field]] = {}
    abstract: list[_Field] = []
    for field in group:
        if field.parent is not None and is_object_type(field.parent):
            concrete.setdefault(field.parent, []).append(field)
        else:
            abstract.append(field)
    if not concrete:
        yield abstract
    for fields in concrete.values():
        yield [*abstract, *fields]


def _named_type(field: _Field) -> GraphQLNamedType | None:
    return get_named_type(field.definition.type) if field.definition else None


def _have_one_shape(first: _Field, other: _Field) -> bool:
    if first.definition is None or other.definition is None:
        return True  # Validation names the unknown field.
    return _same_shape(first.definition.type, other.definition.type)


def _same_shape(one: GraphQLOutputType, two: GraphQLOutputType) -> bool:
    for is_wrapper in (is_non_null_type, is_list_type):
        if is_wrapper(one) or is_wrapper(two):
            both = is_wrapper(one) and is_wrapper(two)
            return both and _same_shape(one.of_type, two.of_type)  # type: ignore[union-attr]
    if is_leaf_type(one) or is_leaf_type(two):
        return one is two
    return True


def _types_differ(first: _Field, other: _Field) -> str:
    assert first.definition
    assert other.definition
    one, two = first.definition.type, other.definition.type
    return f"they return conflicting types '{one}' and '{two}'"
