"""Where a contest stands: the one above it, those below, what each has come to; handing up."""

from collections.abc import Callable

from flask import Blueprint, send_file
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from contest.actors import SYSTEM
from contest.models import LevelLink
from contest.services.core import profiles, spreadsheets
from contest.services.filings import overview
from contest.services.levels import handing_up, links, tree
from contest.views.organiser.filings.zipped import zipped
from contest.views.shared.forms import Form, MultiCheckboxField
from contest.views.shared.paging import sought
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("levels", __name__, url_prefix="/c/<slug>/organiser/levels")


class AskForm(Form):
    """What the organisers above should know."""

    note = TextAreaField(_l("Lời nhắn cho cấp trên"), [Length(max=1000)], render_kw={"rows": 2})


class UnitForm(Form):
    """As which unit a contest below stands here."""

    name = StringField(
        _l("Là đơn vị nào ở đây"), [InputRequired(_l("Hãy ghi tên đơn vị.")), Length(max=200)],
        description=_l("Bài gửi lên là bài của đơn vị này; chưa có thì được thêm."),
    )


class WhyForm(Form):
    """Why a contest is not, or no longer, taken as one below."""

    why = StringField(_l("Lý do"), [InputRequired(_l("Hãy ghi lý do.")), Length(max=500)])


class SendForm(Form):
    """Which entries go up."""

    codes = MultiCheckboxField(
        _l("Bài gửi lên"), [InputRequired(_l("Hãy chọn ít nhất một bài."))], validate_choice=False
    )
    note = TextAreaField(_l("Lời nhắn cho cấp trên"), [Length(max=1000)], render_kw={"rows": 2})


@bp.get("")
@allows("organiser.read")
def home() -> Response:
    """The link to the contest above, those that ask to stand below, and the tree."""
    return _home()


def _home(
    status: int = 200, ask: AskForm | None = None, unit: UnitForm | None = None,
    why: WhyForm | None = None, level_id: int = 0,
) -> Response:
    found = links.of_parent(current.db, current.contest)
    parent = links.parent_of(current.db, current.contest)
    return page(
        "organiser/levels.html", status, parent=parent,
        above_title=profiles.profile_of(parent).contest.title if parent else None,
        own=links.of_child(current.db, current.contest), below=found,
        ask_form=ask or AskForm(formdata=None), unit_form=unit, why_form=why, refused_id=level_id,
        names={one.id: links.unit_name(one) for one in found if one.state == "asked"},
        titles={one.id: profiles.profile_of(one.child).contest.title for one in found if one.child},
        root=tree.of(current.db, current.contest, at=current.now),
    )


@bp.post("/ask")
@allows("handover.offer")
def ask() -> Response:
    """Ask the contest above, which the rules name."""
    form = AskForm()
    with form.taken(lambda status: _home(status, ask=form), "note"):
        links.ask(current.db, current.contest, note=form.note.data or "", actor=current.actor,
                  at=current.now)
    flash_message("Đã gửi; cấp trên nhận thư và xác nhận.",
                  "It is sent; the organisers above get a mail and confirm.")
    return back_to("levels.home")


@bp.post("/<int:level_id>/confirm")
@allows("handover.accept")
def confirm(level_id: int) -> Response:
    """Take a contest as one below."""
    form = UnitForm()
    with form.taken(lambda status: _home(status, unit=form, level_id=level_id), "name"):
        links.confirm(current.db, _link(level_id), name=form.name.data or "", actor=current.actor,
                      at=current.now)
    flash_message("Đã xác nhận hội thi cấp dưới.", "The contest stands below yours now.")
    return back_to("levels.home")


@bp.post("/<int:level_id>/refuse")
@allows("handover.accept")
def refuse(level_id: int) -> Response:
    """Do not take it."""
    return _ended(level_id, links.refuse, "Đã trả lời là không nhận.", "It was refused.")


@bp.post("/<int:level_id>/end")
@allows("handover.accept")
def end(level_id: int) -> Response:
    """It stands below no more."""
    return _ended(level_id, links.end, "Hội thi đó không còn là cấp dưới.",
                  "That contest stands below no more.")


def _ended(level_id: int, act: Callable[..., None], vi: str, en: str) -> Response:
    form = WhyForm()
    with form.taken(lambda status: _home(status, why=form, level_id=level_id), "why"):
        act(current.db, _link(level_id), why=form.why.data or "", actor=current.actor,
            at=current.now)
    flash_message(vi, en)
    return back_to("levels.home")


def _link(level_id: int) -> LevelLink:
    return links.find(current.db, current.contest, level_id)


@bp.get("/<int:level_id>/filings.zip")
@allows("export.read")
def filings(level_id: int) -> Response:
    """What the units of a contest below have filed: a table of each filing, and its files."""
    below = links.confirmed(current.db, current.contest, level_id)
    profile = profiles.profile_of(below)
    keys = [one.id for one in profile.filings]
    found = overview.everything(current.db, below, actor=SYSTEM, at=current.now)
    tables = [(f"{key}.xlsx", spreadsheets.workbook({
        key[:31]: overview.table(found, profile, key, current.language)})) for key in keys]
    return send_file(zipped(below, keys, tables, apart=True), "application/zip",
                     as_attachment=True, download_name=f"{below.slug}.zip")


# ---------------------------------------------------------------------------- handing up


@bp.get("/send")
@allows("handover.offer")
def send_form() -> Response:
    """The winners, ticked; how many may go up; what was sent."""
    return _send(SendForm(formdata=None))


def _send(form: SendForm, status: int = 200) -> Response:
    words = sought()
    found = handing_up.candidates(current.db, current.contest, current.language, words=words)
    open_ = [one for one in found if not one.under_way]
    form.codes.choices = [SelectChoice(one.submission.code, one.submission.title) for one in open_]
    if not form.is_submitted():
        form.codes.data = [one.submission.code for one in open_
                           if one.line and one.line.prize and not one.lacks]
    return page(
        "organiser/levels_send.html", status, form=form, candidates=found, words=words,
        link=links.of_child(current.db, current.contest),
        rooms=handing_up.rooms(current.db, current.contest),
        categories={one.id: one.name for one in current.profile.categories},
    )


@bp.post("/send")
@allows("handover.offer")
def send() -> Response:
    """Offer the ticked entries to the contest above, in one step."""
    form = SendForm()
    with form.taken(lambda status: _send(form, status)):
        made = handing_up.hand_up(
            current.db, current.contest, form.codes.data or [], note=form.note.data or "",
            actor=current.actor, at=current.now,
        )
    flash_message(f"Đã gửi {len(made)} bài lên cấp trên.", f"Entries handed up: {len(made)}.")
    return back_to("handovers.listed")
