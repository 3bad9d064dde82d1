"""An erasure reaches further: contests that an entry or a filing was handed to hold the same
person.

Each of them is told by a request of its own, with the law's clock, which its organisers carry out
as any other: they see who a namesake is, and two of them decide where a final result is concerned.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.models import Contest, Filing, Handover, PrivacyRequest, Submission, Unit
from contest.services.handover import onward
from contest.services.levels import filings_up
from contest.services.privacy import requests, stored_files
from contest.services.privacy.person import Finder
from contest.services.privacy.places import texts
from contest.services.privacy.requests import Asked
from contest.services.privacy.result_texts import Store
from contest.services.units import units

MESSAGE = {
    "vi": "Yêu cầu xoá dữ liệu ở “{}” (mã {}), nơi bài này được chuyển đến từ đó.",
    "en": "Erasure was asked for in “{}” (code {}), from which this entry was handed on.",
}
OF_A_FILING = {
    "vi": "Yêu cầu xoá dữ liệu ở “{}” (mã {}), nơi báo cáo “{}” được gửi lên từ đó.",
    "en": "Erasure was asked for in “{}” (code {}), from which the filing “{}” was handed up.",
}


def ask(
    session: Session, contest: Contest, request: PrivacyRequest, finder: Finder, title: str, *,
    store: Store, at: datetime,
) -> list[PrivacyRequest]:
    """Before an erasure in ``contest``: a request in each contest that got an entry which names
    the person, or whose clip goes; or a filing in whose answers or files the person stands."""
    handed = session.scalars(
        select(Submission).join(Handover, Handover.source_id == Submission.id)
        .where(Submission.contest_id == contest.id, Handover.state == "accepted")
        .order_by(Submission.id)
    ).unique().all()
    made = [one for source in handed if _concerns(source, request, finder)
            for one in onward.made_of(session, source)]
    language = "en" if request.language == "en" else "vi"
    said = MESSAGE[language].format(title, request.code)
    asked = [_asked(session, request, one.unit, said, receipt=one.code, at=at)
             for one in {one.id: one for one in made}.values()]
    told = {one.contest_id for one in asked}  # an erasure there looks at all that is there
    for one in _filings(session, contest, finder, store):
        if one.contest_id not in told:
            told.add(one.contest_id)
            said = OF_A_FILING[language].format(title, request.code, one.filing)
            asked.append(_asked(session, request, one.unit, said, at=at))
    return asked


def _asked(
    session: Session, request: PrivacyRequest, unit: Unit, said: str, *, receipt: str = "",
    at: datetime,
) -> PrivacyRequest:
    return requests.ask(
        session, session.get_one(Contest, unit.contest_id), Asked(
            kind="erase", role=request.role, name=request.person_name, phone=request.person_phone,
            email=request.person_email, account=request.account, receipt=receipt, message=said,
            with_clip=request.with_clip, language=request.language,
        ), actor=units.actor_of(unit), at=at,
    )


def _filings(
    session: Session, contest: Contest, finder: Finder, store: Store
) -> list[Filing]:
    """Filings of contests above that were made of one here in which the person stands."""
    handed = set(session.scalars(select(Filing.id).where(
        Filing.contest_id == contest.id,
        Filing.id.in_(select(Filing.source_id).where(Filing.source_id.is_not(None))))))
    if not handed:
        return []
    named = [one.id for one in session.scalars(select(Filing).where(Filing.id.in_(handed)))
             if any(map(finder.finds, texts(one.answers)))]
    files = stored_files.attachments_of(
        session, contest, finder, store.blobs, store.pdfs, clips=())
    named += [one.filing_id for one in files if one.filing_id in handed]
    return filings_up.above(session, named)


def _concerns(source: Submission, request: PrivacyRequest, finder: Finder) -> bool:
    if source.id == request.submission_id:
        return True
    return any(map(finder.finds, (*source.authors, source.contact_name, source.contact_email,
                                  source.contact_phone, source.description)))
