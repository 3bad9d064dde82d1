"""What stands in the way of a request about an entry, and where it is mended: said in the place of
a button that would be refused."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from contest.errors import DomainError
from contest.models import EntryRequest, Submission
from contest.services.entry import entry_requests
from contest.views.shared.support import current


@dataclass(frozen=True)
class InTheWay:
    """``ways``: (what to do there, address)."""

    message: str
    ways: list[tuple[str, str]]


def of_entry(found: Submission, kind: str) -> InTheWay | None:
    """None where the request may be agreed to."""
    refused = entry_requests.in_the_way(current.db, [found], kind, at=current.now)
    return _said(refused[found.id], found) if refused else None


def of_requests(found: Iterable[EntryRequest]) -> dict[int, InTheWay]:
    """By the request's id, of those that cannot be agreed to now."""
    said = dict[int, InTheWay]()
    for kind in (entry_requests.REINSTATE, entry_requests.WITHDRAW):
        asked = {one.submission.id: one for one in found if one.kind == kind}
        entries = [one.submission for one in asked.values()]
        refused = entry_requests.in_the_way(current.db, entries, kind, at=current.now)
        said |= {asked[key].id: _said(why, asked[key].submission) for key, why in refused.items()}
    return said


def _said(why: DomainError, found: Submission) -> InTheWay:
    slug = current.contest.slug
    unit = url_for("unit_changes.detail", slug=slug, unit_id=found.unit_id)
    entries = url_for("entries.listed", slug=slug, q=found.unit.name)
    quota = url_for("rules.section", slug=slug, part="entrants")
    ways = {
        "room": [(_("Xem các bài của đơn vị"), entries), (_("Đổi chỉ tiêu (có xem trước)"), quota)],
        "consents": [(_("Liên hệ đơn vị"), unit)],
        "unit": [(_("Mở trang của đơn vị"), unit)],
        "revision": [(_("Tới trang kết quả"), url_for("results.overview", slug=slug))],
    }
    return InTheWay(why.message(current.language), ways.get(str(why.data.get("mend")), []))
