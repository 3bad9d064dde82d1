"""The house stays in order: lock files, sizes, and an ARCHITECTURE.md that is true."""

import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from tests.sources import source

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements/runtime.lock", "requirements/build.lock", "requirements/dev.lock"]
PACKAGES = ("contest", "media_checks", "plan_reading", "scoring", "social")
LONGEST_FILE = 400  # a longer one is asking to be two concepts
LONGEST_FUNCTION, MEDIAN_FUNCTION = 40, 7
MOST_ANY = 150  # places; what JSON and foreign libraries without types leave
MOST_MODULES = 20  # more of them in a folder are asking for rooms
ADDRESS = re.compile(r"\bhttps?://|\bfile:|--(extra-)?index-url|--find-links", re.IGNORECASE)


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    pinned = re.split(r"\n(?=[a-z0-9])", text)
    assert [
        submission
        for submission in pinned
        if "==" not in submission or "--hash=sha256:" not in submission
    ] == []
    assert ADDRESS.findall(text) == []


def test_the_browser_lock_names_hashes_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = text.count('"node_modules/')
    assert packages == text.count('"integrity": "sha512-') > 0
    assert '"resolved"' not in text


def test_the_locks_are_those_of_the_project() -> None:
    runtime, dev = _pins("requirements/runtime.lock"), _pins("requirements/dev.lock")
    assert {name for name in _dependencies() if name not in runtime} == set()
    assert {name: version for name, version in runtime.items() if dev.get(name) != version} == {}


def test_no_file_is_too_long() -> None:
    kinds = {".py", ".js", ".mjs", ".css", ".html", ".sh"}
    sizes = {
        str(path.relative_to(ROOT)): path.read_text().count("\n")
        for path in tracked()
        if path.suffix in kinds
    }
    long = {name: size for name, size in sizes.items() if size > LONGEST_FILE}
    assert {name: size for name, size in long.items() if "/migrations/" not in name} == {}


def functions() -> dict[str, int]:
    """Every function of ours, outside tests and migrations: how many lines it has."""
    return {
        f"{path.relative_to(ROOT)}:{name}:{line}": lines
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
        and "versions" not in path.parts
        for name, line, lines in source(path).functions
    }


def test_functions_are_short() -> None:
    lines = functions()
    assert {name: count for name, count in lines.items() if count > LONGEST_FUNCTION} == {}
    assert median(lines.values()) <= MEDIAN_FUNCTION


def test_any_stands_where_nothing_else_can() -> None:
    """In ``contest``, beside the values of mappings (JSON) and migrations, which are frozen."""
    found = Counter({
        str(path.relative_to(ROOT)): source(path).anys
        for path in (ROOT / "contest").rglob("*.py") if "versions" not in path.parts
    })
    assert found.total() <= MOST_ANY, found.most_common()


def test_no_folder_is_crowded() -> None:
    found = Counter(
        str(path.parent.relative_to(ROOT)) for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
        and "versions" not in path.parts  # there are ever more migrations
    )
    assert {folder: count for folder, count in found.items() if count > MOST_MODULES} == {}


def test_architecture_names_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = {path.parent.name for path in (ROOT / "contest/services").glob("*/__init__.py")}
    assert rooms
    assert {room for room in rooms if f"| `{room}` |" not in text} == set()


def test_architecture_names_every_package_and_every_dependency() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text().lower()
    top = {path.relative_to(ROOT).parts[0] for path in tracked() if path.parent != ROOT}
    top = {name for name in top if not name.startswith(".")}
    assert {name for name in top if f"{name}/" not in text} == set()
    assert {name for name in _dependencies() | _browser_packages() if name not in text} == set()


def test_make_alone_says_what_there_is() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    offered = re.findall(r"^  make (\S+)", shown, re.MULTILINE)
    assert {"run", "test", "setup", "lint", "lock"} <= set(offered)


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def _dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {re.split(r"[<>=\[;]", line)[0].strip().lower() for line in project["dependencies"]}


def _browser_packages() -> set[str]:
    return set(re.findall(r'^ {4}"([a-z.-]+)": "\d', (ROOT / "package.json").read_text(), re.M))
