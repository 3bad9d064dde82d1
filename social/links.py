"""Which post a pasted Facebook address refers to, and when two addresses are one.

Addresses come from people and from exports, in many shapes; the known ones are listed in
docs/facebook.md. Nothing is fetched here: a shortened address (`fb.watch`, `/share/…`) does not
name its post before `social.lookup` has followed it.
"""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlencode, urlsplit

from social.settings import LOOPBACK_HOSTS

WEB_ADDRESS = re.compile(r"https?://(?:[^\s/?#@]*@)?[^\s/?#@:\[\]]+(?:[:/?#]|$)", re.IGNORECASE)
HOST = r"(?:[a-z0-9-]+\.)*(?:facebook|fb)\.com"  # every host of Facebook's own site; any case
FACEBOOK_HOST = re.compile(HOST, re.IGNORECASE)
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
WITHOUT_SCHEME = re.compile(rf"(?:{HOST}|(?:www\.)?fb\.(?:watch|me))/", re.IGNORECASE)
# What is added to an address to know where its reader came from; it never says what is shown.
TRACKING = re.compile(r"(?:utm_.*|__.*|fbclid|gclid|mibextid|igsh(?:id)?|mc_[ce]id)(?:\[|$)")
TRACKING_OF_FACEBOOK = re.compile(
    r"(?:ref_?.*|hc_.*|notif_.*|(?:reply_)?comment_.*|rdid|_?rd[rc]|_ft_|paipv|eav|share_url|sfnsn|"
    r"extid|app|locale|wtsid|acontext|m_entstream_source|[sd])(?:\[|$)"
)
# Posts in groups and photos: what a person shared, though never a clip's post on a Page.
OF_PEOPLE = (
    re.compile(rf"^/groups/[^/]+/(?:posts|permalink)/(?P<post>{ID})$"),
    re.compile(rf"^/[^/]+/(?:activity|permalink)/(?P<post>{ID})$"),
)
BY_NUMBER = (
    (re.compile(r"^/photo(?:\.php|s)?$"), "fbid"),
    (re.compile(r"^/groups/[^/]+$"), "multi_permalinks"),
    (re.compile(r"^/groups/[^/]+$"), "id"),
)
# The shape of most lines of a ledger, read without taking the address apart.
COMMON = re.compile(
    r"https?://(?:[a-z-]+\.)?facebook\.com/[\w.]+/posts/"
    r"(pfbid[0-9A-Za-z]+|[0-9]{5,25})/?(?:[?#]|$)", re.ASCII
)
LONGEST_LINK = LONGEST_KEY = 500  # characters of a share's link, and of its key
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


def is_facebook(host: str) -> bool:
    """Whether a host is one of Facebook's own site: `www.`, `m.`, `vi-vn.` …, `fb.com`."""
    return FACEBOOK_HOST.fullmatch(host.rstrip(".")) is not None


def share_key(text: str) -> str:
    """Equal for two spellings of one share's address; "" for what is no address.

    Host, scheme, closing slash and tracking parameters make no difference, nor does which of its
    addresses names a post by its number. A `pfbid…` id cannot be decoded: it equals only itself.
    """
    if common := COMMON.match(text):
        return f"post:{common[1]}"
    link = read_link(text)
    if link is None:
        return text if is_link(text) else ""  # no host that can be read
    key = (link.kind == "other" and _of_people(link.url)) or link.key
    return key if len(key) <= LONGEST_KEY else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _of_people(url: str) -> str | None:
    parts = urlsplit(url)
    if not is_facebook(parts.hostname or ""):
        return None
    path = _path(parts)
    for pattern in OF_PEOPLE:
        if match := pattern.match(path):
            return f"post:{match['post']}"
    query = parse_qs(parts.query)
    for pattern, name in BY_NUMBER:
        number = query.get(name, [""])[0].strip()
        if pattern.match(path) and re.fullmatch(ID, number):
            return f"post:{number}"
    return None


def fitting(text: str) -> str:
    """An address that is too long to keep, without what only says where its reader came from:
    ``__cft__`` alone may have 300 characters. Any other text as it is."""
    if len(text) <= LONGEST_LINK or not is_link(text):
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    return parts._replace(query=_query(parts), fragment="").geturl()


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
        return _short(url, parts)
    if host not in LOOPBACK_HOSTS and not is_facebook(host):
        return PostLink(url, "other", None, None, _plain(parts))
    return _facebook(url, parts)  # or our own simulator's


def _facebook(url: str, parts: SplitResult) -> PostLink:
    query = {name: values[0].strip() for name, values in parse_qs(parts.query).items()}
    path = _path(parts)
    inside = read_link(query.get(WRAPPED.get(path, ""), ""))
    if inside:
        return inside
    if SHORT_PATH.match(path):
        return _short(url, parts)
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
    """Its key knows the post's own number only: a Page's stands before it in some addresses."""
    return PostLink(url, kind, object_id, page, f"{kind}:{object_id.rpartition('_')[2]}")


def _short(url: str, parts: SplitResult) -> PostLink:
    return PostLink(url, "short", None, None, _plain(parts._replace(query="")))


def _plain(parts: SplitResult) -> str:
    """An address whose post is not known, in comparable form."""
    host = (parts.hostname or "").rstrip(".")
    host = "facebook.com" if is_facebook(host) else host.removeprefix("www.").removeprefix("m.")
    query = _query(parts)
    return f"{host}{unquote(_path(parts))}{'?' if query else ''}{query}"


def _path(parts: SplitResult) -> str:
    return re.sub(r"/+", "/", parts.path).rstrip("/")


def _query(parts: SplitResult) -> str:
    """The parameters that say what is shown, in one order."""
    own = is_facebook(parts.hostname or "")
    return urlencode(sorted(
        (name, value) for name, value in parse_qsl(parts.query)
        if not TRACKING.match(name) and not (own and TRACKING_OF_FACEBOOK.match(name))
    ))
