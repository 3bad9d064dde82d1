"""The words of every letter: the contest's own or the standard ones, with a preview."""

from dataclasses import replace
from functools import partial

from flask import Blueprint, Flask, current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from contest import mail_rendering
from contest.errors import DomainError, not_found
from contest.models import AuditRow, Mail
from contest.profile import letters
from contest.profile.letters import FIELDS, LETTERS, Words
from contest.services.core import audit, mail
from contest.services.desk import activity
from contest.services.messages import letter_texts, samples
from contest.services.people import invitations
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("letters", __name__, url_prefix="/c/<slug>/organiser/messages/letters")
ONE = "/<letter>/<any(vi, en):spoken>"
HISTORY = 20


class WordsForm(Form):
    """A letter's own subject and text."""

    subject = StringField(_l("Tiêu đề"), [InputRequired(), Length(max=letters.MOST_SUBJECT)])
    body = TextAreaField(
        _l("Nội dung"), [InputRequired(), Length(max=letters.MOST_BODY)],
        description=_l("Dòng trống chia đoạn. Lời chào, nút bấm và chữ ký được thêm tự động."),
        render_kw={"rows": 12},
    )

    def words(self, letter: str) -> Words:
        return Words(letter, self.subject.data or "", self.body.data or "")


@bp.get("")
@allows("organiser.read")
def listed() -> Response:
    """Every letter, by whom it is read, and which have words of their own."""
    own = {(row.letter, row.language) for row in letter_texts.of_contest(
        current.db, current.contest)}
    return page("organiser/letters.html", own=own,
                letters=letters.of_rules(bool(current.profile.filings)))


@bp.get(ONE)
@allows("organiser.read")
def one(letter: str, spoken: str) -> Response:
    """The words in force, to change; how a real letter looks with them; earlier words."""
    words = _in_force(letter, spoken)
    form = WordsForm(formdata=None, subject=words.subject, body=words.body)
    return _page(form, letter, spoken, words)


@bp.post(ONE)
@allows("letter.change")
def save(letter: str, spoken: str) -> Response:
    """Use these words from now on."""
    _in_force(letter, spoken)
    form = WordsForm()
    with form.taken(lambda status: _page(form, letter, spoken, None, status)):
        letter_texts.save(current.db, current.contest, form.words(letter), spoken,
                          actor=current.actor, at=current.now)
    flash_message("Đã lưu lời thư.", "The words were saved.")
    return back_to("letters.one", letter=letter, spoken=spoken)


@bp.post(f"{ONE}/preview")
@allows("organiser.read")
def preview(letter: str, spoken: str) -> Response:
    """How a real letter looks with these words; nothing is stored."""
    _in_force(letter, spoken)
    form = WordsForm()
    if not form.validate_on_submit():
        return _page(form, letter, spoken, None, 422)
    words = form.words(letter)
    try:
        letters.check(words)
    except DomainError as error:
        form.form_errors = [error.message(current.language)]
        return _page(form, letter, spoken, None, error.status)
    return _page(form, letter, spoken, words)


@bp.post(f"{ONE}/standard")
@allows("letter.change")
def standard(letter: str, spoken: str) -> Response:
    """Take the standard words again."""
    _in_force(letter, spoken)
    letter_texts.reset(current.db, current.contest, letter, spoken, actor=current.actor,
                       at=current.now)
    flash_message("Đã dùng lại lời mẫu.", "The standard words are used again.")
    return back_to("letters.one", letter=letter, spoken=spoken)


def _in_force(letter: str, spoken: str) -> Words:
    """The own words, else the standard ones. Raises ``NotFound`` for a letter that there is not."""
    if letter not in LETTERS:
        raise not_found()
    own = letter_texts.words_of(current.db, current.contest.id, letter, spoken)
    return own or mail_rendering.standard(
        _app(), letter, language=spoken, contest=current.contest, base_url=_base())


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


def _base() -> str:
    return current.platform.settings.base_url


def _page(
    form: WordsForm, letter: str, spoken: str, words: Words | None, status: int = 200
) -> Response:
    row = letter_texts.row_of(current.db, current.contest, letter, spoken)
    history = _history(audit.subject_of(row)) if row else []
    return page(
        "organiser/letter.html", status, form=form, letter=letter, spoken=spoken,
        known=LETTERS[letter], own=bool(row and row.body), shown=_shown(letter, spoken, words),
        names={name: FIELDS[name] for name in letters.names(letter)},
        history=history, people=activity.names(current.db, {past.actor for past in history}),
    )


def _history(subject: str) -> list[AuditRow]:
    query = select(AuditRow).where(
        AuditRow.contest_id == current.contest.id, AuditRow.subject == subject)
    return list(current.db.scalars(query.order_by(AuditRow.seq.desc()).limit(HISTORY)))


def _shown(
    letter: str, spoken: str, words: Words | None
) -> mail_rendering.RenderedMail | None:
    """The letter to somebody of this contest; None where nobody would get one yet, or the words
    are faulty."""
    params = samples.params_of(current.db, current.contest, letter, actor=current.actor,
                               at=current.now)
    if words is None or params is None:
        return None
    row = Mail(contest_id=current.contest.id, to="", template=letter, language=spoken,
               params=params, created_at=current.now)
    token_of = partial(invitations.token_of, key=current.platform.keys.invitations(current.db))
    return mail_rendering.render(
        _app(), letter, language=spoken, contest=current.contest, base_url=_base(),
        values=mail.values(current.db, row, token_of=token_of, at=current.now),
        words=replace(words, body=words.body.strip()),
    )
