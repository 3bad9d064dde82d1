"""The organiser's share ledger: who shared which clip, from a file or one by one."""

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from contest.errors import DomainError
from contest.models import Submission
from contest.services.counts import interactions, official, share_ledger
from contest.services.counts.official import Ledger, Official
from contest.views.organiser.interactions import here, local
from contest.views.shared import kept_files
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("share_ledger", __name__, url_prefix="/c/<slug>/organiser/ledger")


class FileForm(Form):
    file = FileField(
        _l("Tệp sổ chia sẻ (CSV hoặc XLSX)"), [FileRequired(_l("Hãy chọn tệp."))],
        description=_l("Các cột: Mã clip, Tài khoản, Liên kết chia sẻ, Thời điểm thấy."),
    )


class ShareForm(Form):
    """One share seen by a person."""

    code = StringField(_l("Mã clip"), [InputRequired(_l("Hãy ghi mã clip.")), Length(max=16)])
    account = StringField(
        _l("Tài khoản"), [InputRequired(_l("Hãy ghi tên tài khoản.")), Length(max=200)]
    )
    link = StringField(_l("Liên kết chia sẻ"), [Length(max=500)])
    seen_at = DateTimeLocalField(_l("Nhìn thấy lúc"), [InputRequired(_l("Hãy ghi ngày giờ."))])


class ApplyForm(Form):
    token = HiddenField(validators=[InputRequired()])


@bp.get("", endpoint="list")
@allows("organiser.read")
def listed() -> Response:
    return _page(FileForm(formdata=None), ShareForm(formdata=None, seen_at=here()))


@bp.post("")
@allows("interaction.import")
def preview() -> Response:
    """Show what the file would add; nothing is stored yet."""
    form = FileForm()
    if not form.validate_on_submit():
        return _page(form, ShareForm(formdata=None, seen_at=here()), 422)
    kept = kept_files.keep(form.file.data)
    try:
        plan = share_ledger.preview(current.db, current.contest, kept.path)
    except DomainError as error:
        form.file.errors = [error.message(current.language)]
        return _page(form, ShareForm(formdata=None, seen_at=here()), error.status)
    confirm = ApplyForm(formdata=None, token=kept_files.token(kept))
    return page("organiser/ledger_preview.html", plan=plan, kept=kept, form=confirm)


@bp.post("/apply")
@allows("interaction.import")
def apply() -> Response:
    form = ApplyForm()
    if not form.validate_on_submit():
        return back_to("share_ledger.list")
    kept, _more = kept_files.from_token(form.token.data)
    count = share_ledger.apply(
        current.db, current.contest, kept.path, filename=kept.filename, actor=current.actor,
        at=current.now,
    )
    if count:
        flash_message(
            f"Đã thêm {count} dòng vào sổ chia sẻ.", f"{count} rows were added to the ledger."
        )
    else:
        flash_message("Tệp này không có lượt chia sẻ nào mới; không có gì thay đổi.",
             "This file tells of no share that is new; nothing has changed.", "info")
    return back_to("share_ledger.list")


@bp.post("/share")
@allows("interaction.import")
def share() -> Response:
    form = ShareForm()
    with form.taken(lambda status: _page(FileForm(formdata=None), form, status)):
        share_ledger.add(
            current.db, current.contest, form.code.data, form.account.data,
            link=(form.link.data or "").strip(), seen_at=local(form.seen_at.data) or current.now,
            actor=current.actor, at=current.now,
        )
    flash_message("Đã ghi một lượt chia sẻ.", "One share is recorded.")
    return back_to("share_ledger.list")


def _page(form: FileForm, one: ShareForm, status: int = 200) -> Response:
    contest, words = current.contest, request.args.get("q", "").strip()
    found = interactions.listed(current.db, contest, words=words, number=page_number())
    clips = [clip.submission_id for clip in found.rows]
    ledgers = official.ledger_of(current.db, contest, only=clips)
    counted = official.official_counts(current.db, contest, only=clips, ledgers=ledgers)
    cap = current.profile.scoring.shares_per_account
    rows = [
        _row(c.submission, ledgers.get(c.submission_id), counted.get(c.submission_id), cap)
        for c in found.rows
    ]
    return page(
        "organiser/ledger.html", status, form=form, one=one, rows=rows, cap=cap, found=found,
        words=words, pages=neighbours(found, "share_ledger.list"),
    )


def _row(
    entry: Submission, ledger: Ledger | None, counted: Official | None, cap: int
) -> dict[str, object]:
    """A clip's shares: reported by the Page, recorded in the ledger, and counted under the cap."""
    accounts = ledger or []
    return {
        "entry": entry, "accounts": len(accounts), "kept": sum(n for _, n in accounts),
        "capped": sum(min(n, cap) for _, n in accounts), "none": ledger is None,
        "told": counted.shares if counted else None,
    }
