"""A result as files: JSON for programs, a workbook for the office, the evidence bundle.

Only once the jury round is locked; marks appear under juror codes.
"""

import io
import json
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, not_found
from contest.models import Contest, Result
from contest.permissions import require
from contest.ports import BlobStore
from contest.services import results, standings
from contest.services.results import FINAL

WORDS = {
    "vi": {
        "ranking": "Xếp hạng", "marks": "Điểm giám khảo", "counts": "Tương tác",
        "explained": "Cách tính", "rank": "Hạng", "unit": "Đơn vị", "code": "Mã clip",
        "title": "Tên clip", "authors": "Tác giả", "jury": "Giám khảo",
        "interactions": "Tương tác", "total": "Tổng", "prize": "Giải",
        "second": "Trên thang {of}", "juror": "Giám khảo", "reactions": "Cảm xúc",
        "shares": "Chia sẻ", "points": "Điểm tương tác", "verified": "Đã đối chiếu từng tài khoản",
        "yes": "có", "no": "không", "recused": "từ chối chấm", "abstained": "không cho điểm",
    },
    "en": {
        "ranking": "Ranking", "marks": "Marks", "counts": "Interactions",
        "explained": "Explanations", "rank": "Rank", "unit": "Unit", "code": "Clip",
        "title": "Title", "authors": "Authors", "jury": "Jury", "interactions": "Interactions",
        "total": "Total", "prize": "Prize", "second": "On the scale of {of}", "juror": "Juror",
        "reactions": "Reactions", "shares": "Shares", "points": "Interaction points",
        "verified": "Verified per account", "yes": "yes", "no": "no", "recused": "recused",
        "abstained": "abstained",
    },
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def pick(
    session: Session, contest: Contest, number: int | None, *, actor: Actor
) -> Result:
    """Revision ``number``, or the newest; sealed until the jury round is locked."""
    require(actor, "export.read", contest)
    if contest.jury_locked_at is None:
        raise Conflict(
            "Điểm được giữ kín cho đến khi khoá vòng chấm.",
            "Marks are sealed until the jury round is locked.",
        )
    found = (
        results.current(session, contest) if number is None
        else results.numbered(session, contest, number)
    )
    if found is None:
        raise not_found()
    return found


def as_json(result: Result) -> bytes:
    """The whole revision: what was counted and what came out."""
    content = {
        "number": result.number, "state": result.state, "reason": result.reason,
        "input_sha256": result.input_sha256, "output_sha256": result.output_sha256,
        "bundle_sha256": result.bundle_sha256 or None,
        "input": result.input, "names": result.names, "result": result.output,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def bundle(result: Result, blobs: BlobStore) -> bytes:
    """The evidence bundle; there is one from freezing on."""
    if result.state not in FINAL or not result.bundle_sha256:
        raise Conflict(
            "Gói minh chứng có sau khi chốt kết quả.", "There is a bundle once it is frozen."
        )
    return blobs.path(result.bundle_sha256).read_bytes()


def as_workbook(result: Result, language: str) -> bytes:
    """Four sheets: ranking, every mark by juror's code, counts, explanations."""
    words = WORDS[language]
    found = results.lines(result, language)
    book = Workbook()
    book.remove(book.worksheets[0])
    _sheet(book, words["ranking"], *_ranking(found, words))
    _sheet(book, words["marks"], *_marks(result, language, words))
    _sheet(book, words["counts"], *_counts(result, words))
    _sheet(book, words["explained"], *_explained(found, words))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


Table = tuple[list[str], list[list[Any]]]


def _ranking(found: Sequence[standings.Line], words: dict[str, str]) -> Table:
    head = ["rank", "unit", "code", "title", "authors", "jury", "interactions", "total", "prize"]
    titles = [words[key] for key in head]
    if found and found[0].second:
        titles.append(words["second"].format(of=found[0].second["of"]))
    rows = []
    for line in found:
        row = [
            line.rank, line.unit, line.code, line.title, ", ".join(line.authors),
            line.jury, line.interactions, line.total, line.prize or "",
        ]
        rows.append(row + ([line.second["total"]] if line.second else []))
    return titles, rows


def _marks(result: Result, language: str, words: dict[str, str]) -> Table:
    criteria = results.profile_of(result).jury.criteria
    titles = [words["code"], words["unit"], words["juror"]]
    titles += [f"{c.name[language]} (/{c.max})" for c in criteria]
    rows = []
    for entry in result.input["entries"]:
        for juror, ballot in sorted(entry["marks"].items()):
            start = [entry["id"], entry["unit"], juror]
            if isinstance(ballot, str):
                rows.append([*start, words[ballot]])
            else:
                rows.append([*start, *(ballot.get(c.id) for c in criteria)])
    return titles, rows


def _counts(result: Result, words: dict[str, str]) -> Table:
    by_code = {e: row for row in result.output["ranking"] for e in row["entries"]}
    head = ["code", "unit", "reactions", "shares", "verified"]
    rows = []
    for entry in result.input["entries"]:
        counts = entry["interactions"] or {}
        ledger = counts.get("share_ledger")
        shares = counts.get("shares") if ledger is None else sum(r["count"] for r in ledger)
        checked = words["yes" if ledger is not None else "no"]
        if entry["id"] in by_code or entry["disqualified"] or counts:
            rows.append([entry["id"], entry["unit"], counts.get("reactions"), shares, checked])
    return [words[key] for key in head], rows


def _explained(found: Sequence[standings.Line], words: dict[str, str]) -> Table:
    rows = [[line.rank, line.unit, "\n".join(line.explanation)] for line in found]
    return [words["rank"], words["unit"], words["explained"]], rows


def _sheet(book: Workbook, title: str, head: list[str], rows: list[list[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(head)
    for row in rows:
        sheet.append([_safe(value) for value in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    _fit(sheet, head, rows)


def _safe(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is kept as text."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _fit(sheet: Worksheet, head: list[str], rows: list[list[Any]]) -> None:
    for place, title in enumerate(head, start=1):
        texts = [title, *(str(row[place - 1]) for row in rows if len(row) >= place)]
        longest = max(len(line) for text in texts for line in text.split("\n"))
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = min(longest + 2, 80)
        for cell in sheet[letter][1:]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
