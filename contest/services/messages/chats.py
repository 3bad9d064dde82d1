"""Chats with the installation's Telegram bot: linked by a one-time code, told like a browser is.

A chat is a subscription whose endpoint begins with ``CHAT``; one that waits for its code to be
written to the bot begins with ``WAITING`` and holds the code's hash.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import PushSubscription, Task
from contest.permissions import require
from contest.services.core import outbox
from contest.services.core.push import CHAT, WAITING, keep_the_newest, of_actor, owner_of
from contest.tokens import hash_token

KIND = "telegram.look"  # of the task that asks the bot who wrote a code
CODE_LIFE = timedelta(minutes=15)
LOOK = timedelta(seconds=5)


def begin(
    session: Session, *, session_id: int, language: str, actor: Actor, at: datetime
) -> str:
    """A code to be written to the bot within ``CODE_LIFE``. Raises ``NotAllowed``."""
    require(actor, "push.subscribe")
    code = secrets.token_urlsafe(12)
    session.add(PushSubscription(
        **owner_of(actor), session_id=session_id, endpoint=WAITING + hash_token(code),
        browser_key="", auth="", language=language, created_at=at,
    ))
    session.flush()
    keep_the_newest(session, actor)
    task = session.scalars(select(Task).where(Task.key == KIND)).one_or_none()
    if task is not None and task.state in ("done", "failed"):
        outbox.enqueue_again(session, task, at=at)
    outbox.enqueue(session, KIND, 0, at=at, key=KIND)
    return code


def link(session: Session, code: str, chat: int, *, at: datetime) -> PushSubscription | None:
    """The subscription of this code, from now on told in this chat; None where the code is unknown,
    used or too old."""
    row = session.scalars(select(PushSubscription).where(
        PushSubscription.endpoint == WAITING + hash_token(code),
        PushSubscription.created_at > at - CODE_LIFE,
    )).one_or_none()
    if row is None:
        return None
    endpoint = f"{CHAT}{chat}:{row.user_id or ''}:{row.unit_id or ''}"
    session.execute(delete(PushSubscription).where(PushSubscription.endpoint == endpoint))
    row.endpoint = endpoint
    session.flush()
    return row


def waiting(session: Session, *, at: datetime) -> bool:
    """Does anybody have a code to write? Those that are too old are removed."""
    codes = PushSubscription.endpoint.startswith(WAITING, autoescape=True)
    session.execute(
        delete(PushSubscription).where(codes, PushSubscription.created_at <= at - CODE_LIFE))
    return session.scalars(select(PushSubscription.id).where(codes).limit(1)).first() is not None


def linked(session: Session, actor: Actor) -> int:
    """In how many chats this person or unit is told."""
    chats = PushSubscription.endpoint.startswith(CHAT, autoescape=True)
    return len(session.scalars(of_actor(actor).where(chats)).all())


def unlink(session: Session, *, actor: Actor) -> None:
    """Tell them in no chat any more. Raises ``NotAllowed``."""
    require(actor, "push.subscribe")
    for row in session.scalars(of_actor(actor)).all():
        if row.endpoint.startswith((CHAT, WAITING)):
            session.delete(row)


def chat_of(endpoint: str) -> int | None:
    """The chat of a subscription; None for a browser's."""
    return int(endpoint.removeprefix(CHAT).split(":")[0]) if endpoint.startswith(CHAT) else None
