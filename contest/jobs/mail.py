"""``mail.send``: renders a mail in its language and hands it to the mailer."""

import smtplib
from collections.abc import Callable
from functools import partial

from contest import mail_rendering
from contest.db import retried
from contest.jobs import GiveUp, pages_app
from contest.models import Contest, Mail
from contest.ports import MailRefused
from contest.services.core import mail as mails
from contest.services.core import outbox
from contest.services.people import invitations
from contest.services.privacy import links
from contest.wiring import Platform


def send(platform: Platform, mail_id: int, beat: Callable[[], None]) -> None:
    """Send one mail. Errors are stored in its row; after the last attempt its state is failed."""
    with platform.db.read() as session:
        mail = session.get_one(Mail, mail_id)
    if mail.state == "sent":
        return
    letter = write(platform, mail)
    try:
        platform.mailer.send(
            to=mail.to, subject=letter.subject, text=letter.text, html=letter.html
        )
    except MailRefused as error:
        _not_sent(platform, mail_id, str(error), final=True)
        raise GiveUp(str(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        with platform.db.read() as session:
            final = outbox.is_last_attempt(session, "mail.send", mail_id)
        _not_sent(platform, mail_id, str(error), final=final)
        raise
    _sent(platform, mail_id)


@retried
def _sent(platform: Platform, mail_id: int) -> None:
    with platform.db.write() as session:
        mails.sent(session, mail_id, at=platform.clock.now())


def write(platform: Platform, mail: Mail) -> mail_rendering.RenderedMail:
    """The mail rendered as it would be sent now."""
    settings = platform.settings
    with platform.db.read() as session:
        contest = session.get(Contest, mail.contest_id) if mail.contest_id else None
        token_of = partial(invitations.token_of, key=platform.keys.invitations(session))
        values = mails.values(session, mail, token_of=token_of, at=platform.clock.now())
        values |= links.of_mail(platform.keys, contest, mail)
        return mail_rendering.render(
            pages_app.of(platform), mail.template, language=mail.language, contest=contest,
            values=values, base_url=settings.base_url,
        )


def _not_sent(platform: Platform, mail_id: int, error: str, *, final: bool) -> None:
    with platform.db.write() as session:
        mails.not_sent(session, mail_id, error=error, final=final)


HANDLERS = {"mail.send": send}
