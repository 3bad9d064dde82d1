"""A step of the closing that is refused: what is missing stands beside the step on the same page,
each with the place where it is mended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from contest.errors import DomainError
from contest.services.results import closing
from contest.views.shared.site import wording
from contest.views.shared.support import current

LISTED = ("reason", "second")  # refused because of gaps: each of them is named


@dataclass(frozen=True)
class Refused:
    """``step``: the section of the page; ``ways``: (what to do there, address)."""

    step: str
    message: str
    ways: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def beside(step: str, again: Callable[[int, Refused], Response]) -> Iterator[None]:
    """Run a step; a refusal ends the request with its page anew: ``again(status, refused)``."""
    try:
        yield
    except DomainError as error:
        current.db.rollback()
        refused = Refused(step, error.message(current.language), _ways(error))
        abort(again(error.status, refused))


def _ways(error: DomainError) -> list[tuple[str, str]]:
    """Where what is missing is mended: ``mend`` of the error says what it is about."""
    mend, slug = error.data.get("mend"), current.contest.slug
    gaps = _gaps() if mend in LISTED else []
    last = {
        "round": (_("Tới vòng chấm"), url_for("ballots.overview", slug=slug)),
        "compute": (_("Tính lại"), "#compute"),
        "reason": (_("Ghi lý do, tính lại"), "#compute"),
        "second": (_("Mời người thứ hai"), url_for("people.new", slug=slug, role="organiser")),
        "replace": (_("Xem xếp hạng mới, lập bản mới"), "#replace"),
    }.get(str(mend))
    return [*gaps, *([last] if last else [])]


def _gaps() -> list[tuple[str, str]]:
    english, found = current.language == "en", []
    for gap in closing.gaps(current.db, current.contest, at=current.now):
        values: dict[str, Any] = {**gap.values, "slug": current.contest.slug}
        told = wording.said(gap.en if english else gap.vi, current.language)
        found.append((told, url_for(gap.endpoint, **values)))
    return found
