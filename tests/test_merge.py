import pytest
from graphql import (
    OverlappingFieldsCanBeMergedRule,
    parse,
    validate,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from api.merge import TOO_COMPLICATED, FieldsMergeRule
from tests.documents import SCHEMA


def merges(text: str, rule: type) -> bool:
    return not validate(SCHEMA, parse(text), [rule])


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("{ a: name a: name }", True),
        ("{ a: name a: size }", False),
        ("{ thing(x: 1) { name } thing(x: 1) { name } }", True),
        ("{ thing(x: 1) { name } thing(x: 2) { name } }", False),
        ("{ thing { name } thing(x: 2) { name } }", False),
        ("{ thing { ... on Town { a: name } ... on Village { a: label } } }", False),
        ("{ thing { ... on Town { a: name } ... on Village { a: town { name } } } }", False),
        ("{ thing { ... on Town { size } ... on Village { size } } }", False),
        ("{ thing { ... on Town { a: name } ... on Village { a: name } } }", True),
        ("{ thing { ... on Town { a: name } ... on Thing { a: __typename } } }", False),
        ("{ town { a: name } town { a: label } }", False),
        ("{ ...A ...B } fragment A on Query { a: name } fragment B on Query { a: size }", False),
    ],
)
def test_fields_of_one_name_must_be_one_field(text: str, is_valid: bool) -> None:
    assert merges(text, FieldsMergeRule) is is_valid
    assert merges(text, OverlappingFieldsCanBeMergedRule) is is_valid


leaves = st.sampled_from(["name", "a: name", "a: label", "size", "a: size", "label", "b: name"])
parents = st.sampled_from(
    [
        "thing",
        "a: thing",
        "thing(x: 1)",
        "town",
        "a: town",
        "things(first: 2)",
        "villages",
        "... on Town",
        "... on Village",
        "... on Thing",
        "...",
    ]
)
selections = st.recursive(
    leaves | st.sampled_from(["...F", "...G"]),
    lambda inner: st.tuples(parents, st.lists(inner, min_size=1, max_size=4)).map(
        lambda both: f"{both[0]} {{ {' '.join(both[1])} }}"
    ),
    max_leaves=14,
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(selections, min_size=1, max_size=4),
    st.lists(selections.filter(lambda text: "..." not in text), min_size=1, max_size=3),
    st.lists(selections.filter(lambda text: "...G" not in text), min_size=1, max_size=3),
    st.sampled_from(["Thing", "Town", "Village"]),
)
def test_the_merge_rule_agrees_with_that_of_graphql_core(
    whole: list[str], first: list[str], second: list[str], kind: str
) -> None:
    text = (
        f"{{ thing {{ {' '.join(whole)} }} used: thing {{ ...F ...G }} }}"
        f" fragment F on {kind} {{ {' '.join(first)} }}"
        f" fragment G on Thing {{ {' '.join(second)} }}"
    )
    assert merges(text, FieldsMergeRule) is merges(text, OverlappingFieldsCanBeMergedRule)


def test_the_work_of_merging_has_a_limit() -> None:
    # Abstract fields join the group of each type beside them, at every level again.
    deep = "name"
    for _ in range(3):
        deep = (
            f"thing {{ {deep} }} ... on Town {{ thing {{ {deep} }} }}"
            f" ... on Village {{ thing {{ {deep} }} }}"
        )
    heavy = parse("{ thing { " + deep + " } }")

    class StricterRule(FieldsMergeRule):
        most = 100

    assert validate(SCHEMA, heavy, [FieldsMergeRule]) == []
    errors = validate(SCHEMA, heavy, [StricterRule])
    assert [error.message for error in errors] == [TOO_COMPLICATED]
