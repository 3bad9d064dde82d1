"""A reviewer's and a unit's acts on clips on their way to the Page."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Check, ClipVersion, Submission, Upload
from contest.services.core import profiles
from contest.services.entry import reviews
from contest.services.entry.reviews import Decision
from tests.contest.posting import Bench


def take_back(bench: Bench, submission: Submission) -> None:
    reviewer = bench.make.actor(bench.make.user("reviewer", contest=bench.contest))
    with bench.platform.db.write() as session:
        reviews.reopen(session, session.get_one(Submission, submission.id), actor=reviewer,
                       at=bench.clock.now(), reason="Duyệt nhầm")


def approve(bench: Bench, submission: Submission) -> None:
    reviewer = bench.make.actor(bench.make.user("reviewer", contest=bench.contest))
    items = profiles.profile_of(bench.contest).review.checklist
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        assert row.version_id
        decision = Decision(row.version_id, "approve", {item.id: True for item in items})
        reviews.decide(session, row, decision, actor=reviewer, at=bench.clock.now())


def replace(bench: Bench, submission: Submission) -> None:
    """The same bytes as another version, checked."""
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        old, at = row.version, bench.clock.now()
        assert old is not None
        upload = Upload(
            public_id="another", contest_id=row.contest_id, unit_id=row.unit_id,
            submission_id=row.id, state="complete", length=old.size, filename="clip.mp4",
            begun_at=at, finished_at=at, expires_at=at,
        )
        session.add(upload)
        session.flush()
        new = ClipVersion(
            submission_id=row.id, upload_id=upload.id, number=2, sha256=old.sha256, size=old.size,
            filename="clip.mp4", begun_at=at, received_at=at,
        )
        session.add(new)
        session.flush()
        row.version_id = new.id
        session.add_all([
            Check(version_id=new.id, kind=kind, state="done", verdict="pass", created_at=at,
                  profile_revision_id=row.contest.revision_id,
                  report=_report(session, old.id) if kind == "quick" else {})
            for kind in ("quick", "deep")
        ])


def _report(session: Session, version_id: int) -> dict[str, object]:
    query = select(Check).where(Check.version_id == version_id, Check.kind == "quick")
    return dict(session.scalars(query).one().report)
