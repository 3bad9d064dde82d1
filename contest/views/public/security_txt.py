"""``/.well-known/security.txt``: whom to tell of a hole (RFC 9116).

The address is ``HOITHI_SECURITY_CONTACT``, else the first e-mail address that the newest contest
names as its contact. Without either there is no such file: one that leads nowhere is worse.
"""

import re
from datetime import timedelta

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.clock import SystemClock
from contest.errors import not_found
from contest.languages import LANGUAGES
from contest.services.core import profiles
from contest.views.shared.support import allows, current

bp = Blueprint("security_txt", __name__)
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
LIFE = timedelta(days=90)  # it is written anew at each request; RFC 9116, 2.5.5: below a year


@bp.get("/.well-known/security.txt")
@allows("public.read")
def file() -> Response:
    """Contact, expiry and languages; 404 where nobody is named."""
    settings = current.platform.settings
    contact = settings.security_contact or _of_the_newest_contest()
    if not contact:
        raise not_found()
    expires = (SystemClock().now() + LIFE).replace(microsecond=0)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
    ]
    if settings.https:
        lines.append(f"Canonical: {settings.base_url}{file_address()}")
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def file_address() -> str:
    """Where the file stands, as the RFC fixes it."""
    return "/.well-known/security.txt"


def _of_the_newest_contest() -> str:
    for contest in profiles.all_contests(current.db)[:1]:
        said = profiles.profile_of(contest).contest.contact
        if found := ADDRESS.search(f"{said.vi} {said.en}"):
            return f"mailto:{found[0]}"
    return ""
