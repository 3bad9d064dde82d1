"""The minutes of the board that appraises clips ("biên bản thẩm định", plan IV.2), of a day or all.

Made of the votes' and the decisions' rows, which stay: a vote that was changed or taken back is not
told, one about a version that was replaced is, with that. Vietnamese only, as every official paper.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, literal, select, union_all
from sqlalchemy.orm import Session, joinedload

from contest.docx.filling import fill
from contest.errors import not_found
from contest.languages import write_day
from contest.models import Contest, Review, ReviewVote, Submission, User
from contest.profile import Profile
from contest.profile.entries import name_of
from contest.services.core import appraisal, profiles
from contest.services.core.appraisal import APPROVE, CHANGES, EXCUSED, REJECT, Member
from contest.services.results import documents
from contest.services.results.document_values import SAMPLES, heading
from contest.states import SubmissionState

WORDS = {
    APPROVE: "Duyệt", CHANGES: "Yêu cầu chỉnh sửa", REJECT: "Loại", EXCUSED: "Không tham gia",
}
TOLD = ("", "decided", "removed")  # how a vote may have ended that the minutes tell


@dataclass(frozen=True)
class Sitting:
    """What was said and decided on one day, or in the whole contest (``day`` None)."""

    day: date | None
    votes: Sequence[ReviewVote]
    reviews: Sequence[Review]

    @property
    def entries(self) -> list[Submission]:
        """The entries that it was about, by code."""
        found = {row.submission_id: row.submission for row in self.votes}
        found |= {row.submission_id: row.submission for row in self.reviews}
        return sorted(found.values(), key=lambda one: one.code)


@dataclass(frozen=True)
class Day:
    """One day of the board: how many entries it was about, and how many decisions fell."""

    day: date
    entries: int
    decisions: int


def days(session: Session, contest: Contest) -> list[Day]:
    """Every day of the contest's zone on which somebody voted or something was decided, counted by
    the database: of a national contest there are tens of thousands of rows."""
    said = union_all(
        select(ReviewVote.given_at.label("at"), ReviewVote.submission_id, literal(0).label("fell"))
        .join(ReviewVote.submission)
        .where(Submission.contest_id == contest.id, ReviewVote.ended.in_(TOLD)),
        select(Review.created_at, Review.submission_id, literal(1)).join(Review.submission)
        .where(Submission.contest_id == contest.id),
    ).subquery()
    first, last = session.execute(select(func.min(said.c.at), func.max(said.c.at))).one()
    if first is None:
        return []
    zone = profiles.profile_of(contest).schedule.zone
    begin, end = (moment.astimezone(zone).date() for moment in (first, last))
    known = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
    number = case(
        *((said.c.at < _bounds(day, zone)[1], place) for place, day in enumerate(known[:-1])),
        else_=len(known) - 1,
    ) if len(known) > 1 else literal(0)
    count = func.count(said.c.submission_id.distinct())
    rows = session.execute(
        select(number.label("number"), count, func.sum(said.c.fell))
        .group_by("number").order_by("number")
    )
    return [Day(known[place], entries, fell) for place, entries, fell in rows]


def _bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Where a day begins, and where the next one does."""
    begin, end = (
        datetime(one.year, one.month, one.day, tzinfo=zone)
        for one in (day, day + timedelta(days=1))
    )
    return begin, end


def sitting(session: Session, contest: Contest, day: date | None = None) -> Sitting:
    """One day's votes and decisions, or all. Raises ``NotFound`` for a day without any."""
    votes = (
        select(ReviewVote).join(ReviewVote.submission)
        .where(Submission.contest_id == contest.id, ReviewVote.ended.in_(TOLD))
        .options(
            joinedload(ReviewVote.member, innerjoin=True),
            joinedload(ReviewVote.submission, innerjoin=True).joinedload(Submission.unit),
        )
        .order_by(ReviewVote.id)
    )
    reviews = (
        select(Review).join(Review.submission).where(Submission.contest_id == contest.id)
        .options(
            joinedload(Review.reviewer, innerjoin=True),
            joinedload(Review.submission, innerjoin=True).joinedload(Submission.unit),
        )
        .order_by(Review.id)
    )
    if day is not None:
        begin, end = _bounds(day, profiles.profile_of(contest).schedule.zone)
        votes = votes.where(ReviewVote.given_at >= begin, ReviewVote.given_at < end)
        reviews = reviews.where(Review.created_at >= begin, Review.created_at < end)
    found = Sitting(day, session.scalars(votes).all(), session.scalars(reviews).all())
    if day is not None and not found.votes and not found.reviews:
        raise not_found()
    return found


def docx(session: Session, contest: Contest, day: date | None, *, at: datetime) -> bytes:
    """The minutes as DOCX. Raises ``NotFound`` as ``sitting``."""
    template = documents.shipped("appraisal", profiles.profile_of(contest).entry.kind)
    return fill(template, values(session, contest, day, at=at))


def values(
    session: Session, contest: Contest, day: date | None, *, at: datetime
) -> dict[str, object]:
    """What the template is filled with."""
    held, profile = sitting(session, contest, day), profiles.profile_of(contest)
    everybody, entry = appraisal.members(session, contest), name_of(profile.entry.kind, "vi")
    spoke = {vote.member_id for vote in held.votes if vote.outcome != EXCUSED}
    spoke |= {review.reviewer_id for review in held.reviews}
    chair = next((one.name for one in everybody if one.chair), "")
    assert contest.revision is not None  # noqa: S101 - a contest is made with its first revision
    return {
        **heading(profile, _noon(profile, day) if day else at),
        "draft": "", "day": "1" if day else "", "opening": _opening(profile, day, held),
        "chair": chair,
        "present": _names(session, spoke),
        "absent": [one.name for one in everybody if one.id not in spoke],
        "aside": _aside(held), "met": _met(held, everybody, profile),
        "profile_number": str(contest.revision.number),
        "approvals": str(profile.review.approvals),
        "rejections": str(profile.review.rejections),
        "quorum": str(profile.review.quorum or ""),
        "clips": [_clip(number, one, held, entry) for number, one in enumerate(held.entries, 1)],
        "summary": _summary(held),
    }


# ---------------------------------------------------------------------------- parts of it


def _noon(profile: Profile, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=profile.schedule.zone)


def _opening(profile: Profile, day: date | None, held: Sitting) -> str:
    zone = profile.schedule.zone
    if day is not None:
        return f"Hôm nay, {write_day(_noon(profile, day), zone)}"
    moments = sorted([row.given_at for row in held.votes]
                     + [row.created_at for row in held.reviews])
    if not moments:
        return "Đến nay"
    first, last = write_day(moments[0], zone), write_day(moments[-1], zone)
    return f"Trong {first}" if first == last else f"Từ {first} đến {last}"


def _names(session: Session, ids: Iterable[int]) -> list[str]:
    query = select(User.name).where(User.id.in_(list(ids))).order_by(User.name)
    return list(session.scalars(query))


def _aside(held: Sitting) -> list[str]:
    return [
        f"{vote.member.name} ({vote.submission.code}: {vote.reason.rstrip('.')})"
        for vote in held.votes if vote.outcome == EXCUSED
    ]


def _met(held: Sitting, everybody: Sequence[Member], profile: Profile) -> str:
    quorum, entry = profile.review.quorum, name_of(profile.entry.kind, "vi")
    about = f"Tổ thẩm định hiện có {len(everybody)} người."
    if not quorum:
        return about
    short = [
        one.code for one in held.entries
        if len({v.member_id for v in held.votes
                if v.submission_id == one.id and v.outcome != EXCUSED}) < quorum
    ]
    return f"{about} " + (
        f"{entry.capitalize()} chưa đủ số thành viên: {', '.join(short)}." if short
        else f"Mọi {entry} dưới đây đều đủ số thành viên bỏ phiếu."
    )


def _clip(
    number: int, submission: Submission, held: Sitting, entry: str
) -> dict[str, str]:
    votes = [vote for vote in held.votes if vote.submission_id == submission.id]
    reviews = [review for review in held.reviews if review.submission_id == submission.id]
    return {
        "number": str(number),
        "clip": f"{submission.title}\n{submission.unit.name}\nMã {submission.code}",
        "opinions": "\n".join(
            _opinion(vote, submission, entry) for vote in votes if not vote.casting
        ) or "–",
        "decision": "\n".join(_decision(review, votes) for review in reviews)
        or _undecided(submission, entry),
    }


def _opinion(vote: ReviewVote, submission: Submission, entry: str) -> str:
    said = f"{vote.member.name}: {WORDS[vote.outcome]}"
    said += f" ({vote.reason.rstrip('.')})" if vote.reason else ""
    said += f". Ghi chú: {vote.note.rstrip('.')}" if vote.note else ""
    if vote.version_id != submission.version_id:
        said += f" [bản {entry} trước]"
    return said + (" [không còn tính]." if vote.ended == "removed" else ".")


def _decision(review: Review, votes: Sequence[ReviewVote]) -> str:
    of_it = [vote for vote in votes if vote.review_id == review.id]
    word = next((vote for vote in of_it if vote.casting), None)
    if word is not None:
        return (f"{WORDS[review.outcome]}, theo quyết định của Chủ tịch {word.member.name}: "
                f"{word.reason.rstrip('.')}.")
    if not of_it:
        return f"{WORDS[review.outcome]} ({review.reviewer.name})."
    counts = [
        f"{sum(1 for vote in of_it if vote.outcome == outcome)} {WORDS[outcome].lower()}"
        for outcome in (APPROVE, CHANGES, REJECT)
        if any(vote.outcome == outcome for vote in of_it)
    ]
    return f"{WORDS[review.outcome]} ({', '.join(counts)})."


def _undecided(submission: Submission, entry: str) -> str:
    waits = submission.state == SubmissionState.IN_REVIEW
    return "Chưa kết luận." if waits else f"Không kết luận: {entry} không còn chờ thẩm định."


def _summary(held: Sitting) -> str:
    """By each entry's last decision of the sitting."""
    last = {review.submission_id: review.outcome for review in held.reviews}
    told = [
        f"{sum(1 for outcome in last.values() if outcome == known)} {word}"
        for known, word in ((APPROVE, "được duyệt"), (CHANGES, "phải chỉnh sửa"),
                            (REJECT, "bị loại"))
    ]
    return ", ".join([*told, f"{len(held.entries) - len(last)} chưa kết luận"])


SAMPLE: dict[str, object] = {  # every placeholder with an example
    **{key: SAMPLES["minutes"][key] for key in (
        "superior", "issuer", "place", "date", "year", "symbol", "authority", "on_behalf",
        "signer", "bases", "recipients", "title", "theme", "organiser", "profile_number",
    )},
    "draft": "", "day": "1", "opening": "Hôm nay, ngày 11 tháng 6 năm 2023",
    "chair": "Trần Văn Bình",
    "present": ["Trần Văn Bình", "Lê Thị Cúc"], "absent": ["Võ Văn Dũng"],
    "aside": ["Võ Văn Dũng (CX-7K2M: người thân trong clip)"], "met": "Tổ thẩm định có 3 người.",
    "approvals": "2", "rejections": "2", "quorum": "2",
    "clips": [{
        "number": "1", "clip": "Nụ cười ở bộ phận một cửa\nĐoàn Phường 5\nMã CX-7K2M",
        "opinions": "Trần Văn Bình: Duyệt.\nLê Thị Cúc: Duyệt.", "decision": "Duyệt (2 duyệt).",
    }],
    "summary": "1 được duyệt, 0 phải chỉnh sửa, 0 bị loại, 0 chưa kết luận",
}
