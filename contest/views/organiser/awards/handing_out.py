"""The list of recipients and the invitations, as Word files."""

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.services.awards import handing_out
from contest.services.results import results
from contest.views.shared.support import allows, attachment, current, own_or_404

bp = Blueprint("handing_out", __name__, url_prefix="/c/<slug>/organiser/documents")


@bp.get("/<int:number>/recipients.docx")
@allows("organiser.read")
def recipients(number: int) -> Response:
    """Who receives what, with a column to sign."""
    result = own_or_404(results.numbered(current.db, current.contest, number))
    content = handing_out.recipients(current.db, result)
    return attachment(content, f"danh-sach-nhan-thuong-{number}", "docx")


@bp.get("/invitations.docx")
@allows("organiser.read")
def invitations() -> Response:
    """A letter for each unit that takes part."""
    content = handing_out.invitations(current.db, current.contest, at=current.now)
    return attachment(content, "giay-moi", "docx")
