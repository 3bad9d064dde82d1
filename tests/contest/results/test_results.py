"""Results: two tallies, sealed marks, one frozen truth, bundles that verify, exports."""

import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import scoring
from contest import ready_pages
from contest.clock import FixedClock
from contest.errors import Conflict, DomainError, Invalid, NotAllowed
from contest.models import (
    AuditRow,
    Ballot,
    Contest,
    Result,
    ShareRecord,
    Submission,
    Task,
)
from contest.services.counts import corrections, interactions, share_ledger
from contest.services.counts.interactions import Reading
from contest.services.entry import submissions
from contest.services.jury import ballots, jury_round
from contest.services.results import exports, results, tally
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED, Build, Stage, frozen_once, staged


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    made = staged(built, make, contest)
    clock.moment = AFTER
    return made


@pytest.fixture
def frozen(stage: Stage, built: Build) -> Result:
    return frozen_once(built, stage)


def ranking(result: Result) -> list[tuple[int, str, str]]:
    return [(r["rank"], r["unit"], r["total"]["rounded"]) for r in result.output["ranking"]]


def test_the_whole_way(stage: Stage, tmp_path: Path) -> None:
    result = stage.compute()
    assert ranking(result) == [
        (1, "Đoàn C", "95.20"), (2, "Đoàn B", "81.20"), (3, "Đoàn A", "68.00"),
    ]
    frozen = stage.freeze(result)
    assert (frozen.state, len(frozen.bundle_sha256)) == ("frozen", 64)
    published = stage.publish(frozen)
    assert published.published_at == AFTER
    with stage.platform.db.read() as session:
        assert results.published(session, stage.contest) is not None
        states = session.scalars(select(Ballot.state).distinct()).all()
        outcomes = session.scalars(select(Ballot.outcome).distinct()).all()
        kinds = session.scalars(select(Task.kind)).all()
    assert (states, outcomes) == (["locked"], ["marked"])
    assert sorted(kinds) == ["follow.result", "mail.send", "mail.send", "mail.send", "pages.render"]
    path = stage.platform.blobs.path(frozen.bundle_sha256)
    checks = scoring.bundle.verify(path, key=stage.fingerprint)
    assert [check.vi for check in checks if check.holds is not True] == []
    with zipfile.ZipFile(path) as bundle:  # a hash in it may well say 0903
        assert not [name for name in bundle.namelist() if b"0903 123 456" in bundle.read(name)]


def test_marks_are_sealed_until_the_round_is_locked(stage: Stage, clock: FixedClock) -> None:
    clock.moment = COUNTED
    with pytest.raises(Conflict, match="sealed"):
        stage.compute()
    with stage.platform.db.read() as session:
        contest = session.get_one(Contest, stage.contest.id)
        with pytest.raises(Conflict, match="sealed"):
            exports.pick(session, contest, None, actor=stage.organiser)
        assert results.current(session, contest) is None
    with stage.platform.db.write() as session:
        jury_round.lock(
            session, session.get_one(Contest, stage.contest.id), actor=stage.organiser, at=COUNTED
        )
    assert stage.compute().state == "computed"


def test_computing_again_keeps_the_number_until_it_is_frozen(stage: Stage) -> None:
    first = stage.compute()
    again = stage.compute()
    assert (again.id, again.number, again.input_sha256) == (first.id, 1, first.input_sha256)


def test_a_gap_needs_a_reason_and_a_second_organiser(stage: Stage) -> None:
    stage.make.user("juror", contest=stage.contest)
    result = stage.compute()
    assert [gap["code"] for gap in result.gaps if gap["code"] == "ballots"] == ["ballots"]
    with pytest.raises(Invalid, match="reason"):
        stage.freeze(result, stage.second)
    result = stage.compute(reason="Một giám khảo đi công tác.")
    with pytest.raises(NotAllowed, match="another organiser"):
        stage.freeze(result)
    frozen = stage.freeze(result, stage.second)
    assert (frozen.created_by, frozen.second_by) == (stage.organiser.label, stage.second.label)


def test_what_changed_after_computing_cannot_be_frozen(stage: Stage) -> None:
    result = stage.compute()
    stage.make.add(ShareRecord(
        submission_id=stage.clips[0].id, account="facebook.com/lan", count=5, seen_at=COUNTED,
        created_by="user:1", created_at=COUNTED,
    ))
    with pytest.raises(Conflict, match="Compute again"):
        stage.freeze(result)
    stage.say(stage.clips[0], "complete")
    again = stage.compute()
    first = again.output["ranking"][2]
    assert (first["unit"], first["verified"], first["points"]) == ("Đoàn A", True, 124)
    assert "facebook.com" not in json.dumps(again.input)
    stage.freeze(again)


@pytest.mark.parametrize("rival", ["freeze", "ballot", "count"])
def test_two_at_once_cannot_make_two_truths(stage: Stage, clock: FixedClock, rival: str) -> None:
    clock.moment = COUNTED
    stage.make.ballot(
        stage.make.submission(stage.units[0], "published"), stage.jurors[0], stage.marks(1),
        state="open",
    )
    clip = stage.clips[0]
    result = _locked_and_computed(stage)
    outcomes: list[str] = []

    def attempt(act: Callable[[], object]) -> None:
        try:
            act()
        except DomainError as refusal:
            outcomes.append(refusal.code)
        else:
            outcomes.append("done")

    def mark() -> None:
        with stage.platform.db.write() as session:
            ballots.save(
                session, session.get_one(Submission, clip.id), {}, version=0,
                actor=stage.make.actor(stage.jurors[0]), at=COUNTED,
            )

    def freeze() -> None:
        stage.freeze(result, stage.second)

    second = {"freeze": freeze, "ballot": mark, "count": lambda: _count(stage)}[rival]
    threads = [threading.Thread(target=attempt, args=(act,)) for act in (freeze, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
    with stage.platform.db.read() as session:
        kept = session.get_one(Result, result.id)
        differences = tally.differences(session, stage.contest, kept.output)
    assert (kept.state == "frozen") == (differences == [])


def _count(stage: Stage) -> None:
    """An organiser writes down a count of the first clip that the cut-off lets in."""
    with stage.platform.db.write() as session:
        interactions.write_down(
            session, stage.contest_now(session), stage.clips[0].code, Reading(777, 20),
            taken_at=COUNTED, actor=stage.organiser, at=COUNTED,
        )


def test_counts_are_locked_from_freezing_to_publication(stage: Stage, clock: FixedClock) -> None:
    """What is published is what was frozen; a count that comes later enters a new revision."""
    clock.moment = COUNTED
    code = stage.clips[0].code

    def share(session: Session) -> None:
        share_ledger.add(
            session, stage.contest_now(session), code, "lan", seen_at=COUNTED,
            actor=stage.organiser, at=COUNTED,
        )

    def approve(session: Session) -> None:
        interactions.approve_late(
            session, stage.contest_now(session), [], actor=stage.second, at=COUNTED
        )

    def decide(session: Session) -> None:
        corrections.decide(
            session, stage.contest_now(session), 1, agreed=True, actor=stage.second, at=COUNTED
        )

    frozen = stage.freeze(_locked_and_computed(stage), stage.second)
    for change in (share, approve, decide):
        with pytest.raises(Conflict, match="no count can change"), stage.platform.db.write() as s:
            change(s)
    with pytest.raises(Conflict, match="no count can change"):
        _count(stage)
    stage.publish(frozen)
    _count(stage)
    assert stage.compute(reason="Số đếm bổ sung.").output["ranking"] != frozen.output["ranking"]


def _locked_and_computed(stage: Stage) -> Result:
    with stage.platform.db.write() as session:
        contest = session.get_one(Contest, stage.contest.id)
        jury_round.lock(session, contest, actor=stage.organiser, at=COUNTED)
    return stage.compute(reason="Thử hai người cùng chốt.")


def test_a_correction_is_a_new_revision_with_its_reason(stage: Stage) -> None:
    stage.publish(stage.freeze(stage.compute()))
    winner = stage.clips[2]
    with stage.platform.db.write() as session:
        submissions.disqualify(
            session, session.get_one(Submission, winner.id), actor=stage.organiser, at=AFTER,
            reason="Clip đã đăng năm 2021.",
        )
    with pytest.raises(Invalid, match="reason"):
        stage.compute()
    second = stage.compute(reason="Loại clip sao chép.")
    assert ranking(second) == [(1, "Đoàn B", "81.20"), (2, "Đoàn A", "68.00")]
    assert second.output["disqualified"] == [
        {"unit": "Đoàn C", "entry": winner.code, "reason": "Clip đã đăng năm 2021."}
    ]
    stage.publish(stage.freeze(second, stage.second if second.gaps else None))
    with stage.platform.db.read() as session:
        found = results.all_of(session, session.get_one(Contest, stage.contest.id))
        assert [(r.number, r.state, len(r.output["ranking"])) for r in found] == [
            (2, "published", 2), (1, "published", 3),
        ]


def test_a_clip_disqualified_after_freezing_leads_to_a_new_revision(
    stage: Stage, frozen: Result
) -> None:
    with stage.platform.db.write() as session:
        submissions.disqualify(
            session, session.get_one(Submission, stage.clips[2].id), actor=stage.organiser,
            at=AFTER, reason="Clip đã đăng năm 2021.",
        )
    with pytest.raises(Conflict):
        stage.publish(frozen)
    with pytest.raises(Invalid, match="Revision 1 is final"):
        stage.compute()
    second = stage.compute(reason="Loại clip sao chép.")
    stage.publish(stage.freeze(second, stage.second if second.gaps else None))
    with stage.platform.db.read() as session:
        found = results.all_of(session, session.get_one(Contest, stage.contest.id))
        assert [(r.number, r.state) for r in found] == [(2, "published"), (1, "discarded")]
        assert found[1].bundle_sha256
        trail = session.scalars(select(AuditRow).where(AuditRow.action == "result.discarded"))
        assert [(row.after or {})["reason"] for row in trail] == ["Loại clip sao chép."]


@pytest.mark.parametrize("change", [{"names": {}}, {"reason": "khác"}, {"output": {}}])
def test_a_frozen_revision_takes_no_change(
    stage: Stage, frozen: Result, change: dict[str, object]
) -> None:
    with pytest.raises(RuntimeError, match="final"), stage.platform.db.write() as session:
        row = session.get_one(Result, frozen.id)
        for name, value in change.items():
            setattr(row, name, value)
    stage.publish(frozen)


def test_a_difference_between_the_tallies_stops_the_publication(
    stage: Stage, frozen: Result
) -> None:
    with stage.platform.db.write() as session:
        session.execute(text("UPDATE mark SET value = value - 1"))
    with pytest.raises(Conflict, match=r"Đoàn A: 68\.0000 ≠ ") as refusal:
        stage.publish(frozen)
    assert len(refusal.value.data["differences"]) == 3


def test_a_frozen_result_is_published_by_the_rules_that_it_names(
    stage: Stage, frozen: Result
) -> None:
    stage.newer_rules("points_per_share = 2", "points_per_share = 1")
    assert stage.make.fresh(stage.contest).revision_id != frozen.profile_revision_id
    assert stage.publish(frozen).state == "published"


@pytest.mark.parametrize("trim", [0, 1])
def test_both_tallies_agree_on_odd_contests(
    platform: Platform, make: Factory, clock: FixedClock, trim: int
) -> None:
    """Own units, recusals, ledgers, no counts, no marks, two clips of a unit, equal marks."""
    contest = make.contest("thu-2023", lambda s: s.replace("blind = false", f"trim = {trim}", 1))
    stage = Stage(platform, make, contest)
    clock.moment = AFTER
    more = [make.user("juror", contest=contest, unit=stage.units[0]) for _ in range(3)]
    extra = make.submission(stage.units[1], "published")
    make.submission(stage.units[2], "published")
    for juror, lack in zip(more, (1, 1, 7), strict=True):
        make.ballot(stage.clips[1], juror, stage.marks(lack))
        make.ballot(extra, juror, stage.marks(lack))
    make.ballot(stage.clips[2], more[0], state="recused", reason="Người nhà.")
    make.ballot(stage.clips[2], more[1], {"content": 3}, state="open")
    for account, link in (("lan", "1"), ("lan", "2"), ("lan", "3"), ("minh", "1")):
        make.add(ShareRecord(
            submission_id=extra.id, account=account, link=link, count=1, seen_at=COUNTED,
            created_by="user:1", created_at=COUNTED,
        ))
    stage.say(extra, "complete")
    stage.count(extra, 7, None)
    result = stage.compute(reason="thử")
    with platform.db.read() as session:
        assert tally.differences(session, contest, result.output) == []
        assert len(tally.tally(session, contest)) == 5


def ties(stage: Stage, result: Result) -> list[list[dict[str, Any]]]:
    with stage.platform.db.read() as session:
        return results.tied(session, session.get_one(Result, result.id))


def test_the_chairs_word_breaks_a_tie(stage: Stage) -> None:
    twin = stage.make.submission(stage.make.unit(stage.contest, "Đoàn D"), "published")
    stage.count(twin, 120, 10)
    for juror in stage.jurors:
        stage.make.ballot(twin, juror, stage.marks(0))
    result = stage.compute()
    tied = [[row["unit"] for row in group] for group in ties(stage, result)]
    assert tied == [["Đoàn A", "Đoàn D"]]
    with stage.platform.db.write() as session:
        contest = session.get_one(Contest, stage.contest.id)
        with pytest.raises(Invalid):
            results.decide(
                session, contest, [twin.code], reason="Biên bản 3", actor=stage.organiser, at=AFTER
            )
        results.decide(
            session, contest, [twin.code, stage.clips[0].code], reason="Biên bản 3",
            actor=stage.organiser, at=AFTER,
        )
    again = stage.compute()
    assert [(r["rank"], r["unit"], r["decided_by"]) for r in again.output["ranking"][2:]] == [
        (3, "Đoàn D", "chair"), (4, "Đoàn A", "chair"),
    ]
    assert len(ties(stage, again)) == 1


def test_pages_of_the_organiser_show_nothing_before_the_lock(
    stage: Stage, visit: Visits, clock: FixedClock
) -> None:
    clock.moment = COUNTED
    browser = visit.role("organiser")
    page = browser.get("/c/quan11-2023/organiser/results/")
    assert page.status_code == 200
    assert "Điểm được giữ kín" in page.text
    assert "81,20" not in page.text
    assert browser.post("/c/quan11-2023/organiser/jury/lock").status_code == 303
    assert browser.post("/c/quan11-2023/organiser/results/compute").status_code == 303
    page = browser.get("/c/quan11-2023/organiser/results/")
    assert "95,20" in page.text
    assert browser.get("/c/quan11-2023/organiser/results/1.zip").status_code == 409
    assert browser.post("/c/quan11-2023/organiser/results/1/freeze").status_code == 303
    assert browser.get("/c/quan11-2023/organiser/results/1.zip").data[:2] == b"PK"
    assert browser.post("/c/quan11-2023/organiser/results/1/publish").status_code == 303
    ready = ready_pages.folder(stage.platform.settings.data_dir, "quan11-2023")
    assert "95,20" in (ready / "results.vi.html").read_text()  # before anybody is told
    english = (ready / "results.en.html").read_text()  # though who publishes reads Vietnamese
    assert "Verify the result" in english and "Kiểm tra kết quả" not in english
    assert "Bản 1" in browser.get("/c/quan11-2023/organiser/results/").text


def test_only_organisers_come_near_results(stage: Stage, visit: Visits) -> None:
    for role in ("reviewer", "juror"):
        browser = visit.role(role)
        assert browser.get("/c/quan11-2023/organiser/results/").status_code == 403
        assert browser.post("/c/quan11-2023/organiser/results/compute").status_code == 403
    assert visit.public().get("/c/quan11-2023/organiser/results/1.json").status_code == 401
