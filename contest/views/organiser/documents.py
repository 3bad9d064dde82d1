"""The organiser's documents as DOCX and PDF, and their templates."""

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from contest.docx.filling import Qr, fill
from contest.docx.package import MOST_BYTES
from contest.errors import Conflict, Invalid, not_found
from contest.models import Result
from contest.services.entry.media import File
from contest.services.results import document_values, documents, results
from contest.services.results.documents import BadTemplate
from contest.views.organiser.awards.refusals import Refused, beside
from contest.views.shared.forms import Form
from contest.views.shared.media import send
from contest.views.shared.numbers import whole
from contest.views.shared.papers import no_office, press, printed
from contest.views.shared.support import (
    FILE_TYPES,
    allows,
    attachment,
    back_to,
    current,
    flash_message,
    own_or_404,
    page,
)

bp = Blueprint("documents", __name__, url_prefix="/c/<slug>/organiser/documents")
SHEET_LIFE_S = 4 * 3600  # how long a sheet can be downloaded after its codes were made
# A PDF that we made, shown by the browser's own viewer, which a sandbox would forbid.
SEEN = ("default-src 'none'; object-src 'self'; "
        "style-src 'unsafe-inline'; frame-ancestors 'self'")
KINDS = "any(minutes, decision, certificates, participation)"
TEMPLATES = "any(minutes, decision, certificates, participation, qr_sheet)"


class TemplateForm(Form):
    file = FileField(
        _l("Mẫu của hội thi (.docx)"), [FileRequired(_l("Hãy chọn tệp mẫu."))],
        description=_l("Tải mẫu đang dùng về, sửa bằng Word, giữ các chỗ điền trong {{ }} rồi gửi "
                       "lên. Nhiều nhất 5 MB, không có macro và liên kết."),
        render_kw={"accept": ".docx"},
    )


def titles() -> dict[str, str]:
    return {
        "minutes": _("Biên bản họp Ban Giám khảo"),
        "decision": _("Quyết định công nhận kết quả và khen thưởng"),
        "certificates": _("Giấy khen"),
        "participation": _("Giấy chứng nhận tham gia"),
        "qr_sheet": _("Tờ mã QR của các đơn vị"),
    }


# ---------------------------------------------------------------------------- the papers


@bp.get("/", endpoint="list")
@allows("organiser.read")
def listed() -> Response:
    """The documents of a revision (``?revision=``, otherwise the newest), and the templates."""
    return _shown(whole(request.args.get("revision")))


def _shown(number: int | None, status: int = 200, refused: Refused | None = None) -> Response:
    contest = current.contest
    found = results.all_of(current.db, contest)
    result = next((one for one in found if number in (None, one.number)), None)
    rows = documents.listed(current.db, result, press=press()) if result else []
    return page(
        "organiser/documents.html", status, refused=refused, found=found, result=result, rows=rows,
        own=documents.own_templates(current.db, contest),
        titles=titles(), office=current.platform.office.ready(),
        waiting=any(row.pdf and row.pdf.state == "waiting" for row in rows),
    )


@bp.get(f"/<int:number>/<{KINDS}:kind>.docx")
@allows("organiser.read")
def docx(number: int, kind: str) -> Response:
    """The document, filled now from the revision."""
    paper = documents.paper(current.db, _result(number), kind, press=press())
    return attachment(paper.docx(), f"{kind}-{number}", "docx")


@bp.get(f"/<int:number>/<{KINDS}:kind>.pdf")
@allows("organiser.read")
def pdf(number: int, kind: str) -> Response:
    """The PDF of the document with its current values; ``?view=1``: in the browser."""
    result = _result(number)
    source = documents.source(current.db, result, kind, press=press())
    made = documents.pdf(current.db, result, kind, source)
    if made is None or made.state != "ready":
        raise Conflict(
            "Chưa có PDF của văn bản này. Hãy bấm “Tạo PDF” ở trang Văn bản.",
            'There is no PDF of this paper yet. Press "Make PDF" on the Documents page.',
        )
    name, seen = f"{current.contest.slug}-{kind}-{number}.pdf", "view" in request.args
    answer = send(File(made.sha256, FILE_TYPES["pdf"], name), keep=not seen)
    if seen:
        answer.headers["Content-Security-Policy"] = SEEN
    return answer


@bp.post(f"/<int:number>/<{KINDS}:kind>/pdf")
@allows("document.manage")
def make_pdf(number: int, kind: str) -> Response:
    """Enqueue the making of the PDF."""
    result = _result(number)
    with beside("pdf", lambda status, said: _shown(number, status, said)):
        paper = documents.paper(current.db, result, kind, press=press())
        if not current.platform.office.ready():
            raise no_office()
        documents.ask_pdf(current.db, result, paper, actor=current.actor, at=current.now)
    return back_to("documents.list", revision=number)


# ---------------------------------------------------------------------------- templates


@bp.get(f"/templates/<{TEMPLATES}:kind>")
@allows("organiser.read")
def template(kind: str) -> Response:
    """One template: download, replace, revert; and its placeholders."""
    return _template_page(kind, TemplateForm(formdata=None))


@bp.get(f"/templates/<{TEMPLATES}:kind>.docx")
@allows("organiser.read")
def template_file(kind: str) -> Response:
    """The template in force."""
    content = documents.template(current.db, current.contest, kind, blobs=current.platform.blobs)
    return attachment(content, f"mau-{kind}", "docx")


@bp.post(f"/templates/<{TEMPLATES}:kind>")
@allows("document.manage")
def take_template(kind: str) -> Response:
    """Use the contest's own template, if it has no faults."""
    form = TemplateForm()
    if not form.validate_on_submit():
        return _template_page(kind, form, 422)
    try:
        documents.take_template(
            current.db, current.contest, kind, form.file.data.read(MOST_BYTES + 1),
            filename=form.file.data.filename or "", press=press(), actor=current.actor,
            at=current.now,
        )
    except BadTemplate as bad:
        en = current.language == "en"
        first, *more = [fault.en if en else fault.vi for fault in bad.faults]
        form.file.errors, form.form_errors = [first], more
        return _template_page(kind, form, 422)
    flash_message("Đã dùng mẫu của hội thi.", "The contest's own template is in force.")
    return back_to("documents.template", kind=kind)


@bp.post(f"/templates/<{TEMPLATES}:kind>/shipped")
@allows("document.manage")
def shipped(kind: str) -> Response:
    documents.back_to_shipped(
        current.db, current.contest, kind, actor=current.actor, at=current.now
    )
    flash_message("Đã trở lại mẫu có sẵn.", "The shipped template is in force again.")
    return back_to("documents.template", kind=kind)


def _template_page(kind: str, form: TemplateForm, status: int = 200) -> Response:
    return page(
        "organiser/documents_template.html", status, kind=kind, title=titles()[kind], form=form,
        own=documents.own_template(current.db, current.contest, kind),
        placeholders=_placeholders(document_values.offered(kind)),
    )


def _placeholders(sample: dict[str, Any]) -> list[tuple[str, str]]:
    """Placeholders of a template with examples; lists with the loop that they need."""
    found = []
    for name, value in sample.items():
        if not isinstance(value, list):
            found.append((f"{{{{ {name} }}}}", _example(value)))
        elif isinstance(value[0], dict):
            found += [(f"{{{{ row.{key} }}}}", f"{{% for row in {name} %}}: {_example(inner)}")
                      for key, inner in value[0].items()]
        else:
            found.append(("{{ row }}", f"{{% for row in {name} %}}: {_example(value[0])}"))
    return found


def _example(value: object) -> str:
    return _("mã QR") if isinstance(value, Qr) else str(value)


# ---------------------------------------------------------------------------- QR sheets


@bp.post("/sheet.<any(docx, pdf):kind>")
@allows("unit.manage")
def sheet(kind: str) -> Response:
    """The sheet just shown, as a file. Its codes come back signed from the page itself: they are
    stored hashed and sealed only, so that no worker makes it."""
    try:
        values = _signer().loads(request.form.get("sheet", ""), max_age=SHEET_LIFE_S)
    except BadSignature:
        raise Invalid(
            "Tờ mã QR này đã quá cũ. Hãy tạo mã mới rồi tải lại.",
            "This QR sheet is too old. Make new codes, then download it.",
        ) from None
    contest = current.contest
    if values.pop("contest") != contest.slug:
        raise not_found()
    template = documents.template(current.db, contest, "qr_sheet", blobs=current.platform.blobs)
    content = fill(template, _with_codes(values))
    return attachment(printed(content) if kind == "pdf" else content, "ma-qr", kind)


def sign_sheet(values: dict[str, Any]) -> str:
    """A sheet's values, signed, to be sent back by its page; QR codes as their texts."""
    codes = [{**one, "qr": one["qr"].text} for one in values["codes"]]
    return str(_signer().dumps({**values, "codes": codes, "contest": current.contest.slug}))


def _with_codes(values: dict[str, Any]) -> dict[str, Any]:
    codes = [{**one, "qr": Qr(one["qr"], document_values.SHEET_QR_MM)} for one in values["codes"]]
    return {**values, "codes": codes}


def _signer() -> URLSafeTimedSerializer:
    return current.platform.keys.serializer("qr-sheet")


# ---------------------------------------------------------------------------- answers


def _result(number: int) -> Result:
    return own_or_404(results.numbered(current.db, current.contest, number))
