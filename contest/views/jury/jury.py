"""The juror's pages: the clips to mark, and the rubric beside the player. One POST saves a ballot;
the page's script sends the same form automatically whenever a mark changes."""

from collections.abc import Iterable

from flask import Blueprint, jsonify, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from contest.errors import Invalid
from contest.models import Ballot, Submission
from contest.services.entry import submission_lists
from contest.services.jury import ballot_lists, ballots, calibrating, own_marks
from contest.views.jury.papers import (
    MARK,
    MarksForm,
    ReasonForm,
    closed,
    files,
    marks_form,
    stored,
    told,
    total_texts,
)
from contest.views.shared.entries.questions import answered
from contest.views.shared.numbers import whole
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("jury", __name__, url_prefix="/c/<slug>/jury")
PAIR = "pair"  # the clip beside which this one is looked at


@bp.get("/")
@allows("jury.read")
def clips() -> Response:
    """Every clip with what is still missing, and a link to the next one."""
    contest, who = current.contest, current.actor
    found = ballot_lists.listed(current.db, contest, actor=who, number=page_number())
    shown = [clip.submission for clip in found.rows]
    following = ballot_lists.following(current.db, contest, actor=who)
    return page(
        "jury/clips.html", found=found, tally=ballot_lists.tally(current.db, contest, actor=who),
        following=following,
        last=ballot_lists.last_marked(current.db, contest, actor=who), pages=neighbours(found),
        points=own_marks.points_of(current.db, contest, shown, actor=who),
        possible=own_marks.total(current.profile, {}).possible,
        pictures=submission_lists.pictures(current.db, shown), closed=closed(),
        trial=calibrating.to_mark(current.db, contest, actor=who),
    )


@bp.post("/hand-in")
@allows("jury.read")
def hand_in() -> Response:
    """Submit every ballot in which no mark is missing, for instance those marked without a line."""
    done = ballots.submit_ready(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message(f"Đã nộp {done} phiếu.", f"Ballots submitted: {done}.")
    return back_to("jury.clips")


@bp.get("/<code>")
@allows("jury.read")
def clip(code: str) -> Response:
    """The player and the rubric, with the marks given so far."""
    submission = _submission(code)
    ballot = ballots.of(current.db, submission, actor=current.actor)
    form = stored(current.profile, ballot)
    if "missing" in request.args and ballot is not None and ballot.state == "open":
        _name_missing(form, ballots.missing_criteria(current.profile, ballot))
    return _page(submission, ballot, form)


@bp.post("/<code>")
@allows("jury.read")
def save(code: str) -> Response:
    """Save the marks; ``do`` is what follows: save (nothing), submit, or later."""
    submission, profile = _submission(code), current.profile
    form = marks_form(profile)
    wanted = request.form.get("do", "save")
    if not form.validate_on_submit():
        return _refused(submission, form)
    ballot = ballots.save(
        current.db, submission, form.marks(profile), comment=form.comment.data or "",
        version=_version(form), actor=current.actor, at=current.now,
    )
    if _by_script():
        return _saved(ballot)
    if wanted == "submit":
        return _submitted(submission)
    if wanted == "later":
        ballots.put_off(current.db, submission, actor=current.actor, at=current.now)
        return _onward(submission)
    flash_message("Đã lưu phiếu.", "The ballot is saved.")
    return _here(code)


@bp.post("/<code>/aside/<any(recused, abstained):kind>")
@allows("jury.read")
def aside(code: str, kind: str) -> Response:
    """Recuse or abstain, with a reason."""
    submission, form = _submission(code), ReasonForm(prefix=kind)
    if not form.validate_on_submit():
        ballot = ballots.of(current.db, submission, actor=current.actor)
        return _page(submission, ballot, stored(current.profile, ballot), 422, **{kind: form})
    ballots.step_aside(
        current.db, submission, kind, reason=form.reason.data or "", actor=current.actor,
        at=current.now,
    )
    flash_message("Đã ghi nhận: bạn không chấm clip này.", "Noted: you do not mark this clip.")
    return _onward(submission)


@bp.post("/<code>/reopen")
@allows("jury.read")
def reopen(code: str) -> Response:
    """Reopen the ballot to change it."""
    ballots.reopen(current.db, _submission(code), actor=current.actor, at=current.now)
    flash_message("Phiếu đã mở lại; nhớ nộp lại sau khi sửa.", "Reopened; please submit it again.")
    return _here(code)


def _submission(code: str) -> Submission:
    return ballots.find(current.db, current.contest, code, actor=current.actor)


def _here(code: str) -> Response:
    """Back to the clip, or to the two clips side by side where the form stood there."""
    other = request.form.get(PAIR, "")
    if other:
        return back_to("own_marks.compare", clip=[code, other])
    return back_to("jury.clip", code=code)


def _version(form: MarksForm) -> int:
    number = whole(form.version.data or "")
    if number is None:
        raise Invalid("Phiếu không có số bản. Hãy tải lại trang.", "Please reload the page.")
    return number


def _by_script() -> bool:
    return request.headers.get("Accept") == "application/json"


def _saved(ballot: Ballot) -> Response:
    """The JSON for the page's script, with its text such as “Đã lưu 16:02”."""
    local = ballot.updated_at.astimezone(current.profile.schedule.zone)
    missing = ballots.missing_criteria(current.profile, ballot)
    total = own_marks.total(current.profile, ballots.marks_of(ballot))
    return jsonify(
        version=ballot.version, said=_("Đã lưu %(time)s", time=f"{local:%H:%M}"), missing=missing,
        total=told(total), points=total.points,
    )


def _refused(submission: Submission, form: MarksForm) -> Response:
    if _by_script():
        errors = {field.name: field.errors[0] for field in form if field.errors}
        response = jsonify(error="invalid", message=_("Có điểm chưa đúng."), fields=errors)
        response.status_code = 422
        return response
    return _page(submission, ballots.of(current.db, submission, actor=current.actor), form, 422)


def _submitted(submission: Submission) -> Response:
    """Submit the ballot; where marks are missing, keep those given and lead to the page that names
    the others: sent again, the form would be of an older ballot, as if of somebody else."""
    try:
        ballots.submit(current.db, submission, actor=current.actor, at=current.now)
    except Invalid:
        return back_to("jury.clip", code=submission.code, missing=1)
    flash_message("Đã nộp phiếu.", "The ballot is submitted.")
    return _here(submission.code) if request.form.get(PAIR) else _onward(submission)


def _name_missing(form: MarksForm, criteria: Iterable[str]) -> None:
    for criterion in criteria:
        form[MARK + criterion].errors = [_("Hãy cho điểm tiêu chí này.")]


def _onward(submission: Submission) -> Response:
    """Redirect to the next clip that is due, or to the list where none is."""
    following = ballot_lists.next_due(
        current.db, current.contest, actor=current.actor, after=submission
    )
    if following is None:
        return back_to("jury.clips")
    return back_to("jury.clip", code=following.code)


def _page(
    submission: Submission, ballot: Ballot | None, form: MarksForm, status: int = 200,
    **values: object,
) -> Response:
    contest, who, db = current.contest, current.actor, current.db
    own, near = own_marks.near(db, contest, submission, actor=who)
    owed, following = ballot_lists.still_due(db, contest, actor=who, besides=submission)
    return page(
        "jury/clip.html", status, submission=submission, ballot=ballot, form=form, mark=MARK,
        owed=owed,
        reasons={
            kind: values.get(kind) or ReasonForm(formdata=MultiDict(), prefix=kind)
            for kind in ballots.OUT
        },
        closed=closed(), following=following,
        last=ballot_lists.last_marked(db, contest, actor=who, besides=submission),
        total=own_marks.total(current.profile, ballots.marks_of(ballot)),
        told=told, total_texts=total_texts(),
        own=own, near=near, answers=answered(submission, "jurors"),
        pictures=submission_lists.pictures(db, [one.submission for one in near]),
        **files(submission),
    )
