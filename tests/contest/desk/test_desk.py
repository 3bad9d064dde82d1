"""The organiser's desk: numbers, jobs, activity, entries, rules, set-up."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

import contest as contest_package
from contest.clock import FixedClock
from contest.models import AuditRow, Check, Contest, Snapshot, Submission, Task, Unit
from contest.profile import Profile
from contest.services.checking import outcomes
from contest.services.core import outbox, profiles, search
from contest.services.desk import desk, setup
from contest.services.entry import checks, similarity
from contest.states import MACHINES
from contest.views.organiser import activity_words
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory

pytestmark = pytest.mark.both_databases
DESK = "/c/quan11-2023/organiser"


@pytest.fixture
def profile(contest: Contest) -> Profile:
    return profiles.profile_of(contest)


def standing(platform: Platform, contest: Contest) -> desk.Standing:
    with platform.db.read() as session:
        profile = profiles.profile_of(contest)
        return desk.standing(session, contest, profile, at=platform.clock.now())


def test_a_unit_is_short_until_a_clip_counts(make: Factory, contest: Contest, platform: Platform):
    for state in ("uploading", "withdrawn", "disqualified", "needs_fix", "published"):
        make.submission(make.unit(contest, f"Đoàn {state}"), state)
    make.unit(contest, "Đoàn không gửi")
    with platform.db.read() as session:
        query = desk.short(select(Unit.name), contest, profiles.profile_of(contest))
        short = session.scalars(query.order_by(search.sortable(Unit.name))).all()
    assert short == [
        "Đoàn disqualified", "Đoàn không gửi", "Đoàn uploading", "Đoàn withdrawn"
    ]


def test_jurors_own_units_are_not_due(make: Factory, contest: Contest, platform: Platform):
    own, other = make.unit(contest), make.unit(contest)
    entries = [make.submission(u, s) for u, s in
               ((own, "approved"), (other, "published"), (other, "approved"), (other, "in_review"))]
    juror = make.user("juror", contest=contest, unit=own, name="Bình")
    make.ballot(entries[1], juror, {"content": 30})
    make.ballot(entries[2], juror)
    found = standing(platform, contest)
    assert [(j.user.name, j.done, j.due) for j in found.jurors] == [("Bình", 1, 2)]
    assert (found.marks_done, found.marks_due) == (1, 2)


def test_deep_checks_are_counted_apart(make: Factory, contest: Contest, platform: Platform):
    make.submission(make.unit(contest), "checking")
    passed = make.submission(make.unit(contest), "approved")
    make.add(Check(
        version_id=passed.version_id, kind=outcomes.DEEP, state="running", created_at=make.at,
        profile_revision_id=contest.revision_id,
    ))
    found = standing(platform, contest)
    assert (found.checks["queued"], found.deep_checks) == (1, {"running": 1})


def test_counts_older_than_a_day_are_due(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    submission = make.submission(make.unit(contest), "published")
    assert standing(platform, contest).snapshots_due == 1
    make.add(Snapshot(
        submission_id=submission.id, taken_at=clock.now(), source="manual", reactions=1,
        created_by="user:1", created_at=clock.now(),
    ))
    assert standing(platform, contest).snapshots_due == 0
    clock.moment += timedelta(hours=25)
    assert standing(platform, contest).snapshots_due == 1


def test_a_stopped_worker_is_noticed(
    make: Factory, contest: Contest, platform: Platform, clock: FixedClock
):
    with platform.db.write() as session:
        outbox.enqueue(session, "check.quick", 1, at=clock.now(), contest_id=contest.id)
    assert standing(platform, contest).overdue == 0
    clock.moment += timedelta(minutes=6)
    assert standing(platform, contest).overdue == 1


def test_every_number_of_the_desk_is_a_link(make: Factory, contest: Contest, visit: Visits):
    make.submission(make.unit(contest), "in_review")
    page = BeautifulSoup(visit.role("organiser").get(f"{DESK}/").text, "html.parser")
    assert [one.text for one in page.select(".figure__label")] == [
        "Đơn vị, đều có clip", "Clip chờ thẩm định"]
    assert all(figure.name == "a" for figure in page.select(".figure"))


def test_a_failed_job_is_tried_again(make: Factory, contest: Contest, visit: Visits):
    with make.platform.db.write() as session:
        task = outbox.enqueue(session, "mail.send", 7, at=make.at, contest_id=contest.id)
        task.state, task.error = "failed", "hộp thư từ chối"
    client = visit.role("organiser")
    assert "hộp thư từ chối" in client.get(f"{DESK}/jobs?state=failed").text
    assert client.post(f"{DESK}/jobs/{task.id}/retry").status_code == 303
    assert make.fresh(task).state == "pending"
    assert client.post(f"{DESK}/jobs/{task.id}/retry").status_code == 409


def test_a_job_of_another_contest_does_not_exist(make: Factory, contest: Contest, visit: Visits):
    other = make.contest("hoi-thi-khac")
    task = make.add(Task(contest_id=other.id, kind="x", row_id=1, key="x", state="failed",
                         due_at=make.at, created_at=make.at))
    assert visit.role("organiser").post(f"{DESK}/jobs/{task.id}/retry").status_code == 404


def test_activity_is_filtered(make: Factory, contest: Contest, visit: Visits):
    client = visit.role("organiser", name="Hoa")
    submission = make.submission(make.unit(contest), "in_review")
    client.post(f"{DESK}/entries/{submission.code}/disqualify", data={"reason": "Sao chép"})
    shown = client.get(f"{DESK}/activity?action=submission.disqualified").text
    [row] = BeautifulSoup(shown, "html.parser").select("tbody tr")
    words = [" ".join(cell.text.split()) for cell in row.select("th, td")]
    assert words[2:] == [f"Hoa: loại clip, bài dự thi {submission.code}. Lý do: Sao chép."]


def test_activity_of_a_clip_holds_all_that_belongs_to_it(
    platform: Platform, make: Factory, contest: Contest, visit: Visits
):
    submission, other = (make.submission(make.unit(contest), "checking") for _ in range(2))
    with platform.db.write() as session:
        for row in (submission, other):
            version = session.get_one(Submission, row.id).version
            checks.start(session, version.checks[-1].id, at=make.at)
    shown = (
        visit.role("organiser").english().get(f"{DESK}/activity?subject={submission.code.lower()}")
    )
    cells = BeautifulSoup(shown.text, "html.parser").select("tbody tr th a")
    assert [c.text.strip() for c in cells] == [f"check {submission.code}"]


def test_every_action_of_the_trail_has_its_words():
    """Read from the code: each literal action, and every state of every machine."""
    recorded = {f"{m.name}.{state}" for m in MACHINES for state in m.states}
    recorded |= {f"upload.{state}" for state in ("expired", "terminated")}
    recorded |= {f"copy_pair.{verdict}" for verdict in similarity.VERDICTS}
    recorded.add("audit.resealed")  # by migration 0021
    recorded |= {f"entry_request.{word}" for word in ("reinstate", "withdraw", "agreed", "refused")}
    recorded |= {f"author_word.{word}" for word in
                 ("confirmed", "objected", "guardian_agreed", "guardian_refused")}
    for path in Path(contest_package.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("audit.record", "record"):
                texts = (n for n in ast.walk(call.args[1]) if isinstance(n, ast.Constant))
                recorded |= {t.value for t in texts if "." in str(t.value)}
    assert set(activity_words.ACTIONS) == recorded - {
        ".", "upload.", "copy_pair.", "entry_request.", "author_word."}


def test_disqualifying_needs_a_reason(make: Factory, contest: Contest, visit: Visits):
    submission = make.submission(make.unit(contest), "in_review")
    client = visit.role("organiser")
    refused = client.post(f"{DESK}/entries/{submission.code}/disqualify", data={"reason": ""})
    assert refused.status_code == 422
    page = BeautifulSoup(refused.text, "html.parser")
    assert page.select_one(".errors a[href='#reason']").text == "Hãy ghi lý do loại clip."
    assert make.fresh(submission).state == "in_review"


@pytest.mark.parametrize("role", ["reviewer", "juror"])
def test_the_desk_is_for_organisers(visit: Visits, role: str):
    for path in ("/", "/jobs", "/activity", "/rules", "/entries"):
        assert visit.role(role).get(DESK + path).status_code == 403


def changed(contest: Contest) -> str:
    assert contest.revision is not None
    return contest.revision.source.replace("maximum = 5", "maximum = 3")


def test_a_change_of_the_rules_is_shown_before_it_is_saved(contest: Contest, visit: Visits):
    client = visit.role("organiser")
    page = client.post(f"{DESK}/rules/preview", data={"source": changed(contest)})
    shown = BeautifulSoup(page.text, "html.parser")
    assert [d.text for d in shown.select("del")] == ["-maximum = 5"]
    assert [i.text for i in shown.select("ins")] == ["+maximum = 3"]
    assert client.get("/api/v1/contests/quan11-2023/profile").json["number"] == 1


def test_after_the_opening_a_change_needs_a_reason(contest: Contest, visit: Visits):
    client = visit.role("organiser")
    refused = client.post(f"{DESK}/rules", data={"source": changed(contest), "reason": ""})
    assert (refused.status_code, "cần có lý do" in refused.text) == (422, True)
    saved = client.post(f"{DESK}/rules", data={"source": changed(contest), "reason": "Họp BTC"})
    assert saved.status_code == 303
    assert client.get("/api/v1/contests/quan11-2023/profile").json["number"] == 2
    assert "Họp BTC" in client.get("/c/quan11-2023/rules").text


def test_a_faulty_file_names_its_keys(contest: Contest, visit: Visits):
    source = changed(contest).replace("points_cap = 300", 'points_cap = "nhiều"')
    page = visit.role("organiser").post(f"{DESK}/rules/preview", data={"source": source})
    assert page.status_code == 422
    assert "scoring.points_cap: phải là số nguyên" in page.text


def test_another_contests_rules_stay_out(contest: Contest, visit: Visits):
    source = changed(contest).replace('slug = "quan11-2023"', 'slug = "quan-khac"')
    client = visit.role("organiser")
    for path, data in (("/rules/preview", {}), ("/rules", {"reason": "x"})):
        assert client.post(DESK + path, data={"source": source, **data}).status_code == 422


def test_an_administrator_sets_up_a_contest(make: Factory, visit: Visits):
    source = setup.reference_source().replace('slug = "quan11-2023"', 'slug = "hoi-thi-moi"')
    admin = make.user(admin=True)
    client = visit.user(admin)
    assert client.get("/setup").status_code == 200
    made = client.post("/setup", data={"source": source})
    assert made.location == "/c/hoi-thi-moi/organiser/"
    assert client.get(made.location).status_code == 200
    again = client.post("/setup", data={"source": source})
    assert (again.status_code, "Đã có hội thi “hoi-thi-moi”" in again.text) == (422, True)


def test_nobody_else_sets_up_a_contest(visit: Visits):
    assert visit.public().get("/setup").status_code == 401
    assert visit.role("organiser").get("/setup").status_code == 403


def test_what_the_desk_does_is_in_the_trail(make: Factory, contest: Contest, visit: Visits):
    submission = make.submission(make.unit(contest), "in_review")
    visit.role("organiser").post(
        f"{DESK}/entries/{submission.code}/disqualify", data={"reason": "Sao chép"}
    )
    with make.platform.db.read() as session:
        assert session.get_one(Submission, submission.id).state_reason == "Sao chép"
        row = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
    assert row is not None
    assert (row.action, row.after["reason"]) == ("submission.disqualified", "Sao chép")


def test_the_activity_filter_offers_people_and_units_by_name(
    make: Factory, contest: Contest, visit: Visits
):
    client, unit = visit.role("organiser", name="Lê Thị Hoa"), make.unit(contest, "Đoàn Phường 5")
    submission = make.submission(unit, "in_review")
    other = make.submission(unit, "in_review")
    for one in (submission, other):
        client.post(f"{DESK}/entries/{one.code}/disqualify", data={"reason": "Sao chép"})
    page = BeautifulSoup(client.get(f"{DESK}/activity").text, "html.parser")
    offered = {o.text: o["value"] for o in page.select("#actor option")}
    mine = BeautifulSoup(
        client.get(f"{DESK}/activity?actor={offered['Lê Thị Hoa']}").text, "html.parser")
    assert {row.th.strong.text for row in mine.select("tbody tr")} == {"Lê Thị Hoa"}
    link = page.find("a", string=f"bài dự thi {submission.code}")["href"]
    about = BeautifulSoup(client.get(link).text, "html.parser").tbody.text
    assert submission.code in about
    assert other.code not in about
