"""Repaired clips: the unit chooses options, watches the proposal, accepts or declines it."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from contest.errors import not_found
from contest.languages import write_duration
from contest.models import Repair, Submission
from contest.services.captions import captions
from contest.services.entry import checks, repairs, submissions
from contest.services.entry.media import File
from contest.services.entry.repairs import RepairOptions
from contest.views.shared.clips import described, rule_names
from contest.views.shared.forms import Form
from contest.views.shared.media import send
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("repairs", __name__, url_prefix="/c/<slug>/unit/entries/<code>/fix")
KINDS = {"clip": ("video/mp4", "mp4"), "before": ("image/jpeg", "jpg"),
         "after": ("image/jpeg", "jpg")}  # fmt: skip


class RepairForm(Form):
    """Options of the repair; fields that do not apply are removed."""

    frame = RadioField(
        _l("Khung hình chưa đúng tỉ lệ"), default="crop",
        validators=[InputRequired(_l("Hãy chọn cách sửa khung hình."))],
        choices=[
            SelectChoice("crop", _l("Cắt bớt rìa cho vừa khung")),
            SelectChoice("pad", _l("Giữ trọn hình, thêm viền đen (Ban thẩm định sẽ thấy có viền)")),
        ],
    )
    cut = RadioField(
        _l("Clip dài quá"), default="end",
        validators=[InputRequired(_l("Hãy chọn phần cần cắt."))],
        choices=[
            SelectChoice("end", _l("Cắt phần cuối")), SelectChoice("start", _l("Cắt phần đầu")),
        ],
    )

    def options(self) -> RepairOptions:
        return RepairOptions(
            frame=self.frame.data if self.frame else "crop",
            cut=self.cut.data if self.cut else "end",
        )


@bp.get("")
@allows("entry.read", by="unit")
def show(code: str) -> Response:
    """What can be repaired, or the progress, or the proposal."""
    submission = _submission(code)
    return _page(submission, _form(submission))


@bp.post("")
@allows("entry.edit", by="unit")
def ask(code: str) -> Response:
    """Request a repaired clip."""
    submission = _submission(code)
    form = _form(submission)
    if not form.validate_on_submit():
        return _page(submission, form, 422)
    repairs.enqueue(current.db, submission, form.options(), actor=current.actor, at=current.now)
    return back_to("repairs.show", code=code)


@bp.post("/<int:repair_id>/accept")
@allows("entry.edit", by="unit")
def accept(code: str, repair_id: int) -> Response:
    """Send the repaired clip in place of the current one."""
    made = repairs.accept(current.db, _fix(code, repair_id), actor=current.actor, at=current.now)
    flash_message(f"Đã gửi bản sửa làm bản {made.number}; clip đang được kiểm tra lại.",
         f"The repaired clip is version {made.number}; it is being checked again.")
    return back_to("unit.entry", code=code)


@bp.post("/<int:repair_id>/decline")
@allows("entry.edit", by="unit")
def decline(code: str, repair_id: int) -> Response:
    """Leave the clip as it is."""
    repairs.decline(current.db, _fix(code, repair_id), actor=current.actor, at=current.now)
    flash_message(
        "Đã bỏ bản sửa; clip giữ nguyên.", "The repaired clip is put aside; your clip stays."
    )
    return back_to("unit.entry", code=code)


@bp.get("/<int:repair_id>/<any(clip, before, after):kind>")
@allows("entry.read", by="unit")
def file(code: str, repair_id: int, kind: str) -> Response:
    """The proposal, or a still of the clip before and after."""
    repair = _fix(code, repair_id)
    sha256 = repair.sha256 if kind == "clip" else repair.stills.get(kind)
    if not sha256 or repair.state == "declined":
        raise not_found()
    media_type, ending = KINDS[kind]
    return send(File(sha256, media_type, f"{code}-{kind}.{ending}"))


def repair_wait(repair: Repair | None) -> str:
    """Where a repair that is not ready stands: its place in the queue, or the time left."""
    if repair is None or repair.state not in ("queued", "running"):
        return ""
    if repair.state == "queued":
        before = repairs.ahead(current.db, repair)
        if not before:
            return str(_("Bản sửa sắp được làm: không còn bản nào đứng trước."))
        return str(ngettext(
            "Bản sửa đang chờ: còn %(num)s bản đứng trước.",
            "Bản sửa đang chờ: còn %(num)s bản đứng trước.", before,
        ))
    seconds = checks.seconds_left(repair, at=current.now)
    if seconds is None:
        return str(_("Hệ thống đang làm bản sửa."))
    left = write_duration(seconds, current.language)
    return str(_("Hệ thống đang làm bản sửa, còn khoảng %(time)s.", time=left))


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


def _fix(code: str, repair_id: int) -> Repair:
    return repairs.find(current.db, _submission(code), repair_id)


def _form(submission: Submission) -> RepairForm:
    form, offered = RepairForm(), repairs.offered(submission)
    if "frame" not in offered:
        del form.frame
    if "length" not in offered:
        del form.cut
    return form


def _page(submission: Submission, form: RepairForm, status: int = 200) -> Response:
    repair, offered = repairs.latest(current.db, submission), repairs.offered(submission)
    close = submissions.closes_at(current.profile, submission)
    return page(
        "unit/repair.html",
        status,
        submission=submission,
        form=form,
        repair=repair,
        wait=repair_wait(repair),
        closes=close,
        offered=[offers()[word] for word in offered],
        left=repairs.left(current.db, submission),
        done=described(repair.recipe) if repair else [],
        may_ask=bool(offered) and current.now < close,
        may_send=(
            repair is not None
            and repair.state == "ready"
            and repairs.passes(repair)
            and current.now < close
        ),
        findings=_findings(repair) if repair else [],
        captions=captions.languages(current.db, submission),
    )


def _findings(repair: Repair) -> list[dict[str, Any]]:
    """Faults that remain in the repaired clip."""
    names = rule_names()
    return [
        found | {"title": names.get(found["rule"], found["rule"])}
        for found in checks.shown(repair.report, current.language) if found["kind"] != "ok"
    ]


def offers() -> dict[str, str]:
    """Kinds of repair -> their names for people."""
    return {
        "frame": _("Đưa khung hình về đúng tỉ lệ"), "borders": _("Bỏ viền đen quanh hình"),
        "length": _("Cắt cho đủ ngắn"), "sound": _("Chỉnh độ to của tiếng"),
    }
