"""A stored clip is checked by the worker, its files are kept, the entry moves on, just once."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from contest.actors import SYSTEM
from contest.errors import Conflict, NotAllowed
from contest.jobs import checks as job
from contest.jobs import clips as work
from contest.jobs import lease_owners, worker
from contest.models import Check, ClipVersion, Contest, Mail, Submission, Task
from contest.services.core import outbox, profiles
from contest.services.entry import checks
from contest.wiring import Platform
from tests.clip_cache import cached
from tests.contest.factory import Factory
from tests.media_checks import corpus

pytestmark = pytest.mark.one_database
USED = ("good.mp4", "wide.mp4", "playlist.mp4", "quiet.mp4", "scratched.mp4")


def small(source: str) -> str:
    """The reference profile with lengths and sizes cut down, so that clips are quickly made."""
    for before, after in (("min_s = 180", "min_s = 3"), ("max_s = 300", "max_s = 5"),
                          ("min_width = 1440", "min_width = 320"),
                          ("min_height = 1080", "min_height = 240")):
        assert before in source
        source = source.replace(before, after, 1)
    return source


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=small)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good clip, one that breaks a rule, and one that is no clip."""
    folder = tmp_path_factory.mktemp("clips")
    for clip in (one for one in corpus.CORPUS if one.name in USED):
        shutil.copyfile(cached(f"corpus/{clip.name}", clip.build), folder / clip.name)
    return folder


class Checking:
    """An entry with a clip, and the worker's hand on its outbox rows."""

    def __init__(self, platform: Platform, make: Factory, contest: Contest) -> None:
        self.platform, self.make, self.contest = platform, make, contest

    def send(self, clip: Path, **values: str) -> Submission:
        """An entry whose clip has just arrived, with the check wanted."""
        unit = self.make.unit(self.contest)
        submission = self.make.submission(unit, "checking", clip=clip, **values)
        with self.platform.db.write() as session:
            for check in session.scalars(select(Check)).all():
                session.delete(check)  # the factory's own
            session.flush()
            version = session.get_one(ClipVersion, submission.version_id)
            checks.enqueue_quick(session, version, actor=SYSTEM, at=self.make.at)
        return submission

    def check(self, submission: Submission, kind: str = "quick") -> Check:
        with self.platform.db.read() as session:
            return session.scalars(
                select(Check).where(Check.version_id == submission.version_id, Check.kind == kind)
            ).one()

    def work(self, kind: str = "check.quick") -> list[str]:
        """Perform all rows of a kind; their states afterwards."""
        with self.platform.db.read() as session:
            ids = list(session.scalars(select(Task.id).where(Task.kind == kind)))
        for task_id in ids:
            worker.perform(self.platform, task_id)
        with self.platform.db.read() as session:
            return [session.get_one(Task, task_id).state for task_id in ids]

    def mails(self) -> list[tuple[str, str]]:
        with self.platform.db.read() as session:
            return [(m.template, m.to) for m in session.scalars(select(Mail).order_by(Mail.id))]


@pytest.fixture
def checking(platform: Platform, make: Factory, contest: Contest) -> Checking:
    return Checking(platform, make, contest)


def test_a_good_clip_goes_to_review_with_its_pictures(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    assert checking.work() == ["done"]
    check = checking.check(submission)
    assert (check.state, check.verdict, check.progress) == ("done", "pass", 1.0)
    assert check.report["policy"]["name"] == "quan11-2023"
    assert checking.make.fresh(submission).state == "in_review"
    with platform.db.read() as session:
        version = session.get_one(ClipVersion, submission.version_id)
        made = checks.derivatives(session, version)
    assert set(made) == {"sheet", "poster", "crop", "waveform", "loudness"}
    assert len(made["sheet"].data["tiles"]) > 5
    assert all(platform.blobs.path(d.sha256).stat().st_size == d.size for d in made.values())
    assert list((platform.settings.data_dir / "work").iterdir()) == []


def test_the_rendition_follows_and_is_kept(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    checking.work()
    assert checking.work("check.deep") == ["done"]
    assert checking.check(submission, "deep").verdict == "pass"
    with platform.db.read() as session:
        version = session.get_one(ClipVersion, submission.version_id)
        rendition = checks.rendition(session, version)
    assert rendition is not None
    assert (rendition.media_type, rendition.data["height"]) == ("video/mp4", 240)
    assert checking.make.fresh(submission).state == "in_review"


def test_a_clip_that_breaks_a_rule_comes_back_with_advice(
    checking: Checking, clips: Path
) -> None:
    submission = checking.send(clips / "wide.mp4", contact_email="an@example.vn")
    checking.work()
    check = checking.check(submission)
    assert (check.verdict, checking.make.fresh(submission).state) == ("fail", "needs_fix")
    worst = checks.findings(check, "vi")[0]
    assert (worst["rule"], worst["kind"], worst["allowed"]) == ("aspect_ratio", "bad", "4:3")
    assert worst["remedy"].startswith("Trong ứng dụng dựng phim")
    assert worst["remedy"] not in worst["message"]
    assert ("findings", "an@example.vn") in checking.mails()
    assert checking.work("check.deep") == []


def test_a_soft_finding_is_for_the_reviewer(checking: Checking, clips: Path) -> None:
    submission = checking.send(clips / "quiet.mp4")
    checking.work()
    assert checking.check(submission).verdict == "look"
    assert checking.make.fresh(submission).state == "in_review"


def test_a_file_that_is_no_clip_is_told_so(checking: Checking, clips: Path) -> None:
    submission = checking.send(clips / "playlist.mp4")
    assert checking.work() == ["done"]
    check = checking.check(submission)
    assert (check.verdict, checking.make.fresh(submission).state) == ("unreadable", "needs_fix")
    [finding] = checks.findings(check, "vi")
    assert finding["kind"] == "bad"
    assert finding["message"].startswith("Không đọc được tệp này như một clip.")


def test_performing_twice_does_it_once(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    checking.work()
    before = checking.check(submission).finished_at
    job.quick(platform, checking.check(submission).id, lambda: None)
    assert checking.check(submission).finished_at == before
    checking.work()
    with platform.db.read() as session:
        assert len(session.scalars(select(Check)).all()) == 2  # the quick and the deep one


def test_a_worker_killed_half_way_is_followed_by_another(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    check_id = checking.check(submission).id
    with platform.db.write() as session:
        assert checks.start(session, check_id, at=checking.make.at) is not None
    with subprocess.Popen(["sleep", "0.1"]) as killed:
        owner = lease_owners.lease_owner(killed.pid)
    left = platform.settings.data_dir / "work" / f"check-{check_id}.{owner}0123"
    left.mkdir(parents=True)
    (left / "half.jpg").write_bytes(b"half")
    assert checking.check(submission).state == "running"
    checking.work()
    assert checking.check(submission).verdict == "pass"
    assert not left.exists()


def test_a_check_runs_under_the_rules_that_its_row_names(
    checking: Checking, clips: Path, platform: Platform, make: Factory
) -> None:
    submission = checking.send(clips / "good.mp4")
    newest = make.contest(edit=lambda text: small(text).replace("max_s = 5", "max_s = 4", 1))
    assert profiles.profile_of(newest).media["rules"]["duration"]["max_s"] == 4
    checking.work()
    check = checking.check(submission)
    assert (check.verdict, check.profile_revision_id) == ("pass", checking.contest.revision_id)
    lengths = {f["rule"]: f["allowed_vi"] for f in check.report["findings"]}
    assert "5" in lengths["duration"]


def test_a_newer_clip_ends_the_check_of_the_older(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    old = checking.check(submission)
    newer = _newer_version(platform, submission)
    checking.work()
    with platform.db.read() as session:
        assert session.get_one(Check, old.id).state == "superseded"
        query = select(Check).where(Check.version_id == newer, Check.kind == "quick")
        assert session.scalars(query).one().verdict == "pass"
    assert checking.make.fresh(submission).state == "in_review"


def _newer_version(platform: Platform, submission: Submission) -> int:
    from contest.models import Upload  # noqa: PLC0415

    with platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        first = session.get_one(ClipVersion, row.version_id)
        begun = session.get_one(Upload, first.upload_id)
        upload = Upload(
            public_id="b" * 32, contest_id=row.contest_id, unit_id=row.unit_id,
            submission_id=row.id, state="complete", length=first.size, filename="clip.mp4",
            begun_at=begun.begun_at, expires_at=begun.expires_at, sha256=first.sha256,
        )
        session.add(upload)
        session.flush()
        version = ClipVersion(
            submission_id=row.id, upload_id=upload.id, number=2, sha256=first.sha256,
            size=first.size, filename="clip.mp4", begun_at=first.begun_at,
            received_at=first.received_at + timedelta(minutes=5),
        )
        session.add(version)
        session.flush()
        row.version_id = version.id
        checks.enqueue_quick(session, version, actor=SYSTEM, at=platform.clock.now())
        return version.id


def test_progress_of_a_superseded_check_stops_the_work(
    checking: Checking, clips: Path, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "TELL_EVERY_S", 0.0)
    submission = checking.send(clips / "good.mp4")
    with platform.db.write() as session:
        check_id = checking.check(submission).id
        checks.start(session, check_id, at=checking.make.at)
        assert checks.progress(session, check_id, 0.4)
    assert checking.check(submission).progress == pytest.approx(0.4)
    _newer_version(platform, submission)
    tell = work.progress_reporter(platform, check_id, lambda: None, checks.progress)
    with pytest.raises(work.NotWanted):
        tell(0.5)


def test_a_withdrawn_entry_stays_withdrawn(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    with platform.db.write() as session:
        session.get_one(Submission, submission.id).state = "withdrawn"
    checking.work()
    assert checking.check(submission).verdict == "pass"
    assert checking.make.fresh(submission).state == "withdrawn"


def test_a_missing_file_is_a_failure_that_a_person_sees_and_retries(
    checking: Checking, clips: Path, platform: Platform, tmp_path: Path
) -> None:
    submission = checking.send(clips / "good.mp4")
    with platform.db.read() as session:
        path = platform.blobs.path(session.get_one(ClipVersion, submission.version_id).sha256)
    away = tmp_path / "away"
    shutil.move(path, away)
    assert checking.work() == ["failed"]
    assert checking.check(submission).state == "failed"
    assert checking.make.fresh(submission).state == "checking"
    shutil.move(away, path)
    organiser = checking.make.actor(checking.make.user("organiser", contest=checking.contest))
    with platform.db.write() as session:
        row = session.get_one(Check, checking.check(submission).id)
        checks.retry(session, row, actor=organiser, at=checking.make.at)
    assert checking.work() == ["done"]
    assert checking.make.fresh(submission).state == "in_review"


def test_an_error_backs_off_and_fails_only_at_the_last_attempt(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    work = platform.settings.data_dir / "work"
    work.write_text("in the way")  # the machine is at fault: no folder can be made
    assert checking.work() == ["pending"]
    assert checking.check(submission).state == "running"
    with platform.db.write() as session:
        task = session.scalars(select(Task).where(Task.kind == "check.quick")).one()
        task.attempts = outbox.MAX_ATTEMPTS - 1
    assert checking.work() == ["failed"]
    failed = checking.check(submission)
    assert failed.state == "failed"
    assert failed.error.startswith("NotADirectoryError") or "exists" in failed.error.lower()


def test_only_failed_checks_are_retried_and_only_by_staff(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    juror = checking.make.actor(checking.make.user("juror", contest=checking.contest))
    reviewer = checking.make.actor(checking.make.user("reviewer", contest=checking.contest))
    with platform.db.write() as session:
        check = session.get_one(Check, checking.check(submission).id)
        with pytest.raises(NotAllowed):
            checks.retry(session, check, actor=juror, at=checking.make.at)
        with pytest.raises(Conflict):
            checks.retry(session, check, actor=reviewer, at=checking.make.at)


def standing(platform: Platform, submission: Submission) -> tuple[checks.DeepPass, list[str], str]:
    """How the deep pass of an entry's clip stands, what it revised, and what it says."""
    with platform.db.read() as session:
        version = session.get_one(ClipVersion, submission.version_id)
        said = checks.revision(checks.latest(version, "deep"), "vi")
        return checks.deep_pass(version), checks.revised(version), said


def test_the_deep_pass_is_awaited_and_revises_nothing_on_a_good_clip(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    assert standing(platform, submission)[0].state == "waiting"
    checking.work()
    waiting = standing(platform, submission)[0]
    assert (waiting.state, waiting.why_vi) == ("waiting", "Chưa kiểm tra sâu clip này.")
    checking.work("check.deep")
    assert standing(platform, submission) == (checks.DeepPass("done"), [], "")
    assert checking.check(submission, "deep").report["facts"]["picture"]["method"] == "all frames"


def test_damage_that_only_the_deep_pass_sees_brings_the_entry_back(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "scratched.mp4", contact_email="an@example.vn")
    checking.work()
    assert checking.make.fresh(submission).state == "in_review"
    assert checking.work("check.deep") == ["done"]
    assert checking.make.fresh(submission).state == "needs_fix"
    deep, rules, said = standing(platform, submission)
    assert (deep.state, rules) == ("refused", ["intact"])
    assert deep.why_vi == f"Kiểm tra sâu không đạt: {said}"
    assert "bị hỏng" in said
    assert checking.mails()[-1] == ("findings", "an@example.vn")
    with platform.db.read() as session:
        version = session.get_one(ClipVersion, submission.version_id)
        telling = checks.telling(version)
        assert telling is not None and telling.kind == "deep"
        assert checks.findings(telling, "vi")[0]["rule"] == "intact"


def test_a_published_clip_stays_where_it_is(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "scratched.mp4")
    checking.work()
    with platform.db.write() as session:
        session.get_one(Submission, submission.id).state = "published"
    checking.work("check.deep")
    assert checking.make.fresh(submission).state == "published"
    assert standing(platform, submission)[1] == ["intact"]


def test_time_left_follows_from_what_is_done(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    with platform.db.write() as session:
        checks.start(session, checking.check(submission).id, at=checking.make.at)
    later = checking.make.at + timedelta(seconds=30)
    assert checks.seconds_left(checking.check(submission), at=later) is None
    with platform.db.write() as session:
        checks.progress(session, checking.check(submission).id, 0.25)
    assert checks.seconds_left(checking.check(submission), at=later) == pytest.approx(90)


def test_a_rendition_that_fails_brings_the_entry_back(
    checking: Checking, clips: Path, platform: Platform
) -> None:
    submission = checking.send(clips / "good.mp4")
    checking.work()
    deep = checking.check(submission, "deep").id
    found = {"rule": "intact", "level": "hard", "outcome": "fail"}
    report = {"findings": [found | {"message_vi": "Clip hỏng.", "message_en": "Damaged."}]}
    with platform.db.write() as session:
        checks.start(session, deep, at=checking.make.at)
        checks.finish(session, deep, checks.Outcome("unreadable", report), at=checking.make.at)
    assert checking.make.fresh(submission).state == "needs_fix"
    assert checking.mails()[-1][0] == "findings"
