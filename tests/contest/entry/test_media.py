"""Files of clips: who may have them, in which pieces, sent by whom."""

from dataclasses import replace
from pathlib import Path

import pytest

from contest.config import Settings
from contest.models import Contest, Derivative, Submission, Unit
from contest.web import create_app
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory

CONTENT = bytes(range(256)) * 12_000  # 3 MB: more than one piece


@pytest.fixture
def unit(make: Factory, contest: Contest) -> Unit:
    return make.unit(contest)


@pytest.fixture
def submission(make: Factory, unit: Unit) -> Submission:
    return make.submission(unit, "in_review", clip=CONTENT, code="CX123456")


@pytest.fixture
def reviewer(visit: Visits) -> Client:
    return visit.role("reviewer")


def address(submission: Submission, kind: str = "original", number: int = 1) -> str:
    return f"/c/quan11-2023/media/{submission.code}/{number}/{kind}"


def get(client: Client, submission: Submission, range_: str = "", **headers: str):
    if range_:
        headers["Range"] = range_
    return client.get(
        address(submission), headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_the_whole(reviewer: Client, submission: Submission) -> None:
    answer = get(reviewer, submission)
    assert (answer.status_code, answer.data == CONTENT) == (200, True)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="CX123456-1.mp4"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, len(CONTENT)),
        ("bytes=1048570-2097200", 1048570, 2097201),
        ("bytes=-500", len(CONTENT) - 500, len(CONTENT)),
        ("bytes=3000000-99999999", 3_000_000, len(CONTENT)),
    ],
)
def test_a_range(
    reviewer: Client, submission: Submission, asked: str, start: int, stop: int
) -> None:
    answer = get(reviewer, submission, asked)
    assert (answer.status_code, answer.data) == (206, CONTENT[start:stop])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"
    assert answer.headers["Content-Length"] == str(stop - start)


def test_beyond_the_end(reviewer: Client, submission: Submission) -> None:
    answer = get(reviewer, submission, f"bytes={len(CONTENT)}-")
    assert (answer.status_code, answer.data) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=x-y", "bytes=5-2"])
def test_what_is_no_single_range_means_the_whole(
    reviewer: Client, submission: Submission, asked: str
) -> None:
    assert get(reviewer, submission, asked).status_code == 200


def test_validators(reviewer: Client, submission: Submission) -> None:
    etag = get(reviewer, submission).headers["ETag"]
    assert get(reviewer, submission, If_None_Match=etag).status_code == 304
    assert get(reviewer, submission, "bytes=0-9", If_None_Match=etag).status_code == 304
    assert "Last-Modified" not in get(reviewer, submission).headers
    assert get(reviewer, submission, "bytes=0-9", If_Range=etag).status_code == 206
    assert get(reviewer, submission, "bytes=0-9", If_Range='"other"').status_code == 200
    assert get(reviewer, submission, "bytes=0-9",
               If_Range="Mon, 05 Jun 2023 02:00:00 GMT").status_code == 200


def test_head(reviewer: Client, submission: Submission) -> None:
    whole = reviewer.head(address(submission))
    assert (whole.status_code, whole.data) == (200, b"")
    assert whole.headers["Content-Length"] == str(len(CONTENT))
    answer = reviewer.head(address(submission), headers={"Range": "bytes=0-99"})
    assert (answer.status_code, answer.data) == (206, b"")
    assert answer.headers["Content-Length"] == "100"


def test_who_may_watch(visit: Visits, make: Factory, unit: Unit, submission: Submission) -> None:
    approved = make.submission(make.unit(visit.contest), "approved", code="CX654321")
    seen = {
        "public": visit.public(), "own unit": visit.unit(unit),
        "other": visit.unit(make.unit(visit.contest)),
        "reviewer": visit.role("reviewer"), "organiser": visit.role("organiser"),
        "juror": visit.role("juror"),
    }
    statuses = {
        who: (
            client.get(address(submission)).status_code,
            client.get(address(approved)).status_code,
        )
        for who, client in seen.items()
    }
    assert statuses == {
        "public": (401, 401), "own unit": (200, 404), "other": (404, 404),
        "reviewer": (200, 200), "organiser": (200, 200), "juror": (404, 200),
    }


def test_staff_of_another_contest(visit: Visits, make: Factory, submission: Submission) -> None:
    other = make.contest("other-2024")
    assert visit.role("reviewer", contest=other).get(address(submission)).status_code == 403


def test_what_is_not_there(reviewer: Client, submission: Submission) -> None:
    for path in (
        address(submission, number=2), address(submission, "poster"),
        address(submission, "nonsense"), "/c/quan11-2023/media/CXNONE/1/original",
    ):
        assert reviewer.get(path).status_code == 404


def test_a_derivative(
    reviewer: Client, submission: Submission, make: Factory, platform: Platform, tmp_path: Path
) -> None:
    digest = "ab" * 32
    (tmp_path / "sheet").write_bytes(b"jpeg")
    platform.blobs.put(tmp_path / "sheet", digest)
    make.add(Derivative(version_id=submission.version_id, kind="sheet", sha256=digest, size=4,
                        media_type="image/jpeg", data={}, created_at=make.at))
    answer = reviewer.get(address(submission, "sheet"))
    assert (answer.status_code, answer.data) == (200, b"jpeg")
    assert answer.headers["Content-Disposition"] == 'inline; filename="CX123456-1-sheet.jpg"'


def test_the_front_server_sends_it_in_production(
    settings: Settings, platform: Platform, make: Factory, contest: Contest, submission: Submission
) -> None:
    behind = Platform(replace(settings, sendfile="x-accel"))
    behind.__dict__["clock"] = platform.clock
    app = create_app(behind)
    app.test_client_class = Client
    answer = Visits(app, make, contest).role("reviewer").get(address(submission))
    behind.db.engine.dispose()
    with platform.db.read() as session:
        version = session.merge(submission, load=True).version
        assert version is not None
    sha256 = version.sha256
    assert answer.headers["X-Accel-Redirect"] == f"/_files/{sha256[:2]}/{sha256}"
    assert (answer.data, answer.headers["Content-Type"]) == (b"", "video/mp4")
