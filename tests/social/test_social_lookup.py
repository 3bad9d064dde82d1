"""From a pasted link to the post that can be counted, or to the reason why it cannot."""

import pytest

from social.errors import Transient
from social.graph import GraphPage
from social.links import read_pasted
from social.lookup import follow
from social.settings import GraphSettings
from social.simulator.process import SimulatorProcess
from social.values import Lookup, WhyUncounted
from tests.social.test_social_real_answers import by_hand


def look(page: GraphPage, pasted: str, marker: str = "#CX404") -> Lookup:
    link = read_pasted(pasted)
    assert link is not None
    return page.look_up(link, marker)


SHAPES = [
    "https://www.facebook.com/reel/{video}",
    "https://m.facebook.com/reel/{video}/?s=ifu",
    "https://vi-vn.facebook.com/QuanDoan11/videos/{video}/",
    "www.facebook.com/watch/?v={video}",
    "https://web.facebook.com/watch?v={video}&ref=sharing",
    "facebook.com/video.php?v={video}",
    "https://www.facebook.com/QuanDoan11/videos/ten-clip/{video}",
    "{video}",
    " {video} ",
    "https://www.facebook.com/QuanDoan11/posts/{bare}",
    "{post}",
    "{bare}",
    "https://m.facebook.com/story.php?story_fbid={bare}&id=100000000000001",
    "https://www.facebook.com/permalink.php?story_fbid={bare}&id=100000000000001",
    "Xem clip: https://www.facebook.com/reel/{video}/ hay lắm",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.facebook.com%2Freel%2F{video}&h=x",
    "https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Freel%2F{video}%2F",
]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_link_leads_to_the_post(
    page: GraphPage, simulator: SimulatorProcess, shape: str
) -> None:
    posted = by_hand(simulator, "clip không có mã")
    bare = posted["post_id"].partition("_")[2]
    text = shape.format(video=posted["video_id"], post=posted["post_id"], bare=bare)
    found = look(page, text)
    assert found.post is not None
    assert found.post.post_id == posted["post_id"]


@pytest.mark.parametrize(
    "to",
    [
        "/reel/{video}/?rdid=1",
        "https://www.facebook.com/reel/{video}/",
        "/login/?next=https%3A%2F%2Fm.facebook.com%2Freel%2F{video}",
    ],
)
def test_a_short_link_is_followed(page: GraphPage, simulator: SimulatorProcess, to: str) -> None:
    posted = by_hand(simulator, "clip không có mã")
    short = simulator.control("POST", "short", {"to": to.format(video=posted["video_id"])})["path"]
    found = look(page, f"https://www.facebook.com{short}")
    assert found.post is not None
    assert found.post.post_id == posted["post_id"]


def test_short_links_are_followed_for_so_many_steps_only(
    page: GraphPage, simulator: SimulatorProcess
) -> None:
    last = "/reel/700000000000001"
    for _ in range(7):
        last = simulator.control("POST", "short", {"to": last})["path"]
    round_ = simulator.control("POST", "short", {"to": "/share/v/x/"})["path"]
    for path in (last, round_, "/share/v/gone/"):
        assert look(page, f"https://www.facebook.com{path}").why is WhyUncounted.SHORT_LINK


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/share/v/x/",
        "https://facebook.com.evil.example/share/v/x/",
        "https://user@www.facebook.com/share/v/x/",
        "https://www.facebook.com:8443/share/v/x/",
        "https://10.0.0.1/share/v/x",
        "https://example.org/share/v/x",
        "https://[::1]/share/v/x",
    ],
)
def test_no_other_host_is_ever_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a request left")

    monkeypatch.setattr("requests.Session.get", refuse)
    assert follow(GraphSettings(page_id="1", token="t"), url) is None


def test_a_coded_link_is_found_in_the_lists_or_said(
    page: GraphPage, simulator: SimulatorProcess
) -> None:
    posted = by_hand(simulator, "bài chữ", kind="text")
    found = look(page, posted["permalink"])
    assert found.post is not None
    assert found.post.post_id == posted["post_id"]
    gone = look(page, "https://www.facebook.com/x/posts/pfbid02AbC")
    assert (gone.post, gone.why) == (None, WhyUncounted.CODED)


@pytest.mark.parametrize("told", ["refused", "told"])
def test_a_post_of_another_page_is_not_counted(
    page: GraphPage, simulator: SimulatorProcess, told: str
) -> None:
    simulator.answers(foreign=told)
    posted = by_hand(simulator, "của Trang khác", foreign=True)
    for text in (posted["video_id"], posted["post_id"]):
        found = look(page, text)
        assert found.post is None
        seen = found.why is WhyUncounted.ANOTHER_PAGE
        assert seen or (told == "refused" and found.why is WhyUncounted.NOT_SHOWN)
    assert look(page, posted["post_id"]).owner == posted["post_id"].partition("_")[0]


def test_without_an_owner_told_the_posts_own_id_decides(
    page: GraphPage, simulator: SimulatorProcess
) -> None:
    simulator.answers(owner="absent")
    posted = by_hand(simulator, "clip")
    found = look(page, posted["video_id"])
    assert found.post is not None
    assert found.post.post_id == posted["post_id"]


def test_the_code_in_a_caption_helps_where_the_link_does_not(
    page: GraphPage, simulator: SimulatorProcess
) -> None:
    posted = by_hand(simulator, "Xem #CX7")
    for text in (
        "https://www.facebook.com/x/posts/pfbid02AbC",
        "https://fb.watch/abc/",
        "99999999",
    ):
        found = look(page, text, "#CX7")
        assert found.post is not None
        assert found.post.post_id == posted["post_id"]
    by_hand(simulator, "và nữa #CX7")
    assert look(page, "99999999", "#CX7").why is WhyUncounted.NOT_SHOWN


def test_a_silent_page_is_no_wrong_link(page: GraphPage, simulator: SimulatorProcess) -> None:
    simulator.fault("status", "error_before")
    with pytest.raises(Transient):
        look(page, "https://www.facebook.com/reel/123456789")


@pytest.mark.parametrize(
    "text", ["", "abc", "1234", "12345x", "9" * 26, "ftp://facebook.com/1234567"]
)
def test_what_names_nothing_is_none(text: str) -> None:
    assert read_pasted(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://www.facebook.com/groups/1/permalink/123456/", "other"),
        ("https://www.facebook.com/watch/?v=abc", "other"),
        ("https://www.facebook.com/QuanDoan11", "other"),
        ("https://www.facebook.com/share/p/AbC/", "short"),
        ("https://www.facebook.com/share/AbC/", "short"),
        ("https://www.facebook.com/share/r/AbC/?mibextid=x", "short"),
        ("https://fb.watch/AbC/", "short"),
        ("https://fb.com/reel/123456789", "video"),
        ("https://www.facebook.com/reels/123456789", "video"),
    ],
)
def test_each_shape_has_its_kind(text: str, kind: str) -> None:
    link = read_pasted(text)
    assert link is not None
    assert link.kind == kind
