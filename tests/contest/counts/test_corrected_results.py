"""A result with corrected counts: both tallies agree, the bundle tells what was read as well."""

import json
import zipfile

import pytest

import scoring
from contest.clock import FixedClock
from contest.models import Contest, Submission
from contest.services.counts import corrections, ledger_statements, share_ledger
from contest.services.counts.corrections import Adjusted
from contest.services.results import tally
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED, Build, Stage, staged


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    clock.moment = AFTER
    return staged(built, make, contest)


def test_a_result_with_corrections_can_be_frozen_and_published(stage: Stage) -> None:
    """Both tallies take the counts as corrected, accounts left out included; the last one holds."""
    one, two, three = stage.clips
    with stage.platform.db.write() as session:
        contest = stage.contest_now(session)
        for account, clip in (("Lan", one), ("Minh", one), ("Lan", three)):
            share_ledger.add(
                session, contest, clip.code, account, seen_at=COUNTED, actor=stage.organiser,
                at=COUNTED,
            )
        for clip in (one, three):
            ledger_statements.say(
                session, contest, clip.code, "complete", actor=stage.organiser, at=COUNTED
            )
    for clip, adjusted in (
        (one, Adjusted(None, None, ("lan",))), (two, Adjusted(200, 3, ())),
        (two, Adjusted(210, None, ())), (three, Adjusted(0, None, ("Lan",))),
    ):
        correct(stage, clip, adjusted)
    result = stage.compute()
    with stage.platform.db.read() as session:
        counted = {t.code: t.points for t in tally.tally(session, stage.contest_now(session))}
    left = 10 - 1  # three's ledger is empty now: of the total, Lan's share does not count
    assert counted == {one.code: 120 + 2, two.code: 210 + 2 * 10, three.code: 2 * left}
    assert stage.publish(stage.freeze(result)).state == "published"


def correct(stage: Stage, clip: Submission, adjusted: Adjusted) -> None:
    with stage.platform.db.write() as session:
        contest = stage.contest_now(session)
        wish = corrections.propose(
            session, contest, clip.code, adjusted, reason="Tài khoản ảo",
            actor=stage.organiser, at=COUNTED,
        )
        corrections.decide(
            session, contest, wish.id, agreed=True, actor=stage.second, at=COUNTED
        )


def test_raw_counts_stand_beside_the_corrected_ones(stage: Stage) -> None:
    clip = stage.clips[1]
    correct(stage, clip, Adjusted(200, None, ()))
    frozen = stage.freeze(stage.compute())
    path = stage.platform.blobs.path(frozen.bundle_sha256)
    with zipfile.ZipFile(path) as bundle:
        about, counted = (
            json.loads(bundle.read(name)) for name in ("about.json", "snapshots.json")
        )
    assert about["raw_counts"][clip.code] == {"reactions": 250, "shares": 10, "corrected": True}
    [row] = [row for row in counted if row["entry"] == clip.code]
    assert (row["reactions"], row["shares"], len(row["source_sha256"])) == (200, 10, 64)
    assert not about["raw_counts"][stage.clips[0].code]["corrected"]
    checks = scoring.bundle.verify(path, key=stage.fingerprint)
    assert [check.vi for check in checks if check.holds is not True] == []


def test_the_public_page_says_how_much_of_the_shares_was_checked(
    stage: Stage, visit: Visits
) -> None:
    with stage.platform.db.write() as session:
        contest = stage.contest_now(session)
        for account in ("Lan", "Minh"):
            share_ledger.add(
                session, contest, stage.clips[0].code, account, seen_at=COUNTED,
                actor=stage.organiser, at=COUNTED,
            )
    frozen = stage.freeze(stage.compute())
    stage.publish(frozen)
    assert "đã đối chiếu 2/10 lượt chia sẻ" in visit.public().get("/c/quan11-2023/results").text
    path = stage.platform.blobs.path(frozen.bundle_sha256)
    with zipfile.ZipFile(path) as bundle:
        about, kept = (json.loads(bundle.read(n)) for n in ("about.json", "ledger.json"))
    code = stage.clips[0].code
    assert about["ledgers"][code] == {
        "state": "partial", "voided": 0, "said_at": None, "two_people": False,
    }
    assert (kept[code]["state"], len(kept[code]["rows"])) == ("partial", 2)
    checks = scoring.bundle.verify(path, key=stage.fingerprint)
    assert [check.vi for check in checks if check.holds is not True] == []
