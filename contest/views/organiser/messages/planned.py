"""What goes out by itself and when: each planned reminder, stopped or sent now by one tap."""

from functools import partial

from flask import Blueprint
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from contest.errors import Invalid
from contest.profile import reminding
from contest.services.core import pagination
from contest.services.desk import activity
from contest.services.messages import planned
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("messages", __name__, url_prefix="/c/<slug>/organiser/messages")
ACT = "/<any(send, stop, resume):act>"


class WaveForm(Form):
    """Which planned reminder."""

    wave = HiddenField(validators=[InputRequired(), Length(max=60)])


@bp.get("")
@allows("organiser.read")
def listed() -> Response:
    """Every reminder that the rules plan: when, to whom, which words; what failed."""
    found = planned.waves(current.db, current.contest, at=current.now)
    part = pagination.part(found, page_number())
    stopped_by = {wave.stop.stopped_by for wave in part.rows if wave.stop}
    return page(
        "organiser/messages.html", waves=part.rows, pages=neighbours(part),
        form=WaveForm(formdata=None), planned=reminding.planned(current.profile),
        failed=planned.failures(current.db, current.contest),
        names=activity.names(current.db, stopped_by),
        filing_of=partial(reminding.filing_of, current.profile),
    )


@bp.post(ACT)
@allows("reminder.send")
def act(act: str) -> Response:
    """Stop a planned reminder, let it go out after all, or send it now."""
    form = WaveForm()
    if not form.validate_on_submit():
        raise Invalid("Chưa chọn lời nhắc nào. Hãy tải lại trang.",
                      "No reminder was chosen. Please reload the page.")
    word, actor, at = form.wave.data, current.actor, current.now
    if act == "send":
        count = planned.send_now(current.db, current.contest, word, actor=actor, at=at)
        flash_message(f"Đã xếp {count} thư nhắc để gửi.", f"Reminders queued: {count}.")
    elif act == "stop":
        planned.stop(current.db, current.contest, word, actor=actor, at=at)
        flash_message("Đã dừng lời nhắc này.", "This reminder was stopped.")
    else:
        planned.resume(current.db, current.contest, word, actor=actor, at=at)
        flash_message("Lời nhắc này lại được gửi theo lịch.",
                      "This reminder is planned again.")
    return back_to("messages.listed")
