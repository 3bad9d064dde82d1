"""The organiser's ledger on screen: what waits, what is void, who stands for each number."""

from datetime import timedelta
from io import BytesIO

from tests.contest.conftest import Client, Visits
from tests.contest.counts.test_interactions import CUT_OFF, Room, room
from tests.contest.fanpage.test_page_views import (
    COUNTS,
    LEDGER,
    hidden,
    organiser,
    text,
    written,
)

__all__ = ["organiser", "room"]
CLIP = f"{COUNTS}/clips/CX1111"
SHARE = {"code": "cx1111", "account": "Hoa", "seen_at": "2023-06-19T14:00"}


def picked(client: Client, name: str, address: str) -> str:
    """The value of the last box of this name on a page."""
    page = client.get(address).get_data(as_text=True)
    return page.rpartition(f'name="{name}" value="')[2].partition('"')[0]


def test_the_board_says_where_each_number_came_from_when_and_by_whom(
    room: Room, visit: Visits
) -> None:
    one, other = visit.role("organiser"), visit.role("organiser")
    one.post(f"{COUNTS}/write", data=written(room.one, reactions="30", shares="9"))
    room.bench.clock.moment = CUT_OFF + timedelta(minutes=30)
    late = written(room.one, reactions="", shares="12", taken_at="2023-06-19T16:10",
                   late_reason="mất điện")
    assert one.post(f"{COUNTS}/write", data=late).status_code == 303
    other.post(f"{COUNTS}/late", data={"snapshot": picked(other, "snapshot", COUNTS)})
    for page in (text(other.get(COUNTS)), text(other.get(CLIP))):
        for said in ("30", "14g00 ngày 19/6/2023", "12", "16g10 ngày 19/6/2023",
                     "ghi bằng tay", "hai người", "xác nhận:"):
            assert said in page
    assert "in time, no second person needed" in text(other.english().get(CLIP))


def test_a_wrong_line_is_proposed_by_one_and_voided_by_another(
    room: Room, visit: Visits
) -> None:
    one, other = visit.role("organiser"), visit.role("organiser")
    one.post(f"{COUNTS}/write", data=written(room.one, shares="9"))
    one.post(f"{LEDGER}/share", data=SHARE)
    assert one.post(f"{LEDGER}/clips/CX1111/state", data={"state": "complete"}).status_code == 303
    assert "Sổ thay cho số tổng" in text(one.get(CLIP))
    lost = one.post(f"{LEDGER}/clips/CX1111/void", data={"reason": "x"}, follow_redirects=True)
    assert "Hãy chọn dòng cần huỷ" in text(lost)
    line = picked(one, "line", CLIP)
    one.post(f"{LEDGER}/clips/CX1111/void", data={"line": line, "reason": "gõ nhầm clip"})
    assert "chờ huỷ" in text(one.get(CLIP))
    assert "cần người khác xác nhận" in text(one.get(LEDGER))
    seen = other.get(LEDGER).get_data(as_text=True)
    assert "gõ nhầm clip" in seen
    decide = f"{LEDGER}/voids/{seen.partition('/ledger/voids/')[2].partition(chr(34))[0]}"
    assert one.post(decide, data={"verdict": "agree"}).status_code == 409
    assert other.post(decide, data={"verdict": "agree"}).status_code == 303
    assert room.official()[room.one.id].ledger is None
    page = text(other.get(CLIP))
    assert "đã huỷ" in page
    assert "chưa đối chiếu" in page
    trail = text(other.get("/c/quan11-2023/organiser/activity"))
    assert "Huỷ dòng trong sổ chia sẻ" in trail


def test_a_line_of_ones_own_is_withdrawn_at_once(room: Room, organiser: Client) -> None:
    organiser.post(f"{COUNTS}/write", data=written(room.one, shares="9"))
    organiser.post(f"{LEDGER}/share", data=SHARE)
    assert "Rút lại dòng vừa ghi: Hoa" in text(organiser.get(CLIP))
    line = {"line": picked(organiser, "line", CLIP)}
    assert organiser.post(f"{LEDGER}/clips/CX1111/withdraw", data=line).status_code == 303
    assert "đã rút lại" in text(organiser.get(CLIP))
    assert room.official()[room.one.id].ledger is None


def test_a_late_file_and_a_late_word_wait_for_somebody_else(room: Room, visit: Visits) -> None:
    visit.role("organiser").post(f"{COUNTS}/write", data=written(room.one, shares="9"))
    room.bench.clock.moment = CUT_OFF + timedelta(days=2)
    one, other = visit.role("organiser"), visit.role("organiser")
    lines = "Mã clip,Tài khoản,Thời điểm thấy\n" + "CX1111,Lan,18/6/2023 9:00\n" * 3
    preview = one.post(LEDGER, data={"file": (BytesIO(lines.encode()), "so.csv")})
    assert "3 dòng được thấy, hoặc nhập, sau giờ chốt" in text(preview)
    form = {"token": hidden(preview), "state": "complete"}
    assert one.post(f"{LEDGER}/apply", data=form).status_code == 422
    form["late_reason"] = "Sổ giấy"
    assert one.post(f"{LEDGER}/apply", data=form).status_code == 303
    assert room.official()[room.one.id].ledger is None
    assert "Tệp so.csv: 1 dòng của 1 clip" in text(other.get(LEDGER))
    chosen = {name: picked(other, name, LEDGER) for name in ("late", "statement")}
    assert one.post(f"{LEDGER}/late", data=chosen).status_code == 409
    assert other.post(f"{LEDGER}/late", data=chosen).status_code == 303
    found = room.official()[room.one.id]
    assert (found.ledger, found.verified) == ([("Lan", 3)], True)
    assert "hai người" in text(other.get(LEDGER))


def test_a_whole_file_can_be_taken_back(room: Room, visit: Visits) -> None:
    one, other = visit.role("organiser"), visit.role("organiser")
    lines = "Mã clip,Tài khoản,Thời điểm thấy\nCX1111,Lan,18/6/2023 9:00\n"
    preview = one.post(LEDGER, data={"file": (BytesIO(lines.encode()), "so.csv")})
    one.post(f"{LEDGER}/apply", data={"token": hidden(preview)})
    page = one.get(LEDGER).get_data(as_text=True)
    number = page.partition("/ledger/files/")[2].partition("/")[0]
    one.post(f"{LEDGER}/files/{number}/void", data={"reason": "Tệp của hội thi khác"})
    seen = other.get(LEDGER).get_data(as_text=True)
    decide = f"{LEDGER}/voids/{seen.partition('/ledger/voids/')[2].partition(chr(34))[0]}"
    other.post(decide, data={"verdict": "agree"})
    assert "1 đã huỷ" in text(other.get(LEDGER))


def test_dates_of_two_readings_are_shown_and_the_order_can_be_chosen(
    room: Room, organiser: Client
) -> None:
    lines = "Mã clip,Tài khoản,Thời điểm thấy\nCX1111,Lan,12/6/2023 16:00\n"

    def preview(**more: str) -> str:
        file = {"file": (BytesIO(lines.encode()), "so.csv")}
        return text(organiser.post(LEDGER, data=file | more))

    assert "16:00 ngày 12 tháng 6 năm 2023 (ngày trước) hoặc 16:00 ngày 6 tháng 12" in preview()
    assert "1 dòng, không có lỗi" in preview(order="day")
    assert "nằm trong tương lai" in preview(order="month")


def test_a_share_told_again_is_said_when_typed_when_imported_and_on_the_clips_page(
    room: Room, organiser: Client
) -> None:
    post = "https://www.facebook.com/hoa/posts/123456789"
    organiser.post(f"{LEDGER}/share", data=SHARE | {"link": post})
    story = "https://m.facebook.com/story.php?story_fbid=123456789&id=7&mibextid=x"
    again = organiser.post(
        f"{LEDGER}/share", data=SHARE | {"link": story}, follow_redirects=True
    )
    assert "lượt chia sẻ này có trong sổ rồi: chỉ tính một lần" in text(again)
    another = organiser.post(
        f"{LEDGER}/share", data=SHARE | {"link": f"{post}/", "account": "Minh"},
        follow_redirects=True,
    )
    assert "liên kết này đã ghi cho tài khoản “Hoa”" in text(another)
    page = text(organiser.get(CLIP))
    assert "kể lại lượt đã có, tính một lần" in page
    assert "liên kết đã ghi cho tài khoản khác: Hoa" in page
    lines = ("Mã clip,Tài khoản,Liên kết,Thời điểm thấy\n"
             f"CX1111,Hoa,{post}?ref=share,18/6/2023 9:00\nCX1111,Hoa,,18/6/2023 9:00\n")
    preview = organiser.post(LEDGER, data={"file": (BytesIO(lines.encode()), "so.csv")})
    assert "1 dòng kể lại lượt chia sẻ đã có" in text(preview)
    assert "Dòng 2: lượt chia sẻ này đã có trong sổ" in text(preview)
    done = organiser.post(
        f"{LEDGER}/apply", data={"token": hidden(preview)}, follow_redirects=True
    )
    assert "1 dòng kể lại lượt đã có nên không tính thêm" in text(done)
    assert "counts once" in text(organiser.english().get(CLIP))
