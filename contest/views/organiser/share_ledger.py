"""The organiser's share ledger: who shared which clip, from a file or one by one."""

from datetime import datetime
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from contest.errors import DomainError
from contest.languages import counted
from contest.models import LedgerStatement, ShareRecord, Submission
from contest.services.counts import (
    interactions,
    ledger_accounts,
    ledger_state,
    official,
    share_ledger,
)
from contest.services.counts.official import Official
from contest.services.counts.share_ledger import LedgerPreview
from contest.services.desk import activity
from contest.views.organiser import ledger_waiting
from contest.views.organiser.counting.files import here, local
from contest.views.organiser.ledger_waiting import LATE_HINT
from contest.views.shared import kept_files
from contest.views.shared.forms import Form
from contest.views.shared.kept_files import Kept
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("share_ledger", __name__, url_prefix="/c/<slug>/organiser/ledger")


class FileForm(Form):
    file = FileField(
        _l("Tệp sổ chia sẻ (CSV hoặc XLSX)"), [FileRequired(_l("Hãy chọn tệp."))],
        description=_l(
            "Các cột: Mã clip, Tài khoản, Trang cá nhân (liên kết hoặc ID), Liên kết chia sẻ, "
            "Thời điểm thấy."
        ),
    )
    order = SelectField(
        _l("Ngày tháng trong tệp"), [Optional()],
        choices=[SelectChoice("", _l("Tự nhận ra từ tệp")),
                 SelectChoice("day", _l("Ngày trước: 19/6/2023")),
                 SelectChoice("month", _l("Tháng trước: 6/19/2023"))],
    )
    seen_at = DateTimeLocalField(
        _l("Thấy lúc (cho cả tệp)"), [Optional()],
        description=_l("Chỉ cần khi có dòng không ghi thời điểm thấy."),
        id="file_seen_at",  # the other form of the page has one, too
    )


class ShareForm(Form):
    """One share seen by a person."""

    code = StringField(_l("Mã clip"), [InputRequired(_l("Hãy ghi mã clip.")), Length(max=16)])
    account = StringField(
        _l("Tài khoản"), [InputRequired(_l("Hãy ghi tên tài khoản.")), Length(max=200)]
    )
    profile = StringField(
        _l("Trang cá nhân"), [Length(max=500)],
        description=_l("Liên kết hoặc số ID. Hai người trùng tên chỉ phân biệt được nhờ mục này."),
    )
    link = StringField(_l("Liên kết chia sẻ"), [Length(max=2000)])  # with what Facebook adds
    seen_at = DateTimeLocalField(_l("Nhìn thấy lúc"), [InputRequired(_l("Hãy ghi ngày giờ."))])
    late_reason = StringField(_l("Lý do"), [Length(max=500)], description=LATE_HINT)


class ApplyForm(Form):
    token = HiddenField(validators=[InputRequired()])
    state = RadioField(
        _l("Sau khi nhập, sổ của các clip này"), [Optional()], default="",
        choices=[SelectChoice("", _l("Như đã ghi trước đó (chưa ghi gì: một phần)")),
                 SelectChoice("partial", _l("Một phần: còn lượt chia sẻ chưa đối chiếu")),
                 SelectChoice("complete", _l("Đầy đủ: sổ thay cho số tổng của Trang"))],
    )
    seen_at = DateTimeLocalField(
        _l("Thấy lúc (cho cả tệp)"), [Optional()],
        description=_l("Có dòng không ghi thời điểm thấy: hãy ghi một thời điểm cho các dòng đó."),
    )
    late_reason = StringField(_l("Lý do"), [Length(max=500)], description=LATE_HINT)


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
    seen_at = local(form.seen_at.data)
    chosen = {"order": form.order.data or "", "seen_at": seen_at.isoformat() if seen_at else ""}
    try:
        plan = _plan(kept, chosen)
    except DomainError as error:
        form.file.errors = [error.message(current.language)]
        return _page(form, ShareForm(formdata=None, seen_at=here()), error.status)
    confirm = ApplyForm(formdata=None, token=kept_files.token(
        kept, told_again=str(plan.repeat_count), **chosen,
    ))
    return page("organiser/ledger_preview.html", plan=plan, kept=kept, form=confirm)


def _chosen(more: dict[str, str]) -> dict[str, Any]:
    """What was chosen beside the file, as the service takes it."""
    seen_at = more.get("seen_at")
    return {
        "order": more.get("order") or None,
        "seen_at": datetime.fromisoformat(seen_at) if seen_at else None,
    }


def _plan(kept: Kept, more: dict[str, str]) -> LedgerPreview:
    return share_ledger.preview(
        current.db, current.contest, kept.path, at=current.now, **_chosen(more)
    )


@bp.post("/apply")
@allows("interaction.import")
def apply() -> Response:
    form = ApplyForm()
    if not form.token.data:
        return back_to("share_ledger.list")
    kept, more = kept_files.from_token(form.token.data)

    def again(status: int) -> Response:
        plan = _plan(kept, more)
        return page("organiser/ledger_preview.html", status, plan=plan, kept=kept, form=form)

    with form.taken(again):
        chosen = _chosen(more)
        chosen["seen_at"] = chosen["seen_at"] or local(form.seen_at.data)
        count = share_ledger.apply(
            current.db, current.contest, kept.path, filename=kept.filename, actor=current.actor,
            at=current.now, late_reason=form.late_reason.data or "",
            state=form.state.data or None, **chosen,
        )
    known = int(more.get("told_again", "0"))
    if count and known:
        flash_message(
            f"Đã thêm {count} dòng vào sổ chia sẻ. {known} dòng kể lại lượt đã có nên không tính "
            "thêm.",
            f"{counted(count, 'row was', 'rows were')} added to the ledger. {known} told of shares "
            "that are known already and count no more.",
        )
    elif count:
        flash_message(
            f"Đã thêm {count} dòng vào sổ chia sẻ.",
            f"{counted(count, 'row was', 'rows were')} added to the ledger."
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
        line = share_ledger.add(
            current.db, current.contest, form.code.data, form.account.data,
            link=(form.link.data or "").strip(), profile=(form.profile.data or "").strip(),
            seen_at=local(form.seen_at.data) or current.now, actor=current.actor, at=current.now,
            late_reason=form.late_reason.data or "",
        )
    _say_told(line)
    return back_to("share_ledger.list")


def _other_clips(line: ShareRecord) -> str:
    """The codes of other clips of which the line's link is told."""
    if not line.link_key:
        return ""
    found = ledger_accounts.told_elsewhere(current.db, current.contest, key=line.link_key)
    return ", ".join(found[line.submission_id].clips) if line.submission_id in found else ""


def _say_told(line: ShareRecord) -> None:
    """Say that a share is recorded, and whether it was told before."""
    before = ledger_accounts.told_before(current.db, [line]).get(line.id)
    others = _other_clips(line) if before is None else ""
    if others:
        flash_message(
            f"Đã ghi, nhưng liên kết này đã ghi cho clip {others}, mà một bài chia sẻ chỉ chia sẻ "
            "một clip: hãy mở liên kết để xem là clip nào, và huỷ dòng sai.",
            f"It is recorded, but this link is told of the clip {others} already, and a share is "
            "of one clip: open the link to see which, and void the wrong line.", "look",
        )
    elif before is None:
        flash_message("Đã ghi một lượt chia sẻ.", "One share is recorded.")
    elif before.identity == line.identity:
        flash_message(
            "Đã ghi, nhưng lượt chia sẻ này có trong sổ rồi: chỉ tính một lần.",
            "It is recorded, but this share is in the ledger already: it counts once.", "info",
        )
    else:
        flash_message(
            f"Đã ghi, nhưng liên kết này đã ghi cho tài khoản “{before.account}”, mà một bài chia "
            "sẻ chỉ của một người: hãy mở liên kết để xem của ai, và huỷ dòng sai.",
            f"It is recorded, but this link is told of the account “{before.account}” already, and "
            "a share is one person's: open the link to see whose, and void the wrong line.", "look",
        )


def _page(form: FileForm, one: ShareForm, status: int = 200) -> Response:
    contest, words = current.contest, request.args.get("q", "").strip()
    show = request.args.get("show", "")
    found = interactions.listed(current.db, contest, words=words, show=show, number=page_number())
    clips = [clip.submission_id for clip in found.rows]
    accounts = ledger_accounts.accounts_of(current.db, contest, only=clips)
    counted = official.official_counts(current.db, contest, only=clips, accounts=accounts)
    said = ledger_state.statements(current.db, contest, only=clips)
    rows = [
        _row(c.submission, counted.get(c.submission_id), said.get(c.submission_id),
             kept=sum(one.count for one in accounts.get(c.submission_id, [])))
        for c in found.rows
    ]
    waiting, files = ledger_waiting.shown(), share_ledger.files(current.db, contest)
    people = [*said.values(), *waiting.rows, *(file.evidence for file in files)]
    return page(
        "organiser/ledger.html", status, form=form, one=one, rows=rows, found=found, words=words,
        show=show, kinds=_kinds(), scoring=current.profile.scoring,
        pages=neighbours(found, "share_ledger.list"),
        names=activity.names_of(current.db, people), waiting=waiting, files=files,
        me=current.actor.label,
    )


def _kinds() -> dict[str, str]:
    """The kinds of ledgers that the list may be narrowed to, in words."""
    return {
        "ledger_complete": _("Sổ đầy đủ"), "ledger_partial": _("Sổ một phần"),
        "ledger_none": _("Không có sổ"),
    }


def _row(
    submission: Submission, counted: Official | None, said: LedgerStatement | None, *, kept: int
) -> dict[str, object]:
    """A clip's shares: reported by the Page, recorded in the ledger, and counted under the cap."""
    return {
        "submission": submission, "accounts": len(counted.accounts or []) if counted else 0,
        "kept": kept, "said": said, "state": counted.ledger_state if counted else "none",
        "told": counted.shares if counted else None,
        "counted": official.shares_counted(counted, current.profile) if counted else None,
    }
