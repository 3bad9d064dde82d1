"""Rules about a PDF or a Word document."""

from __future__ import annotations

from collections.abc import Sequence

from ...files.facts import DocumentFile
from ...words import NOTHING, Text, beside, counted, exact, number, same
from ..kinds import Judgement, Limit, Limits, Rule
from .names import PAPERS, is_paper, listed, paper, paper_name
from .shared import Words, format_rule, range_limits, size_rule, told_range, within
from .texts import CHARACTERS_RULE, LETTERS, WORDS_RULE

SAVE_AS = Text(
    "Hãy mở bằng Word hoặc LibreOffice, lưu lại dưới dạng .docx thường hoặc xuất ra PDF.",
    "Open it in Word or LibreOffice and save it as a plain .docx, or export it as a PDF.",
)
LIGHTER = Text(
    "Hãy nén ảnh trong tài liệu (Word: Nén ảnh) rồi lưu lại.",
    "Squeeze the pictures in it (Word: Compress Pictures) and save it again.",
)
LINKS = Words("Có {} liên kết", "liên kết", "link", "links")
PAGES = Words("Có {} trang", "trang", "page", "pages")
ACTIVE = {
    "macros": Text("macro", "macros"),
    "javascript": Text("mã JavaScript", "JavaScript"),
    "launch": Text("lệnh mở chương trình hoặc tệp khác", "an order to open a program or a file"),
    "submit": Text("lệnh gửi dữ liệu đi", "an order to send data away"),
    "template": Text("mẫu tải từ nơi khác", "a template from elsewhere"),
    "remote": Text("hình hoặc phần tải từ nơi khác", "pictures or parts from elsewhere"),
    "media": Text("phim hoặc âm thanh nhúng", "embedded film or sound"),
    "controls": Text("nút điều khiển ActiveX", "ActiveX controls"),
    "dde": Text("lệnh lấy dữ liệu từ chương trình khác (DDE)", "data of another program (DDE)"),
}
MOST_NAMED = 3


def _intact(file: DocumentFile, _limits: Limits) -> Judgement:
    whole = Text("tài liệu đầy đủ", "a complete document")
    remedy = Text(
        "Hãy lưu lại hoặc xuất lại tài liệu, mở xem đến hết rồi gửi.",
        "Save or export it again, look at all of it, then send it.",
    )
    if file.damage:
        seen = Text("thiếu phần cuối", "cut off")
        message = Text(
            "Tài liệu thiếu phần cuối: chép hoặc gửi bị ngắt giữa chừng.",
            "The end of the document is missing: copying or sending was cut off.",
        )
        return Judgement(False, file.damage, "", message, remedy, seen, whole)
    if (file.pages_promised or 0) > (file.pages or 0):
        seen = Text("thiếu trang", "pages missing")
        promised, there = number(file.pages_promised or 0), number(file.pages or 0)
        message = Text(
            f"Tài liệu thiếu trang: tệp ghi có {promised.vi} trang, chỉ tìm thấy {there.vi}.",
            f"Pages are missing: the file promises {promised.en}, {there.en} were found.",
        )
        return Judgement(False, "pages", "", message, remedy, seen, whole)
    if file.unread_pages:
        told = _pages_named(file.unread_pages)
        seen = Text(f"không đọc được {told.vi}", f"{told.en} cannot be read")
        message = Text(
            f"Không đọc được {told.vi} của tài liệu.",
            f"{told.en.capitalize()} of the document cannot be read.",
        )
        return Judgement(False, file.unread_pages, [], message, remedy, seen, whole)
    message = Text("Tài liệu đầy đủ, mở được hết.", "The document is complete.")
    return Judgement(True, "", "", message, seen=whole, permitted=whole)


def _pages_named(pages: Sequence[int]) -> Text:
    """``trang 2, 5 và 9`` / ``pages 2, 5 and 9``, shortened."""
    if len(pages) == 1:
        return Text(f"trang {pages[0]}", f"page {pages[0]}")
    named, more = pages[:MOST_NAMED], len(pages) - MOST_NAMED
    if more > 0:
        shown, rest = ", ".join(map(str, named)), number(more)
        return Text(f"trang {shown} và {rest.vi} trang nữa", f"pages {shown} and {rest.en} more")
    shown, last = ", ".join(map(str, named[:-1])), named[-1]
    return Text(f"trang {shown} và {last}", f"pages {shown} and {last}")


def _pages(file: DocumentFile, limits: Limits) -> Judgement:
    """A Word document has no pages before it is laid out: what it says of them is a hint."""
    if file.pages is None:
        low, high = limits["min"], limits["max"]
        allowed = told_range(low, high)
        message = Text(
            f"Tệp Word không ghi số trang; cho phép {allowed.vi}.",
            f"The Word file does not tell how many pages it has; {allowed.en} is allowed.",
        )
        remedy = Text("Hãy mở xem số trang.", "Open it and look.")
        unknown = Text("chưa rõ", "unknown")
        return Judgement(
            False, None, {"min": low, "max": high}, message, remedy, unknown, unsure=True
        )
    found = within(file.pages, limits, "min", "max", PAGES)
    if file.pages_sure:
        return found
    hint = Text(
        "Đó là số Word ghi trong tệp, có thể đã cũ.",
        "That is what Word noted in the file; it may be out of date.",
    )
    return Judgement(
        found.ok,
        found.found,
        found.allowed,
        found.message + hint,
        found.remedy,
        found.seen,
        found.permitted,
        unsure=True,
    )


def _paper(file: DocumentFile, limits: Limits) -> Judgement | None:
    if not file.papers:
        return None
    names = limits["sizes"]
    other = [each for each in file.papers if not any(is_paper(*each[:2], name) for name in names)]
    allowed = listed([paper_name(name) for name in names])
    shown = paper(*(other or file.papers)[0][:2])
    values = [list(each) for each in file.papers]
    if not other:
        message = Text(f"Khổ giấy {shown.vi}.", f"The paper is {shown.en}.")
        return Judgement(True, values, names, message, seen=shown, permitted=allowed)
    message = Text(
        f"Có trang khổ {shown.vi}; cần khổ {allowed.vi}.",
        f"Some pages are {shown.en}; {allowed.en} is needed.",
    )
    remedy = Text(
        "Hãy đổi khổ giấy (Word: Bố trí, Kích cỡ) rồi lưu lại.",
        "Change the paper (Word: Layout, Size) and save it again.",
    )
    return Judgement(False, values, names, message, remedy, shown, allowed)


def _fonts(file: DocumentFile, _limits: Limits) -> Judgement | None:
    """Of a PDF; a Word document never needs to hold them."""
    if file.format != "pdf":
        return None
    all_ = Text("đủ phông chữ", "all fonts embedded")
    missing = file.fonts_missing
    if not missing:
        message = Text("Phông chữ nằm sẵn trong tệp.", "The fonts are in the file.")
        return Judgement(True, [], [], message, seen=all_, permitted=all_)
    told = ", ".join(missing[:MOST_NAMED]) + (" …" if len(missing) > MOST_NAMED else "")
    message = Text(
        f"Phông chữ không nằm trong tệp: {told}; máy khác có thể hiện sai chữ.",
        f"Fonts are not in the file: {told}; other machines may show it wrongly.",
    )
    remedy = Text(
        "Hãy xuất lại PDF từ Word (Lưu thành, PDF), không dùng máy in ảo cũ.",
        "Export the PDF from Word again (Save As, PDF), not with an old virtual printer.",
    )
    return Judgement(False, missing, [], message, remedy, same(told), all_)


def _old_fonts(file: DocumentFile, _limits: Limits) -> Judgement:
    none = Text("chữ Unicode", "Unicode letters")
    if not file.old_fonts:
        message = Text("Chữ theo bảng mã Unicode.", "The letters are Unicode.")
        return Judgement(True, [], [], message, seen=none, permitted=none)
    told = ", ".join(file.old_fonts[:MOST_NAMED])
    message = Text(
        f"Tài liệu dùng phông chữ cũ {told} (bảng mã TCVN3 hoặc VNI): máy khác hiện sai chữ, hệ "
        "thống đếm chữ và tìm bài trùng không đúng.",
        f"The document uses old fonts, {told} (TCVN3 or VNI): other machines show it wrongly, and "
        "counts of words are not right.",
    )
    remedy = Text(
        "Hãy chuyển sang Unicode (ví dụ bằng UniKey: Ctrl+Shift+F6) với phông Times New Roman.",
        "Change it to Unicode (such as with UniKey: Ctrl+Shift+F6) and Times New Roman.",
    )
    return Judgement(False, file.old_fonts, [], message, remedy, same(told), none)


def _scanned(file: DocumentFile, limits: Limits) -> Judgement:
    count, most = len(file.picture_pages), limits["max_share_pct"]
    share = 100 * count / (file.pages or 1) if file.format == "pdf" else 100 * min(1, count)
    ok = share <= most
    shown, allowed = beside(share, None, most), exact(most)
    message = Text("Tài liệu có chữ đọc được.", "The document has text.")
    if not ok:
        pages = _pages_named(file.picture_pages)
        where = Text(f" ({pages.vi})", f" ({pages.en})") if share < 100 else NOTHING  # noqa: PLR2004
        message = Text(
            f"Có {shown.vi} % số trang chỉ là ảnh chụp hoặc bản quét{where.vi}; cho phép đến "
            f"{allowed.vi} %. Hệ thống không đọc được chữ ở đó.",
            f"Of the pages {shown.en} % are photographs or scans{where.en}; up to {allowed.en} % "
            "is allowed. Their words cannot be read.",
        )
    remedy = Text(
        "Hãy gửi tệp Word, hoặc PDF xuất từ Word thay vì bản quét.",
        "Send the Word file, or a PDF exported from Word instead of a scan.",
    )
    return Judgement(
        ok,
        file.picture_pages,
        {"max_share_pct": most},
        message,
        NOTHING if ok else remedy,
        Text(f"{shown.vi} %", f"{shown.en} %"),
        Text(f"đến {allowed.vi} %", f"up to {allowed.en} %"),
    )


def _active(file: DocumentFile, _limits: Limits) -> Judgement:
    """What would run, or reach out, when somebody opens the file."""
    none = Text("không có", "none")
    if not file.active:
        message = Text(
            "Tài liệu không có thành phần tự chạy.", "Nothing in the document runs by itself."
        )
        return Judgement(True, [], [], message, seen=none, permitted=none)
    names = [ACTIVE[word] for word in file.active]
    told = Text(", ".join(name.vi for name in names), ", ".join(name.en for name in names))
    message = Text(
        f"Tài liệu có thành phần tự chạy hoặc tự kết nối ra ngoài: {told.vi}.",
        f"Something in the document runs or reaches out by itself: {told.en}.",
    )
    return Judgement(False, file.active, [], message, SAVE_AS, told, none)


def _attachments(file: DocumentFile, _limits: Limits) -> Judgement:
    none = Text("không có", "none")
    if not file.attachments:
        message = Text("Không có tệp nhúng.", "No files are embedded.")
        return Judgement(True, 0, 0, message, seen=none, permitted=none)
    count = number(file.attachments)
    message = Text(
        f"Tài liệu nhúng {count.vi} tệp khác bên trong.",
        f"The document holds {counted(file.attachments, 'other file', 'other files')}.",
    )
    remedy = Text(
        "Hãy bỏ tệp nhúng, gửi riêng nếu cần.", "Take out what is embedded; send it by itself."
    )
    return Judgement(False, file.attachments, 0, message, remedy, count, none)


def _links(file: DocumentFile, limits: Limits) -> Judgement:
    ok = file.links <= limits["max"]
    count, most = number(file.links), exact(limits["max"])
    upto = Text("đến ", "up to ") if limits["max"] else NOTHING
    verb = Words.are(limits["max"])
    message = Text(
        f"Có {count.vi} liên kết ra ngoài; cho phép {upto.vi}{most.vi}.",
        f"{LINKS.en(file.links)} to other places; {upto.en}{most.en} {verb} allowed.",
    )
    remedy = Text("Hãy bỏ bớt liên kết.", "Take links out.")
    return Judgement(
        ok, file.links, {"max": limits["max"]}, message, NOTHING if ok else remedy, count, most
    )


RULES = (
    Rule("intact", (), _intact),
    format_rule(("docx", "pdf", "docm"), SAVE_AS, ("docx", "pdf")),
    size_rule(LIGHTER),
    Rule("pages", range_limits("min", "max"), _pages, (("min", "max"),), open_end=True),
    WORDS_RULE,
    CHARACTERS_RULE,
    Rule("paper", (Limit("sizes", "list", ["a4"], choices=tuple(PAPERS)),), _paper),
    Rule("fonts_embedded", (), _fonts),
    Rule("old_fonts", (), _old_fonts),
    LETTERS,
    Rule("scanned", (Limit("max_share_pct", "number", 50, high=100),), _scanned),
    Rule("active", (), _active),
    Rule("attachments", (), _attachments),
    Rule("links", (Limit("max", "number", 0),), _links),
)
