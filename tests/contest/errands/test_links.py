"""Clips from links: what Drive, Dropbox and plain servers are reported to answer, and breaks."""

import contextlib
import hashlib
import os
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from contest.adapters.links import reader
from contest.errors import Conflict
from contest.jobs import Later
from contest.jobs.links import fetching
from contest.models import ClipVersion, LinkFetch, Mail, Submission, Task
from contest.ports import LinkInterrupted
from contest.services.core import outbox
from contest.services.entry import errands, link_fetches, submissions, uploads
from tests.contest.conftest import WHILE_OPEN
from tests.contest.errands.standin import CONFIRM, QUOTA, File, running, text, to

pytestmark = pytest.mark.one_database
CLIP, DRIVE_ID = b"\0\0\0\x18ftypmp42" + os.urandom(60_000), "1AbCdEfGhIjKlMnOpQrStUvWxYz012345"
SHARED = f"https://drive.google.com/file/d/{DRIVE_ID}/view?usp=sharing"
GIVES, ASKS = "drive.usercontent.google.com", "/download"
PLAIN = "https://clip.example.vn/phim/clip.mp4"


@pytest.fixture
def standin():
    with running() as made:
        yield made


@pytest.fixture
def settings(settings, standin):
    return replace(settings, link_standins=standin.setting)


@pytest.fixture
def unit(make, contest):
    return make.unit(contest, "Phường 1", contact_email="phuong1@example.vn")


@pytest.fixture
def submission(make, unit):
    return make.submission(unit, "uploading", contact_email="nhom@example.vn")


@pytest.fixture
def person(make, contest):
    return make.user("organiser", contest=contest, email="btc@example.vn")


class Desk:
    """An organiser gives links, a worker fetches them."""

    def __init__(self, platform, make, submission, person):
        self.platform, self.make = platform, make
        self.submission, self.actor = submission, make.actor(person)

    def ask(self, link, at=WHILE_OPEN):
        with self.platform.db.write() as session:
            submission = session.get_one(Submission, self.submission.id)
            errand = errands.begin(session, submission, "link", reason="Gửi qua Zalo",
                                   actor=self.actor, at=at)
            fetch = link_fetches.ask(session, submission, link, actor=self.actor, at=at,
                                     errand=errand)
            return fetch.id

    def work(self, fetch_id):
        fetching.fetch(self.platform, fetch_id, lambda: None)
        return self.row(fetch_id)

    def row(self, fetch_id) -> LinkFetch:
        with self.platform.db.read() as session:
            return session.get_one(LinkFetch, fetch_id)

    def fetched(self, link):
        return self.work(self.ask(link))

    def refused(self, link):
        row = self.fetched(link)
        assert row.state == "failed", row.state
        return row.said["en"]

    def clip(self):
        with self.platform.db.read() as session:
            version = session.scalars(select(ClipVersion)).one()
            content = self.platform.blobs.path(version.sha256).read_bytes()
        return version, content


@pytest.fixture
def desk(platform, make, submission, person):
    return Desk(platform, make, submission, person)


# ---------------------------------------------------------------------------- what servers answer


def test_a_small_file_of_drive(desk, standin):
    standin.on(GIVES, ASKS, File(CLIP, name="Clip chính thức.MP4"))
    row = desk.fetched(SHARED)
    version, content = desk.clip()
    assert (row.state, content) == ("done", CLIP)
    assert version.filename == "Clip chính thức.MP4"
    assert (version.begun_at, version.received_at) == (WHILE_OPEN, WHILE_OPEN)
    assert desk.make.fresh(desk.submission).state == "checking"
    with desk.platform.db.read() as session:
        assert set(session.scalars(select(Mail.to))) == {"nhom@example.vn", "phuong1@example.vn"}
        assert session.scalars(select(Task.kind).where(Task.kind == "check.quick")).all()
    assert list(desk.platform.settings.fetched_dir.iterdir()) == []


def test_a_large_file_of_drive_is_confirmed_by_the_pages_form(desk, standin):
    file = File(CLIP)

    def answer(request):
        asked = standin.query()
        (file if asked.get("uuid") == "4f1c" else text(CONFIRM.format(id=asked["id"])))(request)

    standin.on(GIVES, ASKS, answer)
    assert desk.fetched(SHARED).state == "done"
    assert standin.query()["uuid"] == "4f1c"
    assert desk.clip()[1] == CLIP


@pytest.mark.parametrize(("answer", "says"), [
    (text(QUOTA), "Quota exceeded"), (text(QUOTA, 403), "Quota exceeded"),
    (to("https://accounts.google.com/ServiceLogin?continue=x"), "Anyone with the link"),
    (text("<html>Access denied</html>", 403), "Anyone with the link"),
    (text("<html>Not found</html>", 404), "no file at this link"),
    (text("<!doctype html><title>Drive</title>"), "opens a web page"),
])
def test_what_drive_says_instead_of_the_file(desk, standin, answer, says):
    standin.on(GIVES, ASKS, answer)
    assert says in desk.refused(SHARED)
    with desk.platform.db.read() as session:
        (mail,) = session.scalars(select(Mail)).all()
    assert (mail.to, mail.template) == ("btc@example.vn", "link_failed")
    assert mail.params["path"].endswith(f"/organiser/entries/{desk.submission.code}/send")


def test_dropbox_redirects_to_its_store(desk, standin):
    store = "uc1.dl.dropboxusercontent.com"
    standin.on("www.dropbox.com", "/scl/fi/x1y2/clip.mp4", to(f"https://{store}/cd/0/get/clip"))
    standin.on(store, "/cd/0/get/clip", File(CLIP, name="clip.mov", kind="application/binary"))
    link = "https://www.dropbox.com/scl/fi/x1y2/clip.mp4?rlkey=k9&dl=0"
    assert desk.fetched(link).state == "done"
    assert standin.query(0) == {"rlkey": "k9", "dl": "1"}
    assert desk.clip()[0].filename == "clip.mov"


@pytest.mark.parametrize("answer", [
    text("<html><video src=clip.mp4></video></html>"),
    File(b"\n<!DOCTYPE html><title>Xem clip</title>" + b"x" * 600, kind="video/mp4"),
    File(b'{"error": "no"}', kind="application/json"),
])
def test_a_web_page_instead_of_a_video_is_named(desk, standin, answer):
    standin.on("clip.example.vn", "/phim/clip.mp4", answer)
    fetch_id = desk.ask(PLAIN)
    assert desk.work(fetch_id).said["vi"].startswith(
        "Đường dẫn này mở ra một trang web, không phải tệp video"
    )


@pytest.mark.parametrize("target", [
    "http://cdn.example.vn/a.mp4", "https://127.0.0.1/a.mp4", "https://[::1]/a.mp4",
    "https://10.0.0.8/a.mp4", "https://169.254.169.254/latest/meta-data", "https://localhost/a.mp4",
    "https://[::ffff:192.168.1.1]/", "https://cdn.example.vn:8080/a", "file:///etc/passwd",
    "https://me:x@cdn.example.vn/a.mp4", "gopher://cdn.example.vn/a", "https://100.64.0.1/",
])
def test_no_redirect_leads_where_a_link_may_not(desk, standin, target):
    standin.on("clip.example.vn", "/phim/clip.mp4", to(target))
    assert desk.fetched(PLAIN).state == "failed"
    assert len(standin.asked) == 1


def test_a_circle_of_redirects_ends(desk, standin):
    standin.on("clip.example.vn", "/phim/clip.mp4", to("/phim/clip.mp4", 307))
    assert "redirects too often" in desk.refused(PLAIN)


def test_a_name_comes_from_the_address_or_the_kind(desk, standin):
    standin.on("clip.example.vn", "/tai-ve", File(CLIP, name="", kind="video/quicktime"))
    desk.fetched("https://clip.example.vn/tai-ve")
    assert desk.clip()[0].filename == "tai-ve.mov"


def test_what_is_no_clip_by_its_name_is_refused(desk, standin):
    standin.on("clip.example.vn", "/phim/clip.mp4", File(CLIP, name="clip.zip"))
    assert "allowed: mp4" in desk.refused(PLAIN)


# ---------------------------------------------------------------------------- sizes, breaks, kills


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_beyond_the_contests_limit_is_refused_in_time(desk, standin, make, chunked):
    """Also where no Content-Length says how long it is."""
    file = File(CLIP, chunked=chunked)
    standin.on("clip.example.vn", "/phim/clip.mp4", file)
    most = "\nmax_bytes = {}".format
    make.contest(edit=lambda rules: rules.replace(most(4000000000), most(50000)))
    assert "larger than allowed (50 kB)" in desk.refused(PLAIN)
    assert list(desk.platform.settings.fetched_dir.iterdir()) == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_break_goes_on_where_it_was(desk, standin, chunked):
    file = File(CLIP, breaks=[10_000, 25_000], chunked=chunked)
    standin.on("clip.example.vn", "/phim/clip.mp4", file)
    fetch_id = desk.ask(PLAIN)
    for _ in range(2):
        with pytest.raises(Later):
            desk.work(fetch_id)
    assert desk.row(fetch_id).said
    assert desk.work(fetch_id).state == "done"
    assert [begin for begin, _ in file.sent] == [0, 10_000, 35_000]
    assert desk.clip()[1] == CLIP


@pytest.mark.parametrize("etag", ['W/"one"', ""])
def test_without_a_sure_name_of_the_content_it_begins_anew(desk, standin, etag):
    file = File(CLIP, etag=etag, breaks=[10_000])
    standin.on("clip.example.vn", "/phim/clip.mp4", file)
    fetch_id = desk.ask(PLAIN)
    with pytest.raises(Later):
        desk.work(fetch_id)
    assert desk.work(fetch_id).state == "done"
    assert desk.clip()[1] == CLIP


def test_another_content_meanwhile_is_fetched_whole(desk, standin):
    standin.on("clip.example.vn", "/phim/clip.mp4", File(CLIP, breaks=[10_000]))
    fetch_id = desk.ask(PLAIN)
    with pytest.raises(Later):
        desk.work(fetch_id)
    standin.on("clip.example.vn", "/phim/clip.mp4", File(CLIP[::-1], etag='"two"'))
    assert desk.work(fetch_id).state == "done"
    assert desk.clip()[1] == CLIP[::-1]


@pytest.mark.parametrize("where", ["_answered", "_write", "_hand_over", "_record"])
def test_killed_at_any_moment_it_goes_on(desk, standin, monkeypatch, where):
    """Before the first byte, between bytes, with every byte here, after it was stored."""
    standin.on("clip.example.vn", "/phim/clip.mp4", File(CLIP, chunked=where == "_hand_over"))
    fetch_id = desk.ask(PLAIN)
    real, calls = getattr(fetching, where), []

    def killed(*args, **kwargs):
        calls.append(where)
        if where == "_write" and len(calls) == 1:
            return real(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fetching, where, killed)
        with pytest.raises(KeyboardInterrupt):
            desk.work(fetch_id)
    assert desk.row(fetch_id).state == "waiting"
    assert desk.work(fetch_id).state == "done"
    assert desk.clip()[1] == CLIP
    assert desk.work(fetch_id).state == "done"  # delivered twice it is done once
    assert desk.clip()[0].sha256 == hashlib.sha256(CLIP).hexdigest()


def test_a_server_in_trouble_is_asked_again_and_at_last_given_up(desk, standin, platform):
    standin.on("clip.example.vn", "/phim/clip.mp4", text("busy", 503))
    fetch_id = desk.ask(PLAIN)
    with pytest.raises(LinkInterrupted):
        desk.work(fetch_id)
    assert "goes on by itself" in desk.row(fetch_id).said["en"]
    with platform.db.write() as session:
        session.scalars(select(Task).where(Task.kind == "link.fetch")).one().attempts = (
            outbox.MAX_ATTEMPTS
        )
    assert "did not answer" in desk.work(fetch_id).said["en"]


def test_time_and_entry_that_are_over_end_it(desk, standin, clock, make):
    standin.on("clip.example.vn", "/phim/clip.mp4", File(CLIP))
    close = datetime.fromisoformat("2023-06-11T00:00:00+07:00")
    fetch_id = desk.ask(PLAIN, at=close - timedelta(minutes=1))
    clock.moment = close + timedelta(minutes=59)
    assert desk.row(fetch_id).expires_at == close + timedelta(minutes=60)
    clock.moment = close + timedelta(minutes=60)
    assert "was not accepted" in desk.work(fetch_id).said["en"]
    assert standin.asked == []


def test_a_second_link_and_a_stop_end_the_first(desk, standin, platform):
    first, second = desk.ask(PLAIN), desk.ask(SHARED)
    assert (desk.row(first).state, desk.row(second).state) == ("cancelled", "waiting")
    with platform.db.write() as session:
        link_fetches.cancel(session, session.get_one(LinkFetch, second), actor=desk.actor,
                            at=WHILE_OPEN)
    assert desk.work(second).state == "cancelled"
    assert standin.asked == []


def test_another_clip_or_leaving_ends_it(desk, platform, make, unit):
    first = desk.ask(PLAIN)
    with platform.db.write() as session:
        uploads.begin(session, session.get_one(Submission, desk.submission.id), length=10,
                      filename="a.mp4", actor=make.actor(unit), at=WHILE_OPEN)
    second = desk.ask(PLAIN)
    with platform.db.write() as session:
        submissions.withdraw(session, session.get_one(Submission, desk.submission.id),
                             actor=make.actor(unit), at=WHILE_OPEN)
    assert [desk.row(one).state for one in (first, second)] == ["cancelled", "cancelled"]


@pytest.mark.parametrize("where", ["headers", "bytes"])
def test_a_line_that_only_drips_is_ended(desk, standin, monkeypatch, where):
    """A byte now and then keeps no worker."""

    def drip(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n")
        if where == "bytes":
            request.wfile.write(b"Content-Length: 60000\r\n\r\n" + bytes(512))
        with contextlib.suppress(OSError):
            for _ in range(200):
                request.wfile.write(b"x")
                request.wfile.flush()
                time.sleep(0.05)

    standin.on("clip.example.vn", "/phim/clip.mp4", drip)
    monkeypatch.setattr(reader, "HEADERS_S", 0.5)
    monkeypatch.setattr(reader, "WINDOW_S", 0.5)
    fetch_id, began = desk.ask(PLAIN), time.monotonic()
    with pytest.raises((Later, LinkInterrupted)):
        desk.work(fetch_id)
    assert time.monotonic() - began < 5
    assert desk.row(fetch_id).state == "waiting"


def test_strays_go(desk, platform):
    folder = platform.settings.fetched_dir
    folder.mkdir()
    wanted = desk.row(desk.ask(PLAIN)).public_id
    for name in (wanted, f"{wanted}.sealed", "f" * 32):
        (folder / name).write_bytes(b"x")
    fetching.sweep_strays(platform)
    assert {path.name for path in folder.iterdir()} == {wanted, f"{wanted}.sealed"}


# ---------------------------------------------------------------------------- units, pages


def test_a_unit_gives_links_only_where_the_rules_take_them(visit, desk, unit, standin):
    platform, make, submission = desk.platform, desk.make, desk.submission
    address = f"/c/quan11-2023/unit/entries/{submission.code}"
    phone = visit.unit(unit)
    assert phone.post(f"{address}/link", data={"link": PLAIN}).status_code == 409
    assert "Hoặc gửi đường dẫn" not in phone.get(f"{address}/send").text
    open_too = make.contest(
        "quan-3-2024", lambda rules: rules.replace("[upload]", "[upload]\nlinks = true")
    )
    other = make.unit(open_too)
    own = make.submission(other, "uploading", contact_email="nhom3@example.vn")
    address, phone = f"/c/quan-3-2024/unit/entries/{own.code}", visit.unit(other)
    assert "Hoặc gửi đường dẫn" in phone.get(f"{address}/send").text
    assert "Google Drive" in phone.get("/c/quan-3-2024/rules").text
    assert phone.post(f"{address}/link", data={"link": "http://x"}).status_code == 422
    assert phone.post(f"{address}/link", data={"link": PLAIN}).status_code == 303
    assert "Đang tải clip từ clip.example.vn" in phone.get(f"{address}/send").text
    standin.on("clip.example.vn", "/phim/clip.mp4", File(CLIP))
    with platform.db.read() as session:
        fetch_id = session.scalars(select(LinkFetch.id)).one()
    fetching.fetch(platform, fetch_id, lambda: None)
    assert make.fresh(own).state == "checking"
    with platform.db.read() as session:
        assert session.scalars(select(Mail.to)).all() == ["nhom3@example.vn"]


def test_an_organisers_page_shows_how_far_it_is(visit, submission, person, standin, desk):
    place = f"/c/quan11-2023/organiser/entries/{submission.code}/send"
    browser = visit.user(person)
    form = {"way": "link", "reason": "Gửi qua Zalo"}
    assert browser.post(place, data=form | {"link": "http://x"}).status_code == 422
    assert browser.post(place, data=form | {"link": ""}).status_code == 422
    assert browser.post(place, data=form | {"link": PLAIN}).status_code == 303
    assert "Đang tải clip từ clip.example.vn" in browser.get(place).text
    assert browser.post("/c/quan11-2023/organiser/fetches/1/cancel").status_code == 303
    assert "Đang tải clip" not in browser.get(place).text
    with desk.platform.db.read() as session:
        assert session.scalars(select(LinkFetch.state)).all() == ["cancelled"]


def test_too_many_links_of_one_unit_wait(desk, platform, make, unit):
    for _ in range(link_fetches.MOST_WAITING):
        desk.submission = make.submission(unit, "uploading")
        desk.ask(PLAIN)
    desk.submission = make.submission(unit, "uploading")
    with pytest.raises(Conflict):
        desk.ask(PLAIN)
