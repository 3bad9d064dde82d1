"""The organiser's pages of interactions: counts, their evidence, and which is official."""

from io import BytesIO
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, Field, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from contest.errors import Gone, not_found
from contest.languages import counted, write_date
from contest.models import Publication
from contest.services.counts import (
    anomalies,
    corrections,
    count_gaps,
    count_import,
    interactions,
    ledger_accounts,
    ledger_late,
    ledger_state,
    official,
    polling,
    sitting,
)
from contest.services.counts import evidence as evidence_files
from contest.services.counts.interactions import Reading
from contest.services.counts.ledger_accounts import Account, Held
from contest.services.counts.official import Official
from contest.services.desk import activity
from contest.services.elsewhere import numbers as posts_numbers
from contest.services.entry.media import File
from contest.services.fanpage import connections, readings
from contest.views.organiser import ledger_waiting
from contest.views.organiser.counting import files
from contest.views.organiser.counting.files import ApplyForm, ImportForm, here, local
from contest.views.organiser.ledger_waiting import LATE_HINT
from contest.views.shared import chart, proofs
from contest.views.shared.forms import Form
from contest.views.shared.media import send
from contest.views.shared.numbers import wholes
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page
from social.imports import write_counts_template, write_ledger_template

bp = Blueprint("interactions", __name__, url_prefix="/c/<slug>/organiser/interactions")
MOST = 2_000_000_000
MOST_WAITING, MOST_CHOICES = 400, 200  # shown at once


class WriteForm(Form):
    """Counts entered by a person for a clip chosen from a list."""

    code: Field = SelectField(_l("Clip"), validators=[InputRequired(_l("Hãy chọn clip."))])
    reactions = IntegerField(
        _l("Cảm xúc"), [Optional(), NumberRange(0, MOST)],
        description=_l("Để trống khi không biết; số đã biết trước đó vẫn giữ nguyên."),
    )
    shares = IntegerField(
        _l("Chia sẻ"), [Optional(), NumberRange(0, MOST)],
        description=_l("Để trống khi không biết; ghi 0 khi chắc chắn không có."),
    )
    comments = IntegerField(_l("Bình luận"), [Optional(), NumberRange(0, MOST)])
    taken_at = DateTimeLocalField(_l("Nhìn thấy lúc"), [InputRequired(_l("Hãy ghi ngày giờ."))])
    screenshot = FileField(
        _l("Ảnh chụp màn hình"), description=_l("PNG hoặc JPEG, làm minh chứng.")
    )
    late_reason = StringField(_l("Lý do"), [Length(max=500)], description=LATE_HINT)


class TypedWriteForm(WriteForm):
    """As ``WriteForm``, with a typed code where there are too many clips for a list."""

    code = StringField(_l("Mã clip"), [InputRequired(_l("Hãy ghi mã clip.")), Length(max=16)])


@bp.get("", endpoint="list")
@allows("organiser.read")
def listed() -> Response:
    contest, words = current.contest, request.args.get("q", "").strip()
    show = request.args.get("show", "")
    found = interactions.listed(current.db, contest, words=words, show=show, number=page_number())
    clips = [clip.submission_id for clip in found.rows]
    held = ledger_accounts.held(current.db, contest, only=clips)
    counted = official.listed_counts(current.db, contest, held, only=clips)
    said = ledger_state.statements(current.db, contest, only=clips)
    taken = interactions.taken(current.db, clips)
    rows = [
        _prepared(clip, counted.get(clip.submission_id), taken.get(clip.submission_id, 0))
        | {"said": said.get(clip.submission_id),
           "kept": held.get(clip.submission_id, Held()).shares}
        for clip in found.rows
    ]
    late = interactions.late_waiting(current.db, contest, most=MOST_WAITING)
    sources = [one for counts in counted.values() for one in counts.sources]
    return page(
        "organiser/interactions.html", rows=rows, found=found, words=words,
        show=show, shows=_shows(), pages=neighbours(found), late=sitting.late_groups(late),
        names=activity.names_of(current.db, [*sources, *late, *said.values()]),
        me=current.actor.label, automatic=_has_page(), gaps=[
            *interactions.blockers(current.db, contest, at=current.now),
            *corrections.blockers(current.db, contest, at=current.now),
            *readings.blockers(current.db, contest),
            *ledger_late.blockers(current.db, contest, at=current.now),
            *posts_numbers.blockers(current.db, contest, at=current.now),
        ],
        odd=anomalies.blockers(current.db, contest, at=current.now),
        adjusted=corrections.waiting(current.db, contest, most=MOST_WAITING),
    )


def _shows() -> dict[str, str]:
    """What the list may be narrowed to, in words."""
    titles = {
        "missing": _("Chưa có số chính thức"), "missing_reactions": _("Chưa có số cảm xúc"),
        "missing_shares": _("Chưa có số lượt chia sẻ"),
        "unverified": _("Lượt chia sẻ chưa đối chiếu tài khoản"),
    }
    paid = current.profile.scoring.points_per_share > 0
    return {word: said for word, said in titles.items() if paid or word not in count_gaps.OF_SHARES}


def _has_page() -> bool:
    own = connections.of(current.db, current.contest.id)
    return own is not None or current.platform.default_fanpage is not None


def _prepared(clip: Publication, counted: Official | None, taken: int) -> dict[str, Any]:
    submission = clip.submission
    return {
        "code": submission.code, "title": submission.title, "unit": submission.unit.name,
        "official": counted, "permalink": clip.permalink, "taken": taken,
        "accounts": counted.held.accounts if counted else 0,
    }


@bp.get("/clips/<code>")
@allows("organiser.read")
def clip(code: str) -> Response:
    """All snapshots of one clip, the official one marked, its corrections, and who shared it."""
    contest = current.contest
    submission = interactions.of_code(current.db, contest, code)
    series = interactions.series(current.db, [submission.id]).get(submission.id, [])
    accounts = ledger_accounts.accounts_of(current.db, contest, only=[submission.id])
    found = official.official_counts(current.db, contest, only=[submission.id], accounts=accounts)
    counted, made = found.get(submission.id), corrections.of_clip(current.db, submission)
    ledger = ledger_waiting.of_clip(submission)
    verdicts = [one.verdict for one in made if one.verdict]
    return page(
        "organiser/interactions_clip.html",
        submission=submission,
        series=series[::-1],
        official=counted,
        plot=chart.of(series),
        corrections=made,
        me=current.actor.label,
        proofs=evidence_files.shown_with(current.db, [snapshot.id for snapshot in series]),
        kept=sum(one.count for one in accounts.get(submission.id, [])),
        counted=official.shares_counted(counted, current.profile) if counted else None,
        capped=_capped,
        **ledger,
        names=activity.names_of(
            current.db,
            [
                *series, *made, *verdicts, ledger["said"], *ledger["ledger_lines"],
                *ledger["voids"].values(),
            ],
        ),
    )


def _capped(one: Account) -> int:
    """An account's shares under the cap."""
    limit = current.profile.scoring.shares_per_account
    return sum(min(count, limit) for _, count in one.days)


# ---------------------------------------------------------------------------------- from a file


@bp.get("/import", endpoint="import")
@allows("interaction.import")
def choose() -> Response:
    form = ImportForm(formdata=None, taken_at=here())
    return page("organiser/interactions_import.html", form=form)


@bp.post("/import")
@allows("interaction.import")
def preview() -> Response:
    """Show what every row would do; nothing is stored yet."""
    return files.previewed(
        ImportForm(), "organiser/interactions_import.html", "organiser/interactions_preview.html",
        lambda path, taken_at: count_import.preview(
            current.db, current.contest, path, taken_at=taken_at, at=current.now
        ),
    )


@bp.post("/import/apply")
@allows("interaction.import")
def apply() -> Response:
    form = ApplyForm()
    if not form.validate_on_submit():
        return back_to("interactions.import")
    count = files.applied(form, count_import.apply)
    if count:
        flash_message(f"Đã ghi số liệu của {count} clip.",
                      f"Counts of {counted(count, 'clip', 'clips')} are recorded.")
    else:
        flash_message("Tệp này đã được nhập trước đó; không có gì thay đổi.",
             "This file was imported before; nothing has changed.", "info")
    return back_to("interactions.list")


@bp.get("/template.xlsx")
@allows("interaction.import")
def template() -> Response:
    """Our own template with the clips filled in."""
    clips = [(c.code, c.permalink) for c in interactions.posted(current.db, current.contest)]
    file = BytesIO()
    write_counts_template(file, clips, language=current.language)
    return files.workbook(file, "so-lieu-tuong-tac.xlsx")


@bp.get("/ledger-template.xlsx")
@allows("interaction.import")
def ledger_template() -> Response:
    file = BytesIO()
    write_ledger_template(file, language=current.language)
    return files.workbook(file, "so-chia-se.xlsx")


@bp.get("/evidence/<sha256>")
@allows("organiser.read")
def evidence(sha256: str) -> Response:
    """A stored evidence file, byte for byte."""
    found = evidence_files.find(current.db, current.contest, sha256)
    if found is None:
        raise not_found()
    if found.erased_at is not None:
        day = write_date(found.erased_at, current.profile.schedule.zone, current.language)
        raise Gone(f"Tệp này đã xoá ngày {day}; mã kiểm tra của nó còn trong kết quả.",
                   f"This file was erased on {day}; its checksum stays in the result.")
    name = found.filename if found.filename.isascii() else f"{sha256[:12]}"
    return send(File(sha256, "application/octet-stream", name or sha256), keep=True)


# -------------------------------------------------------------------------------------- by hand


@bp.get("/write")
@allows("interaction.import")
def write() -> Response:
    chosen = request.args.get("code", "")
    form = _write_form(formdata=None, taken_at=here(), code=chosen)
    return page("organiser/interactions_write.html", form=form)


@bp.post("/write")
@allows("interaction.import")
def written() -> Response:
    form = _write_form()
    with form.taken(lambda status: page("organiser/interactions_write.html", status, form=form)):
        _write_down(form)
    flash_message("Đã ghi số liệu.", "The counts are recorded.")
    return back_to("interactions.list")


def _write_down(form: WriteForm) -> None:
    proof = None
    if form.screenshot.data and form.screenshot.data.filename:
        proof = proofs.receive(form.screenshot.data)
    reading = Reading(form.reactions.data, form.shares.data, form.comments.data)
    interactions.write_down(
        current.db, current.contest, form.code.data, reading, evidence=proof, actor=current.actor,
        at=current.now,
        taken_at=local(form.taken_at.data) or current.now, late_reason=form.late_reason.data or "",
    )


def _write_form(**values: object) -> WriteForm:
    clips = interactions.posted(current.db, current.contest, most=MOST_CHOICES + 1)
    if len(clips) > MOST_CHOICES:
        return TypedWriteForm(**values)
    form = WriteForm(**values)
    form.code.choices = [("", _("Chọn clip"))] + [
        (clip.code, f"{clip.code} · {clip.title}") for clip in clips
    ]
    return form


@bp.post("/late")
@allows("interaction.late")
def approve_late() -> Response:
    """A second organiser approves counts taken after the cut-off: all that were left chosen.

    A choice is a clip, with the ids of its late counts."""
    chosen = wholes(",".join(request.form.getlist("snapshot")).split(","))
    count = interactions.approve_late(
        current.db, current.contest, chosen, actor=current.actor, at=current.now
    )
    flash_message(
        f"Đã xác nhận {count} số liệu sau giờ chốt.", f"{count} late counts are agreed to."
    )
    return back_to("interactions.list")


@bp.post("/poll")
@allows("interaction.import")
def poll() -> Response:
    polling.now(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message("Đang lấy số liệu từ Trang.", "Reading the counts from the Page.")
    return back_to("interactions.list")


