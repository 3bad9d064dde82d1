"""The organiser's lists as files."""

from collections.abc import Iterator, Sequence
from itertools import islice

from flask import Blueprint
from werkzeug.wrappers import Response

from contest.models import Contest
from contest.services.core import spreadsheets
from contest.services.desk import lists
from contest.views.shared.support import allows, attached_file, attachment, current
from scoring.texts import readable

TOGETHER = 200  # rows of JSON that are sent at once

bp = Blueprint("lists", __name__, url_prefix="/c/<slug>/organiser/lists")


@bp.get("/<any(units, entries):what>.<any(csv, xlsx, json):kind>")
@allows("export.read")
def export(what: str, kind: str) -> Response:
    """A whole list as a file, without the page's filter."""
    if (what, kind) == ("entries", "csv"):
        return attachment(_csv(what), what, kind)
    columns = lists.columns(what, current.profile, current.language)
    rows = lists.rows(current.db, current.contest, what, actor=current.actor, at=current.now,
                      language=current.language)
    if kind == "csv":
        return attachment(spreadsheets.csv_parts(list(columns.values()), list(rows)), what, kind)
    if kind == "json":
        return attachment(_json(list(columns), list(rows)), what, kind)
    made = spreadsheets.workbook_file({what: (list(columns.values()), rows)})
    return attached_file(made, what, kind)


def _json(keys: list[str], rows: list[Sequence[object]]) -> Iterator[bytes]:
    named = (dict(zip(keys, row, strict=True)) for row in rows)
    written = readable.parts(named, sort=False)
    while some := "".join(islice(written, TOGETHER)):
        yield some.encode()
    yield b"\n"


def _csv(what: str) -> Iterator[bytes]:
    """Piece by piece, in a session of its own: the request's ends before its answer is sent."""
    actor, at, contest_id = current.actor, current.now, current.contest.id
    language, reading = current.language, current.platform.db.read

    def parts() -> Iterator[bytes]:
        with reading() as session:
            contest = session.get_one(Contest, contest_id)
            yield from lists.csv_parts(session, contest, what, actor=actor, at=at,
                                       language=language)

    return parts()
