"""Ward and city: the link is confirmed above, winners go up within the quota, the tree adds up."""

import io
import zipfile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from contest.errors import Conflict, Invalid, NotAllowed
from contest.models import Contest, Filing, LevelLink, Mail, Submission, Unit
from contest.services.core import profiles
from contest.services.levels import handing_up, links, tree
from contest.services.rules import toml_editing
from tests.contest.filings.owed import owing

WARD = {"parent.contest": "thanh-pho", "parent.unit": "Phường 5", "parent.quota": 2,
        "parent.consent": "publicity"}


def with_parent(**more):
    return lambda text: toml_editing.edited(text, WARD | more)


class Town:
    """A city's contest, a ward's that names it as its parent, and an organiser of each."""

    def __init__(self, make, platform):
        self.make, self.platform = make, platform
        self.city = make.contest("thanh-pho")
        self.ward = make.contest("phuong-5", with_parent())
        self.above = make.user("organiser", contest=self.city)
        self.below = make.user("organiser", contest=self.ward)

    def do(self, act, row, *args, by, **values):
        with self.platform.db.write() as session:
            return act(session, session.get_one(type(row), row.id), *args,
                       actor=self.make.actor(by), at=self.make.at, **values)

    def ask(self, contest):
        return self.do(links.ask, contest, by=self.make.user("organiser", contest=contest))

    def linked(self):
        link = self.do(links.ask, self.ward, by=self.below)
        self.do(links.confirm, link, by=self.above)
        return link


@pytest.fixture
def town(make, platform):
    return Town(make, platform)


def test_a_link_is_asked_for_and_confirmed_above(town):
    """Nobody hangs a contest below a stranger's; asked again it is the same link."""
    for nobody in (town.above, town.make.user("reviewer", contest=town.ward)):
        with pytest.raises(NotAllowed):
            town.do(links.ask, town.ward, by=nobody)
    link = town.do(links.ask, town.ward, by=town.below, note="Phường 5 đây")
    assert town.do(links.ask, town.ward, by=town.below).id == link.id
    with town.platform.db.read() as session:
        [letter] = session.scalars(select(Mail)).all()
        assert (letter.template, letter.to, letter.contest_id) == (
            "level_asks", town.above.email, town.city.id)
    with pytest.raises(NotAllowed):
        town.do(links.confirm, link, by=town.below)
    with pytest.raises(Conflict, match="has not confirmed"):
        town.do(handing_up.hand_up, town.ward, ["CX"], by=town.below)
    unit = town.do(links.confirm, link, by=town.above)
    assert (unit.name, unit.contest_id) == ("Phường 5", town.city.id)
    town.do(links.end, link, by=town.above, why="Phường đã sáp nhập")
    assert town.make.fresh(link).state == "ended"
    assert town.do(links.ask, town.ward, by=town.below).id == link.id
    town.do(links.refuse, link, by=town.above, why="Không quen")
    refused = town.make.fresh(link)
    assert (refused.state, refused.state_reason) == ("refused", "Không quen")


def test_a_link_that_leads_nowhere_or_in_a_circle_is_refused(town):
    alone = town.make.contest("le-loi")
    with pytest.raises(Invalid, match="name no parent"):
        town.ask(alone)
    town.make.contest("thanh-pho", lambda text: toml_editing.edited(
        text, {"parent.contest": "phuong-5"}))
    with pytest.raises(Invalid, match="stands below this contest"):
        town.do(links.ask, town.ward, by=town.below)


def test_a_unit_stands_for_one_contest_below(town):
    town.linked()
    other = town.make.contest("phuong-8", with_parent())
    link = town.ask(other)
    with pytest.raises(Conflict, match="is the unit of another contest"):
        town.do(links.confirm, link, by=town.above, name="Phường 5")
    assert town.do(links.confirm, link, by=town.above, name="Phường 8").name == "Phường 8"


def test_winners_go_up_in_one_step_within_the_quota(town):
    town.linked()
    unit = town.make.unit(town.ward, "Chi đoàn Khu phố 3")
    clips = [town.make.submission(unit, "published") for _ in range(3)]
    codes = [one.code for one in clips]
    with pytest.raises(Conflict, match="3 entries; the rules allow 2"):
        town.do(handing_up.hand_up, town.ward, codes, by=town.below)
    made = town.do(handing_up.hand_up, town.ward, codes[:2], by=town.below, note="Giải nhất, nhì")
    assert {(one.contest_id, one.unit_name, one.note) for one in made} == {
        (town.city.id, "Phường 5", "Giải nhất, nhì")}
    with town.platform.db.read() as session:
        contest = session.get_one(Contest, town.ward.id)
        found = handing_up.candidates(session, contest, "vi")
        assert {one.submission.code: one.under_way for one in found} == {
            codes[0]: True, codes[1]: True, codes[2]: False}
        assert [one.lacks for one in found] == [[], [], []]
        [room] = handing_up.rooms(session, contest)
        assert (room.category, room.count, room.most) == ("", 2, 2)
        assert len(handing_up.candidates(session, contest, "vi", words=codes[2])) == 1


def test_the_tree_adds_up_what_the_levels_came_to(town, clock):
    """Ward and branch below the city; who has handed nothing up is late once it takes no more."""
    town.linked()
    unit = town.make.unit(town.ward, "Chi đoàn A")
    clips = [town.make.submission(unit, state) for state in ("published", "in_review", "withdrawn")]
    town.do(handing_up.hand_up, town.ward, [clips[0].code], by=town.below)
    branch = town.make.contest("chi-doan", with_parent(**{
        "parent.contest": "phuong-5", "parent.unit": "Chi đoàn A"}))
    link = town.ask(branch)
    town.do(links.confirm, link, by=town.below)
    clock.moment = profiles.profile_of(town.city).schedule.entries_close
    with town.platform.db.read() as session:
        root = tree.of(session, session.get_one(Contest, town.city.id), at=clock.moment)
    [node] = root.below
    assert (node.contest.id, node.unit.name, node.units, node.entries, node.approved,
            node.offered, node.accepted, node.late) == (
                town.ward.id, "Phường 5", 1, 2, 1, 1, 0, False)
    [leaf] = node.below
    assert (leaf.contest.id, leaf.unit.id, leaf.late) == (branch.id, unit.id, True)
    assert (root.whole.contests, root.whole.entries, root.whole.handed) == (3, 2, 1)


# ---------------------------------------------------------------------------- the screens


def test_from_asking_to_accepting_on_the_screens(town, visit):
    """Ask, confirm, tick, hand up, accept: what one does the other sees."""
    mine, theirs = visit.user(town.below), visit.user(town.above)
    unit = town.make.unit(town.ward, "Chi đoàn A")
    clip = town.make.submission(unit, "published", title="Một ngày")
    home, up = "/c/phuong-5/organiser/levels", "/c/thanh-pho/organiser"
    assert "Xin gắn với cấp trên" in mine.get(home).text
    assert mine.post(f"{home}/ask", data={"note": "Phường 5"}).status_code == 303
    assert "1 hội thi xin làm cấp dưới" in theirs.get(f"{up}/").text
    page = theirs.get(f"{up}/levels").text
    assert "xin làm cấp dưới" in page
    assert 'value="Phường 5"' in page
    with town.platform.db.read() as session:
        link = session.scalars(select(LevelLink)).one()
    refused = theirs.post(f"{up}/levels/{link.id}/confirm", data={"name": ""})
    assert refused.status_code == 422
    assert theirs.post(f"{up}/levels/{link.id}/confirm",
                       data={"name": "Phường 5"}).status_code == 303
    assert clip.code in mine.get(f"{home}/send").text
    assert mine.post(f"{home}/send", data={}).status_code == 422
    sent = mine.post(f"{home}/send", data={"codes": [clip.code]})
    assert sent.location.endswith("/organiser/handovers")
    assert "Một ngày" in theirs.get(f"{up}/handovers").text
    assert "1 bài của hội thi khác chờ nhận" in theirs.get(f"{up}/").text
    assert theirs.post(f"{up}/handovers/1/decline", data={"why": "x"}).status_code == 422
    assert theirs.post(f"{up}/handovers/accept", data={"ids": [1]}).status_code == 303
    with town.platform.db.read() as session:
        made = session.scalars(
            select(Submission).where(Submission.contest_id == town.city.id)).one()
        assert session.get_one(Unit, made.unit_id).name == "Phường 5"
    assert made.code in theirs.get(f"{up}/handovers").text
    assert "1 bài của hội thi khác chờ nhận" not in theirs.get(f"{up}/").text
    assert f"ở đó là bài {clip.code} của Chi đoàn A" in theirs.get(
        f"{up}/entries/{made.code}").text
    said = f"ở đó là bài {made.code} của Phường 5"
    assert said in mine.get(f"/c/phuong-5/organiser/entries/{clip.code}").text
    assert said in visit.unit(unit).get(f"/c/phuong-5/unit/entries/{clip.code}").text
    assert "Đã nhận" in mine.get("/c/phuong-5/organiser/handovers").text
    assert "phuong-5" not in theirs.english().get(f"{up}/levels").text  # titles, no short names


def test_the_level_above_gets_what_the_units_below_have_filed(town, visit):
    """All filings of a contest below as one archive, once the link is confirmed; nobody else."""
    ward = town.make.contest("phuong-9", lambda text: owing(with_parent()(text)))
    unit = town.make.unit(ward, "Chi đoàn B")
    town.make.add(Filing(contest_id=ward.id, unit_id=unit.id, filing="registration",
                         answers={"people": "12"}, first_at=town.make.at, filed_at=town.make.at))
    link, theirs = town.ask(ward), visit.user(town.above)
    address = f"/c/thanh-pho/organiser/levels/{link.id}/filings.zip"
    assert theirs.get(address).status_code == 409
    town.do(links.confirm, link, by=town.above)
    assert f"{address}" in theirs.get("/c/thanh-pho/organiser/levels").text
    with zipfile.ZipFile(io.BytesIO(theirs.get(address).data)) as archive:
        assert sorted(archive.namelist()) == ["article.xlsx", "registration.xlsx", "report.xlsx"]
        sheet = load_workbook(io.BytesIO(archive.read("registration.xlsx"))).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["Chi đoàn B"]
    assert visit.user(town.below).get(address).status_code == 403
