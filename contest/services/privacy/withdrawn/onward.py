"""An erasure reaches further: contests that an entry was handed to hold the same person.

Each of them is told by a request of its own, with the law's clock, which its organisers carry out
as any other: they see who a namesake is, and two of them decide where a final result is concerned.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Contest, Handover, PrivacyRequest, Submission
from contest.services.handover import onward
from contest.services.privacy import requests
from contest.services.privacy.person import Finder
from contest.services.privacy.requests import Asked
from contest.services.units import units

MESSAGE = {
    "vi": "Yêu cầu xoá dữ liệu ở “{}” (mã {}), nơi bài này được chuyển đến từ đó.",
    "en": "Erasure was asked for in “{}” (code {}), from which this entry was handed on.",
}


def ask(
    session: Session, contest: Contest, request: PrivacyRequest, finder: Finder, title: str, *,
    at: datetime,
) -> list[PrivacyRequest]:
    """Before an erasure in ``contest``: a request in each contest that got an entry which names
    the person, or whose clip goes."""
    handed = session.scalars(
        select(Submission).join(Handover, Handover.source_id == Submission.id)
        .where(Submission.contest_id == contest.id, Handover.state == "accepted")
        .order_by(Submission.id)
    ).unique().all()
    made = [one for source in handed if _concerns(source, request, finder)
            for one in onward.made_of(session, source)]
    said = MESSAGE["en" if request.language == "en" else "vi"].format(title, request.code)
    return [requests.ask(
        session, session.get_one(Contest, one.contest_id), Asked(
            kind="erase", role=request.role, name=request.person_name, phone=request.person_phone,
            email=request.person_email, account=request.account, receipt=one.code, message=said,
            with_clip=request.with_clip, language=request.language,
        ), actor=units.actor_of(one.unit), at=at,
    ) for one in {one.id: one for one in made}.values()]


def _concerns(source: Submission, request: PrivacyRequest, finder: Finder) -> bool:
    if source.id == request.submission_id:
        return True
    return any(map(finder.finds, (*source.authors, source.contact_name, source.contact_email,
                                  source.contact_phone, source.description)))
