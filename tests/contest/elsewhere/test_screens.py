"""Posts on other platforms on the screens: entered and counted by organisers, given by units,
looked at by everybody."""

import re
from datetime import timedelta
from io import BytesIO

from PIL import Image

from contest.clock import FixedClock
from contest.models import PlatformPost
from contest.services.elsewhere import numbers, posts
from tests.contest.conftest import Visits
from tests.contest.elsewhere.platforms import WATCH, Posted
from tests.contest.factory import Factory
from tests.contest.stage import COUNTED


def picture() -> tuple[BytesIO, str]:
    made = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(made, "PNG")
    made.seek(0)
    return made, "man-hinh.png"


def typed(page: str, **values: str) -> dict[str, str]:
    """The form of numbers as the page has it, with these numbers typed in."""
    found = {name: re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
             for name in ("stamp", "taken_at")}
    return {name: hit[1] for name, hit in found.items() if hit} | values


def of_first(room: Posted) -> dict[str, int | None]:
    with room.make.platform.db.read() as session:
        [found] = numbers.counted(session, room.now(session))[room.clips[0].id]
        return found.values


def test_an_organiser_enters_a_post_counts_it_with_a_picture_and_another_agrees(
    room: Posted, visit: Visits, clock: FixedClock, make: Factory
) -> None:
    people = [make.user("organiser", contest=room.contest) for _ in range(2)]
    organiser = visit.user(people[0]).english()
    address = f"/c/{room.contest.slug}/organiser/elsewhere"
    code = room.clips[0].code
    assert "Other platforms" in organiser.get(
        f"/c/{room.contest.slug}/organiser/interactions").text
    refused = organiser.post(f"{address}/posts", data={"code": code, "url": "https://vimeo.com/1"})
    assert refused.status_code == 422
    assert "allowed: youtube.com, tiktok.com, zalo.me, zaloapp.com" in refused.text
    assert organiser.post(f"{address}/posts", data={"code": code, "url": WATCH.format(1)}
                          ).status_code == 303
    page = organiser.get(address).text
    assert 'name="likes-1"' in page
    assert 'name="shares-1"' not in page  # earns nothing there
    assert "Posts on other platforms whose counts are not complete: 1." in page
    sent = typed(page, **{"likes-1": "1.200", "views-1": "450"})
    for _ in range(2):  # sent again by a phone that lost its line
        answer = organiser.post(address, data={**sent, "screenshot": picture()})
        assert answer.status_code == 303
    assert of_first(room) == {"likes": 1200, "shares": None, "comments": None, "views": 450}
    page = organiser.get(address).text
    assert "counts: 1,200" in page
    assert "200 points" in page  # under the cap
    assert "/organiser/interactions/evidence/" in page
    bad = organiser.post(address, data=typed(page, **{"likes-1": "1,2K"}))
    assert bad.status_code == 422
    assert "1234" in bad.text
    assert organiser.post(address, data=typed(page)).status_code == 422
    clock.moment = COUNTED + timedelta(hours=3)
    organiser, second = (visit.user(one).english() for one in people)
    late = typed(organiser.get(address).text, **{"likes-1": "1300"})
    assert "need a reason" in organiser.post(address, data=late).text
    organiser.post(address, data=late | {"late_reason": "Mất điện"})
    assert of_first(room)["likes"] == 1200
    waiting = second.get(address).text
    [number] = re.findall(r'name="count" value="(\d+)"', waiting)
    assert organiser.post(f"{address}/agree", data={"count": number}).status_code == 409
    second.post(f"{address}/agree", data={"count": number})
    assert of_first(room)["likes"] == 1300
    assert organiser.post(f"{address}/posts/1/withdraw").status_code == 303
    assert 'name="likes-1"' not in organiser.get(address).text


def test_a_unit_gives_the_link_of_its_clip_and_everybody_sees_where_numbers_came_from(
    room: Posted, visit: Visits
) -> None:
    slug, code = room.contest.slug, room.clips[0].code
    unit = visit.unit(room.units[0]).english()
    address = f"/c/{slug}/unit/entries/{code}/posts"
    assert address in unit.get(f"/c/{slug}/unit/entries/{code}").text
    page = unit.get(address).text
    assert "youtube.com" in page
    assert "tiktok.com" not in page  # organisers alone enter those
    short = unit.post(address, data={"url": "https://vm.tiktok.com/ZMa/"})
    assert "shortened link" in short.text
    assert unit.post(address, data={"url": WATCH.format(1)}).status_code == 303
    assert visit.unit(room.units[1]).post(f"{address}/1/withdraw").status_code == 404
    public = visit.public().english()
    post = numbers_of(room, likes=30, views=200)
    shown = public.get(f"/c/{slug}/clips/{code}").text
    assert "watch?v=00000000001" in shown
    assert "Likes: 30" in shown
    assert "typed by hand at" in shown
    with room.make.platform.db.write() as session:
        posts.withdraw(session, session.get_one(PlatformPost, post.id), actor=room.organiser,
                       at=COUNTED)
    assert unit.post(address, data={"url": WATCH.format(2)}).status_code == 303
    assert unit.post(f"{address}/{post.id + 1}/withdraw").status_code == 303
    assert "watch?v=" not in unit.get(address).text + public.get(f"/c/{slug}/clips/{code}").text
    rules = public.get(f"/c/{slug}/rules").text
    assert "100 views = 2 points, at most 200 points a post" in " ".join(
        re.sub(r"<[^>]+>", "", rules).split())


def numbers_of(room: Posted, **values: int) -> PlatformPost:
    """The organisers count the first clip's post."""
    with room.make.platform.db.read() as session:
        [post] = posts.of_clips(session, room.now(session))[room.clips[0].id]
    room.tell(post, **values)
    return post
