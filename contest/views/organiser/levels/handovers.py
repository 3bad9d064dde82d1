"""Entries handed from one contest to another: what arrived, what was sent."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from contest.errors import Invalid
from contest.services.core import profiles
from contest.services.handover import handovers, letters
from contest.services.handover.handovers import code_of
from contest.views.shared.forms import Form, MultiCheckboxField
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("handovers", __name__, url_prefix="/c/<slug>/organiser/handovers")


class AcceptForm(Form):
    """Which of those that wait become entries."""

    ids = MultiCheckboxField(
        _l("Bài chờ nhận"), [InputRequired(_l("Hãy chọn ít nhất một bài."))],
        coerce=int, validate_choice=False,
    )


class DeclineForm(Form):
    """Why an entry is given back; who sent it reads this."""

    why = StringField(
        _l("Vì sao trả lại"), [InputRequired(_l("Hãy ghi vì sao trả lại.")), Length(max=1000)],
        description=_l("Nơi gửi đọc được."),
    )


@bp.get("")
@allows("organiser.read")
def listed() -> Response:
    """What arrived and what was sent."""
    return _listed()


def _listed(
    status: int = 200, accept: AcceptForm | None = None, decline: DeclineForm | None = None,
    refused_id: int = 0,
) -> Response:
    sent = handovers.sent(current.db, current.contest)
    return page(
        "organiser/handovers.html", status,
        arrived=handovers.arrived(current.db, current.contest), sent=sent, code_of=code_of,
        titles_there={one.id: profiles.profile_of(one.contest).contest.title for one in sent},
        title_of=letters.title_of, accept_form=accept or AcceptForm(formdata=None),
        decline_form=decline or DeclineForm(formdata=None), refused_id=refused_id,
    )


@bp.post("/accept")
@allows("handover.accept")
def accept() -> Response:
    """Make entries of those ticked: all, or none."""
    form = AcceptForm()
    with form.taken(lambda status: _listed(status, accept=form)):
        if not form.ids.data:
            raise Invalid("Hãy chọn ít nhất một bài.", "Choose at least one entry.")
        for handover_id in form.ids.data:
            found = handovers.find(current.db, current.contest, handover_id)
            handovers.accept(current.db, found, actor=current.actor, at=current.now)
    count = len(form.ids.data)
    flash_message(f"Đã nhận {count} bài; các bài đang chờ thẩm định.",
                  f"Entries accepted: {count}; they wait for review.")
    return back_to("handovers.listed")


@bp.post("/<int:handover_id>/decline")
@allows("handover.accept")
def decline(handover_id: int) -> Response:
    """Give one back, with the reason."""
    form = DeclineForm()
    with form.taken(lambda status: _listed(status, decline=form, refused_id=handover_id), "why"):
        handovers.decline(
            current.db, handovers.find(current.db, current.contest, handover_id),
            why=form.why.data or "", actor=current.actor, at=current.now,
        )
    flash_message("Đã trả lại bài.", "The entry was given back.")
    return back_to("handovers.listed")


@bp.post("/<int:handover_id>/take-back")
@allows("handover.offer")
def take_back(handover_id: int) -> Response:
    """Take back what nobody has decided on."""
    handovers.take_back(
        current.db, handovers.find_sent(current.db, current.contest, handover_id),
        actor=current.actor, at=current.now,
    )
    flash_message("Đã thu lại bài.", "The entry was taken back.")
    return back_to("handovers.listed")
