"""Lighthouse on the public pages of the default set-up: nginx in front, ready pages, gunicorn.

Not one of the tests, for it counts seconds and wants the machine to itself: ``make audit`` and
``make test-all`` run it. The network and the phone are simulated by Lighthouse; what another
program takes from this machine can only lower a score, so the best of three looks counts. What
makes a page slow is tested without seconds in tests/contest/desk (test_public_plain.py,
test_posters.py).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contest.clock import FileClock
from tests.contest.stage import AFTER
from tests.e2e.auditors import look
from tests.e2e.conftest import House, decide
from tests.uploads.house import House as Processes

MOST_BYTES = 100_000  # of a page without its pictures
LOOKS = 3
GOAL = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
PAGES = ("", "clips", "clips/{code}", "results", "results/clips/{code}", "rules", "verify")


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A decided contest behind the real front server."""
    processes = Processes(tmp_path_factory.mktemp("audit"), sqlite_template)
    platform = processes.platform
    house = House(platform, processes.make, processes.make.contest(), processes.base)
    FileClock(platform.settings.data_dir / "clock.json").set(AFTER)
    decide(house)
    for name in ("web", "uploads"):
        processes.start(name)
    processes.start_front()
    yield house
    processes.stop()


@pytest.mark.parametrize("page", PAGES)
def test_lighthouse(served: House, page: str):
    code = served.entries["published"].code
    address = f"{served.address}/c/{served.contest.slug}/{page.format(code=code)}"
    seen = [look("lighthouse", [address])[address]]
    while not _met(seen[-1]) and len(seen) < LOOKS:
        seen.append(look("lighthouse", [address])[address])
    print(page or "contest", [one["scores"] for one in seen], seen[-1]["bytes"], "bytes")
    assert _met(seen[-1]), seen[-1]["faults"]
    assert seen[-1]["bytes"] < MOST_BYTES
    assert all("/static/app-" in url and url.endswith(".css") for url in seen[-1]["blocking"])
    assert seen[-1]["outside"] == []


def _met(seen: dict[str, Any]) -> bool:
    return all(seen["scores"][name] >= least for name, least in GOAL.items())
