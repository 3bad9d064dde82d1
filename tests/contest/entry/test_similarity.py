"""Pairs of like clips: found by the job, shown to reviewers, decided with a reason."""

from __future__ import annotations

import json
import math
from array import array

import pytest
from sqlalchemy import select

from contest.errors import Invalid, NotAllowed
from contest.jobs import similarity as job
from contest.models import (
    AuditRow,
    Check,
    ClipFingerprint,
    ClipVersion,
    Contest,
    RoleGrant,
    SimilarPair,
    Submission,
    Task,
    Upload,
)
from contest.services.checking.outcomes import Outcome
from contest.services.entry import checks, similarity
from contest.wiring import Platform
from media_checks.picture import index
from media_checks.picture.fingerprint import Fingerprint, Frame
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

MASK = (1 << 256) - 2


def film(seed: int, seconds: int = 60) -> list[Frame]:
    """A frame every two seconds, each a scene of its own."""
    return [Frame(at, pow(seed * 1000 + at + 3, 97, (1 << 255) - 19) & MASK)
            for at in range(0, seconds, 2)]  # fmt: skip


def melody(seed: int, seconds: int = 60) -> array[int]:
    count = int(seconds / 0.1238)
    return array("I", [pow(seed * 9000 + n + 5, 65, (1 << 61) - 1) & 0xFFFFFFFF
                       for n in range(count)])  # fmt: skip


def taken(seed: int) -> Fingerprint:
    return Fingerprint(60.0, film(seed), melody(seed))


def cut(whole: Fingerprint, seconds: int) -> Fingerprint:
    """The same film without its first seconds."""
    frames = [Frame(f.at - seconds, f.hash) for f in whole.frames if f.at >= seconds]
    return Fingerprint(whole.seconds - seconds, frames, whole.sound[round(seconds / 0.1238):])


class Room:
    """Entries with fingerprints, compared as the worker does."""

    def __init__(self, platform: Platform, make: Factory) -> None:
        self.platform, self.make = platform, make

    def submission(self, contest: Contest, prints: Fingerprint, **values: object) -> Submission:
        """An entry in review; its clip is compared with all that are there."""
        submission = self.make.submission(self.make.unit(contest), **values)  # type: ignore[arg-type]
        self.compare(submission, prints)
        return submission

    def compare(self, submission: Submission, prints: Fingerprint) -> None:
        with self.platform.db.write() as session:
            version = session.get_one(Submission, submission.id).version
            assert version is not None
            data = json.loads(json.dumps(prints.to_dict()))
            row_id = similarity.keep(session, version, data, at=self.make.at).id
        job.compare_all(self.platform, row_id, lambda: None)

    def pairs(self) -> list[SimilarPair]:
        with self.platform.db.read() as session:
            found = list(session.scalars(select(SimilarPair).order_by(SimilarPair.id)))
            for pair in found:
                _ = pair.version.submission, pair.other.submission
            return found


@pytest.fixture
def room(platform: Platform, make: Factory) -> Room:
    return Room(platform, make)


def test_a_copy_by_another_unit_is_one_pair_with_seconds_in_both(
    room: Room, contest: Contest
) -> None:
    first = room.submission(contest, taken(1))
    room.submission(contest, taken(2))
    copy = room.submission(contest, cut(taken(1), 10))
    [pair] = room.pairs()
    assert (pair.version_id, pair.other_id) == (copy.version_id, first.version_id)
    assert (pair.kind, pair.verdict) == ("both", None)
    assert pair.score > 0.9
    [seen] = pair.data["picture"]
    assert math.isclose(seen["other"] - seen["start"], 10, abs_tol=0.1)


def test_comparing_again_keeps_the_verdict_and_makes_no_second_pair(
    room: Room, contest: Contest, platform: Platform, make: Factory
) -> None:
    first, second = room.submission(contest, taken(1)), room.submission(contest, taken(1))
    reviewer = make.actor(make.user("reviewer", contest=contest))
    with platform.db.write() as session:
        seen = similarity.find(session, session.get_one(Submission, first.id), 1)
        similarity.decide(session, seen, verdict="fine", reason="Cùng tư liệu", actor=reviewer,
                      at=make.at)  # fmt: skip
    room.compare(second, taken(1))
    [pair] = room.pairs()
    assert (pair.verdict, pair.reason) == ("fine", "Cùng tư liệu")


def test_clips_of_an_earlier_contest_are_compared_too(
    room: Room, contest: Contest, make: Factory, platform: Platform
) -> None:
    room.submission(make.contest("mua-truoc"), taken(1), title="Mùa trước")
    submission = room.submission(contest, taken(1))
    with platform.db.read() as session:
        version = session.get_one(Submission, submission.id).version
        assert version is not None
        [seen] = similarity.of_version(session, version)
        assert (seen.same_contest, seen.there.submission.title) == (False, "Mùa trước")
        assert similarity.waiting(session, session.get_one(Contest, contest.id)) == 1


def test_a_pair_is_seen_from_both_sides(room: Room, contest: Contest, platform: Platform) -> None:
    first, copy = room.submission(contest, taken(1)), room.submission(contest, cut(taken(1), 10))
    with platform.db.read() as session:
        sides = [
            similarity.find(session, session.get_one(Submission, e.id), 1) for e in (first, copy)
        ]
        starts = [(s.picture[0].here, s.picture[0].there) for s in sides]
    assert starts == [(10.0, 0.0), (0.0, 10.0)]


def test_a_clip_that_left_the_contest_raises_no_alarm(
    room: Room, contest: Contest, platform: Platform
) -> None:
    first, second = room.submission(contest, taken(1)), room.submission(contest, taken(1))
    with platform.db.write() as session:
        session.get_one(Submission, first.id).state = "withdrawn"
        session.flush()
        assert similarity.waiting(session, session.get_one(Contest, contest.id)) == 1
        session.get_one(Submission, second.id).state = "withdrawn"
        session.flush()
        assert similarity.waiting(session, session.get_one(Contest, contest.id)) == 0


def test_a_verdict_needs_a_reason_and_a_reviewer(
    room: Room, contest: Contest, platform: Platform, make: Factory
) -> None:
    room.submission(contest, taken(1))
    submission = room.submission(contest, taken(1))
    reviewer = make.actor(make.user("reviewer", contest=contest))
    organiser = make.actor(make.user("organiser", contest=contest))
    with platform.db.write() as session:
        seen = similarity.find(session, session.get_one(Submission, submission.id), 1)
        with pytest.raises(Invalid):
            similarity.decide(session, seen, verdict="fine", reason=" ", actor=reviewer, at=make.at)
        with pytest.raises(NotAllowed):
            similarity.decide(
                session, seen, verdict="fine", reason="x", actor=organiser, at=make.at
            )
        similarity.decide(session, seen, verdict="copy", reason="Cùng một phim", actor=reviewer,
                      at=make.at)  # fmt: skip
    with platform.db.read() as session:
        row = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
        assert row is not None
        assert (row.action, row.after["reason"]) == ("copy_pair.copy", "Cùng một phim")


def test_the_quick_check_hands_over_the_fingerprint(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    submission = make.submission(make.unit(contest), "checking")
    with platform.db.write() as session:
        check = session.scalars(
            select(Check).where(Check.version_id == submission.version_id)
        ).one()
        checks.start(session, check.id, at=make.at)
        outcome = Outcome("pass", {}, fingerprint=taken(1).to_dict())
        checks.finish(session, check.id, outcome, at=make.at)
    with platform.db.read() as session:
        row = session.scalars(select(ClipFingerprint)).one()
        task = session.scalars(select(Task).where(Task.kind == "copies.compare")).one()
        assert (row.version_id, task.row_id, task.priority) == (
            submission.version_id, row.id, "low",
        )


# ---------------------------------------------------------------------------- screens


def test_the_reviewer_sees_it_and_says_what_it_is(
    room: Room, contest: Contest, visit: Visits
) -> None:
    first = room.submission(contest, taken(1), title="Bản gốc")
    copy = room.submission(contest, cut(taken(1), 10), title="Bản sao")
    client = visit.role("reviewer")
    base = f"/c/{contest.slug}/review"
    assert "Bản sao" in client.get(f"{base}/copies").text
    shown = client.get(f"{base}/{copy.code}").text
    assert "Giống cả hình và tiếng" in shown and first.code in shown
    side = client.get(f"{base}/{copy.code}/copies/1").text
    assert "0:00–0:4" in side and "0:10–0:5" in side
    refused = client.post(f"{base}/{copy.code}/copies/1", data={"verdict": "fine"})
    assert refused.status_code == 422
    done = client.post(
        f"{base}/{copy.code}/copies/1", data={"verdict": "fine", "reason": "Cùng tư liệu chung"}
    )
    assert done.status_code == 303
    assert "Cùng tư liệu chung" in client.get(f"{base}/{copy.code}").text
    assert "Không có cặp nào" in client.get(f"{base}/copies").text
    assert "Bản sao" in client.get(f"{base}/copies?list=decided").text


def test_two_entries_are_listed_once_whichever_of_them_sent_a_clip_again(
    room: Room, contest: Contest, visit: Visits, platform: Platform
) -> None:
    first = room.submission(contest, taken(1), title="Bài A")
    other = room.submission(contest, taken(1), title="Bài B")
    room.submission(contest, taken(7), title="Bài C")
    with platform.db.write() as session:  # A sends its clip again: it is the later one now
        at, unit_id = room.make.at, first.unit_id
        upload = Upload(public_id="again", contest_id=contest.id, unit_id=unit_id, length=9,
                        submission_id=first.id, state="complete", filename="a.mp4", begun_at=at,
                        finished_at=at, expires_at=at)
        session.add(upload)
        session.flush()
        again = ClipVersion(submission_id=first.id, upload_id=upload.id, number=2, size=9,
                            sha256="f" * 64, filename="a.mp4", begun_at=at, received_at=at)
        session.add(again)
        session.flush()
        session.get_one(Submission, first.id).version_id = again.id
        [old] = session.scalars(select(SimilarPair))
        session.add(SimilarPair(version_id=again.id, other_id=old.version_id, kind=old.kind,
                                score=old.score, data=old.data, created_at=at))
    client, base = visit.role("reviewer"), f"/c/{contest.slug}/review"
    page = client.get(f"{base}/copies").text
    assert page.count("/copies/") == 1 and "Chưa xem (1)" in page
    assert client.get(f"{base}/{other.code}").text.count("Xem hai clip cạnh nhau") == 1
    done = client.post(f"{base}/{first.code}/copies/2",
                       data={"verdict": "fine", "reason": "Cùng một nhóm quay."})
    assert done.status_code == 303  # and the older pair of the two is not asked about any more
    assert "Không có cặp nào" in client.get(f"{base}/copies").text


def test_a_pair_of_other_entries_does_not_exist_here(
    room: Room, contest: Contest, visit: Visits
) -> None:
    room.submission(contest, taken(1))
    room.submission(contest, taken(1))
    third = room.submission(contest, taken(3))
    client, base = visit.role("reviewer"), f"/c/{contest.slug}/review/{third.code}/copies/1"
    assert client.get(base).status_code == 404
    assert client.get(f"{base}/clip").status_code == 404


def test_a_clip_that_repeats_itself_is_said(room: Room, contest: Contest, visit: Visits) -> None:
    once = film(1, 20)
    frames = [Frame(f.at + 20 * turn, f.hash) for turn in range(4) for f in once]
    submission = room.submission(contest, Fingerprint(80.0, frames))
    shown = visit.role("reviewer").get(f"/c/{contest.slug}/review/{submission.code}").text
    assert "Hình lặp lại sau mỗi 20 giây" in shown


HIDDEN = "Bí mật mùa kia"


@pytest.fixture
def across(room: Room, contest: Contest, make: Factory) -> tuple[Submission, Contest]:
    """An entry here and the copy of a clip that another contest still reviews."""
    other = make.contest("quan-3-2024")
    room.submission(other, taken(1), title=HIDDEN)
    return room.submission(contest, taken(1)), other


def pages_about(submission: Submission) -> list[str]:
    base = "/c/quan11-2023/review"
    return [f"{base}/copies", f"{base}/{submission.code}", f"{base}/{submission.code}/copies/1"]


@pytest.mark.parametrize(("who", "told"), [
    ("reviewer", False), ("organiser", False), ("both", True),
])
def test_a_clip_of_another_contest_is_named_only_to_its_own_people(
    across: tuple[Submission, Contest], visit: Visits, make: Factory, who: str, told: bool
) -> None:
    submission, other = across
    user = make.user("reviewer" if who == "both" else who, contest=visit.contest)
    if who == "both":
        make.add(RoleGrant(user_id=user.id, contest_id=other.id, role="reviewer",
                           created_at=make.at))  # fmt: skip
    client = visit.user(user)
    for path in pages_about(submission):
        answer = client.get(path)
        assert answer.status_code == 200
        assert (HIDDEN in answer.text) == told, path


def test_a_verdict_of_another_contest_is_told_without_its_words(
    across: tuple[Submission, Contest], visit: Visits, make: Factory, platform: Platform
) -> None:
    submission, other = across
    theirs = make.actor(make.user("reviewer", contest=other, name="Người Thẩm Định Kia"))
    with platform.db.write() as session:
        pair = session.scalars(select(SimilarPair)).one()
        there = session.get_one(Submission, pair.other.submission_id)
        similarity.decide(session, similarity.find(session, there, pair.id), verdict="copy",
                          reason="Giống bài Tác Giả Kín", actor=theirs, at=make.at)  # fmt: skip
    client = visit.role("reviewer")
    for path in pages_about(submission):
        answer = client.get(path)
        assert "Người Thẩm Định Kia" not in answer.text
        assert "Tác Giả Kín" not in answer.text


def test_keys_are_made_once_and_again_for_an_edition_of_the_index(
    room: Room, contest: Contest, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clips that came before the index, or whose fingerprint nobody can compare any more."""
    first = room.submission(contest, taken(1))
    old = room.submission(contest, taken(2))
    with platform.db.write() as session:
        for row in session.scalars(select(ClipFingerprint)):
            row.keys = None
            if row.version_id == old.version_id:
                row.data = row.data | {"edition": 0}
    room.submission(contest, cut(taken(1), 10))
    assert [pair.other_id for pair in room.pairs()] == [first.version_id]
    assert _keys(platform)[:2] == [index.keys_of(taken(1)), index.keys_of(Fingerprint(0.0))]
    monkeypatch.setattr(index, "EDITION", 2)
    room.submission(contest, taken(3))
    assert [index.current(keys) for keys in _keys(platform)] == [True, True, True, False]


def _keys(platform: Platform) -> list[bytes | None]:
    with platform.db.read() as session:
        return list(session.scalars(select(ClipFingerprint.keys).order_by(ClipFingerprint.id)))
