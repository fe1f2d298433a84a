"""Statements of lists under construction: conditions and numbered arguments. Reads nothing.

What somebody may see is the union of scopes, such as what is their own and what lies in the areas
of their offices. Each is read in the order of an index of its own, and the beginnings are merged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from models.area.record import GRID_CODE_LENGTH


@dataclass(slots=True)
class Statement:
    """A statement under construction: its conditions, and its arguments by number.

    `walked` are those of its conditions for which there is a list in the order of ranks.
    """

    arguments: list[object] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    walked: list[str] = field(default_factory=list)

    def add(self, value: object) -> str:
        """Take an argument in; gives its parameter."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def where(self, condition: str, *, is_walked: bool = False) -> None:
        """Ask for a condition."""
        self.conditions.append(condition)
        if is_walked:
            self.walked.append(condition)

    def first_of(self, table: str, scopes: Iterable[str], *, limit: str) -> str:
        """Give the SQL of the first rows, by rank and id, of a table within any of the scopes."""
        common = " AND ".join(self.conditions)
        found = " UNION ".join(
            f"(SELECT id, rank FROM {table} WHERE {scope} AND {common}"  # noqa: S608 - constants and parameters
            f" ORDER BY rank, id LIMIT {limit})"
            for scope in scopes
        )
        return f"SELECT id, rank FROM ({found}) AS found ORDER BY rank, id LIMIT {limit}"  # noqa: S608 - the same

    def subtree(self, table: str, code: str) -> str:
        """Give the condition that a row of a table, which lies in a grid, lies in an area.

        Each level of the tree has its own index of the list, by the beginning of the code.
        """
        if len(code) > GRID_CODE_LENGTH:
            return "false"
        return f"left({table}.area_code, {len(code)}) = {self.add(code)}"
