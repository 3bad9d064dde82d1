"""A real Chromium as the phone: windows inside other apps, wrong clocks, files that change."""

import contextlib
import hashlib
import threading
import time
import urllib.request
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from contest.clock import FileClock
from contest.models import ClipVersion, Upload
from tests.uploads.house import WHILE_OPEN, noise
from tests.uploads.test_tus_client import Tus

pytestmark = pytest.mark.browser
GO, SAID = "[data-part=go]", "[data-part=said]"
CLOSE = datetime.fromisoformat("2023-06-11T00:00:00+07:00")
ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-A145F; wv) AppleWebKit/537.36 Chrome/119.0 Mobile"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
INSIDE = {
    f"{ANDROID} Zalo android/12100655 ZaloTheme/light ZaloLanguage/vi": (
        "Zalo", "⋮", "Mở bằng trình duyệt", "Mở bằng Chrome"),
    f"{IPHONE} Zalo iOS/505 ZaloTheme/light ZaloLanguage/vn": (
        "Zalo", "⋯", "Mở bằng trình duyệt", "Mở bằng Safari"),
    f"{ANDROID} [FB_IAB/FB4A;FBAV/443.0.0.23.229;]": (
        "Facebook", "⋮", "Mở trong trình duyệt bên ngoài", "Mở bằng Chrome"),
    f"{IPHONE} [FBAN/FBIOS;FBAV/442.0.0.40.111;FBLC/vi_VN]": (
        "Facebook", "⋯", "Mở trong trình duyệt bên ngoài", "Mở bằng Safari"),
    f"{ANDROID} [FB_IAB/Orca-Android;FBAV/436.0.0.35.101;]": (
        "Messenger", "⋮", "Mở trong trình duyệt bên ngoài", "Mở bằng Chrome"),
}  # fmt: skip


@pytest.fixture
def clock(house):
    """The house's simulated time; back to normal afterwards."""
    clock = FileClock(house.platform.settings.data_dir / "clock.json")
    yield clock
    clock.set(WHILE_OPEN)


@pytest.fixture
def phone(browser, house, contest):
    """Opens the page on which a new entry's clip is sent, in a browser of its own."""
    opened = []

    def open_page(**options):
        context = browser.new_context(viewport={"width": 390, "height": 844}, **options)
        opened.append(context)
        unit = house.make.unit(contest)
        cookie = {"name": "hoithi_unit", "value": house.make.unit_token(unit), "url": house.base}
        context.add_cookies([cookie])
        page = context.new_page()
        page.entry = house.make.submission(unit, "uploading")
        page.address = f"{house.base}/c/quan11-2023/unit/entries/{page.entry.code}/send"
        page.goto(page.address)
        return page

    yield open_page
    for context in opened:
        context.close()


def written(path, size):
    path.write_bytes(noise(size))
    return path


def versions(house, entry):
    with house.platform.db.read() as session:
        query = select(ClipVersion).where(ClipVersion.submission_id == entry.id)
        return session.scalars(query.order_by(ClipVersion.id)).all()


# ---------------------------------------------------------------------------- inside other apps


@pytest.mark.parametrize("agent", INSIDE, ids=lambda agent: agent[-30:])
def test_inside_another_app_the_button_to_press_is_named_and_sending_works(
    phone, house, tmp_path, agent
):
    app, dots, entry, or_entry = INSIDE[agent]
    page = phone(user_agent=agent)
    told = page.locator(".notice", has_text=f"Bạn đang mở trang trong {app}")
    for words in (f"bấm {dots} ", f"“{entry}”", f"“{or_entry}”"):
        expect(told).to_contain_text(words)
    clip = written(tmp_path / "clip.mp4", 1 << 20)
    page.set_input_files("#clip", clip)
    page.click(GO)
    page.wait_for_url(f"**/entries/{page.entry.code}", timeout=60_000)
    assert [v.sha256 for v in versions(house, page.entry)] == [
        hashlib.sha256(clip.read_bytes()).hexdigest()
    ]


def test_an_ordinary_browser_is_told_nothing_of_apps(phone):
    expect(phone().locator(".notice", has_text="Bạn đang mở trang trong")).to_have_count(0)


# ---------------------------------------------------------------------------- time


@pytest.mark.parametrize("wrong_by", [timedelta(hours=-5), timedelta(0), timedelta(days=2)])
def test_the_countdown_runs_by_the_servers_clock(phone, clock, wrong_by):
    """However wrong the phone's own clock is: nine minutes are nine minutes."""
    clock.set(CLOSE - timedelta(minutes=9, seconds=30))
    page = phone()
    page.clock.install(time=CLOSE + wrong_by)
    page.goto(page.address)
    left = page.locator(".countdown__left").first
    expect(left).to_contain_text("9 phút")
    page.clock.fast_forward(60_000 * 9)
    expect(left).to_contain_text("giây")
    expect(left).not_to_contain_text("phút")


def test_the_last_minutes(phone, house, clock, tmp_path):
    """Begun a minute before the close, broken off; goes on in the grace; nothing else begins."""
    clip = written(tmp_path / "clip.mp4", 6 << 20)
    clock.set(CLOSE - timedelta(minutes=1))
    page = phone()
    line = begin_slowly(page, clip)
    clock.set(CLOSE + timedelta(minutes=30))
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("main")).to_contain_text("vẫn được gửi cho xong")
    expect(page.locator(".countdown").first).to_contain_text("01g00 ngày 11/6/2023")
    expect(page.locator("[data-part=fresh]")).to_have_count(0)
    carry(line, -1)
    page.set_input_files("#clip", clip)
    page.click(GO)
    page.wait_for_url(f"**/entries/{page.entry.code}", timeout=60_000)
    assert len(versions(house, page.entry)) == 1
    assert phone().locator(GO).count() == 0


def test_after_the_grace_the_verdict_is_the_same_on_every_retry(phone, clock, tmp_path):
    clip = written(tmp_path / "clip.mp4", 6 << 20)
    clock.set(CLOSE - timedelta(minutes=1))
    page = phone()
    begin_slowly(page, clip)
    page.click("[data-part=pause]")
    clock.set(CLOSE + timedelta(minutes=61))
    page.click("[data-part=resume]")
    expect(page.locator(SAID)).to_contain_text("01g00 ngày 11/6/2023")
    first = page.locator(SAID).text_content()
    verdicts = [page.evaluate(ASK, f"/uploads/{upload_of(page)}") for _ in range(3)]
    assert verdicts == [[410, first]] * 3


ASK = """async (url) => {
  const headers = { "Tus-Resumable": "1.0.0", "Upload-Offset": "0",
                    "Content-Type": "application/offset+octet-stream" };
  const answer = await fetch(url, { method: "PATCH", headers, body: new Blob(["x"]) });
  return [answer.status, (await answer.json()).vi];
}"""


def upload_of(page):
    return page.upload_id


def begin_slowly(page, clip):
    """Send until some bytes are there."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    carry(line, 1e6)

    def seen(response):
        if response.request.method == "POST" and response.status == 201:
            page.upload_id = response.headers["location"][-32:]

    page.on("response", seen)
    page.set_input_files("#clip", clip)
    page.locator(GO).wait_for(timeout=60_000)  # the look at the clip comes first
    page.click(GO)
    expect(page.locator("[data-part=note]")).to_contain_text("MB")
    page.wait_for_timeout(1500)
    return line


def carry(line, speed):
    """So many bytes a second; -1: as many as come."""
    conditions = {"offline": False, "latency": 5, "downloadThroughput": -1}
    line.send("Network.emulateNetworkConditions", {**conditions, "uploadThroughput": speed})


# ---------------------------------------------------------------------------- the file itself


def test_a_file_that_changes_while_it_is_sent_is_told_from_a_dropped_line(phone, tmp_path):
    """What Android does with a file that is fetched from the cloud: nothing to retry for hours."""
    clip = written(tmp_path / "clip.mp4", 40 << 20)
    page = phone()
    line = begin_slowly(page, clip)
    written(clip, 40 << 20)
    carry(line, -1)
    expect(page.locator(SAID)).to_contain_text("Không đọc được tệp", timeout=60_000)


def test_samples_that_do_not_match_are_refused_and_the_clip_can_be_sent_again(
    phone, house, tmp_path
):
    """One byte is spoilt on the server's disk before the last ones come."""
    clip = written(tmp_path / "clip.mp4", 6 << 20)
    page = phone()
    line = begin_slowly(page, clip)
    page.click("[data-part=pause]")
    expect(page.locator(SAID)).to_contain_text("tạm dừng")
    file = house.platform.settings.uploads_dir / page.upload_id
    until = time.monotonic() + 30
    while not (file.exists() and file.stat().st_size):
        assert time.monotonic() < until
        time.sleep(0.05)
    with file.open("r+b") as spoilt:
        first = spoilt.read(1)
        spoilt.seek(0)
        spoilt.write(bytes([first[0] ^ 1]))
    carry(line, -1)
    page.click("[data-part=resume]")
    expect(page.locator(SAID)).to_contain_text("Tệp đã thay đổi", timeout=60_000)
    assert versions(house, page.entry) == []
    assert not file.exists()
    page.click(GO)
    page.wait_for_url(f"**/entries/{page.entry.code}", timeout=60_000)
    [made] = versions(house, page.entry)
    assert made.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()


# ---------------------------------------------------------------------------- twenty at once


def test_twenty_uploads_at_once_leave_the_public_page_answering(house, contest):
    """All are held open half-way; every page is answered meanwhile, and each of them can end."""
    phones = [Sender(house, house.make.unit(contest)) for _ in range(20)]
    threads = [threading.Thread(target=phone.first_half) for phone in phones]
    for thread in threads:
        thread.start()
    for _ in range(30):
        with urllib.request.urlopen(f"{house.base}/c/quan11-2023/", timeout=30) as answer:
            assert answer.status == 200
    for thread in threads:
        thread.join()
    with house.platform.db.read() as session:
        running = select(Upload).where(Upload.unit_id.in_([p.unit.id for p in phones]))
        assert [u.state for u in session.scalars(running)] == ["open"] * 20
    assert [phone.second_half() for phone in phones] == [204] * 20


class Sender:
    """One unit that sends a clip in two halves, the second when it is told to."""

    def __init__(self, house, unit) -> None:
        self.unit, self.house = unit, house
        self.content = noise(4 << 20)

    def first_half(self) -> None:
        self.tus = Tus(self.house, self.house.make.submission(self.unit, "uploading"))
        self.path = self.tus.create(len(self.content))
        self.line = self.tus.begin(self.path, len(self.content))
        self.line.sendall(self.content[: 2 << 20])

    def second_half(self) -> int:
        """On a busy machine the line was silent for too long (503): go on as a phone does."""
        with contextlib.suppress(OSError), self.line:
            self.line.sendall(self.content[2 << 20 :])
            if (status := int(self.line.recv(4096)[9:12])) != HTTPStatus.SERVICE_UNAVAILABLE:
                return status
        held = self.tus.offset(self.path)
        with self.tus.begin(self.path, len(self.content) - held, offset=held) as line:
            line.sendall(self.content[held:])
            return int(line.recv(4096)[9:12])


def test_a_look_that_never_ends_keeps_nobody_from_sending(phone, tmp_path):
    page = phone()
    page.route("**/precheck-*.js", lambda route: None)  # a line that gives no answer
    page.clock.install()
    page.reload()
    page.set_input_files("#clip", written(tmp_path / "clip.mp4", 1000))
    expect(page.locator(SAID)).to_contain_text("Đang xem")
    page.clock.fast_forward("00:21")
    expect(page.locator(GO)).to_be_visible()
