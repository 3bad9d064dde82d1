"""Used by every view: ``current`` (platform, session, actor, contest), ``allows``, responses."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import IO, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import (
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from werkzeug.wsgi import FileWrapper

from contest.actors import PUBLIC, Actor
from contest.errors import not_found
from contest.languages import COOKIE, chosen
from contest.models import Contest, StaffSession
from contest.permissions import PERMISSIONS, require
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.people import demanded_factor, people
from contest.services.units import units
from contest.tokens import STAFF_COOKIE, UNIT_COOKIE
from contest.views.shared.site import wording
from contest.wiring import Platform

__all__ = ["STAFF_COOKIE", "UNIT_COOKIE"]
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
Row = TypeVar("Row")
HOME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")  # of pages that belong to no contest
FILE_TYPES = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
PIECE = 256 * 1024  # bytes of a scratch file that are sent at once
# What everybody may do, signed in or not: all that is left to staff without a second factor.
WITHOUT_FACTOR = frozenset({"public.read", "account.sign_in", "unit.enter"})
SETS_UP_FACTOR = frozenset({"second_factor", "passkeys"})  # blueprints
FORGET_COOKIE, FORGET_S = "forget", 3600
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

limiter = Limiter(get_remote_address, headers_enabled=True)


def forget_all() -> Session | None:
    """Forget what this request has read, and close its session, which is returned."""
    for name in ("contest", "profile", "staff_session", "staff", "unit", "actor"):
        g.pop(name, None)
    lost: Session | None = g.pop("session", None)
    if lost is not None:
        with suppress(DBAPIError):  # the line may be broken
            lost.close()
    return lost


@dataclass(frozen=True)
class Kept:
    """The request's state before a view ran, restored before the view is called again."""

    cookie: dict[str, Any]

    @classmethod
    def now(cls) -> "Kept":
        return cls(deepcopy(dict(session)))

    def restore(self) -> bool:
        """Undo what the view did; False where it has committed already."""
        lost = forget_all()
        session.clear()
        session.update(self.cookie)
        for _, files in request.files.lists():
            for file in files:
                file.stream.seek(0)
        return lost is None or "committed" not in lost.info


class Current:
    """The current request's objects, each made at its first use."""

    @property
    def platform(self) -> Platform:
        return cast(Platform, current_app.extensions["hoithi"])

    @property
    def now(self) -> datetime:
        """The instant of this request, the same throughout."""
        if "now" not in g:
            g.now = self.platform.clock.now()
        return cast(datetime, g.now)

    @property
    def db(self) -> Session:
        """The request's session: read-only for GET; else it commits once, at the end."""
        if "session" not in g:
            database = self.platform.db
            g.session = (database.reader if request.method in SAFE else database.writer)()
        return cast(Session, g.session)

    @property
    def language(self) -> str:
        return chosen(kept_language())

    @property
    def actor(self) -> Actor:
        """Who acts in this view; set by ``allows``."""
        return cast(Actor, g.get("actor", PUBLIC))

    @property
    def contest(self) -> Contest:
        return cast(Contest, g.contest)

    @property
    def profile(self) -> Profile:
        if "profile" not in g:
            g.profile = profiles.profile_of(self.contest)
        return cast(Profile, g.profile)


current = Current()


def cookie_name(name: str) -> str:
    return current.platform.settings.cookie_name(name)


def language_cookie() -> str:
    """The name of the cookie that keeps the language; nginx.conf and scripts know both names."""
    return f"__Host-{COOKIE}" if current.platform.settings.https else COOKIE


def kept_language() -> str | None:
    """What this browser has chosen, now or before the address became https."""
    return request.cookies.get(language_cookie()) or request.cookies.get(COOKIE)


def set_cookie(response: Response, name: str, token: str, *, max_age: int) -> None:
    """Set a cookie that scripts cannot read; other sites' forms do not send it (SameSite)."""
    response.set_cookie(
        cookie_name(name), token, max_age=max_age, httponly=True, samesite="Lax", path="/",
        secure=current.platform.settings.https,
    )


def clear_cookie(response: Response, name: str) -> None:
    response.delete_cookie(cookie_name(name), path="/", secure=current.platform.settings.https)


def forget_device(response: Response) -> None:
    """After signing out nothing of the person stays in this browser: marks and numbers that were
    not sent, drafts, uploads to go on with. The header does it where the address is https; the
    cookie tells our own script (``_kept.js``) to do it everywhere."""
    response.headers["Clear-Site-Data"] = '"storage"'
    tell_script(response, FORGET_COOKIE, max_age=FORGET_S)


def tell_script(response: Response, name: str, *, max_age: int) -> None:
    """A cookie that tells our own script something once; it takes it away (``_kept.js``)."""
    response.set_cookie(cookie_name(name), "1", max_age=max_age, samesite="Lax",
                        path="/", secure=current.platform.settings.https)


def staff_token() -> str:
    return request.cookies.get(cookie_name(STAFF_COOKIE), "")


def unit_token() -> str:
    return request.cookies.get(cookie_name(UNIT_COOKIE), "")


def staff_session() -> StaffSession | None:
    """The live session of this browser's cookie, as the request met it; its second factor may still
    be missing."""
    if "staff_session" not in g:
        token = staff_token()
        g.staff_session = (
            people.session_of_token(current.db, token, at=current.now) if token else None
        )
    return cast(StaffSession | None, g.staff_session)


def staff() -> Actor:
    """The signed-in person of the staff, or the public."""
    if "staff" not in g:
        found = people.actor_of_session(current.db, staff_session(), at=current.now)
        g.staff = found or PUBLIC
    return cast(Actor, g.staff)


def unit() -> Actor:
    """The unit whose link this browser exchanged, or the public."""
    if "unit" not in g:
        token = unit_token()
        found = units.actor_of_token(current.db, token, at=current.now) if token else None
        g.unit = found or PUBLIC
    return cast(Actor, g.unit)


def zone() -> ZoneInfo:
    """The time zone of the page: the contest's, or ``HOME_ZONE`` where there is none."""
    return current.profile.schedule.zone if "contest" in g else HOME_ZONE


def allows(action: str, *, by: str = "staff") -> Callable[[View], View]:
    """Declare a view's permission. ``by``: whose cookie identifies the actor, staff, unit, either.

    A view under ``/c/<slug>/`` gets its contest as ``current.contest``; the permission is checked
    for that contest. Services check again what belongs to one unit or person.
    """
    assert action in PERMISSIONS  # noqa: S101 - a typing slip stops the start

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: object, **kwargs: Any) -> ResponseReturnValue:
            if "slug" in kwargs:
                g.contest = profiles.find(current.db, kwargs.pop("slug"))
                _keep_a_dry_run_inside(action)
            g.actor = _pick(action, by)
            require(g.actor, action, g.get("contest"))
            if _owes_second_factor(action):
                return _lead_to_second_factor()
            demanded_factor.require(g.actor, g.get("contest"))
            return view(*args, **kwargs)

        guarded.permission = action  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def _keep_a_dry_run_inside(action: str) -> None:
    """Nobody but those who take part sees a dry run's public pages."""
    contest = cast(Contest, g.contest)
    if contest.trial_of is None or action != "public.read":
        return
    inside = staff().admin or contest.id in staff().roles or unit().contest_id == contest.id
    if not inside:
        raise not_found()


def _owes_second_factor(action: str) -> bool:
    return (
        current.platform.settings.second_factor == "required"
        and action not in WITHOUT_FACTOR and request.blueprint not in SETS_UP_FACTOR
        and demanded_factor.must_set_up(current.actor)
    )


def _lead_to_second_factor() -> Response:
    """A page leads to where it is set up; anything else is refused (raises ``NotAllowed``)."""
    kinds = ["text/html", "application/json"]
    if request.method in SAFE and request.accept_mimetypes.best_match(kinds) != kinds[1]:
        return redirect(url_for("second_factor.home"), 303)
    raise demanded_factor.needed()


def _pick(action: str, by: str) -> Actor:
    if by == "unit":
        return unit()
    if by == "either":
        return staff() if staff() is not PUBLIC else unit()
    return staff()


def own_or_404(row: Row | None) -> Row:
    """The row if it belongs to the current contest; otherwise answers 404."""
    owner = getattr(row, "contest_id", None)
    if row is None or (owner is not None and owner != current.contest.id):
        abort(404)
    return row


def page(template: str, status: int = 200, **values: object) -> Response:
    """Render a template; every page gets the contest and its profile where there is one."""
    if "contest" in g:
        values.setdefault("contest", g.contest)
        values.setdefault("profile", current.profile)
    return make_response(render_template(template, **values), status)


def attachment(content: bytes | Iterator[bytes], name: str, kind: str) -> Response:
    """A download named after the contest, whole or piece by piece; ``kind`` is one of
    ``FILE_TYPES``."""
    response = Response(content, content_type=FILE_TYPES[kind])
    filename = f"{current.contest.slug}-{name}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def attached_file(file: IO[bytes], name: str, kind: str) -> Response:
    """The same from a scratch file, which is closed once it is sent."""
    response = attachment(FileWrapper(file, PIECE), name, kind)
    response.content_length = os.fstat(file.fileno()).st_size
    return response


def back_to(endpoint: str, **values: Any) -> Response:
    """A redirect (303) to one of our pages after a POST."""
    if "contest" in g:
        values.setdefault("slug", g.contest.slug)
    return redirect(url_for(endpoint, **values), 303)


def flash_message(vi: str, en: str, kind: str = "success") -> None:
    """Flash a message, shown on the next page."""
    flash(wording.said(en if current.language == "en" else vi, current.language), kind)
