"""Reminders: preview of the mail, its recipients, those without an address, and sending."""

from functools import partial
from typing import Any

from flask import Blueprint, current_app, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField

from contest import mail_rendering
from contest.services.core import mail
from contest.services.desk import reminders
from contest.services.desk.reminders import Recipient
from contest.services.messages import letter_texts
from contest.services.people import invitations
from contest.views.shared.forms import Form
from contest.views.shared.numbers import whole
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("reminders", __name__, url_prefix="/c/<slug>/organiser/reminders")
KIND = "/<any(missing, findings, jury, reviewing, counting):kind>"


class SendForm(Form):
    again = BooleanField(_l("Gửi cả cho người vừa được nhắc trong vòng một giờ"))


@bp.get(KIND)
@allows("organiser.read")
def preview(kind: str) -> Response:
    """The recipients now, and the mail to one of them."""
    at = current.now
    found = reminders.listed(
        current.db, current.contest, kind, at=at, number=page_number(),
        to=whole(request.args.get("to", "")),
    )
    return page(
        "organiser/reminders.html", kind=kind, form=SendForm(formdata=None), reached=found.reached,
        unreached=found.unreached, shown=found.shown, pages=neighbours(max(
            (found.reached, found.unreached), key=lambda part: part.count
        )),
        lately=found.lately, letter=_letter(found.shown) if found.shown else None,
        over=reminders.over(current.contest, kind, at=at),
    )


@bp.post(KIND)
@allows("reminder.send")
def send(kind: str) -> Response:
    form = SendForm()
    count = reminders.send(
        current.db, current.contest, kind, actor=current.actor, at=current.now,
        again=form.again.data,
    )
    if count:
        flash_message(f"Đã xếp {count} thư nhắc để gửi.", f"Reminders queued: {count}.")
    else:
        flash_message("Không gửi thư nào: mọi người có email đều vừa được nhắc trong vòng một giờ.",
             "No mail was sent: everybody with an address was reminded within the hour.", "message")
    return back_to("reminders.preview", kind=kind)


def _letter(one: Recipient) -> mail_rendering.RenderedMail:
    row = reminders.letter(current.contest, one, at=current.now)
    settings = current.platform.settings
    app: Any = current_app
    words = letter_texts.words_of(current.db, current.contest.id, row.template, row.language)
    token_of = partial(invitations.token_of, key=current.platform.keys.invitations(current.db))
    return mail_rendering.render(
        app._get_current_object(), row.template, language=row.language, contest=current.contest,
        values=mail.values(current.db, row, token_of=token_of), base_url=settings.base_url,
        words=words,
    )
