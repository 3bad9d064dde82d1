"""Search from anywhere: what is found, by whom, and never across contests."""

import unicodedata

import pytest
from bs4 import BeautifulSoup

from contest.models import Contest, RoleGrant, Submission
from contest.services.desk import finding
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

pytestmark = pytest.mark.both_databases


@pytest.fixture
def filled(make: Factory, contest: Contest) -> Submission:
    for number in (2, 12, 20):
        make.unit(contest, f"Đoàn Phường {number}", contact_phone="0903 123 456")
    unit = make.unit(contest, "THPT Nguyễn Hiền", contact_name="Trần Văn Đức")
    make.user("juror", contest=contest, name="Đặng Thị Ước", email="uoc@example.vn")
    return make.submission(unit, "published", title="Ngày hội thứ 2 ở phường", code="CXAB12")


def test_accents_capitals_and_signs_make_no_difference(
    platform: Platform, make: Factory, contest: Contest, filled: Submission
) -> None:
    actor = make.actor(make.user("organiser", contest=contest))

    def found(words: str) -> list[tuple[str, str]]:
        with platform.db.read() as session:
            hits = finding.find(session, words, actor=actor).hits
            return [(hit.kind, hit.title) for hit in hits]

    clip, unit = ("clip", filled.title), ("unit", "THPT Nguyễn Hiền")
    assert found("phuong 2") == [("unit", "Đoàn Phường 2"), clip]
    assert found("PHƯỜNG 12") == [("unit", "Đoàn Phường 12")]
    assert found(unicodedata.normalize("NFD", "phường 02")) == [("unit", "Đoàn Phường 2"), clip]
    assert found("doan phuong")[:1] == [("unit", "Đoàn Phường 2")]
    assert found("#cxab12") == found("CXAB12") == found("xab") == [clip]
    assert found("nguyen hien") == [unit, clip]
    assert found("tran duc") == [unit]
    assert found("dang uoc") == found("UOC@example") == [("person", "Đặng Thị Ước")]
    assert [hit[1] for hit in found("0903123456")] == [f"Đoàn Phường {n}" for n in (2, 12, 20)]
    for address in (f"https://www.facebook.com/watch/?v=9{filled.id:08}&ref=share",
                    f"facebook.com/quandoan11/videos/9{filled.id:08}/", f"9{filled.id:08}",
                    f"1122334455_{filled.id:08}"):
        assert found(address) == [clip], address
    for nothing in ("", "   ", "#", "%", "_", "khong co gi",
                    "https://www.facebook.com/watch/?v=123456"):
        assert found(nothing) == [], nothing


def test_what_begins_with_the_words_comes_first_and_ten_of_a_kind(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    for number in range(30, 0, -1):
        make.unit(contest, f"Chi đoàn {number}")
    make.unit(contest, "Khối Chi đoàn")
    actor = make.actor(make.user("organiser", contest=contest))
    with platform.db.read() as session:
        hits = finding.find(session, "chi doan", actor=actor).hits
    assert [hit.title for hit in hits] == [f"Chi đoàn {n}" for n in range(1, finding.MOST + 1)]


def test_each_finds_what_their_roles_may_see(
    platform: Platform, make: Factory, contest: Contest, filled: Submission
) -> None:
    other = make.contest("quan-3")
    make.unit(other, "Đoàn Phường 2 của Quận 3")
    there = make.submission(make.unit(other, "Đoàn Phường 9"), "published", title="Phường ta")
    make.user("juror", contest=other, name="Đặng Thị Ước ở Quận 3")
    both = make.user("organiser", contest=contest)

    def kinds(user: object, words: str, **values: str) -> list[tuple[str, int]]:
        with platform.db.read() as session:
            found = finding.find(session, words, actor=make.actor(user), **values)
            return [(hit.kind, hit.contest_id) for hit in found.hits]

    assert {where for _kind, where in kinds(both, "phuong")} == {contest.id}
    assert kinds(both, there.code) == kinds(both, "uoc o quan 3") == []
    for role in ("juror", "reviewer"):
        user = make.user(role, contest=contest)
        seen = {"clip"} if role == "reviewer" else set()
        assert {kind for kind, _ in kinds(user, "phuong")} == seen
        assert kinds(user, "uoc") == []
    assert kinds(make.user(admin=True), "phuong") == []
    foreign = make.user("organiser", contest=other)
    assert kinds(foreign, filled.code) == kinds(foreign, f"9{filled.id:08}") == []
    with platform.db.write() as session:
        session.add(RoleGrant(user_id=both.id, contest_id=other.id, role="organiser",
                              created_at=make.at))
    assert kinds(both, "phuong 2", here="quan-3")[0] == ("unit", other.id)
    assert kinds(both, "phuong 2", here=contest.slug)[0] == ("unit", contest.id)


def test_a_contest_that_demands_a_second_factor_is_not_searched_without(
    platform: Platform, make: Factory
) -> None:
    strict = make.contest("nghiem", lambda text: text.replace(
        "second_factor = []", 'second_factor = ["organiser"]'))
    make.unit(strict, "Đoàn Phường 2")
    user = make.user("organiser", contest=strict)
    with platform.db.read() as session:
        for given in (False, True):
            actor = make.actor(user, second_factor=given)
            assert bool(finding.find(session, "phuong", actor=actor).hits) == given


def test_the_page_works_without_a_script_and_leads_to_what_was_found(
    visit: Visits, make: Factory, contest: Contest, filled: Submission
) -> None:
    client = visit.role("organiser")
    desk = BeautifulSoup(client.get(f"/c/{contest.slug}/organiser/").text, "html.parser")
    form = desk.select_one("header form[role=search]")
    assert (form["method"], form["action"]) == ("get", "/search")
    assert desk.select_one("header a.find__icon")["href"] == f"/search?in={contest.slug}"
    page = BeautifulSoup(client.get("/search?q=phuong+2&in=" + contest.slug).text, "html.parser")
    links = [a["href"] for a in page.select("a.hit")]
    assert len(links) == 2
    assert all(client.get(link).status_code == 200 for link in links)
    assert "2 mục" in page.select_one("[role=status]").text
    empty = client.get("/search?q=zzzz").text
    assert "Không tìm thấy gì" in empty
    reviewer = visit.role("reviewer")
    [link] = [a["href"] for a in BeautifulSoup(
        reviewer.get(f"/search?q={filled.code}").text, "html.parser").select("a.hit")]
    assert reviewer.get(link).status_code == 200
    assert visit.public().get("/search?q=phuong").status_code == 401
    assert "Chi" not in visit.role("juror").get("/search?q=phuong").text.split("<main")[1]
