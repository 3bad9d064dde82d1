"""``/.well-known/security.txt``: whom to tell of a hole (RFC 9116).

The address is ``HOITHI_SECURITY_CONTACT``, else the first e-mail address that the newest contest
names as its contact, else our first page, at whose foot stands whom to ask.
"""

import re
from datetime import timedelta

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.clock import SystemClock
from contest.languages import LANGUAGES
from contest.services.core import profiles
from contest.views.shared.support import allows, current

bp = Blueprint("security_txt", __name__)
PLACE = "/.well-known/security.txt"
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
LIFE = timedelta(days=90)  # it is written anew at each request; RFC 9116, 2.5.5: below a year


@bp.get(PLACE)
@allows("public.read")
def file() -> Response:
    """Contact, expiry and languages."""
    settings = current.platform.settings
    contact = settings.security_contact or _of_the_newest_contest() or f"{settings.base_url}/"
    expires = (SystemClock().now() + LIFE).replace(microsecond=0)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
    ]
    if settings.https:
        lines.append(f"Canonical: {settings.base_url}{PLACE}")
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _of_the_newest_contest() -> str:
    for contest in profiles.public_contests(current.db)[:1]:
        said = profiles.profile_of(contest).contest.contact
        if found := ADDRESS.search(f"{said.vi} {said.en}"):
            return f"mailto:{found[0]}"
    return ""
