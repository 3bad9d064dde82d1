"""The list of texts to hand on: the database's own, a page at a time, searched, counted."""

from datetime import timedelta

import pytest

from contest.models import Contest, Filing, Unit, UnitLink
from contest.services.messages import handing_on
from contest.services.messages.handing_on import ON_A_PAGE
from tests.contest.filings.owed import owing


@pytest.fixture
def contest(make) -> Contest:
    return make.contest(edit=owing)


@pytest.fixture
def room(make, contest, platform):
    class Room:
        def unit(self, name, **values):
            return make.unit(contest, name, **{"contact_email": ""} | values)

        def listed(self, kind, **narrowed):
            with platform.db.read() as session:
                return handing_on.listed(
                    session, session.get_one(Contest, contest.id), kind, at=make.at,
                    key=platform.keys.unit_codes(session), **narrowed)

        def act(self, what, kind, *rest, **values):
            with platform.db.write() as session:
                return what(session, session.get_one(Contest, contest.id), kind, *rest,
                            actor=make.actor(boss), at=make.at, **values)

        def prepare(self, kind):
            with platform.db.write() as session:
                return handing_on.prepare(
                    session, session.get_one(Contest, contest.id), kind, actor=make.actor(boss),
                    key=platform.keys.unit_codes(session), at=make.at)

    boss = make.user("organiser", contest=contest)
    return Room()


def names(found):
    return [row.one.name for row in found.page.rows]


def test_units_come_by_name_a_page_at_a_time(room):
    for number in range(ON_A_PAGE + 2):
        room.unit(f"Phường {number}")
    room.unit("Có thư", contact_email="a@example.vn")
    first, second = room.listed("missing"), room.listed("missing", number=2)
    assert names(first) + names(second) == [f"Phường {n}" for n in range(ON_A_PAGE + 2)]
    assert (first.total, first.untold, first.page.count) == (22, 22, 2)


def test_who_was_told_is_counted_and_found_among_everybody(room):
    one, two = room.unit("Phường 1"), room.unit("Phường 2")
    assert room.act(handing_on.tell, "missing", [one.id]) == 1
    found = room.listed("missing")
    assert (names(found), found.total, found.untold) == (["Phường 2"], 2, 1)
    everybody = room.listed("missing", everybody=True)
    assert [(row.one.name, row.told is not None) for row in everybody.page.rows] == [
        ("Phường 1", True), ("Phường 2", False)]
    assert names(room.listed("missing", everybody=True, words="phuong 1")) == ["Phường 1"]
    assert names(room.listed("missing", words="phuong 1")) == []
    assert two.id not in {row.one.subject for row in room.listed("missing", words="x").page.rows}


def test_entries_are_found_by_code_and_title(room, make):
    unit = room.unit("Phường 1")
    clips = [make.submission(unit, "needs_fix", contact_email="", title=title)
             for title in ("Một ngày", "Đêm trực")]
    make.submission(unit, "needs_fix", contact_email="b@example.vn")
    assert {row.one.title for row in room.listed("findings").page.rows} == {"Một ngày", "Đêm trực"}
    for words in ("dem truc", clips[1].code):
        [row] = room.listed("findings", words=words).page.rows
        assert (row.one.code, row.one.subject) == (clips[1].code, clips[1].id)


def test_what_is_due_first_comes_first_by_each_units_own_time(room, make, contest):
    """Filed is off the list, given back is on it; a group's filing is asked of that group alone."""
    filed, back, longer = (room.unit(name) for name in ("Đoàn A", "Đoàn B", "Đoàn C"))
    school = room.unit("Trường X", group="Trường học")
    at, day = make.at, timedelta(days=1)
    make.add(
        *(Filing(contest_id=contest.id, unit_id=filed.id, filing=key, filed_at=at)
          for key in ("registration", "report")),
        Filing(contest_id=contest.id, unit_id=back.id, filing="registration", filed_at=at - day,
               returned_at=at),
        Filing(contest_id=contest.id, unit_id=back.id, filing="report", filed_at=at,
               returned_at=at - day),
        Filing(contest_id=contest.id, unit_id=longer.id, filing="registration",
               until=at + 40 * day),
    )
    found = room.listed("filings").page.rows
    assert [(row.one.name, row.one.filing.id) for row in found] == [
        ("Đoàn B", "registration"), ("Trường X", "registration"), ("Đoàn C", "report"),
        ("Trường X", "report"), ("Trường X", "article"), ("Đoàn C", "registration")]
    assert found[-1].one.until == at + 40 * day
    assert room.act(handing_on.tell, "filings", [school.id], about=found[1].one.about) == 1
    assert (room.listed("filings").total, room.listed("filings").untold) == (6, 5)
    assert len(room.listed("filings", words="truong x").page.rows) == 2


def test_a_link_that_a_person_has_called_so_is_none_to_hand_on(room, make, platform):
    """The text would need its secret, which nobody knows: a link of ours is made beside it."""
    units = [room.unit(f"Phường {n}") for n in range(3)]
    link, _, _ = make.unit_link(units[0])
    with platform.db.write() as session:
        session.get_one(UnitLink, link.id).label = handing_on.LABEL
    assert room.listed("missing").without_link == 3
    assert room.prepare("missing") == 3
    found = room.listed("missing")
    assert found.without_link == 0
    assert all(row.token for row in found.page.rows)
    with platform.db.write() as session:
        session.get_one(Unit, units[2].id).contact_email = "c@example.vn"
    assert room.prepare("missing") == 0
