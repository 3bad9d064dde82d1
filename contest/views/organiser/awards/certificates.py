"""Certificates: a design chosen by its picture, one document for each unit."""

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from contest.errors import Conflict
from contest.models import Result
from contest.services.results import documents, results
from contest.views.shared import papers
from contest.views.shared.forms import Form
from contest.views.shared.numbers import whole
from contest.views.shared.support import (
    allows,
    back_to,
    current,
    flash_message,
    own_or_404,
    page,
)

bp = Blueprint("certificates", __name__, url_prefix="/c/<slug>/organiser/documents")


class DesignForm(Form):
    design = StringField(validators=[InputRequired(), Length(max=32)])


def designs() -> dict[str, tuple[str, str]]:
    """Design -> its name, and what it is for."""
    return {
        "certificates": (_("Khung đỏ"), _("Ngang, khung đôi màu đỏ. In trên giấy trắng.")),
        "certificates_blue": (_("Khung xanh"), _("Ngang, khung xanh, tên đơn vị màu đỏ.")),
        "certificates_printed": (
            _("Phôi in sẵn"), _("Dọc, không khung: để in lên phôi đã có hoa văn.")
        ),
    }


@bp.get("/<int:number>/certificates")
@allows("organiser.read")
def show(number: int) -> Response:
    """The designs with their pictures, and each unit's own document."""
    result = _result(number)
    lines = documents.certified(current.db, result, press=papers.press())
    return page(
        "organiser/certificates.html", result=result, designs=designs(),
        draft=documents.is_draft(result, "certificates"),
        used=documents.design(current.db, current.contest), lines=lines, called=_called,
        people=papers.authors(result, [line["code"] for line in lines]),
        participants=documents.participants(current.db, result),
    )


def _called(prize: str) -> str:
    """A prize as a paper names it, in the reader's language: papers are in Vietnamese."""
    names = {one.name.vi: one.name[current.language] for one in current.profile.prizes}
    return names.get(prize.partition(" (")[0], prize) if current.language != "vi" else prize


@bp.post("/<int:number>/certificates")
@allows("document.manage")
def choose(number: int) -> Response:
    """Use one of the shipped designs; a template of one's own is put aside."""
    form = DesignForm()
    wanted = form.design.data if form.validate_on_submit() else ""
    documents.choose_design(
        current.db, current.contest, wanted or "", press=papers.press(), actor=current.actor,
        at=current.now,
    )
    flash_message("Đã chọn mẫu giấy khen.", "The design is chosen.")
    return back_to("certificates.show", number=number)


@bp.get("/<int:number>/participation/<code>.<any(docx, pdf):kind>")
@allows("organiser.read")
def participation(number: int, code: str, kind: str) -> Response:
    """One clip's certificate of participation."""
    result = _result(number)
    if not results.profile_of(result).awards.participation:
        raise Conflict(
            "Thể lệ của kết quả này không có giấy chứng nhận tham gia (awards.participation).",
            "The rules of this result give no certificate of participation "
            "(awards.participation).",
        )
    paper = papers.certificate(result, code, kind="participation")
    return papers.handed_out(paper, code, None, kind)


@bp.get("/<int:number>/certificates/<code>.<any(docx, pdf):kind>")
@allows("organiser.read")
def one(number: int, code: str, kind: str) -> Response:
    """One unit's certificate; ``?author=2``: that of its second author."""
    place = whole(request.args.get("author"))
    return papers.handed_out(papers.certificate(_result(number), code, place), code, place, kind)


def _result(number: int) -> Result:
    return own_or_404(results.numbered(current.db, current.contest, number))
