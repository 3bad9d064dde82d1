"""Entries handed from one contest to another: what arrived, what was sent."""

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from contest.errors import Invalid
from contest.services.core import profiles
from contest.services.handover import handovers, letters, lists
from contest.services.handover.handovers import code_of
from contest.services.handover.lists import LISTS
from contest.views.shared.forms import Form, MultiCheckboxField
from contest.views.shared.paging import neighbours, page_number, sought
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
    """One of the lists, ``list``: what waits, what was decided, what was sent; ``q`` and ``show``
    narrow it."""
    return _listed()


def _listed(
    status: int = 200, accept: AcceptForm | None = None, decline: DeclineForm | None = None,
    refused_id: int = 0,
) -> Response:
    counts = lists.counts(current.db, current.contest)
    name = request.args.get("list", "")
    if name not in LISTS:  # the first that has any
        name = next((one for one in LISTS if counts[one]), "waiting")
    show, words = request.args.get("show", ""), sought()
    found = lists.listed(
        current.db, current.contest, name, state=show, words=words, number=page_number())
    kept = {"list": request.args.get("list"), "q": words, "page": found.number}
    return page(
        "organiser/handovers.html", status, found=found, counts=counts, shown_list=name,
        show=show, states=LISTS[name], words=words, code_of=code_of, title_of=letters.title_of,
        pages=neighbours(found, "handovers.listed"),
        where={one.id: profiles.profile_of(one.contest).contest.title for one in found.rows},
        here={key: value for key, value in kept.items() if value and value != 1},
        accept_form=accept or AcceptForm(formdata=None),
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
    return back_to("handovers.listed", list="sent")
