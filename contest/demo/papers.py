"""Sample documents of the demo, as Word files: an idea in three parts, a page for each."""

from pathlib import Path

from docx import Document

from contest.demo.clips import Sample

PARTS = ("Vấn đề", "Giải pháp", "Cách thực hiện")
SENTENCES = (
    "Qua khảo sát {count} đoàn viên, {unit} nhận thấy việc này lặp lại mỗi tuần và tốn nhiều công.",
    "Nhóm tác giả đề xuất “{title}” vì cách làm đơn giản, ai cũng tham gia được.",
    "Mỗi chi đoàn phân công hai bạn phụ trách, họp ngắn vào tối thứ {day} và ghi lại kết quả.",
    "Kinh phí khoảng {money} nghìn đồng, lấy từ nguồn quỹ và sự ủng hộ của người dân.",
    "Sau {months} tháng thực hiện, đơn vị đánh giá lại bằng số liệu và chia sẻ cho đơn vị bạn.",
)
USUAL, SHORT = 4, 1  # times that a part says its sentences


def make(sample: Sample, path: Path) -> None:
    """Write the document to ``path`` (.docx) atomically; one with the flaw "short" has too few
    words."""
    document = Document()
    document.add_heading(sample.title, 0)
    document.add_paragraph(f"Tác giả: {sample.authors}. Đơn vị: {sample.unit}.")
    for place, part in enumerate(PARTS):
        if place:
            document.add_page_break()  # type: ignore[no-untyped-call]
        document.add_heading(part, 1)
        for turn in range(SHORT if sample.flaw == "short" else USUAL):
            document.add_paragraph(_paragraph(sample, 4 * place + turn))
    fresh = path.with_suffix(".part")
    document.save(str(fresh))
    fresh.replace(path)


def _paragraph(sample: Sample, turn: int) -> str:
    seed = 7 * sample.number + 3 * turn + sample.seconds
    return " ".join(SENTENCES).format(
        count=40 + seed % 90, unit=sample.unit, title=sample.title, day=2 + seed % 6,
        money=200 + 50 * (seed % 9), months=2 + seed % 7,
    )
