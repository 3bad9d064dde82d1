"""From a preliminary's published result to its final: the contest is begun in one step, entries go
over as they are, and what was carried counts exactly, told twice and bundled."""

import json
from datetime import datetime
from fractions import Fraction

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text

from contest.clock import FixedClock
from contest.errors import Conflict, NotAllowed, NotFound
from contest.models import (
    AuditRow,
    Contest,
    Finalist,
    Result,
    RoleGrant,
    RoundLink,
    Submission,
    Unit,
)
from contest.services.advancing import advancing
from contest.services.awards import workbook
from contest.services.core import profiles
from contest.services.entry import submissions
from contest.services.results import exports, results, tally
from contest.services.rounds import before
from contest.states import SubmissionState
from scoring import archive
from scoring.verification import check
from tests.contest.factory import Factory
from tests.contest.rounds.test_promotion import round_by
from tests.contest.stage import AFTER, Build, Stage, staged

FINAL = datetime.fromisoformat("2023-07-06T09:00:00+07:00")
TWO = 'by = "best"\ncount = 2'


@pytest.fixture
def hall(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    """A is ranked first, then C, then B."""
    made = staged(built, make, contest)
    clock.moment = AFTER
    return made


def rules(hall: Stage, rule: str, clip: str = "same") -> None:
    last = "\n[documents]"
    hall.newer_rules(last, round_by(rule).replace("carried", f'clip = "{clip}"\ncarried') + last)


def published(hall: Stage):
    return hall.publish(hall.freeze(hall.compute()))


def begin(hall: Stage, *, same_jury: bool = True, actor=None) -> Contest:
    with hall.platform.db.write() as session:
        return advancing.begin(session, hall.contest_now(session), same_jury=same_jury,
                               actor=actor or hall.organiser, at=AFTER)


def test_the_final_is_begun_in_one_step_with_units_people_and_entries(
    hall: Stage, make: Factory
) -> None:
    rules(hall, TWO)
    with pytest.raises(Conflict, match="not published"):
        begin(hall)
    hall.freeze(hall.compute())
    with pytest.raises(Conflict, match="not published"):
        begin(hall)
    result = published_of(hall)
    with pytest.raises(NotAllowed):
        begin(hall, actor=make.actor(hall.jurors[0]))
    after = begin(hall)
    with pytest.raises(Conflict, match="has begun"):
        begin(hall)
    with hall.platform.db.read() as session:
        profile = profiles.profile_of(session.get_one(Contest, after.id))
        assert (after.slug, profile.jury.live) == ("quan11-2023-chung-ket", True)
        units = list(session.scalars(
            select(Unit.name).where(Unit.contest_id == after.id).order_by(Unit.id)))
        promoted = result.output["promotion"]["promoted"]
        assert sorted(units) == sorted(one["unit"] for one in promoted)
        rows = before.finalists(session, after)
        assert [(one.rank, one.total) for one in rows] == [
            (one["rank"], one["total"]["exact"]) for one in promoted]
        for one in rows:
            old, new = (session.get_one(Submission, key)
                        for key in (one.submission_id, one.entry_id))
            assert new.version.sha256 == old.version.sha256 and new.title == old.title
            assert (new.contest_id, new.state) == (after.id, SubmissionState.IN_REVIEW)
        roles = session.scalars(select(RoleGrant.role).where(RoleGrant.contest_id == after.id))
        assert sorted(roles) == ["juror", "juror", "organiser", "organiser"]
        told = session.scalars(select(AuditRow.contest_id).where(
            AuditRow.action == "round.begun")).all()
        assert sorted(told) == sorted((hall.contest.id, after.id))
        unit = session.scalars(select(Unit).where(Unit.contest_id == after.id)).first()
        with pytest.raises(Conflict, match="come from the round before"):
            submissions.require_open(profile, at=profile.schedule.entries_open, unit=unit)
        assert advancing.behind(session, after) is None


def published_of(hall: Stage):
    with hall.platform.db.read() as session:
        result = results.current(session, hall.contest_now(session))
        assert result is not None
    return hall.publish(result)


def test_a_final_for_new_clips_has_the_entries_wait_for_them(hall: Stage) -> None:
    rules(hall, TWO, clip="new")
    published(hall)
    after = begin(hall, same_jury=False)
    with hall.platform.db.read() as session:
        found = session.scalars(select(Submission).where(Submission.contest_id == after.id)).all()
        assert [(one.state, one.version_id) for one in found] == [("uploading", None)] * 2
        roles = session.scalars(select(RoleGrant.role).where(RoleGrant.contest_id == after.id))
        assert set(roles) == {"organiser"}


def test_nobody_goes_on_while_somebody_is_undecided_or_without_a_rule(hall: Stage) -> None:
    with pytest.raises(NotFound):
        begin(hall)
    rules(hall, 'by = "chair"')
    published(hall)
    with pytest.raises(Conflict, match="No unit goes on"):
        begin(hall)
    with hall.platform.db.read() as session:
        assert session.scalars(select(RoundLink)).all() == []
        assert session.scalars(select(Contest.slug)).all() == ["quan11-2023"]


def test_what_is_carried_counts_exactly_in_both_tallies_and_the_bundle(
    hall: Stage, make: Factory, clock: FixedClock
) -> None:
    rules(hall, TWO)
    first = published(hall)
    after = begin(hall)
    with hall.platform.db.write() as session:  # appraised, shown, marked: as any contest goes
        session.execute(text("UPDATE submission SET state = 'approved' WHERE contest_id = :c"),
                        {"c": after.id})
        entries = session.scalars(
            select(Submission).where(Submission.contest_id == after.id)).all()
    final = Final(hall, make, after, list(entries))
    clock.moment = FINAL
    result = final.freeze(final.compute())
    known = {one["unit"]: Fraction(one["total"]["exact"]) for one in first.output["ranking"]}
    for line in result.output["ranking"]:
        parts = [Fraction(line[part]["exact"]) for part in ("jury", "interactions", "carried")]
        assert parts[2] == known[line["unit"]] * 30 / 100
        assert sum(parts) == Fraction(line["total"]["exact"])
    carried = result.output["rules"]["carried"]
    assert carried == {"percent": "30", "bundle_sha256": first.bundle_sha256}
    bundle = hall.platform.blobs.path(result.bundle_sha256).read_bytes()
    assert json.loads(archive.read(bundle)[0]["about.json"])["format"] == "hoithi-evidence/3"
    assert {one.holds for one in check(bundle)} <= {True, None}
    with hall.platform.db.read() as session:
        of = session.get_one(Result, result.id)
        with workbook.of_result(session, of, "en") as file:
            sheet = load_workbook(file).worksheets[0]
        table = results.lines(of, "en")
        csv = exports.as_csv(of, "en").decode("utf-8-sig")
    before = [cell.value for cell in sheet[1]].index("Round before")
    assert [round(row[before].value, 2) for row in sheet.iter_rows(min_row=2)] == [
        float(line.carried) for line in table]
    assert csv.splitlines()[0].endswith("Round before") and table[0].carried in csv
    with hall.platform.db.write() as session:
        assert tally.differences(session, session.get_one(Contest, after.id), result.output) == []
        one = session.scalars(select(Finalist).where(Finalist.contest_id == after.id)).first()
        assert one is not None
        one.total = "1/3"
    with pytest.raises(Conflict, match="tallies differ"):
        final.compute(reason="Tính lại")


class Final(Stage):
    """The next round with its entries published and marked."""

    def __init__(self, hall: Stage, make: Factory, contest: Contest, clips: list[Submission]):
        self.platform, self.make, self.contest, self.clips = hall.platform, make, contest, clips
        self.jurors = hall.jurors
        with hall.platform.db.read() as session:
            organiser = session.scalars(select(RoleGrant.user_id).where(
                RoleGrant.contest_id == contest.id, RoleGrant.role == "organiser")).first()
        self.organiser = make.actor(type("Who", (), {"id": organiser})())
        for place, clip in enumerate(clips):
            with hall.platform.db.write() as session:
                one = session.get_one(Submission, clip.id)
                one.state = "published"
                make._publication(session, one)
            self.count(clip, 50 + 10 * place, 5)
            for juror in self.jurors:
                make.ballot(clip, juror, self.marks(4 - 2 * place))
