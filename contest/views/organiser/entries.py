"""The organiser's list of entries; excluding one, and putting it into another category."""

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length

from contest import lifecycle
from contest.models import EntryRequest, Submission
from contest.profile.winning import Category
from contest.services.captions import captions
from contest.services.core import deadlines
from contest.services.desk import activity
from contest.services.entry import (
    checks,
    entry_requests,
    errands,
    paper_entries,
    submission_lists,
    submissions,
)
from contest.services.fanpage import board
from contest.services.results import moved_since, results
from contest.services.reviewing import sorting
from contest.states import REPLACEABLE, SubmissionState
from contest.views.organiser import activity_words
from contest.views.organiser.lifecycle import in_the_way
from contest.views.organiser.overview import sentences
from contest.views.organiser.tables import filters
from contest.views.organiser.tables.deciding import choices
from contest.views.shared.entries import handed
from contest.views.shared.entries.entry_form import category_name
from contest.views.shared.entries.questions import answered
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.privacy.authors import named
from contest.views.shared.support import allows, back_to, current, flash_message, page

FINAL = ("frozen", "published")  # states of a result that counts the entries as they were

bp = Blueprint("entries", __name__, url_prefix="/c/<slug>/organiser/entries")


class DisqualifyForm(Form):
    """The reason for excluding an entry; shown to the unit and published with the result."""

    reason = TextAreaField(
        _l("Lý do"), [InputRequired(_l("Hãy ghi lý do loại clip.")), Length(max=1000)]
    )


class SortForm(Form):
    category = RadioField(
        _l("Mảng nội dung"), [InputRequired(_l("Hãy chọn một mảng nội dung."))]
    )

    @classmethod
    def of(cls, categories: Sequence[Category]) -> "SortForm":
        form = cls()
        form.category.choices = [SelectChoice(c.id, c.name[current.language]) for c in categories]
        return form


@bp.get("")
@allows("organiser.read")
def listed() -> Response:
    """The entries; ``state``, ``check``, ``category``, ``q`` and ``order`` narrow and sort them."""
    wanted = filters.filter_of("entries")
    state, words, order, check = (wanted[key] for key in ("state", "q", "order", "check"))
    found = submission_lists.listed(
        current.db, current.contest, state=state, words=words, order=order, check=check,
        category=wanted["category"], number=page_number(),
    )
    return page(
        "organiser/entries.html", found=found, state=state, words=words, order=order, check=check,
        pictures=submission_lists.pictures(current.db, found.rows), states=list(SubmissionState),
        counts=submission_lists.counts(current.db, current.contest), pages=neighbours(found),
        deeds=choices("entries"), categories=current.profile.categories,
        category=wanted["category"], kept=filters.kept("entries"),
    )


@bp.get("/<code>")
@allows("organiser.read")
def entry(code: str) -> Response:
    return _page(code, DisqualifyForm(formdata=None))


@bp.post("/<code>/category")
@allows("entry.sort")
def sort(code: str) -> Response:
    """Put an entry into another category."""
    found = submissions.find(current.db, current.contest, code, actor=current.actor)
    form = SortForm.of(sorting.others(current.profile, found))
    if not form.validate_on_submit():
        return _page(code, DisqualifyForm(formdata=None), 422)
    sorting.sort(current.db, found, form.category.data, actor=current.actor, at=current.now)
    flash_message(f"Đã xếp mảng cho clip {code}.", f"The category of entry {code} is set.")
    return back_to("entries.entry", code=code)


@bp.post("/<code>/disqualify")
@allows("entry.disqualify")
def disqualify(code: str) -> Response:
    """Exclude an entry (plan III.3, note); it no longer counts for the quota."""
    form = DisqualifyForm()
    if not form.validate_on_submit():
        return _page(code, form, 422)
    found = submissions.find(current.db, current.contest, code, actor=current.actor)
    submissions.disqualify(
        current.db, found, actor=current.actor, at=current.now, reason=form.reason.data or ""
    )
    flash_message(f"Đã loại clip {code}.", f"Entry {code} is disqualified.")
    return onward(found)


def onward(found: Submission) -> Response:
    """To the entry, or where a final result counts it otherwise to the page that offers the new
    revision."""
    final = deadlines.newest_result(current.db, found.contest_id) in FINAL
    return back_to("results.overview") if final else back_to("entries.entry", code=found.code)


def _page(code: str, form: DisqualifyForm, status: int = 200) -> Response:
    found = submissions.find(current.db, current.contest, code, actor=current.actor)
    rows = submission_lists.history(current.db, found)
    asked = entry_requests.waiting_of(current.db, found)
    check = checks.telling(found.version) if found.version else None
    return page(
        "organiser/entry.html", status, submission=found, form=form, check=check,
        findings=checks.findings(check, current.language),
        history=rows, words=activity_words, told_as=sentences,
        names=activity.names(current.db, set().union(
            *map(sentences.references, rows), [asked.created_by] if asked else [])),
        answers=answered(found, "organiser"), handed=handed.ways(found),
        **_done_for(found), **_sending(found), **_way_back(found, asked), **_sorting(found),
        may_disqualify=lifecycle.may("submission", found.state, "disqualify"),
        replaces=_replaces(found), on_the_way=board.on_the_way(current.db, found),
        may_caption=captions.may(found, current.actor),
    )


def _sending(found: Submission) -> dict[str, bool]:
    """Whether a clip may be sent for the unit now; else whether time may be given for it first."""
    phase = deadlines.phase_of(current.db, found, at=current.now)
    may = lifecycle.may("submission", found.state, "send", phase)
    in_time = current.now < deadlines.latest_until(current.profile)
    return {"may_send": may, "may_grant": found.state in REPLACEABLE and not may and in_time}


def _sorting(found: Submission) -> dict[str, object]:
    """The entry's category, and the form to change it where there is another one for it."""
    if not current.profile.categories:
        return {}
    phase = deadlines.phase_of(current.db, found, at=current.now)
    others = sorting.others(current.profile, found)
    may = others and lifecycle.may("submission", found.state, "sort", phase)
    return {"category": category_name(current.profile, found),
            "sort_form": SortForm.of(others) if may else None}


def _replaces(found: Submission) -> bool:
    """Whether disqualifying it makes a new revision in the same step (``awards/replacing.py``): a
    final result counts it, and nothing else has moved since."""
    if found.state != SubmissionState.PUBLISHED:
        return False
    result = results.current(current.db, current.contest)
    return result is not None and result.state in FINAL and not moved_since.moved(
        current.db, result)


def _done_for(found: Submission) -> dict[str, object]:
    """What organisers did in the unit's place, and the signed paper."""
    done_for = errands.of_submission(current.db, found)
    on_paper = any(errand.kind == "paper" for errand, _ in done_for)
    return {"done_for": done_for, "named": named(found),
            "signed": paper_entries.signed_forms(current.db, found) if on_paper else []}


def _way_back(found: Submission, asked: EntryRequest | None) -> dict[str, object]:
    """What waits for a second person, and whether the entry may be brought back now; where a new
    revision of the result has to come first, the page says so."""
    phase = deadlines.phase_of(current.db, found, at=current.now)
    may_reinstate = lifecycle.may("submission", found.state, "reinstate", phase)
    kind = asked.kind if asked else entry_requests.REINSTATE if may_reinstate else ""
    return {
        "asked": asked, "me": current.actor.label, "may_reinstate": may_reinstate,
        "in_the_way": in_the_way.of_entry(found, kind) if kind else None,
        "needs_revision": lifecycle.may("submission", found.state, "new_revision", phase),
    }
