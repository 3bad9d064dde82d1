"""Signing in beside an organiser's screen: its QR code, and the code from one's own mail."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from contest.errors import Gone, Invalid
from contest.services.people import sign_in as signing_in
from contest.views.account.account import LinkForm, enter, this_browser
from contest.views.shared import throttle
from contest.views.shared.forms import refused
from contest.views.shared.support import allows, current, page

bp = Blueprint("one_use", __name__, url_prefix="/account/here")


class HereForm(LinkForm):
    code = StringField(
        _l("Mã 6 số trong thư gửi cho bạn"), [InputRequired(), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


@bp.get("")
@allows("account.sign_in")
def here() -> Response:
    """The address of the QR code; what it holds never reaches the server by GET."""
    return page("account/here.html", form=HereForm())


@bp.post("")
@throttle.guessed(throttle.CODES)
@allows("account.sign_in")
def send_here() -> Response:
    form = HereForm()
    if not form.validate():
        return page("account/here.html", 422, form=form)
    try:
        return enter(signing_in.on_the_spot(
            current.db, form.token.data, form.code.data, browser=this_browser(), at=current.now,
            key=current.platform.keys.invitations(current.db),
        ))
    except (Gone, Invalid) as error:
        current.db.commit()  # a wrong code counts although the answer is a refusal
        refused(form, "code" if isinstance(error, Invalid) else "token", error)
        return page("account/here.html", error.status, form=form)
