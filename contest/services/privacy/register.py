"""The record of processing: what is held about whom, why, how long, who sees it, where it goes.

Of the rules in force and of the periods that the sweep keeps to, so that it cannot be out of date.
"""

from datetime import timedelta

from contest.profile import Profile
from contest.services.core import sweep
from contest.services.entry.stored_bytes import REPLACED_KEPT
from contest.services.privacy import workdays

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
        *_table(_rows(vi), HEAD[language]), "",
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


def _rows(vi: bool) -> list[Row]:
    def days(period: timedelta) -> str:
        return f"{period.days} ngày" if vi else f"{period.days} days"

    asked = "đến khi có yêu cầu xoá" if vi else "until erasure is asked for"
    public = "công khai trên Fanpage và trang hội thi" if vi else "public: Fanpage, pages"
    staff = "Ban Tổ chức, thẩm định" if vi else "organisers, reviewers"
    if vi:
        return [
            ("tên tác giả, tên bài", "tác giả", "xét giải, công bố", asked, public),
            ("người liên hệ: tên, điện thoại, email", "đơn vị, tác giả", "liên lạc", asked, staff),
            ("clip gốc, bản xem, ảnh", "người trong clip", "thẩm định, chấm, đăng",
             f"bản đã thay {days(REPLACED_KEPT)}; còn lại {asked}", public),
            ("điểm, nhận xét", "giám khảo", "tính kết quả", asked, "Ban Tổ chức sau khi khoá vòng"),
            ("tài khoản đã chia sẻ", "người chia sẻ", "đếm tương tác", asked, "Ban Tổ chức"),
            ("tài khoản, vai trò, phiên", "người làm việc", "đăng nhập",
             f"phiên {days(sweep.KEPT)} sau khi hết", "chính họ, Ban Tổ chức"),
            ("thư đã gửi", "người nhận", "báo tin", days(sweep.MAILS_KEPT), "không ai"),
            ("lần từ chối truy cập, địa chỉ mạng", "người truy cập", "an toàn",
             days(sweep.EVENTS_KEPT), "Ban Tổ chức, quản trị"),
        ]
    return [
        ("authors' names, titles", "authors", "judging, publication", asked, public),
        ("contacts: name, telephone, mail", "units, authors", "getting in touch", asked, staff),
        ("clips, renditions, pictures", "who is seen", "review, marking, publication",
         f"replaced ones {days(REPLACED_KEPT)}; else {asked}", public),
        ("marks, comments", "jurors", "the result", asked, "organisers after the lock"),
        ("accounts that shared", "sharers", "counting", asked, "organisers"),
        ("accounts, roles, sessions", "staff", "signing in",
         f"sessions {days(sweep.KEPT)} after their end", "themselves, organisers"),
        ("mails sent", "recipients", "telling", days(sweep.MAILS_KEPT), "nobody"),
        ("refusals, network addresses", "visitors", "security", days(sweep.EVENTS_KEPT),
         "organisers, administrators"),
    ]
