"""All pictures of the contest on one page."""

from datetime import date

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.services.desk import charts, desk
from contest.views.organiser.overview import pictures
from contest.views.shared.disk import disk
from contest.views.shared.support import allows, current, page

bp = Blueprint("charts", __name__, url_prefix="/c/<slug>/organiser/charts")


@bp.get("")
@allows("organiser.read")
def show() -> Response:
    """Clips by day, units in or out, entries by state, checks and reasons, counts by hour, jurors'
    progress, the disk."""
    db, contest, profile = current.db, current.contest, current.profile
    drawn = charts.drawn(db, contest, profile, at=current.now)
    return page(
        "organiser/charts.html", jurors=desk.sitting(db, contest), reasons=drawn.reasons,
        days=pictures.bars(drawn.days), grid=drawn.grid, hours=pictures.bars(drawn.hours),
        room=pictures.disk(disk(), drawn.stored), entries=pictures.entries(drawn.entries),
        posts=pictures.posts(drawn.posts),
    )


@bp.app_template_filter("day")
def day(found: date) -> str:
    """A day of the year as people write it: “5/6”, “5 June”."""
    return f"{found.day} {found:%B}" if current.language == "en" else f"{found.day}/{found.month}"
