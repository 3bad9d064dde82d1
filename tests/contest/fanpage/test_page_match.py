"""Which Page a profile names, and whether a token's is that one."""

import pytest

from contest import profile as rule_files
from contest.errors import Invalid
from contest.profile import Profile
from contest.services.fanpage import page_match
from contest.services.fanpage.page_match import FanpageName
from tests.contest.factory import QUAN11

URL = 'page_url = "https://www.facebook.com/quandoan11"'
TOKENS = FanpageName("104857600123456", "Trang của mã", "quan.doan.11")


def profile(url: str = "https://www.facebook.com/quandoan11", page_id: str = "") -> Profile:
    line = f'page_url = "{url}"' + (f'\npage_id = "{page_id}"' if page_id else "")
    return rule_files.load(QUAN11.read_text().replace(URL, line)).profile


@pytest.mark.parametrize(("url", "named"), [
    ("https://www.facebook.com/quandoan11", ("", "quandoan11")),
    ("https://m.facebook.com/quandoan11/", ("", "quandoan11")),
    ("https://vi-vn.facebook.com/QuanDoan.11/videos?x=1", ("", "QuanDoan.11")),
    ("https://fb.com/quandoan11", ("", "quandoan11")),
    ("https://www.facebook.com/pg/quandoan11/posts", ("", "quandoan11")),
    ("https://www.facebook.com/104857600123456", ("104857600123456", "")),
    ("https://www.facebook.com/profile.php?id=104857600123456", ("104857600123456", "")),
    ("https://www.facebook.com/people/Quan-Doan/104857600123456/", ("104857600123456", "")),
    ("https://www.facebook.com/pages/Quan-Doan/104857600123456", ("104857600123456", "")),
    ("https://www.facebook.com/p/Quan-Doan-11-104857600123456/", ("104857600123456", "")),
    ("https://www.facebook.com/", ("", "")),
    ("https://quandoan11.example.vn/facebook", ("", "")),
    ("https://facebook.com.example.vn/123456", ("", "")),
])
def test_an_address_names_a_page_by_number_or_name(url: str, named: tuple[str, str]) -> None:
    assert page_match.named_by_address(url) == named


@pytest.mark.parametrize(("rules", "same"), [
    (profile(page_id="104857600123456"), True),
    (profile(page_id="104857600123457"), False),
    (profile("https://www.facebook.com/104857600123456"), True),
    (profile("https://www.facebook.com/104857600123457"), False),
    (profile("https://www.facebook.com/QuanDoan11"), True),
    (profile("https://www.facebook.com/quandoan12"), False),
    (profile("https://www.facebook.com/104857600123457", "104857600123456"), True),
    (profile("https://quandoan11.example.vn"), None),
])
def test_the_number_decides_then_the_address(rules: Profile, same: bool | None) -> None:
    assert page_match.same(rules, TOKENS) is same
    outcome = {True: "pass", False: "fail", None: "look"}[same]
    assert page_match.finding(rules, TOKENS).outcome == outcome


def test_without_a_username_the_name_in_an_address_proves_nothing() -> None:
    assert page_match.same(profile(), FanpageName("104857600123456")) is None


def test_the_sentence_names_both_pages() -> None:
    vi, en = page_match.wrong_page(profile(page_id="77777"), TOKENS) or ("", "")
    for sentence in (vi, en):
        assert "“Quận Đoàn 11”" in sentence
        assert "77777" in sentence
        assert "“Trang của mã”" in sentence
        assert "104857600123456" in sentence
    assert page_match.wrong_page(profile(page_id="104857600123456"), TOKENS) is None


def test_a_profile_without_the_number_keeps_its_hash() -> None:
    """As the release before counted it; with a number it is another revision."""
    without = rule_files.load(QUAN11.read_text())
    assert without.sha256 == "a378e7fd93bffb36c2a3cec378d21205687a08c5651e739ffe58d37dd42309ee"
    assert "page_id" not in without.content["contest"]
    named = rule_files.load(QUAN11.read_text().replace(URL, f'{URL}\npage_id = "77777"'))
    assert named.sha256 != without.sha256
    assert rule_files.stored(named.content).contest.page_id == "77777"


def test_a_number_with_letters_is_refused() -> None:
    with pytest.raises(Invalid, match=r"contest\.page_id"):
        profile(page_id="quandoan11")
