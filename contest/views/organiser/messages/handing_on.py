"""For units without an address: texts to hand on by chat, ticked off as told."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, g, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import Length

from contest import mail_rendering
from contest.languages import counted
from contest.profile.letters import Words
from contest.services.core import mail
from contest.services.desk import activity, reminders
from contest.services.messages import handing_on, letter_texts
from contest.services.messages.handing_on import Handed
from contest.services.people import invitations
from contest.views.shared.forms import Form
from contest.views.shared.numbers import wholes
from contest.views.shared.paging import neighbours, page_number, sought
from contest.views.shared.returning import NEXT
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("handing_on", __name__, url_prefix="/c/<slug>/organiser/messages/chat")
KIND = "/<any(missing, findings, granted, filings):kind>"


class ToldForm(Form):
    """Who was told."""

    subject = HiddenField(validators=[Length(max=20)])
    about = HiddenField(validators=[Length(max=16)])


@bp.get(KIND)
@allows("organiser.read")
def listed(kind: str) -> Response:
    """The text for each unit; ``show=all``: those who were told, too; ``q``: of these names."""
    everybody = request.args.get("show") == "all"
    words = sought()
    found = handing_on.listed(
        current.db, current.contest, kind, key=_key(), at=current.now, everybody=everybody,
        words=words, number=page_number(),
    )
    rows = found.page.rows
    return page(
        "organiser/handing_on.html", kind=kind, found=found, everybody=everybody, words=words,
        form=ToldForm(formdata=None), pages=neighbours(found.page),
        rows=[(one, _text(one) if one.token else "") for one in rows],
        names=activity.names(current.db, {one.told.told_by for one in rows if one.told}),
    )


@bp.post(f"{KIND}/links")
@allows("unit.manage")
def prepare(kind: str) -> Response:
    """Make the links that the texts need."""
    count = handing_on.prepare(
        current.db, current.contest, kind, key=_key(), actor=current.actor, at=current.now)
    flash_message(f"Đã soạn tin cho {count} đơn vị.",
                  f"Texts made for {counted(count, 'unit', 'units')}.")
    return back_to("handing_on.listed", kind=kind)


@bp.post(f"{KIND}/told")
@allows("reminder.send")
def tell(kind: str) -> Response:
    """Tick off a unit as told."""
    form = ToldForm()
    form.validate_on_submit()
    handing_on.tell(current.db, current.contest, kind, wholes([form.subject.data or ""]),
                    about=form.about.data or "", actor=current.actor, at=current.now)
    flash_message("Đã ghi là đã báo.", "Noted as told.")
    return back_to("handing_on.listed", kind=kind)


@bp.post(f"{KIND}/told/<int:telling_id>/undo")
@allows("reminder.send")
def take_back(kind: str, telling_id: int) -> Response:
    """Take a tick back."""
    handing_on.take_back(current.db, current.contest, telling_id, actor=current.actor,
                         at=current.now)
    flash_message("Đã bỏ đánh dấu.", "The tick was taken back.")
    return back_to("handing_on.listed", kind=kind, show="all")


def _key() -> str:
    return current.platform.keys.unit_codes(current.db)


def _words(letter: str, language: str) -> Words | None:
    """The contest's own words, looked for once in a request."""
    known: dict[tuple[str, str], Words | None] = g.setdefault("letter_words", {})
    if (letter, language) not in known:
        known[letter, language] = letter_texts.words_of(
            current.db, current.contest.id, letter, language)
    return known[letter, language]


def _text(one: Handed) -> str:
    """The letter's own text; its button's link is the unit's, and leads to the same page."""
    row = reminders.letter(current.contest, one.one, at=current.now)
    token_of = partial(invitations.token_of, key=current.platform.keys.invitations(current.db))
    values = mail.values(current.db, row, token_of=token_of, at=current.now)
    task = str(values["path"]).partition("#")[0]
    values["path"] = f"{url_for('entrance.enter')}?{urlencode({NEXT: task}, safe='/')}#{one.token}"
    words = _words(row.template, row.language)
    app: Any = current_app
    return mail_rendering.render(
        app._get_current_object(), row.template, language=row.language, contest=current.contest,
        values=values, base_url=current.platform.settings.base_url, words=words,
    ).text.strip()
