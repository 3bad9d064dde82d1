"""One row of each kind that belongs to an entry, for addresses that name it."""

from contest.models import (
    Attachment,
    AuthorWord,
    EntryPart,
    PlatformPost,
    PostRemoval,
    SignedForm,
    Submission,
    Withdrawal,
)
from tests.contest.conftest import WHILE_OPEN
from tests.contest.factory import Factory
from tests.contest.stage import AFTER


def plant(make: Factory, submission: Submission, *, paper: str, picture: str) -> None:
    """``paper`` and ``picture`` are hashes of stored files."""
    make.add(AuthorWord(
        submission_id=submission.id, name=submission.authors[0], asked_at=WHILE_OPEN,
        expires_at=AFTER,
    ))
    make.add(EntryPart(
        submission_id=submission.id, number=1, sha256=picture, size=1,
        filename="a.png", created_at=WHILE_OPEN,
    ))
    make.add(SignedForm(
        submission_id=submission.id, sha256=paper, size=1, created_by="user:1",
        created_at=WHILE_OPEN,
    ))
    make.add(Attachment(
        contest_id=submission.contest_id, submission_id=submission.id, question="plan", kind="pdf",
        sha256=paper, size=1, filename="a.pdf", created_by="user:1", created_at=WHILE_OPEN,
    ))
    for_persons = {"contest_id": submission.contest_id, "submission_id": submission.id,
                   "created_by": "user:1", "created_at": WHILE_OPEN}
    make.add(PlatformPost(
        platform="youtube", url="https://youtu.be/a", post_key="a", **for_persons
    ))
    make.add(Withdrawal(purpose="news", follows="stays", due_by=AFTER, **for_persons))
    make.add(PostRemoval(
        sha256=paper, size=1, media_type="application/pdf", **for_persons
    ))
