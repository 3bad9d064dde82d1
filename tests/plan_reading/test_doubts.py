"""What a person must decide is named: false weekdays, contradictions, two readings, gaps."""

import pytest

from plan_reading import read_plan


def messages(text: str) -> list[str]:
    return [doubt.vi for doubt in read_plan(text.encode()).doubts]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Họp vào 11g00 ngày 06/5/2023 (thứ Sáu)", "06/5/2023 là thứ Bảy, kế hoạch ghi thứ Sáu."),
        ("Họp vào thứ Hai, ngày 20/3/2024", "20/3/2024 là thứ Tư, kế hoạch ghi thứ Hai."),
        ("Hạn nộp clip: 16g00 Chủ nhật 20/3/2024", "20/3/2024 là thứ Tư, kế hoạch ghi Chủ nhật."),
        ("Trao giải ngày 05/4/2024 (CN)", "05/4/2024 là thứ Sáu, kế hoạch ghi Chủ nhật."),
        ("Trao giải thứ 7 ngày 05 tháng 4 năm 2024", "05/4/2024 là thứ Sáu, kế hoạch ghi thứ Bảy."),
        (
            "Công văn số 5-CV/ĐTN ngày 05/4/2024 (thứ Ba)",
            "05/4/2024 là thứ Sáu, kế hoạch ghi thứ Ba.",
        ),
    ],
)
def test_a_weekday_that_does_not_fit_is_named(line: str, said: str) -> None:
    found = read_plan(line.encode()).doubts
    assert [doubt.vi for doubt in found] == [f"{said} Hãy xem lại ngày nào đúng."]
    assert found[0].source == line


def test_weekdays_that_fit_are_no_doubt() -> None:
    assert (
        messages("Nhận clip đến hết ngày 20/3/2024 (thứ Tư), trao giải thứ 6 ngày 05/4/2024") == []
    )


def test_the_third_time_is_no_weekday() -> None:
    assert messages("Hội thi lần thứ ba, ngày 20/3/2024") == []


def test_a_day_that_does_not_exist_is_named() -> None:
    assert messages("Trao giải ngày 31/4/2024") == ["Không có ngày 31/4/2024. Hãy xem lại."]


@pytest.mark.parametrize(("line", "hour"), [
    ("Nhận clip đến 25g00 ngày 15/11/2024", "25g00"),
    ("Nhận clip đến 16g60 ngày 15/11/2024", "16g60"),
    ("Hạn nộp clip: ngày 15/11/2024 lúc 27 giờ", "27g00"),
])
def test_an_hour_that_does_not_exist_is_named_and_the_day_is_kept(line: str, hour: str) -> None:
    draft = read_plan(line.encode())
    assert [doubt.vi for doubt in draft.doubts] == [f"Không có giờ {hour}. Hãy xem lại."]
    assert [one.value for one in draft.values] == ["2024-11-16T00:00:00+07:00"]


def test_before_a_day_is_read_both_ways() -> None:
    draft = read_plan("Nộp clip trước ngày 20/3/2024".encode())
    close = draft.values[0]
    assert close.value == "2024-03-20T00:00:00+07:00"
    assert [other.value for other in close.others] == ["2024-03-21T00:00:00+07:00"]
    assert len(draft.doubts) == 1


def test_two_deadlines_are_a_contradiction_that_names_both_sentences() -> None:
    first, second = "Nhận clip đến hết ngày 20/3/2024.", "Hạn chót nộp clip: 22/3/2024."
    (doubt,) = read_plan(f"{first}\n\n{second}".encode()).doubts
    assert doubt.source == f"{first}\n{second}"
    assert "00g00 ngày 21/3/2024" in doubt.vi and "00g00 ngày 23/3/2024" in doubt.vi


def test_the_same_said_twice_is_no_contradiction_and_the_hour_wins() -> None:
    draft = read_plan(
        "Bình chọn đến hết ngày 19/6/2023.\n\nBình chọn đến 16g00 ngày 19/6/2023.".encode()
    )
    assert draft.value("schedule.counts_close") == "2023-06-19T16:00:00+07:00"
    assert draft.doubts == ()


@pytest.mark.parametrize(
    "text",
    [
        "Ban giám khảo chấm 50% số điểm, tương tác chiếm 60% số điểm",
        "Clip có tỉ lệ khung hình 16:9 hoặc tỉ lệ 9:16",
        "10 lượt like = 1 điểm",
        "01 giải nhất; 02 giải nhì\n\nGồm 03 giải nhì và nhiều phần quà",
        "Nhận clip đến 20/3/2024\n\nBình chọn từ 15/3/2024 đến 18/3/2024",
        "Tiêu chí chấm:\n- Nội dung: 50 điểm\n- Hình thức: 30 điểm\n- Tổng: 100 điểm",
    ],
)
def test_each_contradiction_is_one_doubt_in_two_languages(text: str) -> None:
    (doubt,) = read_plan(text.encode()).doubts
    assert doubt.vi and doubt.en and doubt.source


def test_what_is_not_found_is_named() -> None:
    draft = read_plan("Mỗi đơn vị ít nhất 01 clip.".encode())
    assert "schedule.entries_close" in draft.missing and "prizes" in draft.missing
    assert "quota.minimum" not in draft.missing


def test_the_same_plan_gives_the_same_draft() -> None:
    text = "Nhận clip đến hết ngày 20/3/2024. Trao giải ngày 05/4/2024 (thứ Hai).".encode()
    assert read_plan(text) == read_plan(text)
