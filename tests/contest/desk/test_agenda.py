"""What the desk says is to be done: what is most urgent first, five at most, each at its place."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import select

from contest.clock import FixedClock
from contest.models import Check, Contest, Task, Unit, UnitLink
from contest.profile import Profile
from contest.services.core import outbox, profiles
from contest.services.core.blockers import Blocker
from contest.services.desk import agenda, charts, desk
from contest.services.desk.agenda import Harm, Situation
from contest.services.desk.public import Phase
from contest.views.organiser.overview import pictures, words
from contest.views.shared.disk import Disk
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory, report

DESK = "/c/quan11-2023/organiser/"
MOMENTS = {
    "before": "2023-05-01T09:00:00+07:00", "entries": "2023-06-05T09:00:00+07:00",
    "review": "2023-06-11T09:00:00+07:00", "publicity": "2023-06-14T09:00:00+07:00",
    "near": "2023-06-19T15:30:00+07:00", "closing": "2023-06-26T09:00:00+07:00",
}
AT = {word: datetime.fromisoformat(text) for word, text in MOMENTS.items()}
EMPTY = desk.Standing(
    units=1, units_short=0, entries={}, oldest_review=None, checks={}, deep_checks={},
    publications={}, published=0, copies=0, snapshots_due=0, unread=0, jurors=[], tasks={},
    overdue=0,
)
QUIET = Situation(EMPTY, Phase.ENTRIES, {"organiser": 2, "reviewer": 1, "juror": 3})


@pytest.fixture
def profile(contest: Contest) -> Profile:
    return profiles.profile_of(contest)


def codes(profile: Profile, when: str, phase: Phase | None = None, **values: object) -> list[str]:
    """The things to do at this moment, of a contest in which all else is done."""
    standing = replace(EMPTY, **values.pop("standing", {}))
    found = replace(QUIET, standing=standing, phase=phase or Phase(when), **values)
    return [one.code for one in agenda.todo(found, profile, at=AT[when])]


def test_where_all_is_done_there_is_nothing_to_do(profile: Profile) -> None:
    for when in ("before", "entries", "review", "publicity"):
        assert codes(profile, when) == []


def test_what_stops_the_contest_comes_first_then_what_is_lost_soonest(profile: Profile) -> None:
    standing = {
        "overdue": 2, "entries": {"in_review": 3, "needs_fix": 1}, "copies": 1,
        "tasks": {"failed": 1}, "publications": {"failed": 1, "unknown": 1}, "units_short": 4,
    }
    assert codes(profile, "review", standing=standing) == [
        "overdue", "stuck", "review", "findings", "copies", "failed"]
    # A week before the release the same clips wait without haste; a missing clip presses later.
    early = codes(profile, "entries", standing=standing)
    assert early[0] == "overdue"
    assert early.index("stuck") < early.index("review") < early.index("missing")


def test_before_the_opening_the_steps_of_setting_up_are_to_be_done(profile: Profile) -> None:
    found = codes(profile, "before", standing={"units": 0}, people={"organiser": 1},
                  has_page=False)
    assert found == ["units", "reviewers", "jurors", "page", "second"]
    assert codes(profile, "before", without_link=20) == ["links"]
    assert codes(profile, "before", has_page=False, posts_itself=False) == []


def test_clips_whose_data_go_soon_are_told_until_then(profile: Profile) -> None:
    for when in ("before", "closing"):
        found = codes(profile, when, retention=(3, AT["closing"] + timedelta(days=20)),
                      jury_locked=True, result="frozen", planned=AT["closing"])
        assert found == ["retention"]


def test_what_units_owe_is_told_in_every_phase(profile: Profile) -> None:
    for when in ("before", "closing"):
        found = codes(profile, when, filings=(2, 4, AT[when] + timedelta(days=2)),
                      jury_locked=True, result="frozen", planned=AT["closing"])
        assert found == ["filings_soon", "filings_overdue"]  # what can still be in time first
    assert codes(profile, "review", filings=(2, 0, AT["review"])) == ["filings_overdue"]


def test_a_deadline_makes_things_urgent_day_by_day(profile: Profile) -> None:
    one = agenda.Todo("missing", Harm.UNTIDY, "x", due=AT["review"])
    days = (5, 2, 0.5, -1)
    assert [one.urgency(AT["review"] - timedelta(days=d)) for d in days] == [0, 1, 2, 2]
    assert agenda.Todo("failed", Harm.WAITS, "x").urgency(AT["review"]) == 1


def test_near_the_cut_off_counting_comes_before_old_counts(profile: Profile) -> None:
    standing = {"snapshots_due": 4}
    near = codes(profile, "near", Phase.PUBLICITY, standing=standing, counting=True)
    assert near == ["counting"]
    assert codes(profile, "publicity", standing=standing) == ["uncounted"]


def test_after_the_cut_off_what_is_missing_leads_to_the_result(profile: Profile) -> None:
    gap = Blocker("interactions.unread", "Thiếu số", "Numbers are missing", "interactions.list")
    assert codes(profile, "closing", blockers=[gap]) == ["interactions.unread", "lock"]
    assert codes(profile, "closing", jury_locked=True) == ["compute"]
    assert codes(profile, "closing", jury_locked=True, result="computed") == ["freeze"]
    assert codes(profile, "closing", jury_locked=True, result="frozen") == ["publish"]
    assert codes(profile, "closing", Phase.RESULT, result="published", requests=1) == [
        "requests", "papers"]
    assert codes(profile, "closing", Phase.RESULT, result="published", next_round=True) == [
        "next_round", "papers"]


def test_every_thing_has_its_words_in_both_languages_and_a_place(
    platform: Platform, profile: Profile, app: object, contest: Contest
) -> None:
    standing = replace(
        EMPTY, units=0, units_short=1, copies=1, overdue=1, unread=1, snapshots_due=1,
        entries={"in_review": 1, "needs_fix": 1}, tasks={"failed": 1}, publications={"failed": 1},
    )
    machine = [(code, Harm.WAITS) for code in (
        "disk_kept", "disk_short", "antivirus", "backup_late", "proof_late", "backup_failed",
        "files_faulty")]
    everything = Situation(
        standing, Phase.ENTRIES, {"organiser": 1}, without_link=1, requests=1, has_page=False,
        paused=True, token_end=AT["review"], counting=True, machine=machine,
        personal=(1, AT["review"]), retention=(1, AT["review"]), moved=("CX1",),
        next_round=True, board={"nobody": 1, "chair": 1}, filings=(1, 1, AT["review"]),
        handed=(1, 1))
    phases = [replace(everything, phase=phase, result=result, standing=(
        standing if phase != Phase.PUBLICITY else replace(standing, snapshots_due=0)),
        moved=() if result == "frozen" else everything.moved)
        for phase, result in (
            (Phase.ENTRIES, None), (Phase.CLOSING, None), (Phase.CLOSING, "frozen"),
            (Phase.CLOSING, "computed"), (Phase.RESULT, "published"))]
    things = {one.code: one for found in phases
              for when in ("entries", "closing")
              for one in agenda.todo(found, profile, at=AT[when])}
    moved = replace(everything, phase=Phase.CLOSING, result="frozen")  # publishing is refused
    codes = {one.code for one in agenda.todo(moved, profile, at=AT["closing"])}
    assert "moved" in codes and "publish" not in codes and "publish" in things
    things["missing"] = agenda.Todo("missing", Harm.WAITS, "reminders.preview", 2)
    things["marks"] = agenda.Todo("marks", Harm.WAITS, "reminders.preview", 2)
    things["uncounted"] = agenda.Todo("uncounted", Harm.WAITS, "interactions.list", 2)
    assert {code for code, _harm in machine} <= set(things)
    assert set(words._COUNTED) | set(words._SINGLE) <= set(things)
    said = {}
    for language in ("vi", "en"):
        with app.test_request_context(headers={"Cookie": f"lang={language}"}):  # type: ignore[attr-defined]
            said[language] = {code: words.said(one, disk=Disk(10**9, 5, 10**10), paused="Chờ")
                              for code, one in things.items()}
    for code, (sentence, act) in said["vi"].items():
        assert len(sentence) > 10 and act
        assert said["en"][code] != (sentence, act), code


@pytest.mark.parametrize("when", ["before", "entries", "review", "publicity", "near", "closing"])
def test_the_desk_shows_five_things_at_most_and_no_zero(
    visit: Visits, make: Factory, contest: Contest, clock: FixedClock, when: str
) -> None:
    clock.moment = AT[when]
    units = [make.unit(contest, f"Đoàn Phường {n}") for n in (10, 2)]
    for state in ("needs_fix", "in_review", "published") if when != "before" else ():
        make.submission(units[0], state)
    with make.platform.db.write() as session:
        outbox.enqueue(session, "interactions.poll", 1, at=clock.moment + timedelta(hours=1),
                       contest_id=contest.id)
        outbox.enqueue(session, "mail.send", 1, at=clock.moment, contest_id=contest.id)
        outbox.enqueue(session, "upload.remind", 1, at=clock.moment, contest_id=contest.id)
        session.scalars(select(Task).where(Task.kind == "mail.send")).one().state = "failed"
    client = visit.role("organiser")
    page = BeautifulSoup(client.get(DESK).text, "html.parser")
    first = page.select("main section")[0]
    assert first.h2.text == "Cần làm ngay"
    things = first.select("ul.todos")[0].select("li")
    assert 1 <= len(things) <= agenda.MOST
    for thing in things:
        _works(client, thing)
    going = page.find("h2", string="Đang tự chạy").find_next("ul")
    assert going.text.count("Lấy số tương tác") == 1
    assert "Nhắc lượt gửi dở" not in going.text  # that clip is here
    assert all(value.text != "0" for value in page.select(".figure__value"))
    headings = [h.text for h in page.select("main h2")]
    assert headings == [h for h in ("Cần làm ngay", "Đang tự chạy", "Sắp tới", "Nhìn qua", "Con số")
                        if h in headings]
    assert "Con số" in headings
    assert page.select_one("svg[role=img], ol.timeline, .legend, .squares, .progress")


def _works(client: object, thing: Tag) -> None:
    """The link leads somewhere; a button is a form of our own."""
    if link := thing.select_one("a.button"):
        assert client.get(link["href"]).status_code == 200, link["href"]  # type: ignore[attr-defined]
    else:
        assert thing.form["action"].endswith("/units/links")


def test_one_tap_prints_the_codes_of_all_units_that_have_none(
    visit: Visits, make: Factory, contest: Contest
) -> None:
    for number in range(20):
        make.unit(contest, f"Đoàn Phường {number}")
    client = visit.role("organiser")
    page = BeautifulSoup(client.get(DESK).text, "html.parser")
    form = page.find("button", string="Tạo và in mã QR").find_parent("form")
    fields = {i["name"]: i["value"] for i in form.select("input")}
    sheet = client.post(form["action"], data=fields, follow_redirects=True)
    assert sheet.text.count("sheet__code") == 20
    with make.platform.db.read() as session:
        assert len(session.scalars(select(UnitLink)).all()) == 20
    assert "Tạo và in mã QR" not in client.get(DESK).text


# ---------------------------------------------------------------------------- pictures


@pytest.mark.both_databases
def test_charts_count_days_units_and_reasons(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock, profile: Profile
) -> None:
    clock.moment = datetime.fromisoformat("2023-06-01T23:30:00+07:00")
    units = [make.unit(contest, f"Đoàn Phường {n}") for n in (10, 2, 1)]
    first = make.submission(units[0], "needs_fix")
    clock.moment += timedelta(hours=1)
    make.submission(units[0], "withdrawn")
    make.submission(units[1], "in_review")
    clock.moment += timedelta(days=2)
    make.submission(units[1], "in_review")
    make.submission(make.unit(make.contest("quan-3")), "needs_fix")
    make.add(Check(version_id=first.version_id, kind="deep", state="done", verdict="fail",
                   profile_revision_id=contest.revision_id, created_at=make.at,
                   report=report("fail")))
    with platform.db.read() as session:
        assert charts.by_day(session, contest, profile) == [
            (date(2023, 6, 1), 1), (date(2023, 6, 2), 1), (date(2023, 6, 3), 0),
            (date(2023, 6, 4), 1)]
        grid = charts.units(session, contest, profile)
        found = charts.reasons(session, contest)
    assert (grid.inside, grid.outside, grid.left_out) == (2, 1, 0)
    assert [(one.name, one.clips, one.is_in) for one in grid.squares] == [
        ("Đoàn Phường 1", 0, False), ("Đoàn Phường 2", 2, True), ("Đoàn Phường 10", 1, True)]
    assert (dict(found.rules), found.passed, found.refused) == ({"duration": 1}, 2, 1)


def test_of_many_units_the_grid_counts_all_and_names_the_first(
    platform: Platform, make: Factory, contest: Contest
) -> None:
    with platform.db.read() as session:
        profile = profiles.profile_of(session.get_one(Contest, contest.id))
        none = charts.units(session, contest, profile)
    many = charts.MOST_UNITS + 5
    last = make.add(*(Unit(contest_id=contest.id, name=f"Đoàn Phường {n}", created_at=make.at)
                      for n in range(many, 0, -1)))
    make.submission(last, "in_review")
    with platform.db.read() as session:
        grid = charts.units(session, contest, profile)
    names = [one.name for one in grid.squares]
    assert names == [f"Đoàn Phường {n}" for n in range(1, charts.MOST_UNITS + 1)]
    assert (grid.inside, grid.outside, grid.left_out) == (1, many - 1, 5)
    assert bool(grid) and not none


def test_pictures_fill_their_width_and_draw_nothing_of_nothing() -> None:
    assert pictures.bars([]) == pictures.pieces([("a", 0, "")]) == []
    days = [(date(2023, 6, n), count) for n, count in ((1, 2), (2, 0), (3, 4))]
    drawn = pictures.bars(days)
    assert [bar.height for bar in drawn] == [60.0, 0.0, 120.0]
    assert [bar.numbered for bar in drawn] == [True, False, True]
    assert drawn[-1].x + drawn[-1].width <= 100
    parts = pictures.pieces([("a", 1, "ok"), ("b", 0, ""), ("c", 3, "bad")])
    assert [(p.label, p.x, p.width) for p in parts] == [("a", 0.0, 25.0), ("c", 25.0, 75.0)]


def test_the_charts_are_told_in_words_and_numbers_too(
    visit: Visits, make: Factory, contest: Contest
) -> None:
    make.submission(make.unit(contest, "Đoàn Phường 2"), "needs_fix")
    make.unit(contest, "Đoàn Phường 1")
    client = visit.role("organiser")
    page = BeautifulSoup(client.get(f"{DESK}charts").text, "html.parser")
    picture = page.select_one("svg[role=img]")
    assert picture["aria-label"].startswith("Biểu đồ cột: bài dự thi nhận mỗi ngày, từ 5/6")
    assert [cell.text for cell in page.select(".picture__numbers tbody > tr > *")] == ["5/6", "1"]
    squares = [one.text for one in page.select(".square")]
    assert squares == ["–Đoàn Phường 1: chưa đủ clip", "✓Đoàn Phường 2: đã đủ clip"]
    assert "Thời lượng" in page.select_one(".reasons").text
    assert "5 June" in client.english().get(f"{DESK}charts").text


def test_the_links_can_be_copied_and_each_has_its_qr_code(visit: Visits, contest: Contest) -> None:
    client = visit.role("organiser")
    page = BeautifulSoup(client.get(f"{DESK}links").text, "html.parser")
    fields = [one["value"] for one in page.select("input[readonly]")]
    for end in ("/c/quan11-2023/", "/results", "/results/ceremony", "/results/embed",
                "/calendar.ics", "/rules"):
        assert any(value.endswith(end) for value in fields), end
    assert all(value.startswith(("http://localhost/", "<iframe ")) for value in fields)
    assert len(page.select("svg.qr")) == len(fields) - 1
    assert {b["data-copy"] for b in page.select("[data-copy]")} == {
        one["id"] for one in page.select("input[readonly]")}
    for one in page.select("main .card a.button"):
        assert client.get(one["href"].removeprefix("http://localhost")).status_code in (200, 404)
