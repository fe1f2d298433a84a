"""Running one operation of a prepared document: variables, price, then graphql-core.

Everything that a document settles once is taken from the document; per request remain its
variables and the resolvers. An operation whose resolvers are all plain is answered without a
task, a timer or an await.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeGuard, cast

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    default_field_resolver,
    default_type_resolver,
    get_argument_values,
    get_variable_values,
    located_error,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import (
    DeferUsage,
    FieldDetails,
    GroupedFieldSet,
    collect_fields,
)
from graphql.execution.values import VariableValues
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.execution import optimized_is_awaitable

from api.document import BadDocument, Document, Operation, too_costly
from api.limits import Limits
from api.plan import Plan

_is_awaitable = cast(Callable[[Any], TypeGuard[Awaitable[Any]]], optimized_is_awaitable)
_NO_VARIABLES = VariableValues({}, {})


class Asking(Protocol):
    """What resolvers know of a request; it is held back once it depends on who asks."""

    is_held_back: bool

    async def let_go(self, answer: Mapping[str, object] | None) -> None:
        """Make sure that who asks may have the answer, still; raises EdgeError, Unavailable."""


class _Executor(Executor[Any]):
    """graphql-core's executor, with two changes.

    Plain fields are read as the operation's plan says. And resolvers are given the variables as
    the dict that Strawberry expects.
    """

    plan: Plan

    def follow(self, plan: Plan) -> None:
        """Read by this plan, and remember in it what is found out about the operation."""
        self.plan = plan
        self._relevant_sub_fields = plan.sub_fields

    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: object,
        grouped_field_set: GroupedFieldSet,
        serially: bool,
        new_defer_usages: Sequence[DeferUsage],
    ) -> AwaitableOrValue[dict[str, Any]]:
        """Execute the root fields: those that the plan knows, which are equal to these."""
        if self.plan.root is None:
            self.plan.root = grouped_field_set
        return super().execute_collected_root_fields(
            root_type, root_value, self.plan.root, serially, new_defer_usages
        )

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: object,
        field_details_list: list[FieldDetails],
        path: Path,
        position_context: Any,  # noqa: ANN401 - graphql-core's own
    ) -> Any:  # noqa: ANN401 - the field's value, an awaitable of it, or Undefined
        """Give a field's value: read it, or else let graphql-core find out what it is."""
        read = self.plan.reader(self, parent_type, field_details_list)
        if read:
            try:
                return read(source)
            except Exception:  # noqa: S110 - whatever it was, it is found, placed and told below
                pass
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )

    def resolve_source(self) -> AwaitableOrValue[Any]:
        """Call the resolver of a subscription's one field; what it raises is located there."""
        root_type = self.schema.subscription_type
        assert root_type, "a valid subscription has a type"
        grouped = collect_fields(
            self.schema,
            self.fragments,
            self.variable_values,
            root_type,
            self.operation,
            self.hide_suggestions,
        ).grouped_field_set
        if not grouped:
            raise GraphQLError("The subscription selects no field.", self.operation)
        name, details = next(iter(grouped.items()))
        nodes = [one.node for one in details]
        field = self.schema.get_field(root_type, nodes[0].name.value)
        assert field, "a valid subscription selects fields that exist"
        assert field.subscribe, f"{nodes[0].name.value} was not made by live.subscription"
        path = Path(None, name, root_type.name)
        try:
            arguments = get_argument_values(
                field, nodes[0], self.variable_values, None, self.hide_suggestions
            )
            info = self.build_resolve_info(field, nodes, root_type, path)
            source = field.subscribe(None, info, **arguments)
            return self._located(source, nodes, path) if _is_awaitable(source) else source
        except Exception as error:
            raise located_error(error, nodes, path.as_list()) from error

    async def _located(self, source: Awaitable[Any], nodes: list[FieldNode], path: Path) -> Any:  # noqa: ANN401 - whatever it gives
        try:
            return await source
        except Exception as error:
            raise located_error(error, nodes, path.as_list()) from error

    def build_resolve_info(
        self,
        field_def: GraphQLField,
        field_nodes: list[FieldNode],
        parent_type: GraphQLObjectType,
        path: Path,
    ) -> GraphQLResolveInfo[Any]:
        """Give a resolver what it may know of the execution."""
        return GraphQLResolveInfo(
            field_nodes[0].name.value,
            field_nodes,
            field_def.type,
            parent_type,
            path,
            self.schema,
            self.fragment_definitions,
            self.root_value,
            self.operation,
            self.variable_values.coerced,  # type: ignore[arg-type] # Strawberry wants the dict.
            self.context_value,
            self.is_awaitable,
            self.abort_signal,
            self.async_helpers,
        )


class Runner:
    """Runs operations on one schema within the limits."""

    def __init__(self, schema: GraphQLSchema, *, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits

    def variables(self, operation: Operation, given: dict[str, Any]) -> VariableValues:
        """Give the variables as the operation declares them, if it is affordable with them.

        Raises BadDocument.
        """
        if not operation.node.variable_definitions:
            return _NO_VARIABLES
        values = get_variable_values(
            self._schema,
            operation.node.variable_definitions,
            given,
            max_errors=self._limits.errors - 1,  # It adds one that says there were too many.
            hide_suggestions=True,
        )
        if isinstance(values, list):
            raise BadDocument(*values)
        if operation.cost.products and operation.cost.of(values.coerced) > self._limits.cost:
            raise BadDocument(too_costly(self._limits))
        return values

    async def run(
        self,
        document: Document,
        operation: Operation,
        values: VariableValues,
        context: Asking,
        *,
        root: object = None,
    ) -> ExecutionResult:
        """Execute the operation; raises TimeoutError when its time is over.

        `root` is the item that a subscription's field shows. An answer that depends on who asks is
        let go only after `let_go`, which may raise EdgeError and Unavailable.
        """
        executor = self._executor(document, operation, values, context, root)
        executor.follow(operation.plan or Plan())
        result = executor.execute_operation()
        if not isinstance(result, ExecutionResult):
            assert isinstance(result, Awaitable), "An answer in parts needs @defer or @stream."
            async with asyncio.timeout(self._limits.seconds):
                result = _complete(await result)
        if context.is_held_back:
            await context.let_go(result.data)
        return result

    async def source(
        self, document: Document, operation: Operation, values: VariableValues, context: Asking
    ) -> Any:  # noqa: ANN401 - whatever the field's resolver gives
        """Call the resolver of a subscription's field; raises GraphQLError, TimeoutError."""
        executor = self._executor(document, operation, values, context, None)
        source = executor.resolve_source()
        if not isinstance(source, Awaitable):
            return source
        async with asyncio.timeout(self._limits.seconds):
            return await source

    def _executor(
        self,
        document: Document,
        operation: Operation,
        values: VariableValues,
        context: Asking,
        root: object,
    ) -> _Executor:
        return _Executor(
            self._schema,
            document.fragment_nodes,
            document.fragments,
            root,
            context,
            operation.node,
            values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            is_awaitable=_is_awaitable,
            hide_suggestions=True,
        )


def _complete(result: object) -> ExecutionResult:
    assert isinstance(result, ExecutionResult), "An answer in parts needs @defer or @stream."
    return result
