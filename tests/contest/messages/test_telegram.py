"""A Telegram bot: linked by a one-time code, told what mails say, absent without its token."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.adapters.telegram import TelegramBot
from contest.config import Settings
from contest.errors import ConfigError
from contest.jobs.worker import perform
from contest.models import Contest, PushSubscription, Submission, Task
from contest.services.core import mail, push
from contest.services.messages import chats
from contest.wiring import Platform
from tests.contest.conftest import SECRET_KEY, Visits
from tests.contest.factory import Factory
from tests.served import served

TOKEN = "123456:abcdefghijklmnopqrstuvwxyz"


class Bot:
    """A stand-in for the Bot API: ``updates`` wait until they are confirmed by an offset; ``said``:
    what was sent; ``answer``: the status of the next messages."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.said: list[tuple[int, str]] = []
        self.answer, self.url = 200, ""

    def write(self, text: str, chat: int = 77, kind: str = "private") -> None:
        self.updates.append({"update_id": 100 + len(self.updates),
                             "message": {"text": text, "chat": {"id": chat, "type": kind}}})

    def getMe(self, _: dict[str, Any]) -> Any:
        return {"username": "hoithi_bot"}

    def getUpdates(self, asked: dict[str, Any]) -> Any:
        self.updates = [u for u in self.updates if u["update_id"] >= asked.get("offset", 0)]
        return self.updates

    def sendMessage(self, asked: dict[str, Any]) -> Any:
        self.said.append((asked["chat_id"], asked["text"]))
        return {}


@pytest.fixture
def bot(platform: Platform) -> Iterator[Bot]:
    bot = Bot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            _, token, method = self.path.split("/")
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = bot.answer if method == "sendMessage" else 200
            known = token == f"bot{TOKEN}"
            said = {"ok": True, "result": getattr(bot, method)(asked)} if known and status == 200 \
                else {"ok": False, "description": "no", "parameters": {"retry_after": 30}}
            self.send_response(status if known else 401)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        bot.url = f"http://127.0.0.1:{server.server_port}"
        platform.__dict__["telegram"] = TelegramBot(TOKEN, bot.url)
        yield bot


def work(platform: Platform, kind: str) -> list[Task]:
    """The worker does each task of this kind once."""
    with platform.db.read() as session:
        found = session.scalars(select(Task.id).where(Task.kind == kind)).all()
    for task_id in found:
        perform(platform, task_id)
    with platform.db.read() as session:
        return list(session.scalars(select(Task).where(Task.kind == kind)))


def tell(platform: Platform, submission: Submission) -> list[Task]:
    with platform.db.write() as session:
        mail.enqueue(session, to="", template="findings", contest_id=submission.contest_id,
                     params={"submission_id": submission.id}, at=platform.clock.now())
    return work(platform, push.KIND)


@pytest.fixture
def submission(make: Factory, contest: Contest) -> Submission:
    return make.submission(make.unit(contest), "needs_fix", code="CXABC234")


def test_a_unit_links_a_chat_by_its_code_and_is_told_there(
    bot: Bot, visit: Visits, make: Factory, platform: Platform, submission: Submission
):
    phone = visit.unit(_unit(platform, submission))
    assert "Liên kết Telegram" in phone.get("/c/quan11-2023/unit/push").text
    page = BeautifulSoup(phone.post("/push/unit/telegram").text, "html.parser")
    assert page.select_one("a.button")["href"].startswith("https://t.me/hoithi_bot?start=")
    code = page.select_one("code").text
    bot.write("/start wrong", 1)
    bot.write(code, 2, "group")
    bot.write("hi", 3)
    [look] = work(platform, chats.KIND)
    assert (look.state, look.due_at) == ("pending", make.at + chats.LOOK)
    assert tell(platform, submission) == []  # nobody is linked yet
    bot.write(code, 77)
    bot.write(code, 78)  # the code was used
    assert [task.state for task in work(platform, chats.KIND)] == ["done"]
    assert bot.updates == []
    assert [task.state for task in tell(platform, submission)] == ["done"]
    assert bot.said == [(77, "Clip CXABC234 cần sửa trước khi thẩm định\n"
                             "http://localhost/c/quan11-2023/unit/entries/CXABC234#findings\n"
                             "Hội thi thực hiện phong trào “3 trách nhiệm”")]
    assert "Đang nhận tin trong 1 cuộc trò chuyện." in phone.get("/c/quan11-2023/unit/push").text
    assert phone.post("/push/unit/telegram/unlink").status_code == 303
    assert len(tell(platform, submission)) == 1  # no further one


def _unit(platform: Platform, submission: Submission) -> Any:
    with platform.db.read() as session:
        return session.get_one(Submission, submission.id).unit


def test_a_code_is_good_for_a_quarter_of_an_hour(
    bot: Bot, make: Factory, contest: Contest, platform: Platform
):
    actor = make.actor(make.user("juror", contest=contest))
    with platform.db.write() as session:
        code = chats.begin(session, session_id=1, language="vi", actor=actor, at=make.at)
    with platform.db.write() as session:
        assert chats.link(session, code, 5, at=make.at + chats.CODE_LIFE) is None
    platform.clock.moment += chats.CODE_LIFE + timedelta(seconds=1)
    assert [task.state for task in work(platform, chats.KIND)] == ["done"]
    with platform.db.read() as session:
        assert session.scalars(select(PushSubscription)).all() == []
    with platform.db.write() as session:  # asked again, the bot is looked at again
        chats.begin(session, session_id=1, language="vi", actor=actor, at=platform.clock.now())
    assert [task.state for task in work(platform, chats.KIND)] == ["pending"]


def test_who_blocks_the_bot_is_told_no_more_and_a_busy_bot_is_waited_for(
    bot: Bot, make: Factory, platform: Platform, submission: Submission
):
    unit = _unit(platform, submission)
    make.unit_token(unit)
    make.add(PushSubscription(unit_id=unit.id, session_id=1, endpoint=f"{push.CHAT}77::{unit.id}",
                              browser_key="", auth="", language="en", created_at=make.at))
    bot.answer = 429
    [task] = tell(platform, submission)
    assert (task.state, task.due_at) == ("pending", make.at + timedelta(seconds=30))
    bot.answer = 403
    work(platform, push.KIND)
    with platform.db.read() as session:
        assert session.scalars(select(PushSubscription)).all() == []
    assert bot.said == []


def test_without_a_token_nothing_is_shown(visit: Visits, make: Factory, contest: Contest):
    client = visit.role("juror")
    assert "Telegram" not in client.get("/account/push").text
    assert client.post("/push/staff/telegram").status_code == 409


def test_the_token_is_checked_and_never_printed():
    env = {"HOITHI_SECRET_KEY": SECRET_KEY, "HOITHI_TELEGRAM_TOKEN": TOKEN}
    assert TOKEN not in str(Settings.from_env(env).masked()) + repr(Settings.from_env(env))
    with pytest.raises(ConfigError, match="HOITHI_TELEGRAM_TOKEN"):
        Settings.from_env(env | {"HOITHI_TELEGRAM_TOKEN": "word"})
