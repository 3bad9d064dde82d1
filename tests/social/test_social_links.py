"""Which post a pasted address means."""

import pytest

from social.links import is_link, read_link

KNOWN = [
    ("https://www.facebook.com/QuanDoan11/posts/123456789012345", "post", "123456789012345"),
    (
        "https://www.facebook.com/QuanDoan11/posts/tua-de/123456789012345/",
        "post",
        "123456789012345",
    ),
    ("https://m.facebook.com/QuanDoan11/posts/pfbid02AbC9xyz", "post", "pfbid02AbC9xyz"),
    ("https://www.facebook.com/QuanDoan11/videos/987654321098765/", "video", "987654321098765"),
    (
        "https://www.facebook.com/100000000000001/videos/ten/987654321098765",
        "video",
        "987654321098765",
    ),
    ("https://www.facebook.com/reel/987654321098765?s=x", "video", "987654321098765"),
    ("https://www.facebook.com/watch/?v=987654321098765", "video", "987654321098765"),
    (
        "https://www.facebook.com/permalink.php?story_fbid=pfbid0Abc12&id=1000",
        "post",
        "pfbid0Abc12",
    ),
    ("https://m.facebook.com/story.php?story_fbid=123456&id=1000", "post", "123456"),
    (
        "https://facebook.com/100000000000001_900000000000002",
        "post",
        "100000000000001_900000000000002",
    ),
    ("http://127.0.0.1:40000/posts/100000000000001_900000000000002", "post",
     "100000000000001_900000000000002"),
    ("https://fb.watch/aBcD/", "short", None),
    ("https://www.facebook.com/share/v/aBcD/", "short", None),
    ("https://www.facebook.com/QuanDoan11", "other", None),
    ("https://example.org/posts/123456", "other", None),
]


@pytest.mark.parametrize(("address", "kind", "object_id"), KNOWN)
def test_it_reads_the_known_shapes(address: str, kind: str, object_id: str | None) -> None:
    link = read_link(f"  {address} ")
    assert link is not None
    assert (link.kind, link.object_id) == (kind, object_id)


@pytest.mark.parametrize(
    "text", ["", "Facebook", "javascript:alert(1)", "ftp://facebook.com/reel/12345"]
)
def test_what_is_no_web_address_is_none(text: str) -> None:
    assert read_link(text) is None


def test_spellings_of_one_address_have_one_key() -> None:
    first = read_link("https://www.facebook.com/QuanDoan11/videos/987654321098765/")
    second = read_link("https://m.facebook.com/watch/?v=987654321098765&ref=share")
    assert first is not None and second is not None
    assert first.key == second.key


@pytest.mark.parametrize(
    "text", ["", "Lan", "ftp://a/b", "https://", "https://[x", "https://:80/", "https:// a"]
)
def test_what_is_no_address_is_no_link(text: str) -> None:
    assert read_link(text) is None
    assert not is_link(text)
