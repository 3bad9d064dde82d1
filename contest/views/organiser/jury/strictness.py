"""How strict each juror was, once the round is locked."""

from fractions import Fraction

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.services.jury import strict
from contest.views.shared.support import allows, current, page
from scoring.numbers import shown

bp = Blueprint("strictness", __name__, url_prefix="/c/<slug>/organiser/jury/strictness")
FAR = 10  # points of a hundred from the others: worth a word with the juror


@bp.get("")
@allows("organiser.read")
def show() -> Response:
    """A table of all jurors; before the lock only that there is none yet."""
    sealed = current.contest.jury_locked_at is None
    found = [] if sealed else strict.report(current.db, current.contest, actor=current.actor)
    return page("organiser/strictness.html", sealed=sealed, found=found, points=points,
                signed=signed, far=FAR)


def points(value: Fraction | None) -> str:
    """``87,50``, as people write it; a dash for what is not there."""
    return "–" if value is None else shown(value, current.language)


def signed(value: Fraction | None) -> str:
    """The same with its sign: ``−3,20``, ``+1,05``."""
    if value is None:
        return "–"
    return f"{'−' if value < 0 else '+' if value else ''}{points(abs(value))}"
