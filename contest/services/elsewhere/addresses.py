"""Which post on another platform a pasted link means, and when two links are one post.

Nothing is fetched: a shortened link (``vm.tiktok.com/…``, Instagram's ``/share/…``) names no post,
and only its platform could say which it is. Of YouTube, TikTok and Instagram the post's own id is
read out of the shapes that their apps and pages give (2026); of any other platform the address
itself is the key, without what only says where its reader came from.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlencode, urlsplit

from contest.errors import Invalid
from contest.profile.platforms import Platform

LONGEST = 500  # characters of an address
SHORT = frozenset({
    "vm.tiktok.com", "vt.tiktok.com", "bit.ly", "s.zalo.me", "tinyurl.com", "t.co", "goo.gl",
    "cutt.ly", "ow.ly", "is.gd", "shorturl.at",
})
SHORT_PATH = re.compile(r"^/(t|share)/", re.IGNORECASE)
TRACKING = re.compile(
    r"^(utm_.*|fbclid|gclid|si|igsh|igshid|feature|pp|_r|_t|is_from_webapp|sender_device|web_id|"
    r"is_copy_url|share_.*|u_code|refer|t|ab_channel|zarsrc)$", re.IGNORECASE
)
YOUTUBE = re.compile(r"^/(?:shorts|live|embed|v)/([\w-]{11})(?:/|$)")
YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)
TIKTOK = re.compile(r"^/(@[\w.-]+)/(video|photo)/([0-9]{5,25})(?:/|$)")
TIKTOK_OLD = re.compile(r"^/v/([0-9]{5,25})(?:\.html)?$")
INSTAGRAM = re.compile(r"^/(?:[\w.]+/)?(p|reel|reels|tv)/([\w-]{5,60})(?:/|$)")
MOBILE = re.compile(r"^(?:www|m|mobile)\.")


class Post(NamedTuple):
    """A post: where it is looked at, and a key that is equal for all spellings of its address."""

    url: str
    key: str


def read(text: str, platforms: Sequence[Platform]) -> tuple[Platform, Post]:
    """The platform and the post of a pasted link. Raises ``Invalid`` with what was found, which
    hosts the rules allow, and what to do."""
    parts = _parts(text.strip())
    host = parts.hostname or ""
    short = host in SHORT or (_family(host) in ("tiktok", "instagram")
                              and SHORT_PATH.match(parts.path))
    named = _short_of(host, platforms) if short else _known(host, platforms)
    if named is None:
        raise _not_allowed(host, platforms)
    if short:
        raise _shortened(host)
    post = _READ.get(_family(host), _any)(parts)
    if post is None or len(post.url) > LONGEST:
        raise _no_post(text.strip(), named)
    return named, post


def _parts(text: str) -> SplitResult:
    if "://" not in text and re.match(r"^[\w.-]+\.[a-z]{2,}/", text, re.IGNORECASE):
        text = f"https://{text}"  # people copy addresses without it
    try:
        parts = urlsplit(text)
        right = (
            parts.scheme.casefold() in ("http", "https") and parts.hostname and "@" not in
            parts.netloc and parts.port in (None, 443) and text.isprintable() and " " not in text
        )
    except ValueError:
        right = False
    if not right or len(text) > 4 * LONGEST:
        raise Invalid(
            f"“{text[:60]}” không phải đường dẫn đầy đủ. Hãy sao chép cả đường dẫn của bài đăng, "
            "bắt đầu bằng https://.",
            f'"{text[:60]}" is no whole link. Copy the complete link of the post, which begins '
            "with https://.",
        )
    return parts._replace(scheme="https")


def _family(host: str) -> str:
    """Which platform's own shapes a host's links have; "" for all others."""
    for name, hosts in _FAMILIES.items():
        if any(host == one or host.endswith(f".{one}") for one in hosts):
            return name
    return ""


_FAMILIES = {
    "youtube": ("youtube.com", "youtu.be", "youtube-nocookie.com"),
    "tiktok": ("tiktok.com",),
    "instagram": ("instagram.com", "instagr.am"),
}


def _known(host: str, platforms: Sequence[Platform]) -> Platform | None:
    """The platform that allows the host, by itself or by the name that its post has there."""
    usual = _FAMILIES.get(_family(host), ())[:1]
    for name in (host, *usual):
        for one in platforms:
            if one.allows(name):
                return one
    return None


def _short_of(host: str, platforms: Sequence[Platform]) -> Platform | None:
    """A shortened link may lead anywhere; what to do with it is said to everybody."""
    return _known(host, platforms) or next(iter(platforms), None)


def _youtube(parts: SplitResult) -> Post | None:
    host, path = parts.hostname or "", parts.path
    found = YOUTUBE.match(path)
    name = found[1] if found else ""
    if host.endswith("youtu.be"):
        name = path.strip("/").partition("/")[0]
    elif path.rstrip("/") == "/watch":
        name = parse_qs(parts.query).get("v", [""])[0]
    if not YOUTUBE_ID.fullmatch(name):
        return None
    return Post(f"https://www.youtube.com/watch?v={name}", f"youtube:{name}")


def _tiktok(parts: SplitResult) -> Post | None:
    if found := TIKTOK.match(parts.path):
        url = f"https://www.tiktok.com/{found[1]}/{found[2]}/{found[3]}"
        return Post(url, f"tiktok:{found[3]}")
    if found := TIKTOK_OLD.match(parts.path):
        return Post(f"https://www.tiktok.com/@/video/{found[1]}", f"tiktok:{found[1]}")
    return None


def _instagram(parts: SplitResult) -> Post | None:
    found = INSTAGRAM.match(parts.path)
    if not found:
        return None
    kind = "reel" if found[1] == "reels" else found[1]
    return Post(f"https://www.instagram.com/{kind}/{found[2]}/", f"instagram:{found[2]}")


def _any(parts: SplitResult) -> Post | None:
    """The address itself, less what says where its reader came from; a home page is no post."""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in pairs if not TRACKING.match(pair[0])))
    host, path = (parts.hostname or "").casefold(), parts.path.rstrip("/")
    if not path and not query:
        return None
    rest = path + (f"?{query}" if query else "")
    return Post(f"https://{host}{rest}", f"{MOBILE.sub('', host)}{rest}")


_READ: dict[str, Callable[[SplitResult], Post | None]] = {
    "youtube": _youtube, "tiktok": _tiktok, "instagram": _instagram,
}


def _hosts(platforms: Sequence[Platform]) -> str:
    return ", ".join(host for one in platforms for host in one.hosts)


def _not_allowed(host: str, platforms: Sequence[Platform]) -> Invalid:
    allowed = _hosts(platforms)
    return Invalid(
        f"Đường dẫn thuộc {host}, thể lệ không tính nơi này; cho phép: {allowed}. Hãy gửi đường "
        "dẫn của bài đăng ở một trong các nơi đó.",
        f"The link is of {host}, which the rules do not count; allowed: {allowed}. Give the link "
        "of a post on one of these.",
        kind="host",
    )


def _shortened(host: str) -> Invalid:
    return Invalid(
        f"Đây là đường dẫn rút gọn ({host}) nên không biết là bài đăng nào. Hãy mở nó trong trình "
        "duyệt, đợi bài đăng hiện ra, rồi sao chép đường dẫn dài ở thanh địa chỉ.",
        f"This is a shortened link ({host}), which does not say which post it is. Open it in a "
        "browser, wait for the post, then copy the long link from the address bar.",
        kind="short",
    )


def _no_post(text: str, platform: Platform) -> Invalid:
    return Invalid(
        f"“{text[:80]}” không phải đường dẫn của một bài đăng trên {platform.name.vi}, có thể là "
        "trang chủ, kênh hay danh sách. Hãy mở đúng bài đăng rồi sao chép đường dẫn.",
        f'"{text[:80]}" is not the link of one post on {platform.name.en}, perhaps of a home page, '
        "a channel or a list. Open the post itself and copy its link.",
        kind="no_post",
    )
