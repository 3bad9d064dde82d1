"""Postpone a phase, or extend the grace: seen before, done in one step."""

from datetime import datetime, timedelta

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from contest.errors import DomainError, Invalid
from contest.services.desk import grace, postponing
from contest.services.desk.postponing import Move, Preview
from contest.services.entry import uploads
from contest.services.rules.changes import in_words
from contest.services.rules.words import label_of
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("postpone", __name__, url_prefix="/c/<slug>/organiser/rules")
REASON = [InputRequired(_l("Hãy ghi lý do.")), Length(max=500)]
PUBLIC = _l("Ai cũng đọc được, trên trang thể lệ và trong thư báo.")


class MoveForm(Form):
    """Which phase, to when; the values stand in the address, for looking stores nothing."""

    class Meta(Form.Meta):
        csrf = False

    phase = RadioField(_l("Mốc cần dời"), default="schedule.entries_close")  # a list cuts it off
    days = IntegerField(
        _l("Dời bao nhiêu ngày"), [Optional(), NumberRange(min=-366, max=366)],
        description=_l("Số âm để làm sớm hơn. Giờ trong ngày giữ nguyên."),
    )
    until = DateTimeLocalField(
        _l("Hoặc ngày giờ mới"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    )
    following = RadioField(
        _l("Các mốc sau đó"), default="1",
        choices=[SelectChoice("1", _l("Dời theo cùng số ngày")),
                 SelectChoice("0", _l("Giữ nguyên"))],
    )

    def __init__(self) -> None:
        super().__init__(request.args if request.args else None)
        self.phase.choices = [SelectChoice(key, said) for key, said in _phases().items()]

    def move(self) -> Move:
        """What is wanted. Raises ``Invalid`` unless one of days and moment is given."""
        if bool(self.days.data) == bool(self.until.data):
            raise Invalid("Hãy ghi số ngày, hoặc ngày giờ mới (chỉ một trong hai).",
                          "Give the number of days or the new moment, one of the two.")
        by = timedelta(days=self.days.data or 0)
        if self.until.data and self.phase.data:
            by = _aware(self.until.data) - postponing.instants(current.contest)[self.phase.data]
        return Move(self.phase.data, by, self.following.data != "0")


class ConfirmForm(Form):
    """Confirms what was seen."""

    phase, seconds = HiddenField(), HiddenField()
    following, revision = HiddenField(), HiddenField()
    reason = TextAreaField(_l("Lý do"), REASON, description=PUBLIC, render_kw={"rows": 2})
    tell = BooleanField(_l("Gửi thư báo cho các đơn vị (và giám khảo, nếu hạn chấm đổi)"))

    def move(self) -> Move:
        try:
            by = timedelta(seconds=int(self.seconds.data or 0))
        except (ValueError, OverflowError):
            by = timedelta()
        return Move(self.phase.data or "", by, self.following.data == "1")


class GraceForm(Form):
    """How long an upload begun in time may take after the close."""

    minutes = IntegerField(
        _l("Số phút gửi nốt sau hạn"),
        [InputRequired(_l("Hãy ghi số phút.")), NumberRange(min=0, max=24 * 60)],
    )
    grace_reason = TextAreaField(_l("Lý do"), REASON, description=PUBLIC, render_kw={"rows": 2})


def _phases() -> dict[str, str]:
    """The dates of the rules in words: "Hạn nhận clip: hết ngày 10/6/2023 (thứ Bảy)"."""
    n, zone = int(current.language == "en"), current.profile.schedule.zone
    return {
        key: f"{_label(key)}: {in_words(moment, zone, key)[n]}"
        for key, moment in postponing.instants(current.contest).items()
    }


def _label(key: str) -> str:
    label = label_of(key)
    return label.en if current.language == "en" else label.vi


def _aware(local: datetime) -> datetime:
    return local.replace(tzinfo=current.profile.schedule.zone)


@bp.get("/postpone")
@allows("profile.change")
def show() -> Response:
    """The form; with a move in the address what it would do. Nothing is stored."""
    form = MoveForm()
    if not request.args:
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    try:
        move = form.move()
        seen = postponing.preview(current.db, current.contest, move, at=current.now)
    except DomainError as error:
        form.days.errors = [error.message(current.language)]
        return _page(form, status=error.status)
    return _page(form, seen, _confirm(move))


def _confirm(move: Move) -> ConfirmForm:
    assert current.contest.revision is not None  # noqa: S101 - a contest is made with its first
    return ConfirmForm(formdata=None, data={
        "phase": move.phase, "seconds": int(move.by.total_seconds()),
        "following": "1" if move.following else "0",
        "revision": current.contest.revision.number, "tell": True,
    })


def _page(
    form: MoveForm, seen: Preview | None = None, confirm: ConfirmForm | None = None,
    grace_form: GraceForm | None = None, status: int = 200,
) -> Response:
    minutes = current.profile.schedule.grace_minutes
    return page(
        "organiser/postpone.html", status, form=form, seen=seen, confirm=confirm,
        grace_form=grace_form or GraceForm(formdata=None, data={"minutes": minutes}),
        open_uploads=uploads.count_open(current.db, current.contest),
        n=int(current.language == "en"),
    )


@bp.post("/postpone")
@allows("profile.change")
def move() -> Response:
    """Move the dates that were looked at."""
    form, revision = ConfirmForm(), 0
    if (form.revision.data or "").isdecimal():
        revision = int(form.revision.data)
    wanted = form.move()

    def again(status: int) -> Response:
        seen = postponing.preview(current.db, current.contest, wanted, at=current.now)
        return _page(MoveForm(), seen, form, status=status)

    if not form.validate_on_submit():
        return again(422)
    mails = postponing.postpone(
        current.db, current.contest, wanted, reason=form.reason.data or "", revision=revision,
        actor=current.actor, at=current.now, tell=form.tell.data,
    )
    flash_message(f"Đã dời lịch; {mails} thư báo được gửi.",
                  f"The dates have moved; {mails} mails go out.")
    return back_to("organiser.profile")


@bp.post("/grace")
@allows("profile.change")
def extend() -> Response:
    """Let uploads begun in time take longer, those under way as well."""
    form = GraceForm()
    if not form.validate_on_submit():
        return _page(MoveForm(), grace_form=form, status=422)
    try:
        running = grace.set_minutes(
            current.db, current.contest, form.minutes.data, reason=form.grace_reason.data or "",
            actor=current.actor, at=current.now,
        )
    except DomainError as error:
        form.minutes.errors = [error.message(current.language)]
        current.db.rollback()
        return _page(MoveForm(), grace_form=form, status=error.status)
    flash_message(f"Đã đổi thời gian gửi nốt; {running} lượt đang gửi theo giờ mới.",
                  f"The grace was changed; {running} uploads under way follow it.")
    return back_to("postpone.show")
