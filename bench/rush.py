"""The last minute before a deadline: twenty clips of five minutes arrive within a minute at one
default installation, its relay, upload process and crew of workers on this machine.

From last byte to verdict: median and 95th percentile, against the physical limit: the sum of the
verdicts' own work (one measured alone before) divided by the cores. Then how busy the cores are
while deep checks, renditions and fingerprints follow.

HOITHI_RUSH_CLIPS and HOITHI_RUSH_SECONDS make it smaller, for a try; HOITHI_RUSH_FOLLOW is for how
many seconds the rest is watched.
"""

import base64
import http.client
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import func, select

from bench import media
from bench.measure import ROOT, Figure, run
from contest.clock import FileClock
from contest.config import Settings
from contest.models import Check, ClipVersion
from contest.running.devservices import ending_with_parent, start_redis
from contest.wiring import Platform
from media_checks.tools import find_tools
from tests.contest.conftest import WHILE_OPEN
from tests.contest.factory import Factory
from tests.processes import free_port

CLIPS = int(os.environ.get("HOITHI_RUSH_CLIPS", "20"))
SECONDS = int(os.environ.get("HOITHI_RUSH_SECONDS", "300"))
FOLLOW_S = float(os.environ.get("HOITHI_RUSH_FOLLOW", "120"))
WITHIN_S, PART = 60.0, 8 << 20
LIMIT, BUSY = 1.3, 0.8
TICKS = os.sysconf("SC_CLK_TCK")
CORES = len(os.sched_getaffinity(0))
PROCESSES = (["relay"], ["worker"])


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="hoithi-rush-") as name, ExitStack() as stack:
        folder = Path(name)
        clip = clip_in(folder, SECONDS)
        own = run([sys.executable, "-c", media.QUICK, str(clip)], media.without_box()).cpu_s
        platform, port = stack.enter_context(installation(folder))
        tokens = entries(platform, CLIPS)
        begun = time.monotonic()
        with ThreadPoolExecutor(CLIPS) as phones:
            list(phones.map(
                lambda n: send(port, clip, n, begun + n * WITHIN_S / CLIPS, *tokens[n]),
                range(CLIPS),
            ))
        waits = waits_of(platform, CLIPS)
        limit = own * CLIPS / CORES
        print(f"a verdict's own work: {own:.2f} s; waits: {waits}", file=sys.stderr)
        yield Figure("rush", "median, last byte to verdict", statistics.median(waits), "s")
        yield Figure("rush", "p95, last byte to verdict", p95(waits), "s")
        yield Figure("rush", "the limit: their work ÷ cores", limit, "s")
        yield Figure("rush", "p95 ÷ limit", p95(waits) / limit, "x", LIMIT)
        yield Figure("rush", "cores at work on the rest", busy(FOLLOW_S), "of the cores", BUSY,
                     "higher")


def p95(waits: list[float]) -> float:
    return sorted(waits)[max(0, -(-95 * len(waits) // 100) - 1)]


def clip_in(folder: Path, seconds: int) -> Path:
    """A real clip, as ``bench.media`` makes it: so long (s)."""
    found, clip = media.clip_of("h264"), folder / "clip.mp4"
    subprocess.run(
        [str(find_tools().ffmpeg), "-v", "error", "-i", str(found), "-t", str(seconds),
         "-c", "copy", "-movflags", "+faststart", str(clip)], check=True,
    )  # fmt: skip
    return clip


@contextmanager
def installation(folder: Path) -> Iterator[tuple[Platform, int]]:
    """The default set-up's database, queue, uploads, relay and crew; the port of the uploads."""
    clock, port, redis = folder / "clock.json", free_port(), start_redis(folder)
    environ = os.environ | {
        "HOITHI_DATA_DIR": str(folder), "HOITHI_REDIS_URL": redis.url,
        "HOITHI_CLOCK_FILE": str(clock),
    }
    FileClock(clock).set(WHILE_OPEN)
    platform = Platform(Settings.from_env(environ))
    platform.db.upgrade()
    commands = [*PROCESSES, ["uploads", "--bind", f"127.0.0.1:{port}"]]
    running = [
        subprocess.Popen(
            ending_with_parent("KILL", [sys.executable, "-m", "contest", *one]), env=environ,
            cwd=ROOT,
        )
        for one in commands
    ]
    try:
        until(lambda: _answers(port))
        yield platform, port
    finally:
        for process in running:
            process.kill()
            process.wait()
        redis.stop()


def _answers(port: int) -> bool:
    try:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        line.request("OPTIONS", "/uploads/")
        return line.getresponse().status < 300
    except OSError:
        return False


def until(holds: Callable[[], bool], timeout_s: float = 3600) -> None:
    end = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError("it took too long")
        time.sleep(0.2)


def entries(platform: Platform, count: int) -> list[tuple[str, str]]:
    """An entry of a unit of its own for each clip: the unit's token, the entry's code."""
    make, found = Factory(platform), []
    contest = make.contest()
    for _ in range(count):
        unit = make.unit(contest)
        found.append((make.unit_token(unit), make.submission(unit, "uploading").code))
    return found


def send(  # noqa: PLR0917 - what an upload is
    port: int, clip: Path, number: int, begins: float, token: str, code: str,
    *, part: int = PART, line: float = float("inf"),
) -> None:
    """One clip, unlike the others in its last bytes, by tus; from `begins` (monotonic) on, in
    parts of so many bytes, by a line of so many bytes a second."""
    time.sleep(max(0.0, begins - time.monotonic()))
    begun = time.monotonic()
    tail = struct.pack(">I4sI", 12, b"free", number)
    length = clip.stat().st_size + len(tail)
    told = {"entry": code, "filename": f"{number}.mp4"}
    named = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items())
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    headers = {"Tus-Resumable": "1.0.0", "Cookie": f"hoithi_unit={token}"}
    server.request("POST", "/uploads/", headers={
        **headers, "Upload-Length": str(length), "Upload-Metadata": named,
    })
    answer = server.getresponse()
    if answer.status != 201:
        raise RuntimeError(f"no upload for clip {number}: {answer.status} {answer.read()!r}")
    answer.read()
    place, offset = answer.headers["Location"], 0
    with clip.open("rb") as file:
        while offset < length:
            data = file.read(part) or tail
            server.request("PATCH", place, body=data, headers={
                **headers, "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
            })
            answer = server.getresponse()
            said = answer.read()
            if answer.status != 204:
                raise RuntimeError(f"clip {number} was not taken: {answer.status} {said!r}")
            offset += len(data)
            time.sleep(max(0.0, begun + offset / line - time.monotonic()))


def waits_of(platform: Platform, count: int) -> list[float]:
    """From last byte to verdict, of every clip, once all have theirs (s)."""
    done = (Check.kind == "quick", Check.state == "done")

    def all_done() -> bool:
        with platform.db.read() as session:
            return session.scalar(select(func.count()).select_from(Check).where(*done)) == count

    until(all_done)
    with platform.db.read() as session:
        rows = session.execute(
            select(ClipVersion.received_at, Check.finished_at).join(Check.version).where(*done)
        )
        return sorted((end - got).total_seconds() for got, end in rows if end is not None)


def busy(seconds: float) -> float:
    """Which part of the machine's cores is at work meanwhile."""
    before = ticks()
    time.sleep(seconds)
    return (ticks() - before) / TICKS / seconds / CORES


def ticks() -> int:
    """Processor time of the whole machine, without what is idle or waits for a disk."""
    user, nice, system, _idle, _wait, *rest = (
        int(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return user + nice + system + sum(rest[:2])
