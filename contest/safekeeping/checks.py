"""What must hold in a restored installation: the trail, and the newest result of each contest."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

import scoring
from contest import canonical
from contest.models import Contest, Result
from contest.ports import BlobStore
from contest.services.core import audit
from contest.services.results.results import FINAL


@dataclass(frozen=True)
class Found:
    """One thing looked at, and whether it holds."""

    what: str
    holds: bool
    vi: str
    en: str


def trail(session: Session) -> Found:
    """The whole audit chain."""
    count, faults = audit.verify(session)
    if not faults:
        return Found("audit", True, f"Nhật ký {count} dòng, chuỗi nguyên vẹn.",
                     f"The audit trail's {count} rows hold.")
    first = faults[0]
    return Found(
        "audit", False,
        f"Nhật ký có {len(faults)} chỗ không khớp; chỗ đầu ở dòng {first.seq}: {first.what}.",
        f"The audit trail has {len(faults)} faults; the first at row {first.seq}: {first.what}.",
    )


def newest_results(session: Session, blobs: BlobStore) -> Iterator[Found]:
    """The newest frozen or published result of each contest, computed again."""
    for contest in session.scalars(select(Contest).order_by(Contest.id)):
        query = select(Result).where(Result.contest_id == contest.id, Result.state.in_(FINAL))
        result = session.scalars(query.order_by(Result.number.desc()).limit(1)).first()
        if result is not None:
            yield _again(result, contest.slug)
            yield _bundle(result, contest.slug, blobs)


def _again(result: Result, slug: str) -> Found:
    digests = {canonical.sha256(scoring.compute(result.input)), canonical.sha256(result.output)}
    if result.erased_at and len(digests) == 1:
        at = result.erased_at.date().isoformat()
        return Found("result", True,
                     f"{slug}: tính lại bản {result.number} ra đúng kết quả đã chốt; có nội dung "
                     f"đã xoá ngày {at}.",
                     f"{slug}: revision {result.number} computed again is the frozen one; texts "
                     f"of it were erased on {at}.")
    if digests == {result.output_sha256}:
        return Found("result", True,
                     f"{slug}: tính lại bản {result.number} ra đúng kết quả đã chốt.",
                     f"{slug}: revision {result.number} computed again is the frozen one.")
    return Found("result", False, f"{slug}: tính lại bản {result.number} ra kết quả khác.",
                 f"{slug}: revision {result.number} computed again differs from the frozen one.")


def _bundle(result: Result, slug: str, blobs: BlobStore) -> Found:
    """As ``python -m scoring verify`` does."""
    try:
        with blobs.open_local(result.erased_bundle_sha256 or result.bundle_sha256) as path:
            looked = scoring.bundle.verify(path)
        failing = [check.en for check in looked if check.holds is False]
    except (OSError, ValueError, scoring.BundleError) as error:
        failing = [str(error)]
    if not failing:
        return Found("bundle", True, f"{slug}: gói minh chứng bản {result.number} đúng.",
                     f"{slug}: the bundle of revision {result.number} verifies.")
    return Found("bundle", False, f"{slug}: gói minh chứng bản {result.number} sai: {failing[0]}",
                 f"{slug}: the bundle of revision {result.number} fails: {failing[0]}")
