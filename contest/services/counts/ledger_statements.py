"""People say how much of a clip's shares its ledger holds; late, another organiser agrees."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Base, Contest, Evidence, LedgerStatement, Submission
from contest.permissions import require
from contest.services.core import audit, bulk, profiles
from contest.services.counts import interactions
from contest.services.counts.ledger_state import STATES, statements


def say(
    session: Session, contest: Contest, code: str, state: str, *, actor: Actor, at: datetime,
    late_reason: str = "",
) -> LedgerStatement:
    """Record what a person says of a clip's ledger: complete, partial or none.

    Raises ``NotAllowed`` without ``interaction.import``, ``NotFound`` if the clip is not posted,
    ``Invalid`` for another word or without a reason after the cut-off, ``Conflict`` while counts
    are locked (``interactions.hold``).
    """
    require(actor, "interaction.import", contest)
    _known(state)
    interactions.hold(session, contest)
    submission = interactions.of_code(session, contest, code)
    about = min(at, profiles.profile_of(contest).schedule.counts_close)
    said = LedgerStatement(
        submission_id=submission.id, state=state, created_by=actor.label, created_at=at,
        late_reason=interactions.reason_of(contest, about, "manual", late_reason, at=at),
    )
    session.add(said)
    session.flush()
    audit.record(
        session, "ledger.stated", said, actor=actor, at=at, contest_id=contest.id,
        after={"code": submission.code, "ledger": state, "late_reason": said.late_reason},
    )
    return said


def say_of_all(
    session: Session, clips: Collection[int], state: str, *, kept: Evidence, late_reason: str,
    actor: Actor, at: datetime,
) -> None:
    """The same of every clip in a file (submissions' ids); ``late_reason`` is checked already."""
    _known(state)
    table = Base.metadata.tables[LedgerStatement.__tablename__]
    names = ("submission_id", "state", "late_reason", "evidence_id", "created_by", "created_at")
    rows = [(n, state, late_reason, kept.id, actor.label, at) for n in sorted(clips)]
    bulk.send(session, table, names, rows)


def agree(
    session: Session, contest: Contest, statement_ids: Collection[int], *, actor: Actor,
    at: datetime,
) -> int:
    """A second organiser agrees to late statements; returns how many. Raises ``NotAllowed`` without
    ``interaction.late``, ``Conflict`` for the actor's own or while counts are locked."""
    require(actor, "interaction.late", contest)
    interactions.hold(session, contest)
    chosen = [said for said in waiting(session, contest) if said.id in set(statement_ids)]
    interactions.require_another(chosen, actor, "ghi", "entered this cannot agree to it")
    for said in chosen:
        said.agreed_by, said.agreed_at = actor.label, at
        audit.record(
            session, "ledger.state_agreed", said, actor=actor, at=at, contest_id=contest.id,
            after={"code": said.submission.code, "ledger": said.state,
                   "reason": said.late_reason},
        )
    return len(chosen)


def waiting(session: Session, contest: Contest) -> Sequence[LedgerStatement]:
    """Late statements that nobody has agreed to, the newest first; older ones of a clip that were
    overtaken by one that holds are left out."""
    query = (
        select(LedgerStatement)
        .join(LedgerStatement.submission)
        .options(contains_eager(LedgerStatement.submission))
        .where(
            Submission.contest_id == contest.id, LedgerStatement.late_reason != "",
            LedgerStatement.agreed_by.is_(None),
        )
        .order_by(LedgerStatement.id.desc())
    )
    late = session.scalars(query).all()
    holding = statements(session, contest, only={said.submission_id for said in late})
    return [
        said for said in late
        if said.submission_id not in holding or holding[said.submission_id].id < said.id
    ]


def _known(state: str) -> None:
    if state not in STATES:
        raise Invalid(
            "Hãy chọn sổ chia sẻ là đầy đủ, một phần hay không có.",
            "Say whether the ledger is complete, partial or none.",
        )
