"""A mended clip: asked for, made by the worker, looked at, accepted as a version or declined."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

import media_checks
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, NotFound, TooLate
from contest.jobs import checks as check_jobs
from contest.jobs import repairs as job
from contest.jobs.clips import ProgressReporter, store
from contest.models import (
    AuditRow,
    Captions,
    Check,
    ClipVersion,
    Contest,
    Repair,
    Submission,
    Task,
    Unit,
    Upload,
)
from contest.services.entry import repairs
from contest.services.entry.repairs import RepairedClip, RepairJob, RepairOptions
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.media_checks.corpus import SMALL, kept

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def wide() -> tuple[Path, dict[str, Any]]:
    """A short wide clip, and the report on it by rules that only its shape breaks."""
    path = kept(size="432x244")
    return path, media_checks.check(path, media_checks.load_policy(SMALL)).to_dict()


@pytest.fixture(scope="module", autouse=True)
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """FFmpeg makes the same of the same clip, report and options: it is run for each of them once,
    by the test that comes first. The others store what it made."""
    made: dict[str, tuple[RepairedClip, dict[str, Path]]] = {}
    kept, make = tmp_path_factory.mktemp("mended"), job._make

    def once(
        platform: Platform, work: RepairJob, folder: Path, tell: ProgressReporter
    ) -> RepairedClip:
        clip = hashlib.sha256(platform.blobs.path(work.sha256).read_bytes()).hexdigest()
        known = [clip, work.report, asdict(work.wish), work.media]
        key = json.dumps(known, sort_keys=True, default=str)
        if key not in made:
            done = make(platform, work, folder, tell)
            names = (done.sha256, *done.stills.values())
            files = {name: Path(shutil.copy(platform.blobs.path(name), kept)) for name in names}
            made[key] = done, files
            return done
        done, files = made[key]
        for name, path in files.items():
            shutil.copyfile(path, folder / name)
            assert store(platform, folder / name) == name
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "_make", once)
        yield


@pytest.fixture
def unit(make: Factory, contest: Contest) -> Unit:
    return make.unit(contest)


class Room:
    """One unit's entry whose clip is too wide."""

    def __init__(
        self, platform: Platform, make: Factory, unit: Unit, clip: tuple[Path, dict[str, Any]]
    ) -> None:
        self.platform, self.make, self.unit = platform, make, unit
        self.actor = make.actor(unit)
        self.submission = make.submission(unit, "needs_fix", clip=clip[0])
        with platform.db.write() as session:
            check = session.scalars(
                select(Check).where(Check.version_id == self.submission.version_id)
            ).one()
            check.report = clip[1]

    def ask(self, wish: RepairOptions | None = None) -> Repair:
        with self.platform.db.write() as session:
            submission = session.get_one(Submission, self.submission.id)
            return repairs.enqueue(
                session, submission, wish or RepairOptions(), actor=self.actor, at=self.make.at
            )

    def made(self) -> Repair:
        """Asked for, and made by the worker."""
        repair = self.ask()
        job.make(self.platform, repair.id, lambda: None)
        return self.make.fresh(repair)

    def accept(self, repair: Repair, *, passing: bool = True) -> ClipVersion:
        with self.platform.db.write() as session:
            row = session.get_one(Repair, repair.id)
            if passing:  # the contest wants three minutes; here four seconds must do
                row.report = row.report | {"verdict": "pass"}
            return repairs.accept(session, row, actor=self.actor, at=self.make.at)


@pytest.fixture
def room(
    platform: Platform, make: Factory, unit: Unit, wide: tuple[Path, dict[str, Any]]
) -> Room:
    return Room(platform, make, unit, wide)


def test_the_worker_makes_a_clip_of_the_right_shape_with_stills(
    room: Room, platform: Platform
) -> None:
    repair = room.made()
    assert (repair.state, repair.progress) == ("ready", 1.0)
    assert (
        repair.sha256 is not None
        and platform.blobs.path(repair.sha256).stat().st_size == repair.size
    )
    assert all(platform.blobs.exists(sha256) for sha256 in repair.stills.values())
    assert set(repair.stills) == {"before", "after"}
    failed = {f["rule"] for f in repair.report["findings"] if f["outcome"] == "fail"}
    assert failed == {"duration", "resolution"}  # four small seconds stay what they are


def test_an_accepted_clip_is_a_version_that_is_checked(room: Room, platform: Platform) -> None:
    repair = room.made()
    made = room.accept(repair)
    with platform.db.read() as session:
        submission = session.get_one(Submission, room.submission.id)
        assert (submission.state, submission.version_id, made.number) == ("checking", made.id, 2)
        first, second = submission.versions
        assert (first.sha256, second.sha256) == (room.submission.version.sha256, repair.sha256)  # type: ignore[union-attr]
        assert session.get_one(Repair, repair.id).made_id == made.id
        assert session.scalars(select(Check).where(Check.version_id == made.id)).one()
        row = session.scalars(select(AuditRow).where(AuditRow.action == "fix.accepted")).one()
        assert (row.after["made_from"], row.after["made"]) == (1, 2)
        assert row.after["recipe"] == repair.recipe
        assert row.actor == room.actor.label
        assert list(repairs.made_by_us(session, submission)) == [made.id]


def test_subtitles_go_along_with_the_repaired_clip(room: Room, platform: Platform) -> None:
    with platform.db.write() as session:
        session.add(Captions(
            version_id=room.submission.version_id, language="vi", created_by="unit:1",
            created_at=room.make.at, data={"cues": [[1000, 3000, "Xin chào Quận 11"]]},
        ))
    made = room.accept(room.made())
    with platform.db.read() as session:
        kept = session.scalars(select(Captions).where(Captions.version_id == made.id)).one()
        assert (kept.language, kept.data) == ("vi", {"cues": [[1000, 3000, "Xin chào Quận 11"]]})
        told = session.scalars(select(AuditRow).where(AuditRow.action == "captions.kept")).one()
        assert (told.after["count"], told.actor) == (1, room.actor.label)


def test_subtitles_have_the_times_of_what_was_cut() -> None:
    cues = [(0, 4000, "mở đầu"), (4000, 9000, "giữa"), (298_000, 301_000, "cuối"),
            (302_000, 305_000, "sau cùng")]
    as_it_was = [list(cue) for cue in cues]
    assert repairs.moved_cues(cues, {"crop": [0, 0, 4, 3]}) == as_it_was
    assert repairs.moved_cues(cues, {"start": 0.0, "seconds": 299.5}) == [
        *as_it_was[:2], [298_000, 299_500, "cuối"]]
    assert repairs.moved_cues(cues, {"start": 5.5, "seconds": 299.5}) == [
        [0, 3500, "giữa"], [292_500, 295_500, "cuối"], [296_500, 299_500, "sau cùng"]]


def test_nothing_changes_until_it_is_accepted(room: Room, platform: Platform) -> None:
    repair = room.made()
    with platform.db.write() as session:
        repairs.decline(
            session, session.get_one(Repair, repair.id), actor=room.actor, at=room.make.at
        )
    submission = room.make.fresh(room.submission)
    assert (submission.state, submission.version_id) == ("needs_fix", room.submission.version_id)
    with pytest.raises(Conflict):
        room.accept(repair)


def test_what_still_fails_cannot_be_sent(room: Room) -> None:
    with pytest.raises(Invalid, match="does not meet the rules"):
        room.accept(room.made(), passing=False)


def test_a_newer_clip_makes_the_proposal_out_of_date(room: Room, platform: Platform) -> None:
    repair = room.made()
    room.accept(repair)
    with platform.db.write() as session:
        row = session.get_one(Repair, repair.id)
        row.state, row.made_id = "ready", None
    with pytest.raises(Conflict, match="out of date"):
        room.accept(repair)


def test_only_within_the_deadline(room: Room, clock: FixedClock) -> None:
    repair = room.made()
    clock.moment += timedelta(days=30)
    with pytest.raises(TooLate):
        room.ask()
    with pytest.raises(TooLate):
        room.accept(repair)


def test_asking_again_ends_the_one_before_until_the_quota_is_used(
    room: Room, platform: Platform
) -> None:
    rows = [room.ask(RepairOptions(frame="pad")) for _ in range(repairs.MOST)]
    assert [room.make.fresh(row).state for row in rows] == [*["declined"] * 5, "queued"]
    with pytest.raises(Invalid, match="asked 6 times"):
        room.ask()
    job.make(platform, rows[0].id, lambda: None)  # nobody wants it any more
    assert room.make.fresh(rows[0]).state == "declined"
    with platform.db.read() as session:
        tasks = session.scalars(select(Task).where(Task.kind == "fix.make"))
        assert {task.priority for task in tasks} == {"low"}


def test_nothing_is_made_of_a_clip_that_no_machine_can_mend(
    room: Room, platform: Platform
) -> None:
    with platform.db.write() as session:
        check = session.scalars(
            select(Check).where(Check.version_id == room.submission.version_id)
        ).one()
        check.report = check.report | {"findings": []}
    with pytest.raises(Conflict, match="nothing in this clip"):
        room.ask()


def test_another_unit_can_neither_find_nor_accept_it(
    room: Room, platform: Platform, make: Factory, contest: Contest
) -> None:
    repair, stranger = room.made(), make.submission(make.unit(contest))
    other = make.actor(make.unit(contest))
    with platform.db.write() as session:
        with pytest.raises(NotFound):
            repairs.find(session, session.get_one(Submission, stranger.id), repair.id)
        with pytest.raises(NotAllowed):
            repairs.accept(session, session.get_one(Repair, repair.id), actor=other, at=make.at)


def test_a_clip_that_breaks_the_tool_is_told(room: Room, platform: Platform) -> None:
    repair = room.ask()
    path = platform.blobs.path(room.submission.version.sha256)  # type: ignore[union-attr]
    path.chmod(0o600)
    path.write_bytes(b"no clip at all")
    job.make(platform, repair.id, lambda: None)
    found = room.make.fresh(repair)
    assert found.state == "failed" and "Không đọc được tệp này" in found.error


# ---------------------------------------------------------------------------- asked with the upload


def sent(room: Room, *, mend: bool) -> int:
    """The room's clip as one that is being checked again; returns the check's id."""
    with room.platform.db.write() as session:
        check = session.scalars(
            select(Check).where(Check.version_id == room.submission.version_id)
        ).one()
        session.get_one(Upload, check.version.upload_id).mend = mend
        return check.id


@pytest.mark.parametrize("mend", [True, False])
def test_a_clip_sent_to_be_mended_is_queued_once_when_it_failed(room: Room, mend: bool) -> None:
    check = sent(room, mend=mend)
    for _again in range(2):
        with room.platform.db.write() as session:
            repairs.enqueue_as_asked(session, check, at=room.make.at)
    with room.platform.db.read() as session:
        found = list(session.scalars(select(Repair)))
        assert [(row.state, row.wish["frame"]) for row in found] == [("queued", "crop")][:mend]
        rows = list(session.scalars(select(AuditRow).where(AuditRow.action == "fix.queued")))
        assert [row.actor for row in rows] == [room.actor.label][:mend]


def test_after_the_deadline_or_for_a_good_clip_nothing_is_queued(room: Room) -> None:
    check = sent(room, mend=True)
    with room.platform.db.write() as session:
        assert repairs.enqueue_as_asked(
            session, check, at=room.make.at + timedelta(days=900)
        ) is None
        session.get_one(Submission, room.submission.id).state = "in_review"
    with room.platform.db.write() as session:
        assert repairs.enqueue_as_asked(session, check, at=room.make.at) is None


def test_the_worker_asks_for_it_when_the_check_is_done(
    platform: Platform, make: Factory, unit: Unit, wide: tuple[Path, dict[str, Any]]
) -> None:
    submission = make.submission(unit, "checking", clip=wide[0])
    with platform.db.write() as session:
        check = session.scalars(
            select(Check).where(Check.version_id == submission.version_id)
        ).one()
        session.get_one(Upload, check.version.upload_id).mend = True
    check_jobs.quick(platform, check.id, lambda: None)
    with platform.db.read() as session:
        assert session.get_one(Submission, submission.id).state == "needs_fix"
        assert session.scalars(select(Repair)).one().state == "queued"


def test_a_waiting_repair_says_its_place_and_a_running_one_its_time(
    room: Room, make: Factory, visit: Visits
) -> None:
    page = f"/c/quan11-2023/unit/entries/{room.submission.code}"
    client = visit.unit(room.unit)
    earlier = make.submission(make.unit(room.submission.contest), "needs_fix")
    with room.platform.db.write() as session:
        session.add(Repair(version_id=earlier.version_id, wish={}, created_at=make.at))
    first = room.ask()
    assert "còn 1 bản đứng trước" in client.get(page).text
    with room.platform.db.write() as session:
        session.delete(session.get_one(Repair, 1))
    assert "không còn bản nào đứng trước" in client.get(f"{page}/fix").text
    with room.platform.db.write() as session:
        row = session.get_one(Repair, first.id)
        row.state, row.progress = "running", 0.5
        row.started_at = make.at - timedelta(seconds=90)
    assert "còn khoảng 1 phút 30 giây" in client.get(f"{page}/fix").text


# ---------------------------------------------------------------------------- screens


def test_a_unit_asks_looks_and_sends(room: Room, visit: Visits, platform: Platform) -> None:
    client = visit.unit(room.unit)
    base = f"/c/quan11-2023/unit/entries/{room.submission.code}"
    beside = BeautifulSoup(client.get(base).text, "html.parser").find_all(class_="finding")
    assert [("Nhờ sửa giúp" in one.text) for one in beside] == [
        one.find("h3").text == "Tỉ lệ khung hình" for one in beside
    ] and "Sửa giúp clip" not in client.get(base).text  # the help stands where the fault does
    assert "Cắt bớt rìa" in client.get(f"{base}/fix").text
    assert client.post(f"{base}/fix", data={"frame": "stretch"}).status_code == 422
    assert client.post(f"{base}/fix", data={"frame": "crop"}).status_code == 303
    assert "Đang làm bản sửa" in client.get(f"{base}/fix").text
    job.make(platform, 1, lambda: None)
    with platform.db.write() as session:
        repair = session.get_one(Repair, 1)
        repair.report = repair.report | {"verdict": "pass"}
    shown = client.get(f"{base}/fix").text
    assert "Gửi bản sửa này" in shown and "Lấy phần hình" in shown
    types = [client.get(f"{base}/fix/1/{kind}").content_type for kind in ("clip", "before")]
    assert types == ["video/mp4", "image/jpeg"]
    assert client.post(f"{base}/fix/1/accept").status_code == 303
    assert "do hệ thống sửa từ bản 1" in client.get(base).text
    reviewer = visit.role("reviewer")
    told = reviewer.get(f"/c/quan11-2023/review/{room.submission.code}").text
    assert "Bản này do hệ thống sửa từ bản 1" in told
