"""The organiser's lists as files."""

import json

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.services.core import spreadsheets
from contest.services.desk import lists
from contest.views.shared.support import allows, attachment, current

bp = Blueprint("lists", __name__, url_prefix="/c/<slug>/organiser/lists")


@bp.get("/<any(units, entries):what>.<any(csv, xlsx, json):kind>")
@allows("export.read")
def export(what: str, kind: str) -> Response:
    """A whole list as a file, without the page's filter."""
    contest = current.contest
    rows = lists.rows(current.db, contest, what, actor=current.actor, at=current.now,
                      language=current.language)
    table = (lists.titles(contest, what, current.language), [list(row.values()) for row in rows])
    if kind == "json":
        content = (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()
    elif kind == "csv":
        content = spreadsheets.csv_file(table)
    else:
        content = spreadsheets.workbook({what: table})
    return attachment(content, what, kind)
