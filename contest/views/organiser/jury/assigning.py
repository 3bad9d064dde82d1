"""Who marks which clip: the step that gives clips out, its preview, and moves by hand."""

from collections.abc import Sequence

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from contest.services.jury import assigning, assignments, given_lists, jurors, jury_round
from contest.services.jury.assigning import Draft
from contest.services.jury.jurors import Seat
from contest.views.organiser.awards.refusals import Refused, beside
from contest.views.organiser.people import SelectMultipleCheckboxField
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("assigning", __name__, url_prefix="/c/<slug>/organiser/jury/assignment")

LISTED = 200  # clips of a preview, one by one; the numbers are of all


class DrawForm(Form):
    """What is done once the preview was looked at."""

    seed = HiddenField(validators=[InputRequired(), Length(max=32)])
    sha256 = HiddenField(validators=[InputRequired(), Length(min=64, max=64)])
    again = HiddenField()


class PreviewForm(Form):
    class Meta(Form.Meta):
        csrf = False  # it only asks

    seed = StringField(
        _l("Mã bốc thăm"), [InputRequired(_l("Hãy ghi mã bốc thăm.")), Length(max=32)],
        description=_l("Cùng mã, cùng clip, cùng giám khảo thì chia ra như nhau."),
    )
    again = BooleanField(
        _l("Chia lại cả những clip chưa ai bắt đầu chấm"),
        description=_l("Không chọn: chỉ giao những gì còn thiếu."),
    )


class MoveForm(Form):
    code = StringField(_l("Mã clip"), [InputRequired(_l("Hãy ghi mã clip.")), Length(max=16)])
    giver = SelectField(_l("Chuyển từ"))
    taker = SelectField(_l("Giao cho"))


class CategoryForm(Form):
    categories = SelectMultipleCheckboxField(_l("Chấm các mảng"))


@bp.get("")
@allows("organiser.read")
def overview() -> Response:
    """How much each juror has, which clip is whose; with ``seed`` what the step would do."""
    return _page()


@bp.post("/draw")
@allows("result.close")
def draw() -> Response:
    form = DrawForm()
    if not form.validate_on_submit():
        return _page(422)
    with beside("draw", _stopped):
        done = assigning.share_out(
            current.db, current.contest, seed=form.seed.data or "", again=bool(form.again.data),
            sha256=form.sha256.data, actor=current.actor, at=current.now,
        )
    flash_message(f"Đã phân công {done.given} lượt chấm.", f"Given out: {done.given}.")
    return back_to("assigning.overview")


@bp.post("/move")
@allows("result.close")
def move() -> Response:
    form = _move_form(_seats())
    if not form.validate_on_submit():
        return _page(422, moving=form)
    with beside("move", lambda status, refused: _page(status, refused, moving=form)):
        assigning.move(
            current.db, current.contest, form.code.data or "",
            giver=int(form.giver.data) if form.giver.data else None, taker=int(form.taker.data),
            actor=current.actor, at=current.now,
        )
    code = (form.code.data or "").strip().upper()
    flash_message(f"Đã giao clip {code}.", f"Clip {code} is given.")
    return back_to("assigning.overview")


@bp.post("/<int:user_id>/categories")
@allows("result.close")
def categories(user_id: int) -> Response:
    form = _category_form(user_id)
    if not form.validate_on_submit():
        return _page(422)
    with beside("categories", _stopped):
        assigning.choose_categories(
            current.db, current.contest, {user_id: set(form.categories.data or ())},
            actor=current.actor, at=current.now,
        )
    flash_message("Đã lưu mảng của giám khảo.", "The juror's categories are saved.")
    return back_to("assigning.overview")


def _stopped(status: int, refused: Refused) -> Response:
    return _page(status, refused)


def _seats() -> list[Seat]:
    return jurors.sitting(current.db, current.contest)


def _move_form(seats: Sequence[Seat], *, fresh: bool = False) -> MoveForm:
    form = MoveForm(formdata=None) if fresh else MoveForm()
    people = [(str(seat.user.id), f"{seat.code} · {seat.user.name}") for seat in seats]
    form.giver.choices = [("", _("Không ai: giao thêm người")), *people]
    form.taker.choices = people
    if fresh:
        form.code.data = request.args.get("code", "")[:16]
    return form


def _category_form(user_id: int, chosen: Sequence[str] | None = None) -> CategoryForm:
    filled = {"data": {"categories": list(chosen)}, "formdata": None} if chosen is not None else {}
    form = CategoryForm(prefix=f"juror{user_id}", **filled)
    form.categories.choices = [
        (one.id, one.name[current.language]) for one in current.profile.categories
    ]
    return form


def _preview() -> tuple[PreviewForm, Draft | None]:
    """The form that asks for a preview, and the preview that it asked for."""
    asked = PreviewForm(request.args if "seed" in request.args else MultiDict())
    if "seed" not in request.args or not asked.validate():
        asked.seed.data = asked.seed.data or assigning.new_seed()
        return asked, None
    found = assigning.draft(
        current.db, current.contest, seed=asked.seed.data or "", again=bool(asked.again.data),
        actor=current.actor,
    )
    return asked, found


def _page(
    status: int = 200, refused: Refused | None = None, moving: MoveForm | None = None
) -> Response:
    if not current.profile.jury.assigned:
        return page("organiser/assigning.html", status, refused=refused, everybody=True)
    contest, db, seats = current.contest, current.db, _seats()
    asked, found = _preview()
    short = request.args.get("show") == "short"
    clips = given_lists.listed(
        db, contest, short=short, number=page_number(), actor=current.actor)
    theirs = assignments.categories(db, contest)
    by_category = current.profile.jury.assignment == "category"
    return page(
        "organiser/assigning.html", status, refused=refused, everybody=False, asked=asked,
        draft=found, most=LISTED, drawing=_draw_form(found), short=short, found=clips,
        pages=neighbours(clips, "assigning.overview"),
        progress=[one for one in jury_round.progress(db, contest) if one.left is None],
        moving=moving or _move_form(seats, fresh=True), last=assigning.last(db, contest),
        choosing={
            seat.user.id: _category_form(seat.user.id, sorted(theirs.get(seat.user.id, ())))
            for seat in seats
        } if by_category else {},
        codes={seat.code: seat.user.name for seat in seats},
    )


def _draw_form(found: Draft | None) -> DrawForm:
    form = DrawForm(formdata=None)
    if found is not None:
        form.seed.data, form.sha256.data = found.seed, found.sha256
        form.again.data = "1" if found.again else ""
    return form
