"""A refused step of the closing says on its own page, beside the step, what is missing and where
that is mended; a reason that will be public says so before it is typed."""

import pytest
from bs4 import BeautifulSoup, Tag

from contest.clock import FixedClock
from contest.models import Contest, Snapshot, Submission
from contest.services.entry import submissions
from contest.wiring import Platform
from tests.contest.conftest import WHILE_OPEN, Client, Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, COUNTED, Stage

HOME = "/c/quan11-2023/organiser"
ROOM = f"{HOME}/results"


@pytest.fixture
def stage(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Stage:
    made = Stage(platform, make, contest)
    clock.moment = AFTER
    return made


def stopped(client: Client, path: str, section: str, status: int) -> Tag:
    """What stands in the section of the step that was refused."""
    answer = client.post(f"{ROOM}/{path}")
    assert answer.status_code == status, answer.text[:500]
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.find("h1").text == "Kết quả"
    heading = page.find(id=section)
    assert heading is not None, section
    found = heading.find_parent("section").select_one(".stopped")
    assert found is not None, section
    assert found.has_attr("data-focus")
    return found


def ways(found: Tag) -> dict[str, str]:
    return {link.text: link["href"] for link in found.find_all("a")}


def test_each_refused_step_names_what_is_missing_and_its_place(
    stage: Stage, visit: Visits
) -> None:
    stage.make.user("juror", contest=stage.contest, name="Trần Thiếu Phiếu")  # owes all ballots
    organiser = visit.user(stage.make.user("organiser", contest=stage.contest))
    assert organiser.post(f"{ROOM}/compute").status_code == 303
    lacking = stopped(organiser, "1/freeze", "freeze", 422)
    assert "hãy ghi lý do và tính lại" in lacking.text
    assert [name for name in ways(lacking) if "Trần Thiếu Phiếu" in name]
    assert ways(lacking)["Ghi lý do, tính lại"] == "#compute"
    reason = {"reason": "Một giám khảo đi công tác"}
    assert organiser.post(f"{ROOM}/compute", data=reason).status_code == 303
    alone = stopped(organiser, "1/freeze", "freeze", 403)
    assert ways(alone)["Mời người thứ hai"].startswith(f"{HOME}/people/new")
    second = visit.role("organiser")
    stage.make.add(Snapshot(
        submission_id=stage.clips[0].id, taken_at=COUNTED, source="template", reactions=121,
        shares=10, evidence_id=1, created_by="user:1", created_at=AFTER,
    ))
    changed = stopped(second, "1/freeze", "freeze", 409)
    assert ways(changed) == {"Tính lại": "#compute"}
    assert organiser.post(f"{ROOM}/compute", data=reason).status_code == 303
    assert second.post(f"{ROOM}/1/freeze").status_code == 303
    with stage.platform.db.write() as session:
        clip = session.get_one(Submission, stage.clips[2].id)
        submissions.withdraw(session, clip, actor=stage.make.actor(stage.units[2]), at=AFTER,
                             reason="Đơn vị xin rút")
    page = second.post(f"{ROOM}/1/publish")
    assert page.status_code == 409
    found = BeautifulSoup(page.text, "html.parser")
    assert ways(found.select_one(".stopped")) == {"Xem xếp hạng mới, lập bản mới": "#replace"}
    assert found.find(id="replace") is not None


def test_computing_before_the_round_is_locked_leads_to_the_round(
    stage: Stage, visit: Visits, clock: FixedClock
) -> None:
    clock.moment = COUNTED
    answer = visit.role("organiser").post(f"{ROOM}/compute")
    found = BeautifulSoup(answer.text, "html.parser").select_one(".stopped")
    assert answer.status_code == 409
    assert ways(found) == {"Tới vòng chấm": f"{HOME}/jury/"}


def test_the_chairs_decision_is_refused_beside_its_form_and_keeps_what_was_typed(
    stage: Stage, visit: Visits
) -> None:
    for name in ("Đoàn D", "Đoàn E"):
        clip = stage.make.submission(stage.make.unit(stage.contest, name), "published")
        stage.count(clip, 50, 5)
        for juror in stage.jurors:
            stage.make.ballot(clip, juror, stage.marks(5))
        stage.clips.append(clip)
    *_, one, other = stage.clips
    stage.compute()
    organiser = visit.role("organiser")
    typed = {f"place-{one.code}": "2", f"place-{other.code}": "2", "reason": "Biên bản số 7"}
    answer = organiser.post(f"{ROOM}/decide", data=typed)
    assert answer.status_code == 422
    section = BeautifulSoup(answer.text, "html.parser").find(id="tied").find_parent("section")
    assert "thứ tự khác nhau" in section.select_one(".stopped[data-focus]").text
    assert not BeautifulSoup(answer.text, "html.parser").find(id="compute").find_parent(
        "section").find("textarea").text.strip(), "it is another form's reason"
    for name, value in typed.items():
        assert section.find("input", {"name": name})["value"] == value
    good = typed | {f"place-{one.code}": "1"}
    assert organiser.post(f"{ROOM}/decide", data=good).status_code == 303
    assert organiser.post(f"{ROOM}/compute").status_code == 303
    untied = organiser.post(f"{ROOM}/decide", data=typed)  # the tie is gone: said all the same
    assert untied.status_code == 422
    said = BeautifulSoup(untied.text, "html.parser").select_one(".stopped")
    assert said is not None and "thứ tự khác nhau" in said.text


def test_the_round_and_the_posts_say_it_on_their_own_pages(stage: Stage, visit: Visits) -> None:
    organiser = visit.role("organiser")
    for path, data, heading in (
        ("jury/unlock", {"reason": "Chấm lại"}, "Vòng chấm của Ban giám khảo"),
        ("publications/1/again", {"looked": "y"}, "Đăng bài"),
    ):
        answer = organiser.post(f"{HOME}/{path}", data=data)
        page = BeautifulSoup(answer.text, "html.parser")
        assert answer.status_code in (409, 422), (path, answer.status_code)
        assert page.find("h1").text == heading, path
        assert page.select_one(".stopped") is not None, path


def test_locking_says_first_what_follows_and_reopening_is_offered_as_long_as_it_is_possible(
    stage: Stage, visit: Visits, clock: FixedClock
) -> None:
    organiser, jury = visit.role("organiser"), f"{HOME}/jury"

    def lock_box() -> Tag:
        heading = BeautifulSoup(organiser.get(f"{jury}/").text, "html.parser").find(id="lock")
        assert isinstance(heading, Tag)
        return heading.find_parent("section")

    clock.moment = WHILE_OPEN
    asked = lock_box().select_one("details .confirm__panel")
    assert asked is not None and asked.select_one(f'form[action$="{jury}/lock"]') is not None
    for what in ("khoá sớm", "chỉ còn xem được phiếu", "thôi được giữ kín", "mở lại được"):
        assert what in asked.text, what
    assert len(lock_box().select('form[action$="/lock"]')) == 1  # none that asks nothing
    clock.moment = AFTER
    assert "khoá sớm" not in lock_box().text
    assert organiser.post(f"{jury}/lock").status_code == 303
    assert lock_box().select_one('form[action$="/unlock"]') is not None
    stage.freeze(stage.compute())
    assert lock_box().select_one("form") is None
    assert "Kết quả đã chốt nên không mở lại vòng chấm được" in lock_box().text


def test_reasons_that_become_public_say_so_before_they_are_typed(
    stage: Stage, visit: Visits, clock: FixedClock
) -> None:
    organiser = visit.role("organiser")
    public = {
        f"{ROOM}/": "Lý do được công khai cùng kết quả",
        f"{HOME}/entries/{stage.clips[0].code}": "lý do được công bố cùng kết quả",
    }
    for path, said in public.items():
        assert said in organiser.get(path).text, path
    clock.moment = WHILE_OPEN  # later there is no time left to be given
    given = visit.role("organiser").get(f"{HOME}/units/{stage.units[0].id}").text
    assert "Ai cũng đọc được" in given
    clock.moment = AFTER
    stage.freeze(stage.compute())
    out = organiser.get(f"{HOME}/entries/{stage.clips[0].code}/replace").text
    assert "lý do được công bố cùng bản kết quả mới" in out
