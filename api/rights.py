"""The page docs/rights.md: the table of rights and what every mutation needs, for people."""

from collections.abc import Iterable, Iterator

from models.access import RIGHTS, Action, Scope
from models.role import Role
from models.words import Word

HEAD = """# Rights 权限

Who may do what, and how far. This page is written by `python -m api rights` out of the one table
in `models/access/rights.py`, which every mutation and every maker of records asks, in the
statement or transaction that reads or changes. A test tries every cell.

Whoever is signed in is a resident; whoever is banned is nobody. A role counts from its first to
its last day, in the area or unit in which it is held. Nobody appoints or relieves themself.
"""


def text() -> str:
    """Write the page."""
    return "\n".join([HEAD, *_scopes(), "", *_table(), "", *_mutations(), ""])


def mutations() -> dict[str, tuple[Action, ...]]:
    """Name the mutations of the schema, each with the actions of which its caller needs one."""
    from resolvers import guard
    from resolvers.schema import Mutation, schema

    fields = Mutation.__strawberry_definition__.fields  # type: ignore[attr-defined] # Strawberry's
    named = ((schema.config.name_converter.get_graphql_name(field), field) for field in fields)
    return {name: guard.ACTIONS[field.base_resolver.wrapped_func] for name, field in named}


def _scopes() -> Iterator[str]:
    yield "## How far 范围\n"
    yield from _rows("范围", "scope", "reaches")
    for scope in Scope:
        yield f"| {scope.chinese} | `{scope}` | {scope.english} |"


def _table() -> Iterator[str]:
    yield "## Who may do what 谁能做什么\n"
    roles = [role for role in Role if any(role in scopes for scopes in RIGHTS.values())]
    yield from _rows("操作", "action", *(role.chinese for role in roles))
    for action in Action:
        cells = (_chinese(RIGHTS[action].get(role)) for role in roles)
        yield f"| {action.chinese} | `{action}` | {' | '.join(cells)} |"
    yield "\nWhat the actions are:\n"
    yield from (f"- `{action}` {action.english}" for action in Action)
    others = "、".join(f"{role.chinese} `{role}`" for role in Role if role not in roles)
    if others:
        yield f"\nThese roles may no more than a resident: {others}."


def _mutations() -> Iterator[str]:
    yield "## What a mutation needs 接口权限\n"
    yield "One of the actions, on the very thing that it changes.\n"
    yield from _rows("mutation", "action")
    for name, actions in sorted(mutations().items()):
        yield f"| `{name}` | {' '.join(f'`{action}`' for action in actions)} |"


def _rows(*names: str) -> Iterable[str]:
    return (f"| {' | '.join(names)} |", "|" + "---|" * len(names))


def _chinese(word: Word | None) -> str:
    return word.chinese if word else ""
