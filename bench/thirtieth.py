"""A thirtieth of the national contest (``nation``) for real, on this machine: the last minutes of
the rush, then the minute in which the result is out. Each is held against what the simulation says
of just these arrivals, this clip and these cores.

* The rush: clips begin when the simulation's phones of a thirtieth begin, each by a line of its own
  speed; one default installation with clips in a folder receives, seals and judges them. It begins
  with nothing to do, and deep checks are in it.
* The minute: 33,333 viewers, each with a line of their own, who ask for the published page and
  what it needs, evenly within a minute, of the front server with two processes. Without TLS.

HOITHI_THIRTIETH_MINUTES and HOITHI_THIRTIETH_SECONDS (of each clip) make it smaller.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from bench import media, nation, public, rush
from bench.measure import ROOT, Figure, run
from tests.processes import family

MINUTES = float(os.environ.get("HOITHI_THIRTIETH_MINUTES", "6"))
SECONDS = int(os.environ.get("HOITHI_THIRTIETH_SECONDS", "185"))
SEED, PART = 1, 1 << 20
SLOWEST = 8e6 / 8  # bytes a second: a line that took longer than the rest together tells nothing
VIEWERS, MINUTE_S = nation.CITY.viewers, 60.0
ASKED = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')
TICKS = os.sysconf("SC_CLK_TCK")


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="hoithi-thirtieth-") as name:
        yield from _rush(Path(name))
        yield from _ceremony(Path(name) / "result")


# ---------------------------------------------------------------------------- the rush


@dataclass(frozen=True)
class Phones:
    """When they begin (s from the first one) and their lines (bytes a second), in that order."""

    begins: np.ndarray
    lines: np.ndarray


def phones() -> Phones:
    """Those of a thirtieth that begin in the last minutes before the deadline."""
    begun, _, lines = nation.phones(nation.CITY, np.random.default_rng(SEED))
    last = begun >= nation.CITY.rush_h * nation.HOUR - MINUTES * 60
    return Phones(begun[last] - begun[last].min(), np.maximum(lines[last], SLOWEST))


def _rush(folder: Path) -> Iterator[Figure]:
    clip, who = rush.clip_in(folder, SECONDS), phones()
    count, size = len(who.begins), clip.stat().st_size
    own = run([sys.executable, "-c", media.QUICK, str(clip)], media.without_box()).cpu_s
    with rush.installation(folder) as (platform, port):
        tokens = rush.entries(platform, count)
        begun, ticks = time.monotonic(), rush.ticks()
        with ThreadPoolExecutor(count) as hands:
            list(hands.map(lambda n: rush.send(
                port, clip, n, begun + float(who.begins[n]), *tokens[n], part=PART,
                line=float(who.lines[n]),
            ), range(count)))
        took = time.monotonic() - begun
        worked = (rush.ticks() - ticks) / TICKS / took / rush.CORES
        waits = rush.waits_of(platform, count)
    said = predicted(who, size, own)
    yield Figure("thirtieth", "clips of the last minutes", count, "")
    yield Figure("thirtieth", "came in", count * size / nation.GB / took, "GB/s")
    yield Figure("thirtieth", "cores at work meanwhile", worked, "of the cores")
    for at in (50, 95):
        measured, reckoned = (float(np.percentile(one, at)) for one in (waits, said))
        yield Figure("thirtieth", f"p{at}, last byte to verdict", measured, "s")
        yield Figure("thirtieth", f"p{at} as simulated", reckoned, "s")


def predicted(who: Phones, size: float, verdict_s: float) -> np.ndarray:
    """What the simulation says: from last byte to verdict (s), of each clip."""
    costs, arrived = nation.Costs(), who.begins + size / who.lines
    sealing = np.full(len(arrived), size / nation.GB * (costs.receive_gb + costs.hash_gb))
    _, sealed = nation.queue(arrived, sealing, rush.CORES)
    _, done = nation.queue(sealed, np.full(len(arrived), verdict_s), rush.CORES)
    return done - arrived


# ---------------------------------------------------------------------------- the minute


def _ceremony(folder: Path) -> Iterator[Figure]:
    with ExitStack() as doors:
        address = public.production(public.Published(folder / "data"), folder / "front", doors)
        port = urlsplit(address).port or 80
        front = next(one for one in family(os.getpid()) if "nginx" in _name(one))
        before = _cpu(front)
        argv = [sys.executable, "-m", "bench.thirtieth", str(port), *_paths(address)]
        told = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        spent = _cpu(front) - before
    took = json.loads(told)
    costs, asked = nation.Costs(), len(took)
    yield Figure("thirtieth", "viewers in a minute", VIEWERS, "")
    yield Figure("thirtieth", "their requests, all answered", asked, "")
    yield Figure("thirtieth", "p99 of an answer, its line included", _p99(took) * 1000, "ms")
    yield Figure("thirtieth", "front's processor a request", spent / asked * 1000, "ms")
    yield Figure("thirtieth", "the same as simulated", costs.asked * 1000, "ms")


def _paths(address: str) -> list[str]:
    """What a browser asks for: the page, then what it names, six together at most."""
    with urllib.request.urlopen(address) as answer:
        page = answer.read().decode()
    return [public.PAGE, *dict.fromkeys(ASKED.findall(page))][: nation.CITY.viewer_asks]


def _p99(took: list[float]) -> float:
    return sorted(took)[len(took) * 99 // 100]


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text()


def _cpu(pid: int) -> float:
    fields = [
        Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in family(pid)
    ]
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICKS


async def _viewer(port: int, paths: list[str], begins: float, took: list[float]) -> None:
    await asyncio.sleep(max(0.0, begins - time.monotonic()))
    begun = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for path in paths:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        if not head.startswith(b"HTTP/1.1 200 ") or length is None:
            raise RuntimeError(f"{path}: {head!r}")
        await reader.readexactly(int(length[1]))
        took.append(time.monotonic() - begun)
        begun = time.monotonic()
    writer.close()


async def _viewers(port: int, paths: list[str]) -> list[float]:
    """Seconds of each answer; the first one of a viewer with the opening of their line."""
    took: list[float] = []
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(VIEWERS):
            at = begun + number * MINUTE_S / VIEWERS
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            group.create_task(_viewer(port, paths, at, took))
    return took


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_viewers(int(sys.argv[1]), sys.argv[2:]))))
