"""The onboarding check of the Page: what was found, when, and by whom. Each one is kept."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Contest, PageInspection
from contest.permissions import require
from contest.profile import Profile
from contest.services.core import audit
from contest.services.fanpage import connections, page_match, publications, shared_page
from contest.services.fanpage.page_match import FanpageName
from social.values import PageCheck


def compared(found: PageCheck, profile: Profile) -> PageCheck:
    """The check with one more finding: whether this is the profile's Page."""
    page = FanpageName(found.page_id, found.page_name or "", found.username or "")
    lines = list(found.findings)
    lines.insert(next((n for n, f in enumerate(lines) if f.name == "target_page"), -1) + 1,
                 page_match.finding(profile, page))
    return replace(found, findings=tuple(lines))


def keep(
    session: Session, contest: Contest, found: PageCheck, *, actor: Actor, at: datetime
) -> PageInspection:
    """Store a check's result: token, permissions, Page, routes and clock. Clips that had to wait
    for a person only because their route was not known to be open are queued.

    Raises ``NotAllowed`` without ``publication.manage``.
    """
    require(actor, "publication.manage", contest)
    connections.checked(session, contest, found, at=at)
    if shared_page.of(session, found.page_id) is not None:
        shared_page.note(session, found, at=at)
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


def found_wrong(session: Session, contest: Contest, page_id: str) -> tuple[str, str] | None:
    """The sentence, in both languages, where the last check of this Page found that it is not the
    one that the rules in force name; None otherwise, and where there was no check.

    That check knows the Page's username, which the installation's settings do not hold.
    """
    row = last(session, contest)
    since = contest.revision.created_at if contest.revision else None
    if row is None or row.page_id != page_id or (since and row.created_at < since):
        return None
    lines = [f for f in row.findings if f["name"] == "same_page" and f["outcome"] == "fail"]
    return (lines[0]["vi"][0], lines[0]["en"][0]) if lines else None


def last(session: Session, contest: Contest) -> PageInspection | None:
    """The newest check, or None."""
    query = select(PageInspection).where(PageInspection.contest_id == contest.id)
    return session.scalars(query.order_by(PageInspection.id.desc()).limit(1)).first()
