"""A dry run: played with the real rules and units, seen by nobody else, gone when it ends."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from contest import ready_pages
from contest.actors import Actor
from contest.clock import FixedClock
from contest.errors import NotFound
from contest.jobs import Later
from contest.jobs.trials import remove
from contest.models import (
    AuditNote,
    AuditRow,
    Base,
    Contest,
    Derivative,
    Mail,
    Publication,
    RoleGrant,
    Submission,
    Unit,
)
from contest.services.core import audit, mail, profiles
from contest.services.trials import beginning, ending
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED, Stage

FILE = "e" * 64
BEGUN = COUNTED - timedelta(hours=1)
KEPT = {"contest", "audit", "audit_note", "audit_head", "tombstone", "user", "outbox",
        "stored_key"}


@pytest.fixture
def organiser(make: Factory, contest: Contest) -> Actor:
    return make.actor(make.user("organiser", contest=contest))


@pytest.fixture
def trial(
    platform: Platform, make: Factory, contest: Contest, organiser: Actor
) -> Iterator[Contest]:
    make.unit(contest, "Đoàn Phường 1")
    with platform.db.write() as session:
        yield_id = beginning.begin(
            session, session.get_one(Contest, contest.id), actor=organiser, at=BEGUN).id
    with platform.db.read() as session:
        yield profiles.find(session, session.get_one(Contest, yield_id).slug)


def test_a_dry_run_has_the_rules_and_units_and_writes_to_nobody_but_its_organiser(
    platform: Platform, make: Factory, contest: Contest, trial: Contest, organiser: Actor
) -> None:
    rules, real = profiles.profile_of(trial), profiles.profile_of(contest)
    assert rules.scoring == real.scoring and rules.prizes == real.prizes
    assert rules.publication.mode == "manual"
    assert rules.contest.title.vi.startswith("[Chạy thử] ")
    assert rules.schedule.entries_open <= BEGUN < rules.schedule.entries_close
    with platform.db.write() as session:
        units = session.scalars(select(Unit.name).where(Unit.contest_id == trial.id)).all()
        assert units == ["Đoàn Phường 1"]
        roles = session.scalars(select(RoleGrant.role).where(
            RoleGrant.contest_id == trial.id, RoleGrant.user_id == organiser.id)).all()
        assert sorted(roles) == ["juror", "organiser", "reviewer"]
        assert platform.fanpage_of(session, trial.id) is None
        mail.enqueue(session, to="ai.do@example.org", template="reminder",
                     params={"unit_id": 1}, contest_id=trial.id, at=make.at)
        mail.enqueue_all(session, "reminder", [("x@example.org", "vi", {"unit_id": 1})],
                         contest_id=trial.id, at=make.at)
        to = set(session.scalars(select(Mail.to).where(Mail.contest_id == trial.id)))
        assert len(to) == 1 and not to & {"ai.do@example.org", "x@example.org"}


def test_only_those_who_take_part_see_it_and_it_is_marked_on_every_screen(
    visit: Visits, contest: Contest, trial: Contest, platform: Platform
) -> None:
    home = f"/c/{trial.slug}/"
    for path in (home, f"{home}clips", f"{home}results", f"/api/v1/contests/{trial.slug}"):
        assert visit.public().get(path).status_code == 404
    ready_pages.refresh(visit.app, platform.settings.data_dir, trial.slug)  # without any
    assert not list(ready_pages.folder(platform.settings.data_dir, trial.slug).glob("*.html"))
    assert trial.slug not in visit.public().get("/api/v1/contests").text
    assert visit.public().get("/").status_code == 302  # to the only contest that there is
    with platform.db.read() as session:
        inside = visit.unit(session.scalars(
            select(Unit).where(Unit.contest_id == trial.id)).one())
    for path in (home, f"/c/{trial.slug}/unit"):
        page = inside.get(path)
        assert page.status_code == 200
        assert "Chạy thử: dữ liệu ở đây sẽ bị xoá" in page.text
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "X-Robots-Tag" not in visit.public().get(f"/c/{contest.slug}/").headers


def test_ended_it_leaves_nothing_but_the_trails_word(
    platform: Platform, make: Factory, contest: Contest, trial: Contest, clock: FixedClock
) -> None:
    real = Stage(platform, make, contest)
    counts = _rows(platform)
    stage = Stage(platform, make, trial)
    make.add(Derivative(version_id=stage.clips[0].version_id, kind="poster", sha256=FILE, size=9,
                        data={}, media_type="image/jpeg", created_at=make.at))
    clock.moment = AFTER
    stage.publish(stage.freeze(stage.compute(reason="Chạy thử"), stage.second))
    incoming = platform.settings.data_dir / "incoming"
    incoming.write_bytes(b"a still frame")
    platform.blobs.put(incoming, FILE)
    inside = Actor("user", trial.trial_by, roles={trial.id: frozenset({"organiser"})})
    with platform.db.write() as session:
        assert ending.end(session, session.get_one(Contest, trial.id), actor=inside,
                          at=make.at) == contest.id
    with platform.db.read() as session, pytest.raises(NotFound):
        profiles.find(session, trial.slug)
    with pytest.raises(Later):  # the file is new: somebody may be about to name it
        remove(platform, trial.id, lambda: None)
    for path in platform.settings.storage_dir.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    remove(platform, trial.id, lambda: None)
    remove(platform, trial.id, lambda: None)
    assert not platform.blobs.exists(FILE)
    before = {name: count for name, count in counts.items() if name not in KEPT}
    after = {name: count for name, count in _rows(platform).items() if name not in KEPT}
    gone = {"unit": 1, "profile_revision": 1, "role_grant": 3}  # the dry run's own, counted before
    assert after == {name: count - gone.get(name, 0) for name, count in before.items()}
    with platform.db.read() as session:
        actions = session.scalars(select(AuditRow.action).where(
            AuditRow.contest_id == contest.id, AuditRow.action.startswith("trial."))).all()
        assert sorted(actions) == ["trial.begun", "trial.ended", "trial.removed"]
        assert audit.verify(session)[1] == []
        texts = session.scalars(select(AuditNote).join(
            AuditRow, AuditRow.seq == AuditNote.audit_seq).where(
            AuditRow.contest_id == trial.id)).all()
        assert all(note.erased_at is not None for note in texts)
        assert len(session.scalars(select(Submission)).all()) == len(real.clips)
        assert session.scalars(select(Publication)).all() is not None
    with platform.db.write() as session, pytest.raises(Exception, match="append-only"):
        session.execute(text("DELETE FROM snapshot"))  # the guard stands again


def _rows(platform: Platform) -> dict[str, int]:
    with platform.db.read() as session:
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables}
