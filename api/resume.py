"""Which variable of a subscription only says where to resume.

Two who follow the same thing with the same document differ in what they have seen, and in nothing
else: that variable is left out of what their items depend on.
"""

from collections.abc import Iterable

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)

ARGUMENT = "after"
PLACES = 2
"""Where such a variable stands: its definition, and the one argument that uses it."""


def resume_variable(
    operation: OperationDefinitionNode, fragments: Iterable[FragmentDefinitionNode]
) -> str | None:
    """Name the variable that a subscription's field has as `after`, if nothing else uses it."""
    if operation.operation is not OperationType.SUBSCRIPTION:
        return None
    name = _after(operation)
    if name is None:
        return None
    count = _Count(name)
    for node in (operation, *fragments):
        visit(node, count)
    return name if count.places == PLACES else None


def _after(operation: OperationDefinitionNode) -> str | None:
    first = operation.selection_set.selections[0]
    if isinstance(first, FieldNode):
        for argument in first.arguments or ():
            if argument.name.value == ARGUMENT and isinstance(argument.value, VariableNode):
                return argument.value.name.value
    return None


class _Count(Visitor):
    """Counts where a variable stands."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.places = 0
        self._name = name

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        """Count one place."""
        self.places += node.name.value == self._name
