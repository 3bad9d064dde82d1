"""The last decision, taken back: by a key or a button, for ten seconds."""

from collections.abc import Sequence
from typing import Any, cast

from flask import Blueprint, g
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from contest.models import HeldDecision, Submission
from contest.services.core.appraisal import APPROVE, CHANGES, REJECT
from contest.services.entry import reviews
from contest.services.entry.deciding import Decision
from contest.services.reviewing import held
from contest.views.shared.support import allows, back_to, current, flash_message

bp = Blueprint("held_decisions", __name__, url_prefix="/c/<slug>/review")


@bp.post("/<code>/undo")
@allows("review.decide")
def take_back(code: str) -> Response:
    """Take back what was decided a moment ago; the clip's page has it filled in."""
    submission = reviews.find(current.db, current.contest, code, actor=current.actor)
    held.take_back(current.db, submission, actor=current.actor, at=current.now)
    flash_message(f"Đã rút lại kết luận về clip {code}; chưa ai được báo gì.",
                  f"The decision about clip {code} is taken back; nobody was told of it.")
    return back_to("reviews.clip", code=code)


def hold(submission: Submission, decision: Decision, *, casting: bool) -> None:
    """Hold the decision of this request."""
    held.hold(
        current.db, submission, decision, actor=current.actor, at=current.now, casting=casting
    )


def held_about(submission: Submission) -> bool:
    """Whether this person has just decided about the clip."""
    return any(row.state == "held" and row.submission_id == submission.id for row in _lately())


def draft(submission: Submission) -> Decision | None:
    """What this person took back about the clip, or what came to nothing: to begin with."""
    for row in _lately():
        if row.version_id == submission.version_id and row.state != "held":
            return held.decision_of(row)
    return None


def on_page() -> dict[str, Any]:
    """``undo``: the last decision with its seconds; ``lapsed``: decisions that came to nothing."""
    rows = _lately()
    last = next((row for row in rows if row.state == "held"), None)
    lapsed = [_lapsed(row) for row in rows if row.state == "lapsed"]
    return {"undo": last and _said(last), "lapsed": lapsed}


def _lately() -> Sequence[HeldDecision]:
    if "held" not in g:
        g.held = held.lately(current.db, current.contest, current.actor, at=current.now)
    return cast(Sequence[HeldDecision], g.held)


def _said(row: HeldDecision) -> dict[str, object]:
    left = (row.due_at - current.now).total_seconds()
    return {
        "code": row.submission.code, "left": max(0, round(left)),
        "outcome": _names()[row.content["outcome"]],
    }


def _lapsed(row: HeldDecision) -> dict[str, object]:
    return {"code": row.submission.code, "why": row.said[current.language]}


def _names() -> dict[str, str]:
    return {APPROVE: _("Duyệt"), CHANGES: _("Yêu cầu chỉnh sửa"), REJECT: _("Loại")}
