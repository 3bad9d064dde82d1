"""Sample documents of the demo, as Word files: an idea in three parts, a page for each; and texts.
"""

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
ESSAY = (
    "Tôi viết bài này sau một buổi chiều ngồi nghe người lớn trong xóm kể chuyện ngày trước. Ngày "
    "26 tháng 3 năm 1931 được lấy làm ngày thành lập Đoàn, và từ đó lớp lớp thanh niên nối nhau "
    "bước tiếp. Người kể chuyện cho tôi nghe năm nay {age} tuổi, vẫn giữ chiếc huy hiệu đã sờn.",
    "Năm 1964, phong trào “Ba sẵn sàng” bắt đầu từ Hà Nội rồi lan ra cả miền Bắc; một năm sau, "
    "thanh niên miền Nam hưởng ứng “Năm xung phong”. Những cái tên ấy chúng tôi học trong sách, "
    "nhưng phải nghe giọng người trong cuộc mới hiểu vì sao {count} bạn cùng làng lên đường một "
    "ngày.",
    "Điều làm tôi nhớ nhất trong chuyện “{title}” không phải con số mà là một câu nói: việc gì khó "
    "thì mình nhận trước. Câu ấy theo tôi vào lớp, vào buổi sinh hoạt chi đoàn tối thứ {day}, và "
    "vào cả những lúc tôi muốn bỏ cuộc giữa chừng.",
    "Hôm nay tuổi trẻ không phải ra trận, nhưng việc khó thì vẫn còn: dòng kênh cần dọn, cụ già "
    "cần người đọc giúp tờ đơn, em nhỏ cần một lớp học buổi tối. Chi đoàn chúng tôi chọn lớp học, "
    "mỗi tuần {times} buổi, và đã giữ được {months} tháng.",
    "Viết đến đây tôi hiểu truyền thống không nằm trong tủ kính. Nó ở chỗ người trước làm, người "
    "sau nhìn thấy và làm tiếp, mỗi người một việc vừa sức mình, đều đặn và không cần ai khen. Nếu "
    "một ngày có bạn nhỏ nào hỏi tôi Đoàn là gì, tôi sẽ dẫn bạn ấy đến lớp học bên kia con kênh. "
    "Đó cũng là lời hứa mà tôi muốn ghi lại, để năm sau đọc và tự hỏi mình đã giữ được bao nhiêu.",
)


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


def write(sample: Sample, path: Path) -> None:
    """Write the essay to ``path`` (.txt) atomically, as the platform keeps it; one with the flaw
    "short" has too few words."""
    seed = 7 * sample.number + sample.seconds
    paragraphs = ESSAY[:1] if sample.flaw == "short" else ESSAY
    body = "\n\n".join(paragraphs).format(
        title=sample.title, age=68 + seed % 20, count=5 + seed % 9, day=2 + seed % 6,
        times=1 + seed % 3, months=2 + seed % 7,
    )
    fresh = path.with_suffix(".part")
    fresh.write_text(body.strip() + "\n", "utf-8")
    fresh.replace(path)
