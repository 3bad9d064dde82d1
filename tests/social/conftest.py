"""A simulated Page as a real process, and a small clip to send to it."""

from pathlib import Path

import pytest

from social.graph import GraphPage
from social.simulator.process import SimulatorProcess


@pytest.fixture
def page(simulator: SimulatorProcess) -> GraphPage:
    return GraphPage(simulator.settings(app_secret=simulator.app_secret))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 10)
    return path
