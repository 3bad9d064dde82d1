"""Clips in a bucket reach people as those in a folder do: in pieces and as private."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from contest.config import Settings
from contest.models import Contest, Submission
from contest.running.devservices import ending_with_parent
from contest.running.front import Behind, Listen, nginx_command, write_configuration
from contest.web import create_app
from contest.wiring import Platform
from tests.browsing import serving
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory
from tests.docker.test_front import wait_for
from tests.processes import free_port
from tests.stumbling import StumblingProxy

CONTENT = bytes(range(256)) * 12_000  # 3 MB
STAFF = "hoithi_staff"


@pytest.fixture
def submission(make: Factory, contest: Contest) -> Submission:
    return make.submission(make.unit(contest), "in_review", clip=CONTENT, code="CX123456")


@pytest.fixture
def reviewer(visit: Visits) -> Client:
    return visit.role("reviewer")


def address(submission: Submission) -> str:
    return f"/c/quan11-2023/media/{submission.code}/1/original"


def test_without_a_front_the_pages_send_what_is_asked_for(
    reviewer: Client, visit: Visits, submission: Submission, line: StumblingProxy,
    settings: Settings,
) -> None:
    def get(range_: str = "", **more: str):
        headers = {"Range": range_} if range_ else {}
        return reviewer.get(address(submission), headers=headers | more)

    whole = get()
    assert (whole.status_code, whole.data == CONTENT) == (200, True)
    assert whole.headers["Content-Length"] == str(len(CONTENT))
    assert whole.headers["Content-Disposition"] == 'attachment; filename="CX123456-1.mp4"'
    etag = whole.headers["ETag"]
    for asked, start, stop in (("bytes=0-0", 0, 1), ("bytes=1048570-2097200", 1048570, 2097201),
                               ("bytes=-500", len(CONTENT) - 500, len(CONTENT)),
                               ("bytes=3000000-99999999", 3_000_000, len(CONTENT))):
        answer = get(asked)
        assert (answer.status_code, answer.data) == (206, CONTENT[start:stop])
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"
        assert answer.headers["Content-Length"] == str(stop - start)
        assert answer.headers["Content-Type"] == "video/mp4"
    beyond = get(f"bytes={len(CONTENT)}-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")
    assert get("bytes=0-1,5-6").status_code == 200
    assert get(**{"If-None-Match": etag}).status_code == 304
    assert get("bytes=0-9", **{"If-Range": etag}).status_code == 206
    assert get("bytes=0-9", **{"If-Range": '"other"'}).status_code == 200
    head = reviewer.head(address(submission), headers={"Range": "bytes=0-99"})
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (206, b"", "100")
    assert visit.public().get(address(submission)).status_code in (302, 303, 401, 403, 404)
    assert not list(settings.storage_dir.glob("*"))  # no copy was made for it
    with line.going_wrong("gone"):
        away = get()
    assert away.status_code == 503
    assert "Kho clip chưa trả lời" in away.text


def test_a_clip_that_is_not_there_is_not_found(
    reviewer: Client, submission: Submission, platform: Platform
) -> None:
    platform.blobs.delete(submission.version.sha256)  # type: ignore[union-attr]
    assert reviewer.get(address(submission)).status_code == 404


@pytest.fixture
def front(settings: Settings, platform: Platform, tmp_path: Path) -> Iterator[str]:
    """nginx before the pages, as in production."""
    listen = Listen("127.0.0.1", free_port())
    behind = replace(settings, sendfile="x-accel")
    with serving(create_app(_with_clock(behind, platform))) as pages:
        web = pages.removeprefix("http://")
        path = write_configuration(tmp_path / "nginx", behind, listen, Behind([web], web))
        process = subprocess.Popen(ending_with_parent("TERM", nginx_command(path)))
        wait_for(listen.port)
        yield f"http://127.0.0.1:{listen.port}"
        process.terminate()
        process.wait()


def _with_clock(settings: Settings, platform: Platform) -> Platform:
    found = Platform(settings)
    found.__dict__.update(clock=platform.clock, db=platform.db)
    return found


def test_the_front_passes_a_signed_link_and_nobody_sees_it(
    front: str, reviewer: Client, submission: Submission, line: StumblingProxy, settings: Settings
) -> None:
    cookie = reviewer.get_cookie(STAFF)
    assert cookie is not None

    def get(method: str = "GET", **headers: str) -> requests.Response:
        return requests.request(method, front + address(submission), headers=headers, timeout=60,
                                cookies={STAFF: cookie.value}, allow_redirects=False)

    whole = get()
    assert (whole.status_code, whole.content == CONTENT) == (200, True)
    told = {name.lower(): value for name, value in whole.headers.items()}
    assert told["content-type"] == "video/mp4"
    assert told["content-disposition"] == 'attachment; filename="CX123456-1.mp4"'
    assert told["cache-control"] == "private, no-store"
    assert told["x-content-type-options"] == "nosniff"
    assert "sandbox" in told["content-security-policy"]
    assert told["cross-origin-resource-policy"] == "same-origin"
    assert told["accept-ranges"] == "bytes"
    assert not [name for name in told if "amz" in name or "location" in name or "accel" in name]
    assert settings.s3_access_key not in str(told)
    piece = get(Range="bytes=1000000-2000000")
    assert (piece.status_code, piece.content == CONTENT[1_000_000:2_000_001]) == (206, True)
    assert get(**{"If-None-Match": told["etag"]}).status_code == 304
    assert get(Range="bytes=0-9", **{"If-Range": told["etag"]}).status_code == 206
    assert get(Range=f"bytes={len(CONTENT)}-").status_code == 416
    head = get("HEAD")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(CONTENT)))
    outside = requests.get(f"{front}/_bucket/{settings.bucket[0]}/", timeout=60)
    assert outside.status_code == 404
    for fault in ("gone", "refusing"):
        with line.going_wrong(fault):
            away = get()
        assert (away.status_code, away.headers["Retry-After"]) == (503, "10")
        assert "Kho clip chưa trả lời" in away.content.decode()
    assert get(Range="bytes=0-9").content == CONTENT[:10]


def test_the_front_says_that_a_clip_is_missing(
    front: str, reviewer: Client, submission: Submission, platform: Platform
) -> None:
    platform.blobs.delete(submission.version.sha256)  # type: ignore[union-attr]
    cookie = reviewer.get_cookie(STAFF)
    assert cookie is not None
    gone = requests.get(front + address(submission), timeout=60, cookies={STAFF: cookie.value})
    assert gone.status_code == 404
    assert "Không tìm thấy tệp này" in gone.content.decode()
    assert "NoSuchKey" not in gone.text
