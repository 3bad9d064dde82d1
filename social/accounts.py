"""Which Facebook account a text refers to: a profile's address or number, else only a name.

Two names with one profile are one account; one name with two profiles are two. The known forms of
addresses are listed in docs/facebook.md; nothing is fetched.
"""

import re
import unicodedata
from functools import lru_cache

from social import links

HOST = re.compile(  # `l.` and `lm.` lead away from the site
    rf"(?:https?://)?(?!lm?\.){links.HOST}(?::\d+)?(?=[/?#]|$)", re.IGNORECASE
)
NUMBER = re.compile(r"\d{5,20}", re.ASCII)
USERNAME = re.compile(r"[A-Za-z0-9.]{2,75}", re.ASCII)
WEB = re.compile(r"https?://|www\.", re.IGNORECASE)
BY_ID = (
    re.compile(r"/profile\.php\?(?:[^#]*&)?id=(\d{5,20})(?:[&#]|$)"),
    re.compile(r"/(?:people|pages)/[^/?#]+/(\d{5,20}|pfbid[0-9A-Za-z]+)(?:[/?#]|$)"),
    re.compile(r"/groups/[^/?#]+/user/(\d{5,20})(?:[/?#]|$)"),
    re.compile(r"/p/[^/?#]*?-(\d{5,20})(?:[/?#]|$)"),
)
BY_NAME = re.compile(
    r"/([A-Za-z0-9.]{2,75})/?"
    r"(?:(?:about|followers|following|friends|photos|reels|videos|likes)(?:_[a-z]+)?/?)?(?:[?#]|$)"
)
# First parts of a path that lead to no profile.
NO_PROFILE = frozenset({
    "ads", "events", "gaming", "groups", "hashtag", "help", "home.php", "l.php", "login",
    "login.php", "marketplace", "media", "messages", "notes", "p", "pages", "people",
    "permalink.php", "photo", "photo.php", "photos", "posts", "privacy", "profile.php", "reel",
    "reels", "search", "share", "sharer", "sharer.php", "stories", "story.php", "video.php",
    "videos", "watch",
})  # fmt: skip


def tidy(name: str) -> str:
    """A name in Unicode NFC, spaces made one."""
    if not name.isascii():
        name = unicodedata.normalize("NFC", name)
    return " ".join(name.split())


def identity(account: str, profile: str = "") -> str:
    """The key by which shares are one account's: the profile's, else that of the name.

    ``account`` may itself be a profile's address or number.
    """
    known = read_profile(profile) if profile else None
    return known or _of_account(account) or name_identity(account)


def _of_account(account: str) -> str | None:
    """Addresses and bare numbers only: a name of one word is a name, not a username."""
    text = account.strip()
    if text[:1].isdigit() and NUMBER.fullmatch(text):
        return f"id:{text}"
    return read_profile(text) if is_address(text) else None


def name_identity(name: str) -> str:
    """The identity of an account of which only the name is known; case does not matter."""
    return f"n:{tidy(tidy(name).casefold())}"


def is_address(text: str) -> bool:
    """Whether a text is an address, of whatever kind, rather than a name."""
    return "/" in text and bool(WEB.match(text) or HOST.match(text))


@lru_cache(maxsize=4_096)  # an account shares several clips
def read_profile(text: str) -> str | None:
    """The account that an address, a number or a username refers to; None for anything else.

    Facebook ignores the case and the points of a username.
    """
    text = text.strip()
    if NUMBER.fullmatch(text):
        return f"id:{text}"
    host = HOST.match(text)
    if host is None:
        bare = text.removeprefix("@")
        return _username(bare) if USERNAME.fullmatch(bare) and not bare.isdigit() else None
    path = text[host.end():]
    for form in BY_ID:
        if found := form.match(path):
            return f"id:{found[1]}"
    named = BY_NAME.match(path)
    if named is None or named[1].casefold() in NO_PROFILE:
        return None
    return f"id:{named[1]}" if NUMBER.fullmatch(named[1]) else _username(named[1])


def _username(text: str) -> str | None:
    plain = text.casefold().replace(".", "")
    return f"u:{plain}" if plain else None
