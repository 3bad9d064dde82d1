"""Clips that left the contest, came back, or went to another unit, after a revision of the result
was frozen."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from contest.errors import Conflict
from contest.models import Publication, Result, Submission
from contest.services.results import ranking_rows
from contest.states import SubmissionState


def moved(session: Session, result: Result) -> Sequence[Submission]:
    """Clips that this frozen or published revision counts otherwise than they stand now, by code.
    Of a frozen one, those as well that belong to another unit now: units were joined or split. What
    was published keeps the units of its day; a unit that only goes by another name keeps its place.

    One query where nothing has moved: the result's stored JSON is read only if something has.
    """
    if result.frozen_at is None:
        return []
    query = (
        select(Submission)
        .join(Submission.unit)
        .join(Publication, Publication.submission_id == Submission.id)
        .where(
            Submission.contest_id == result.contest_id, Publication.state == "published",
            Submission.updated_at >= result.frozen_at,
        )
        .options(contains_eager(Submission.unit))
        .order_by(Submission.code)
    )
    found = session.scalars(query).all()
    if not found:
        return []
    names = ranking_rows.names(session, result, [one.code for one in found])
    out = {row["entry"] for row in ranking_rows.disqualified(session, result)}
    return [
        one for one in found
        if _stands(one) != _counted(one.code, names, out) or _went(result, one, names)
    ]


def _went(result: Result, submission: Submission, names: Mapping[str, Any]) -> bool:
    stored = names.get(submission.code)
    if result.state != "frozen" or stored is None:
        return False
    return bool(stored["unit"] != submission.unit.name)


class Happened(StrEnum):
    """What became of a clip since."""

    LEFT = "left"
    BACK = "back"
    POSTED = "posted"  # for the first time
    WENT = "went"  # to another unit


WORDS = {
    Happened.LEFT: ("rời hội thi", "left the contest"), Happened.BACK: ("trở lại", "came back"),
    Happened.POSTED: ("mới đăng", "was posted"),
    Happened.WENT: ("sang đơn vị khác", "went to another unit"),
}


def happened(
    session: Session, result: Result, found: Sequence[Submission]
) -> dict[str, Happened]:
    """What became of each of the clips that ``moved`` names, by code."""
    names = ranking_rows.names(session, result, [one.code for one in found])
    out = {row["entry"] for row in ranking_rows.disqualified(session, result)}
    query = select(Publication.submission_id).where(
        Publication.submission_id.in_([one.id for one in found]),
        Publication.published_at > result.frozen_at,
    )
    new = set(session.scalars(query))
    return {
        one.code: Happened.LEFT if _stands(one) != "in"
        else Happened.WENT if _counted(one.code, names, out) == "in"
        else Happened.POSTED if one.id in new else Happened.BACK
        for one in found
    }


def listed(session: Session, result: Result, found: Sequence[Submission]) -> tuple[str, str]:
    """What became of which clip, as a line of text in Vietnamese and in English."""
    became, parts = happened(session, result, found), list[tuple[str, str]]()
    for what, (vi, en) in WORDS.items():
        if codes := ", ".join(one.code for one in found if became[one.code] == what):
            parts.append((f"{vi}: {codes}", f"{en}: {codes}"))
    return "; ".join(vi for vi, _ in parts), "; ".join(en for _, en in parts)


def _stands(submission: Submission) -> str:
    if submission.state == SubmissionState.DISQUALIFIED:
        return "out"
    return "in" if submission.state == SubmissionState.PUBLISHED else "gone"


def _counted(code: str, names: Mapping[str, Any], out: set[str]) -> str:
    if code in out:
        return "out"
    return "in" if code in names else "gone"


def require_unmoved(session: Session, result: Result) -> None:
    """Raises ``Conflict``, naming the clips, where a new revision has to replace this one."""
    if found := moved(session, result):
        vi, en = listed(session, result, found)
        raise Conflict(
            f"Sau khi chốt bản {result.number} có bài {vi}. Hãy lập bản mới ở trang Kết quả (một "
            "bước, có xem trước), rồi công bố bản đó.",
            f"After revision {result.number} was frozen, an entry {en}. Replace it on the page "
            "Results (one step, with a preview), then publish that one.",
            codes=[one.code for one in found], mend="replace",
        )
