"""The onboarding check of the Page: what was found, when, and by whom. Each one is kept."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Contest, PageInspection
from contest.permissions import require
from contest.services.core import audit
from contest.services.fanpage import publications
from social.values import PageCheck


def keep(
    session: Session, contest: Contest, found: PageCheck, *, actor: Actor, at: datetime
) -> PageInspection:
    """Store a check's result: token, permissions, Page, routes and clock. Clips that had to wait
    for a person only because their route was not known to be open are queued.

    Raises ``NotAllowed`` without ``publication.manage``.
    """
    require(actor, "publication.manage", contest)
    row = PageInspection(
        contest_id=contest.id, page_id=found.page_id, page_name=found.page_name or "",
        passed=found.passed, created_by=actor.label, created_at=at,
        findings=[
            {"name": f.name, "outcome": f.outcome, "vi": [f.message_vi, f.remedy_vi],
             "en": [f.message_en, f.remedy_en]}
            for f in found.findings
        ],
    )
    session.add(row)
    session.flush()
    audit.record(
        session, "page.checked", row, actor=actor, at=at, contest_id=contest.id,
        after={f.name: f.outcome for f in found.findings},
    )
    publications.reconsider(session, contest, at=at)
    return row


def last(session: Session, contest: Contest) -> PageInspection | None:
    """The newest check, or None."""
    query = select(PageInspection).where(PageInspection.contest_id == contest.id)
    return session.scalars(query.order_by(PageInspection.id.desc()).limit(1)).first()
