"""Whether a token's Page is the one that the profile names: clips go to no other.

A profile names its Page by ``contest.page_id``, or else by its address: a number in it, or the name
that Facebook calls the Page's username. Where neither can be compared a person has to.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from contest.profile import Profile
from social.links import is_facebook
from social.values import CheckFinding

NUMBER = re.compile(r"\d{5,20}")
# Parts of an address before the Page's name: /pages/Tên/123, /people/Tên/123, /pg/ten.
BEFORE_THE_NAME = frozenset({"pages", "people", "pg", "p", "category"})


@dataclass(frozen=True)
class FanpageName:
    """A Page as it is known: its number, its name, its username where that is known."""

    page_id: str
    name: str = ""
    username: str = ""


def same(profile: Profile, page: FanpageName) -> bool | None:
    """Whether it is the profile's Page; None where that cannot be told."""
    if profile.contest.page_id:
        return profile.contest.page_id == page.page_id
    number, username = named_by_address(profile.contest.page_url)
    if number:
        return number == page.page_id
    if username and page.username:
        return _folded(username) == _folded(page.username)
    return None


def named_by_address(url: str) -> tuple[str, str]:
    """(number, username) in a Page's address; empty where it holds none."""
    parts = urlsplit(url)
    if not is_facebook(parts.hostname or ""):
        return "", ""
    segments = [part for part in parts.path.split("/") if part]
    if segments[:1] == ["profile.php"]:
        return next(iter(parse_qs(parts.query).get("id", [])), ""), ""
    listed = bool(segments) and segments[0] in BEFORE_THE_NAME
    number = segments[-1].rpartition("-")[2] if listed else "".join(segments[:1])
    if NUMBER.fullmatch(number):
        return number, ""
    rest = [part for part in segments if part not in BEFORE_THE_NAME]
    return "", rest[0] if rest else ""


def _folded(username: str) -> str:
    """Facebook takes neither case nor dots into account."""
    return username.replace(".", "").casefold()


def wrong_page(profile: Profile, page: FanpageName) -> tuple[str, str] | None:
    """The sentence that names both Pages, Vietnamese and English; None unless they differ."""
    return None if same(profile, page) is not False else (
        f"Thể lệ nêu Trang {_of_profile(profile, 'số')}, còn mã truy cập là của Trang "
        f"{_said(page, 'số')}: hệ thống không đăng và không đọc gì ở Trang khác.",
        f"The rules name the Page {_of_profile(profile, 'number')}, but the token is of the Page "
        f"{_said(page, 'number')}: nothing is posted on or read from another Page.",
    )


REMEDY = (
    "Hãy kết nối đúng Trang. Nếu đây chính là Trang của hội thi, hãy ghi số của Trang vào thể lệ "
    "(contest.page_id).",
    "Connect the right Page. If this is the contest's Page, write its number into the rules "
    "(contest.page_id).",
)


def finding(profile: Profile, page: FanpageName) -> CheckFinding:
    """A line of the Page check: the profile's Page and the token's, side by side."""
    if (wrong := wrong_page(profile, page)) is not None:
        return CheckFinding("same_page", "fail", *wrong, *REMEDY)
    vi = f"Thể lệ nêu Trang {_of_profile(profile, 'số')}; mã là của Trang {_said(page, 'số')}."
    en = (f"The rules name the Page {_of_profile(profile, 'number')}; the token is of the Page "
          f"{_said(page, 'number')}.")
    if same(profile, page):
        return CheckFinding("same_page", "pass", vi, en)
    return CheckFinding(
        "same_page", "look", vi, en,
        "Hệ thống không tự so được hai Trang này: hãy so tên. Ghi contest.page_id vào thể lệ thì "
        "lần sau hệ thống tự so.",
        "These two cannot be compared by the platform: compare their names. With contest.page_id "
        "in the rules it can the next time.",
    )


def _of_profile(profile: Profile, number: str) -> str:
    contest = profile.contest
    where = f"{number} {contest.page_id}" if contest.page_id else contest.page_url
    return f"“{contest.page_name}” ({where})"


def _said(page: FanpageName, number: str) -> str:
    return f"“{page.name or '?'}” ({number} {page.page_id})"
