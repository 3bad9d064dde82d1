"""The record of processing: what is held about whom, why, how long, who sees it, where it goes.

Of the rules in force and of the periods that the sweep keeps to, so that it cannot be out of date.
"""

from datetime import timedelta

from contest.profile import Profile
from contest.services.core import sweep
from contest.services.entry.stored_bytes import REPLACED_KEPT
from contest.services.privacy import workdays
from contest.services.privacy.retention import kinds

AFTER = {
    "left": ("sau khi rời hội thi", "after leaving"),
    "awards": ("sau khi trao giải", "after the awards"), "sent": ("sau khi gửi", "after sending"),
    "happened": ("sau khi xảy ra", "after it happened"),
    "ended": ("sau khi kết thúc", "after they ended"),
    "kept": ("sau khi được lưu", "after they were kept"),
}
PLATFORM = {"mails": sweep.MAILS_KEPT, "logs": sweep.EVENTS_KEPT}  # where the rules are silent
Row = tuple[str, str, str, str, str]  # what, of whom, why, how long, who sees it
HEAD: dict[str, Row] = {
    "vi": ("Dữ liệu", "Của ai", "Để làm gì", "Giữ bao lâu", "Ai xem được"),
    "en": ("Data", "Of whom", "What for", "Kept", "Who sees it"),
}


def text(profile: Profile, language: str) -> str:
    """The record of one contest, in Markdown."""
    vi = language == "vi"
    said = profile.contest
    about = (said.organiser.vi, said.title.vi, said.contact.vi) if vi else (
        said.organiser.en, said.title.en, said.contact.en)
    lines = [
        f"# {'Hồ sơ xử lý dữ liệu cá nhân' if vi else 'Record of processing'}: {about[1]}", "",
        f"{'Bên kiểm soát' if vi else 'Controller'}: {about[0]}. {about[2]}", "",
        ("Căn cứ" if vi else "Law") + ": Luật 91/2025/QH15; NĐ 356/2025/NĐ-CP.", "",
        *_table(_rows(profile, vi), HEAD[language]), "",
        f"## {'Sự đồng ý' if vi else 'Consents'} ({profile.form.notice_version})", "",
        *(f"- {one.text.vi if vi else one.text.en}"
          f"{'' if one.required else ' (tuỳ chọn)' if vi else ' (optional)'}"
          for one in profile.form.consents), "",
        _rights(vi),
    ]
    return "\n".join(lines) + "\n"


def _table(rows: list[Row], head: Row) -> list[str]:
    return [_line(head), _line(("---",) * 5), *map(_line, rows)]


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _rights(vi: bool) -> str:
    answer, due = workdays.ANSWER_WORKDAYS, workdays.DUE_DAYS
    if vi:
        return (f"Yêu cầu của người có dữ liệu: trả lời trong {answer} ngày làm việc, xong trong "
                f"{due} ngày, gia hạn một lần {workdays.EXTENSION_DAYS} ngày có lý do. Lộ dữ liệu: "
                "báo trong 72 giờ (docs/breach.md).")
    return (f"Requests: answered within {answer} working days, done within {due} days, extended "
            f"once by {workdays.EXTENSION_DAYS} days with a reason. A breach is notified within 72 "
            "hours (docs/breach.md).")


def _rows(profile: Profile, vi: bool) -> list[Row]:
    asked = "đến khi có yêu cầu xoá" if vi else "until erasure is asked for"

    def days(period: timedelta) -> str:
        return f"{period.days} ngày" if vi else f"{period.days} days"

    def kept(kind: str) -> str:
        """The period of the rules, after its event; else what the platform itself keeps to."""
        length = kinds.period(profile, kind)
        if length is None:
            return days(PLATFORM[kind]) if kind in PLATFORM else asked
        return f"{days(length)} {AFTER[kinds.KINDS[kind]][0 if vi else 1]}"

    said = {kind: kept(kind) for kind in kinds.KINDS} | {
        "replaced": days(REPLACED_KEPT), "sessions": days(sweep.KEPT), "asked": asked,
        "opened": asked if kinds.period(profile, "logs") is None else kept("logs"),
    }
    return _vietnamese(said) if vi else _english(said)


def _vietnamese(kept: dict[str, str]) -> list[Row]:
    public, staff = "công khai trên Fanpage và trang hội thi", "Ban Tổ chức, thẩm định"
    own = "Ban Tổ chức"
    return [
        ("tên tác giả, tên bài", "tác giả", "xét giải, công bố", kept["asked"], public),
        ("người liên hệ: tên, điện thoại, email", "đơn vị, tác giả", "liên lạc", kept["asked"],
         staff),
        ("xác nhận của tác giả, năm sinh, người giám hộ", "tác giả, người giám hộ",
         "sự đồng ý của chính họ", kept["asked"], staff),
        ("clip gốc, bản xem, ảnh", "người trong clip", "thẩm định, chấm, đăng",
         f"bản đã thay {kept['replaced']}; bài bị loại, đã rút: {kept['rejected_clips']}; còn lại "
         f"{kept['originals']}", public),
        ("phiếu dự thi có chữ ký, tệp kèm phiếu", "tác giả", "chứng minh sự đồng ý, xét bài",
         kept["signed_forms"], own),
        ("bằng chứng đã gỡ bài đăng", "người có trong đó", "chứng minh đã làm theo yêu cầu",
         kept["removal_proofs"], own),
        ("điểm, nhận xét", "giám khảo", "tính kết quả", kept["asked"], f"{own} sau khi khoá vòng"),
        ("tài khoản đã chia sẻ", "người chia sẻ", "đếm tương tác", kept["ledgers"], own),
        ("ảnh chụp, phim quay màn hình", "người có trong đó", "bằng chứng số liệu",
         kept["screenshots"], own),
        ("tài khoản, vai trò, phiên", "người làm việc", "đăng nhập",
         f"phiên {kept['sessions']} sau khi hết", f"chính họ, {own}"),
        ("ai đã mở dữ liệu", "người làm việc", "trách nhiệm", kept["opened"],
         f"{own}, người có dữ liệu"),
        ("yêu cầu về dữ liệu", "người yêu cầu", "trả lời theo luật", kept["requests"], own),
        ("thư đã gửi", "người nhận", "báo tin", kept["mails"], "không ai"),
        ("lần từ chối truy cập, địa chỉ mạng", "người truy cập", "an toàn", kept["logs"],
         f"{own}, quản trị"),
    ]


def _english(kept: dict[str, str]) -> list[Row]:
    public, staff, own = "public: Fanpage, pages", "organisers, reviewers", "organisers"
    return [
        ("authors' names, titles", "authors", "judging, publication", kept["asked"], public),
        ("contacts: name, telephone, mail", "units, authors", "getting in touch", kept["asked"],
         staff),
        ("authors' confirmations, birth years, guardians", "authors, guardians",
         "their own consent", kept["asked"], staff),
        ("clips, renditions, pictures", "who is seen", "review, marking, publication",
         f"replaced ones {kept['replaced']}; of entries that left {kept['rejected_clips']}; else "
         f"{kept['originals']}", public),
        ("signed forms, files that came with the form", "authors", "proof of consent, judging",
         kept["signed_forms"], own),
        ("proofs of removed posts", "who is seen", "that a wish was followed",
         kept["removal_proofs"], own),
        ("marks, comments", "jurors", "the result", kept["asked"], "organisers after the lock"),
        ("accounts that shared", "sharers", "counting", kept["ledgers"], own),
        ("screenshots, recordings", "who is seen", "evidence of counts", kept["screenshots"], own),
        ("accounts, roles, sessions", "staff", "signing in",
         f"sessions {kept['sessions']} after their end", "themselves, organisers"),
        ("who opened data", "staff", "accountability", kept["opened"],
         "organisers, whom it concerns"),
        ("requests about data", "who asks", "answers by law", kept["requests"], own),
        ("mails sent", "recipients", "telling", kept["mails"], "nobody"),
        ("refusals, network addresses", "visitors", "security", kept["logs"],
         "organisers, administrators"),
    ]
