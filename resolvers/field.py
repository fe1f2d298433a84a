"""Fields with a resolver: it gives a record, and the graph shows it as a type of its own."""

from collections.abc import Callable
from typing import Any

import strawberry


def shown(resolver: Callable[..., object], *, description: str) -> Any:  # noqa: ANN401 - the field's annotation says its type
    """Show what `resolver` gives as the type that the field is annotated with."""
    return strawberry.field(resolver=resolver, description=description)
