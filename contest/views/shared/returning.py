"""Back to the page that was asked for before somebody had to sign in."""

from urllib.parse import urlencode, urlsplit

from flask import request, url_for

from contest.views.shared.support import SAFE

NEXT = "next"


def safe_path(asked: str) -> str:
    """``asked`` if it is a path of this very site, else nothing: no link leads elsewhere by us.

    Browsers read ``//host``, ``/\\host`` and addresses with tabs in them as other sites.
    """
    parts = urlsplit(asked)
    ours = asked.startswith("/") and not (parts.scheme or parts.netloc)
    plain = asked.isprintable() and "\\" not in asked and not asked.startswith("//")
    return asked if ours and plain else ""


def wanted() -> str:
    """The page to return to that this request carries; empty where there is none."""
    return safe_path(request.args.get(NEXT, ""))


def sign_in_address() -> str:
    """The sign-in page, which returns to the page that is being refused."""
    address = url_for("account.sign_in")
    if request.method not in SAFE:
        return address
    return f"{address}?{urlencode({NEXT: request.full_path.rstrip('?')})}"
