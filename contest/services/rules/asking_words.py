"""The words of rules about what a contest's own questions ask."""

from contest.services.rules.labels import Label

RULES = {
    "questions": Label(
        "Câu hỏi thêm trong phiếu dự thi",
        "Questions besides the form's own",
        "Ban Tổ chức luôn xem được câu trả lời; người khác chỉ khi được chọn.",
        "Organisers always read the answers; others only where chosen.",
    ),
    "filings": Label(
        "Đơn vị nộp gì ngoài clip",
        "What units file besides clips",
        "Không đặt câu hỏi nào thì đơn vị nộp tệp PDF, Word hoặc Excel.",
        "Where it has no questions of its own, a PDF, Word or Excel file is sent.",
    ),
    "filings.questions": Label(
        "Câu hỏi khi nộp",
        "What is asked",
        "Không có câu hỏi nào thì đơn vị nộp tệp PDF, Word hoặc Excel.",
        "Without questions a PDF, Word or Excel file is sent.",
    ),
}
COLUMNS = {
    "due": Label("Hạn nộp", "Due", "Từ giờ này trở đi là trễ.", "From then on it is late."),
    "late": Label("Khi trễ hạn", "What is late"),
    "groups": Label("Chỉ các khối", "Only of these groups",
                    "Mỗi dòng một khối; để trống là mọi đơn vị.",
                    "One on each line; empty: every unit."),
    "label": Label("Lời hỏi", "Question"),
    "help": Label("Lời giải thích", "Hint"),
    "kind": Label("Loại câu trả lời", "Kind of answer"),
    "retired": Label("Thôi hỏi, giữ câu trả lời", "Asked no more, answers stay"),
    "options": Label(
        "Các lựa chọn",
        "Options",
        "Mỗi dòng một lựa chọn: tiếng Việt | tiếng Anh. Ví dụ: Phường | Ward",
        "One on each line: Vietnamese | English. For example: Phường | Ward",
    ),
    "least": Label("Ít nhất", "At least", "Số ký tự, số mục chọn, hoặc chính con số.",
                   "Characters, options chosen, or the number itself."),
    "most": Label("Nhiều nhất", "At most", "Số ký tự, số mục chọn, chính con số, hoặc số tệp.",
                  "Characters, options chosen, the number itself, or files."),
    "earliest": Label("Ngày sớm nhất", "Earliest day", "Ví dụ 2023-06-01.", "Such as 2023-06-01."),
    "latest": Label("Ngày muộn nhất", "Latest day", "Ví dụ 2023-06-30.", "Such as 2023-06-30."),
    "types": Label("Loại tệp", "Kinds of files"),
    "megabytes": Label("Mỗi tệp tối đa (MB)", "Most of each file (MB)"),
    "seen_by": Label("Ai xem được", "Read by"),
}
CHOICES = {
    "marked": Label("Vẫn nhận, ghi là trễ", "Taken and marked"),
    "refused": Label("Không nhận", "Refused"),
    "text": Label("Một dòng chữ", "A line"),
    "long": Label("Đoạn văn", "A text"),
    "choice": Label("Chọn một", "One choice"),
    "several": Label("Chọn nhiều", "Several choices"),
    "number": Label("Con số", "A number"),
    "date": Label("Ngày", "A day"),
    "file": Label("Tệp", "A file"),
    "reviewers": Label("Ban thẩm định", "Reviewers"),
    "jurors": Label("Giám khảo", "Jurors"),
    "public": Label("Mọi người", "Everybody"),
    "pdf": Label("PDF", "PDF"),
    "docx": Label("Word (DOCX)", "Word (DOCX)"),
    "xlsx": Label("Excel (XLSX)", "Excel (XLSX)"),
    "picture": Label("Ảnh", "A picture"),
}
