"""The award reel from the screen: made by the worker at 1080p, seen on its way, stopped, taken."""

import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy import select

from contest.clock import FixedClock
from contest.drawing import reel as drawing
from contest.jobs import handlers
from contest.models import AwardReel, Contest, Derivative, Task
from contest.services.awards import reel
from contest.wiring import Platform
from tests.clip_cache import cached
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.results.test_reel import make_clip, probe
from tests.contest.stage import AFTER, Stage

RESULTS = "/c/quan11-2023/organiser/results"
ROOM = f"{RESULTS}/reel"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def stage(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Stage:
    made = Stage(platform, make, contest)
    clock.moment = AFTER
    content = cached("reel/clip.mp4", make_clip, 2).read_bytes()
    film = platform.settings.data_dir / "film.mp4"
    film.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    platform.blobs.put(film, sha256)
    make.add(Derivative(version_id=made.clips[2].version_id, kind="rendition", sha256=sha256,
                        size=1, media_type="video/mp4", created_at=AFTER))
    return made


def row(stage: Stage) -> AwardReel:
    with stage.platform.db.read() as session:
        found = reel.newest(session, stage.contest_now(session))
        assert found is not None
        return found


def work(stage: Stage, beat: Callable[[], None] = lambda: None) -> None:
    handlers()[reel.KIND](stage.platform, row(stage).id, beat)


def short(patch: pytest.MonkeyPatch) -> None:
    """Cards: the arithmetic is the same, and MoviePy takes long for each frame that it fades."""
    patch.setattr(drawing, "CARD_S", 0.4)
    patch.setattr(drawing, "FADE_S", 0.08)


def test_it_is_begun_watched_and_taken_on_the_page_of_results(
    stage: Stage, visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    short(monkeypatch)
    organiser = visit.role("organiser")
    assert organiser.post(f"{ROOM}/").status_code == 409  # nothing is frozen
    assert "Hãy chốt kết quả trước" in organiser.post(f"{ROOM}/").text
    stage.freeze(stage.compute())
    assert "Dựng phim" in organiser.get(f"{RESULTS}/").text
    assert organiser.post(f"{ROOM}/").status_code == 303
    assert organiser.post(f"{ROOM}/").status_code == 303  # once
    assert "Đang chờ máy dựng phim" in organiser.get(f"{RESULTS}/").text
    seen: list[str] = []
    work(stage, lambda: seen.append(organiser.get(f"{RESULTS}/").text))
    assert any("Đang dựng: " in page and 'data-refresh="4"' in page for page in seen[1:])
    made = row(stage)
    assert (made.state, made.done_s) == ("ready", made.length_s)
    path = stage.platform.blobs.path(made.sha256)
    shown = probe(path)
    assert (shown["size"], shown["audio"]) == ((1920, 1080), "aac")
    answer = organiser.get(f"{ROOM}/reel.mp4")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data == path.read_bytes()
    for other, status in ((visit.public(), 401), (visit.role("juror"), 403)):
        assert other.get(f"{ROOM}/reel.mp4").status_code == status
    with stage.platform.db.read() as session:
        assert len(session.scalars(select(Task).where(Task.kind == reel.KIND)).all()) == 1
    assert list((stage.platform.settings.data_dir / "work").iterdir()) == []


def test_stopped_it_ends_before_the_next_piece_and_leaves_nothing(
    stage: Stage, visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    short(monkeypatch)
    stage.freeze(stage.compute())
    organiser = visit.role("organiser")
    organiser.post(f"{ROOM}/")
    beats: list[int] = []

    def stop() -> None:
        beats.append(organiser.post(f"{ROOM}/cancel").status_code)

    work(stage, stop)
    assert beats == [303]
    assert (row(stage).state, row(stage).sha256) == ("cancelled", "")
    assert organiser.post(f"{ROOM}/cancel").status_code == 409
    assert organiser.get(f"{ROOM}/reel.mp4").status_code == 409
    assert list((stage.platform.settings.data_dir / "work").iterdir()) == []
    work(stage)  # a second delivery of the task
    assert row(stage).state == "cancelled"
