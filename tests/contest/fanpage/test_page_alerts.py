"""When the queue stops by itself the organisers get one mail each that says what to do."""

import pytest
from sqlalchemy import select

from contest.jobs.mail import write
from contest.jobs.worker import perform
from contest.models import Contest, Mail, Task
from contest.services.fanpage import page_pause
from social.simulator.process import SimulatorProcess
from tests.contest.posting import Bench


@pytest.fixture(autouse=True)
def cast(bench: Bench) -> None:
    """Two organisers who can be reached, and people who need not know."""
    user, contest = bench.make.user, bench.contest
    user("organiser", contest=contest, email="mot@example.vn", name="Bùi Thị Một")
    user("organiser", contest=contest, email="two@example.vn", name="Two", language="en")
    user("organiser", contest=contest, email="nghi@example.vn", active=False)
    user("reviewer", contest=contest, email="tham@example.vn")
    user("organiser", contest=bench.make.contest("cuoc-khac"), email="khac@example.vn")


def alerts(bench: Bench) -> list[Mail]:
    with bench.platform.db.read() as session:
        query = select(Mail).where(Mail.template == "page_paused").order_by(Mail.id)
        return list(session.scalars(query))


@pytest.mark.parametrize(
    ("fault", "vi", "en"),
    [
        ("expired_token", "Hãy tạo mã mới", "Create a new one"),
        ("policy", "làm theo thông báo của Facebook", "has blocked posting for this Page"),
    ],
    ids=["token", "policy"],
)
def test_each_organiser_gets_one_mail_a_pause_not_one_a_clip(
    bench: Bench, simulator: SimulatorProcess, fault: str, vi: str, en: str
) -> None:
    for _ in range(3):
        bench.approved()
    simulator.fault("start", fault, times=2)
    bench.at_release()
    bench.work(jumps=4)
    first, second = alerts(bench)
    assert (first.to, second.to) == ("mot@example.vn", "two@example.vn")
    one, two = write(bench.platform, first), write(bench.platform, second)
    assert "Việc đăng bài đã tự dừng" in one.subject
    assert "Posting has stopped" in two.subject
    assert vi in one.text
    assert vi in one.html
    assert "Chào Bùi Thị Một" in one.text
    assert en in two.text
    assert en in two.html
    assert f"/c/{bench.contest.slug}/organiser/publications" in one.text


def test_a_retry_sends_nothing_twice(bench: Bench, simulator: SimulatorProcess) -> None:
    bench.approved()
    simulator.fault("start", "expired_token")
    bench.at_release()
    bench.work(jumps=4)
    with bench.platform.db.read() as session:
        sent = list(session.scalars(select(Task.id).where(Task.kind == "mail.send")))
    for number in sent:
        perform(bench.platform, number)
    folder = bench.platform.settings.data_dir / "mail"
    letters = [p.read_text("utf-8", "replace") for p in folder.rglob("*.eml")]
    assert sorted(t.count("To: mot@example.vn") for t in letters)[-1] == 1
    assert sum("To: mot@example.vn" in t or "To: two@example.vn" in t for t in letters) == 2


def test_the_next_pause_tells_again(bench: Bench, simulator: SimulatorProcess) -> None:
    with bench.platform.db.read() as session:
        organiser = bench.make.actor(bench.make.user("organiser", contest=bench.contest))
    for kind in ("credential", "credential", "policy"):
        with bench.platform.db.write() as session:
            contest = session.get_one(Contest, bench.contest.id)
            page_pause.pause(session, contest, kind, actor=organiser, at=bench.clock.now())
    assert len(alerts(bench)) == 3  # the three organisers, once
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        page_pause.resume(session, contest, actor=organiser, at=bench.clock.now())
        page_pause.pause(session, contest, "policy", actor=organiser, at=bench.clock.now())
    assert len(alerts(bench)) == 6


def test_a_pause_by_hand_tells_nobody(bench: Bench) -> None:
    organiser = bench.make.actor(bench.make.user("organiser", contest=bench.contest))
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        page_pause.pause_by_hand(
            session, contest, actor=organiser, at=bench.clock.now(), reason="chờ ý kiến"
        )
    assert alerts(bench) == []
