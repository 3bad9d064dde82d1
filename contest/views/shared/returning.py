"""Returning to the requested page after signing in."""

from urllib.parse import urlencode

from flask import request, url_for

from contest.views.shared.support import SAFE

NEXT = "next"


def safe_path(asked: str) -> str:
    """``asked`` if it is a path of this site, else empty: prevents open redirects.

    Browsers read ``//host``, ``/\\host`` and addresses with tabs in them as other sites.
    """
    plain = asked.isprintable() and "\\" not in asked
    return asked if plain and asked.startswith("/") and not asked.startswith("//") else ""


def wanted() -> str:
    """The path to return to from this request's query string; empty where there is none."""
    return safe_path(request.args.get(NEXT, ""))


def sign_in_address() -> str:
    """The address of the sign-in page, which returns to the refused page (if it was a GET)."""
    address = url_for("account.sign_in")
    if request.method not in SAFE:
        return address
    return f"{address}?{urlencode({NEXT: request.full_path.rstrip('?')})}"
