"""From what a client asks to an answer: what HTTP, event streams and sockets do alike.

A request is refused before it runs by `BadDocument` or `EdgeError`; what failed while it ran
stands in its result. Both become entries of `errors` here, and a line in the log where somebody
must look.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError
from graphql.execution.values import VariableValues

from api.document import BadDocument, Document, Documents, Operation
from api.execution import Asking, Runner
from api.request import Asked, HttpError
from models.errors import Unavailable
from resolvers.errors import INTERNAL_TEXT, UNAVAILABLE_TEXT, EdgeCode, EdgeError, cause, shown

log = structlog.get_logger()


class Prepared(NamedTuple):
    """An operation of a document with the values of its variables; `given` is what came."""

    document: Document
    operation: Operation
    values: VariableValues
    given: dict[str, Any]


class Operations:
    """Prepares and runs what is asked of one schema."""

    def __init__(self, documents: Documents) -> None:
        self.limits = documents.limits
        self.runner = Runner(documents.schema, limits=documents.limits)
        self._documents = documents

    def chosen(self, asked: Asked) -> tuple[Document, Operation]:
        """Give the operation that is asked for; raises BadDocument, HttpError."""
        document = self._document(asked)
        return document, document.operation(asked.operation_name)

    def prepared(self, asked: Asked) -> Prepared:
        """Make what is asked ready to run; raises BadDocument, HttpError."""
        return self.ready(*self.chosen(asked), asked.variables)

    def ready(self, document: Document, operation: Operation, given: dict[str, Any]) -> Prepared:
        """Make a chosen operation ready to run with these variables; raises BadDocument."""
        return Prepared(document, operation, self.runner.variables(operation, given), given)

    async def run(
        self, prepared: Prepared, context: Asking, *, request_id: str, root: object = None
    ) -> ExecutionResult:
        """Run an operation; raises EdgeError UNAVAILABLE when its time is over."""
        document, operation, values, _ = prepared
        try:
            return await self.runner.run(document, operation, values, context, root=root)
        except TimeoutError:
            log.warning("operation took too long", request_id=request_id)
            raise EdgeError(EdgeCode.UNAVAILABLE, UNAVAILABLE_TEXT) from None
        except Unavailable as lost:
            log.warning("unavailable", request_id=request_id, reason=str(lost))
            raise EdgeError(EdgeCode.UNAVAILABLE, UNAVAILABLE_TEXT) from None

    def entries(self, errors: Sequence[GraphQLError], *, request_id: str) -> list[dict[str, Any]]:
        """Give the entries of `errors`, few and short: a client's aliases are in their paths."""
        few = errors[: self.limits.errors]
        entries = [shown(error, request_id=request_id) for error in few]
        for error, entry in zip(few, entries, strict=True):
            _log(error, entry["extensions"]["code"], request_id)
        most = self.limits.answer_of_errors_bytes
        while len(entries) > 1 and len(orjson.dumps({"errors": entries})) > most:
            entries.pop()
        return entries

    def written(self, result: ExecutionResult, *, request_id: str) -> bytes:
        """Write a result as JSON."""
        if not result.errors:
            return orjson.dumps({"data": result.data})
        entries = self.entries(result.errors, request_id=request_id)
        return orjson.dumps({"errors": entries, "data": result.data})

    def _document(self, asked: Asked) -> Document:
        if asked.query is None:
            assert asked.digest, "A request has a query or a digest."
            document = self._documents.known(asked.digest)
            if document is None:
                missing = EdgeError(EdgeCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
                raise BadDocument(GraphQLError(missing.message, original_error=missing))
            return document
        document = self._documents.of(asked.query)
        if asked.digest and asked.digest != document.sha256:
            raise HttpError(400, "The sha256Hash is not that of the query.")
        return document


def errors_of(failure: Exception) -> tuple[GraphQLError, ...]:
    """Give the errors of whatever kept a request from being answered; a bug is INTERNAL."""
    match failure:
        case BadDocument():
            return failure.errors
        case GraphQLError():
            return (failure,)
        case EdgeError() | Unavailable():
            return (GraphQLError(str(failure), original_error=failure),)
    hidden = GraphQLError(INTERNAL_TEXT, original_error=failure)
    hidden.path = []
    return (hidden,)


def _log(error: GraphQLError, code: EdgeCode, request_id: str) -> None:
    if code == EdgeCode.INTERNAL:
        bug = cause(error) or error
        log.error("internal error", request_id=request_id, path=error.path, exc_info=bug)
    elif code == EdgeCode.UNAVAILABLE:
        log.warning("unavailable", request_id=request_id, reason=str(cause(error)))
