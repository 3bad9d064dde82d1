"""What of a random walk concerns another contest: entries are offered to one above, taken back,
declined, accepted; what stands in the way is said before."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM
from contest.errors import DomainError
from contest.models import Contest, Handover, Submission
from contest.services.core import profiles
from contest.services.handover import handovers, lists
from contest.services.handover.handovers import LEVEL, Terms
from tests.contest.factory import QUAN11
from tests.contest.walked_page import REASON

WARD = Terms(LEVEL, unit_of=lambda _: "Phường 5")


def go_on(walk: Any, session: Session, contest: Contest) -> None:
    """Something happens between this contest and the one above it."""
    waiting = lists.listed(session, contest, "sent", state="offered").rows
    if waiting and walk.random.random() < 0.7:
        _decide(walk, session, walk.random.choice(waiting))
        return
    found = session.scalars(select(Submission).where(
        Submission.contest_id == contest.id, Submission.version_id.is_not(None)
    ).order_by(Submission.id)).all()
    if found:
        _offer(walk, session, contest, walk.random.choice(found))


def _offer(walk: Any, session: Session, contest: Contest, one: Submission) -> None:
    """As the refusal that was asked for says; offered before, it is the same offer."""
    above, before = _above(walk, session), handovers.of_submission(session, one)
    live = [each for each in before if each.state in ("offered", "accepted")]
    why = None if live else handovers.refusal(session, one, above, WARD, at=walk.at)
    held = session.begin_nested()
    try:
        [made] = handovers.offer(session, contest, [one], above, WARD, actor=walk.first,
                                 at=walk.at)
    except DomainError as refusal:
        held.rollback()
        assert why is not None and (refusal.vi, refusal.en) == (why.vi, why.en)
        return
    assert why is None
    assert [each.id for each in live] in ([], [made.id])
    walk.note(f"{one.code} is offered above")


def _decide(walk: Any, session: Session, one: Handover) -> None:
    source, held = one.source, session.begin_nested()
    act = walk.random.choice(("accept", "accept", "decline", "take_back"))
    walk.note(f"{handovers.code_of(one)}: {act} above")
    if act == "take_back":
        handovers.take_back(session, one, actor=walk.first, at=walk.at)
    elif act == "decline":
        handovers.decline(session, one, why=REASON, actor=SYSTEM, at=walk.at)
    else:
        try:
            made = handovers.accept(session, one, actor=SYSTEM, at=walk.at)
        except DomainError:
            held.rollback()
            session.refresh(one)
            assert one.state == "offered"
            return
        assert source is not None and made.version is not None and source.version is not None
        assert made.version.sha256 == source.version.sha256
        assert {c.purpose for c in made.consents} <= {c.purpose for c in source.consents}
        assert made.state in ("checking", "in_review")


def _above(walk: Any, session: Session) -> Contest:
    """A contest of the same rules, made when it is first needed."""
    slug = f"{walk.slug}-tren"
    known = session.scalars(select(Contest).where(Contest.slug == slug)).one_or_none()
    if known is not None:
        return known
    source = QUAN11.read_text().replace('slug = "quan11-2023"', f'slug = "{slug}"')
    made, _ = profiles.import_profile(session, source, actor=SYSTEM, at=walk.at, reason="trên")
    return made
