"""The juror's pages: the clips to mark, and the rubric beside the player. One POST saves a ballot;
the page's script sends the same form automatically whenever a mark changes."""

from collections.abc import Iterable

from flask import Blueprint, jsonify, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from contest.errors import Invalid
from contest.languages import write_time
from contest.models import Ballot, Submission
from contest.profile import Profile
from contest.services.entry import checks, media
from contest.services.jury import ballot_lists, ballots
from contest.views.shared.forms import Form
from contest.views.shared.numbers import whole
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("jury", __name__, url_prefix="/c/<slug>/jury")
MARK = "mark-"


class MarksForm(Form):
    """A ballot, perhaps incomplete; ``marks_form`` adds the fields of the rubric."""

    version = HiddenField(default="0")
    comment = TextAreaField(
        _l("Ghi chú của riêng bạn"), [Optional(), Length(max=4000)], render_kw={"rows": 3}
    )

    def marks(self, profile: Profile) -> dict[str, int | None]:
        return {c.id: self[MARK + c.id].data for c in profile.jury.criteria}


class ReasonForm(Form):
    reason = TextAreaField(
        _l("Lý do"), [InputRequired(_l("Hãy ghi lý do không chấm clip này.")), Length(max=1000)],
        render_kw={"rows": 2},
    )


def marks_form(profile: Profile, data: dict[str, object] | None = None) -> MarksForm:
    """The rubric of the profile as a form: a number field for each criterion."""
    fields: dict[str, object] = {}
    for criterion in profile.jury.criteria:
        fields[MARK + criterion.id] = IntegerField(
            criterion.name[current.language],
            [Optional(), NumberRange(0, criterion.max)],
            render_kw={"min": 0, "max": criterion.max, "inputmode": "numeric", "data-mark": ""},
        )
    kind = type("RubricForm", (MarksForm,), fields)
    form: MarksForm = kind(formdata=MultiDict() if data is not None else request.form, data=data)
    return form


def _stored(profile: Profile, ballot: Ballot | None) -> MarksForm:
    marks = ballots.marks_of(ballot)
    data: dict[str, object] = {MARK + c.id: marks.get(c.id) for c in profile.jury.criteria}
    data["version"] = str(ballot.version if ballot else 0)
    data["comment"] = ballot.comment if ballot else ""
    return marks_form(profile, data)


@bp.get("/")
@allows("jury.read")
def clips() -> Response:
    """Every clip with what is still missing, and a link to the next one."""
    contest, who = current.contest, current.actor
    found = ballot_lists.listed(current.db, contest, actor=who, number=page_number())
    return page(
        "jury/clips.html", found=found, tally=ballot_lists.tally(current.db, contest, actor=who),
        next=ballot_lists.next_due(current.db, contest, actor=who), pages=neighbours(found),
        own=ballot_lists.own_figures(current.db, contest, actor=who), closed=_closed(),
    )


@bp.get("/<code>")
@allows("jury.read")
def clip(code: str) -> Response:
    """The player and the rubric, with the marks given so far."""
    submission = _submission(code)
    ballot = ballots.of(current.db, submission, actor=current.actor)
    form = _stored(current.profile, ballot)
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
    return back_to("jury.clip", code=code)


@bp.post("/<code>/aside/<any(recused, abstained):kind>")
@allows("jury.read")
def aside(code: str, kind: str) -> Response:
    """Recuse or abstain, with a reason."""
    submission, form = _submission(code), ReasonForm(prefix=kind)
    if not form.validate_on_submit():
        ballot = ballots.of(current.db, submission, actor=current.actor)
        return _page(submission, ballot, _stored(current.profile, ballot), 422, **{kind: form})
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
    return back_to("jury.clip", code=code)


def _submission(code: str) -> Submission:
    return ballots.find(current.db, current.contest, code, actor=current.actor)


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
    return jsonify(
        version=ballot.version, said=_("Đã lưu %(time)s", time=f"{local:%H:%M}"), missing=missing
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
    return _onward(submission)


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


def _closed() -> str:
    """Why marking has ended; empty while it is possible."""
    contest, schedule = current.contest, current.profile.schedule
    if contest.jury_locked_at is not None:
        return str(_("Ban Tổ chức đã khoá vòng chấm."))
    if current.now >= schedule.ballots_close:
        when = write_time(schedule.ballots_close, schedule.zone, current.language)
        return str(_("Đã hết thời gian chấm điểm lúc %(time)s.", time=when))
    return ""


def _page(
    submission: Submission, ballot: Ballot | None, form: MarksForm, status: int = 200,
    **values: object,
) -> Response:
    contest, who = current.contest, current.actor
    return page(
        "jury/clip.html", status, submission=submission, ballot=ballot, form=form, mark=MARK,
        owed=ballot_lists.owed(current.db, contest, actor=who, besides=submission),
        reasons={
            kind: values.get(kind) or ReasonForm(formdata=MultiDict(), prefix=kind)
            for kind in ballots.OUT
        },
        closed=_closed(),
        next=ballot_lists.next_due(current.db, contest, actor=who, after=submission),
        clip_address=_file(submission, *_playable()), poster=_file(submission, "poster"),
    )


def _playable() -> tuple[str, ...]:
    """Files for the player; not the original where the jury is blind, as it may name people."""
    return ("rendition",) if current.profile.jury.blind else ("rendition", media.ORIGINAL)


def _file(submission: Submission, *kinds: str) -> str | None:
    """The address of the first of these files that exists."""
    version = submission.version
    if version is None:
        return None
    made = {*checks.derivatives(current.db, version), media.ORIGINAL}
    kind = next((kind for kind in kinds if kind in made), None)
    if kind is None:
        return None
    return url_for(
        "media.file", slug=current.contest.slug, code=submission.code, number=version.number,
        kind=kind,
    )
