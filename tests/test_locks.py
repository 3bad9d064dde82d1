"""The lock files: complete and with hashes, so that pip installs them without solving anything."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", re.MULTILINE)


def pinned(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / "requirements" / f"{name}.lock").read_text()))


def test_pillow_is_current_whatever_moviepy_names() -> None:
    for lock in ("runtime", "dev"):
        assert int(pinned(lock)["pillow"].split(".")[0]) >= 13


def test_every_dependency_is_locked_with_its_hash() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.match(r"[A-Za-z0-9_-]+", line)[0] for line in wanted}  # type: ignore[index]
    assert names - set(pinned("runtime")) == set()
    for lock in (ROOT / "requirements").glob("*.lock"):
        parts = re.split(r"\n(?=[a-z])", lock.read_text().strip())
        assert [part[:40] for part in parts if "--hash=sha256:" not in part] == []


@pytest.mark.parametrize("file", ["Makefile", "docker/Dockerfile"])
def test_locks_are_installed_as_they_are(file: str) -> None:
    """Pip would refuse MoviePy beside a current Pillow."""
    text = (ROOT / file).read_text()
    assert text.count("--require-hashes") == text.count("--require-hashes --no-deps") > 0
