"""ClamAV by its socket: what it finds is not taken; where it is away things wait; off is said."""

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.adapters.clamd import Clamd
from contest.clock import FixedClock
from contest.config import Settings
from contest.jobs import checks as job
from contest.models import Contest, Evidence
from contest.ports import ScanUnavailable
from contest.services.checking.outcomes import CheckJob
from contest.wiring import Platform
from tests import clamd, forks
from tests.clamd import EICAR, Daemon
from tests.contest.conftest import Visits
from tests.contest.counts.sitting_room import BEGUN, Sitting
from tests.contest.factory import Factory

WRITE = "/c/quan11-2023/organiser/interactions/write"
FILM = b"\x00\x00\x00\x20ftypisom" + bytes(400)


@pytest.fixture
def place(short_dir: Path, request: pytest.FixtureRequest) -> Path:
    return short_dir / f"clamd-{os.getpid()}-{abs(hash(request.node.name)) % 10**6}.sock"


@pytest.fixture
def daemon(place: Path) -> Iterator[Daemon]:
    with clamd.daemon(place, most=1 << 20) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, place: Path) -> Settings:
    return replace(settings, clamd=f"unix://{place}")


def file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("size", [0, 1, (1 << 16) - 1, 1 << 16, 200_000])
def test_the_daemon_sees_every_byte(
    daemon: Daemon, place: Path, tmp_path: Path, size: int
) -> None:
    content = os.urandom(size)
    assert Clamd(f"unix://{place}").scan(file(tmp_path, content)) is None
    assert daemon.seen == [content]


def test_what_is_found_has_a_name(daemon: Daemon, place: Path, tmp_path: Path) -> None:
    scanner = Clamd(f"unix://{place}")
    assert scanner.scan(file(tmp_path, bytes(70_000) + EICAR)) == "Eicar-Signature"
    assert scanner.answers()


def test_beyond_the_daemons_limit_a_file_goes_on_with_a_warning(
    daemon: Daemon, place: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert Clamd(f"unix://{place}").scan(file(tmp_path, bytes(8 << 20))) is None
    assert "StreamMaxLength" in caplog.text


def test_a_daemon_that_is_away_or_says_nothing_is_no_daemon_that_found_nothing(
    daemon: Daemon, place: Path, tmp_path: Path
) -> None:
    path = file(tmp_path, b"x")
    daemon.silent = True
    with pytest.raises(ScanUnavailable):
        Clamd(f"unix://{place}").scan(path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for address in (f"unix://{place}-none", f"tcp://127.0.0.1:{port}"):
        with pytest.raises(ScanUnavailable):
            Clamd(address).scan(path)
        assert not Clamd(address).answers()


# ----------------------------------------------------------------------------- what is sent to us


@pytest.fixture
def room(make: Factory, contest: Contest, clock: FixedClock) -> Sitting:
    clock.moment = BEGUN
    return Sitting(make, contest, clips=1)


def send(visit: Visits, room: Sitting, content: bytes) -> tuple[int, str]:
    answer = visit.user(room.first).post(WRITE, data={
        "code": "CX1000", "reactions": "150", "taken_at": "2023-06-19T14:00",
        "screenshot": (BytesIO(content), "quay.mp4"),
    })
    return answer.status_code, answer.get_data(as_text=True)


def kept(platform: Platform) -> int:
    with platform.db.read() as session:
        return len(list(session.scalars(select(Evidence))))


def test_evidence_is_looked_into(
    daemon: Daemon, visit: Visits, room: Sitting, platform: Platform
) -> None:
    assert send(visit, room, FILM)[0] == 303
    assert daemon.seen == [FILM]
    status, said = send(visit, room, FILM + EICAR)
    assert (status, "có mã độc (Eicar-Signature)" in said) == (422, True)
    assert kept(platform) == 1
    assert list((platform.settings.data_dir / "incoming").iterdir()) == []


def test_evidence_waits_for_a_daemon_that_is_away(
    visit: Visits, room: Sitting, platform: Platform
) -> None:
    status, said = send(visit, room, FILM)
    assert (status, "diệt virus không trả lời" in said) == (503, True)
    assert kept(platform) == 0


def judged(platform: Platform, tmp_path: Path, content: bytes) -> object:
    clip = file(tmp_path, content)
    media = {"rules": {"intact": {"level": "hard"}}}
    work = CheckJob(
        check_id=1, kind="quick", sha256="ab" * 32, media=media, policy_name="x"
    )
    return job._judge(platform, work, clip, tmp_path, lambda share: None)


def test_a_clip_is_looked_into_before_ffmpeg_opens_it(
    daemon: Daemon, platform: Platform, tmp_path: Path
) -> None:
    outcome = judged(platform, tmp_path, FILM + EICAR)
    assert outcome.verdict == "unreadable"
    (finding,) = outcome.report["findings"]
    assert (finding["found_vi"], finding["found_en"]) == ("có mã độc", "malware")
    assert "Eicar-Signature" in finding["message_vi"]
    assert "Eicar-Signature" in finding["message_en"]


def test_a_clips_check_is_tried_again_while_the_daemon_is_away(
    platform: Platform, tmp_path: Path
) -> None:
    with pytest.raises(ScanUnavailable):
        judged(platform, tmp_path, FILM)


# -------------------------------------------------------------------------------- where it is said


def desk(visit: Visits, page: str = "") -> str:
    address = f"/c/quan11-2023/organiser/{page}"
    return str(visit.role("organiser").get(address).get_data(as_text=True))


def test_the_page_of_jobs_says_that_it_works(daemon: Daemon, visit: Visits) -> None:
    assert "Diệt virus: đang chạy" in desk(visit, "jobs")


def test_the_desk_says_that_it_is_away(visit: Visits) -> None:
    assert "nên clip và minh chứng mới phải chờ" in desk(visit)


def test_the_page_of_jobs_says_that_it_is_off(platform: Platform, visit: Visits) -> None:
    platform.__dict__["antivirus"] = None
    assert "Diệt virus: chưa bật" in desk(visit, "jobs")


@pytest.mark.parametrize(("address", "said"), [
    ("", "antivirus: không bật / off"), ("unix:///nowhere", "does not answer"),
])
def test_the_configuration_says_it_too(tmp_path: Path, address: str, said: str) -> None:
    own = {"HOITHI_DATA_DIR": str(tmp_path), "HOITHI_CLAMD": address}
    done = forks.command_text("config", environ=os.environ | own)
    assert (done.returncode, said in done.stdout) == (0, True)
