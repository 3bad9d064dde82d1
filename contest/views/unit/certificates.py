"""A unit's own certificates as PDF, once the result is published and where the rules allow it."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from contest.errors import Conflict
from contest.models import Result
from contest.services.entry import submissions
from contest.services.results import document_values, ranking_rows, results, standings
from contest.services.results.ranking_rows import Picked
from contest.states import SubmissionState
from contest.views.shared import papers, throttle
from contest.views.shared.numbers import whole
from contest.views.shared.support import allows, current

bp = Blueprint("unit_certificates", __name__)
ASKED = throttle.Allowance("30 per hour; 100 per day", "300 per hour; 2000 per day")


@bp.get("/c/<slug>/unit/entries/<code>/certificate.pdf")
@allows("entry.read", by="unit")
def one(code: str) -> Response:
    """The unit's certificate; ``?author=2``: that of its second author."""
    found = submissions.find(current.db, current.contest, code, actor=current.actor)
    result, place = _allowed(), whole(request.args.get("author"))
    if result is None or found.state != SubmissionState.PUBLISHED:
        raise Conflict(
            "Giấy khen chưa tải được ở đây: cần kết quả đã công bố, và thể lệ cho đơn vị tự tải. "
            "Hãy hỏi Ban Tổ chức.",
            "There is no certificate to download here: the result must be published, and the rules "
            "let units download theirs. Ask the organisers.",
        )
    paper = papers.certificate(result, found.code, place)
    throttle.Attempt(request.endpoint or "", ASKED).reserve()  # each is printed anew
    return papers.handed_out(paper, found.code, place, "pdf")


@bp.get("/c/<slug>/unit/entries/<code>/participation.pdf")
@allows("entry.read", by="unit")
def participation(code: str) -> Response:
    """The certificate of participation of the unit's clip."""
    found = submissions.find(current.db, current.contest, code, actor=current.actor)
    result = _participated()
    if result is None or found.state != SubmissionState.PUBLISHED:
        raise Conflict(
            "Giấy chứng nhận tham gia chưa tải được ở đây: thể lệ phải có giấy này, và kết quả đã "
            "công bố. Hãy hỏi Ban Tổ chức.",
            "There is no certificate of participation to download here: the rules must give one, "
            "and the result must be published. Ask the organisers.",
        )
    paper = papers.certificate(result, found.code, kind="participation")
    throttle.Attempt(request.endpoint or "", ASKED).reserve()  # each is printed anew
    return papers.handed_out(paper, found.code, None, "pdf")


def participates(code: str) -> bool:
    """Whether the entry's page offers a certificate of participation."""
    result = _participated()
    return result is not None and bool(ranking_rows.names(current.db, result, [code]))


def _participated() -> Result | None:
    """The published result whose rules, as it was computed under, give such certificates."""
    result = standings.newest(current.db, current.contest)
    gives = result is not None and results.profile_of(result).awards.participation
    return result if gives else None


def offered(code: str) -> list[str] | None:
    """Of whom the entry's page offers a certificate: its authors where they are several, else
    nobody in particular. None where there is none to fetch."""
    result = _allowed()
    if result is None:
        return None
    ids = document_values.with_certificate(results.profile_of(result))
    rows = ranking_rows.pick(current.db, result, Picked(code=code))
    if not any(row["prize"] in ids for row in rows):
        return None
    people = papers.authors(result, [code])[code]
    return people if len(people) > 1 else []


def _allowed() -> Result | None:
    if not current.profile.publication.own_certificates:
        return None
    return standings.newest(current.db, current.contest)
