"""Handed-over entries, a page at a time: found by what either side calls them, narrowed by state.
"""

import re

import pytest

from contest.models import Contest
from contest.services.core.pagination import ROWS
from contest.services.handover import lists
from tests.contest.handover.crowded import handed
from tests.contest.handover.test_handovers import UP, Two


@pytest.fixture
def two(make, platform):
    return Two(make, platform)


def from_elsewhere(two, count, state="offered"):
    """``count`` entries of another installation; the last one first on the list."""
    two.make.add(*handed(two.city, count, state))


def listed(two, name, contest=None, **narrowed):
    with two.platform.db.read() as session:
        return lists.listed(
            session, session.get_one(Contest, (contest or two.city).id), name, **narrowed)


def titles(found):
    return [one.source.title if one.source else one.packet["title"] for one in found.rows]


def test_a_list_is_read_a_page_at_a_time(two):
    from_elsewhere(two, ROWS + 3)
    first, second = listed(two, "waiting"), listed(two, "waiting", number=2)
    assert (len(first.rows), first.count, first.total) == (ROWS, 2, ROWS + 3)
    assert titles(second) == ["Đường hoa số 2", "Đường hoa số 1", "Đường hoa số 0"]
    assert not {one.id for one in first.rows} & {one.id for one in second.rows}


@pytest.mark.parametrize("words", ["duong hoa 7", "xa-0007", "phuong 7", "CHI ĐOÀN 7"])
def test_another_installations_entry_is_found_by_what_came_along(two, words):
    from_elsewhere(two, 9)
    assert titles(listed(two, "waiting", words=words)) == ["Đường hoa số 7"]


def test_an_entry_of_this_house_is_found_by_either_code(two):
    from_elsewhere(two, 2, "declined")
    [offered] = two.offer(terms=UP)
    assert titles(listed(two, "waiting", words=two.entry.code)) == ["Một ngày ở phường"]
    made = two.accept(offered)
    for words in (made.code, two.entry.code, "khu pho 3", "mot ngay"):
        assert titles(listed(two, "decided", words=words)) == ["Một ngày ở phường"]
        assert titles(listed(two, "sent", two.ward, words=words)) == ["Một ngày ở phường"]


def test_a_list_holds_its_own_states_and_narrows_to_one(two):
    from_elsewhere(two, 3)
    from_elsewhere(two, 2, "declined")
    from_elsewhere(two, 1, "withdrawn")
    two.accept(*two.offer(terms=UP))
    with two.platform.db.read() as session:
        assert lists.counts(session, session.get_one(Contest, two.city.id)) == {
            "waiting": 3, "decided": 3, "sent": 0}
        assert lists.counts(session, session.get_one(Contest, two.ward.id)) == {
            "waiting": 0, "decided": 0, "sent": 1}
    assert listed(two, "decided").total == 3
    assert titles(listed(two, "decided", state="accepted")) == ["Một ngày ở phường"]
    assert listed(two, "decided", state="withdrawn").total == 3  # none of its states: all of it
    assert listed(two, "sent", two.ward, state="declined").total == 0
    assert listed(two, "sent", two.ward, state="accepted").total == 1


def test_what_waits_is_decided_on_page_by_page(two, visit):
    """The second page accepts its own; a refusal there stays on it, with what was typed."""
    from_elsewhere(two, ROWS + 2)
    organiser, address = visit.user(two.above), f"/c/{two.city.slug}/organiser/handovers"
    second = organiser.get(f"{address}?list=waiting&page=2").text
    assert re.findall(r'name="ids"[^>]*value="(\d+)"', second) == ["2", "1"]
    refused = organiser.post(f"{address}/1/decline?list=waiting&page=2", data={"why": "không"})
    assert refused.status_code == 422
    assert 'id="why-1-error"' in refused.text
    assert f"{address}?list=waiting&amp;page=1" in refused.text  # the way back to the first page
    assert organiser.post(f"{address}/1/decline?list=waiting&page=2", data={
        "why": "Sai chủ đề của thành phố"}).status_code == 303
    assert "Sai chủ đề của thành phố" in organiser.get(f"{address}?list=decided&q=hoa+0").text
    assert "Không có bài nào như vậy" in organiser.get(f"{address}?list=decided&q=hoa+1").text
    assert 'value="2"' in organiser.get(f"{address}?list=waiting&page=2").text
