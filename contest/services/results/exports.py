"""A result as files: JSON for programs, CSV for the office, the evidence bundle; JSON and bundle
piece by piece. The workbook that computes itself is ``services/awards/workbook.py``.

Only once the jury round is locked; marks appear under juror codes.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, not_found
from contest.models import Contest, Result
from contest.permissions import require
from contest.ports import BlobStore
from contest.profile.entries import spoken_all
from contest.services.core import spreadsheets
from contest.services.core.spreadsheets import Table
from contest.services.results import ranking_rows, results, standings
from contest.services.results.results import FINAL
from scoring.texts import readable

TOGETHER = 200  # pieces of the JSON that are sent at once

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


def json_parts(session: Session, result: Result) -> Iterator[bytes]:
    """The whole revision as JSON, its input and the result, piece by piece: of a national contest
    that is a hundred megabytes, of which some hundred clips are in memory. ``session`` stays open
    until the last piece."""
    pieces = ranking_rows.in_pieces
    content = {
        "number": result.number, "state": result.state, "reason": result.reason,
        "input_sha256": result.input_sha256, "output_sha256": result.output_sha256,
        "bundle_sha256": result.bundle_sha256 or None,
        "input": pieces(session, result, Result.input, "entries"), "names": result.names,
        "result": pieces(session, result, Result.output, "ranking"),
    }
    written = readable.parts(content, sort=False)
    while some := "".join(islice(written, TOGETHER)):
        yield some.encode()
    yield b"\n"


def bundle(result: Result, blobs: BlobStore) -> Iterator[bytes]:
    """The evidence bundle, piece by piece. Raises ``Conflict`` before the revision is frozen, and
    at once what the store says."""
    if result.state not in FINAL or not result.bundle_sha256:
        raise Conflict(
            "Gói minh chứng có sau khi chốt kết quả.", "There is a bundle once it is frozen."
        )
    pieces = iter(blobs.chunks(result.erased_bundle_sha256 or result.bundle_sha256))
    return chain([next(pieces, b"")], pieces)


def as_csv(result: Result, language: str) -> bytes:
    """The ranking alone."""
    words = spoken_all(WORDS[language], results.profile_of(result).entry.kind, language)
    return spreadsheets.csv_file(_ranking(results.lines(result, language), words))


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
