"""A juror's own marks: the order that they make of the clips, how the scale was used, two clips
side by side; and the script that keeps the juror's pages for a time without a line."""

from typing import Any

from flask import Blueprint, request, send_from_directory
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from contest.models import Submission
from contest.ready_pages import STATIC
from contest.services.entry import submission_lists
from contest.services.jury import ballots, own_marks
from contest.services.jury.own_marks import Spread
from contest.views.jury.papers import MARK, closed, files, stored, told, total_texts
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, current, page

bp = Blueprint("own_marks", __name__, url_prefix="/c/<slug>/jury")
WORKER = "jury_worker"
BARS = 50  # a longer scale is drawn with fewer bars
HEIGHT = 40  # px of the tallest bar


@bp.get("/own")
@allows("jury.read")
def show() -> Response:
    """The clips marked in full, the best first, and each criterion's marks as a picture."""
    return _page(request.args.getlist("clip"))


@bp.get("/own/compare")
@allows("jury.read")
def compare() -> Response:
    """Two clips side by side, each with its ballot; ``clip`` names both."""
    codes = list(dict.fromkeys(request.args.getlist("clip")))
    if len(codes) != 2:  # noqa: PLR2004
        return _page(codes, 422, fault=_("Hãy chọn đúng hai clip để so sánh."))
    pair = [ballots.find(current.db, current.contest, code, actor=current.actor) for code in codes]
    return page("jury/compare.html", pair=[_side(one) for one in pair], mark=MARK, told=told,
                total_texts=total_texts(), closed=closed())


@bp.get("/worker.js")
@allows("public.read")
def worker() -> Response:
    """The script that answers from the kept pages while there is no line; it keeps none itself."""
    [file] = STATIC.glob(f"{WORKER}-*.js")
    response = send_from_directory(STATIC, file.name, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _side(submission: Submission) -> dict[str, Any]:
    ballot = ballots.of(current.db, submission, actor=current.actor)
    total = own_marks.total(current.profile, ballots.marks_of(ballot))
    return {"submission": submission, "ballot": ballot, "total": total,
            "form": stored(current.profile, ballot), **files(submission)}


def _page(ticked: list[str], status: int = 200, *, fault: str = "") -> Response:
    contest, who, db = current.contest, current.actor, current.db
    found = own_marks.ranking(db, contest, actor=who, number=page_number())
    figures, spread = own_marks.used(db, contest, actor=who)
    return page(
        "jury/own.html", status, found=found, ticked=ticked, fault=fault,
        pages=neighbours(found, "own_marks.show"),
        possible=own_marks.total(current.profile, {}).possible,
        pictures=submission_lists.pictures(db, [one.submission for one in found.rows]),
        figures=figures, spread=[(one, _bars(one)) for one in spread],
        names={c.id: c.name for c in current.profile.jury.criteria},
    )


def _bars(spread: Spread) -> list[dict[str, object]]:
    """One bar for each mark of the scale, or for as many marks as fit: where it stands, in per cent
    of the width, and how high in px."""
    step = -(-(spread.most + 1) // BARS)
    counts = [
        (low, sum(spread.counts.get(value, 0) for value in range(low, low + step)))
        for low in range(0, spread.most + 1, step)
    ]
    most, width = max(count for _low, count in counts), 100 / len(counts)
    return [
        {"from": low, "to": min(low + step - 1, spread.most), "count": count,
         "x": round(n * width, 3), "width": round(width * 0.8, 3),
         "height": round(HEIGHT * count / most, 1)}
        for n, (low, count) in enumerate(counts) if count
    ]
