"""Which post a pasted link means; when two are one; what is refused, and what to do."""

import pytest

from contest.errors import Invalid
from contest.profile.platforms import Platform
from contest.services.elsewhere import addresses
from tests.contest.elsewhere.platforms import TIKTOK, YOUTUBE, ZALO

INSTAGRAM = {"id": "instagram", "name": {"vi": "Instagram", "en": "Instagram"},
             "hosts": ["instagram.com"]}
KNOWN = [Platform.model_validate(one) for one in (YOUTUBE, TIKTOK, ZALO, INSTAGRAM)]
WATCH = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


@pytest.mark.parametrize(("text", "platform", "url", "key"), [
    *((one, "youtube", WATCH, "youtube:dQw4w9WgXcQ") for one in (
        WATCH, "https://youtu.be/dQw4w9WgXcQ?si=abc", "http://m.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=12s",
        "https://youtube.com/shorts/dQw4w9WgXcQ?feature=share", "youtu.be/dQw4w9WgXcQ",
        "https://WWW.YouTube.com/live/dQw4w9WgXcQ", "https://music.youtube.com/watch?v=dQw4w9WgXcQ",
        "  https://www.youtube.com/embed/dQw4w9WgXcQ  ",
    )),
    *((one, "tiktok", "https://www.tiktok.com/@quandoan11/video/7234567890123456789",
       "tiktok:7234567890123456789") for one in (
        "https://www.tiktok.com/@quandoan11/video/7234567890123456789",
        "https://m.tiktok.com/@quandoan11/video/7234567890123456789?_r=1&_t=8abc",
        "tiktok.com/@quandoan11/video/7234567890123456789/",
    )),
    ("https://m.tiktok.com/v/7234567890123456789.html", "tiktok",
     "https://www.tiktok.com/@/video/7234567890123456789", "tiktok:7234567890123456789"),
    *((one, "instagram", "https://www.instagram.com/reel/Cr_abc-12/", "instagram:Cr_abc-12")
      for one in ("https://www.instagram.com/reel/Cr_abc-12/?igsh=x",
                  "https://instagram.com/reels/Cr_abc-12", "https://instagr.am/reel/Cr_abc-12/",
                  "https://www.instagram.com/quan.doan/reel/Cr_abc-12/")),
    ("https://www.instagram.com/p/Cr_abc-12/", "instagram",
     "https://www.instagram.com/p/Cr_abc-12/", "instagram:Cr_abc-12"),
    ("https://zalo.me/s/video/123?utm_source=a&b=2&a=1", "zalo",
     "https://zalo.me/s/video/123?a=1&b=2", "zalo.me/s/video/123?a=1&b=2"),
    ("https://video.zaloapp.com/v/9/", "zalo", "https://video.zaloapp.com/v/9",
     "video.zaloapp.com/v/9"),
])
def test_every_spelling_of_a_post_is_one_post(
    text: str, platform: str, url: str, key: str
) -> None:
    found, post = addresses.read(text, KNOWN)
    assert (found.id, *post) == (platform, url, key)


@pytest.mark.parametrize(("text", "kind", "says"), [
    ("https://vimeo.com/123", "host", "vimeo.com"),
    ("https://youtube.com.evil.vn/watch?v=dQw4w9WgXcQ", "host", "youtube.com.evil.vn"),
    ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", "host", "allowed: youtube.com, tiktok.com"),
    ("https://www.facebook.com/watch?v=1", "host", "facebook.com"),
    ("https://vm.tiktok.com/ZMabc/", "short", "Open it in a browser"),
    ("https://vt.tiktok.com/ZSabc/", "short", "shortened link"),
    ("https://www.tiktok.com/t/ZTabc/", "short", "shortened link"),
    ("https://www.instagram.com/share/reel/BAabc", "short", "shortened link"),
    ("https://bit.ly/3abc", "short", "bit.ly"),
    ("https://www.youtube.com/@quandoan11", "no_post", "a channel or a list"),
    ("https://www.youtube.com/playlist?list=PL1", "no_post", "YouTube"),
    ("https://youtu.be/", "no_post", "YouTube"),
    ("https://www.tiktok.com/@quandoan11", "no_post", "TikTok"),
    ("https://www.instagram.com/stories/a/1/", "no_post", "Instagram"),
    ("https://zalo.me/", "no_post", "Zalo"),
    ("YouTube của Đoàn", None, "no whole link"),
    ("javascript:alert(1)", None, "no whole link"),
    ("https://a:b@youtube.com/watch?v=dQw4w9WgXcQ", None, "no whole link"),
    ("https://youtube.com:8443/watch?v=dQw4w9WgXcQ", None, "no whole link"),
    ("https://www.youtube.com/watch?v=" + "a" * 3000, None, "no whole link"),
    ("", None, "no whole link"),
])
def test_what_is_no_post_or_not_allowed_is_refused_with_what_to_do(
    text: str, kind: str | None, says: str
) -> None:
    with pytest.raises(Invalid) as refused:
        addresses.read(text, KNOWN)
    assert says in refused.value.message("en")
    assert refused.value.data.get("kind") == kind
    assert refused.value.message("vi") != refused.value.message("en")
