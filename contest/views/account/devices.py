"""Browsers from which somebody has signed in before: a stranger's guesses do not make them wait.

The cookie is signed and opens nothing: it says that this browser once knew the password (after
OWASP's "device cookies").
"""

import secrets

from flask import request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from contest.views.shared.support import cookie_name, current, set_cookie

DEVICE_COOKIE = "device"
LIFE_S = 180 * 24 * 3600
MOST = 5  # accounts that one browser is known to


def known_as(user_id: int | None) -> str:
    """This browser's own name for the account, or nothing where it never signed in to it."""
    return _kept().get(str(user_id), "") if user_id else ""


def remember(response: Response, user_id: int) -> None:
    """From now on this browser is known to the account."""
    kept = _kept()
    kept[str(user_id)] = kept.pop(str(user_id), "") or secrets.token_urlsafe(12)
    newest = dict(list(kept.items())[-MOST:])
    set_cookie(response, DEVICE_COOKIE, str(_serializer().dumps(newest)), max_age=LIFE_S)


def _kept() -> dict[str, str]:
    cookie = request.cookies.get(cookie_name(DEVICE_COOKIE), "")
    try:
        found = _serializer().loads(cookie, max_age=LIFE_S)
    except BadSignature:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _serializer() -> URLSafeTimedSerializer:
    return current.platform.keys.serializer("device")
