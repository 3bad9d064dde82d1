"""Uploads that nobody means to finish hold nothing; a slow phone that means it gets through."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from itertools import count

import pytest

from contest.models import Contest, Submission, Unit
from contest.pace.lines import Line, Pace
from contest.uploads import protocol
from tests.security import hurried_uploads
from tests.security.site import OCTETS, Person, Site, no_slower, p99, scaled, trickling, wait_until
from tests.uploads.tus_headers import tus_metadata

pytestmark = [pytest.mark.slow, pytest.mark.waits, pytest.mark.timeout(300)]
SIZE = 3_000_000
ADDRESSES = count(30)


@pytest.fixture(scope="module", autouse=True)
def hurried(site: Site) -> Iterator[None]:
    """Uploads with minutes of four seconds, in place of the ordinary process."""
    site.kill("uploads")
    socket = site.sockets["uploads"]
    socket.unlink(missing_ok=True)
    site.running["uploads"] = subprocess.Popen(
        [*scaled("tests.security.hurried_uploads"), "uploads", "--bind", f"unix:{socket}"],
        env=site.environ, start_new_session=True,
    )
    wait_until(socket.exists, 30, "the hurried uploads did not start")
    yield


class Phone(Person):
    """A phone with a unit's cookie that sends a clip of one of its entries."""

    def __init__(self, site: Site, unit: Unit, submission: Submission | None = None) -> None:
        super().__init__(site, f"127.0.0.{next(ADDRESSES)}")
        self.cookies["hoithi_unit"] = site.make.unit_token(unit)
        self.submission = submission or site.make.submission(unit, "uploading")

    def begin(self, length: int = SIZE) -> str:
        told = tus_metadata(entry=self.submission.code, filename="clip.mp4")
        created = self.tus("POST", "/uploads/", Upload_Length=str(length), Upload_Metadata=told)
        assert created.status == 201, created.body
        return str(created.headers["Location"])

    def offset(self, path: str) -> int:
        return int(self.tus("HEAD", path).headers["Upload-Offset"])

    def send(self, path: str, data: bytes, offset: int) -> int:
        return self.tus(
            "PATCH", path, data, Content_Type=OCTETS, Upload_Offset=str(offset)
        ).status

    def whole(self) -> bool:
        """A clip sent in one go, as most are."""
        return self.send(self.begin(), os.urandom(SIZE), 0) == 204


def slow_but_honest(phone: Phone, done: list[bool]) -> None:
    """30 KB/s and pauses of a minute on one line, in hurried time."""
    a_minute, a_second = 60 / hurried_uploads.FASTER, 1 / hurried_uploads.FASTER
    path = phone.begin()
    slow = phone.slow_patch(path, SIZE)
    sent = 0
    while sent < SIZE:
        for _ in range(34):  # seconds of sending, then a tunnel
            piece = min(30_000, SIZE - sent)
            slow.line.sendall(os.urandom(piece))
            sent += piece
            time.sleep(a_second)
        if sent < SIZE:
            time.sleep(a_minute)
    slow.line.settimeout(30)
    done.append(slow.line.recv(65536).startswith(b"HTTP/1.1 204"))


def test_eighty_slow_uploads_of_one_entry_hold_nothing_and_a_slow_honest_phone_gets_through(
    site: Site, contest: Contest
) -> None:
    greedy, make = site.make.unit(contest), site.make
    submission = make.submission(greedy, "uploading")
    attacker = Phone(site, greedy, submission)
    honest, done = Phone(site, make.unit(contest)), list[bool]()
    quiet = p99(lambda: Phone.whole(honest), 5)
    phone = Phone(site, make.unit(contest))
    slow_one = threading.Thread(target=slow_but_honest, args=(phone, done))
    lines = []
    for _ in range(80):
        lines.append(attacker.slow_patch(attacker.begin(), SIZE))
    slow_one.start()
    with trickling(lines, 0.5):
        assert all([Phone(site, make.unit(contest)).whole() for _ in range(5)])
        assert no_slower(p99(lambda: Phone.whole(honest), 5), quiet)
        assert no_slower(p99(lambda: honest.get("/healthz")), 0.0)
        wait_until(lambda: sum(line.ended for line in lines) >= 79, 20, "replaced writers go on")
        wait_until(lambda: all(line.ended for line in lines), 20, "a slow writer goes on")
        slow_one.join()
    assert done == [True]


def test_a_unit_sends_so_many_clips_at_once_and_is_told_so(site: Site, contest: Contest) -> None:
    unit = site.make.unit(contest)
    phones = [Phone(site, unit) for _ in range(13)]
    paths = [phone.begin() for phone in phones]
    lines = [phone.slow_patch(path, SIZE) for phone, path in zip(phones[:12], paths, strict=False)]
    folder = site.platform.settings.uploads_dir
    for line in lines:
        line.line.sendall(b"x" * 1000)
    with trickling(lines, 0.5):
        wait_until(lambda: sum((folder / p[-32:]).exists() for p in paths) >= 12, 10, "not begun")
        refused = phones[12].tus(
            "PATCH", paths[12], b"x" * 10, Content_Type=OCTETS, Upload_Offset="0"
        )
        assert refused.status == 423
        assert "12 clip" in refused.body.decode()
        assert Phone(site, site.make.unit(contest)).whole()


def test_a_new_beginning_ends_the_old_writer(site: Site, contest: Contest) -> None:
    phone = Phone(site, site.make.unit(contest))
    path, content = phone.begin(), os.urandom(SIZE)
    old = phone.slow_patch(path, SIZE)
    old.line.sendall(content[:1000])
    file = site.platform.settings.uploads_dir / path[-32:]
    wait_until(lambda: file.exists() and file.stat().st_size == 1000, 10, "not begun")
    assert phone.send(path, content[1000:], 1000) == 204  # no HEAD before it
    assert old.line.recv(100).startswith(b"HTTP/1.1 423")


def test_bytes_of_ended_uploads_go_at_once(site: Site, contest: Contest) -> None:
    """Cancelled, replaced, or ended by a page while a writer is at it: no worker needed."""
    unit = site.make.unit(contest)
    phone, folder = Phone(site, unit), site.platform.settings.uploads_dir
    replaced = phone.begin()
    writer = phone.slow_patch(replaced, SIZE)
    writer.line.sendall(b"x" * 1000)
    wait_until((folder / replaced[-32:]).exists, 10, "not begun")
    cancelled = phone.begin()
    assert not (folder / replaced[-32:]).exists()
    assert writer.line.recv(100).startswith(b"HTTP/1.1 423")
    phone.send(cancelled, b"x" * 1000, 0)
    assert phone.tus("DELETE", cancelled).status == 204
    assert not (folder / cancelled[-32:]).exists()
    withdrawn = phone.begin()
    writer = phone.slow_patch(withdrawn, SIZE)
    writer.line.sendall(b"x" * 1000)
    wait_until((folder / withdrawn[-32:]).exists, 10, "not begun")
    home = f"/c/{contest.slug}/unit/entries/{phone.submission.code}"
    assert phone.post(f"{home}/withdraw", form=home).status == 303
    wait_until(lambda: not (folder / withdrawn[-32:]).exists(), 10, "bytes without an upload")
    assert phone.tus("HEAD", withdrawn).status == 410


@pytest.mark.parametrize(
    ("name", "bytes_s", "sends_s", "pauses_s", "lives"),
    [
        ("30 KB/s with pauses of a minute", 30_000, 30, 60, True),
        ("2G with a pause of a minute", 3_000, 60, 60, True),
        ("a byte every two seconds", 0.5, 1, 0, False),
        ("a burst, then a byte a minute", 1 / 60, 1, 0, False),
        ("silence", 0, 1, 0, False),
    ],
)
def test_who_is_let_go_by_the_real_defaults(
    name: str, bytes_s: float, sends_s: int, pauses_s: int, lives: bool
) -> None:
    window = protocol.WINDOW_S * hurried_uploads.FASTER  # as it is without this module's hurry
    pace = Pace(least_bytes_s=protocol.LEAST_BYTES_S / hurried_uploads.FASTER, window_s=window)
    assert (window, round(pace.least_bytes_s * window)) == (90, 64 << 10)
    received, ended = [1e6 if "burst" in name else 0.0], list[int]()
    line = Line(lambda: int(received[0]), lambda: ended.append(second))
    with pace.watching(line):
        for second in range(3600):
            if second % (sends_s + pauses_s) < sends_s:
                received[0] += bytes_s
            pace.look(1.0)
            if ended:
                break
    assert bool(ended) is not lives
    assert lives or ended[0] <= window + 1
