"""Web push: which browsers want it, and the letters that go to them beside the mails.

A subscription is one browser of a person or a unit, made in a signed-in session; revoking that
session ends it, and so does a push service that no longer knows it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.languages import chosen
from contest.models import (
    Contest,
    PushMessage,
    PushSubscription,
    StaffSession,
    Submission,
    UnitSession,
)
from contest.permissions import require
from contest.services.core import outbox

KIND = "push.send"
# The push services of the browsers that there are; a name with a dot before it: its subdomains.
HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com",
         ".push.apple.com", ".notify.windows.com")
NOT_PUSHED = frozenset({"invitation", "second_factor"})  # they go to the person's mail alone
CHAT, WAITING = "telegram:", "telegram?"  # how a chat's address begins, and one that is awaited
MOST = 10  # browsers of one owner; the oldest goes
POINT_LENGTH, AUTH_LENGTH = 87, 22  # of 65 and 16 bytes as base64url


def subscribe(
    session: Session, endpoint: str, browser_key: str, auth: str, *, session_id: int,
    language: str, actor: Actor, at: datetime,
) -> PushSubscription:
    """Tell this browser from now on; asked again, it is the same subscription.

    Raises ``NotAllowed``; ``Invalid`` for an address that is no known push service's, or keys that
    no browser makes.
    """
    require(actor, "push.subscribe")
    require_browser(endpoint, browser_key, auth)
    session.execute(delete(PushSubscription).where(PushSubscription.endpoint == endpoint))
    row = PushSubscription(
        **owner_of(actor), session_id=session_id, endpoint=endpoint, browser_key=browser_key,
        auth=auth, language=chosen(language), created_at=at,
    )
    session.add(row)
    session.flush()
    keep_the_newest(session, actor)
    return row


def owner_of(actor: Actor) -> dict[str, int | None]:
    """The column that names whose subscription it is."""
    return {"user_id": actor.id} if actor.kind == "user" else {"unit_id": actor.unit_id}


def require_browser(endpoint: str, browser_key: str, auth: str) -> None:
    """Raises ``Invalid`` for an address of no known push service, or keys that no browser makes."""
    if not is_known(endpoint):
        raise Invalid(
            "Trình duyệt này dùng một dịch vụ thông báo mà hệ thống chưa biết. Hãy dùng Chrome, "
            "Edge, Firefox hoặc Safari.",
            "This browser uses a push service that is not known here. Use Chrome, Edge, Firefox "
            "or Safari.",
        )
    if (len(browser_key), len(auth)) != (POINT_LENGTH, AUTH_LENGTH):
        raise Invalid("Khoá của trình duyệt không đúng. Hãy tải lại trang rồi bật lại.",
                      "The browser's key is not valid. Reload the page and try again.")


def is_known(endpoint: str) -> bool:
    """Is this an https address of a known push service?"""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.scheme == "https" and not parts.username and not parts.password
    return plain and port in (None, 443) and endpoint.isprintable() and any(
        host == one or (one.startswith(".") and host.endswith(one)) for one in HOSTS
    )


def keep_the_newest(session: Session, actor: Actor) -> None:
    query = of_actor(actor).order_by(PushSubscription.id.desc()).offset(MOST)
    for row in session.scalars(query).all():
        session.delete(row)


def of_actor(actor: Actor) -> Select[PushSubscription]:
    """The subscriptions of this person or unit."""
    return select(PushSubscription).filter_by(**owner_of(actor))


def forget(session: Session, endpoint: str, *, actor: Actor) -> None:
    """Tell this browser no more; one that is not the actor's is left alone."""
    require(actor, "push.subscribe")
    own = of_actor(actor).where(PushSubscription.endpoint == endpoint)
    row = session.scalars(own).one_or_none()
    if row is not None:
        session.delete(row)


def enqueue(
    session: Session, template: str, letters: Iterable[Mapping[str, Any]], *,
    contest_id: int | None, at: datetime,
) -> None:
    """Queue a letter for every browser of those whom it is about: ``letters`` are the parameters
    of each (``core/mail.py``). Nothing where nobody wants it."""
    contest = session.get(Contest, contest_id) if contest_id is not None else None
    if template in NOT_PUSHED or (contest is not None and contest.trial_of is not None):
        return
    about = list(letters)
    wanted = _subscribed(session, about)
    rows = [
        {"contest_id": contest_id, "subscription_id": subscription_id, "template": template,
         "params": dict(params), "created_at": at}
        for params in about for subscription_id in wanted.get(_whose(params), ())
    ]
    if rows and contest_id is not None:
        ids = session.scalars(insert(PushMessage).returning(PushMessage.id), rows).all()
        outbox.enqueue_all(session, KIND, ids, contest_id=contest_id, at=at)


def reach(session: Session, letters: Iterable[Mapping[str, Any]]) -> list[bool]:
    """For each letter, by its parameters: is there a browser that it would go to?"""
    about = list(letters)
    wanted = _subscribed(session, about) if about else {}
    return [_whose(params) in wanted for params in about]


def _whose(params: Mapping[str, Any]) -> tuple[str, int]:
    kind = next((k for k in ("user_id", "unit_id", "submission_id") if k in params), "")
    return kind, int(params[kind]) if kind else 0


def _subscribed(
    session: Session, about: list[Mapping[str, Any]]
) -> dict[tuple[str, int], list[int]]:
    """Whose letter -> the ids of the browsers, of sessions that are not revoked."""
    ids: dict[str, set[int]] = {
        kind: set() for kind in ("user_id", "unit_id", "submission_id", "")}
    for params in about:
        kind, row_id = _whose(params)
        ids[kind].add(row_id)
    staff = select(StaffSession.id).where(StaffSession.revoked_at.is_(None))
    units = select(UnitSession.id).where(UnitSession.revoked_at.is_(None))
    sub = PushSubscription
    linked = ~sub.endpoint.startswith(WAITING, autoescape=True)
    queries: tuple[tuple[str, Any], ...] = (
        ("user_id", select(sub.user_id, sub.id).where(
            sub.user_id.in_(ids["user_id"]), sub.session_id.in_(staff))),
        ("unit_id", select(sub.unit_id, sub.id).where(
            sub.unit_id.in_(ids["unit_id"]), sub.session_id.in_(units))),
        ("submission_id", select(Submission.id, sub.id).join(
            Submission, Submission.unit_id == sub.unit_id).where(
            Submission.id.in_(ids["submission_id"]), sub.session_id.in_(units))),
    )
    found: dict[tuple[str, int], list[int]] = {}
    for kind, query in queries:
        for owner, subscription_id in session.execute(query.where(linked)) if ids[kind] else ():
            found.setdefault((kind, owner), []).append(subscription_id)
    return found


def read(session: Session, message_id: int) -> tuple[PushMessage, PushSubscription] | None:
    """What is to be sent and to where; None where it was sent or the subscription has ended."""
    message = session.get_one(PushMessage, message_id)
    row = session.get(PushSubscription, message.subscription_id)
    return None if message.sent_at or row is None else (message, row)


def sent(session: Session, message_id: int, *, at: datetime) -> None:
    session.get_one(PushMessage, message_id).sent_at = at


def gone(session: Session, subscription_id: int) -> None:
    """The browser has ended its subscription: it is told no more."""
    session.execute(delete(PushSubscription).where(PushSubscription.id == subscription_id))
