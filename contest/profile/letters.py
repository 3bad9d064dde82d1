"""The letters that a contest may word itself, and what each may name in braces.

A letter's own words are plain text; ``{unit}`` and the like are replaced, once, by what they stand
for, and nothing else in them is ever interpreted. ``{next_step}`` is the sentence that depends on
the hour (until when something may still be sent, or that it is too late), so that no wording can
ask for what the next click refuses.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contest.errors import Invalid

NAMED = re.compile(r"\{([^{}]*)\}")
STRAY = re.compile(r"[{}]")
MOST_SUBJECT, MOST_BODY = 150, 5000


@dataclass(frozen=True)
class Field:
    """What a name in braces stands for: a value of the letter, shown through ``filter``."""

    vi: str
    en: str
    value: str
    filter: str = ""

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.vi


@dataclass(frozen=True)
class Letter:
    """One letter: to whom and when; the names it may hold; those that it cannot do without."""

    vi: str
    en: str
    fields: tuple[str, ...]
    needs: tuple[str, ...] = ()

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.vi


@dataclass(frozen=True)
class Words:
    """A contest's own words for a letter in one language."""

    letter: str
    subject: str
    body: str


NEXT, CHANGES = "next_step", "changes"  # blocks of the template, not values
BLOCKS = (NEXT, CHANGES, "roles")
FIELDS = {
    "contest": Field("tên hội thi", "the contest's title", "contest_title"),
    "organiser": Field("đơn vị tổ chức", "the organiser", "organiser"),
    "contact": Field("nơi liên hệ", "whom to ask", "contact"),
    "unit": Field("tên đơn vị", "the unit", "unit"),
    "code": Field("mã bài dự thi", "the entry's code", "code"),
    "title": Field("tên clip", "the clip's title", "title"),
    "reason": Field("lý do đã ghi", "the reason given", "reason"),
    "findings": Field("từng điểm cần sửa", "each point to fix", "findings"),
    "received_at": Field("lúc nhận clip", "when the clip arrived", "received_at", "time"),
    "until": Field("hạn gửi clip", "until when it may be sent", "until", "last_day"),
    "page": Field("tên Fanpage", "the Fanpage", "page_name"),
    "release_at": Field("giờ đăng", "when it is posted", "release_at", "time"),
    "post": Field("địa chỉ bài đăng", "the post's address", "permalink"),
    "points": Field("điểm", "its points", "points"),
    "rank": Field("hạng", "its rank", "rank"),
    "prize": Field("giải thưởng", "its prize", "prize"),
    "filename": Field("tên tệp", "the file", "filename"),
    "size": Field("dung lượng", "its size", "size", "size"),
    "kept_until": Field("giữ đến lúc", "kept until", "kept_until", "time"),
    "minimum": Field("số clip mỗi đơn vị ít nhất", "the least clips of a unit", "minimum"),
    "deadline": Field("hạn chót", "the deadline", "deadline", "last_day"),
    "count": Field("số còn lại", "how many are left", "count"),
    "remedy": Field("việc cần làm", "what to do", "remedy"),
    "ends": Field("lúc hết hạn", "when it ends", "ends"),
    "clips": Field("từng clip chờ phiếu", "each clip that waits", "clips"),
    "host": Field("nơi chứa tệp", "where the file is", "host"),
    "why": Field("vì sao, và cần làm gì", "why, and what to do", "why"),
    "filing": Field("tên báo cáo, đăng ký phải nộp", "what is to be filed", "filing_name"),
    "hour": Field("giờ đã hẹn", "the set hour", "hour"),
    CHANGES: Field("từng mốc đã dời: cũ → mới", "each date that moved: old → new", CHANGES),
    "roles": Field("lời mời với vai trò", "the sentence that names the roles", "roles"),
    NEXT: Field("câu về việc cần làm và thời hạn, tự đổi theo giờ gửi",
                "what to do and until when, as it is when the letter goes out", NEXT),
}
EVERYWHERE = ("contest", "organiser", "contact")
ENTRY = ("code", "title", "unit")
LETTERS = {
    "reminder": Letter("Nhắc đơn vị chưa có clip", "Units without a clip are reminded",
                       ("unit", "minimum", "deadline", NEXT), ("deadline",)),
    "findings": Letter("Clip cần sửa về kỹ thuật", "A clip needs fixing",
                       (*ENTRY, "findings", "until", NEXT), ("findings", NEXT)),
    "changes_requested": Letter("Người thẩm định đề nghị chỉnh sửa", "A reviewer asks for changes",
                                (*ENTRY, "reason", "until", NEXT), ("reason", NEXT)),
    "review_reminder": Letter("Nhắc người thẩm định", "Reviewers are reminded",
                              ("count", "deadline"), ("deadline",)),
    "jury_reminder": Letter("Nhắc giám khảo", "Jurors are reminded",
                            ("count", "deadline", NEXT), ("deadline",)),
    "count_reminder": Letter("Nhắc Ban Tổ chức về việc chốt số", "Organisers: the counts",
                             ("count", "deadline"), ("deadline",)),
    "receipt": Letter("Đã nhận clip", "A clip has arrived", (*ENTRY, "received_at"), ("code",)),
    "upload_waiting": Letter("Clip mới gửi được một phần", "A clip is half sent",
                             ("title", "unit", "filename", "size", "kept_until", NEXT),
                             ("kept_until",)),
    "upload_expired": Letter("Lượt gửi clip đã hết hạn", "An unfinished upload has ended",
                             ("title", "unit", "filename", "size", "kept_until", NEXT), (NEXT,)),
    "approved": Letter("Clip đã được duyệt", "A clip is approved", (*ENTRY, "page", "release_at")),
    "reopened": Letter("Clip được thẩm định lại", "A clip is appraised again", (*ENTRY, "reason")),
    "rejected": Letter("Clip không được chọn", "A clip is rejected", (*ENTRY, "reason"),
                       ("reason",)),
    "reinstated": Letter("Clip trở lại hội thi", "A clip is in the contest again",
                         (*ENTRY, NEXT), (NEXT,)),
    "published": Letter("Clip đã đăng trên Fanpage", "A clip is on the Page",
                        (*ENTRY, "page", "post", NEXT), ("post", NEXT)),
    "result": Letter("Kết quả của từng clip", "Each clip's result",
                     (*ENTRY, "points", "rank", "prize"), ("points",)),
    "invitation": Letter("Mời nhân sự", "Staff are invited", ("roles", NEXT), (NEXT,)),
    "board_waits": Letter("Chủ tịch Tổ thẩm định được mời quyết định",
                          "The board's chair is asked to decide", (*ENTRY, NEXT), (NEXT,)),
    "vote_waits": Letter("Thành viên Tổ thẩm định: có clip chờ phiếu",
                         "Members of the board: clips wait for a vote",
                         ("count", "clips", NEXT), (NEXT,)),
    "link_failed": Letter("Không tải được clip từ đường dẫn", "A clip did not come from its link",
                          (*ENTRY, "host", "why"), ("why",)),
    "postponed": Letter("Dời lịch", "Dates have moved", (CHANGES, "reason"), (CHANGES, "reason")),
    "time_granted": Letter("Đơn vị được gia hạn riêng", "A unit is granted time alone",
                           ("unit", "deadline", "reason", NEXT), ("reason", NEXT)),
    "time_revoked": Letter("Phần gia hạn được thu lại", "Granted time is taken back",
                           ("unit", "deadline", NEXT), (NEXT,)),
    "filing_reminder": Letter("Nhắc đơn vị chưa nộp báo cáo, đăng ký",
                              "Units that owe a filing are reminded",
                              ("unit", "filing", "deadline", NEXT), ("filing", NEXT)),
    "filing_returned": Letter("Báo cáo, đăng ký được trả lại để sửa", "A filing is given back",
                              ("unit", "filing", "deadline", "reason", NEXT),
                              ("filing", "reason", NEXT)),
    "filing_time_given": Letter("Đơn vị được gia hạn nộp", "A unit has more time to file",
                                ("unit", "filing", "deadline", "reason", NEXT),
                                ("filing", "deadline", NEXT)),
    "result_moved": Letter("Kết quả đã chốt cần bản thay thế", "A final result has to be replaced",
                           (*ENTRY, "reason", NEXT), (NEXT,)),
    "release_refused": Letter("Chưa công bố được vào giờ đã hẹn", "Not published at the set hour",
                              ("hour", "why", NEXT), ("why",)),
    "page_paused": Letter("Việc đăng bài tự dừng", "Posting has stopped by itself",
                          ("remedy", "reason"), ("remedy",)),
    "page_expiring": Letter("Mã truy cập Fanpage sắp hết hạn", "The Page's token is about to end",
                            ("page", "ends", NEXT), (NEXT,)),
}


def of_rules(filings: bool) -> dict[str, Letter]:
    """The letters of a contest; those about ``filings`` only where its rules ask for any."""
    return {name: one for name, one in LETTERS.items()
            if filings or not name.startswith("filing_")}


def names(letter: str) -> tuple[str, ...]:
    """Every name that this letter may hold in braces."""
    return LETTERS[letter].fields + EVERYWHERE


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order: what is written, and (True) the names in braces. Whatever is put in for
    a name is not looked at again."""
    at = 0
    for found in NAMED.finditer(text):
        if found[1] in FIELDS:
            yield text[at : found.start()], False
            yield found[1], True
            at = found.end()
    yield text[at:], False


def check(words: Words) -> None:
    """Raises ``Invalid`` for an empty or too long text, a name that this letter does not know, or
    one that it cannot do without."""
    if not words.subject.strip() or not words.body.strip():
        raise Invalid("Hãy ghi cả tiêu đề và nội dung, hoặc bấm “Dùng lại lời mẫu”.",
                      "Write both subject and text, or choose “Back to the standard words”.")
    if len(words.subject) > MOST_SUBJECT or len(words.body) > MOST_BODY:
        raise Invalid(
            f"Tiêu đề nhiều nhất {MOST_SUBJECT} ký tự, nội dung nhiều nhất {MOST_BODY}; hiện có "
            f"{len(words.subject)} và {len(words.body)}. Hãy viết ngắn lại.",
            f"A subject has at most {MOST_SUBJECT} characters and a text {MOST_BODY}; these have "
            f"{len(words.subject)} and {len(words.body)}. Please shorten them.",
        )
    _check_names(words)


def _check_names(words: Words) -> None:
    allowed = names(words.letter)
    used = NAMED.findall(words.subject) + NAMED.findall(words.body)
    listed = " ".join(f"{{{name}}}" for name in allowed)
    if unknown := [name for name in used if name not in allowed]:
        raise Invalid(
            f"Thư này không có {{{unknown[0]}}}. Chỉ dùng được: {listed}.",
            f"This letter does not know {{{unknown[0]}}}. It may hold: {listed}.",
        )
    if stray := STRAY.search(NAMED.sub("", f"{words.subject} {words.body}")):
        raise Invalid(
            f"Có một dấu {stray[0]} lẻ: mỗi tên nằm giữa một dấu {{ và một dấu }}, không lồng "
            f"nhau. Dùng được: {listed}.",
            f"There is a single {stray[0]}: each name stands between one {{ and one }}, none "
            f"within another. The letter may hold: {listed}.",
        )
    in_body = NAMED.findall(words.body)
    if lacking := [name for name in LETTERS[words.letter].needs if name not in in_body]:
        field = FIELDS[lacking[0]]
        raise Invalid(
            f"Nội dung thư này phải có {{{lacking[0]}}} ({field.vi}). Hãy thêm vào.",
            f"The text of this letter must hold {{{lacking[0]}}} ({field.en}). Please add it.",
        )
