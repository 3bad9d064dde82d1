"""Whose subtitles a clip has, who may put them there, and who sees them.

They belong to one version of a clip: another cut needs its own, a repaired clip takes them along
(`entry.repairs`). Until the clip is approved its unit
puts them there, and reviewers see them with the clip; after that only organisers do, for nobody
appraises them again. Only where the rules let people watch on the contest's own pages.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.languages import LANGUAGES
from contest.models import Captions, Check, Submission
from contest.permissions import require
from contest.services.captions import cues
from contest.services.core import audit, profiles
from contest.services.entry import submissions
from contest.states import REPLACEABLE, SubmissionState

LATER = (SubmissionState.APPROVED, SubmissionState.PUBLISHED)


def may(submission: Submission, actor: Actor) -> bool:
    """Does a screen offer this person to put subtitles to the clip?"""
    profile = profiles.profile_of(submission.contest)
    if not (profile.on_site and profile.entry.is_clip) or submission.version_id is None:
        return False
    state = submission.state
    return state in REPLACEABLE or (state in LATER and actor.kind != "unit")


def keep(
    session: Session, submission: Submission, language: str, content: bytes, *,
    actor: Actor, at: datetime,
) -> int:
    """Store the subtitles of the clip in force in a language, in place of those before.

    Returns how many there are. Raises ``NotAllowed``; ``Conflict`` where the clip takes none;
    ``Invalid`` for what ``cues.read`` refuses.
    """
    _hold(session, submission, actor)
    if language not in LANGUAGES:
        raise Invalid("Hãy chọn tiếng Việt hoặc tiếng Anh.", "Choose Vietnamese or English.")
    found = cues.read(content, _length(session, submission))
    _drop(session, submission, language)
    session.add(Captions(
        version_id=submission.version_id, language=language,
        data={"cues": [[cue.begin, cue.end, cue.text] for cue in found]},
        created_by=actor.label, created_at=at,
    ))
    audit.record(session, "captions.kept", submission, actor=actor, at=at,
                 after={"code": submission.code, "language": language, "count": len(found)})
    return len(found)


def drop(
    session: Session, submission: Submission, language: str, *, actor: Actor, at: datetime
) -> None:
    """Take the subtitles of a language away. Raises ``NotAllowed``, ``Conflict``."""
    _hold(session, submission, actor)
    _drop(session, submission, language)
    audit.record(session, "captions.dropped", submission, actor=actor, at=at,
                 after={"code": submission.code, "language": language})


def of_version(session: Session, version_id: int | None) -> Mapping[str, list[cues.Cue]]:
    """Language -> the cues of a version, Vietnamese first."""
    rows = session.scalars(select(Captions).where(Captions.version_id == version_id))
    found = {row.language: [cues.Cue(*one) for one in row.data["cues"]] for row in rows}
    return {language: found[language] for language in LANGUAGES if language in found}


def _length(session: Session, submission: Submission) -> float | None:
    """Seconds of the clip in force, as its checks measured it; None where none is done."""
    reports = session.scalars(
        select(Check.report)
        .where(Check.version_id == submission.version_id, Check.state == "done")
        .order_by(Check.id.desc()).limit(1)
    ).first()
    facts = (reports or {}).get("facts", {})
    lengths = [facts.get("duration_s"), (facts.get("video") or {}).get("duration_s")]
    return max((float(one) for one in lengths if one), default=None)


def languages(session: Session, submission: Submission) -> list[str]:
    """In which languages the clip in force has subtitles, where the rules let people watch here."""
    if not profiles.profile_of(submission.contest).on_site:
        return []
    return list(of_version(session, submission.version_id))


def _hold(session: Session, submission: Submission, actor: Actor) -> None:
    require(actor, "entry.edit" if actor.kind == "unit" else "entry.deputise", submission)
    submissions.hold(session, submission)
    if not may(submission, actor):
        raise Conflict(
            "Bài này không nhận phụ đề lúc này: clip đã được duyệt thì Ban Tổ chức thêm giúp, clip "
            "chưa gửi hoặc đã rời hội thi thì chưa có gì để thêm.",
            "This entry takes no subtitles now: once a clip is approved the organisers add them; "
            "one that was not sent, or has left the contest, has nothing to add them to.",
        )


def _drop(session: Session, submission: Submission, language: str) -> None:
    session.execute(delete(Captions).where(
        Captions.version_id == submission.version_id, Captions.language == language
    ))
