"""A Page per contest: connected on a screen, sealed, watched, and never another than the rules'."""

import os
import subprocess

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, text

from contest.actors import SYSTEM
from contest.config import Settings
from contest.jobs.mail import write
from contest.models import AuditRow, Contest, Snapshot
from contest.services.core import profiles
from contest.services.counts import polling
from contest.services.fanpage import connections, page_pause
from social.simulator.process import SimulatorProcess
from tests import forks
from tests.contest.conftest import Client, Visits
from tests.contest.factory import QUAN11, Factory
from tests.contest.fanpage.two_pages import (
    HERE,
    SECOND,
    URL,
    SecondPage,
    Switchboard,
    both_pages,
    connected,
    mails,
    name_in_rules,
    pauses,
    row_of,
    words,
)
from tests.contest.posting import Bench


@pytest.fixture
def settings(settings: Settings, simulator: SimulatorProcess, board: Switchboard) -> Settings:
    return both_pages(settings, simulator, board)


@pytest.fixture
def organiser(visit: Visits) -> Client:
    return visit.role("organiser", email="an@example.vn", name="Lê Thị An")


def typed(other: SecondPage, **values: str) -> dict[str, str]:
    return {"page_id": other.page_id, "token": other.token, "app_secret": other.app_secret} | values


# ------------------------------------------------------------------------ two contests, two Pages


def test_each_contest_posts_and_reads_on_its_own_page(
    bench: Bench, make: Factory, simulator: SimulatorProcess, other: SecondPage
) -> None:
    first, usual = bench.contest, bench.approved()
    bench.contest = make.contest("quan-12")
    connected(bench, other)
    own = bench.approved()
    bench.at_release()
    bench.work(lambda: False, jumps=6)
    assert bench.state(usual) == bench.state(own) == ("published", "published")
    [here], [there] = simulator.posts(), other.posts()
    assert f"#{usual.code}" in here["message"]
    assert f"#{own.code}" in there["message"]
    assert there["id"].startswith(SECOND)

    for page, post, count in ((simulator, here, 11), (other, there, 22)):
        page.control("POST", "interactions", {"post_id": post["id"], "reactions": count})
    with bench.platform.db.write() as session:
        for contest in (first, bench.contest):
            polling.now(session, session.get_one(Contest, contest.id), actor=SYSTEM,
                        at=bench.clock.now())
    bench.work(lambda: False, jumps=1)
    with bench.platform.db.read() as session:
        counted = {
            snapshot.submission_id: snapshot.reactions
            for snapshot in session.scalars(select(Snapshot)) if snapshot.reactions
        }
    assert counted == {usual.id: 11, own.id: 22}


def test_a_page_that_refuses_stops_its_own_contest_only(
    bench: Bench, make: Factory, simulator: SimulatorProcess, other: SecondPage
) -> None:
    usual = bench.approved()
    bench.contest = make.contest("quan-12")
    connected(bench, other)
    own = bench.approved()
    other.fault("start", "expired_token", times=9)
    bench.at_release()
    bench.work(lambda: False, jumps=4)
    assert bench.state(usual)[0] == "published"
    assert bench.state(own)[0] != "published"
    assert [(p.contest_id, p.kind) for p in pauses(bench.platform)] == [
        (bench.contest.id, "credential")]


# ------------------------------------------------------------------------------- on the screen


def test_a_page_is_connected_and_its_secrets_are_never_shown(
    bench: Bench, organiser: Client, other: SecondPage
) -> None:
    assert "Trang chung của máy chủ, số 100000000000001" in words(organiser.get(HERE))
    assert organiser.post(f"{HERE}/connection", data=typed(other)).status_code == 303
    seen = words(organiser.get(HERE))
    for text_ in ("Trang thứ hai (200000000000002)", "Lê Thị An", "Facebook không ghi ngày hết hạn",
                  "Khoá bí mật của ứng dụng đã có", "Không có mục nào chưa đạt"):
        assert text_ in seen
    row = row_of(bench.platform)
    assert row is not None
    with bench.platform.db.read() as session:
        own = connections.credentials(session, bench.contest.id, keys=bench.platform.keys)
        trail = [str((r.action, r.before, r.after)) for r in session.scalars(select(AuditRow))]
        stored = str([session.execute(text(f'SELECT * FROM "{table}"')).all()
                      for table in ("page_connection", "page_inspection", "outbox", "mail")])
    assert own and (own.token, own.app_secret) == (other.token, other.app_secret)
    pages = organiser.get(HERE).text + organiser.get("/c/quan11-2023/organiser/activity").text
    for secret in (other.token, other.app_secret):
        for shown in (*trail, stored, pages, repr(row), repr(own)):
            assert secret not in shown
    assert any("page.connected" in line and SECOND in line for line in trail)


def test_secrets_are_typed_into_fields_that_no_browser_keeps(organiser: Client) -> None:
    page = BeautifulSoup(organiser.get(HERE).text, "html.parser")
    fields = {f["name"]: f for f in page.select("form[action$=connection] input.field, "
                                                "form[action$=connection] .field input")}
    assert {name: (f["type"], f["autocomplete"]) for name, f in fields.items()} == {
        "page_id": ("text", "off"), "token": ("password", "new-password"),
        "app_secret": ("password", "new-password"),
    }


@pytest.mark.parametrize(("values", "said"), [
    ({"token": "dead-token"}, "Meta từ chối mã truy cập"),
    ({"app_secret": "not-the-apps"}, "Invalid appsecret_proof"),
    ({"page_id": "300000000000003"}, "không phải Trang 300000000000003"),
    ({"page_id": "quandoan11"}, "chỉ gồm chữ số"),
    ({"page_id": "٣٣٣٣٣"}, "chỉ gồm chữ số"),
    ({"token": "two words"}, "khoảng trắng"),
    ({"token": ""}, "Hãy dán mã truy cập"),
    ({"token": "x" * 1001}, "nhiều nhất 1000 ký tự"),
])
def test_what_cannot_post_is_refused_and_nothing_is_stored(
    bench: Bench, organiser: Client, other: SecondPage, values: dict[str, str], said: str
) -> None:
    answer = organiser.post(f"{HERE}/connection", data=typed(other, **values))
    assert (answer.status_code, said in words(answer)) == (422, True), words(answer)
    assert row_of(bench.platform) is None
    assert other.token not in answer.text
    assert other.app_secret not in answer.text


def test_missing_permissions_and_a_users_token_are_refused(
    bench: Bench, organiser: Client, other: SecondPage
) -> None:
    other.control("POST", "token", {"type": "USER", "scopes": ["pages_show_list"]})
    answer = organiser.english().post(f"{HERE}/connection", data=typed(other))
    assert answer.status_code == 422
    assert "a Page token is needed" in words(answer)
    assert "Missing permissions: pages_manage_posts" in words(answer)
    assert row_of(bench.platform) is None


def test_a_new_token_keeps_the_app_secret_of_the_same_page_only(
    bench: Bench, organiser: Client, other: SecondPage, simulator: SimulatorProcess
) -> None:
    def secret() -> str:
        with bench.platform.db.read() as session:
            own = connections.credentials(session, bench.contest.id, keys=bench.platform.keys)
            return own.app_secret if own else "?"

    organiser.post(f"{HERE}/connection", data=typed(other))
    organiser.post(f"{HERE}/connection", data=typed(other, app_secret=""))
    assert secret() == other.app_secret
    data = {"page_id": simulator.page_id, "token": simulator.token, "app_secret": ""}
    assert organiser.post(f"{HERE}/connection", data=data).status_code == 303
    assert secret() == ""
    with bench.platform.db.read() as session:
        actions = [r.action for r in session.scalars(select(AuditRow))]
    assert [a for a in actions if a.startswith("page.") and a != "page.checked"] == [
        "page.connected", "page.replaced", "page.replaced"]


def test_disconnecting_deletes_the_secrets_and_the_servers_page_is_back(
    bench: Bench, organiser: Client, other: SecondPage
) -> None:
    organiser.post(f"{HERE}/connection", data=typed(other))
    assert organiser.post(f"{HERE}/disconnect").status_code == 303
    assert row_of(bench.platform) is None
    with bench.platform.db.read() as session:
        used = bench.platform.fanpage_of(session, bench.contest.id)
    assert used and used.page_id == "100000000000001"
    assert organiser.post(f"{HERE}/disconnect").status_code == 303  # a second time: nothing


def test_another_contests_organiser_connects_nothing_here(
    bench: Bench, visit: Visits, make: Factory, other: SecondPage
) -> None:
    stranger = visit.role("organiser", contest=make.contest("quan-12"))
    assert stranger.post(f"{HERE}/connection", data=typed(other)).status_code == 403
    assert row_of(bench.platform) is None


# ------------------------------------------------------------------------------ the rules' Page


def test_another_page_than_the_rules_name_is_not_connected(
    bench: Bench, organiser: Client, other: SecondPage, board: Switchboard
) -> None:
    name_in_rules(bench, "77777")
    answer = organiser.post(f"{HERE}/connection", data=typed(other))
    assert answer.status_code == 422
    assert "“Quận Đoàn 11” (số 77777)" in words(answer)
    assert "“Trang thứ hai” (số 200000000000002)" in words(answer)
    assert row_of(bench.platform) is None
    name_in_rules(bench, SECOND)
    assert organiser.post(f"{HERE}/connection", data=typed(other)).status_code == 303


def test_a_username_that_is_not_the_address_of_the_rules_is_refused(
    bench: Bench, organiser: Client, other: SecondPage, board: Switchboard
) -> None:
    board.usernames[SECOND] = "trang.khac"
    assert organiser.post(f"{HERE}/connection", data=typed(other)).status_code == 422
    board.usernames[SECOND] = "QuanDoan.11"
    assert organiser.post(f"{HERE}/connection", data=typed(other)).status_code == 303


@pytest.mark.parametrize("own", [True, False], ids=["its own", "the server's"])
def test_nothing_is_posted_on_another_page_than_the_rules_name(
    bench: Bench, make: Factory, simulator: SimulatorProcess, other: SecondPage, own: bool
) -> None:
    make.user("organiser", contest=bench.contest, email="mot@example.vn")
    make.user("organiser", contest=bench.contest, email="two@example.vn", language="en")
    submission = bench.approved()
    if own:
        connected(bench, other)
    name_in_rules(bench, "77777")
    bench.at_release()
    bench.work(lambda: False, jumps=3)
    assert (simulator.posts(), other.posts()) == ([], [])
    assert bench.state(submission)[0] == "waiting"
    [pause] = pauses(bench.platform)
    number = SECOND if own else simulator.page_id
    assert pause.kind == "wrong_page"
    first, second = (write(bench.platform, mail) for mail in mails(bench.platform, "page_paused"))
    assert f"số {number}" in first.text
    assert "số 77777" in first.text
    assert f"number {number}" in second.text
    assert "number 77777" in second.text
    name_in_rules(bench, number)
    with bench.platform.db.write() as session:
        page_pause.resume(session, session.get_one(Contest, bench.contest.id), actor=SYSTEM,
                          at=bench.clock.now())
    bench.work(lambda: False, jumps=6)
    assert bench.state(submission)[0] == "published"
    assert [len(page.posts()) for page in (simulator, other)] == ([0, 1] if own else [1, 0])


def test_the_board_and_the_check_name_both_pages_in_both_languages(
    bench: Bench, visit: Visits, simulator: SimulatorProcess
) -> None:
    name_in_rules(bench, "77777")
    bench.approved()
    bench.at_release()
    bench.work(lambda: False, jumps=2)
    for client, said, failed in (
        (visit.role("organiser"), "(số 77777), còn mã truy cập là của Trang", "✗ Chưa đạt"),
        (visit.role("organiser").english(), "(number 77777), but the token is of the Page",
         "✗ Failed"),
    ):
        assert said in words(client.get("/c/quan11-2023/organiser/publications"))
        client.post(HERE)
        seen = words(client.get(HERE))
        assert said in seen
        assert failed in seen


def test_nothing_is_read_from_another_page_either(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    bench.approved()
    bench.at_release()
    bench.work(lambda: False, jumps=6)
    name_in_rules(bench, "77777")
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        polling.now(session, contest, actor=SYSTEM, at=bench.clock.now())
    bench.work(lambda: False, jumps=1)
    with bench.platform.db.read() as session:
        assert session.scalars(select(Snapshot)).all() == []
    assert [pause.kind for pause in pauses(bench.platform)] == ["wrong_page"]


def test_what_the_check_found_about_the_servers_page_holds_for_posting(
    bench: Bench, organiser: Client, simulator: SimulatorProcess, board: Switchboard
) -> None:
    """The settings know no username; the check does. Another rule, and it has to be found anew."""
    submission = bench.approved()
    board.usernames[simulator.page_id] = "trang.khac"
    organiser.post(HERE)
    assert "✗ Chưa đạt Thể lệ nêu Trang “Quận Đoàn 11”" in words(organiser.get(HERE))
    bench.at_release()
    bench.work(lambda: False, jumps=2)
    assert simulator.posts() == []
    assert [pause.kind for pause in pauses(bench.platform)] == ["wrong_page"]
    name_in_rules(bench, simulator.page_id)
    with bench.platform.db.write() as session:
        page_pause.resume(session, session.get_one(Contest, bench.contest.id), actor=SYSTEM,
                          at=bench.clock.now())
    bench.work(lambda: False, jumps=6)
    assert bench.state(submission)[0] == "published"


def test_clips_posted_by_hand_are_not_stopped_by_another_bodys_page_on_the_server(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    by_hand = 'mode = "api"', 'mode = "manual"'
    source = QUAN11.read_text().replace(URL, f'{URL}\npage_id = "77777"').replace(*by_hand)
    assert by_hand[1] in source
    with bench.platform.db.write() as session:
        profiles.import_profile(session, source, actor=SYSTEM, at=bench.clock.now(), reason="tay")
        contest = session.get_one(Contest, bench.contest.id)
        polling.now(session, contest, actor=SYSTEM, at=bench.clock.now())
    bench.work(lambda: False, jumps=1)
    assert pauses(bench.platform) == []


def test_the_command_checks_a_contests_page(
    bench: Bench, other: SecondPage, settings: Settings
) -> None:
    names = ("data_dir", "database_url", "secret_key", "page_id", "page_token", "graph_url")
    env = {f"HOITHI_{name.upper()}": str(getattr(settings, name)) for name in names}

    def check() -> subprocess.CompletedProcess[str]:
        start = ["page", "check", "--english", "--contest", "quan11-2023"]
        return forks.command_text(*start, environ=os.environ | env)

    connected(bench, other)
    done = check()
    assert (done.returncode, "? look\tsame_page" in done.stdout) == (0, True), done.stderr
    assert SECOND in done.stderr
    name_in_rules(bench, "77777")
    done = check()
    assert (done.returncode, "✗ fail\tsame_page" in done.stdout) == (1, True)
