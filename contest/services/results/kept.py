"""What was worked out of a revision of a result, kept in the process while the revision stays as it
is."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy.orm import Session

from contest.models import Result
from contest.services.core import kept as core

T = TypeVar("T")


def kept(session: Session, result: Result, what: Hashable, work: Callable[[], T]) -> T:
    """``work``'s answer to ``what`` about this state of the revision (``core.kept``)."""
    return core.kept(session, _state(result), what, work)


def _state(result: Result) -> tuple[Hashable, ...]:
    """Another tuple as soon as the revision was computed again, frozen or published."""
    return (
        result.id, result.state, result.input_sha256, result.output_sha256, result.bundle_sha256,
        result.profile_revision_id, result.created_at, result.frozen_at, result.reason,
        result.erased_at,
    )
