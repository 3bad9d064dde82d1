"""An account is its profile, not its name; a name is what remains."""

import pytest

from social.accounts import identity, name_identity, read_profile

BY_NAME = [
    "https://www.facebook.com/Binh.An92", "http://facebook.com/binhan92/",
    "m.facebook.com/binh.an92",
    "https://vi-vn.facebook.com/binhan92?mibextid=ZbWKwL",
    "https://mbasic.facebook.com/binhan92/about",
    "https://web.facebook.com/binhan92?_rdc=1&_rdr", "https://fb.com/binhan92", "@binh.an92",
    "https://www.facebook.com/binhan92#", "https://touch.facebook.com/binhan92/friends_mutual",
]  # fmt: skip
BY_ID = [
    "https://www.facebook.com/profile.php?id=100012345678901",
    "https://m.facebook.com/profile.php?mibextid=x&id=100012345678901&sk=about",
    "https://www.facebook.com/people/B%C3%ACnh-An/100012345678901/",
    "facebook.com/people/Bình-An/100012345678901?locale=vi_VN", "100012345678901",
    "https://www.facebook.com/100012345678901",
    "https://www.facebook.com/groups/123456789/user/100012345678901/",
    "https://www.facebook.com/p/Binh-An-100012345678901/",
]  # fmt: skip


@pytest.mark.parametrize("text", BY_NAME)
def test_every_spelling_of_a_username_is_one_account(text: str) -> None:
    assert read_profile(text) == "u:binhan92"


@pytest.mark.parametrize("text", BY_ID)
def test_every_spelling_of_a_number_is_one_account(text: str) -> None:
    assert read_profile(text) == "id:100012345678901"


@pytest.mark.parametrize("text", [
    "https://www.facebook.com/share/1AbCdEf/", "https://fb.watch/abc/", "https://example.org/binh",
    "https://www.facebook.com/watch/?v=123456", "https://www.facebook.com/", "Nguyễn An", "1234",
    "https://l.facebook.com/binhan92", "https://www.facebook.com/groups/123456789",
    "https://www.facebook.com/binhan92/posts/1234567", "https://notfacebook.com/binhan92", "...",
])  # fmt: skip
def test_what_leads_to_no_profile_is_said_to(text: str) -> None:
    assert read_profile(text) is None


def test_two_names_with_one_profile_are_one_account_and_one_name_with_two_is_two() -> None:
    one, other = "https://facebook.com/an.nguyen", "https://facebook.com/an.le"
    assert identity("Nguyễn An", one) == identity("An Nguyen", f"{one}?x=1")
    assert identity("Nguyễn An", one) != identity("Nguyễn An", other)
    assert identity("Nguyễn An", one) == identity(one)
    number = "100012345678901"
    assert identity(number) == identity("An", f"facebook.com/profile.php?id={number}")


def test_a_name_is_compared_without_case_composition_and_spaces() -> None:
    assert identity("  NGUYỄN   An ") == identity("Nguye\u0302\u0303n an") == "n:nguyễn an"
    assert identity("binhan92") == name_identity("BinhAn92") == "n:binhan92"
