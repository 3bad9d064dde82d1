"""What documents are filled with. Vietnamese only: they are official papers.

``SAMPLES`` shows every placeholder with an example: templates from outside are checked against
it, and a test compares it with what is really filled in.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import scoring
from contest.docx.filling import Qr
from contest.languages import (
    amount_in_words,
    write_amount,
    write_day,
    write_deadline,
    write_number,
    write_time,
)
from contest.models import ProfileRevision, Result
from contest.profile import Profile
from contest.profile.entries import name_of, spoken
from contest.profile.platforms import Platform
from contest.services.core.profiles import profile_at
from contest.services.results import standings
from contest.services.results.standings import Line
from scoring.numbers import shown

DRAFT = "DỰ THẢO"
# What a heading must not repeat: the union's own line, on the right of every paper (the union's
# guide 29-HD/TWĐTN-VP), and the stars below the issuing body.
UNION, STARS = "ĐOÀN TNCS HỒ CHÍ MINH", "***"
QR_MM, SHEET_QR_MM = 17, 40


def of_result(
    result: Result, revision: ProfileRevision, *, draft: bool, jurors: Sequence[str],
    verify_address: str, fingerprint: str,
) -> dict[str, object]:
    """The values of minutes, decision and certificates, from one revision of the result."""
    profile = profile_at(revision)
    lines = standings.lines(result, profile, "vi")
    won, certified = standings.winners_of(result, profile, "vi"), with_certificate(profile)
    decided_at = result.frozen_at or result.created_at
    return {
        **heading(profile, decided_at),
        **_rules(profile),
        "draft": DRAFT if draft else "",
        "revision": str(result.number),
        "reason": result.reason,
        "profile_number": str(revision.number),
        "profile_sha256": revision.sha256,
        "result_sha256": result.output_sha256,
        "bundle_sha256": result.bundle_sha256,
        "fingerprint": fingerprint,
        "verify_address": verify_address,
        "qr": Qr(verify_address, QR_MM),
        "units": str(len(lines)),
        "clips": str(sum(len(row["entries"]) for row in result.output["ranking"])),
        "jurors": list(jurors),
        "lines": [_line(line) for line in lines],
        "prizes": [_line(line) for _, line in won],
        "certificates": [_line(line) for prize, line in won if prize in certified],
        "second_of": lines[0].second["of"] if lines and lines[0].second else "",
        "unverified": _unverified(lines),
        "disqualified": [
            {"unit": out["unit"], "code": out["code"], "reason": out["reason"] or ""}
            for out in standings.disqualified(result)
        ],
        "gaps": [spoken(gap["vi"], profile.entry.kind, "vi") for gap in result.gaps],
        "strictness": _strictness(result, profile),
        "ties": [f"{line.unit}: {line.explanation[-1]}" for line in lines
                 if line.by_tie_break or line.shared],
    }


def _strictness(result: Result, profile: Profile) -> list[str]:
    """A sentence for each juror, where the rules ask for it."""
    if not profile.jury.strictness:
        return []
    return [_how_strict(one, name_of(profile.entry.kind, "vi"))
            for one in scoring.strictness(result.input)["jurors"] if one["mean"]]


def _how_strict(one: Mapping[str, Any], entry: str) -> str:
    mean, spread = (shown(Fraction(one[key]["exact"]), "vi") for key in ("mean", "spread"))
    said = f"{one['juror']}: {one['clips']} {entry}, trung bình {mean}, độ lệch {spread}"
    if not one["difference"]:
        return f"{said}."
    apart = Fraction(one["difference"]["exact"])
    word = "chặt hơn" if apart < 0 else "rộng hơn" if apart else "ngang với"
    by = f" {shown(abs(apart), 'vi')} điểm" if apart else ""
    return f"{said}; {word} người khác{by} (trên {one['compared']} {entry} cùng chấm)."


def heading(profile: Profile, day: datetime) -> dict[str, object]:
    """Who issues the paper, where and when (plan: heading, "Nơi nhận")."""
    paper, zone = profile.documents, profile.schedule.zone
    left = [line for line in profile.contest.heading if line not in (UNION, STARS)]
    organiser = profile.contest.organiser.vi
    return {
        "superior": " ".join(left[:-1]),
        "issuer": left[-1] if left else organiser.upper(),
        "place": paper.place,
        "date": write_day(day, zone),
        "year": str(day.astimezone(zone).year),
        "symbol": paper.symbol,
        "authority": paper.authority or f"BAN THƯỜNG VỤ {organiser.upper()}",
        "on_behalf": paper.on_behalf,
        "signer": paper.signer,
        "bases": [basis.removeprefix("Căn cứ ").rstrip(";. ") for basis in paper.bases],
        "recipients": [name.rstrip(";. ") for name in paper.recipients],
        "title": profile.contest.title.vi,
        "theme": profile.contest.theme.vi,
        "organiser": organiser,
    }


def _rules(profile: Profile) -> dict[str, str]:
    """The rules that the minutes quote (plan III.3, "Phương thức tính điểm")."""
    score = profile.scoring
    cash = [prize.name.vi for prize in profile.prizes if prize.cash]
    return {
        "posted": "có" if profile.on_page else "",
        "by_jury": "có" if score.jury_weight else "",
        "by_counts": "có" if score.interaction_weight else "",
        "counted_here": "có" if profile.counts_on_page else "",
        "elsewhere": ", ".join(_elsewhere(one) for one in profile.platforms if one.pays),
        "cut_off": write_time(profile.schedule.counts_close, profile.schedule.zone, "vi"),
        "jury_weight": str(score.jury_weight),
        "interaction_weight": str(score.interaction_weight),
        "points_per_share": str(score.points_per_share),
        "points_per_reaction": str(score.points_per_reaction),
        "shares_per_account": str(score.shares_per_account),
        "shares_limit": f"{score.shares_per_account} lượt "
        f"{'một ngày ' if score.per_day else ''}cho một {name_of(profile.entry.kind, 'vi')}",
        "points_cap": str(score.points_cap),
        "cash_prizes": ", ".join(cash),
        "cash_amounts": "; ".join(
            f"{prize.name.vi} {write_amount(prize.amount)} ({amount_in_words(prize.amount)})"
            for prize in profile.prizes if prize.amount
        ),
        "certificates_given": _certificates(profile),
    }


def _elsewhere(one: Platform) -> str:
    """What a post on another platform earns, as the minutes say it."""
    steps = f"mỗi {write_number(one.views_per_step, 'vi')} " if one.views_per_step > 1 else "mỗi "
    each = {
        "mỗi lượt thích": one.points_per_like, "mỗi lượt chia sẻ": one.points_per_share,
        "mỗi bình luận": one.points_per_comment, f"{steps}lượt xem": one.points_per_view,
    }
    said = "; ".join(f"{what} {count} điểm" for what, count in each.items() if count)
    most = f"; nhiều nhất {one.cap} điểm một bài" if one.cap else ""
    return f"trên {one.name.vi} ({said}{most})"


def _certificates(profile: Profile) -> str:
    """Which prizes come with a certificate, as the decision says it."""
    named = [prize.name.vi for prize in profile.prizes if prize.certificate]
    said = f"Đơn vị đạt {', '.join(named)} được tặng Giấy khen." if named else ""
    if len(named) == len(profile.prizes):
        said = "Mỗi đơn vị đạt giải được tặng Giấy khen."
    given = "Mỗi bài dự thi hợp lệ được cấp Giấy chứng nhận tham gia."
    return f"{said} {given}".strip() if profile.awards.participation else said


def participants(result: Result, register: Sequence[str]) -> list[dict[str, str]]:
    """A line for each clip that stays in the contest, by its number. ``register``: the codes of all
    clips that ever had one, in the order of their numbers."""
    out = {one["entry"] for one in result.output["disqualified"]}
    return [
        {"number": f"{number:03d}", "code": code, "unit": said["unit"], "title": said["title"],
         "authors": ", ".join(said["authors"]), "prize": ""}
        for number, code in enumerate(register, start=1)
        if code not in out and (said := result.names.get(code))
    ]


def _line(line: Line) -> dict[str, str]:
    return {
        "rank": str(line.rank), "unit": line.unit, "title": line.title, "code": line.code,
        "authors": ", ".join(line.authors), "jury": line.jury, "interactions": line.interactions,
        "total": line.total, "second": line.second["total"] if line.second else "",
        "prize": _prize(line),
    }


def _prize(line: Line) -> str:
    """The prize as papers name it, with what it goes by where that is not the ranking."""
    notes = [line.measured, "đồng giải" if line.shared else ""]
    said = "; ".join(note for note in notes if note)
    return f"{line.prize} ({said})" if line.prize and said else line.prize or ""


def _unverified(lines: Sequence[Line]) -> str:
    """The units whose shares are not verified account by account (plan III.3)."""
    found = [
        f"{line.unit} (đã đối chiếu {line.checked} lượt)" if line.checked else line.unit
        for line in lines if not line.verified
    ]
    if any(line.checked for line in lines):
        return "; ".join(found)
    return "tất cả các đơn vị" if len(found) == len(lines) > 1 else "; ".join(found)


def with_certificate(profile: Profile) -> set[str]:
    """The prizes that come with a certificate (plan V)."""
    return {prize.id for prize in profile.prizes if prize.certificate}


def of_sheet(
    profile: Profile, codes: Sequence[tuple[str, str, str, datetime]], *, host: str,
    closes: datetime,
) -> dict[str, object]:
    """The values of a QR sheet. ``codes``: unit, typed code, link, when it expires."""
    zone: ZoneInfo = profile.schedule.zone
    return {
        "title": profile.contest.title.vi,
        "organiser": profile.contest.organiser.vi,
        "host": host,
        "deadline": write_deadline(closes, zone, "vi"),
        "codes": [
            {"unit": unit, "code": code, "link": link, "qr": Qr(link, SHEET_QR_MM),
             "until": f"{until.astimezone(zone):%d/%m/%Y}"}
            for unit, code, link, until in codes
        ],
    }


_LINE = {
    "rank": "1", "unit": "Đoàn Phường 5", "title": "Nụ cười ở bộ phận một cửa", "code": "CX-7K2M",
    "authors": "Nguyễn Thị An", "jury": "35,93", "interactions": "60,00", "total": "95,93",
    "second": "479,67", "prize": "Giải nhất",
}
_RESULT: dict[str, object] = {
    "superior": "BCH ĐOÀN TP. HỒ CHÍ MINH", "issuer": "BAN CHẤP HÀNH QUẬN 11",
    "place": "Quận 11", "date": "ngày 25 tháng 6 năm 2023", "year": "2023", "symbol": "ĐTN",
    "authority": "BAN THƯỜNG VỤ QUẬN ĐOÀN 11", "on_behalf": "TM. BAN THƯỜNG VỤ QUẬN ĐOÀN",
    "signer": "BÍ THƯ", "bases": ["Kế hoạch số 39-KH/TĐTN-BCNLĐ ngày 07/4/2023"],
    "recipients": ["Các cơ sở Đoàn trực thuộc"],
    "title": "Hội thi thực hiện phong trào “3 trách nhiệm”", "theme": "Tuổi trẻ Quận 11",
    "organiser": "Quận Đoàn 11", "counted_here": "có",
    "elsewhere": "trên YouTube (mỗi lượt thích 1 điểm)", "posted": "có", "by_jury": "có",
    "by_counts": "có",
    "cut_off": "16g00 ngày 19/6/2023", "jury_weight": "40",
    "interaction_weight": "60", "points_per_share": "2", "points_per_reaction": "1",
    "shares_per_account": "2", "shares_limit": "2 lượt cho một clip", "points_cap": "300",
    "cash_prizes": "Giải nhất, Giải nhì",
    "cash_amounts": "Giải nhất 500.000 đồng (Năm trăm nghìn đồng)",
    "certificates_given": "Mỗi đơn vị đạt giải được tặng Giấy khen.",
    "draft": DRAFT, "revision": "1", "reason": "Một clip bị loại.", "profile_number": "1",
    "profile_sha256": "0" * 64, "result_sha256": "1" * 64, "bundle_sha256": "2" * 64,
    "fingerprint": "0a1b 2c3d", "verify_address": "https://hoithi.example.vn/c/quan11-2023/verify",
    "qr": Qr("https://hoithi.example.vn/c/quan11-2023/verify", QR_MM), "units": "20",
    "clips": "24", "jurors": ["Trần Văn Bình"], "lines": [_LINE], "prizes": [_LINE],
    "certificates": [_LINE], "second_of": "500", "unverified": "Đoàn Phường 3",
    "disqualified": [{"unit": "Đoàn Phường 8", "code": "CX-9QWE", "reason": "Sao chép."}],
    "gaps": ["Giám khảo GK3 còn 2 phiếu."],
    "strictness": ["GK1: 24 clip, trung bình 87,50, độ lệch 4,10; chặt hơn người khác 1,20 điểm "
                   "(trên 20 clip cùng chấm)."],
    "ties": ["Đoàn Phường 5: Hạng 1: bằng tổng điểm với Đoàn Phường 8."],
}
_LINK = "https://hoithi.example.vn/u#abc"
SAMPLES: dict[str, dict[str, object]] = {
    "minutes": _RESULT,
    "decision": _RESULT,
    "certificates": _RESULT,
    "participation": _RESULT | {"certificates": [{
        "number": "001",
        **{name: _LINE[name] for name in ("unit", "title", "code", "authors")},
    }]},
    "qr_sheet": {
        "title": _RESULT["title"], "organiser": _RESULT["organiser"], "host": "hoithi.example.vn",
        "deadline": "hết ngày 10/6/2023",
        "codes": [{"unit": "Đoàn Phường 5", "code": "ABCD-EFGH", "link": _LINK,
                   "qr": Qr(_LINK, SHEET_QR_MM), "until": "30/07/2023"}],
    },
}
# What certificates are about: their page offers these, and none of what only minutes tell. A
# template may use the rest of the result all the same.
_OF_CERTIFICATES = (
    "superior", "issuer", "place", "date", "year", "symbol", "authority", "on_behalf", "signer",
    "title", "theme", "organiser", "draft", "revision", "verify_address", "fingerprint", "qr",
    "units", "clips", "certificates",
)


def offered(kind: str) -> dict[str, object]:
    """The placeholders of a paper that its page lists, each with an example."""
    sample = SAMPLES[kind]
    if kind not in ("certificates", "participation"):
        return sample
    return {name: sample[name] for name in _OF_CERTIFICATES}
