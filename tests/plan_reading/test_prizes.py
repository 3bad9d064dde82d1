"""Prizes and rubrics as plans write them: what, how many, with money or not."""

import pytest

from plan_reading import read_plan

WAYS = [
    ("- 01 Giải nhất + Hiện kim + Giấy khen", [("first", 1, True)]),
    (
        "01 giải Nhất: 3.000.000 đồng; 02 giải Nhì: mỗi giải 2.000.000 đồng",
        [("first", 1, True), ("second", 2, True)],
    ),
    (
        "Cơ cấu gồm: 1 giải nhất, 2 giải nhì, 3 giải ba và 5 giải khuyến khích.",
        [("first", 1, False), ("second", 2, False), ("third", 3, False), ("consolation", 5, False)],
    ),
    (
        "Gồm 01 giải nhất, 02 nhì, 03 ba, 05 khuyến khích",
        [("first", 1, False), ("second", 2, False), ("third", 3, False), ("consolation", 5, False)],
    ),
    (
        "Cơ cấu giải thưởng: 01 Nhất, 02 Nhì, 05 Khuyến khích",
        [("first", 1, False), ("second", 2, False), ("consolation", 5, False)],
    ),
    ("Giải Nhất (01 giải): Giấy khen và 5 triệu đồng", [("first", 1, True)]),
    ("Giải Nhì: 02 giải, mỗi giải 1.500.000đ", [("second", 2, True)]),
    ("02 (hai) giải ba, mỗi giải 500 nghìn đồng", [("third", 2, True)]),
    ("01 Giải đặc biệt trị giá 10.000.000 đồng", [("special", 1, True)]),
    ("01 giải “Video clip được yêu thích nhất”", [("favourite", 1, False)]),
    ("01 giải cho clip có lượt tương tác cao nhất", [("interactions", 1, False)]),
    (
        "Giải thưởng: Nhất: 01 giải; Nhì: 02 giải; Khuyến khích: 05 giải",
        [("first", 1, False), ("second", 2, False), ("consolation", 5, False)],
    ),
    ("03 giải A, 05 giải B", [("a", 3, False), ("b", 5, False)]),
    ("Nếu đạt giải nhất thì được dự thi cấp trên.", []),
    ("Đơn vị có điểm cao nhất được ít nhất 01 suất.", []),
]


@pytest.mark.parametrize(("line", "prizes"), WAYS, ids=lambda value: str(value)[:40])
def test_a_line_of_prizes(line: str, prizes: list[tuple[str, int, bool]]) -> None:
    found = read_plan(line.encode()).value("prizes") or []
    assert [(prize["id"], prize["count"], prize["cash"]) for prize in found] == prizes


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        (
            (
                "Tiêu chí chấm điểm:\n- Nội dung: 40 điểm\n- Hình ảnh, âm thanh (30 điểm)\n- Sáng"
                " tạo: tối đa 30 điểm"
            ),
            [("Nội dung", 40), ("Hình ảnh, âm thanh", 30), ("Sáng tạo", 30)],
        ),
        (
            "Ban giám khảo chấm: nội dung 50 điểm, hình thức 50 điểm.",
            [("nội dung", 50), ("hình thức", 50)],
        ),
        (
            "Tiêu chí chấm: Nội dung (40 điểm), Hình ảnh - âm thanh (30 điểm), Sáng tạo (30 điểm).",
            [("Nội dung", 40), ("Hình ảnh - âm thanh", 30), ("Sáng tạo", 30)],
        ),
        (
            "Thang điểm: Ý tưởng [60 điểm], kỹ thuật [25 điểm] và thông điệp [15 điểm]",
            [("Ý tưởng", 60), ("kỹ thuật", 25), ("thông điệp", 15)],
        ),
        ("Tiêu chí: rõ ràng, dễ hiểu.", []),
    ],
)
def test_a_rubric(text: str, criteria: list[tuple[str, int]]) -> None:
    found = read_plan(text.encode()).value("jury.criteria") or []
    assert [(one["name"]["vi"], one["max"]) for one in found] == criteria
