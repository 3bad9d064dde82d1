"""Posts on other platforms: who may give a link, whose post it is, which numbers count, and that
they are in both tallies, the bundle and the workbook."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

import scoring
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.models import PlatformPost, Result
from contest.services.awards import workbook
from contest.services.elsewhere import numbers, posts
from contest.services.results import closing, scoring_input, tally
from contest.services.rules import toml_editing
from scoring import archive, bundle
from tests.contest.conftest import Visits
from tests.contest.elsewhere.platforms import WATCH, Posted, posts_alone
from tests.contest.factory import Factory
from tests.contest.results.test_document_templates import words
from tests.contest.stage import AFTER, COUNTED, Stage

TIKTOK = "https://www.tiktok.com/@doan/video/{:011d}"


@pytest.mark.both_databases
def test_one_clip_has_one_post_on_a_platform_and_one_post_is_one_clips(room: Posted) -> None:
    first = room.enter(0, WATCH.format(1))
    assert room.enter(0, "https://m.youtube.com/watch?v=00000000001").id == first.id
    with pytest.raises(Conflict, match=f"is that of the clip {room.clips[0].code}"):
        room.enter(1, WATCH.format(1))
    with pytest.raises(Conflict, match="has a post on YouTube already"):
        room.enter(0, WATCH.format(2))
    room.enter(0, TIKTOK.format(1))
    with room.make.platform.db.write() as session:
        posts.withdraw(session, session.get_one(PlatformPost, first.id), actor=room.organiser,
                       at=COUNTED)
    with room.make.platform.db.write() as session, pytest.raises(Conflict, match="taken back"):
        posts.withdraw(session, session.get_one(PlatformPost, first.id), actor=room.organiser,
                       at=COUNTED)
    assert room.enter(1, WATCH.format(1)).id != first.id
    assert room.enter(0, WATCH.format(2)).platform == "youtube"


def test_a_unit_gives_links_of_its_own_approved_clips_where_the_rules_let_it(
    room: Posted, make: Factory, clock: FixedClock
) -> None:
    own, other = (make.actor(unit) for unit in room.units[:2])
    post = room.enter(0, WATCH.format(1), actor=own)
    assert post.created_by == own.label
    with pytest.raises(Invalid, match=r"allowed: youtube\.com"):
        room.enter(0, TIKTOK.format(1), actor=own)  # by organisers alone
    with pytest.raises(NotAllowed):
        room.enter(0, WATCH.format(2), actor=other)
    with pytest.raises(NotAllowed):
        room.enter(0, WATCH.format(2), actor=make.actor(make.user("juror", contest=room.contest)))
    room.clips.append(make.submission(room.units[0], "in_review"))
    with pytest.raises(Conflict, match="is not approved"):
        room.enter(3, WATCH.format(3), actor=own)
    room.tell(post, likes=5)
    with make.platform.db.write() as session, pytest.raises(Conflict, match="Ask them"):
        posts.withdraw(session, session.get_one(PlatformPost, post.id), actor=own, at=COUNTED)
    clock.moment = AFTER
    with pytest.raises(Conflict, match="have closed"):
        room.enter(1, WATCH.format(4), actor=other)
    assert room.enter(1, WATCH.format(4)).platform == "youtube"  # an organiser still may


@pytest.mark.both_databases
def test_the_last_number_that_counts_of_each_field_is_official(
    room: Posted, clock: FixedClock
) -> None:
    post = room.enter(0, WATCH.format(1))
    room.tell(post, likes=5, views=1000, taken_at=COUNTED - timedelta(hours=1))
    same = room.tell(post, likes=7, name="a")
    assert room.tell(post, likes=7, name="a").id == same.id  # sent again
    with pytest.raises(Conflict, match="other numbers"):
        room.tell(post, likes=8, name="a")
    with pytest.raises(Invalid, match="no number"):
        room.tell(post, name="b")
    with pytest.raises(Invalid, match="future"):
        room.tell(post, likes=1, taken_at=COUNTED + timedelta(minutes=5))
    assert of(room, 0) == {"likes": 7, "shares": None, "comments": None, "views": 1000}
    clock.moment = AFTER
    with pytest.raises(Invalid, match="need a reason"):
        room.tell(post, likes=9, taken_at=AFTER)
    late = room.tell(post, likes=9, taken_at=AFTER, reason="Máy hỏng")
    assert of(room, 0)["likes"] == 7
    with pytest.raises(Conflict, match="cannot agree"):
        room.agree(late, actor=room.organiser)
    assert room.agree(late) == 1
    assert room.agree(late) == 0
    assert of(room, 0)["likes"] == 9


def test_where_the_rules_ask_for_two_people_a_number_counts_once_another_has_agreed(
    room: Posted
) -> None:
    count = room.tell(room.enter(0, TIKTOK.format(1)), shares=4)
    assert of(room, 0)["shares"] is None
    with room.make.platform.db.read() as session:
        found = {one.code: one.count for one in closing.gaps(
            session, room.now(session), at=COUNTED)}
    assert (found["platforms.unread"], found["platforms.waiting"]) == (1, 1)
    room.agree(count)
    assert of(room, 0)["shares"] == 4
    with room.make.platform.db.read() as session:
        codes = {one.code for one in closing.gaps(session, room.now(session), at=COUNTED)}
    assert not codes & {"platforms.unread", "platforms.waiting"}


def of(room: Posted, clip: int) -> dict[str, int | None]:
    with room.make.platform.db.read() as session:
        [found] = numbers.counted(session, room.now(session))[room.clips[clip].id]
        return found.values


@pytest.mark.both_databases
def test_a_reading_never_changes(room: Posted) -> None:
    count = room.tell(room.enter(0, TIKTOK.format(1)), shares=4)
    room.agree(count)
    for said in ("UPDATE platform_count SET shares = 5", "DELETE FROM platform_count",
                 "UPDATE platform_approval SET approved_by = 'x'", "DELETE FROM platform_approval"):
        with pytest.raises(DatabaseError, match="append-only"), \
                room.make.platform.db.write() as session:
            session.execute(text(said))


def test_only_organisers_count_and_only_posts_of_their_contest(room: Posted, make: Factory) -> None:
    post = room.enter(0, WATCH.format(1))
    with pytest.raises(NotAllowed):
        room.tell(post, likes=1, actor=make.actor(room.units[0]))
    with make.platform.db.read() as session, pytest.raises(NotFound):
        posts.find(session, make.contest("another"), post.id)


@pytest.mark.both_databases
def test_random_posts_and_numbers_are_the_same_in_both_tallies(
    make: Factory, clock: FixedClock
) -> None:
    """Numbers unknown, late, agreed to, superseded, of links taken back."""
    clock.moment = AFTER
    room = Posted(make, make.contest("alone", edit=posts_alone))
    random = Random(19)
    for number in range(9):
        url = random.choice((WATCH, TIKTOK, "https://zalo.me/v/{}")).format(number)
        try:
            post = room.enter(number % 3, url)
        except Conflict:
            continue
        for _ in range(random.randint(0, 3)):
            late = random.random() < 0.3
            count = room.tell(
                post, taken_at=COUNTED - timedelta(minutes=random.randint(0, 90)),
                reason="muộn", likes=random.choice((None, 3, 250)), views=random.randint(0, 900),
                shares=random.choice((None, 0, 7)), name=str(random.random()),
            )
            if late:
                room.agree(count)
    with make.platform.db.read() as session:
        here = room.now(session)
        output = scoring.compute(scoring_input.prepare(session, here, keys=make.platform.keys).data)
        assert tally.differences(session, here, output) == []
        assert len({row["total"]["exact"] for row in output["ranking"]}) > 1


class Unjudged(Stage):
    """Posts alone decide."""

    def __init__(self, room: Posted) -> None:
        self.platform, self.make, self.contest = room.make.platform, room.make, room.contest
        self.organiser = room.organiser


def test_it_is_ranked_frozen_published_and_verified(
    make: Factory, clock: FixedClock, tmp_path: Path, app: Flask
) -> None:
    clock.moment = COUNTED
    room = Posted(make, make.contest("alone", edit=with_cash))
    for clip, likes in enumerate((20, 500, 40)):
        room.tell(room.enter(clip, WATCH.format(clip)), likes=likes, views=250)
    room.agree(room.tell(room.enter(0, TIKTOK.format(1)), shares=10))
    clock.moment = AFTER
    stage = Unjudged(room)
    with make.platform.db.read() as session:
        codes = {one.code for one in closing.gaps(session, room.now(session), at=AFTER)}
        assert not [one for one in codes if "interactions" in one or "platforms" in one]
    result = stage.compute()
    assert [(row["unit"], row["points"]) for row in result.output["ranking"]] == [
        ("Đoàn B", 200), ("Đoàn A", 54), ("Đoàn C", 44)]
    assert result.output["format"] == "hoithi-ranking/2"
    assert "tiktok: 10 lượt chia sẻ × 3 = 30 điểm." in result.output["ranking"][1]["explanation"][
        "vi"]
    published = stage.publish(stage.freeze(result))
    kept = tmp_path / "bundle.zip"
    kept.write_bytes(app.test_client().get(
        f"/c/alone/results/{published.number}/bundle.zip").data)
    assert not [one for one in bundle.verify(kept, key=stage.fingerprint) if one.holds is False]
    files, _ = archive.read(kept.read_bytes())
    shown = json.loads(files["posts.json"])
    a, b, c = (clip.code for clip in room.clips)
    assert {(one["entry"], one["platform"], one["source"]) for one in shown} == {
        (a, "youtube", "manual"), (a, "tiktok", "manual"), (b, "youtube", "manual"),
        (c, "youtube", "manual")}
    assert b"tiktok.com/@" not in kept.read_bytes()
    with make.platform.db.read() as session, workbook.of_result(
        session, session.get_one(Result, published.id), "en"
    ) as file:
        book = load_workbook(file)
    assert [cell.value for cell in book["Other platforms"]["N"]][1:] == [
        f'=IF(M{row}="",{sums},MIN({sums},M{row}))' for row in range(2, 6)
        for sums in [f"D{row}*H{row}+E{row}*I{row}+F{row}*J{row}+INT(G{row}/L{row})*K{row}"]]
    assert book["Interactions"]["L1"].value == "Points on other platforms"
    minutes = words(Visits(app, make, room.contest).role("organiser").get(
        f"/c/alone/organiser/documents/{published.number}/minutes.docx").data)
    assert ("Bài đăng của clip trên YouTube (mỗi lượt thích 1 điểm; mỗi 100 lượt xem 2 điểm; nhiều "
            "nhất 200 điểm một bài), trên TikTok (mỗi lượt chia sẻ 3 điểm), tối đa") in minutes
    assert "Hiện kim kèm theo mỗi giải: Giải nhất 500.000 đồng (Năm trăm nghìn đồng)." in minutes


def with_cash(source: str) -> str:
    """Posts alone decide, and the first prize comes with an amount."""
    return toml_editing.edited(posts_alone(source), {"prizes": [
        {"id": "first", "name": {"vi": "Giải nhất", "en": "First prize"}, "count": 1, "cash": True,
         "amount": 500_000}]})


def test_a_contest_that_names_no_platform_says_nothing_of_them(make: Factory) -> None:
    room = Posted(make, make.contest("plain"))
    with make.platform.db.read() as session:
        prepared = scoring_input.prepare(session, room.now(session), keys=make.platform.keys)
    assert "platforms" not in prepared.data["rules"]
    assert not any("posts" in one for one in prepared.data["entries"])
    with pytest.raises(Invalid, match="do not count"):
        room.enter(0, WATCH.format(1))
