"""What follows for entries that are there when the rules ask for something else."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.models import ClipVersion, Contest, Submission
from contest.profile import Profile
from contest.profile.entries import name_of
from contest.services.core.in_use.effects import REFUSED, Effect


def effects(session: Session, contest: Contest, old: Profile, new: Profile) -> Iterator[Effect]:
    """Refused: another kind of entry once anything has been sent."""
    if old.entry.kind == new.entry.kind:
        return
    sent = session.scalar(
        select(func.count(ClipVersion.id))
        .join(Submission, Submission.id == ClipVersion.submission_id)
        .where(Submission.contest_id == contest.id)
    )
    if sent:
        vi, en = name_of(old.entry.kind, "vi"), name_of(old.entry.kind, "en")
        yield Effect(
            REFUSED,
            f"Hội thi đã nhận {sent} lượt gửi {vi} nên không đổi loại bài dự thi được nữa. Hãy giữ "
            f'entry.kind = "{old.entry.kind}", hoặc mở một hội thi khác.',
            f"What has been sent already is a {en} each ({sent}), so the contest cannot ask for "
            f'anything else any more. Keep entry.kind = "{old.entry.kind}", or begin another '
            "contest.",
        )
