"""One contest under one fault, in a process of its own."""

import json
import os
import shutil
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from contest.demo import acts, browser
from contest.demo.play import local
from contest.services.people import passwords
from contest.views.shared.site import readiness
from social.simulator.process import SimulatorProcess
from tests import compiled_once, forks
from tests.faults.matrix.checker import wrongs
from tests.faults.matrix.contest import BASE_URL, Contest, bring_films, set_up
from tests.faults.matrix.house import House
from tests.faults.matrix.planted import planted
from tests.faults.matrix.servers import Servers
from tests.faults.matrix.trouble import DISKS, Troubles
from tests.s3_server import S3Server
from tests.small_disk import SmallDisk

SECRET = "a secret key that only tests know, 40 and more"
LONGEST_S = 1500  # ends what would wait for ever; a busy machine gives a run little of itself


@dataclass(frozen=True)
class Order:
    """``names``: the faults, none for a calm run; ``direct``: an empty database's address, by a
    socket; ``planting``: at the end losses are planted one by one, and the checker is asked."""

    names: tuple[str, ...]
    seed: int
    folder: Path
    direct: str
    bucket: S3Server | None = None
    planting: bool = False


@dataclass
class Told:
    """``wrongs``: what does not hold; ``begun``: the faults that came about; ``missing``: what
    /readyz named while it lasted; ``seconds``: of the processor, its forks' too."""

    wrongs: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    fell: list[str] = field(default_factory=list)
    turns: int = 0
    seconds: float = 0.0
    moments: list[str] = field(default_factory=list)
    noticed: dict[str, list[str]] = field(default_factory=dict)


def perform(order: Order) -> Told:
    """The whole contest; to be called in a process of its own."""
    order.folder.mkdir(parents=True)
    servers = Servers(order.folder, order.direct, order.bucket)
    troubles = Troubles(order.names, order.seed, servers)
    for one in troubles.each:
        if one.fault.how in DISKS:
            data = order.folder / "data"
            servers.disk = SmallDisk(data if one.fault.how == "data" else data / one.fault.how)
    bring_films(order.folder / "films")
    with SimulatorProcess(order.folder / "page", chunk_size=20_000) as page:
        environ = _environ(order.folder, page)
        environ |= servers.start({one.fault.where for one in troubles.each})
        house = House(order.folder, environ, order.direct, troubles)
        try:
            told = _played(house, page, troubles, planting=order.planting)
        finally:
            house.close()
            servers.stop()
    told.begun = [one.name for one in troubles.each if one.begun]
    told.missing = sorted(set().union(*(one.seen for one in troubles.each)))
    told.moments = [f"{one.act}, {one.at}, {one.lasts}" for one in troubles.each]
    told.fell, told.turns = house.fell, house.turns
    return told


def _played(
    house: House, page: SimulatorProcess, troubles: Troubles, *, planting: bool
) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acts, "Browser", house.browser)
        patch.setattr(browser, "time", house.patience())
        patch.setattr(browser, "AWAY", browser.AWAY | {507})  # who is told so tries again later
        patch.setattr(readiness, "KEPT_S", 0.0)
        set_up(house)
        house.open()
        contest = Contest(house, page)
        for name, (moment, act) in contest.acts.items():
            house.at(local(moment))
            troubles.act_begins(name, house)
            act()
        troubles.end(house)
        house.settle()
        told = Told(wrongs(house, page))
        if planting:
            told.noticed = planted(house, page)
        return told


def _environ(folder: Path, page: SimulatorProcess) -> dict[str, str]:
    return {
        "HOITHI_DATA_DIR": str(folder / "data"), "HOITHI_BASE_URL": BASE_URL,
        "HOITHI_CLOCK_FILE": str(folder / "clock.json"), "HOITHI_SECOND_FACTOR": "optional",
        "HOITHI_SECRET_KEY": SECRET, "HOITHI_SANDBOX": "off", "HOITHI_PAGE_ID": page.page_id,
        "HOITHI_GRAPH_URL": page.graph_url, "HOITHI_PAGE_TOKEN": page.token,
        "HOITHI_APP_SECRET": page.app_secret,
    }


def alone(order: Order, answer: Path) -> None:
    """The contest in this process, which ends with it; what there is to tell goes to ``answer``."""
    os.setpgid(0, 0)
    try:
        told = perform(order)
    except BaseException:
        told = Told([traceback.format_exc()[-4000:]])
    told.seconds = sum(os.times()[:4])
    answer.write_text(json.dumps(asdict(told)))


def _from_nothing(order: Order, answer: Path, templates: Path) -> None:
    with once_compiled(templates):
        alone(order, answer)


@contextmanager
def once_compiled(templates: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        compiled_once.routes(patch)
        compiled_once.templates(patch, templates)
        compiled_once.statements(patch)
        compiled_once.rules(patch)
        compiled_once.passwords(patch)
        patch.setattr(passwords, "HASHER", compiled_once.QUICK_HASHER)
        yield


def performed(order: Order, templates: Path) -> Told:
    """The same in a process of its own, that begins at once."""
    answer = order.folder.with_suffix(".json")
    process = forks.begin(_from_nothing, order, answer, templates)
    process.join(LONGEST_S)
    if process.exitcode is None:
        os.killpg(process.pid or 0, signal.SIGKILL)
        return Told([f"not at its end after {LONGEST_S} s"])
    return read_answer(order, answer)


def read_answer(order: Order, answer: Path) -> Told:
    """What a run told; its folder goes where all was well."""
    if not answer.exists():
        return Told(["its process ended without an answer"])
    told = Told(**json.loads(answer.read_text()))
    if not told.wrongs:
        shutil.rmtree(order.folder, ignore_errors=True)
    return told
