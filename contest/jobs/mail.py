"""``mail.send``: renders a mail in its language and hands it to the mailer. ``reminders.tick``:
queues the planned reminders that are due. ``push.send``: the same letters to browsers that want
them."""

import json
import smtplib
from collections.abc import Callable
from functools import partial

from contest import mail_rendering
from contest.db import retried
from contest.jobs import GiveUp, Later, pages_app
from contest.models import Contest, Mail, PushSubscription
from contest.ports import MailRefused, PushAway, PushGone, PushRefused
from contest.services.core import mail as mails
from contest.services.core import outbox, profiles, push
from contest.services.messages import chats, letter_texts, planned
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
            to=mail.to, subject=letter.subject, text=letter.text, html=letter.html, key=_key(mail)
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


def _key(mail: Mail) -> str:
    """The same at each attempt: one that was killed may have sent it already."""
    return f"{mail.created_at:%Y%m%d%H%M%S%f}.{mail.id}"


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
        words = letter_texts.words_of(session, mail.contest_id, mail.template, mail.language)
        values = mails.values(session, mail, token_of=token_of, at=platform.clock.now())
        values |= links.of_mail(platform.keys, contest, mail)
        return mail_rendering.render(
            pages_app.of(platform), mail.template, language=mail.language, contest=contest,
            values=values, base_url=settings.base_url, words=words,
        )


def _not_sent(platform: Platform, mail_id: int, error: str, *, final: bool) -> None:
    with platform.db.write() as session:
        mails.not_sent(session, mail_id, error=error, final=final)


def push_letter(platform: Platform, message_id: int, beat: Callable[[], None]) -> None:
    """Send one letter to one browser: its subject, and where its button leads.

    A subscription that has ended is removed. Raises ``Later`` where the service asks to wait.
    """
    with platform.db.read() as session:
        found = push.read(session, message_id)
    if found is None:
        return
    message, browser = found
    letter = Mail(contest_id=message.contest_id, to="", template=message.template,
                  language=browser.language, params=message.params, created_at=message.created_at)
    try:
        _say(platform, browser, _told(platform, letter))
    except PushGone:
        _ended(platform, browser.id)
    except PushRefused as error:
        raise GiveUp(str(error)) from error
    except PushAway as error:
        if error.wait is not None:
            raise Later(platform.clock.now() + error.wait, str(error)) from error
        raise
    else:
        _pushed(platform, message_id)


def _say(platform: Platform, to: PushSubscription, said: dict[str, str]) -> None:
    """In the browser, or in the chat. Raises ``PushGone``, ``PushRefused``, ``PushAway``."""
    chat = chats.chat_of(to.endpoint)
    if chat is None:
        message = json.dumps(said, ensure_ascii=False).encode()
        platform.pusher.send(endpoint=to.endpoint, browser_key=to.browser_key, auth=to.auth,
                             message=message)
    elif platform.telegram is None:
        raise PushRefused("HOITHI_TELEGRAM_TOKEN is not set")
    else:
        link = platform.settings.base_url + said["path"]
        platform.telegram.say(chat, f"{said['title']}\n{link}\n{said['body']}")


def _told(platform: Platform, letter: Mail) -> dict[str, str]:
    with platform.db.read() as session:
        contest = session.get_one(Contest, letter.contest_id)
        values = mails.values(session, letter, token_of=lambda _: "", at=platform.clock.now())
        title = profiles.profile_of(contest).contest.title[letter.language]
        path = values.get("path") or f"/c/{contest.slug}/"
    return {"title": write(platform, letter).subject, "body": title, "path": path,
            "language": letter.language}


def look_for_codes(platform: Platform, _row_id: int, beat: Callable[[], None]) -> None:
    """Link the chats that wrote a code to the bot; raise ``Later`` while a code is awaited."""
    at = platform.clock.now()
    if platform.telegram is None:
        return
    try:
        for chat, code in platform.telegram.codes():
            _link(platform, chat, code)
    except PushAway as error:
        raise Later(at + (error.wait or chats.LOOK * 2), str(error)) from error
    except PushRefused as error:
        raise GiveUp(str(error)) from error
    with platform.db.write() as session:
        waits = chats.waiting(session, at=at)
    if waits:
        raise Later(at + chats.LOOK)


@retried
def _link(platform: Platform, chat: int, code: str) -> None:
    with platform.db.write() as session:
        chats.link(session, code, chat, at=platform.clock.now())


@retried
def _ended(platform: Platform, subscription_id: int) -> None:
    with platform.db.write() as session:
        push.gone(session, subscription_id)


@retried
def _pushed(platform: Platform, message_id: int) -> None:
    with platform.db.write() as session:
        push.sent(session, message_id, at=platform.clock.now())


def remind(platform: Platform, contest_id: int, beat: Callable[[], None]) -> None:
    """Queue what is due, then raise ``Later`` while a deadline is ahead."""
    at = platform.clock.now()
    with platform.db.read() as session:
        due, again = planned.look(session, session.get_one(Contest, contest_id), at=at)
    if due:
        with platform.db.write() as session:
            planned.send_due(session, session.get_one(Contest, contest_id), at=at)
    if again is not None:
        raise Later(again)


HANDLERS = {"mail.send": send, profiles.REMIND: remind, push.KIND: push_letter,
            chats.KIND: look_for_codes}
