"""Whatever stands in an address, a query or a form: no page answers 500, and the sentence is short.

Numbers that no column holds, digits that are none ("²"), characters that no database stores, bytes
that are no text. On both kinds of database, for they refuse different things: each route on one of
them, in the long form on both.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from werkzeug.routing import Rule

from contest.views.shared import forms
from contest.views.shared.numbers import LARGEST, whole, wholes
from tests import matrices
from tests.contest.crowd import Crowd
from tests.contest.test_permissions import LINES, allowed
from tests.contest.test_query_budgets import ROLES

NUMBERS = ("0", "-1", str(2**31), str(2**63), str(10**40), "9" * 5000, "%C2%B2", "%D9%A3", "1.5")
TEXTS = ("%00", "a%00b", "%FF%FE", "%ED%A0%80", "%F0%9F%98%80", "x" * 3000, "%25", "..%2F..", "'")
QUERIES = ("page", "q", "state", "list", "action", "actor", "subject", "revision", "code", "to",
           "lang", "v", "next", "show", "at")
OUT = ("account.sign_out", "basics.language")
Rules = Callable[[str], list[tuple[int, Rule]]]


@pytest.fixture
def crowd(database_url: str, tmp_path: Path) -> Iterator[Crowd]:
    crowd = Crowd(tmp_path, 1, database_url)
    crowd.app.config["RATELIMIT_ENABLED"] = False
    yield crowd
    crowd.platform.db.engine.dispose()


def roles_of(rule: Rule) -> list[str]:
    """Who may, and the public, who may not: of them no part of the address but the contest's is
    read, so that they ask but once."""
    may = allowed(LINES[rule.endpoint])
    return list(dict.fromkeys([next((role for role in ROLES if role in may), "public"), "public"]))


def filled(crowd: Crowd, rule: Rule, strange: dict[str, str]) -> str:
    """The rule's address, parts of it strange."""
    address = ""
    for is_dynamic, part in rule._trace:
        if part == "|":
            continue
        known = crowd.values.get(part, "manifest.json")
        address += strange.get(part, quote(str(known))) if is_dynamic else part
    return address


def strange_addresses(crowd: Crowd, rule: Rule, seed: int) -> Iterator[str]:
    """Each part of the path in turn, then everything that is ever asked in a query."""
    for place, name in enumerate(sorted(rule.arguments)):
        values = NUMBERS if type(rule._converters[name]).__name__ == "WholeNumber" else TEXTS
        yield filled(crowd, rule, {name: values[(seed + place) % len(values)]})
    for value in (NUMBERS[seed % len(NUMBERS)], TEXTS[seed % len(TEXTS)]):
        asked = "&".join(f"{name}={value}" for name in QUERIES)
        yield f"{filled(crowd, rule, {})}?{asked}"


@pytest.fixture
def rules(
    crowd: Crowd, database_kind: str, request: pytest.FixtureRequest
) -> Rules:
    """Gives the routes of a method, each with a number of its own."""

    def of(method: str) -> list[tuple[int, Rule]]:
        found = [r for r in crowd.app.url_map.iter_rules() if method in (r.methods or ())]
        met = {rule.rule for rule in found}
        if not request.config.getoption("long"):
            met = matrices.half(met, database_kind)
        return [(seed, rule) for seed, rule in enumerate(found) if rule.rule in met]

    return of


def test_no_address_whatever_is_answered_500(crowd: Crowd, rules: Rules) -> None:
    bad = []
    for seed, rule in rules("GET"):
        for role in roles_of(rule):
            let_in = role in allowed(LINES[rule.endpoint])
            for address in list(strange_addresses(crowd, rule, seed))[0 if let_in else -1:]:
                answer = crowd.browsers[role].get(address)
                if answer.status_code >= 500:
                    bad.append((role, address[:200], answer.status_code))
    assert bad == []


def fields() -> list[str]:
    """The names of all fields of all forms."""
    found, waiting = set(), [forms.Form]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found |= {name for name in vars(kind) if hasattr(vars(kind)[name], "field_class")}
    return sorted(found)


STRANGE_INPUT = ("a\0b", "²", "9" * 400, "\U0001f600" * 50, "-1", "2023-06-31T25:61", "x" * 9000)


def test_no_form_whatever_is_answered_500(crowd: Crowd, rules: Rules) -> None:
    names, bad = [*fields(), "unit", "snapshot", "version", "place-A", "data", "sheet"], []
    for seed, rule in rules("POST"):
        if rule.endpoint in OUT:
            continue
        for value in (STRANGE_INPUT[seed % 7], "a\0b"):
            role = roles_of(rule)[0]
            given = dict.fromkeys(names, value)
            answer = crowd.browsers[role].post(filled(crowd, rule, {}), data=given)
            if answer.status_code >= 500:
                bad.append((role, rule.rule, value[:20], answer.status_code))
    assert bad == []


@pytest.mark.parametrize("value", ["", "²", "٣", "-1", "1.5", "1e3", " 1", str(2**31), "9" * 5000])
def test_what_is_no_number_of_a_row(value: str) -> None:
    assert whole(value) is None


def test_numbers_of_rows() -> None:
    assert whole(str(LARGEST)) == LARGEST
    assert wholes(["3", "x", "0", "²"]) == [3, 0]


def test_the_page_of_a_strange_number_is_the_first(crowd: Crowd) -> None:
    answer = crowd.browsers["organiser"].get("/c/quan11-2023/organiser/entries?page=²")
    assert answer.status_code == 200


def test_a_text_with_a_character_that_no_database_stores_is_refused_with_a_sentence(
    crowd: Crowd,
) -> None:
    answer = crowd.browsers["public"].post("/u", data={"code": "A\0BCD"})
    assert answer.status_code == 422
    assert "Có ký tự không in được" in answer.text


def test_digits_that_are_no_number_choose_nothing_in_the_ledger(crowd: Crowd) -> None:
    organiser, ledger = crowd.browsers["organiser"], "/c/quan11-2023/organiser/ledger"
    clip = f"{ledger}/clips/{crowd.entries['published'][0].code}"
    for address, given in (
        (f"{ledger}/late", {"statement": "²"}), (f"{clip}/withdraw", {"line": "²"}),
        (f"{clip}/void", {"line": "²", "reason": "Ghi nhầm clip"}),
    ):
        assert organiser.post(address, data=given).status_code == 303, address
