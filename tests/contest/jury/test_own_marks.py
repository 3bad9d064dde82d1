"""What a juror sees of the own marks: totals as the server counts them, the order, the spread."""

import random
import re

import pytest

from contest.clock import FixedClock
from contest.errors import NotAllowed
from contest.models import Contest, Submission, User
from contest.services.core import profiles
from contest.services.jury import ballots, own_marks
from contest.wiring import Platform
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory
from tests.contest.jury.test_jury_room import ROOM, SCRIPT, TIME

OWN = f"{ROOM}own"


@pytest.fixture
def entries(make: Factory, contest: Contest, clock: FixedClock) -> list[Submission]:
    clock.moment = TIME
    return [
        make.submission(make.unit(contest), "published", title=f"Clip số {n}") for n in range(6)
    ]


@pytest.fixture
def juror(make: Factory, contest: Contest) -> User:
    return make.user("juror", contest=contest)


@pytest.fixture
def at_work(visit: Visits, juror: User, entries: list[Submission]) -> Client:
    return visit.user(juror)


def marks_for(contest: Contest, content: int) -> dict[str, int]:
    """A full ballot of 0, but for one criterion."""
    criteria = profiles.profile_of(contest).jury.criteria
    return dict.fromkeys((c.id for c in criteria), 0) | {"content": content}


def test_a_total_is_what_the_ballot_stores(
    platform: Platform, make: Factory, juror: User, entries: list[Submission]
) -> None:
    weighted = make.contest(
        "weighted", edit=lambda text: text.replace("max = 40\n", "max = 40\nweight = 3\n")
    )
    profile, draw = profiles.profile_of(weighted), random.Random(16)
    actor = make.actor(make.user("juror", contest=weighted))
    clips = [make.submission(make.unit(weighted), "published") for _ in range(5)]
    for clip in clips:
        marks = {c.id: draw.randint(0, c.max) for c in profile.jury.criteria}
        with platform.db.write() as session:
            ballot = ballots.save(session, session.get_one(Submission, clip.id), marks, version=0,
                                  actor=actor, at=TIME)
            total = own_marks.total(profile, marks)
            assert (ballot.points, total.missing) == (total.points, 0)
            assert total.possible == sum(c.weight * c.max for c in profile.jury.criteria)
        part = own_marks.total(profile, {"content": marks["content"]})
        assert part.points == 3 * marks["content"]
        assert part.missing == len(profile.jury.criteria) - 1


def test_the_order_has_equal_places_for_equal_points_and_nobody_elses(
    platform: Platform, make: Factory, contest: Contest, juror: User, entries: list[Submission]
) -> None:
    for entry, content in zip(entries, (30, 40, 30, 12), strict=False):
        make.ballot(entry, juror, marks_for(contest, content))
    make.ballot(entries[4], juror, {"content": 40}, state="open")  # not in full
    make.ballot(entries[5], juror, marks_for(contest, 40), state="recused", reason="Người nhà")
    other = make.user("juror", contest=contest)
    make.ballot(entries[5], other, marks_for(contest, 39))
    elsewhere = make.contest("quan-3")  # where the same person sits on the jury, too
    make.ballot(make.submission(make.unit(elsewhere), "published"), juror, marks_for(contest, 7))
    actor = make.actor(juror)
    with platform.db.read() as session:
        found = own_marks.ranking(session, contest, actor=actor)
        assert [(one.place, one.points) for one in found.rows] == [
            (1, 40), (2, 30), (2, 30), (4, 12)]
        assert found.rows[0].submission.id == entries[1].id
        own, near = own_marks.near(session, contest, entries[0], actor=actor)
        assert own is not None
        assert (own.place, [one.points for one in near]) == (2, [40, 30, 12])
        assert own_marks.near(session, contest, entries[4], actor=actor) == (None, ())
        [content, *_others] = own_marks.spread(session, contest, actor=actor)
        assert dict(content.counts) == {30: 2, 40: 2, 12: 1}  # one of them not in full
        assert (content.lowest, content.highest, content.mean) == (12, 40, 30.4)
        with pytest.raises(NotAllowed):
            own_marks.ranking(session, contest, actor=make.actor(make.user("reviewer",
                                                                           contest=contest)))


def test_a_page_may_begin_in_the_midst_of_equal_points(
    platform: Platform, make: Factory, contest: Contest, juror: User
) -> None:
    unit = make.unit(contest)
    for content in (12, *[30] * 54, 40, 12):
        make.ballot(make.submission(unit, "published"), juror, marks_for(contest, content))
    actor = make.actor(juror)
    with platform.db.read() as session:
        pages = [own_marks.ranking(session, contest, actor=actor, number=n) for n in (1, 2, 9)]
        places = [[(one.place, one.points) for one in page.rows] for page in pages]
        codes = [one.submission.code for page in pages[:2] for one in page.rows]
    assert places[0] == [(1, 40), *[(2, 30)] * 49]
    assert places[1] == places[2] == [*[(2, 30)] * 5, (56, 12), (56, 12)]
    assert (pages[0].total, pages[0].count, pages[2].number) == (57, 2, 2)
    assert len(set(codes)) == 57
    assert codes[1:55] == sorted(codes[1:55])


def test_what_is_kept_of_a_juror_goes_with_a_changed_mark(
    platform: Platform, make: Factory, contest: Contest, juror: User, entries: list[Submission]
) -> None:
    actor, marks = make.actor(juror), marks_for(contest, 30)
    ballot = make.ballot(entries[0], juror, marks, state="open")
    with platform.db.read() as session:
        first = own_marks.used(session, contest, actor=actor)
        assert own_marks.used(session, contest, actor=actor) is first
    with platform.db.write() as session:
        ballots.save(session, session.get_one(Submission, entries[0].id), marks | {"content": 31},
                     version=ballot.version, actor=actor, at=TIME)
    with platform.db.read() as session:
        figures, [content, *_others] = own_marks.used(session, contest, actor=actor)
    assert (figures and figures.count, dict(content.counts)) == (1, {31: 1})


def test_the_pages_show_order_spread_and_two_clips_side_by_side(
    at_work: Client, make: Factory, contest: Contest, juror: User, entries: list[Submission]
) -> None:
    assert "Chưa có clip nào được chấm đủ" in at_work.get(OWN).text
    for entry, content in zip(entries, (30, 40, 7), strict=False):
        make.ballot(entry, juror, marks_for(contest, content), state="open")
    page = at_work.get(OWN).text
    titles = re.findall(r"<strong>(Clip số \d)</strong>", page)
    assert titles == ["Clip số 1", "Clip số 0", "Clip số 2"]
    assert "3 clip, điểm từ 7 đến 40, trung bình 25,7, thang 0–40" in page  # what the bars say
    pair = f"{OWN}/compare?clip={entries[0].code}&clip={entries[1].code}"
    both = at_work.get(pair).text
    assert both.count("data-ballot=") == 2
    assert f'id="{entries[0].code}-mark-content"' in both
    one = at_work.get(f"{OWN}/compare?clip={entries[0].code}&clip={entries[0].code}")
    assert (one.status_code, "Hãy chọn đúng hai clip" in one.text) == (422, True)
    assert f'value="{entries[0].code}" checked' in one.text
    data = {"version": "0", "pair": entries[1].code, "do": "save"}
    data |= {f"mark-{name}": str(value) for name, value in marks_for(contest, 31).items()}
    assert at_work.post(ROOM + entries[0].code, data=data).location == pair
    beside = at_work.get(ROOM + entries[0].code).text
    assert 'data-possible="100">Tổng 31 / 100 điểm</p>' in beside
    assert "Thứ 2, 31 / 100 điểm." in beside
    assert f"compare?clip={entries[0].code}&amp;clip={entries[1].code}" in beside


def test_a_tap_returns_to_the_last_clip_and_one_hands_in_all_that_is_complete(
    at_work: Client, make: Factory, contest: Contest, juror: User, entries: list[Submission]
) -> None:
    for entry in entries[:2]:
        make.ballot(entry, juror, marks_for(contest, 20), state="open")
    data = {"version": "0", "mark-content": "31"}
    saved = at_work.post(ROOM + entries[2].code, data=data, headers=SCRIPT).json
    assert saved["points"] == 31
    assert saved["total"].startswith("Tạm tính 31 / 100 điểm, còn ")
    listed = at_work.get(ROOM).text
    assert "Về clip vừa chấm: Clip số 2" in listed
    assert "2 phiếu đã chấm đủ, chưa nộp" in listed
    assert f"Clip vừa chấm: {entries[2].code}" in at_work.get(ROOM + entries[3].code).text
    assert at_work.post(f"{ROOM}hand-in").status_code == 303
    with make.platform.db.read() as session:
        states = {
            entry.code: ballots.of(session, entry, actor=make.actor(juror)) for entry in entries[:3]
        }
        assert [ballot and ballot.state for ballot in states.values()] == [
            "submitted", "submitted", "open"]
    assert "chưa nộp" not in at_work.get(ROOM).text
