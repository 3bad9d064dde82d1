"""Ten films of what people do most, each under a minute; named like the guide's page."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media_checks.tools import find_tools
from tests.clip_cache import cached
from tests.e2e.conftest import House
from tests.e2e.guide.recorder import Recorder
from tests.plan_reading.test_plans import REFERENCE, docx

C = "/c/quan11-2023"
Play = Callable[[Recorder, House], None]


@dataclass(frozen=True)
class Film:
    """Where it is played, as whom, from which page on."""

    state: str
    role: str
    path: str
    play: Play


def _clip(file: Path) -> None:
    """A clip as the rules want it: 4:3, 1080 lines, three minutes and ten seconds, with sound."""
    subprocess.run(
        [find_tools().ffmpeg, "-y", "-loglevel", "error", "-f", "lavfi", "-i",
         "smptebars=size=1440x1080:rate=10", "-f", "lavfi", "-i", "sine=frequency=330",
         "-t", "190", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "35", "-g", "100",
         "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k", str(file)],
        check=True,
    )


def send_a_clip(film: Recorder, house: House) -> None:
    film.say("Chọn tệp clip trên máy", "Choose the clip on this device")
    film.show("#clip", 0.8)
    clip = house.platform.settings.data_dir / "to-dan-pho-so.mp4"
    shutil.copyfile(cached("guide.mp4", _clip), clip)
    film.page.set_input_files("#clip", clip)
    film.page.locator("[data-part=go]").wait_for(state="visible")
    film.say("Trang xem thử clip: đạt thì bấm Gửi clip", "The clip is looked at: press Send")
    film.tap("[data-part=go]", 1.5)
    film.page.wait_for_url(f"**{C}/unit/entries/*", timeout=60_000)
    film.say("Nhận biên nhận: lưu lại mã bài", "Here is the receipt: keep its code")
    film.show(".receipt__code", 2.0)


def mend_a_finding(film: Recorder, house: House) -> None:
    film.say("Đọc lỗi: clip của bạn, quy định", "Read the finding: your clip, the rule")
    film.show(".finding", 2.0)
    film.say("Bấm Nhờ sửa giúp", "Press Ask to have it repaired")
    film.tap("main a.button[href$='/fix']", 1.2)
    film.say("Chọn cách sửa, rồi Làm bản sửa", "Choose how, then make a repaired clip")
    film.show("main form input[type=radio]", 0.5).check(force=True)
    film.tap("main form .actions button", 2.0)
    film.say("Chờ ít phút, xem bản sửa rồi mới gửi", "Wait, watch it, and only then send it")


def decide_on_a_clip(film: Recorder, house: House) -> None:
    film.say("Mở clip chờ lâu nhất", "Open the clip that has waited longest")
    film.tap("form[action$='/next'] button")
    film.say("Xem clip, rồi đánh dấu mục đã đạt", "Watch it, then tick what is met")
    if (take := film.page.locator("form[action$='/take'] button")).count():
        take.click()
    for number in range(film.page.locator("[name=checklist]").count()):
        film.show(f":nth-match([name=checklist], {number + 1})", 0.25).check(force=True)
    film.say("Chọn kết luận: Duyệt", "Choose the decision: Approve")
    film.tap("[name=outcome][value=approve]", 0.6)
    film.say("Ghi và sang clip tiếp theo", "Record it and go to the next clip")
    film.tap("button[value=next]", 1.8)


def mark_a_clip(film: Recorder, house: House) -> None:
    film.say("Mở clip tiếp theo", "Open the next clip")
    film.tap("main a.button--large")
    film.say("Bấm mức điểm cho từng tiêu chí", "Tap a level for each criterion")
    for number in range(1, film.page.locator(".criterion").count() + 1):
        criterion = f":nth-match(.criterion, {number})"
        if film.page.locator(f"{criterion} .level").count():
            film.tap(f"{criterion} .level", 0.4)
        else:
            film.write(f"{criterion} input", "8", key="Enter")
    film.say("Điểm được lưu ngay, cả khi mất mạng", "Marks are saved at once, even offline")
    film.show("[data-saved]", 1.5)
    film.say("Nộp phiếu", "Submit the ballot")
    film.tap("button[value=submit]", 1.8)


def set_up_from_a_plan(film: Recorder, house: House) -> None:
    plan = house.platform.settings.data_dir / "ke-hoach.docx"
    plan.write_bytes(docx(REFERENCE))
    film.say("Đưa tệp kế hoạch vào", "Hand in the plan")
    film.show("#file", 0.6)
    film.page.set_input_files("#file", plan)
    film.tap("main form [type=submit]", 1.5)
    film.say("Xem từng mục cùng câu trích từ kế hoạch", "Look at each rule beside its sentence")
    for number in (1, 3, 6):
        film.show(f":nth-match(main .card, {number})", 1.2)
    film.say("Điền mục còn thiếu, rồi Lập thể lệ", "Fill in what is missing, then make the rules")
    film.show("main form > button, main form .actions", 1.5)


def units_and_codes(film: Recorder, house: House) -> None:
    film.say("Đánh dấu các đơn vị", "Tick the units")
    for number in (1, 2, 3):
        film.show(f":nth-match(input[name=unit], {number})", 0.3).check(force=True)
    film.say("Tạo và in mã QR", "Make and print QR codes")
    film.tap("form[action$='/links'] [type=submit]", 1.5)
    film.say("Mỗi đơn vị một tờ: in, cắt, phát tận tay", "A sheet for each: print, cut, hand out")
    film.show("main ol li:nth-of-type(2)", 1.8)


def grant_time(film: Recorder, house: House) -> None:
    film.say("Mở mục gia hạn ở trang của đơn vị", "Open the unit's page, more time")
    form = "form[action$='/time']"
    film.tap(f"details:has({form}) summary", 0.6)
    film.say("Ghi hạn mới và lý do; ai cũng đọc được", "The new deadline, and a public reason")
    film.show("#until", 0.4).fill("2023-06-12T17:00")
    film.write("#time_reason", "Mất điện cả khu từ 19 giờ" if film.language == "vi"
               else "Power cut in the whole ward since 19:00")
    film.tap(f"{form} [type=submit]", 1.5)
    film.say("Đơn vị thấy ngay hạn mới", "The unit sees the new deadline at once")
    film.wait(1.2)


def numbers_at_the_cut_off(film: Recorder, house: House) -> None:
    film.say("Mở bài, gõ cảm xúc, Enter", "Open the post, type reactions, Enter")
    boxes = film.page.locator(".sit__input")
    for number, count in enumerate(("1284", "96", "872", "41", "2015", "130")):
        film.write(f":nth-match(.sit__input, {number + 1})", count, key="Enter")
        if number == 1:
            film.say("Rồi chia sẻ: mỗi số được lưu ngay", "Then shares: each is saved at once", 0.8)
    assert boxes.count() >= 6
    film.say("Kèm ảnh hoặc phim màn hình làm minh chứng", "Attach a picture of the screen as proof")
    film.show("main input[type=file]", 1.6)


def close_and_publish(film: Recorder, house: House) -> None:
    film.say("Không thiếu gì: tính kết quả", "Nothing is missing: compute the result")
    film.tap("form[action$='/compute'] button, section[aria-labelledby=compute] button", 1.5)
    film.say("Xem xếp hạng và giải dựa vào điều gì", "Look at the ranking, and what prizes rest on")
    film.show("#ranking", 1.4)
    film.show("#hangs", 1.4)
    film.say("Chốt: số liệu không đổi được nữa", "Freeze: nothing can change any more")
    _confirm(film, "freeze")
    film.say("Công bố cho mọi người", "Publish it for everybody")
    _confirm(film, "publish")


def _confirm(film: Recorder, act: str) -> None:
    form = f"form[action*='/{act}']"
    film.tap(f"details:has({form}) > summary", 0.6)
    film.tap(f"{form} [type=submit]", 1.5)


def ceremony(film: Recorder, house: House) -> None:
    film.say("Mở trang trao giải trên màn hình lớn", "Open the ceremony on the big screen")
    for number, (vi, en) in enumerate((
        ("Giải ba trước", "The third prize first"), ("Rồi giải nhì", "Then the second"),
        ("Sau cùng là giải nhất", "And last of all the first"),
    ), 1):
        film.say(vi, en, 0.8)
        film.tap(f":nth-match(main details > summary, {number})", 1.5)


FILMS = {
    "send-a-clip": Film("receiving", "unit", f"{C}/unit/entries/{{uploading}}/send", send_a_clip),
    "mend-a-finding": Film("receiving", "unit", f"{C}/unit/entries/{{needs_fix}}", mend_a_finding),
    "decide-on-a-clip": Film("receiving", "reviewer", f"{C}/review/", decide_on_a_clip),
    "mark-a-clip": Film("counting", "juror", f"{C}/jury/", mark_a_clip),
    "set-up-from-a-plan": Film("receiving", "admin", "/setup/plan", set_up_from_a_plan),
    "units-and-codes": Film("receiving", "organiser", f"{C}/organiser/units", units_and_codes),
    "grant-time": Film("receiving", "organiser", f"{C}/organiser/units/{{unit}}", grant_time),
    "numbers-at-the-cut-off": Film("counting", "organiser", f"{C}/organiser/counts-at-close",
                                   numbers_at_the_cut_off),
    "close-and-publish": Film("closing", "organiser", f"{C}/organiser/results/",
                              close_and_publish),
    "ceremony": Film("decided", "public", f"{C}/results/ceremony", ceremony),
}
