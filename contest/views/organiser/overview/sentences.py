"""The audit trail as sentences: who did what to what, and why; no raw value among the words."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from contest.languages import write_time
from contest.models import AuditRow
from contest.views.organiser import activity_words
from contest.views.organiser.overview.words import JOBS
from contest.views.shared.state_words import STATE_WORDS
from contest.views.shared.support import current, zone

REFERENCE = re.compile(r"[a-z_]+:\d+")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
HASH = re.compile(r"[0-9a-f]{40,}")
MOST = 12  # codes of a list that are named
# Words that are stored -> how people say them.
VALUES = {
    "missing": _l("đơn vị chưa có clip"), "findings": _l("clip phải sửa"),
    "jury": _l("giám khảo chưa chấm xong"),
    "password": _l("mật khẩu"), "link": _l("liên kết một lần"), "sign_in": _l("đăng nhập một lần"),
    "on_the_spot": _l("mã QR tại chỗ"), "invitation": _l("thư mời"),
    "passkey": _l("khoá truy cập"), "second_factor": _l("mã thứ hai"),
    "recovery": _l("mã khôi phục"), "api": _l("tự đăng"), "manual": _l("làm bằng tay"),
    "fine": _l("giữ nguyên"), "corrected": _l("đã điều chỉnh"), "copy": _l("trùng nhau"),
    "complete": _l("đầy đủ"), "partial": _l("một phần"), "none": _l("chưa đối chiếu"),
    "reinstate": _l("đưa bài trở lại"), "withdraw": _l("rút bài"),
    "minutes": _l("biên bản"), "decision": _l("quyết định"),
    "certificates": _l("giấy chứng nhận"), "counts": _l("số tương tác"),
    "export": _l("tệp Meta Business Suite"), "template": _l("tệp mẫu"),
    "jump": _l("tăng vọt"), "round": _l("số tròn"), "night": _l("tăng nhanh ban đêm"),
    "shares_ratio": _l("chia sẻ nhiều hơn cảm xúc"), "drop": _l("giảm"),
    "account": _l("một tài khoản"), "ledger": _l("sổ nhiều hơn Trang"),
    "pass": _l("đạt"), "look": _l("cần xem"), "fail": _l("chưa đạt"),
    "organiser": _l("Ban Tổ chức"), "reviewer": _l("thẩm định"), "juror": _l("giám khảo"),
}
CODED = ("kind", "how", "purpose", "decision", "verdict", "ledger", "mode", "roles")  # by word
ROWS = {"unit": "unit", "into": "unit"}  # a number -> of which table
NAMED = {
    **activity_words.DETAILS, "until": _l("đến"), "unit": _l("đơn vị"), "into": _l("vào đơn vị"),
    "juror": _l("giám khảo"), "expires_at": _l("hết hạn"), "device": _l("thiết bị"),
    "clips": _l("số clip"), "submissions": _l("các clip"), "page_name": _l("trang"),
    "mode": _l("cách đăng"), "taken_at": _l("đọc lúc"), "here": _l("clip"), "there": _l("và clip"),
    "roles": _l("vai trò"),
}


def references(row: AuditRow) -> set[str]:
    """All references to people and units in a row, whose names the sentence wants."""
    found = {row.actor, row.subject}
    for values in (row.before, row.after):
        for key, value in values.items():
            if key in ROWS:
                found.add(f"{ROWS[key]}:{value}")
            elif isinstance(value, str) and REFERENCE.fullmatch(value):
                found.add(value)
    return found


def what(row: AuditRow) -> str:
    """“loại clip”: the action, as it stands within a sentence."""
    said = activity_words.action(row.action)
    return said if said[1:2].isupper() else said[:1].lower() + said[1:]


def subject(label: str, names: Mapping[str, str], clips: Mapping[str, str]) -> str:
    """“bài dự thi CX123”."""
    said = activity_words.subject(label, names, clips)
    return said if said[1:2].isupper() else said[:1].lower() + said[1:]


def details(row: AuditRow, names: Mapping[str, str]) -> list[str]:
    """“Lý do: Sao chép.” for each detail that has a word; what only programs read is left out."""
    return [f"{_capital(str(NAMED[key]))}: {text}." for key, text in _told(row, names)]


def _told(row: AuditRow, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in row.after.items():
        if key not in NAMED or value in ("", None) or (key == "version" and _is_a_row(row)):
            continue
        text, was = _said(key, value, names), _said(key, row.before.get(key), names)
        if text:
            yield key, f"{was} → {text}" if was and was != text else text


def _is_a_row(row: AuditRow) -> bool:
    """Whether ``version`` is the row that reviewers judged, and not a clip's first or second."""
    return "review" in row.after or row.action.startswith(("decision.", "review_vote."))


def _said(key: str, value: object, names: Mapping[str, str]) -> str:
    """A value in words; empty where it has none."""
    if isinstance(value, bool):
        return str(_("có") if value else _("không"))
    if isinstance(value, list):
        parts = [text for one in value if (text := _said(key, one, names))]
        return ", ".join(parts[:MOST]) + (" …" if len(parts) > MOST else "")
    if key in ROWS:
        return names.get(f"{ROWS[key]}:{value}", "")
    if value is None or isinstance(value, Mapping):
        return ""
    return _text(key, str(value), names)


def _text(key: str, text: str, names: Mapping[str, str]) -> str:
    if key in CODED:
        known = VALUES.get(text) or JOBS.get(text)
        return str(known or STATE_WORDS.get(text, ("",))[0])
    if REFERENCE.fullmatch(text):
        return names.get(text, "")
    if INSTANT.match(text):
        return write_time(datetime.fromisoformat(text), zone(), current.language)
    return "" if HASH.fullmatch(text) else text.rstrip(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
