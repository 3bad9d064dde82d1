"""Putting a clip into a bucket, as sealing does (in parts, hashed whole on the way, resumable),
against the library's own multipart put of the same file by the same client.

A SeaweedFS on this machine; both in turn, the least disturbed of the rounds counts. Processor
seconds are this process's alone: the server does the same for both.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Figure
from contest.adapters.bucket.place import Place
from contest.adapters.bucket.scratch import Scratch
from contest.adapters.bucket.store import BucketStore
from tests import seaweed

SIZE = int(os.environ.get("HOITHI_BENCH_MB", "512")) * 1024**2
ROUNDS = int(os.environ.get("HOITHI_BENCH_ROUNDS", "3"))
PIECE = 8 * 1024**2
Cost = tuple[float, float]  # wall and processor seconds


def figures() -> Iterator[Figure]:
    """MB/s of both and their ratio; processor seconds a GB."""
    with tempfile.TemporaryDirectory() as name, seaweed.running() as server:
        film, place = _film(Path(name) / "film"), server.place()
        rounds = [(_ours(film, place, Path(name)), _librarys(film, place))
                  for _ in range(ROUNDS + 1)][1:]
    ours, theirs = map(_least, zip(*rounds, strict=True))
    for who, (wall, cpu) in (("sealing's put", ours), ("the library's", theirs)):
        yield Figure("bucket", f"{who}: speed", SIZE / 1e6 / wall, "MB/s")
        yield Figure("bucket", f"{who}: processor", cpu / (SIZE / 1e9), "s/GB")
    yield Figure("bucket", "speed ÷ the library's", theirs[0] / ours[0], "x", 0.7, "higher")
    yield Figure("bucket", "processor ÷ the library's", ours[1] / theirs[1], "x")


def _least(costs: tuple[Cost, ...]) -> Cost:
    """The least disturbed of the rounds: other load can only add time."""
    return min(wall for wall, _ in costs), min(cpu for _, cpu in costs)


def _film(path: Path) -> Path:
    with path.open("wb") as file:
        for _ in range(0, SIZE, PIECE):
            file.write(os.urandom(PIECE))
    return path


def _ours(film: Path, place: Place, folder: Path) -> Cost:
    with film.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    own = folder / "own"
    shutil.copyfile(film, own)
    store = BucketStore(place, Scratch(folder / "copies", SIZE))
    cost = _cost(lambda: store.put(own, sha256))
    store.delete(sha256)
    return cost


def _librarys(film: Path, place: Place) -> Cost:
    key = f"{place.prefix}librarys"
    cost = _cost(lambda: place.client.upload_file(str(film), place.bucket, key))
    place.client.delete_object(Bucket=place.bucket, Key=key)
    return cost


def _cost(work: Callable[[], None]) -> Cost:
    begun, before = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - before
