"""What anybody may ask about data that concern them; a unit's own link shows who asks.

The page says the same whether or not somebody is known here. Asking is throttled by address.
"""

from flask import Blueprint, request, send_file
from flask import Response as BaseResponse
from flask.blueprints import BlueprintSetupState
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from contest.actors import PUBLIC, Actor
from contest.errors import Gone
from contest.services.entry import submissions
from contest.services.privacy import links, requests, workdays
from contest.services.units import units
from contest.views.shared import media, throttle
from contest.views.shared.forms import Form
from contest.views.shared.privacy import words
from contest.views.shared.privacy.forms import AskForm
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("privacy", __name__, url_prefix="/c/<slug>/privacy")
ASKED = throttle.Allowance("5 per hour; 20 per day", "60 per hour; 300 per day")


@bp.record
def _days_off(state: BlueprintSetupState) -> None:
    """Requests are due by the installation's own days off, where they were corrected."""
    workdays.use(state.app.extensions["hoithi"].settings.data_dir)


class LinkForm(Form):
    """The secret part of a mailed link, which the page's script fills in."""

    token = StringField(_l("Mã trong liên kết"), [InputRequired(), Length(max=200)],
                        render_kw={"data-fragment": "", "autocomplete": "off"})


def _asking() -> Actor:
    """The unit of this browser, or nobody in particular."""
    actor = current.actor
    return actor if actor.contest_id == current.contest.id else PUBLIC


@bp.get("")
@allows("privacy.ask", by="unit")
def form() -> Response:
    return _page(AskForm(formdata=None))


@bp.post("")
@allows("privacy.ask", by="unit")
def ask() -> Response:
    """Store a request; whoever asks is shown the same page."""
    form = AskForm()
    with form.taken(lambda status: _page(form, status)):
        if _asking().kind != "unit":
            throttle.Attempt(request.endpoint or "", ASKED).reserve()
        requests.ask(
            current.db, current.contest, form.asked(), actor=_asking(), at=current.now
        )
    return back_to("privacy.sent")


@bp.get("/sent")
@allows("privacy.ask", by="unit")
def sent() -> Response:
    return page("privacy/sent.html")


@bp.post("/<int:privacy_id>/take-back")
@allows("privacy.ask", by="unit")
def take_back(privacy_id: int) -> Response:
    """A unit no longer asks for it."""
    requests.take_back(
        current.db, current.contest, privacy_id, actor=_asking(), at=current.now
    )
    flash_message("Đã rút lại yêu cầu.", "The request is taken back.")
    return back_to("privacy.form")


@bp.get("/confirm")
@allows("privacy.ask", by="unit")
def link() -> Response:
    """Where the mailed link leads; previews of links confirm nothing."""
    return page("privacy/confirm.html", form=LinkForm(formdata=None), done=None)


@bp.post("/confirm")
@throttle.guessed(throttle.CODES)
@allows("privacy.ask", by="unit")
def confirm() -> Response:
    form = LinkForm()
    with form.taken(lambda status: page("privacy/confirm.html", status, form=form, done=None),
                    "token"):
        number = links.request_of(current.platform.keys, "confirm", form.token.data or "")
        done = requests.confirm(current.db, number, at=current.now)
    return page("privacy/confirm.html", form=form, done=done)


@bp.get("/archive")
@allows("privacy.ask", by="unit")
def archive() -> Response:
    """Where the link to one's own data leads."""
    return page("privacy/archive.html", form=LinkForm(formdata=None))


@bp.post("/archive")
@throttle.guessed(throttle.CODES)
@allows("privacy.ask", by="unit")
def download() -> BaseResponse:
    """The archive, to whoever has the mailed link, while it is kept."""
    form = LinkForm()
    with form.taken(lambda status: page("privacy/archive.html", status, form=form), "token"):
        number = links.request_of(current.platform.keys, "archive", form.token.data or "")
        found = requests.find(current.db, current.contest, number)
        if not found.archive_sha256 or current.now >= (found.archive_until or current.now):
            raise Gone("Tệp này không còn. Hãy gửi lại yêu cầu.",
                       "This file is no longer there. Please ask again.")
        path = media.local(found.archive_sha256)
    answer = send_file(path, mimetype="application/zip", as_attachment=True,
                       download_name=f"{found.code}.zip", max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(form: AskForm, status: int = 200) -> Response:
    actor = _asking()
    mine = actor.kind == "unit"
    unit = units.find(current.db, current.contest, actor.unit_id or 0) if mine else None
    asked = requests.of_unit(current.db, current.contest, unit.id) if unit else []
    return page(
        "privacy/form.html", status, form=form, unit=unit, periods=words.periods(current.profile),
        entries=submissions.of_unit(current.db, unit) if unit else [],
        asked=asked, decided={one.id for one in asked if requests.is_decided(current.db, one)},
    )
