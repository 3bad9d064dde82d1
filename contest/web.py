"""The web application: sessions of the database, languages, security headers, errors."""

import json
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import cast

from babel.support import NullTranslations
from flask import Flask, abort, g, jsonify, make_response, render_template, request
from flask_babel import Babel, get_domain
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from contest import __version__, logs, views
from contest.db import commit, refusal, retried
from contest.errors import Busy, DomainError, Invalid, NoSpace
from contest.languages import (
    LANGUAGES,
    write_date,
    write_duration,
    write_number,
    write_size,
    write_time,
)
from contest.ports import StorageAway, StorageFull
from contest.uploads.forms import FilesOnDisk
from contest.uploads.storage import NO_ROOM
from contest.views.shared import returning, support
from contest.views.shared.addresses import TrustedProxies
from contest.views.shared.entries import contact
from contest.views.shared.numbers import WholeNumber
from contest.views.shared.site import wording
from contest.views.shared.state_words import STATE_WORDS
from contest.views.shared.support import current
from contest.wiring import Platform

ROOT = Path(__file__).parent
TEMPLATES = ROOT.parent / "templates"
FORM_LIMIT = 16 * 1024**2  # bytes of an ordinary form; clips go to the upload process
OF_FLASK = "no-cache"  # of a file whose view says nothing of caches: a browser would keep it
CSRF = CSRFProtect()
log = logging.getLogger("hoithi.web")

CSP = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; media-src 'self' blob:; connect-src 'self'{uploads}; font-src 'self'; "
    "manifest-src 'self'; worker-src 'self' blob:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {ancestors}"
)
MAY_USE = (
    "camera=(), microphone=(), geolocation=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)


class Pages(Flask):
    """Flask that ends a view's transaction before the response is sent."""

    request_class = FilesOnDisk

    def dispatch_request(self) -> Response:
        """Call the view and commit, or roll back where the answer is 400 or above.

        A view whose transaction failed because of a concurrent one is called again with a fresh
        session and the same form and files, unless it has committed half-way. Raises ``Busy`` or
        ``Conflict`` (``db.refusal``) where that does not help.
        """
        if request.method in support.SAFE:
            return self.make_response(super().dispatch_request())
        kept = support.Kept.now()

        @retried
        def attempt() -> Response:
            try:
                response = self.make_response(super(Pages, self).dispatch_request())
                _end_transaction(response)
            except DBAPIError as error:
                if not kept.restore() and (said := refusal(error)) is not None:
                    raise said from error
                raise
            return response

        return attempt()


def _end_transaction(response: Response) -> None:
    session = g.get("session")
    if session is not None:
        if response.status_code < 400:  # noqa: PLR2004
            commit(session)
        else:
            session.rollback()


def create_app(platform: Platform) -> Flask:
    """The pages of the platform. Raises ``RuntimeError`` where a route has no permission."""
    app = Pages("contest", template_folder=str(TEMPLATES), static_folder=None)
    settings, signing = platform.settings, platform.keys.signing("pages")
    app.extensions["hoithi"] = platform
    app.config.update(
        SECRET_KEY=signing[-1],
        SECRET_KEY_FALLBACKS=signing[:-1],
        WTF_CSRF_SECRET_KEY=signing,  # Flask-WTF knows no fallbacks; itsdangerous takes a list
        MAX_CONTENT_LENGTH=FORM_LIMIT,
        MAX_FORM_MEMORY_SIZE=2 * 1024**2,
        SESSION_COOKIE_NAME=settings.cookie_name("form"),
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        RATELIMIT_STORAGE_URI=_limits_storage(settings.redis_url),
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
    )
    app.wsgi_app = TrustedProxies(  # type: ignore[method-assign]
        app.wsgi_app, hops=settings.trusted_proxies, networks=settings.trusted_networks
    )
    app.url_map.converters["int"] = WholeNumber
    Babel(app, locale_selector=lambda: current.language)
    app.extensions["babel"].instance.domain_instance = wording.Words()
    _logged(app)  # before whatever may refuse a request
    CSRF.init_app(app)
    support.limiter.init_app(app)
    for blueprint in views.blueprints():
        app.register_blueprint(blueprint)
    _templates(app, platform)
    _requests(app)
    _errors(app)
    _every_route_has_a_permission(app)
    return app


def _limits_storage(redis_url: str) -> str:
    return redis_url.replace("unix://", "redis+unix://") if redis_url else "memory://"


def _words() -> NullTranslations:
    """The catalogue in the request's language. Flask-Babel looks for it anew at each text, of which
    a page has up to a thousand: that took half of its time."""
    found: NullTranslations | None = g.get("words")
    if found is None or g.words_of != wording.kind_now():
        found = g.words = get_domain().get_translations()
        g.words_of = wording.kind_now()
    return found


def _templates(app: Flask, platform: Platform) -> None:
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.do")
    env.install_gettext_callables(  # type: ignore[attr-defined]  # of jinja2.ext.i18n
        lambda text: _words().ugettext(text),
        lambda one, more, number: _words().ungettext(one, more, number), newstyle=True,
        pgettext=lambda context, text: _words().upgettext(context, text),
    )

    env.filters.update(
        time=lambda moment: write_time(moment, support.zone(), current.language),
        date=lambda moment: write_date(moment, support.zone(), current.language),
        number=lambda value, digits=0: write_number(value, current.language, digits),
        size=lambda value: write_size(value, current.language),
        duration=lambda value: write_duration(value, current.language),
        said=lambda text: text[current.language],
        worded=lambda text: wording.said(text, current.language),
        tel=contact.tel, zalo=contact.zalo, callable_numbers=contact.callable_numbers,
    )
    env.globals.update(
        asset=_assets(), language=lambda: current.language, languages=LANGUAGES,
        staff=support.staff, unit_actor=support.unit, now=lambda: current.now, version=__version__,
        simulated=bool(platform.settings.clock_file), settings=platform.settings,
        state_words=STATE_WORDS, entry_kind=wording.kind_now,
    )


def _assets() -> Callable[[str], str]:
    """``asset("app.css")`` -> the address with the content's hash in its name."""
    manifest_file = ROOT / "static" / "manifest.json"

    @cache
    def manifest() -> dict[str, str]:
        return cast(dict[str, str], json.loads(manifest_file.read_text()))

    def asset(name: str) -> str:
        return f"/static/{manifest()[name]}"

    return asset


def _logged(app: Flask) -> None:
    @app.before_request
    def _begin() -> None:
        logs.begin_request(request.headers.get("X-Request-ID", ""))
        g.begun = time.monotonic()

    @app.after_request
    def _end(response: Response) -> Response:
        """Which page and how long; never the address, for links of units are ways in."""
        begun, seen = g.get("begun", time.monotonic()), request.view_args or {}
        logs.say(
            log, "request", page=request.endpoint, method=request.method,
            status=response.status_code, seconds=round(time.monotonic() - begun, 3),
            **({"clip": seen["code"]} if "code" in seen and "slug" in seen else {}),
        )
        return response


def _requests(app: Flask) -> None:
    @app.before_request
    def _same_site() -> None:
        """A second defence beside the CSRF token: browsers state where a request comes from."""
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.method not in support.SAFE and site not in ("same-origin", "none"):
            raise CSRFError("cross-site request")

    @app.before_request
    def _storable() -> None:
        """An address names nothing of ours with a character that no database stores."""
        if "\0" in request.path or any("\0" in text for text in request.args.values()):
            abort(404)

    app.after_request(_headers)

    @app.teardown_request
    def _close(error: BaseException | None) -> None:
        if (session := g.pop("session", None)) is not None:
            with suppress(DBAPIError):  # what was to be stored is stored; the line goes anyway
                session.close()


def _headers(response: Response) -> Response:
    uploads = g.get("upload_origin", "")
    ancestors = "*" if g.get("embeddable") else "'none'"
    response.headers.setdefault(
        "Content-Security-Policy",
        CSP.format(uploads=f" {uploads}" if uploads else "", ancestors=ancestors),
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", MAY_USE)
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if _is_trial():
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if hsts := current.platform.settings.hsts:
        response.headers.setdefault("Strict-Transport-Security", hsts)
    if response.headers.get("Cache-Control", OF_FLASK) == OF_FLASK:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _is_trial() -> bool:
    try:
        return "contest" in g and g.contest.trial_of is not None
    except DBAPIError:  # a rollback has forgotten it, and the database is away
        return False


def _wants_json() -> bool:
    return request.path.startswith("/api/") or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def _errors(app: Flask) -> None:
    for kind, handler in (
        (DomainError, partial(_refused, failed=False)), (HTTPException, _http),
        (IntegrityError, _already_stored), (DataError, _not_storable),
        (StorageAway, _store_away), (StorageFull, _store_full),
        (OperationalError, _database_away), (OSError, _disk_full), (Exception, _unexpected),
    ):
        app.register_error_handler(kind, handler)


def _answer(
    status: int, code: str, message: str, data: dict[str, object], *, failed: bool = True
) -> Response:
    """A refusal or a failure, as a page or as JSON; nothing of the request is stored. After a
    reader's refusal in which nothing has ``failed``, its page goes on with what it has read."""
    if failed or request.method not in support.SAFE:
        with suppress(DBAPIError):
            if (session := g.get("session")) is not None:
                session.rollback()
    if _wants_json():
        body = jsonify(error=code, message=message, **data)
        body.status_code = status
        return body
    try:
        return support.page(
            "errors/error.html", status, code=code, message=message, data=data,
            sign_in=returning.sign_in_address(),
        )
    except DBAPIError:  # what stands around a page is read from the database
        support.forget_all()
        return make_response(render_template("errors/away.html", message=message), 503)


def _refused(error: DomainError, *, failed: bool = True) -> Response:
    response = _answer(error.status, error.code, _said(error), error.data, failed=failed)
    if response.status_code == 503:  # noqa: PLR2004
        response.headers["Retry-After"] = "5"
    return response


def _said(error: DomainError) -> str:
    return wording.said(error.message(current.language), current.language)


def _http(error: HTTPException) -> Response:
    code = error.name.lower().replace(" ", "_")
    response = _answer(error.code or 500, code, "", {}, failed=False)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "Location"):
            response.headers[name] = value
    return response


def _already_stored(error: IntegrityError) -> Response:
    said = refusal(error)
    return _refused(said) if said else _unexpected(error)


def _not_storable(error: DataError) -> Response:
    """The last net: what forms and addresses let through, and a column does not hold."""
    log.warning("a value that no column holds at %a: %s", request.path, error.orig)
    return _refused(Invalid(
        "Có giá trị không lưu được: quá lớn, hoặc có ký tự không in được. Hãy kiểm tra lại rồi gửi "
        "lại.",
        "A value cannot be stored: it is too large, or holds characters that cannot be printed. "
        "Check it and send it again.",
    ))


def _store_away(error: StorageAway) -> Response:
    log.error("the clips' store: %s", error)
    return _refused(Busy(
        "Kho clip chưa trả lời nên chưa làm được việc này; không có gì bị mất. Hãy thử lại sau ít "
        "phút.",
        "The clips' store does not answer, so this could not be done; nothing is lost. Try again "
        "in a few minutes.",
    ))


def _store_full(error: StorageFull) -> Response:
    log.error("the clips' store: %s", error)
    return _refused(NoSpace(
        "Kho clip không còn chỗ nên chưa lưu được. Hãy báo người vận hành rồi thử lại.",
        "The clips' store has no room left, so nothing was stored. Tell who runs the platform, "
        "then try again.",
    ))


def _disk_full(error: OSError) -> Response:
    if error.errno not in NO_ROOM:
        return _unexpected(error)
    log.error("a disk is full: %s", error)
    return _refused(NoSpace(
        "Đĩa của máy chủ không còn chỗ nên chưa lưu được. Hãy báo người vận hành rồi thử lại.",
        "The server's disk has no room left, so nothing was stored. Tell who runs the platform, "
        "then try again.",
    ))


def _database_away(error: OperationalError) -> Response:
    if (said := refusal(error)) is not None:
        return _refused(said)
    log.error("database: %s", error)
    response = _answer(503, "database_away", "", {})
    response.headers["Retry-After"] = "5"
    return response


def _unexpected(error: Exception) -> Response:
    number = secrets.token_hex(4)
    log.error("error %s at %a", number, request.path, exc_info=error)
    return _answer(500, "unexpected", "", {"number": number})


def _every_route_has_a_permission(app: Flask) -> None:
    bare = [name for name, view in app.view_functions.items() if not hasattr(view, "permission")]
    if bare:
        raise RuntimeError(f"routes without a permission: {', '.join(sorted(bare))}")
