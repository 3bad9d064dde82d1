"""Numbers of posts typed one after another: each stored once, for itself, by the script."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from contest.models import PlatformCount, PlatformProof
from tests.contest.elsewhere.platforms import WATCH
from tests.contest.stage import COUNTED

TIKTOK = "https://www.tiktok.com/@doan/video/12345"


@pytest.fixture
def desk(room, visit, make):
    class Desk:
        person = make.user("organiser", contest=room.contest)
        client = visit.user(person)
        at = f"/c/{room.contest.slug}/organiser/elsewhere"

        def send(self, *numbers, person=None, reason=""):
            return self.client.post(f"{self.at}/numbers", data={
                "numbers": json.dumps(numbers), "person": person or self.person.id,
                "late_reason": reason})

        def prove(self, *posts):
            image = BytesIO()
            Image.new("RGB", (40, 30), "navy").save(image, "PNG")
            image.seek(0)
            return self.client.post(f"{self.at}/proof", data={
                "screenshot": (image, "man-hinh.png"), "person": self.person.id,
                "codes": [str(one) for one in posts]})
    return Desk()


def number(post, field, value, *, name="", at=COUNTED):
    return {"id": name or f"{post.id}-{field}-{value}", "code": str(post.id), "field": field,
            "value": value, "at": at.isoformat()}


def rows(platform):
    with platform.db.read() as session:
        return [(one.post_id, one.likes, one.views, one.shares)
                for one in session.scalars(select(PlatformCount).order_by(PlatformCount.id))]


def test_each_number_is_stored_once_and_one_refused_holds_up_no_other(desk, room, platform):
    first, second = room.enter(0, WATCH.format(1)), room.enter(1, TIKTOK)
    sent = [number(first, "likes", 12), number(first, "views", 3400),
            number(second, "shares", 5), {**number(first, "likes", 1), "code": "999999"},
            {**number(first, "likes", 2), "code": "X"}]
    for _ in range(2):  # a line that broke before the answer came
        answer = desk.send(*sent).json["results"]
        assert [one["ok"] for one in answer] == [True, True, True, False, False]
        assert [one["late"] for one in answer[:3]] == [False, False, True]  # two people on TikTok
    assert rows(platform) == [(first.id, 12, None, None), (first.id, None, 3400, None),
                              (second.id, None, None, 5)]
    page = desk.client.get(desk.at).text
    assert f'data-code="{first.id}"' in page
    assert 'value="3400"' in page  # of this sitting


def test_a_late_number_waits_for_its_reason(desk, room, platform, clock):
    post = room.enter(0, WATCH.format(1))
    clock.moment = at = COUNTED + timedelta(hours=3)
    client = desk.client
    client.set_cookie("hoithi_staff", room.make.staff_token(desk.person))
    [answer] = desk.send(number(post, "likes", 9, at=at)).json["results"]
    assert (answer["ok"], answer["reason"]) == (False, True)
    [answer] = desk.send(number(post, "likes", 9, at=at), reason="Mất điện").json["results"]
    assert (answer["ok"], answer["late"]) == (True, True)
    assert rows(platform) == [(post.id, 9, None, None)]


def test_what_is_no_list_of_such_numbers_is_refused(desk, room, platform):
    post = room.enter(0, WATCH.format(1))
    for wrong in ({"field": "reactions"}, {"value": -1}, {"value": True}, {"field": 3}, {"id": ""}):
        assert desk.send({**number(post, "likes", 1), **wrong}).status_code == 422
    assert desk.send(number(post, "likes", 1), person=10**6).status_code == 409
    assert rows(platform) == []


def test_a_file_is_attached_to_what_has_none_or_to_the_posts_chosen(desk, room, platform):
    first, second = room.enter(0, WATCH.format(1)), room.enter(1, TIKTOK)
    assert desk.prove().status_code == 422  # there is no number
    desk.send(number(first, "likes", 12), number(second, "shares", 5))
    answer = desk.prove(second.id).json
    assert answer["numbers"] == [[str(second.id), "shares"]]
    answer = desk.prove().json
    assert answer["numbers"] == [[str(first.id), "likes"]]
    assert desk.prove().status_code == 422
    with platform.db.read() as session:
        assert len(session.scalars(select(PlatformProof)).all()) == 2
