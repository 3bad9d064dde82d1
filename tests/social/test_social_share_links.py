"""When two addresses are one share: however each was copied."""

import pytest

from social.accounts import read_profile
from social.links import LONGEST_KEY, LONGEST_LINK, fitting, is_facebook, share_key

POST, VIDEO = "123456789012345", "987654321098765"
SAME = {
    "a person's post": [
        f"https://www.facebook.com/an.nguyen/posts/{POST}",
        f"http://www.facebook.com/an.nguyen/posts/{POST}/",
        f"HTTPS://M.Facebook.com/an.nguyen/posts/{POST}?__tn__=-R&__cft__[0]=AZXa&ref=share",
        f"https://mobile.facebook.com/100001/posts/{POST}?mibextid=WC7FNe#bình-luận",
        f"https://web.facebook.com/an.nguyen/posts/toi-chia-se/{POST}?_rdc=1&_rdr",
        f"https://mbasic.facebook.com/story.php?story_fbid={POST}&id=100001&refid=17",
        f"https://vi-vn.facebook.com/permalink.php?id=100001&story_fbid={POST}&fbclid=IwAR0",
        f"https://fb.com/100001_{POST}",
        f"https://l.facebook.com/l.php?u=https%3A%2F%2Ffacebook.com%2Fan%2Fposts%2F{POST}&h=AT1",
        f"https://www.facebook.com/an.nguyen/activity/{POST}/",
    ],
    "a coded post": [
        "https://www.facebook.com/an.nguyen/posts/pfbid02AbC9xyz?__cft__%5B0%5D=AZU&__tn__=%2CO",
        "https://m.facebook.com/story.php?story_fbid=pfbid02AbC9xyz&id=100001&mibextid=Nif5oz",
        "https://facebook.com/permalink.php?story_fbid=pfbid02AbC9xyz&id=100001",
    ],
    "a video": [
        f"https://www.facebook.com/an.nguyen/videos/{VIDEO}/",
        f"https://m.facebook.com/watch/?v={VIDEO}&ref=sharing",
        f"https://www.facebook.com/reel/{VIDEO}?s=yWDuG2&fs=e",
    ],
    "a post in a group": [
        "https://www.facebook.com/groups/4455/posts/66778899/",
        "https://m.facebook.com/groups/4455/permalink/66778899/?mibextid=S66gvF",
        "https://facebook.com/groups/4455?multi_permalinks=66778899&hoisted_section_header_type=a",
        "https://m.facebook.com/groups/4455?view=permalink&id=66778899",
    ],
    "a picture": [
        "https://www.facebook.com/photo/?fbid=4455667&set=a.12",
        "https://m.facebook.com/photo.php?fbid=4455667&id=9&set=a.12&source=57",
        "https://www.facebook.com/an.nguyen/photos/a.12/4455667/?type=3",
    ],
    "the app's short link": [
        "https://www.facebook.com/share/p/1AbCdEfG/",
        "http://m.facebook.com/share/p/1AbCdEfG?mibextid=wwXIfr&rdid=X",
        "https://fb.com/share/p/1AbCdEfG/#",
    ],
    "a short link": ["https://fb.watch/aBcD/", "http://www.fb.watch/aBcD?mibextid=cr9u03"],
    "another site": [
        "https://zalo.me/s/chia-se?id=7&utm_source=zalo",
        "http://www.zalo.me/s/chia-se/?fbclid=IwAR&id=7",
    ],
}
DIFFERENT = [
    f"https://www.facebook.com/an.nguyen/posts/{POST}",
    f"https://www.facebook.com/an.nguyen/posts/{POST}6",
    "https://www.facebook.com/an.nguyen/posts/pfbid02AbC9xyz",
    "https://www.facebook.com/an.nguyen/posts/pfbid02abc9xyz",  # the case of a code matters
    f"https://www.facebook.com/an.nguyen/videos/{VIDEO}",
    "https://www.facebook.com/share/p/1AbCdEfG/",
    "https://www.facebook.com/share/v/1AbCdEfG/",
    "https://www.facebook.com/share/p/1AbCdEfg/",
    "https://zalo.me/s/chia-se?id=7",
    "https://zalo.me/s/chia-se?id=8",
    "https://zalo.me/s/chia-se?id=7&s=2",  # on another site it may be the thing itself
    "https://example.vn/story.php?story_fbid=123456789012345&id=1",
    "https://notfacebook.com/an/posts/123456789012345",
]


@pytest.mark.parametrize("what", SAME)
def test_spellings_of_one_share_have_one_key(what: str) -> None:
    assert len({share_key(address) for address in SAME[what]}) == 1


def test_different_shares_have_different_keys() -> None:
    keys = [share_key(one) for one in DIFFERENT]
    keys += [share_key(spellings[0]) for what, spellings in SAME.items() if "group" in what]
    assert len(set(keys)) == len(keys)


def test_a_code_is_never_taken_for_a_number() -> None:
    assert share_key(SAME["a coded post"][0]) == "post:pfbid02AbC9xyz"


@pytest.mark.parametrize("text", ["", "Lan", "ftp://facebook.com/an/posts/12345", "https://"])
def test_what_is_no_address_has_no_key(text: str) -> None:
    assert share_key(text) == ""


def test_every_address_has_a_key_that_can_be_kept() -> None:
    long = f"https://example.vn/{'ấ' * 400}?{'đ' * 90}=1"
    assert 0 < len(share_key(long)) <= LONGEST_KEY
    assert share_key(long) != share_key(f"{long}2")
    assert share_key("https://a\u2100b.vn/1") != ""  # a host that no parser accepts


def test_an_address_too_long_to_keep_loses_only_what_says_where_its_reader_came_from() -> None:
    post = "https://www.facebook.com/an/posts/pfbid02AbC9xyz"
    assert fitting(f"{post}?__cft__[0]={'A' * 600}&__tn__=R") == post
    assert fitting(f"{post}?ref=1") == f"{post}?ref=1"
    assert len(fitting(f"https://example.vn/?q={'a' * 600}")) > LONGEST_LINK
    assert fitting("Lan " * 200) == "Lan " * 200


HOSTS = ["facebook.com", "www.facebook.com", "m.facebook.com", "vi-vn.facebook.com", "FB.com",
         "www.fb.com", "business.facebook.com", "facebook.com."]


@pytest.mark.parametrize("host", HOSTS)
def test_what_is_facebook_is_so_for_posts_and_for_profiles(host: str) -> None:
    assert is_facebook(host)
    if not host.endswith("."):
        assert read_profile(f"https://{host}/an.nguyen") == "u:annguyen"


@pytest.mark.parametrize("host", ["notfacebook.com", "facebook.com.vn", "fb.watch", "x.fb.com.vn"])
def test_what_only_looks_like_facebook_is_not(host: str) -> None:
    assert not is_facebook(host)
    assert read_profile(f"https://{host}/an.nguyen") is None
