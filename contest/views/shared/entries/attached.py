"""A file that came with an entry's form, as a download for those who may open it."""

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.services.entry.media import File
from contest.services.questions import attachments
from contest.views.shared.media import send
from contest.views.shared.support import allows, current

bp = Blueprint("attachments", __name__, url_prefix="/c/<slug>/attachments")
ENDINGS = {"picture": "jpg"}


@bp.get("/<int:attachment_id>")
@allows("media.watch", by="either")
def file(attachment_id: int) -> Response:
    """Never opened within our pages; named by the entry, for a blind jury is told no name."""
    found = attachments.find(current.db, current.contest, attachment_id, actor=current.actor)
    ending = ENDINGS.get(found.kind, found.kind)
    of = found.submission.code if found.submission else f"{found.filing_id}"
    name = f"{of}-{found.question}-{found.id}.{ending}"
    return send(File(found.sha256, "application/octet-stream", name), keep=True)
