"""How heavy a document is, before anything else looks at it.

A document is weighed in one pass over its tree: each definition once, each fragment's total
kept, so that fragments within fragments cost no more than they are long. Circles of fragments
are refused here, since nothing after this could count them.
"""

from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Token,
    TokenKind,
)

from api.limits import Limits

INTROSPECTION = frozenset({"__schema", "__type"})


class Weight(NamedTuple):
    """How heavy a piece of a document is, its fragments included."""

    fields: int = 0
    aliases: int = 0
    directives: int = 0
    depth: int = 0
    introspection_depth: int = 0
    name_characters: int = 0


class Circle(Exception):
    """A fragment spreads itself, directly or by way of others."""


class _Spread(NamedTuple):
    node: FragmentSpreadNode
    depth: int
    is_introspection: bool


class Scale:
    """Weighs the definitions of one document; `visited` says how many selections it looked at."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self.visited = 0
        self._limits = limits
        self._document = document
        self._fragments: dict[str, FragmentDefinitionNode] = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._weights: dict[str, Weight | None] = {}

    def excess(self) -> GraphQLError | None:
        """Give the first limit that the document breaks, or None."""
        if literal_tokens(self._document) > self._limits.literal_tokens:
            return _over("tokens in lists and objects", self._limits.literal_tokens)
        counts = self._too_many_definitions()
        if counts:
            return counts
        try:
            return self._too_heavy()
        except Circle as circle:
            return GraphQLError(f"Cannot spread fragment '{circle}' within itself.")

    def _too_many_definitions(self) -> GraphQLError | None:
        limits = self._limits
        operations = [
            node
            for node in self._document.definitions
            if isinstance(node, OperationDefinitionNode)
        ]
        others = len(self._document.definitions) - len(operations)
        if len(operations) > limits.operations:
            return _over("operations", limits.operations)
        if others > limits.fragments:
            return _over("fragments", limits.fragments)
        if any(len(node.variable_definitions or ()) > limits.variables for node in operations):
            return _over("variables", limits.variables)
        return None

    def _too_heavy(self) -> GraphQLError | None:
        fields = 0
        for node in self._document.definitions:
            if isinstance(node, OperationDefinitionNode):
                weight = self._definition(node)
                # Each operation is validated, so their fields count together.
                fields += weight.fields
                weight = weight._replace(fields=fields)
            elif isinstance(node, FragmentDefinitionNode):
                weight = self._fragment(node.name.value)
            else:
                continue  # A definition of types: validation refuses it.
            excess = self._compared(weight, node)
            if excess:
                return excess
        return None

    def _compared(
        self, weight: Weight, node: OperationDefinitionNode | FragmentDefinitionNode
    ) -> GraphQLError | None:
        limits = self._limits
        for what, most in (
            ("fields", limits.fields),
            ("aliases", limits.aliases),
            ("directives", limits.directives),
        ):
            if getattr(weight, what) > most:
                return _over(what, most)
        if weight.depth > limits.depth:
            return GraphQLError(f"Document is nested deeper than {limits.depth} fields.", node)
        if weight.introspection_depth > limits.introspection_depth:
            most = limits.introspection_depth
            return GraphQLError(f"Introspection is nested deeper than {most} fields.", node)
        if weight.name_characters > limits.name_characters:
            # An alias comes back in the answer, and in the path of every error under it.
            return GraphQLError(f"An alias is longer than {limits.name_characters} characters.")
        return None

    def _fragment(self, name: str) -> Weight:
        if name in self._weights:
            weight = self._weights[name]
            if weight is None:
                raise Circle(name)
            return weight
        node = self._fragments.get(name)
        if node is None:
            return Weight()  # Validation names the missing fragment.
        self._weights[name] = None
        weight = self._weights[name] = self._definition(node)
        return weight

    def _definition(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> Weight:
        tally = _Tally()
        tally.directives = len(node.directives or ())
        for variable in node.variable_definitions or ():
            tally.directives += len(variable.directives or ())
        tally.walk(node.selection_set, is_introspection=_is_on_introspection(node))
        self.visited += tally.visited
        for spread in tally.spreads:
            tally.add(spread, self._fragment(spread.node.name.value))
        return tally.weight()


class _Tally:
    """The counts of one definition while it is walked."""

    def __init__(self) -> None:
        self.visited = self.fields = self.aliases = self.directives = 0
        self.depth = self.introspection_depth = self.name_characters = 0
        self.spreads: list[_Spread] = []

    def weight(self) -> Weight:
        return Weight(
            self.fields,
            self.aliases,
            self.directives,
            self.depth,
            self.introspection_depth,
            self.name_characters,
        )

    def walk(self, selections: SelectionSetNode, *, is_introspection: bool) -> None:
        """Count what is under `selections`, each selection once, without recursion."""
        stack = [(selections, 0, is_introspection)]
        while stack:
            around, depth, inside = stack.pop()
            for node in around.selections:
                self.visited += 1
                self.directives += len(node.directives or ())
                if isinstance(node, FragmentSpreadNode):
                    self.spreads.append(_Spread(node, depth, inside))
                    continue
                below, within = depth, inside
                if isinstance(node, FieldNode):
                    below, within = depth + 1, inside or node.name.value in INTROSPECTION
                    self._field(node, below, is_introspection=within)
                inner = _inner(node)
                if inner:
                    stack.append((inner, below, within))

    def _field(self, node: FieldNode, depth: int, *, is_introspection: bool) -> None:
        self.fields += 1
        if node.alias:
            self.aliases += 1
            self.name_characters = max(self.name_characters, len(node.alias.value))
        self._reach(depth, is_introspection=is_introspection)

    def add(self, spread: _Spread, weight: Weight) -> None:
        """Add what a spread fragment weighs, at the place where it is spread."""
        self.fields += weight.fields
        self.aliases += weight.aliases
        self.directives += weight.directives
        self.name_characters = max(self.name_characters, weight.name_characters)
        if weight.depth:
            self._reach(spread.depth + weight.depth, is_introspection=spread.is_introspection)
        if weight.introspection_depth:
            self._reach(spread.depth + weight.introspection_depth, is_introspection=True)

    def _reach(self, depth: int, *, is_introspection: bool) -> None:
        if is_introspection:
            self.introspection_depth = max(self.introspection_depth, depth)
        else:
            self.depth = max(self.depth, depth)


def literal_tokens(document: DocumentNode) -> int:
    """Count the tokens of list and object literals: validation looks hard at each of them."""
    assert document.loc, "a parsed document knows where it stands"
    is_argument, depth, count = False, 0, 0
    token: Token | None = document.loc.start_token
    while token:
        if token.kind is TokenKind.PAREN_L:
            is_argument = True
        elif token.kind is TokenKind.PAREN_R:
            is_argument, depth = False, 0
        elif is_argument and token.kind in _OPENING:
            depth += 1
        elif is_argument and token.kind in _CLOSING:
            depth -= 1
        elif depth > 0:
            count += 1
        token = token.next
    return count


_OPENING = (TokenKind.BRACKET_L, TokenKind.BRACE_L)
_CLOSING = (TokenKind.BRACKET_R, TokenKind.BRACE_R)


def _is_on_introspection(node: OperationDefinitionNode | FragmentDefinitionNode) -> bool:
    if isinstance(node, OperationDefinitionNode):
        return False
    return node.type_condition.name.value.startswith("__")


def _inner(node: SelectionNode) -> SelectionSetNode | None:
    inner: SelectionSetNode | None = getattr(node, "selection_set", None)
    return inner


def _over(what: str, most: int) -> GraphQLError:
    return GraphQLError(f"Document has more than {most} {what}.")
