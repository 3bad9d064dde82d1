"""What was answered on the entry form, put into the entry."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.models import Submission
from contest.profile.questions import Question
from contest.services.questions import answers, attachments


class Answered(Protocol):
    """The part of an entry's form that is about the contest's own questions."""

    @property
    def answers(self) -> Mapping[str, object]: ...

    @property
    def files(self) -> Mapping[str, Sequence[attachments.Sent]]: ...

    @property
    def dropped(self) -> frozenset[int]: ...


def take(
    session: Session, submission: Submission, questions: Sequence[Question], form: Answered, *,
    actor: Actor, at: datetime,
) -> None:
    """Store answers and files. Raises ``Invalid`` as ``answers.checked``, ``attachments.change``.
    """
    submission.answers = answers.checked(questions, form.answers, submission.answers or {})
    session.flush()
    if questions:
        attachments.change(
            session, submission, questions, form.files, form.dropped, actor=actor, at=at
        )
