"""A clip's category: given by its unit's group or chosen, limited in number, put right by hand."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from contest.errors import Conflict, Invalid, NotAllowed
from contest.models import AuditRow, Contest, Submission, Unit
from contest.services.core import profiles
from contest.services.core.in_use import rule_guard
from contest.services.entry import submissions
from contest.services.entry.submissions import SubmissionForm
from contest.services.reviewing import sorting
from tests.contest.conftest import WHILE_OPEN, Visits
from tests.contest.factory import Factory

CATEGORIES = """
[[categories]]
id = "hoc"
units = "Trường học"
name = { vi = "Khối trường học", en = "Schools" }

[[categories]]
id = "dep"
maximum = 1
name = { vi = "Phường đẹp", en = "Fair wards" }

[[categories]]
id = "vui"
name = { vi = "Phường vui", en = "Merry wards" }
"""
PRIZES = "".join(
    f'''
[[prizes]]
id = "{key}"
count = 1
by = "category:{key}"
name = {{ vi = "Giải {key}", en = "Prize {key}" }}
'''
    for key in ("hoc", "dep", "vui")
)
SENT = SubmissionForm(
    title="Ba trách nhiệm", kind="team", authors=["Lê An"], contact_name="Lê An",
    contact_phone="0903123456",
    consents=frozenset({"originality", "publicity", "personal_data"}),
)


def sorted_rules(source: str) -> str:
    return source.replace("[publication]\n", PRIZES + CATEGORIES + "\n[publication]\n", 1)


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=sorted_rules)


def enter(make: Factory, unit: Unit, category: str = "") -> Submission:
    form = replace(SENT, category=category)
    with make.platform.db.write() as session:
        return submissions.create(session, session.get_one(Unit, unit.id), form,
                                  actor=make.actor(unit), at=WHILE_OPEN)


def sort(
    make: Factory, contest: Contest, submission: Submission, category: str, who: str = "organiser"
) -> None:
    actor = make.actor(make.user(who, contest=contest))
    with make.platform.db.write() as session:
        entry = session.get_one(Submission, submission.id)
        sorting.sort(session, entry, category, actor=actor, at=WHILE_OPEN)


def test_a_group_with_a_category_of_its_own_has_nothing_to_choose(make: Factory, contest: Contest):
    school = make.unit(contest, group="Trường học")
    assert enter(make, school).category == "hoc"
    with pytest.raises(Invalid, match="open to the unit: Schools"):
        enter(make, school, "vui")


def test_others_choose_among_the_rest_as_often_as_the_category_allows(
    make: Factory, contest: Contest
):
    ward = make.unit(contest, group="Phường")
    with pytest.raises(Invalid, match="Fair wards, Merry wards"):
        enter(make, ward)
    enter(make, ward, "dep")
    merry = enter(make, ward, "vui")
    with pytest.raises(Invalid, match='has 1 entries in the category "Fair wards"; at most 1 are'):
        enter(make, ward, "dep")
    with pytest.raises(Invalid, match="at most 1 are"), make.platform.db.write() as session:
        submissions.change(session, session.get_one(Submission, merry.id),
                           replace(SENT, category="dep"), actor=make.actor(ward), at=WHILE_OPEN)
    assert make.fresh(merry).category == "vui"


def test_an_organiser_puts_a_clip_where_it_belongs(make: Factory, contest: Contest):
    ward = make.unit(contest)
    found = make.submission(ward, "approved", category="vui")
    sort(make, contest, found, "dep")
    sort(make, contest, found, "dep")
    assert make.fresh(found).category == "dep"
    with make.platform.db.read() as session:
        told = session.scalars(select(AuditRow).where(AuditRow.action == "submission.sorted")).all()
        assert [(row.before, row.after) for row in told] == [
            ({"category": "vui"}, {"category": "dep"})]
    with pytest.raises(Invalid, match="at most 1 are"):
        sort(make, contest, make.submission(ward, "approved", category="vui"), "dep")
    with pytest.raises(Invalid, match="open to the unit"):
        sort(make, contest, found, "hoc")
    with pytest.raises(Conflict, match="no longer in the contest"):
        sort(make, contest, make.submission(ward, "disqualified", category="vui"), "dep")
    with pytest.raises(NotAllowed):
        sort(make, contest, found, "vui", "reviewer")


def test_a_category_with_clips_is_not_taken_away(make: Factory, contest: Contest):
    make.submission(make.unit(contest), "approved", category="dep")
    make.submission(make.unit(contest), "approved", category="vui")
    with make.platform.db.read() as session:
        now = session.get_one(Contest, contest.id)
        old = profiles.profile_of(now)
        without = old.model_copy(update={"categories": old.categories[2:]})
        schools = old.categories[2].model_copy(update={"units": "Trường học"})
        given = old.model_copy(update={"categories": [*old.categories[:2], schools]})
        effects = partial(rule_guard.effects, session, now, old, at=WHILE_OPEN)
        refused, told = ([(e.kind, e.vi) for e in effects(new)] for new in (without, given))
    assert [kind for kind, _ in refused] == ["refused"]
    assert "Mảng “Phường đẹp” (dep) đang có 1 bài" in refused[0][1]
    assert [kind for kind, _ in told] == ["told"]
    assert told[0][1].startswith("1 bài không thuộc mảng nào")


def test_the_pages_ask_show_filter_and_put_right(make: Factory, visit: Visits, contest: Contest):
    ward, school = make.unit(contest), make.unit(contest, group="Trường học")
    form = f"/c/{contest.slug}/unit/entries/new"
    page = visit.unit(ward).get(form).text
    assert "Phường đẹp" in page
    assert "Khối trường học" not in page
    assert "Mảng nội dung" not in visit.unit(school).get(form).text
    found = make.submission(ward, "approved", category="vui")
    organiser = visit.role("organiser")
    entries = f"/c/{contest.slug}/organiser/entries"
    assert "Xếp sang mảng khác" in organiser.get(f"{entries}/{found.code}").text
    put = organiser.post(f"{entries}/{found.code}/category", data={"category": "dep"})
    assert put.status_code == 303
    assert make.fresh(found).category == "dep"
    assert found.code in organiser.get(f"{entries}?category=dep").text
    assert found.code not in organiser.get(f"{entries}?category=vui").text
    rows = organiser.get(f"/c/{contest.slug}/organiser/lists/entries.json").get_json()
    assert {row["code"]: row["category"] for row in rows}[found.code] == "Phường đẹp"
