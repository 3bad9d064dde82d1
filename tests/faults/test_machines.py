"""One complete contest on many machines: two of each process with a disk of its own, between them
PostgreSQL, Redis and a bucket. Each of the ten trees is killed once while the contest goes on, and
its disk with it: whatever lies there is a cache, or is sent again by whoever sent it.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contest.config import Settings
from contest.demo import script
from contest.demo.acts import Stage
from contest.demo.browser import wait_until
from contest.demo.play import Play
from contest.demo.sample import sha256_of
from contest.running.devservices import start_redis
from contest.wiring import Platform
from social.simulator.process import SimulatorProcess
from tests import seaweed
from tests.databases import own_database
from tests.faults.machines import EACH, NAMES, Machines
from tests.faults.test_demo import bring_films
from tests.seeds import of_commit

SECRET = "a secret key that only tests know, 40 and more"
PAGE = "published/quan11-2023/results.vi.html"


class Spread(Play):
    """The demo's play on ``machines``; with each clip that was sent one more tree is lost."""

    def __init__(self, folder: Path, machines: Machines, seed: int) -> None:
        self.machines = machines
        self.left = random.Random(seed).sample(NAMES, len(NAMES))
        super().__init__(folder, self._heard)
        self.base_url = machines.base_url
        self.environ = machines.environ | {
            "HOITHI_DATA_DIR": str(self.data_dir), "HOITHI_BASE_URL": self.base_url,
            "HOITHI_CLOCK_FILE": str(self.clock.path), "HOITHI_SECOND_FACTOR": "optional",
        }
        machines.environ = self.environ

    def _heard(self, text: str) -> None:
        print(text)
        if self.left and " gửi “" in text:
            self.machines.kill(self.left.pop())
            print("killed:", self.machines.killed[-1])

    @contextmanager
    def _running(self) -> Iterator[None]:
        with self.machines.running():
            wait_until(self._answers, "the machines", 180)
            yield

    def _lost(self) -> list[str]:
        blobs = Platform(Settings.from_env(self.environ)).blobs
        films = sorted((self.folder / "clips").glob("*.mp4"))
        return [film.name for film in films if not blobs.exists(sha256_of(film))]

    def _read_result(self, stage: Stage) -> list[tuple[str, str]]:
        """Also: every machine with pages has the published one, and the same."""
        wait_until(lambda: len(self._ready()) == EACH, "the page on every machine", 60)
        wait_until(lambda: len(set(self._ready())) == 1, "the same page on every machine", 60)
        return super()._read_result(stage)

    def _ready(self) -> list[bytes]:
        disks = [self.machines.disk(name) / PAGE for name in NAMES if name.startswith("web")]
        return [path.read_bytes() for path in disks if path.exists()]


@contextmanager
def shared(folder: Path, postgres: str) -> Iterator[dict[str, str]]:
    """The settings of what lies between the machines."""
    folder.mkdir()
    redis = start_redis(folder)
    try:
        with (
            own_database(postgres) as database, seaweed.running() as server,
            SimulatorProcess(folder / "page") as page,
        ):
            place = server.place()
            port = folder / "data" / "simulated-page" / "port"
            port.parent.mkdir(parents=True)
            port.write_text(str(urlsplit(page.url).port))
            yield {
                **{f"HOITHI_{k.upper()}": v for k, v in server.settings(place).items()},
                "HOITHI_DATABASE_URL": database, "HOITHI_REDIS_URL": redis.url,
                "HOITHI_SECRET_KEY": SECRET, "HOITHI_TRUSTED_PROXIES": "1",
                "HOITHI_SENDFILE": "x-accel", "HOITHI_GRAPH_URL": page.graph_url,
                "HOITHI_PAGE_ID": page.page_id, "HOITHI_PAGE_TOKEN": page.token,
                "HOITHI_APP_SECRET": page.app_secret,
            }
    finally:
        redis.stop()


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_a_contest_on_many_machines_loses_nothing_whichever_of_them_is_lost(
    short_dir: Path, postgres_server: str
) -> None:
    folder, seed = short_dir / "machines", of_commit()
    with shared(folder, postgres_server) as environ:
        bring_films(folder)
        play = Spread(folder, Machines(folder / "disks", environ), seed)
        outcome = play.perform()
    print("seed:", seed, "killed:", play.machines.killed)
    assert sorted(play.machines.killed) == sorted(NAMES)
    assert outcome.ranking == list(script.EXPECTED)
    assert outcome.lost == []
    assert set(outcome.posts.values()) == {1}
