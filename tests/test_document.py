import hashlib
from pathlib import Path

import orjson
import pytest
from graphql import (
    get_introspection_query,
    parse,
)

from api.document import BadDocument, Document, Documents, trusted_documents
from api.generations import Generations
from api.limits import LIMITS
from api.weight import Scale
from tests import edge
from tests.documents import SCHEMA


@pytest.fixture
def documents() -> Documents:
    return Documents(SCHEMA)


def why_refused(documents: Documents, text: str) -> str:
    with pytest.raises(BadDocument) as refusal:
        documents.of(text)
    return refusal.value.errors[0].message


def cost(documents: Documents, text: str, **variables: object) -> int:
    return documents.of(text).operation(None).cost.of(variables)


def nested(depth: int, inner: str = "name") -> str:
    return "{ town " * (depth - 1) + "{ " + inner + " }" + " }" * (depth - 1)


# Limits: the last that passes, the first that does not


@pytest.mark.parametrize(
    ("passes", "fails", "message"),
    [
        (
            "{" + "name " * 400 + "}",
            "{" + "name " * 401 + "}",
            "Document has more than 400 fields.",
        ),
        (
            "{ ...A ...A } fragment A on Query {" + "name " * 200 + "}",
            "{ name ...A ...A } fragment A on Query {" + "name " * 200 + "}",
            "Document has more than 400 fields.",
        ),
        (
            "{" + " ".join(f"a{i}: name" for i in range(30)) + "}",
            "{" + " ".join(f"a{i}: name" for i in range(31)) + "}",
            "Document has more than 30 aliases.",
        ),
        (
            "{" + "name @skip(if: true) " * 30 + "}",
            "{" + "name @skip(if: true) " * 31 + "}",
            "Document has more than 30 directives.",
        ),
        (nested(12), nested(13), "Document is nested deeper than 12 fields."),
        (
            nested(8, "...A") + "fragment A on Town " + nested(5),
            nested(8, "...A") + "fragment A on Town " + nested(6),
            "Document is nested deeper than 12 fields.",
        ),
        (
            "{ __schema { types " + "{ ofType " * 13 + "{ name }" + " }" * 15,
            "{ __schema { types " + "{ ofType " * 14 + "{ name }" + " }" * 16,
            "Introspection is nested deeper than 16 fields.",
        ),
        (
            "query("
            + " ".join(f"$v{i}: Int" for i in range(50))
            + ") {"
            + "".join(f"thing(x: $v{i}) {{ name }} " for i in range(1))
            + "}",
            "query(" + " ".join(f"$v{i}: Int" for i in range(51)) + ") { name }",
            "Document has more than 50 variables.",
        ),
        (
            " ".join(f"query Q{i} {{ name }}" for i in range(10)),
            " ".join(f"query Q{i} {{ name }}" for i in range(11)),
            "Document has more than 10 operations.",
        ),
        (
            "{"
            + " ".join(f"...F{i}" for i in range(50))
            + "}"
            + " ".join(f"fragment F{i} on Query {{ name }}" for i in range(50)),
            "{"
            + " ".join(f"...F{i}" for i in range(51))
            + "}"
            + " ".join(f"fragment F{i} on Query {{ name }}" for i in range(51)),
            "Document has more than 50 fragments.",
        ),
        (
            "{ thing(x: [" + "1 " * 500 + "]) { name } }",
            "{ thing(x: [" + "1 " * 501 + "]) { name } }",
            "Document has more than 500 tokens in lists and objects.",
        ),
        (
            "{ thing(x: {" + "a: 1 " * 166 + "}) { name } }",
            "{ thing(x: {" + "a: 1 " * 167 + "}) { name } }",
            "Document has more than 500 tokens in lists and objects.",
        ),
        (
            "{ " + "a" * 64 + ": name }",
            "{ " + "a" * 65 + ": name }",
            "An alias is longer than 64 characters.",
        ),
        (
            "{ things(first: 100) { things(first: 50) { name } } }",
            "{ things(first: 100) { things(first: 51) { name } } }",
            "Operation asks for more than 5000 list items.",
        ),
    ],
    ids=lambda text: text[:30],
)
def test_a_limit_lets_pass_what_it_allows_and_nothing_more(
    passes: str, fails: str, message: str
) -> None:
    assert Scale(parse(passes), LIMITS).excess() is None
    public = Documents(SCHEMA, public_schema=True)
    assert why_refused(public, fails) == message


def test_tokens_are_counted_while_they_are_read(documents: Documents) -> None:
    many = "{ name " + "# a comment\n" * 1_996 + "}"
    assert isinstance(documents.of(many), Document)
    message = why_refused(documents, many + "#\n#")
    assert message == "Syntax Error: Document contains more than 2000 tokens. Parsing aborted."


def test_lines_are_counted_before_anything_is_read(documents: Documents) -> None:
    assert isinstance(documents.of("{ name" + "\n" * 4_000 + "}"), Document)
    for text in ("{ name" + "\n" * 4_001 + "}", "{ name" + "\r" * 4_001 + "}"):
        assert why_refused(documents, text) == "Document has more than 4000 lines."


def test_the_introspection_query_of_graphiql_passes() -> None:
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    assert isinstance(Documents(SCHEMA, public_schema=True).of(query), Document)
    hidden = why_refused(Documents(SCHEMA), query)
    assert hidden.startswith("GraphQL introspection has been disabled")


@pytest.mark.parametrize(
    "text",
    [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { town { ...B } } fragment B on Town { town { ...B } }",
        "{ name } fragment A on Query { ...B } fragment B on Query { ...C }"
        "fragment C on Query { ...A }",
    ],
)
def test_a_circle_of_fragments_is_refused(documents: Documents, text: str) -> None:
    assert why_refused(documents, text).endswith("within itself.")


def test_fragments_within_fragments_are_weighed_once_each() -> None:
    fan = (
        " ".join(f"fragment F{i} on Query {{ {f'...F{i + 1} ' * 20} }}" for i in range(49))
        + "fragment F49 on Query { name }"
    )
    scale = Scale(parse("{ ...F0 }" + fan), LIMITS)
    excess = scale.excess()
    assert excess
    assert excess.message == "Document has more than 400 fields."
    assert scale.visited == 1 + 49 * 20 + 1


def test_a_fan_of_fragments_without_fields_costs_no_more_than_it_is_long(
    documents: Documents,
) -> None:
    fan = " ".join(f"fragment F{i} on Query {{ {f'...F{i + 1} ' * 20} }}" for i in range(19))
    empty = "{ name ...F0 }" + fan + "fragment F19 on Query { ... { ... { __typename } } }"
    scale = Scale(parse(empty), LIMITS)
    assert scale.excess()
    assert scale.visited <= 2 + 19 * 20 + 3


# Cost


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("{ name }", 0),
        ("{ things { name } }", 20),
        ("{ things(first: 7) { name } }", 7),
        ("{ things(first: 7) { things(first: 5) { name } } }", 35),
        ("{ things(first: 7) { name } other: things(first: 5) { name } }", 12),
        ("{ things(first: 7) { a: things(first: 2) { name } b: things(first: 3) { name } } }", 35),
        ("{ town { towns { name } } }", 20),
        ("{ town { towns(first: null) { name } } }", 20),
        ("{ things(first: -3) { name } }", 1),
        ("{ things(first: 2) { ...F } } fragment F on Thing { things(first: 3) { name } }", 6),
        ("{ things(first: 2) { ... on Town { towns(first: 3) { name } } } }", 6),
    ],
)
def test_an_operation_costs_the_items_that_its_lists_can_hold(
    documents: Documents, text: str, items: int
) -> None:
    assert cost(documents, text) == items


def test_page_sizes_in_variables_count_with_their_values(documents: Documents) -> None:
    text = "query($n: Int = 3) { things(first: $n) { things(first: $n) { name } } }"
    assert cost(documents, text, n=3) == 9
    assert cost(documents, text, n=100) == 10_000
    assert cost(documents, text, n=None) == 400
    assert cost(documents, text) == 400


# Cache


def test_a_document_is_prepared_once(documents: Documents) -> None:
    first = documents.of("{ name }")
    assert documents.of("{ name }") is first
    assert documents.known(hashlib.sha256(b"{ name }").hexdigest()) is first
    assert documents.known("0" * 64) is None


def test_a_refused_document_is_refused_again_and_never_known(documents: Documents) -> None:
    assert why_refused(documents, "{ nothing }") == why_refused(documents, "{ nothing }")
    assert documents.known(hashlib.sha256(b"{ nothing }").hexdigest()) is None


def test_a_memory_is_bounded_in_count_and_keeps_what_is_used() -> None:
    memory = Generations[int](most=10, most_bytes=1_000)
    memory.keep("used", 0, 1)
    for number in range(1_000):
        memory.keep(f"once {number}", number, 1)
        assert memory.get("used") == 0
        assert len(memory) <= 20
    assert memory.get("once 0") is None


def test_a_memory_is_bounded_in_bytes() -> None:
    memory = Generations[int](most=1_000, most_bytes=100)
    for number in range(100):
        memory.keep(str(number), number, 30)
        assert len(memory) <= 6
    memory.keep("huge", 1, 101)
    assert memory.get("huge") is None


# Trusted documents


def test_trusted_documents_are_read_from_a_file(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"{ name }").hexdigest()
    path = tmp_path / "trusted.json"
    path.write_bytes(orjson.dumps({digest: "{ name }"}))
    documents = Documents(SCHEMA, trusted=trusted_documents(path))
    assert documents.of("{ name }").sha256 == digest
    assert why_refused(documents, "{ size }") == "Only trusted documents may run here."


@pytest.mark.parametrize("content", ["[]", "{", '{"a": 1}'])
def test_a_file_that_holds_no_trusted_documents_fails_at_the_start(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "trusted.json"
    path.write_text(content)
    with pytest.raises((ValueError, TypeError)):
        trusted_documents(path)


def test_a_trusted_document_that_can_not_run_fails_at_the_start() -> None:
    with pytest.raises(ValueError, match="another SHA-256"):
        Documents(SCHEMA, trusted={"0" * 64: "{ name }"})
    digest = hashlib.sha256(b"{ nothing }").hexdigest()
    with pytest.raises(ValueError, match="Cannot query field 'nothing'"):
        Documents(SCHEMA, trusted={digest: "{ nothing }"})


def test_ten_errors_of_a_document_are_told_at_most() -> None:
    documents = Documents(edge.schema())
    with pytest.raises(BadDocument) as refusal:
        documents.of("{ " + " ".join(f"n{i}" for i in range(300)) + " }")
    assert len(refusal.value.errors) == 10
    assert all(error.nodes is None for error in refusal.value.errors)
