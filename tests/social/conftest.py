"""A simulated Page as a real process, and a small clip to send to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from social.graph import GraphPage
from social.simulator.process import SimulatorProcess

CHUNK = 1000


@pytest.fixture(scope="session")
def one_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(tmp_path_factory.mktemp("page"), chunk_size=CHUNK) as running:
        yield running


@pytest.fixture
def simulator(one_simulator: SimulatorProcess) -> SimulatorProcess:
    """A Page as on its first day."""
    one_simulator.control("DELETE", "everything")
    return one_simulator


@pytest.fixture
def page(simulator: SimulatorProcess) -> GraphPage:
    return GraphPage(simulator.settings(app_secret=simulator.app_secret))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 10)
    return path
