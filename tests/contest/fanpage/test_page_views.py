"""The organiser's screens of posting and of interactions, as a browser uses them."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select

from contest.models import Correction, Submission
from contest.services.fanpage import page_pause
from social.simulator.process import SimulatorProcess
from tests.contest.conftest import Client, Visits
from tests.contest.counts.test_interactions import CUT_OFF, Room, template, two_posted
from tests.contest.posting import Bench
from tests.contest.stage import Build

pytestmark = pytest.mark.both_databases
POSTS = "/c/quan11-2023/organiser/publications"
CHECK = "/c/quan11-2023/organiser/page-check"
COUNTS = "/c/quan11-2023/organiser/interactions"
LEDGER = "/c/quan11-2023/organiser/ledger"
PATHS = (POSTS, CHECK, COUNTS, f"{COUNTS}/import", f"{COUNTS}/write", LEDGER)


@pytest.fixture
def organiser(visit: Visits) -> Client:
    return visit.role("organiser")


@pytest.fixture
def room(bench: Bench, built: Build) -> Room:
    return two_posted(built, bench)


def text(response: object) -> str:
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")  # type: ignore[attr-defined]
    return " ".join(page.get_text(" ").split())


def test_only_organisers_come_in(visit: Visits) -> None:
    for role, code in (("reviewer", 403), ("juror", 403), ("organiser", 200)):
        browser = visit.role(role)
        assert [browser.get(path).status_code for path in PATHS] == [code] * len(PATHS)
    assert [visit.public().get(path).status_code for path in PATHS] == [401] * len(PATHS)


def test_the_board_tells_states_in_both_languages(
    bench: Bench, organiser: Client, visit: Visits
) -> None:
    assert "Chưa có clip nào chờ đăng" in text(organiser.get(POSTS))
    submission = bench.approved()
    assert "Chờ đến giờ đăng" in text(organiser.get(POSTS))
    bench.at_release()
    bench.work()
    organiser = visit.role("organiser")  # who signed in days ago must sign in again
    page = organiser.get(POSTS)
    assert "Đã đăng" in text(page)
    assert bench.publication(submission).permalink in page.get_data(as_text=True)
    assert "Published" in text(organiser.english().get(POSTS))


def test_a_failed_clip_shows_its_reason_and_its_ways_out(
    bench: Bench, visit: Visits, simulator: SimulatorProcess
) -> None:
    simulator.fault("finish", "error_before")
    submission = bench.approved()
    bench.at_release()
    bench.work()
    organiser = visit.role("organiser")
    seen = text(organiser.get(POSTS))
    assert "Không rõ bài đã đăng hay chưa" in seen
    assert "Dò lại" in seen
    number = bench.publication(submission).id
    assert organiser.post(f"{POSTS}/{number}/again").status_code == 422
    assert bench.state(submission)[0] == "failed"
    assert organiser.post(f"{POSTS}/{number}/again", data={"looked": "y"}).status_code == 303
    bench.work()
    assert bench.state(submission) == ("published", "published")
    assert len(simulator.posts()) == 1


def test_a_pause_says_what_to_do_and_can_be_lifted(
    bench: Bench, visit: Visits, simulator: SimulatorProcess
) -> None:
    simulator.fault("start", "expired_token")
    submission = bench.approved()
    bench.at_release()
    bench.work(jumps=3)
    organiser = visit.role("organiser")
    assert "Hãy tạo mã mới" in text(organiser.get(POSTS))
    assert organiser.post(f"{POSTS}/resume").status_code == 303
    bench.work()
    assert bench.state(submission) == ("published", "published")
    assert organiser.post(f"{POSTS}/pause", data={"reason": ""}).status_code == 422
    assert organiser.post(f"{POSTS}/pause", data={"reason": "chờ ý kiến"}).status_code == 303
    with bench.platform.db.read() as session:
        found = page_pause.pause_of(session, bench.contest.id)
    assert found is not None
    assert (found.kind, found.reason) == ("manual", "chờ ý kiến")


def test_a_link_is_pasted_on_the_board(
    bench: Bench, visit: Visits, simulator: SimulatorProcess
) -> None:
    simulator.fault("start", "permission")
    submission = bench.approved()
    bench.at_release()
    bench.work()
    number, organiser = bench.publication(submission).id, visit.role("organiser")
    bad = organiser.post(f"{POSTS}/{number}/link", data={"link": "https://facebook.com/x"})
    assert (bad.status_code, "không chỉ rõ bài viết nào" in text(bad)) == (422, True)
    post_id = simulator.control("POST", "posts", {"message": f"#{submission.code}"})["post_id"]
    address = f"{simulator.url}/posts/{post_id}"
    assert organiser.post(f"{POSTS}/{number}/link", data={"link": address}).status_code == 303
    assert bench.state(submission) == ("published", "published")


def test_another_contests_clip_does_not_exist_here(
    bench: Bench, visit: Visits, organiser: Client
) -> None:
    bench.contest = bench.make.contest("cuoc-khac")
    number = bench.publication(bench.approved()).id
    assert organiser.post(f"{POSTS}/{number}/look").status_code == 404


def test_the_page_check_shows_every_line_with_what_to_do(
    bench: Bench, organiser: Client, visit: Visits, simulator: SimulatorProcess
) -> None:
    assert "Chưa kiểm tra lần nào" in text(organiser.get(CHECK))
    assert organiser.post(CHECK).status_code == 303
    seen = text(organiser.get(CHECK))
    for words in (
        "Không có mục nào chưa đạt", "Trang mô phỏng", "Mã truy cập ✓ Đạt", "Loại mã ✓ Đạt",
        "Hạn của mã ✓ Đạt", "pages_manage_posts", "Đồng hồ ✓ Đạt",
        "Chế độ ứng dụng ? Cần người xem", "Cần làm: Hãy chuyển ứng dụng sang chế độ Live",
    ):
        assert words in seen
    simulator.control("POST", "token", {"type": "USER", "scopes": ["pages_show_list"]})
    bench.clock.moment += timedelta(minutes=5)
    organiser.post(CHECK)
    seen = text(organiser.english().get(CHECK))
    for words in (
        "Something failed", "Checked at 09:05", "✗ Failed This is a token of kind USER",
        "To do: Exchange it for the Page's.", "Missing permissions: pages_manage_posts",
    ):
        assert words in seen
    assert "Something failed" in text(organiser.get(POSTS))
    assert visit.role("juror").post(CHECK).status_code == 403


def test_without_a_page_the_check_says_what_to_set(bench: Bench, organiser: Client) -> None:
    without = replace(bench.platform.settings, page_id="", page_token="")
    bench.platform.__dict__["settings"] = without
    organiser.post(CHECK)
    seen = text(organiser.get(CHECK))
    assert "Chưa thiết lập Trang." in seen
    assert "HOITHI_PAGE_TOKEN" in seen


# --------------------------------------------------------------------------------------- counts


def counts_form(room: Room, path: Path) -> dict[str, object]:
    return {
        "file": (BytesIO(path.read_bytes()), path.name),
        "taken_at": (CUT_OFF - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
    }


def hidden(response: object) -> str:
    page = response.get_data(as_text=True)  # type: ignore[attr-defined]
    found = re.search(r'name="token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_file_is_previewed_then_recorded(
    room: Room, organiser: Client, tmp_path: Path
) -> None:
    path = template(tmp_path / "so lieu.xlsx", ("CX1111", 1234, 5, None))
    preview = organiser.post(f"{COUNTS}/import", data=counts_form(room, path))
    assert preview.status_code == 200
    assert "1.234" in text(preview)
    assert room.official() == {}
    token = hidden(preview)
    assert organiser.post(f"{COUNTS}/import/apply", data={"token": token}).status_code == 303
    assert room.official()[room.one.id].reactions == 1234
    again = organiser.post(
        f"{COUNTS}/import/apply", data={"token": token}, follow_redirects=True
    )
    assert "đã được nhập trước đó" in text(again)
    seen = organiser.get(f"{COUNTS}/clips/CX1111")
    assert "so lieu.xlsx" in text(seen)
    kept = re.search(r"/evidence/[0-9a-f]{64}", seen.get_data(as_text=True))
    assert kept
    assert organiser.get(f"{COUNTS}{kept[0]}").data == path.read_bytes()


def test_a_wrong_file_is_named_at_its_field(room: Room, organiser: Client, tmp_path: Path) -> None:
    path = tmp_path / "cu.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0 old")
    refused = organiser.post(f"{COUNTS}/import", data=counts_form(room, path))
    assert refused.status_code == 422
    assert "tệp Excel đời cũ" in text(refused)


def test_a_forged_token_opens_nothing(room: Room, organiser: Client) -> None:
    answer = organiser.post(f"{COUNTS}/import/apply", data={"token": "a.b.c"})
    assert (answer.status_code, "quá cũ" in text(answer)) == (422, True)


def written(submission: Submission, **values: str) -> dict[str, str]:
    return {
        "code": submission.code, "reactions": "12", "shares": "", "taken_at": "2023-06-19T14:00",
    } | values


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (40, 40)).save(file, "PNG")
    return BytesIO(file.getvalue())


def test_counts_are_written_by_hand(room: Room, organiser: Client) -> None:
    form = written(room.one) | {"screenshot": (picture(), "man hinh.png")}
    assert organiser.post(f"{COUNTS}/write", data=form).status_code == 303
    found = room.official()[room.one.id]
    assert (found.reactions, found.shares) == (12, None)
    seen = text(organiser.get(COUNTS))
    assert "không rõ" in seen
    assert "1 clip chưa có số tương tác chính thức" in seen
    wrong = organiser.post(f"{COUNTS}/write", data=written(room.one, reactions="-1"))
    assert wrong.status_code == 422


def test_late_counts_are_agreed_to_by_somebody_else(room: Room, visit: Visits) -> None:
    room.bench.clock.moment = CUT_OFF + timedelta(minutes=30)
    one, other = visit.role("organiser"), visit.role("organiser")
    late = written(room.one, taken_at="2023-06-19T16:10")
    refused = one.post(f"{COUNTS}/write", data=late)
    assert (refused.status_code, "cần có lý do" in text(refused)) == (422, True)
    assert one.post(f"{COUNTS}/write", data=late | {"late_reason": "mất điện"}).status_code == 303
    assert room.official() == {}
    page = other.get(COUNTS).get_data(as_text=True)
    found = re.search(r'name="snapshot" value="(\d+)"', page)
    assert found
    assert one.post(f"{COUNTS}/late", data={"snapshot": found[1]}).status_code == 409
    assert other.post(f"{COUNTS}/late", data={"snapshot": found[1]}).status_code == 303
    assert room.official()[room.one.id].late


def test_the_templates_hold_the_clips(room: Room, organiser: Client) -> None:
    sheet = load_workbook(BytesIO(organiser.get(f"{COUNTS}/template.xlsx").data)).worksheets[0]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["Mã clip", "CX1111", "CX2222"]
    assert organiser.get(f"{COUNTS}/ledger-template.xlsx").status_code == 200


def test_the_ledger_is_previewed_then_recorded(
    room: Room, organiser: Client, tmp_path: Path
) -> None:
    organiser.post(f"{COUNTS}/write", data=written(room.one, shares="9"))
    assert "chưa đối chiếu" in text(organiser.get(COUNTS))
    lines = "Mã clip,Tài khoản\n" + "CX1111,Lan\n" * 3 + "CX1111,Minh\n"
    file = {"file": (BytesIO(lines.encode()), "so.csv")}
    preview = organiser.post(LEDGER, data=file)
    assert "4 dòng không ghi thời điểm thấy" in text(preview)
    form = {"token": hidden(preview)}
    asked = organiser.post(f"{LEDGER}/apply", data=form)
    assert (asked.status_code, "một thời điểm cho cả tệp" in text(asked)) == (422, True)
    form |= {"seen_at": "2023-06-19T14:00", "state": "complete"}
    assert organiser.post(f"{LEDGER}/apply", data=form).status_code == 303
    assert room.official()[room.one.id].ledger == [("Lan", 3), ("Minh", 1)]
    share = {"code": "cx1111", "account": "Hoa", "seen_at": "2023-06-19T14:00", "link": ""}
    assert organiser.post(f"{LEDGER}/share", data=share).status_code == 303
    assert organiser.post(f"{LEDGER}/share", data=share | {"code": "CX9"}).status_code == 404
    assert "2 tài khoản" not in text(organiser.get(COUNTS))
    assert "3 tài khoản" in text(organiser.get(COUNTS))
    assert organiser.get(f"{COUNTS}/clips/CX1111").status_code == 200


# ------------------------------------------------------------------- odd counts and corrections

ODD = "/c/quan11-2023/organiser/anomalies"


def test_an_odd_count_is_shown_with_its_numbers_and_plot(room: Room, visit: Visits) -> None:
    room.count(room.one, 280, shares=3, taken_at=CUT_OFF - timedelta(hours=4))
    room.count(room.one, 300, shares=9, taken_at=CUT_OFF - timedelta(hours=2))
    organiser = visit.role("organiser")
    assert "1 dấu hiệu bất thường" in text(organiser.get(COUNTS))
    page = organiser.get(ODD)
    assert "Tổng số cảm xúc đúng 300." in text(page)
    assert "The total of reactions is exactly 300." in text(organiser.english().get(ODD))
    plot = BeautifulSoup(page.get_data(as_text=True), "html.parser").select("main svg polyline")
    assert [len(str(line["points"]).split()) for line in plot] == [2, 2]
    assert not re.search(r"<[^>]* style=|<style", page.get_data(as_text=True))


def test_a_decision_needs_a_choice_and_a_reason(room: Room, visit: Visits) -> None:
    room.count(room.one, 300, taken_at=CUT_OFF - timedelta(hours=2))
    organiser, address = visit.role("organiser"), f"{ODD}/{room.one.code}"
    key = {"key": "round:reactions:300"}
    for form in (key, key | {"decision": "fine"}, key | {"decision": "gone", "reason": "x"}):
        assert organiser.post(address, data=form).status_code == 422
    assert organiser.post(address, data=key | {"decision": "corrected", "reason": "x"}
                          ).status_code == 409
    done = key | {"decision": "fine", "reason": "Đã gọi đơn vị"}
    assert organiser.post(address, data=done).status_code == 303
    assert "Đã quyết định" in text(organiser.get(ODD))
    assert "Đã gọi đơn vị" in text(organiser.get(ODD))
    assert organiser.post(address, data=done).status_code == 409


def test_the_flags_of_a_clip_stand_together_and_one_decision_serves_those_ticked(
    room: Room, visit: Visits
) -> None:
    for count, hours in ((340, 6), (310, 4), (300, 2)):
        room.count(room.one, count, taken_at=CUT_OFF - timedelta(hours=hours))
    organiser = visit.role("organiser")
    page = BeautifulSoup(organiser.get(ODD).get_data(as_text=True), "html.parser")
    [card] = page.select("#open ~ article")
    ticked = [str(box["value"]) for box in card.select("input[name=key][checked]")]
    assert len(ticked) >= 2
    assert len(card.select("input[name=reason]")) == 1
    address = card.form["action"]
    answer = {"decision": "fine", "reason": "Đã đối chiếu từng bài"}
    assert organiser.post(address, data=answer).status_code == 422  # none is ticked
    unknown = answer | {"key": [ticked[0], "drop:never"]}
    assert organiser.post(address, data=unknown).status_code == 404
    assert "Đã quyết định" not in text(organiser.get(ODD))  # all of them or none
    assert organiser.post(address, data=answer | {"key": ticked[:1]}).status_code == 303
    left = BeautifulSoup(organiser.get(ODD).get_data(as_text=True), "html.parser")
    assert [str(box["value"]) for box in left.select("input[name=key]")] == ticked[1:]
    assert organiser.post(address, data=answer | {"key": ticked[1:]}).status_code == 303
    assert text(organiser.get(ODD)).count("Đã đối chiếu từng bài") == len(ticked)


def test_raw_and_corrected_counts_stand_side_by_side(room: Room, visit: Visits) -> None:
    room.count(room.one, 301, shares=9, taken_at=CUT_OFF - timedelta(hours=2))
    first, second = visit.role("organiser"), visit.role("organiser")
    address = f"{COUNTS}/clips/{room.one.code}"
    assert "301 cảm xúc, 9 chia sẻ" in text(first.get(f"{address}/correct"))
    assert first.post(f"{address}/correct", data={"reactions": "250"}).status_code == 422
    assert first.post(f"{address}/correct", data={"reason": "x"}).status_code == 422
    assert first.post(f"{address}/correct", data={"reactions": "250", "reason": "Tài khoản ảo"}
                      ).status_code == 303
    assert "Chờ người thứ hai" in text(first.get(address))
    assert "chờ người thứ hai" in text(first.get(COUNTS))
    with room.bench.platform.db.read() as session:
        [number] = session.scalars(select(Correction.id))
    decide = f"{COUNTS}/corrections/{number}"
    assert first.post(decide, data={"verdict": "agree"}).status_code == 409
    second.post(decide, data={})
    assert "Chờ người thứ hai" in text(first.get(address))
    assert second.post(decide, data={"verdict": "agree"}).status_code == 303
    assert "Đang được tính" in text(first.get(address))
    assert "250 (đã ghi 301)" in text(first.get(COUNTS))


def test_the_set_up_says_plainly_what_rewarding_shares_may_mean(
    visit: Visits, bench: Bench
) -> None:
    admin = visit.user(bench.make.user(admin=True))
    assert "points_per_share = 0" in text(admin.get("/setup"))
    assert "Meta" in text(admin.english().get("/setup"))
