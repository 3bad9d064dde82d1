"""The organiser's lists as files."""

import json
from collections.abc import Iterator

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.models import Contest
from contest.services.core import spreadsheets
from contest.services.desk import lists
from contest.views.shared.support import allows, attachment, current

bp = Blueprint("lists", __name__, url_prefix="/c/<slug>/organiser/lists")


@bp.get("/<any(units, entries):what>.<any(csv, xlsx, json):kind>")
@allows("export.read")
def export(what: str, kind: str) -> Response:
    """A whole list as a file, without the page's filter."""
    columns = lists.columns(what, current.profile, current.language)
    titles = list(columns.values())
    if (what, kind) == ("entries", "csv"):
        return attachment(_csv(titles, what), what, kind)
    rows = lists.rows(current.db, current.contest, what, actor=current.actor, at=current.now,
                      language=current.language)
    if kind == "csv":
        return attachment(spreadsheets.csv_parts(titles, list(rows)), what, kind)
    if kind == "json":
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        content = (json.dumps(named, ensure_ascii=False, indent=1) + "\n").encode()
    else:
        content = spreadsheets.workbook({what: (titles, [list(row) for row in rows])})
    return attachment(content, what, kind)


def _csv(titles: list[str], what: str) -> Iterator[bytes]:
    """Piece by piece, in a session of its own: the request's ends before its answer is sent."""
    actor, at, contest_id = current.actor, current.now, current.contest.id
    language = current.language
    reading = current.platform.db.read

    def parts() -> Iterator[bytes]:
        with reading() as session:
            contest = session.get_one(Contest, contest_id)
            rows = lists.rows(session, contest, what, actor=actor, at=at, language=language)
            yield from spreadsheets.csv_parts(titles, rows)

    return parts()
