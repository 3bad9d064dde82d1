"""The house stays in order: lock files, sizes, and an ARCHITECTURE.md that is true."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements/runtime.lock", "requirements/build.lock", "requirements/dev.lock"]
LONGEST_FILE = 400  # a longer one is asking to be two concepts
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
    assert [entry for entry in pinned if "==" not in entry or "--hash=sha256:" not in entry] == []
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
