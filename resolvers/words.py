"""The domain's words in the graph: enums with an English sentence and the Chinese term."""

from typing import TypeVar, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from models.words import Word

Words = TypeVar("Words", bound=type[Word])


def enum(words: Words, *, description: str, name: str | None = None) -> Words:
    """Show an enum of the domain, each value described by its own two texts."""
    shown = strawberry.enum(words, name=name, description=description)
    definition = cast("StrawberryEnumDefinition", getattr(shown, "__strawberry_definition__"))  # noqa: B009 - not in the type
    for value, word in zip(definition.values, words, strict=True):
        value.description = f"{word.english} {word.chinese}"
    return shown
