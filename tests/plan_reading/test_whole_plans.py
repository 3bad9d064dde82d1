"""Whole plans in other wordings: composed and decomposed letters, a Word file, old letters."""

import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from plan_reading import Draft, read_plan
from tests.plan_reading.old_letters import tcvn3, vni, writable
from tests.plan_reading.test_plans import docx

PLANS = tomllib.loads(Path(__file__).with_name("plans.toml").read_text("utf-8"))["plan"]
each = pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan["name"])


def found(draft: Draft, key: str) -> Any:
    if key == "counts":
        return [[prize["id"], prize["count"]] for prize in draft.value("prizes") or []]
    if key == "maxima":
        return [criterion["max"] for criterion in draft.value("jury.criteria") or []]
    value = draft.value(key)
    return "" if value is None else value


def check(draft: Draft, plan: dict[str, Any]) -> None:
    assert {key: found(draft, key) for key in plan["says"]} == plan["says"]


@each
def test_a_plan_is_read_as_it_is_meant(plan: dict[str, Any]) -> None:
    check(read_plan(plan["text"].encode()), plan)
    check(read_plan(unicodedata.normalize("NFD", plan["text"]).encode()), plan)
    check(read_plan(docx(plan["text"].strip())), plan)


@each
def test_each_row_of_a_list_has_its_sentence(plan: dict[str, Any]) -> None:
    draft = read_plan(plan["text"].encode())
    lists = [one for one in draft.values if one.key in ("prizes", "jury.criteria")]
    for one in lists:
        assert len(one.parts) == len(one.value)
        assert all(part in one.source for part in one.parts)


def plain(text: str) -> str:
    """As old letters can write it: straight quotes, no capitals with marks (TCVN3 has none)."""
    kept = text.translate(str.maketrans("“”–", "\"\"-"))
    return "".join(c if c.isascii() or writable(c) else c.lower() for c in kept)


@each
@pytest.mark.parametrize("written", [tcvn3, vni], ids=["TCVN3", "VNI"])
def test_old_letters_are_read_the_same(plan: dict[str, Any], written: Any) -> None:
    text = plain(plan["text"])
    if not writable(text):
        pytest.fail(f"cannot be written: {[c for c in text if not writable(c)]}")
    told = {key: value for key, value in plan["says"].items() if not isinstance(value, str)
            or key.startswith("schedule.")}
    told.pop("documents.recipients", None)  # capitals with marks are small ones here
    check(read_plan(written(text).encode("utf-8")), {"says": told})
