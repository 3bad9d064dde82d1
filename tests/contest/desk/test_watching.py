"""Watching here: published clips only, from their release on, and never the original."""

from datetime import datetime, timedelta

import pytest

from contest import profile as rule_files
from contest.clock import FixedClock
from contest.models import Contest, Derivative, ProfileRevision, Publication, Submission
from contest.services.core import profiles
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

RELEASED = datetime.fromisoformat("2023-06-14T09:00:00+07:00")
FILM = b"0123456789" * 20


@pytest.fixture
def clip(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Submission:
    """On the Page, with its rendition in the store."""
    clock.moment = RELEASED
    submission = make.submission(make.unit(contest), "published")
    incoming = platform.settings.data_dir / "incoming"
    incoming.write_bytes(FILM)
    platform.blobs.put(incoming, "f" * 64)
    make.add(Derivative(
        version_id=submission.version_id, kind="rendition", sha256="f" * 64, size=len(FILM),
        data={}, media_type="video/mp4", created_at=make.at,
    ))
    return submission


def _let_people_watch(platform: Platform, contest: Contest) -> None:
    with platform.db.write() as session:
        old = session.get_one(Contest, contest.id).revision
        assert old is not None
        source = old.source.replace("[publication]", "[publication]\nwatch_here = true", 1)
        loaded = rule_files.load(source)
        session.get_one(Contest, contest.id).revision = ProfileRevision(
            contest_id=contest.id, number=old.number + 1, source=loaded.source,
            sha256=loaded.sha256, content=loaded.content, reason="Xem", created_by="system",
            created_at=RELEASED,
        )


def test_the_reference_lets_nobody_watch_and_keeps_its_hash(
    clip: Submission, contest: Contest, visit: Visits
) -> None:
    page = visit.public().get(f"/c/{contest.slug}/clips/{clip.code}")
    assert "<video" not in page.text
    assert visit.public().get(f"/c/{contest.slug}/clips/{clip.code}/film.mp4").status_code == 409
    assert "watch_here" not in profiles.profile_of(contest).model_dump()["publication"]


def test_a_published_clip_is_watched_in_parts_from_its_release_until_it_leaves(
    clip: Submission, contest: Contest, platform: Platform, visit: Visits, clock: FixedClock
) -> None:
    _let_people_watch(platform, contest)
    page = f"/c/{contest.slug}/clips/{clip.code}"
    film = f"{page}/film.mp4"
    assert "<video" in visit.public().get(page).text
    part = visit.public().get(film, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, FILM[10:20])
    assert part.headers["Cache-Control"] == "private, no-store"
    assert visit.public().get(film).data == FILM
    with platform.db.write() as session:  # its release is put off
        row = session.query(Publication).filter_by(submission_id=clip.id).one()
        row.release_at = RELEASED + timedelta(hours=1)
    assert visit.public().get(film).status_code == 409
    clock.moment = RELEASED + timedelta(hours=1)
    assert visit.public().get(film).status_code == 200
    clock.moment = datetime.fromisoformat("2023-06-11T09:00:00+07:00")  # before the contest's own
    assert visit.public().get(film).status_code == 409
    clock.moment = RELEASED + timedelta(hours=2)
    with platform.db.write() as session:
        session.get_one(Submission, clip.id).state = "withdrawn"
    assert visit.public().get(film).status_code == 404
