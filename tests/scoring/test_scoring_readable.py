"""JSON written in parts is what Python's own encoder writes, byte for byte."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scoring.texts import readable

SIGNS = st.sampled_from('{}[]",: \n\\\x01\x02aĐ\u2028')
TEXTS = st.text(SIGNS, max_size=6)
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
ROWS = st.dictionaries(TEXTS, SIMPLE, max_size=3)
ANY_TIME = settings(deadline=None)  # here, too: mutants meet no ``tests/conftest.py``
VALUES = st.recursive(
    SIMPLE | ROWS | st.lists(ROWS, max_size=3) | st.dictionaries(TEXTS, ROWS, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    | st.tuples(inner, inner),
)


@ANY_TIME
@given(VALUES, st.booleans())
@example([{"a": "}\x01{"}, {"b": ': {"'}], True)
@example({"a": [[[[{"b": ["c", {}]}], ()]]]}, False)
def test_it_is_written_as_pythons_own_encoder_does(value: Any, sort: bool) -> None:
    found = list(readable.parts(value, sort=sort))
    assert "".join(found) == json.dumps(value, ensure_ascii=False, indent=1, sort_keys=sort)


@ANY_TIME
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
@example({})
def test_an_object_whose_members_come_one_by_one_is_the_same(value: dict[str, Any]) -> None:
    found = "".join(readable.members(sorted(value.items(), key=lambda pair: pair[0])))
    assert found == json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)


@ANY_TIME
@given(st.lists(VALUES, max_size=3))
def test_an_iterator_is_a_list(values: list[Any]) -> None:
    found = "".join(readable.parts({"a": {"b": iter(values), "c": 1}, "d": iter(values)}))
    same = {"a": {"b": values, "c": 1}, "d": values}
    assert found == json.dumps(same, ensure_ascii=False, indent=1, sort_keys=True)


def test_a_large_value_is_never_there_as_a_whole() -> None:
    entries = [{"id": number, "marks": {"GK1": {"a": 1}}, "more": [[]]} for number in range(2000)]
    found = list(readable.parts({"input": {"entries": entries}}))
    assert max(map(len, found)) < 200


@pytest.mark.parametrize(("value", "said"), [
    ({1: [{}]}, "^keys must be texts, not int$"), ({"a": [object()]}, "object"),
    (object(), "object"),
])
def test_what_json_has_no_form_for_is_refused(value: object, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        list(readable.parts(value))
