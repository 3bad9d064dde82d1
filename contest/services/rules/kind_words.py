"""The words of rules about what is entered: a clip, pictures, a document, a text."""

from contest.services.rules.labels import Label

_EMPTY = ("Để trống: không giới hạn.", "Empty: no bound.")

RULES = {
    "entry.kind": Label(
        "Bài dự thi là",
        "What is entered",
        "Chỉ đổi được khi chưa có bài. Ngoài clip ra, bài không đăng lên Fanpage được và mục “Hình "
        "ảnh, âm thanh” phải để trống.",
        "Can be changed while there is no entry. What is no clip cannot be posted on the Page, and "
        "the section “Picture and sound” stays empty.",
    ),
    "entry.pictures.least": Label("Bộ ảnh: ít nhất (ảnh)", "Picture set: at least (pictures)"),
    "entry.pictures.most": Label("Bộ ảnh: nhiều nhất (ảnh)", "Picture set: at most (pictures)"),
    "entry.pictures.min_long_side": Label(
        "Ảnh: cạnh dài ít nhất (điểm ảnh)", "Picture: longer side at least (px)", *_EMPTY
    ),
    "entry.pictures.min_short_side": Label(
        "Ảnh: cạnh ngắn ít nhất (điểm ảnh)", "Picture: shorter side at least (px)", *_EMPTY
    ),
    "entry.pictures.ratios": Label(
        "Ảnh: tỉ lệ khung được nhận",
        "Picture: ratios that are taken",
        "Mỗi dòng một tỉ lệ, ví dụ 3:2; để trống là tỉ lệ nào cũng nhận.",
        "One on each line, such as 3:2; empty: any.",
    ),
    "entry.document.types": Label("Tài liệu: loại tệp", "Document: kinds of files"),
    "entry.document.least_pages": Label(
        "Tài liệu: ít nhất (trang)", "Document: at least (pages)", *_EMPTY
    ),
    "entry.document.most_pages": Label(
        "Tài liệu: nhiều nhất (trang)", "Document: at most (pages)", *_EMPTY
    ),
    "entry.document.least_words": Label(
        "Tài liệu: ít nhất (chữ)", "Document: at least (words)", *_EMPTY
    ),
    "entry.document.most_words": Label(
        "Tài liệu: nhiều nhất (chữ)", "Document: at most (words)", *_EMPTY
    ),
    "entry.text.least_words": Label("Bài viết: ít nhất (chữ)", "Text: at least (words)", *_EMPTY),
    "entry.text.most_words": Label("Bài viết: nhiều nhất (chữ)", "Text: at most (words)", *_EMPTY),
}
CHOICES = {
    # With the key of their rule where the word alone means something else in another one.
    "entry.kind clip": Label("Clip", "A clip"),
    "entry.kind text": Label("Bài viết ngay trên trang", "A text, written on the page"),
    "pictures": Label("Bộ ảnh", "A set of pictures"),
    "document": Label("Tài liệu (PDF, Word)", "A document (PDF, Word)"),
}
