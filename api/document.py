"""Prepared documents: parsed, weighed, validated and priced once each, then kept.

A document is known by the SHA-256 of its text. What was accepted is kept in a cache with a
limit in count and in bytes; what was refused is kept too, as its error texts alone, so that
sending a bad document again and again is cheap to answer. With trusted documents, these are
the only ones that may run, and they are prepared at the start.

The steps stand in the order of what they cost: characters (the body's limit), tokens, weight,
validation, price. Each step is linear in the document, so that nothing within the body's limit
takes long to refuse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    OverlappingFieldsCanBeMergedRule,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails

from api.cost import Cost, Prices
from api.generations import Generations
from api.limits import LIMITS, Limits
from api.merge import FieldsMergeRule
from api.plan import Plan
from api.resume import resume_variable
from api.weight import Scale
from resolvers.errors import bare

DOCUMENTS_MOST = 500
DOCUMENTS_BYTES = 8 * 1024 * 1024
TREE_BYTES = 4096
TREE_BYTES_PER_CHARACTER = 125  # Measured: 53 (indented) to 122 (as dense as can be).
DIRECTIVE = "@"
REFUSED_MOST = 500
REFUSED_BYTES = 1024 * 1024
REFUSED_BYTES_EACH = 2048

RULES = tuple(
    FieldsMergeRule if rule is OverlappingFieldsCanBeMergedRule else rule
    for rule in specified_rules
)


class BadDocument(Exception):
    """A document or the choice of its operation is refused; `errors` say why."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document, ready to run once its variables are known.

    `plan` is that of all its requests; None if directives let each request choose its fields.
    `resumes_by` is the variable that only says where a subscription resumes, if there is one.
    """

    node: OperationDefinitionNode
    kind: OperationType
    cost: Cost
    plan: Plan | None
    resumes_by: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document within the limits, with all that its operations need to run."""

    sha256: str
    operations: Mapping[str, Operation]
    fragments: dict[str, FragmentDetails]
    fragment_nodes: dict[str, FragmentDefinitionNode]

    def operation(self, name: str | None) -> Operation:
        """Give the operation called `name`, or the only one; raises BadDocument."""
        if name is None:
            if len(self.operations) != 1:
                raise BadDocument(
                    GraphQLError("Must provide operation name if there are several.")
                )
            return next(iter(self.operations.values()))
        operation = self.operations.get(name)
        if operation is None:
            raise BadDocument(*bare([GraphQLError(f"Unknown operation named '{name}'.")]))
        return operation


class Documents:
    """The documents of one schema that this process knows."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        limits: Limits = LIMITS,
        public_schema: bool = False,
        trusted: Mapping[str, str] | None = None,
    ) -> None:
        self.schema = schema
        self.limits = limits
        self.public_schema = public_schema
        self.rules = RULES if public_schema else (*RULES, NoSchemaIntrospectionCustomRule)
        self._kept = Generations[Document](most=DOCUMENTS_MOST, most_bytes=DOCUMENTS_BYTES)
        self._refused = Generations[BadDocument](most=REFUSED_MOST, most_bytes=REFUSED_BYTES)
        self._trusted = None if trusted is None else self._all_of(trusted)

    def of(self, text: str) -> Document:
        """Give the prepared document of `text`; raises BadDocument."""
        digest = sha256(text.encode()).hexdigest()
        if self._trusted is not None:
            return self._one_trusted(digest)
        document = self._kept.get(digest)
        if document is not None:
            return document
        refusal = self._refused.get(digest)
        if refusal is not None:
            raise BadDocument(*refusal.errors)
        return self._prepared_and_kept(text, digest)

    def known(self, digest: str) -> Document | None:
        """Give the document whose text has this SHA-256, or None; raises BadDocument."""
        if self._trusted is not None:
            return self._one_trusted(digest)
        return self._kept.get(digest)

    def _one_trusted(self, digest: str) -> Document:
        assert self._trusted is not None
        document = self._trusted.get(digest)
        if document is None:
            raise BadDocument(GraphQLError("Only trusted documents may run here."))
        return document

    def _all_of(self, trusted: Mapping[str, str]) -> dict[str, Document]:
        documents: dict[str, Document] = {}
        for digest, text in trusted.items():
            if sha256(text.encode()).hexdigest() != digest:
                raise ValueError(f"The trusted document {digest} has another SHA-256.")
            try:
                documents[digest] = self._prepared(text, digest)
            except BadDocument as bad:
                raise ValueError(f"The trusted document {digest} is refused: {bad}") from bad
        return documents

    def _prepared_and_kept(self, text: str, digest: str) -> Document:
        try:
            document = self._prepared(text, digest)
        except BadDocument as bad:
            self._refused.keep(digest, BadDocument(*bad.errors), REFUSED_BYTES_EACH)
            raise
        self._kept.keep(digest, document, _size(text))
        return document

    def _prepared(self, text: str, digest: str) -> Document:
        tree = self._parsed(text)
        excess = Scale(tree, self.limits).excess()
        if excess:
            raise BadDocument(*bare([excess]))
        errors = validate(
            self.schema,
            tree,
            self.rules,
            max_errors=self.limits.errors - 1,  # It adds one that says there were too many.
            hide_suggestions=not self.public_schema,
        )
        if errors:
            raise BadDocument(*bare(errors))
        return self._priced(tree, digest, is_fixed=DIRECTIVE not in text)

    def _parsed(self, text: str) -> DocumentNode:
        if text.count("\n") + text.count("\r") > self.limits.lines:
            # For each error graphql-core counts the lines before it anew.
            raise BadDocument(GraphQLError(f"Document has more than {self.limits.lines} lines."))
        try:
            return parse(text, max_tokens=self.limits.tokens)
        except GraphQLError as error:
            raise BadDocument(*bare([error])) from None

    def _priced(self, tree: DocumentNode, digest: str, *, is_fixed: bool) -> Document:
        fragments = {
            node.name.value: node
            for node in tree.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        prices = Prices(self.schema, fragments)
        operations = {
            node.name.value if node.name else "": Operation(
                node,
                node.operation,
                prices.of(node),
                Plan() if is_fixed else None,
                resume_variable(node, fragments.values()),
            )
            for node in tree.definitions
            if isinstance(node, OperationDefinitionNode)
        }
        if any(operation.cost.fixed > self.limits.cost for operation in operations.values()):
            raise BadDocument(too_costly(self.limits))
        details = {name: FragmentDetails(node) for name, node in fragments.items()}
        return Document(digest, operations, details, fragments)


def _size(text: str) -> int:
    return TREE_BYTES + TREE_BYTES_PER_CHARACTER * len(text)


def too_costly(limits: Limits) -> GraphQLError:
    """Give the error of an operation whose lists could hold too many items."""
    return GraphQLError(f"Operation asks for more than {limits.cost} list items.")


def trusted_documents(path: Path) -> dict[str, str]:
    """Read a JSON file {SHA-256: document}; raises ValueError if it is anything else."""
    documents = orjson.loads(path.read_bytes())
    if not isinstance(documents, dict):
        raise TypeError(f"{path} must hold one object of SHA-256 and document.")
    if not all(isinstance(text, str) for text in documents.values()):
        raise TypeError(f"{path} must give each document as a string.")
    return documents
