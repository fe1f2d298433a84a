"""What holds for every word, field and file of the graph."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
)

from api.document import BadDocument, Documents
from resolvers import guard
from resolvers.prices import ITEMS, stated
from resolvers.schema import Mutation, schema

ROOT = Path(__file__).parent.parent
GRAPH = schema._schema
CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile("[A-Za-z]{3}")
SCALARS = {"Boolean", "Date", "DateTime", "Float", "ID", "Int", "String"}


def own_types() -> list[GraphQLNamedType]:
    return [
        kind
        for name, kind in GRAPH.type_map.items()
        if not name.startswith("__") and name not in SCALARS
    ]


def described() -> Iterator[tuple[str, str | None]]:
    """Give everything that has a description, by name."""
    for kind in own_types():
        yield kind.name, kind.description
        parts = kind.values if isinstance(kind, GraphQLEnumType) else getattr(kind, "fields", {})
        for name, part in parts.items():
            yield f"{kind.name}.{name}", part.description
            for argument, given in getattr(part, "args", {}).items():
                yield f"{kind.name}.{name}({argument})", given.description


def test_every_name_is_described_in_english_with_the_chinese_term() -> None:
    lacking = [
        name
        for name, text in described()
        if not text or not ENGLISH.search(text) or not CHINESE.search(text)
    ]
    assert len(list(described())) > 200
    assert lacking == []


def test_the_exported_schema_is_what_the_code_says() -> None:
    assert (ROOT / "schema.graphql").read_text() == schema.as_str() + "\n"


def test_every_mutation_states_the_rights_of_its_caller() -> None:
    fields = Mutation.__strawberry_definition__.fields  # type: ignore[attr-defined] # Strawberry's
    unguarded = [
        field.python_name
        for field in fields
        if not field.base_resolver or field.base_resolver.wrapped_func not in guard.ACTIONS
    ]
    assert fields
    assert unguarded == []


def test_a_mutation_without_a_stated_action_cannot_be_made() -> None:
    with pytest.raises(AssertionError):
        guard.mutation(lambda: None, description="Nobody said who may do this.")


def test_every_mutation_takes_one_input_and_gives_a_payload_with_user_errors() -> None:
    assert GRAPH.mutation_type
    for name, field in GRAPH.mutation_type.fields.items():
        stem = name[0].upper() + name[1:]
        assert {key: str(given.type) for key, given in field.args.items()} == {
            "input": f"{stem}Input!"
        }
        assert str(field.type) == f"{stem}Payload!"
        payload = GRAPH.type_map[f"{stem}Payload"]
        assert isinstance(payload, GraphQLObjectType)
        assert str(payload.fields["userErrors"].type) == "[UserError!]!"


def test_what_is_deprecated_is_gone_on_its_day() -> None:
    today = datetime.now(UTC).date()
    for kind in own_types():
        for name, field in getattr(kind, "fields", {}).items():
            if reason := field.deprecation_reason:
                day = re.search(r"Removal on (\d{4}-\d{2}-\d{2})\.", reason)
                assert day, f"{kind.name}.{name} does not say when it goes"
                assert date.fromisoformat(day[1]) > today, f"{kind.name}.{name} is overdue"


def test_every_list_of_things_has_a_page_size_or_a_price() -> None:
    unpriced = [
        f"{kind.name}.{name}"
        for kind in own_types()
        if isinstance(kind, GraphQLObjectType) and not kind.name.endswith("Connection")
        for name, field in kind.fields.items()
        if "[" in str(field.type)
        and is_composite_type(get_named_type(field.type))
        and "first" not in field.args
        and stated(kind.name, name) is None
    ]
    assert unpriced == []


def test_every_price_is_that_of_a_field() -> None:
    for place in ITEMS:
        kind, _, name = place.partition(".")
        assert name in getattr(GRAPH.type_map[kind], "fields", {})


@pytest.mark.parametrize(
    "query",
    [
        '{areas(search:"网",first:20){nodes{path{path{path{path{code}}}}}}}',
        "{stationsNear(near:{longitude:1,latitude:1},first:100){nodes{openings{opensAt}}}"
        " b:stationsNear(near:{longitude:1,latitude:1},first:100){nodes{openings{opensAt}}}"
        " c:stationsNear(near:{longitude:1,latitude:1},first:100){nodes{openings{opensAt}}}"
        " d:stationsNear(near:{longitude:1,latitude:1},first:100){nodes{openings{opensAt}}}}",
        "{careMap(viewport:{west:1,south:1,east:2,north:2},zoom:1){markers{station{openings"
        "{opensAt}}}}}",
    ],
)
def test_what_would_take_seconds_is_refused(query: str) -> None:
    with pytest.raises(BadDocument, match="asks for more than 5000 list items"):
        Documents(GRAPH).of(query)


def root_fields() -> list[str]:
    roots = (GRAPH.query_type, GRAPH.mutation_type, GRAPH.subscription_type)
    return [name for root in roots if root for name in root.fields]


def exceptions() -> dict[str, str]:
    text = _glossary()
    table = text[text.index("| first word | file |") :]
    return dict(re.findall(r"^\| ([a-z]+) \| ([a-z]+) \|", table, re.MULTILINE))


@pytest.mark.parametrize("field", root_fields())
def test_the_first_word_of_a_root_field_names_its_files(field: str) -> None:
    word = re.match("[a-z]+", field)
    assert word
    name = exceptions().get(word[0], word[0].removesuffix("s"))
    assert _is_module(ROOT / "resolvers" / name)
    assert name == "node" or _is_module(ROOT / "models" / name)
    assert (ROOT / "tests" / f"test_{name}.py").exists()


def test_every_exception_of_the_finding_rule_is_needed() -> None:
    words = {word[0] for field in root_fields() if (word := re.match("[a-z]+", field))}
    assert exceptions().keys() <= words


def test_every_file_of_the_glossary_exists() -> None:
    text = _glossary()
    files = re.findall(r"\| `([a-z_/]+\.py)` \|", text)
    assert len(files) > 20
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_every_word_of_the_glossary_stands_in_its_file() -> None:
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| `([a-z_/]+\.py)` \|", _glossary(), re.MULTILINE)
    missing = [
        (word, name)
        for words, name in rows
        for word in re.findall("`([A-Za-z_0-9]+)`", words)
        if not re.search(rf"\b{word}", (ROOT / name).read_text())
    ]
    assert missing == []


def _glossary() -> str:
    return (ROOT / "docs/glossary.md").read_text()


def _is_module(path: Path) -> bool:
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()
