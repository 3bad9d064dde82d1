"""Named authors on a page: who has confirmed, their links, the form that asks."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from contest.models import Submission
from contest.services.entry import consents
from contest.services.entry.consents import Named
from contest.services.privacy import authors
from contest.views.shared.forms import Form
from contest.views.shared.support import current


class AskForm(Form):
    """A link for one named author; a mail goes out where there is an address."""

    name = HiddenField(validators=[InputRequired(), Length(max=200)])
    email = StringField(_l("Email của tác giả"), [Optional(), Length(max=254), Regexp(
        r"[^\s@]+@[^\s@]+\.[^\s@]+$",
        message=_l("Địa chỉ email chưa đúng, ví dụ ten@example.org."))],
        render_kw={"inputmode": "email", "autocomplete": "off"})


@dataclass(frozen=True)
class Line:
    """One author: what they have said; the links in force, ``""`` where there is none."""

    named: Named
    link: str
    guardian_link: str


def named(submission: Submission) -> list[Named]:
    """Each author with their word; none where the rules ask nobody."""
    if current.profile.consent.authors == "no":
        return []
    return consents.named(current.db, submission)


def lines(submission: Submission) -> list[Line]:
    """As ``named``, with the links to hand on."""
    return [Line(one, _link(one), _link(one, guardian=True)) for one in named(submission)]


def _link(one: Named, *, guardian: bool = False) -> str:
    word = one.word
    if word is None or word.revoked_at or current.now >= word.expires_at:
        return ""
    if guardian != (word.guardian == "asked") or (not guardian and word.state != "asked"):
        return ""
    made = authors.token(current.platform.keys, word, guardian=guardian)
    address = url_for("author.link", slug=current.contest.slug)
    return f"{current.platform.settings.base_url}{address}#{made}"
