"""A result as files: JSON for programs, CSV for the office, the evidence bundle. The workbook that
computes itself is ``services/awards/workbook.py``.

Only once the jury round is locked; marks appear under juror codes.
"""

import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, not_found
from contest.models import Contest, Result
from contest.permissions import require
from contest.ports import BlobStore
from contest.services.core import spreadsheets
from contest.services.core.spreadsheets import Table
from contest.services.results import results, standings
from contest.services.results.results import FINAL

WORDS = {
    "vi": {
        "rank": "Hạng", "unit": "Đơn vị", "code": "Mã clip", "title": "Tên clip",
        "authors": "Tác giả", "jury": "Giám khảo", "interactions": "Tương tác", "total": "Tổng",
        "prize": "Giải", "category": "Mảng nội dung", "second": "Trên thang {of}",
        "carried": "Vòng trước",
    },
    "en": {
        "rank": "Rank", "unit": "Unit", "code": "Clip", "title": "Title", "authors": "Authors",
        "jury": "Jury", "interactions": "Interactions", "total": "Total", "prize": "Prize",
        "category": "Category", "second": "On the scale of {of}", "carried": "Round before",
    },
}


def pick(
    session: Session, contest: Contest, number: int | None, *, actor: Actor
) -> Result:
    """Revision ``number``, or the newest. Raises ``NotAllowed`` without ``export.read``,
    ``Conflict`` until the jury round is locked, ``NotFound`` if there is no such revision."""
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
    """The whole revision: its input and the result."""
    content = {
        "number": result.number, "state": result.state, "reason": result.reason,
        "input_sha256": result.input_sha256, "output_sha256": result.output_sha256,
        "bundle_sha256": result.bundle_sha256 or None,
        "input": result.input, "names": result.names, "result": result.output,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def bundle(result: Result, blobs: BlobStore) -> bytes:
    """The evidence bundle. Raises ``Conflict`` before the revision is frozen."""
    if result.state not in FINAL or not result.bundle_sha256:
        raise Conflict(
            "Gói minh chứng có sau khi chốt kết quả.", "There is a bundle once it is frozen."
        )
    return b"".join(blobs.chunks(result.erased_bundle_sha256 or result.bundle_sha256))


def as_csv(result: Result, language: str) -> bytes:
    """The ranking alone."""
    return spreadsheets.csv_file(_ranking(results.lines(result, language), WORDS[language]))


def _ranking(found: Sequence[standings.Line], words: dict[str, str]) -> Table:
    head = ["rank", "unit", "code", "title", "authors", "jury", "interactions", "total", "prize"]
    titles = [words[key] for key in head]
    sorted_out, before = (any(getattr(line, key) for line in found)
                          for key in ("category", "carried"))
    titles += [words["category"]] * sorted_out + [words["carried"]] * before
    if found and found[0].second:
        titles.append(words["second"].format(of=found[0].second["of"]))
    rows = []
    for line in found:
        row = [
            line.rank, line.unit, line.code, line.title, ", ".join(line.authors),
            line.jury, line.interactions, line.total, line.prize or "",
        ]
        row += [line.category] * sorted_out + [line.carried] * before
        rows.append(row + ([line.second["total"]] if line.second else []))
    return titles, rows
