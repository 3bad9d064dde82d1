"""Which post a pasted Facebook address refers to.

Addresses come from people and from exports, in many shapes; the known ones are listed in
docs/facebook.md. Nothing is fetched here: a shortened address (`fb.watch`, `/share/…`) does not
name its post before `social.lookup` has followed it.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from social.settings import LOOPBACK_HOSTS

WEB_ADDRESS = re.compile(r"https?://(?:[^\s/?#@]*@)?[^\s/?#@:\[\]]+(?:[:/?#]|$)", re.IGNORECASE)
FACEBOOK_HOST = re.compile(r"(?:[a-z0-9-]+\.)*(?:facebook|fb)\.com", re.IGNORECASE)
SHORT_HOSTS = frozenset({"fb.watch", "www.fb.watch", "fb.me"})
ID = r"(?:pfbid[0-9A-Za-z]+|[0-9]{5,25})"
PATHS = (
    re.compile(rf"^/(?P<page>[^/]+)/(?:posts|photos)/(?:[^/]+/)*(?P<post>{ID})$"),
    re.compile(rf"^/(?:(?P<page>[^/]+)/)?videos/(?:[^/]+/)*(?P<video>{ID})$"),
    re.compile(rf"^/(?:(?P<page>[^/]+)/)?reels?/(?P<video>{ID})$"),
    re.compile(r"^/(?:posts/)?(?P<post>[0-9]+_[0-9]+)$"),
)
SHORT_PATH = re.compile(r"^/share(?:/[vrp])?/[^/]+")
VIDEO_PAGES = frozenset({"/watch", "/watch/live", "/video.php", "/video/video.php"})
STORY_PAGES = frozenset({"/permalink.php", "/story.php"})
WRAPPED = {"/l.php": "u", "/login": "next", "/login.php": "next", "/plugins/video.php": "href"}
NUMBER = re.compile(r"(?:[0-9]{5,25}_)?[0-9]{5,25}")
IN_TEXT = re.compile(r"https?://\S+", re.IGNORECASE)
WITHOUT_SCHEME = re.compile(r"(?:[a-z0-9-]+\.)*(?:facebook\.com|fb\.com|fb\.watch)/", re.IGNORECASE)
CODED = "pfbid"  # an id that the Graph API does not read


@dataclass(frozen=True)
class PostLink:
    """A parsed address. key: equal for two spellings of the same address.

    kind: `post`, `video`, `number` (a post's or a video's), `short` (target unknown), `other` (not
    a known Facebook shape).
    """

    url: str
    kind: str
    object_id: str | None
    page: str | None
    key: str


def is_link(text: str) -> bool:
    """Whether the text is an http(s) address with a host name. Fast: called for a million rows."""
    return WEB_ADDRESS.match(text) is not None


def read_pasted(text: str) -> PostLink | None:
    """What a person pasted: an address, also without `https://` or inside a sentence, or a number.

    None for anything else.
    """
    text = text.strip()
    if NUMBER.fullmatch(text):
        kind = "post" if "_" in text else "number"
        return PostLink("", kind, text, None, f"{kind}:{text}")
    if WITHOUT_SCHEME.match(text):
        text = f"https://{text}"
    found = [read_link(address) for address in IN_TEXT.findall(text)]
    return next((link for link in found if link and link.kind != "other"), next(iter(found), None))


def read_link(text: str) -> PostLink | None:
    """Parse an address; None when the text is no http(s) address."""
    text = text.strip()
    if not is_link(text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:  # a malformed host
        return None
    url, host = parts.geturl(), (parts.hostname or "").rstrip(".")
    if host in SHORT_HOSTS:
        return PostLink(url, "short", None, None, _plain(parts))
    if host not in LOOPBACK_HOSTS and not FACEBOOK_HOST.fullmatch(host):
        return PostLink(url, "other", None, None, _plain(parts))
    return _facebook(url, parts)  # or our own simulator's


def _facebook(url: str, parts: SplitResult) -> PostLink:
    query = {name: values[0].strip() for name, values in parse_qs(parts.query).items()}
    path = re.sub(r"/+", "/", parts.path).rstrip("/")
    inside = read_link(query.get(WRAPPED.get(path, ""), ""))
    if inside:
        return inside
    if SHORT_PATH.match(path):
        return PostLink(url, "short", None, None, _plain(parts))
    return _by_query(url, path, query) or _by_path(url, path) or PostLink(
        url, "other", None, None, _plain(parts)
    )


def _by_query(url: str, path: str, query: dict[str, str]) -> PostLink | None:
    video, story = query.get("v", ""), query.get("story_fbid", "")
    if path in VIDEO_PAGES and re.fullmatch(ID, video):
        return _known(url, "video", video, None)
    if path in STORY_PAGES and re.fullmatch(ID, story):
        return _known(url, "post", story, query.get("id"))
    return None


def _by_path(url: str, path: str) -> PostLink | None:
    for pattern in PATHS:
        if match := pattern.match(path):
            found = match.groupdict()
            kind = "video" if found.get("video") else "post"
            return _known(url, kind, str(found.get("video") or found["post"]), found.get("page"))
    return None


def _known(url: str, kind: str, object_id: str, page: str | None) -> PostLink:
    return PostLink(url, kind, object_id, page, f"{kind}:{object_id}")


def _plain(parts: SplitResult) -> str:
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"
