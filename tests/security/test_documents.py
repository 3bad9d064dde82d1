"""docs/asvs.md and docs/security.md say what is there: every number of the standard's levels 1 and
2 stands once, and every test, file and document that is named exists."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent.parent
ASVS, SECURITY = ROOT / "docs" / "asvs.md", ROOT / "docs" / "security.md"

# OWASP ASVS 5.0.0: numbers only. "6.2.1-8" is 6.2.1, 6.2.2, … 6.2.8.
LEVEL_1 = """
    1.2.1-5 1.3.1-2 1.5.1  2.1.1 2.2.1-2 2.3.1  3.2.1-2 3.3.1 3.4.1-2 3.5.1-3  4.1.1 4.4.1
    5.2.1-2 5.3.1-2  6.1.1 6.2.1-8 6.3.1-2 6.4.1-2  7.2.1-4 7.4.1-2  8.1.1 8.2.1-2 8.3.1
    9.1.1-3 9.2.1  10.4.1-5  11.3.1-2 11.4.1  12.1.1 12.2.1-2  13.4.1  14.2.1 14.3.1
    15.1.1 15.2.1 15.3.1
"""
LEVEL_2 = """
    1.1.1-2 1.2.6-9 1.3.3-11 1.4.1-3 1.5.2  2.1.2-3 2.2.3 2.3.2-4 2.4.1
    3.3.2-4 3.4.3-6 3.5.4-5 3.7.1-2  4.1.2-3 4.2.1 4.3.1-2 4.4.2-4  5.1.1 5.2.3 5.4.1-3
    6.1.2-3 6.2.9-12 6.3.3-4 6.4.3-4 6.5.1-5 6.6.1-3 6.8.1-4
    7.1.1-3 7.3.1-2 7.4.3-5 7.5.1-2 7.6.1-2  8.1.2 8.2.3 8.4.1  9.2.2-4
    10.1.1-2 10.2.1-2 10.3.1-4 10.4.6-11 10.5.1-5 10.6.1-2 10.7.1-3
    11.1.1-2 11.2.1-3 11.3.3 11.4.2-4 11.5.1 11.6.1  12.1.2-3 12.3.1-4
    13.1.1 13.2.1-5 13.3.1-2 13.4.2-5  14.1.1-2 14.2.2-4 14.3.2-3
    15.1.2-3 15.2.2-3 15.3.2-7  16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3
    17.1.1 17.2.1-4 17.3.1-2
"""
REASONS = ("does not apply: ", "open: ")
NUMBER = re.compile(r"[1-9][0-9]?\.[1-9]\.[1-9][0-9]?")


class Line(NamedTuple):
    numbers: list[str]
    level: int
    said: str
    proof: str


def each(text: str) -> list[str]:
    found = []
    for word in text.split():
        section, _, last = word.rpartition(".")
        first, _, end = last.partition("-")
        found += [f"{section}.{n}" for n in range(int(first), int(end or first) + 1)]
    return found


def lines() -> list[Line]:
    found = []
    for line in ASVS.read_text().splitlines():
        if re.match(r"\| [0-9]", line):
            numbers, level, said, proof = (part.strip() for part in line.strip("|").split("|"))
            found.append(Line(numbers.split(", "), int(level), said, proof))
    return found


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


def named(text: str) -> list[str]:
    """Files and tests in backticks: what has a slash or a known ending."""
    told = re.findall(r"`([^` ]+)`", text)
    return [n for n in told if re.search(r"/|\.(py|md|toml|lock|conf|json|yaml|sh)(::|$)", n)]


def missing(name: str) -> bool:
    file, _, test = name.partition("::")
    if not (ROOT / file).exists():
        return True
    return bool(test) and not (test.startswith("test_") and test in functions(file))


def test_the_lists_are_as_long_as_the_standards() -> None:
    assert (len(each(LEVEL_1)), len(each(LEVEL_2))) == (70, 183)
    assert len({*each(LEVEL_1), *each(LEVEL_2)}) == 253


@pytest.mark.parametrize(("level", "numbers"), [(1, LEVEL_1), (2, LEVEL_2)])
def test_every_requirement_stands_once(level: int, numbers: str) -> None:
    told = [number for line in lines() if line.level == level for number in line.numbers]
    assert [number for number in told if not NUMBER.fullmatch(number)] == []
    assert sorted(told) == sorted(each(numbers))


def test_every_requirement_stands_in_its_chapter() -> None:
    chapter, astray = "", []
    for line in ASVS.read_text().splitlines():
        if found := re.match(r"## V([0-9]+) ", line):
            chapter = found[1]
        if found := re.match(r"\| ([0-9]+)\.", line):
            astray += [line] if found[1] != chapter else []
    assert astray == []


def test_every_requirement_has_a_test_a_file_or_a_reason() -> None:
    bare = [
        line.numbers for line in lines()
        if not named(line.proof) and not any(reason in line.proof for reason in REASONS)
    ]
    assert bare == []
    assert [line.numbers for line in lines() if not 10 < len(line.said) < 130] == []


def test_what_does_not_apply_says_no_more_and_several_share_only_that() -> None:
    for line in lines():
        away = line.proof.startswith(REASONS[0])
        assert away or len(line.numbers) == 1, line.numbers
        assert not (away and "open: " in line.proof)


@pytest.mark.parametrize("document", [ASVS, SECURITY], ids=lambda path: path.name)
def test_what_is_named_is_there(document: Path) -> None:
    told = named(document.read_text())
    outside = re.compile(r"/\.well-known/|/metrics|/uploads/|/api/|…|<|\*|HOITHI_|^[a-z]+://|graph\.facebook")
    gone = [name for name in told if not outside.search(name) and missing(name)]
    gone = [name for name in gone if not (ROOT / "contest" / name).exists()]
    assert gone == []


@pytest.mark.parametrize("document", [ASVS, SECURITY], ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text())
    assert links
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_both_are_found_from_the_first_pages() -> None:
    for page in ("README.md", "ARCHITECTURE.md"):
        links = set(re.findall(r"\(docs/(\w+)\.md\)", (ROOT / page).read_text()))
        assert {"security", "asvs"} <= links


def test_the_summary_counts_what_stands_below() -> None:
    kinds = {"test": 0, "file": 0, "away": 0, "open": 0}
    for line in lines():
        if line.proof.startswith(REASONS[0]):
            kind = "away"
        elif "open: " in line.proof:
            kind = "open"
        else:
            kind = "test" if "::test_" in line.proof else "file"
        kinds[kind] += len(line.numbers)
    said = re.search(
        r"(\d+) have a test, (\d+) a file or a document, (\d+) are open in part or whole, "
        r"(\d+) do not apply", ASVS.read_text()
    )
    assert said is not None
    assert [int(n) for n in said.groups()] == [
        kinds["test"], kinds["file"], kinds["open"], kinds["away"]
    ]


@pytest.mark.parametrize(
    "name",
    ["tests/security/test_documents.py::test_nowhere", "tests/nowhere.py", "docs/nowhere.md",
     "tests/security/test_documents.py::lines"],
)
def test_what_is_not_there_is_noticed(name: str) -> None:
    assert missing(name)
    assert not missing("tests/security/test_documents.py::test_what_is_not_there_is_noticed")
