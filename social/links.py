"""Which post a pasted Facebook address refers to.

Addresses come from people and from exports, in many shapes; the known ones are listed in
docs/facebook.md. Nothing is fetched: a shortened address (`fb.watch`, `/share/…`) does not name
its post and is reported as such.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from social.settings import LOOPBACK_HOSTS

WEB_ADDRESS = re.compile(r"https?://(?:[^\s/?#@]*@)?[^\s/?#@:\[\]]+(?:[:/?#]|$)", re.IGNORECASE)
SIMULATED = re.compile(r"^/posts/(?P<post>\d+_\d+)$")  # our own simulator's addresses
FACEBOOK_HOST = re.compile(r"(?:[a-z0-9-]+\.)*facebook\.com", re.IGNORECASE)
ID = r"(?:pfbid[0-9A-Za-z]+|\d{5,25})"
PATHS = (
    re.compile(rf"^/(?P<page>[^/]+)/(?:posts|photos)/(?:[^/]+/)*(?P<post>{ID})$"),
    re.compile(rf"^/(?:(?P<page>[^/]+)/)?videos/(?:[^/]+/)*(?P<video>{ID})$"),
    re.compile(rf"^/reel/(?P<video>{ID})$"),
    re.compile(r"^/(?P<post>\d+_\d+)$"),
)


@dataclass(frozen=True)
class PostLink:
    """A parsed address. key: equal for two spellings of the same address.

    kind: `post`, `video`, `short` (target unknown), `other` (not a known Facebook shape).
    """

    url: str
    kind: str
    object_id: str | None
    page: str | None
    key: str


def is_link(text: str) -> bool:
    """Whether the text is an http(s) address with a host name. Fast: called for a million rows."""
    return WEB_ADDRESS.match(text) is not None


def read_link(text: str) -> PostLink | None:
    """Parse an address; None when the text is no http(s) address."""
    text = text.strip()
    if not is_link(text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:  # a malformed host
        return None
    url = parts.geturl()
    if parts.hostname == "fb.watch" or parts.path.startswith("/share/"):
        return PostLink(url, "short", None, None, _plain(parts))
    simulated = SIMULATED.match(parts.path) if parts.hostname in LOOPBACK_HOSTS else None
    if simulated:
        return _known(url, "post", simulated["post"], None)
    if not FACEBOOK_HOST.fullmatch(parts.hostname or ""):
        return PostLink(url, "other", None, None, _plain(parts))
    return _facebook(url, parts)


def _facebook(url: str, parts: SplitResult) -> PostLink:
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    path = parts.path.rstrip("/")
    if path in {"/watch", "/video.php"} and "v" in query:
        return _known(url, "video", query["v"], None)
    if path in {"/permalink.php", "/story.php"} and "story_fbid" in query:
        return _known(url, "post", query["story_fbid"], query.get("id"))
    for pattern in PATHS:
        if match := pattern.match(path):
            found = match.groupdict()
            kind = "video" if found.get("video") else "post"
            return _known(url, kind, str(found.get("video") or found["post"]), found.get("page"))
    return PostLink(url, "other", None, None, _plain(parts))


def _known(url: str, kind: str, object_id: str, page: str | None) -> PostLink:
    return PostLink(url, kind, object_id, page, f"{kind}:{object_id}")


def _plain(parts: SplitResult) -> str:
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"
