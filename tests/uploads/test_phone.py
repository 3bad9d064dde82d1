"""A real Chromium as the phone: look before sending, send, lose the page, go on."""

import hashlib
import struct
import subprocess
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from contest.models import ClipVersion, Upload
from media_checks.tools import find_tools
from tests.clip_cache import cached
from tests.uploads.house import noise

pytestmark = pytest.mark.browser
SIZE = 8 << 20
GO, FRESH, BAR = "[data-part=go]", "[data-part=fresh]", "[data-part=progress] progress"


@pytest.fixture
def phone(browser, house, contest):
    with coming_in(browser, house, contest) as page:
        yield page


@contextmanager
def coming_in(browser, house, contest):
    """A page of a phone that has come in by its unit's link, and the page's failures."""
    unit = house.make.unit(contest)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.unit, page.failures = unit, []
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    page.goto(f"{house.base}/u#{house.make.unit_link(unit)[1]}")
    page.wait_for_url(f"**/c/{contest.slug}/unit")
    yield page
    assert page.failures == []
    context.close()


def open_send_page(phone, house):
    submission = house.make.submission(phone.unit, "uploading")
    phone.goto(f"{house.base}/c/quan11-2023/unit/entries/{submission.code}/send")
    return submission


class Line:
    """The phone's line: so slow that the clip is on its way as long as the test wants."""

    def __init__(self, phone) -> None:
        self.session = phone.context.new_cdp_session(phone)
        self.session.send("Network.enable")
        self._upload(2e5)

    def quicken(self) -> None:
        self._upload(-1)

    def _upload(self, bytes_per_second) -> None:
        self.session.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": 5, "downloadThroughput": -1,
            "uploadThroughput": bytes_per_second,
        })


def until_some_is_sent(phone):
    while phone.locator(BAR).get_attribute("value") in (None, "0"):
        phone.wait_for_timeout(50)


def test_a_reload_goes_on_with_the_same_file_only(phone, house, tmp_path):
    clip, other = tmp_path / "clip.mp4", tmp_path / "other.mp4"
    clip.write_bytes(noise(SIZE))
    other.write_bytes(noise(SIZE))
    submission = open_send_page(phone, house)
    line = Line(phone)
    phone.set_input_files("#clip", clip)
    phone.click(GO)
    until_some_is_sent(phone)
    phone.once("dialog", lambda dialog: dialog.accept())
    phone.reload()
    line.quicken()
    expect(phone.locator("[data-unfinished]")).to_contain_text("clip.mp4")
    phone.set_input_files("#clip", other)
    expect(phone.locator(FRESH)).to_be_visible()
    expect(phone.locator(GO)).to_be_hidden()
    phone.set_input_files("#clip", clip)
    phone.click(GO)
    phone.wait_for_url(f"**/entries/{submission.code}", timeout=60_000)
    expect(phone.locator(".receipt__code")).to_have_text(submission.code)
    with house.platform.db.read() as session:
        version = session.scalars(
            select(ClipVersion).where(ClipVersion.submission_id == submission.id)
        ).one()
    assert version.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()


def test_pause_stops_and_resume_goes_on(phone, house, tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(noise(SIZE))
    submission = open_send_page(phone, house)
    line = Line(phone)
    phone.set_input_files("#clip", clip)
    phone.click(GO)
    until_some_is_sent(phone)
    phone.click("[data-part=pause]")
    expect(phone.locator("[data-part=said]")).to_contain_text("tạm dừng")
    line.quicken()
    phone.click("[data-part=resume]")
    phone.wait_for_url(f"**/entries/{submission.code}", timeout=60_000)


WAKE_LOCKS = """
  window.locks = [];
  navigator.wakeLock.request = async (type) => {
    const lock = Object.assign(new EventTarget(), {
      async release() {
        locks.push("released");
        this.dispatchEvent(new Event("release"));
      },
    });
    locks.push(type);
    return lock;
  };
"""


def test_the_screen_stays_on_while_a_clip_is_sent_and_only_then(phone, house, tmp_path):
    """Where a phone locks itself all the same, the page says what happens then."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(noise(SIZE))
    phone.add_init_script(WAKE_LOCKS)
    open_send_page(phone, house)
    Line(phone)
    phone.set_input_files("#clip", clip)
    assert phone.evaluate("locks") == []
    phone.click(GO)
    said = phone.locator("[data-part=said]")
    expect(said).to_contain_text("khoá máy thì tạm dừng, mở lại chạy tiếp")
    phone.wait_for_function("locks.join() == 'screen'")
    phone.click("[data-part=pause]")
    phone.wait_for_function("locks.join() == 'screen,released'")
    phone.click("[data-part=resume]")
    phone.wait_for_function("locks.join() == 'screen,released,screen'")
    phone.once("dialog", lambda dialog: dialog.accept())


def test_a_refusal_of_the_server_is_shown_in_the_persons_language(phone, house, tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(noise(1000))
    submission = open_send_page(phone, house)
    phone.set_input_files("#clip", clip)
    expect(phone.locator(GO)).to_be_visible()
    with house.platform.db.write() as session:
        session.merge(submission).state = "withdrawn"
    phone.click(GO)
    expect(phone.locator("[data-part=said]")).to_contain_text("không sửa được nữa")


# ---------------------------------------------------------------------------- before the first byte


def kept_clip(*options, ending="mp4", **more):
    """What ``make_clip`` makes, out of the cache of clips."""
    return cached(f"phone/clip.{ending}", make_clip, *options, **more)


def make_clip(path, *options, seconds=4, size="640x480", sound=True):
    """A small clip of one colour; options go before the output."""
    picture = ["-f", "lavfi", "-i", f"color=c=navy:size={size}:rate=1:duration={seconds}"]
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"] if sound else []
    command = [
        str(find_tools().ffmpeg),
        "-v",
        "error",
        *picture,
        *tone,
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        *options,
        "-y",
        str(path),
    ]
    subprocess.run(command, check=True)


def test_everything_that_is_wrong_is_told_at_once_and_stops(phone, house, tmp_path):
    clip = kept_clip(size="640x360", sound=False)
    open_send_page(phone, house)
    phone.set_input_files("#clip", clip)
    findings = phone.locator("[data-part=findings] .finding--bad > p:first-child")
    expect(findings).to_have_count(4)
    assert findings.all_text_contents() == [
        "Clip dài 4 giây; cho phép 3–5 phút. Hãy thêm ít nhất 2 phút 56 giây.",
        "Khung hình 640×360 (16:9); cho phép 4:3.",
        "Hình 640×360 điểm ảnh; cho phép từ 1440×1080 trở lên.",
        "Clip không có tiếng; thể lệ yêu cầu có âm thanh.",
    ]
    facts = phone.locator(".picked__facts dd").all_text_contents()
    assert facts[:2] == ["4 giây", "640×360 (16:9)"]  # in the words of the findings
    expect(phone.locator(GO)).to_be_hidden()


GOOD = {
    "plain": ("1440x1080", ["-c:v", "libx264"]),
    "sample aspect": ("1080x1080", ["-c:v", "libx264", "-vf", "setsar=4/3"]),
    "matroska": ("1440x1080", ["-c:v", "libx264", "-f", "matroska"]),
    "header at the end": ("1440x1080", ["-c:v", "libx264", "-movflags", "-faststart"]),
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_clip_by_the_rules_may_go(phone, house, tmp_path, kind):
    size, options = GOOD[kind]
    ending = "mkv" if kind == "matroska" else "mp4"
    clip = kept_clip(*options, ending=ending, size=size, seconds=181)
    open_send_page(phone, house)
    phone.set_input_files("#clip", clip)
    expect(phone.locator("[data-part=said]")).to_contain_text("Clip đạt")
    expect(phone.locator("[data-part=findings]")).to_be_empty()


TURNED = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 1080 << 16, 0, 1 << 30)
MATRIX = 44  # bytes from the name of a track's header to its matrix (ISO 14496-12, 8.3.2)


def turn_upright(path, flat):
    """A clip as a phone writes it that is held upright: the picture's track says how to turn it.

    By hand, for FFmpeg 5.1 has no option for it.
    """
    film = bytearray(flat.read_bytes())
    place = film.index(b"tkhd") + MATRIX
    film[place:place + len(TURNED)] = TURNED
    path.write_bytes(film)


def test_a_clip_filmed_upright_is_judged_as_it_is_seen(phone, house, tmp_path):
    flat = kept_clip("-c:v", "libx264", size="1440x1080", seconds=181)
    clip = cached("phone/upright.mp4", turn_upright, flat)
    open_send_page(phone, house)
    phone.set_input_files("#clip", clip)
    finding = phone.locator("[data-part=findings] .finding--bad > p:first-child").first
    expect(finding).to_have_text("Khung hình 1080×1440 (3:4); cho phép 4:3.")


def test_the_contests_own_remedy_is_told_on_the_phone(browser, house, tmp_path):
    rule = "[media.rules.audio_present]"
    own = f'{rule}\nremedy = {{ vi = "Gọi chị Hoa: 028 3962 1234.", en = "Call Ms Hoa." }}'
    contest = house.make.contest("loi-dan", lambda source: source.replace(rule, own))
    clip = kept_clip(size="1440x1080", sound=False)
    with coming_in(browser, house, contest) as phone:
        submission = house.make.submission(phone.unit, "uploading")
        phone.goto(f"{house.base}/c/loi-dan/unit/entries/{submission.code}/send")
        phone.set_input_files("#clip", clip)
        last = phone.locator("[data-part=findings] .finding--bad").last
        expect(last).to_contain_text("Clip không có tiếng")
        expect(last.locator(".finding__do")).to_have_text("Gọi chị Hoa: 028 3962 1234.")


def test_a_file_that_is_no_clip_and_too_large_is_refused_here(phone, house, tmp_path):
    wrong = tmp_path / "report.docx"
    wrong.write_bytes(b"x")
    open_send_page(phone, house)
    phone.set_input_files("#clip", wrong)
    finding = phone.locator("[data-part=findings] .finding--bad > p:first-child")
    expect(finding).to_contain_text("Tệp “docx” không phải clip được nhận")


def test_without_javascript_a_clip_larger_than_other_forms_goes_by_the_plain_form(
    browser, house, contest, tmp_path
):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(noise(20 << 20))
    unit = house.make.unit(contest)
    submission = house.make.submission(unit, "uploading")
    context = browser.new_context(java_script_enabled=False)
    cookie = {"name": "hoithi_unit", "value": house.make.unit_token(unit), "url": house.base}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{house.base}/c/quan11-2023/unit/entries/{submission.code}/send")
    expect(page.locator("[data-part=plain]")).to_contain_text("200 MB")
    page.set_input_files("#clip", clip)
    page.get_by_role("button", name="Gửi clip").click()
    page.wait_for_url(f"**/entries/{submission.code}")
    assert house.make.fresh(submission).state == "checking"
    context.close()


def test_a_clip_that_can_be_mended_is_sent_as_it_is_and_mended_at_once(phone, house):
    """Wide and a little long: nothing else is wrong, so one button sends it and asks for both."""
    clip = kept_clip("-c:v", "libx264", size="1920x1080", seconds=302)
    submission = open_send_page(phone, house)
    phone.set_input_files("#clip", clip)
    go = phone.locator(GO)
    expect(go).to_have_text("Gửi và nhờ sửa")
    expect(phone.locator("[data-part=findings] .finding--bad")).to_have_count(2)
    go.click()
    phone.wait_for_url(f"**/entries/{submission.code}", timeout=60_000)
    with house.platform.db.read() as session:
        sent = select(Upload).where(Upload.submission_id == submission.id)
        assert session.scalars(sent.order_by(Upload.id.desc())).first().mend is True
    phone.goto(f"{phone.url}/send")
    phone.set_input_files("#clip", kept_clip("-c:v", "libx264", size="1440x1080", seconds=181))
    expect(go).to_have_text("Gửi clip")
def test_an_organiser_sends_a_clip_in_the_units_place(browser, house, contest, tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(noise(SIZE))
    submission = house.make.submission(house.make.unit(contest), "uploading")
    person = house.make.user("organiser", contest=contest)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "hoithi_staff", "value": house.make.staff_token(person),
                          "url": house.base}])
    page = context.new_page()
    entry = f"{house.base}/c/quan11-2023/organiser/entries/{submission.code}"
    page.goto(f"{entry}/send")
    page.fill("#reason", "Đơn vị gửi clip qua Zalo")
    page.click("main form [type=submit]")
    page.wait_for_url("**/organiser/sending/*")
    page.set_input_files("#clip", clip)
    page.click(GO)
    page.wait_for_url(entry)
    expect(page.locator("main")).to_contain_text("Đơn vị gửi clip qua Zalo")
    with house.platform.db.read() as session:
        sent = session.scalars(
            select(ClipVersion).where(ClipVersion.submission_id == submission.id)
        ).one()
    assert sent.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    context.close()
