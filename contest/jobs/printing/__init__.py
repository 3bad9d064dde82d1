"""``units.sheets``: codes for many units and the files that show them, some units at a time.
``units.forget_sheets``: the file goes.

Each file is sealed before the next is made, so memory does not grow with the units.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from zipfile import ZipFile

from contest.errors import Conflict, DomainError
from contest.jobs import Later
from contest.jobs.clips import work_folder
from contest.models import Contest, UnitSheet
from contest.ports import PdfFailed, PdfUnavailable
from contest.services.core import profiles
from contest.services.printing import sheets
from contest.services.results import documents
from contest.services.results.steps.under_way import Stopped
from contest.wiring import Platform


def make(platform: Platform, row_id: int, beat: Callable[[], None]) -> None:
    """Make codes, then files; its progress is in its row, and so is the wish to stop."""
    with platform.db.write() as session:
        row = sheets.begin(session, row_id, at=platform.clock.now())
    if row is None:
        return
    try:
        _issue(platform, row, beat)
        _make(platform, row_id, beat)
    except Stopped:
        return
    except DomainError as why:
        with platform.db.write() as session:
            sheets.fail(session, row_id, why, at=platform.clock.now())


def _issue(platform: Platform, row: UnitSheet, beat: Callable[[], None]) -> None:
    left = len(row.link_ids) < len(row.unit_ids)
    while left:
        beat()
        with platform.db.write() as session:
            key = platform.keys.unit_codes(session)
            left = sheets.issue_some(
                session, row.id, key=key, keys=platform.keys, at=platform.clock.now()
            )


def _make(platform: Platform, row_id: int, beat: Callable[[], None]) -> None:
    with platform.db.read() as session:
        count = sheets.parts(session.get_one(UnitSheet, row_id))
    with work_folder(platform, f"sheets-{row_id}") as folder:
        file = folder / "sheets.zip"
        with ZipFile(file, "w") as box:
            for number in range(count):
                beat()
                for kind, content in _files(platform, row_id, number):
                    box.writestr(f"{number + 1:03}.{kind}", sheets.sealed(content, platform.keys))
                with platform.db.write() as session:
                    sheets.went_on(session, row_id, (number + 1) / count)
        with file.open("rb") as written:
            sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        platform.blobs.put(file, sha256)
    with platform.db.write() as session:
        sheets.keep(session, row_id, sha256, at=platform.clock.now())


def _files(platform: Platform, row_id: int, number: int) -> Iterator[tuple[str, bytes]]:
    """One part as DOCX, and as PDF where the server can."""
    with platform.db.read() as session:
        row = session.get_one(UnitSheet, row_id)
        contest = session.get_one(Contest, row.contest_id)
        issued = sheets.part(session, row, number, keys=platform.keys)
        rules = profiles.profile_of(contest)
        template = documents.template(session, contest, "qr_sheet", blobs=platform.blobs)
    if not issued:
        return
    docx = sheets.filled(issued, rules, template, base_url=platform.settings.base_url)
    yield "docx", docx
    try:
        yield "pdf", platform.office.pdf(docx)
    except PdfUnavailable:
        return
    except PdfFailed as error:
        raise Conflict(
            f"LibreOffice không tạo được PDF ({error}). Hãy bấm “Làm tiếp”.",
            f'LibreOffice could not make the PDF ({error}). Press "Go on".',
        ) from None


def forget(platform: Platform, row_id: int, beat: Callable[[], None]) -> None:
    """Drop the file once its time is over. Raises ``Later`` before that."""
    with platform.db.write() as session:
        gone = sheets.forget(session, row_id, at=platform.clock.now())
    if isinstance(gone, datetime):
        raise Later(gone)
    if gone:
        platform.blobs.drop(gone)


HANDLERS = {sheets.KIND: make, sheets.FORGET: forget}
