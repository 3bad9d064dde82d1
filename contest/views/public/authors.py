"""A named author, or a child's guardian, opens their link: agrees, corrects the name, objects.

The link's secret stands behind ``#`` and goes from form to form; nothing is kept in the browser.
"""

from flask import Blueprint, abort
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from contest.services.privacy import authors
from contest.services.privacy.authors import Guardian, Opened
from contest.views.public.privacy import LinkForm
from contest.views.shared import throttle
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, current, page

bp = Blueprint("author", __name__, url_prefix="/c/<slug>/author")
ACTS = ("confirm", "correct", "object", "agree")


class AnswerForm(Form):
    """What an author says. Which fields belong to an answer is judged by the service."""

    token = HiddenField(validators=[InputRequired(), Length(max=200)])
    name = StringField(_l("Họ và tên"), [Length(max=200)])
    birth_year = IntegerField(_l("Năm sinh"), [Optional()],
                              render_kw={"inputmode": "numeric", "autocomplete": "bday-year"})
    guardian_name = StringField(_l("Họ tên người giám hộ"), [Length(max=200)])
    guardian_relation = StringField(_l("Quan hệ với bạn"), [Length(max=100)])
    guardian_contact = StringField(_l("Điện thoại hoặc email của người giám hộ"),
                                   [Length(max=254)])
    why = TextAreaField(_l("Bạn không đồng ý điều gì?"), [Length(max=2000)])


@bp.get("")
@allows("privacy.ask", by="unit")
def link() -> Response:
    """Where the link leads; it tells nothing and changes nothing until the button is pressed."""
    return page("privacy/author_link.html", form=LinkForm(formdata=None))


@bp.post("")
@throttle.guessed(throttle.CODES)
@allows("privacy.ask", by="unit")
def open_link() -> Response:
    """What the author is asked."""
    form = LinkForm()
    with form.taken(lambda status: page("privacy/author_link.html", status, form=form), "token"):
        found = _opened(form.token.data or "")
    return _page(found, AnswerForm(formdata=None, token=form.token.data, name=found.word.name))


@bp.post("/<act>")
@throttle.guessed(throttle.CODES)
@allows("privacy.ask", by="unit")
def answer(act: str) -> Response:
    """Confirm, correct the name, object; a guardian agrees."""
    if act not in ACTS:
        abort(404)
    form = AnswerForm()
    found = _opened(form.token.data or "")
    field = {"object": "why", "correct": "name"}.get(act, "birth_year")
    with form.taken(lambda status: _page(found, form, status), field):
        _do(act, found, form)
    return _page(found, AnswerForm(formdata=None, token=form.token.data, name=found.word.name),
                 said=act)


def _do(act: str, found: Opened, form: AnswerForm) -> None:
    if act == "confirm":
        authors.confirm(
            current.db, found, birth_year=form.birth_year.data,
            guardian=Guardian(form.guardian_name.data or "", form.guardian_relation.data or "",
                              form.guardian_contact.data or ""), at=current.now,
        )
    elif act == "correct":
        authors.correct(current.db, found, form.name.data or "", at=current.now)
    elif act == "object":
        authors.object_to(current.db, found, form.why.data or "", at=current.now)
    else:
        authors.agree(current.db, found, at=current.now)


def _opened(token: str) -> Opened:
    return authors.opened(current.db, current.platform.keys, token, at=current.now)


def _page(found: Opened, form: AnswerForm, status: int = 200, said: str = "") -> Response:
    """``said``: the answer that was just stored."""
    guardian_link = ""
    if said == "confirm" and found.word.guardian == "asked":
        guardian_link = (f"{current.platform.settings.base_url}/c/{current.contest.slug}/author#"
                         f"{authors.token(current.platform.keys, found.word, guardian=True)}")
    return page(
        "privacy/author.html", status, word=found.word, submission=found.submission, form=form,
        guardian=found.guardian, said=said, guardian_link=guardian_link,
    )
