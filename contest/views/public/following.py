"""Following a contest from its page: a browser is told of news, without an account.

Turning it on is throttled by address. Without JavaScript the calendar on the same page does it.
"""

from flask import Blueprint, request
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from contest.errors import Invalid
from contest.services.following import followers
from contest.views.shared import throttle
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, current

bp = Blueprint("following", __name__, url_prefix="/c/<slug>/follow")
ASKED = throttle.Allowance("20 per hour; 60 per day", "600 per hour; 5000 per day")


class EndpointForm(Form):
    """The browser that is meant."""

    endpoint = HiddenField(validators=[InputRequired(), Length(max=1000)])


class BrowserForm(EndpointForm):
    """What a browser says of its subscription."""

    browser_key = HiddenField(validators=[InputRequired(), Length(max=100)])
    auth = HiddenField(validators=[InputRequired(), Length(max=40)])


@bp.post("")
@allows("public.follow")
def follow() -> Response:
    """Tell this browser of the contest from now on."""
    form = BrowserForm()
    if not form.validate_on_submit():
        raise _unreadable()
    throttle.Attempt(request.endpoint or "", ASKED).reserve()
    followers.follow(
        current.db, current.contest, form.endpoint.data, form.browser_key.data, form.auth.data,
        language=current.language, at=current.now,
    )
    return Response(status=204)


@bp.post("/end")
@allows("public.follow")
def end() -> Response:
    """Tell this browser no more."""
    form = EndpointForm()
    if not form.validate_on_submit():
        raise _unreadable()
    followers.forget(current.db, current.contest, form.endpoint.data)
    return Response(status=204)


def _unreadable() -> Invalid:
    return Invalid("Trình duyệt gửi thiếu thông tin. Hãy tải lại trang rồi bật lại.",
                   "The browser's answer is incomplete. Reload the page and try again.")
