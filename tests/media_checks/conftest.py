"""Clips are made once per run and shared by the workers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from media_checks import Policy, load_policy
from tests.media_checks.corpus import CORPUS, SMALL


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A clip of the corpus by name, made when first asked for."""
    run = tmp_path_factory.getbasetemp()
    folder = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / "corpus"
    folder.mkdir(exist_ok=True)
    by_name = {entry.name: entry for entry in CORPUS}

    def get(name: str) -> Path:
        path = folder / name
        if not path.exists():
            fresh = folder / f"making-{os.getpid()}-{name}"
            by_name[name].build(fresh)
            fresh.rename(path)
        return path

    return get


@pytest.fixture(scope="session")
def small() -> Policy:
    """The corpus's own policy."""
    return load_policy(SMALL)
