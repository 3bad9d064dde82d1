"""A national contest on paper: the last six hours before the deadline, and the minute in which the
result is out, simulated with the costs that were measured on one machine.

``python -m bench nation`` prints what ``docs/capacity.md`` says of it. Nothing here runs the
platform; ``bench rush`` and its peers do, and the same simulation of their small case stands beside
what they measured.

The model: phones begin as the deadline comes near, each at its own line's speed, on an upload
machine chosen by chance; a machine's lines share its network. A whole clip is hashed and put into
the bucket there, by so many at once as it has processors; then it waits for a worker, in the order
of arrival. What is done later (deep check, rendition, fingerprint) takes what is left.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.measure import Figure

GB, GBIT = 1e9, 1e9 / 8
HOUR = 3600.0
STEP_S = 5.0
LINES = 8192  # of one nginx process (docker/nginx.conf)


@dataclass(frozen=True)
class Costs:
    """Processor seconds, measured on one core (docs/capacity.md says when and how)."""

    receive_gb: float = 0.58
    hash_gb: float = 0.65
    put_gb: float = 4.0
    fetch_gb: float = 1.3
    verdict: float = 5.35  # of a clip of five minutes
    later: float = 205.0  # deep check with its rendition
    asked: float = 0.064e-3  # a ready page or an asset by the front, a line for each three of them
    handshake: float = 0.0005  # of TLS, RSA 2048 and X25519


@dataclass(frozen=True)
class Contest:
    """What comes: half of ``clips`` within the last ``rush_h`` hours, ever more of them."""

    clips: int = 50_000
    bytes: float = 35e12
    rush_h: float = 6.0
    rush_share: float = 0.5
    doubling_h: float = 1.0  # how soon twice as many come in a minute, towards the end
    lines_mbit: tuple[float, float] = (20.0, 0.8)  # of phones: middle, and spread (log-normal)
    viewers: int = 1_000_000  # within a minute
    viewer_asks: int = 6
    viewer_bytes: float = 60e3
    viewer_lines_s: float = 4.0  # two lines of two seconds each

    @property
    def size(self) -> float:
        return self.bytes / self.clips

    def part(self, share: float) -> "Contest":
        """The same, smaller."""
        return replace(self, clips=int(self.clips * share), bytes=self.bytes * share,
                       viewers=int(self.viewers * share))


@dataclass(frozen=True)
class Fleet:
    """Machines. ``uploads`` use ``cores`` each, for each is one process of Python, which hashes and
    sends in threads and does the rest one thing at a time, and a network of ``gbit``, of which half
    brings clips and half takes them to the bucket."""

    uploads: int = 8
    cores: int = 3
    gbit: float = 10.0
    workers: int = 80  # processors that give verdicts, and do the rest when there are none to give
    fronts: int = 4
    front_cores: int = 8
    bucket_gbit: float = 80.0  # in and out together


@dataclass(frozen=True)
class Outcome:
    """Seconds, Gbit/s, shares of what there is."""

    open_uploads: int  # most at once
    gbit_in: float  # most within a minute
    upload_share: float  # of the upload machines' networks, in that minute
    slowed: float  # how many times longer than its own line would take; 95 of 100 less
    seal_p95: float  # from last byte to the bucket
    verdict_p50: float  # from the bucket to the verdict
    verdict_p95: float
    worker_share: float  # of the workers, in the busiest ten minutes
    bucket_share: float  # of what the bucket can take and give, in the busiest minute
    later_h: float  # after the deadline, until all that is later is done
    front_share: float  # of the fronts' processors in the ceremony's minute
    front_gbit: float  # that all fronts send in it
    line_share: float  # of their networks
    held_share: float  # lines at work at once, of those that nginx takes


def simulate(contest: Contest, fleet: Fleet, costs: Costs = Costs(), seed: int = 1) -> Outcome:
    """The rush and the ceremony's minute."""
    chance = np.random.default_rng(seed)
    begun, size, line = phones(contest, chance)
    on = chance.integers(fleet.uploads, size=len(begun))
    arrived, gbit_in, most = _received(begun, size, line, on, fleet)
    sealed = _sealed(arrived, size, on, fleet, costs)
    work = size / GB * costs.fetch_gb + costs.verdict * size / size.mean()
    waits, done = queue(sealed, work, fleet.workers)
    end = contest.rush_h * HOUR
    later = contest.clips * contest.rush_share * costs.later
    spare = max(fleet.workers * end - work.sum(), 0.0)
    each = contest.viewer_asks * costs.asked + costs.handshake
    front = contest.viewers / 60 * each
    held = contest.viewers / 60 * contest.viewer_lines_s
    gbit_out = contest.viewers * contest.viewer_bytes / 60 / GBIT
    return Outcome(
        open_uploads=most, gbit_in=gbit_in,
        upload_share=gbit_in / (fleet.uploads * fleet.gbit / 2),
        slowed=_at((arrived - begun) / (size / line + STEP_S), 95),
        seal_p95=_at(sealed - arrived, 95), verdict_p50=_at(waits, 50), verdict_p95=_at(waits, 95),
        worker_share=_busiest(sealed, work, 600.0) / fleet.workers,
        bucket_share=gbit_in * 2 / fleet.bucket_gbit,
        later_h=max(float(done.max()) - end, 0.0) / HOUR
        + max(later - spare, 0.0) / fleet.workers / HOUR,
        front_share=front / (fleet.fronts * fleet.front_cores), front_gbit=gbit_out,
        line_share=gbit_out / (fleet.fronts * fleet.gbit),
        held_share=held / (fleet.fronts * fleet.front_cores * LINES),
    )


def phones(
    contest: Contest, chance: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """When each phone of the rush begins, how much it sends, its line in bytes a second."""
    count, end = int(contest.clips * contest.rush_share), contest.rush_h * HOUR
    tau = contest.doubling_h * HOUR / np.log(2)
    even = chance.random(count)
    begun = end + tau * np.log(even + (1 - even) * np.exp(-end / tau))
    size = contest.size * chance.lognormal(-0.125, 0.5, count)  # mean 1
    middle, spread = contest.lines_mbit
    return np.sort(begun), size, chance.lognormal(np.log(middle), spread, count) * 1e6 / 8


def _received(
    begun: np.ndarray, size: np.ndarray, line: np.ndarray, on: np.ndarray, fleet: Fleet
) -> tuple[np.ndarray, float, int]:
    """When each clip's last byte arrives; the most Gbit/s within a minute; the most at once."""
    left, arrived = size.copy(), np.full(len(size), np.inf)
    room = fleet.gbit / 2 * GBIT
    now, came, most = float(begun[0]), list[float](), 0
    while np.isinf(arrived).any():
        active = np.flatnonzero((begun <= now) & np.isinf(arrived))
        wanted = np.bincount(on[active], line[active], fleet.uploads)
        share = np.minimum(1.0, room / np.maximum(wanted, 1.0))
        sent = np.minimum(line[active] * share[on[active]] * STEP_S, left[active])
        left[active] -= sent
        now += STEP_S
        arrived[active[left[active] <= 0]] = now
        came.append(float(sent.sum()))
        most = max(most, len(active))
    minute = np.convolve(came, np.ones(int(60 / STEP_S)), "valid").max() if came[12:] else sum(came)
    return arrived, float(minute) / 60 / GBIT, most


def _sealed(
    arrived: np.ndarray, size: np.ndarray, on: np.ndarray, fleet: Fleet, costs: Costs
) -> np.ndarray:
    """When each clip is in the bucket: receiving, hashing and putting share a machine's cores."""
    sealed = np.zeros_like(arrived)
    for machine in range(fleet.uploads):
        own = np.flatnonzero(on == machine)
        work = size[own] / GB * (costs.receive_gb + costs.hash_gb + costs.put_gb)
        _, sealed[own] = queue(arrived[own], work, fleet.cores)
    return sealed


def queue(
    due: np.ndarray, work: np.ndarray, servers: int
) -> tuple[np.ndarray, np.ndarray]:
    """First come, first served, by so many: how long each waits until it is done, and when."""
    free = [0.0] * servers
    done = np.zeros(len(due))
    for index in np.argsort(due, kind="stable"):
        begins = max(heapq.heappop(free), float(due[index]))
        done[index] = begins + float(work[index])
        heapq.heappush(free, float(done[index]))
    return done - due, done


def _busiest(due: np.ndarray, work: np.ndarray, window: float) -> float:
    """Processors that are wanted in the window in which most work falls due."""
    bins = np.floor((due - due.min()) / window).astype(int)
    return float(np.bincount(bins, work).max()) / window


def _at(values: np.ndarray, percent: float) -> float:
    return float(np.percentile(values, percent))


NATION = Contest()
CITY = NATION.part(1 / 30)
SMALL = Fleet(uploads=1, cores=2, gbit=2.0, workers=4, fronts=1, front_cores=2, bucket_gbit=4.0)
CASES = {
    "nation": (NATION, Fleet()),
    "nation, half the machines": (NATION, Fleet(uploads=4, workers=40, fronts=2)),
    "a thirtieth, on two machines of four cores": (CITY, SMALL),
}


def table() -> str:
    """The cases as docs/capacity.md shows them."""
    found = {name: simulate(*case) for name, case in CASES.items()}
    lines = ["| | " + " | ".join(found) + " |", "|---" * (len(found) + 1) + "|"]
    for words, write in ROWS:
        lines.append(f"| {words} | " + " | ".join(write(one) for one in found.values()) + " |")
    return "\n".join(lines)


ROWS = (
    ("open uploads, most at once", lambda o: f"{o.open_uploads:,}"),
    ("clips coming in, busiest minute", lambda o: f"{o.gbit_in:.1f} Gbit/s"),
    ("of the upload machines' networks", lambda o: f"{o.upload_share:.0%}"),
    ("slowed by it, 95 of 100 less", lambda o: f"× {o.slowed:.1f}"),
    ("last byte to the bucket, 95 of 100", lambda o: f"{o.seal_p95:,.0f} s"),
    ("the bucket's traffic, of what it can", lambda o: f"{o.bucket_share:.0%}"),
    ("bucket to verdict: middle", lambda o: f"{o.verdict_p50:,.0f} s"),
    ("bucket to verdict: 95 of 100", lambda o: f"{o.verdict_p95:,.0f} s"),
    ("of the workers, busiest ten minutes", lambda o: f"{o.worker_share:.0%}"),
    ("deep checks done after the deadline", lambda o: f"{o.later_h:.0f} h"),
    ("ceremony: of the fronts' processors", lambda o: f"{o.front_share:.0%}"),
    ("ceremony: sent by the fronts", lambda o: f"{o.front_gbit:.1f} Gbit/s"),
    ("ceremony: of the fronts' networks", lambda o: f"{o.line_share:.0%}"),
    ("ceremony: of the lines that they hold", lambda o: f"{o.held_share:.0%}"),
)


def figures() -> Iterator[Figure]:
    print(table())
    for name, case in CASES.items():
        found = simulate(*case)
        yield Figure("nation", f"{name}: p95, bucket to verdict", found.verdict_p95, "s")


def rush(clips: int, within_s: float, work_s: float, cores: int) -> Sequence[float]:
    """The waits of a small rush as ``bench rush`` makes it, by the same queue."""
    due = np.arange(clips) * within_s / clips
    waits, _ = queue(due, np.full(clips, work_s), cores)
    return [float(one) for one in waits]
