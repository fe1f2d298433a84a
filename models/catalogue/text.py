"""A catalogue as a file: YAML that one can read, change and keep in version control.

The order is stable and Chinese stands as it is, so that two exports differ only where the rules
do. Reading knows the line of every value.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import yaml

from models.catalogue.registry import Catalogue, Edition
from models.catalogue.shape import Place, Problem, Wrong, plain, read_editions

Entry = TypeVar("Entry")

FILE_FIELDS = ("version", "editions")
CHARACTERS_MOST = 2_000_000
WIDTH = 99


@dataclass(frozen=True, slots=True)
class Draft(Generic[Entry]):
    """What a file says, and from which version it was made."""

    catalogue: Catalogue[Entry]
    version: int
    editions: tuple[Edition[Entry], ...]


class WrongFile(Exception):
    """A file that can't be a catalogue; `sentences` are all that is wrong, with their lines."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


class _Loader(yaml.SafeLoader):
    """Reads plain YAML without aliases: a few lines of them could stand for millions."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            problem = f"an alias (*{event.anchor}) can't be used here"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)


def write(catalogue: Catalogue[Entry], editions: tuple[Edition[Entry], ...]) -> str:
    """Give the text of a file."""
    document = {
        "version": editions[0].version,
        "editions": [
            {
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
                "entries": [plain(entry) for entry in one.entries],
            }
            for one in editions
        ],
    }
    body = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=WIDTH)
    return f"# {catalogue.title}\n{_HEADER}{body}"


def read(catalogue: Catalogue[Entry], text: str, *, name: str) -> Draft[Entry]:
    """Read the text of the file called `name`; raises WrongFile."""
    document, lines = _composed(text, name)
    problems: list[Problem] = []
    if not isinstance(document, dict):
        raise WrongFile([f"{name}: there must be version and editions"])
    for field in document:
        if field not in FILE_FIELDS:
            sentence = f"there is no {field} here, only {' and '.join(FILE_FIELDS)}"
            problems.append(Problem((str(field),), sentence))
    version = document.get("version")
    if type(version) is not int or version < 0:
        problems.append(Problem(("version",), "the version is the number that the export wrote"))
        version = 0
    editions: tuple[Edition[Entry], ...] = ()
    try:
        editions = read_editions(
            catalogue, document.get("editions"), version=version, place=("editions",)
        )
    except Wrong as wrong:
        problems += wrong.problems
    if problems:
        raise WrongFile([_sentence(problem, name, lines) for problem in problems])
    return Draft(catalogue, version, editions)


_HEADER = """\
#
# `python -m api data export DIR` writes this file, `python -m api data import DIR` reads it;
# with --dry-run it only says what would change. A file that says something else than the city
# becomes the next version. `version` is the one that the file was made from: leave it.
# An edition is valid from valid_from to valid_to, both days included; the next one begins on the
# day after. The last has no valid_to.

"""


def _sentence(problem: Problem, name: str, lines: dict[Place, int]) -> str:
    place = problem.place
    while place and place not in lines:
        place = place[:-1]
    return f"{name}, line {lines.get(place, 1)}: {_field(problem.place)}{problem.sentence}"


def _field(place: Place) -> str:
    return f"{place[-1]}: " if place and isinstance(place[-1], str) else ""


def _composed(text: str, name: str) -> tuple[Any, dict[Place, int]]:
    """Give the plain values of a text, and the line of each."""
    if len(text) > CHARACTERS_MOST:
        raise WrongFile([f"{name}: it has more than {CHARACTERS_MOST} characters"])
    lines: dict[Place, int] = {}
    problems: list[Problem] = []
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        values = _values(loader, node, (), lines, problems) if node else None
    except yaml.YAMLError as wrong:
        raise WrongFile([f"{name}, {_syntax(wrong)}"]) from None
    except RecursionError:
        raise WrongFile([f"{name}: it is nested too deeply"]) from None
    if problems:
        raise WrongFile([_sentence(problem, name, lines) for problem in problems])
    return values, lines


def _values(
    loader: _Loader,
    node: yaml.Node,
    place: Place,
    lines: dict[Place, int],
    problems: list[Problem],
) -> Any:  # noqa: ANN401 - whatever the file holds
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [
            _values(loader, one, (*place, number), lines, problems)
            for number, one in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            field = str(key.value)
            if field in found:
                lines[*place, field] = key.start_mark.line + 1
                problems.append(Problem((*place, field), "it stands there twice"))
            found[field] = _values(loader, value, (*place, field), lines, problems)
        return found
    try:
        return loader.construct_object(node)
    except ValueError as wrong:
        problems.append(Problem(place, str(wrong)))
        return None


def _syntax(wrong: yaml.YAMLError) -> str:
    if isinstance(wrong, yaml.MarkedYAMLError) and wrong.problem_mark:
        return f"line {wrong.problem_mark.line + 1}: {wrong.problem}"
    return f"line 1: {wrong}"
