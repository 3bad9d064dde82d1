"""Posts elsewhere, a page at a time: searched, narrowed; what was typed stays with its post."""

import re

import pytest

from contest.models import Unit
from contest.services.core.pagination import Pagination
from contest.services.elsewhere import listing, numbers
from contest.services.elsewhere.listing import LACKING
from tests.contest.elsewhere.platforms import WATCH

TIKTOK = "https://www.tiktok.com/@doan/video/12345"


def listed(room, **narrowed) -> Pagination:
    with room.make.platform.db.read() as session:
        return listing.rows(session, room.now(session), **narrowed)


def ids(found):
    return [row.post.id for row in found.rows]


@pytest.fixture
def posts(room):
    """One on YouTube of each clip, one more on TikTok of the first."""
    return [*(room.enter(n, WATCH.format(n)) for n in range(3)), room.enter(0, TIKTOK)]


def test_posts_come_by_clip_a_page_at_a_time(room, posts, monkeypatch):
    monkeypatch.setattr(listing, "ON_A_PAGE", 3)
    first, second = listed(room), listed(room, number=2)
    by_code = sorted(posts, key=lambda one: (room_code(room, one), one.id))
    assert [*ids(first), *ids(second)] == [one.id for one in by_code]
    assert (len(first.rows), first.count, first.total) == (3, 2, 4)


def room_code(room, post):
    return next(clip.code for clip in room.clips if clip.id == post.submission_id)


def test_posts_are_found_by_clip_or_unit_and_narrowed_to_a_platform(room, posts):
    with room.make.platform.db.write() as session:
        session.get_one(Unit, room.units[1].id).name = "Khu phố Hoa Mai"
    assert ids(listed(room, words="hoa mai")) == [posts[1].id]
    assert ids(listed(room, words=room.clips[2].code)) == [posts[2].id]
    assert ids(listed(room, show="tiktok")) == [posts[3].id]
    assert listed(room, show="tiktok").total == 1
    assert ids(listed(room, words=room.clips[0].code, show="youtube")) == [posts[0].id]
    assert listed(room, show="vimeo").total == 4  # the rules know none: all of them


def test_posts_that_lack_a_number_are_the_ones_that_block(room, posts):
    """YouTube pays likes and views, TikTok shares once a second person has agreed."""
    room.tell(posts[0], likes=3, views=5)
    room.tell(posts[1], likes=3)
    late = room.tell(posts[3], shares=2)
    assert set(ids(listed(room, show=LACKING))) == {posts[1].id, posts[2].id, posts[3].id}
    room.agree(late)
    found = listed(room, show=LACKING)
    assert (set(ids(found)), found.total) == ({posts[1].id, posts[2].id}, 2)


def test_others_readings_wait_some_at_a_time_and_own_are_counted(room, posts):
    mine = [room.tell(posts[3], shares=n, name=f"m{n}") for n in range(2)]
    theirs = [room.tell(posts[3], actor=room.second, shares=n, name=f"t{n}") for n in range(3)]
    with room.make.platform.db.read() as session:
        here = room.now(session)
        assert numbers.waiting_counts(session, here, room.organiser) == (2, 3)
        waiting = numbers.waiting(session, here, but=room.organiser.label, most=2)
        assert [one.id for one in waiting] == [theirs[2].id, theirs[1].id]
    assert room.agree(*mine) == 2
    with room.make.platform.db.read() as session:
        assert numbers.waiting_counts(session, room.now(session), room.second) == (3, 0)


@pytest.mark.both_databases
def test_what_was_typed_is_stored_though_the_list_has_moved_on(room, posts, visit, make):
    """A filled-in form names its posts; the filter shows them no more when it comes."""
    organiser = visit.user(make.user("organiser", contest=room.contest))
    address = f"/c/{room.contest.slug}/organiser/elsewhere"
    narrowed = f"{address}?show={LACKING}&q={room.clips[1].code}"
    page = organiser.get(narrowed).text
    assert re.findall(r'name="(likes-\d+)"', page) == [f"likes-{posts[1].id}"]
    form = {name: re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)[1]
            for name in ("stamp", "taken_at")}
    room.tell(posts[1], likes=1, views=1)
    saved = organiser.post(narrowed, data={
        **form, f"likes-{posts[1].id}": "1.200"})
    assert saved.status_code == 303
    assert f"q={room.clips[1].code}" in saved.location
    with make.platform.db.read() as session:
        [found] = numbers.counted(session, room.now(session))[room.clips[1].id]
    assert (found.values["likes"], found.values["views"]) == (1200, 1)
    refused = organiser.post(narrowed, data={
        **form, f"likes-{posts[1].id}": "1,2K"})
    assert refused.status_code == 422
    assert f'name="likes-{posts[1].id}"' in refused.text
    assert "Không có bài đăng nào như vậy" in organiser.get(f"{address}?q=khongco").text
