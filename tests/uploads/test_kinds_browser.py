"""On a phone: pictures go one after another and are looked at with keys; a text is kept."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from contest.jobs import worker
from contest.models import EntryText, Task
from tests.browsing import focused, sticks_out
from tests.contest.kinds.conftest import of_kind
from tests.contest.kinds.test_pictures import photo
from tests.uploads.test_phone import coming_in

pytestmark = pytest.mark.browser


def at(house, slug: str, kind: str, **rules: object):
    source = of_kind(kind, **rules).replace('"quan11-2023"', f'"{slug}"')
    return house.make.contest(slug, edit=lambda _: source)


def test_pictures_are_sent_put_in_order_and_looked_at(browser, house):
    contest = at(house, "anh", "pictures", least=2, most=5)
    with coming_in(browser, house, contest) as phone:
        submission = house.make.submission(phone.unit, "uploading")
        phone.goto(f"{house.base}/c/anh/unit/entries/{submission.code}/send")
        phone.set_input_files("#clip", [
            {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": photo(n).read()}
            for n in (1, 2)
        ])
        phone.get_by_role("button", name="Gửi ảnh").click()
        expect(phone.locator(".set__one")).to_have_count(2, timeout=30_000)
        assert sticks_out(phone) == 0
        phone.get_by_label("Chú thích ảnh 2").fill("Hẻm xanh")
        phone.get_by_role("button", name="Lên ảnh 2").click()
        expect(phone.get_by_label("Chú thích ảnh 1")).to_have_value("Hẻm xanh")
        phone.get_by_role("button", name="Nộp bộ ảnh").click()
        phone.wait_for_url(f"**/entries/{submission.code}")
        with house.platform.db.read() as session:
            task = session.scalars(select(Task.id).where(Task.kind == "check.quick")).one()
        worker.perform(house.platform, task)
        phone.reload()
        expect(phone.locator(".leaf")).to_have_count(2)
        phone.locator("[data-leaf]").first.click()
        dialog = phone.locator("dialog.viewer")
        expect(dialog).to_contain_text("Hẻm xanh")
        phone.keyboard.press("ArrowRight")
        expect(dialog).to_contain_text("Ảnh 2 trên 2")
        phone.keyboard.press("+")
        expect(dialog.locator("[data-zoom='1']")).to_have_count(1)
        phone.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(focused(phone)).to_have_attribute("href", "/c/anh/media/"
                                                 f"{submission.code}/1/page-2.jpg")
        assert sticks_out(phone) == 0


def test_a_text_is_counted_and_kept_while_it_is_written(browser, house):
    contest = at(house, "viet", "text", most_words=300)
    with coming_in(browser, house, contest) as phone:
        submission = house.make.submission(phone.unit, "uploading")
        phone.goto(f"{house.base}/c/viet/unit/entries/{submission.code}/send")
        box, said = phone.locator("#body"), phone.locator("[data-said]")
        box.fill("Đoàn Thanh niên – một ý tưởng.")
        expect(phone.locator("[data-count]")).to_have_text("6 chữ")
        expect(said).to_have_text("Đã lưu.", timeout=15_000)
        with house.platform.db.read() as session:
            assert session.scalars(select(EntryText.body)).one() == box.input_value()
        phone.context.set_offline(True)
        box.press_sequentially(" Thêm.")
        expect(said).to_contain_text("Mất mạng", timeout=15_000)
        phone.context.set_offline(False)
        phone.reload()
        expect(box).to_have_value("Đoàn Thanh niên – một ý tưởng. Thêm.")
        assert sticks_out(phone) == 0
