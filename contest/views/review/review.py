"""The reviewers' pages: the queue, one clip with everything about it, the decision."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import (
    DateTimeLocalField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from contest import lifecycle
from contest.errors import not_found
from contest.models import Submission, User
from contest.permissions import can
from contest.profile import Profile
from contest.services.core import appraisal, deadlines
from contest.services.entry import (
    checks,
    consents,
    media,
    onscreen_names,
    reviews,
    similarity,
    votes,
)
from contest.services.entry.reviews import Decision
from contest.services.fanpage import board as fanpage_board
from contest.states import SubmissionState
from contest.views.review import board_page, undo
from contest.views.review import similarity as copy_pages
from contest.views.review.board_page import BoardOnPage
from contest.views.review.review_page import clip_on_page, fetched_ahead
from contest.views.shared.clips import address, of_version
from contest.views.shared.forms import Form, MultiCheckboxField
from contest.views.shared.media import NARROW
from contest.views.shared.numbers import whole
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("reviews", __name__, url_prefix="/c/<slug>/review")


class DecisionForm(Form):
    """A reviewer's decision. ``version`` identifies the clip that was watched."""

    version = HiddenField(validators=[InputRequired()])
    hold = HiddenField(validators=[Length(max=1)])
    checklist = MultiCheckboxField(_l("Các tiêu chí đã đạt"))
    outcome = RadioField(
        _l("Kết luận"), validators=[InputRequired(_l("Hãy chọn một kết luận."))]
    )
    reason = TextAreaField(
        _l("Lý do gửi đơn vị"),
        description=_l("Đơn vị đọc được. Ghi rõ chỗ cần sửa và cách sửa."),
        validators=[Length(max=4000)], render_kw={"rows": 4},
    )
    until = DateTimeLocalField(
        _l("Hạn gửi lại"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[Optional()]
    )
    note = TextAreaField(
        _l("Ghi chú nội bộ"), description=_l("Chỉ Ban thẩm định và Ban Tổ chức đọc được."),
        validators=[Length(max=4000)], render_kw={"rows": 2},
    )

    def decision(self, profile: Profile) -> Decision:
        """The service's ``Decision``; times are read in the contest's zone."""
        ticked, local = set(self.checklist.data or ()), self.until.data
        return Decision(
            version_id=whole(self.version.data) or 0,
            outcome=self.outcome.data, reason=self.reason.data or "", note=self.note.data or "",
            checklist={item.id: item.id in ticked for item in profile.review.checklist},
            until=local.replace(tzinfo=profile.schedule.zone) if local else None,
        )


class ReopenForm(Form):
    """The reason for revoking an approval."""

    reason = StringField(
        _l("Lý do mở lại"), [InputRequired(_l("Hãy ghi lý do mở lại.")), Length(max=500)]
    )


class AsideForm(Form):
    """Why a member of the board is concerned."""

    why = StringField(
        _l("Lý do không tham gia"),
        [InputRequired(_l("Hãy ghi lý do không tham gia.")), Length(max=500)],
        description=_l("Ví dụ: người thân có trong clip. Lý do được ghi vào biên bản."),
    )


@bp.get("/")
@allows("review.read")
def queue() -> Response:
    """The waiting clips, the oldest first, or another list."""
    name, board = request.args.get("list", "waiting"), board_page.in_queue()
    if name not in (*reviews.LISTS, *(reviews.OF_BOARD if board else ())):
        raise not_found()
    contest = current.contest
    counts = reviews.counts(current.db, contest)
    found = reviews.listed(
        current.db, contest, name=name, number=page_number(), actor=current.actor, at=current.now,
        total=counts.get(name),
    )
    return page(
        "review/queue.html",
        found=found,
        shown_list=name,
        counts=counts | ({"mine": board.mine, "chair": board.chair} if board else {}),
        alike=similarity.waiting(current.db, contest),
        rows=_rows(found.rows),
        just_decided=reviews.just_decided(current.db, found.rows),
        holders=reviews.holders(current.db, list(found.rows), at=current.now),
        decides=can(current.actor, "review.decide", contest),
        board=board,
        pages=neighbours(found),
        **undo.on_page(),
    )


def _rows(found: Sequence[Submission]) -> list[dict[str, object]]:
    posters = media.with_poster(current.db, [one.version for one in found if one.version])
    return [_row(one, still=one.version_id in posters) for one in found]


def _row(submission: Submission, *, still: bool) -> dict[str, object]:
    assert submission.version is not None  # noqa: S101 - the lists hold entries with a clip
    check = checks.telling(submission.version)
    faults = [f for f in checks.findings(check, current.language) if f["kind"] != "ok"]
    return {
        "submission": submission, "version": submission.version, "check": check,
        "faults": len(faults),
        "still": still and address(submission, submission.version, "poster", w=NARROW),
    }


@bp.post("/next")
@allows("review.decide")
def next_clip() -> Response:
    """Hold the longest-waiting clip that nobody else holds."""
    return _onward()


def _onward() -> Response:
    submission = reviews.take_next(current.db, current.contest, actor=current.actor, at=current.now)
    if submission is None:
        flash_message("Không còn clip nào chờ thẩm định.", "No clip is waiting for review.", "info")
        return back_to("reviews.queue")
    return back_to("reviews.clip", code=submission.code)


@bp.get("/<code>")
@allows("review.read")
def clip(code: str) -> Response:
    """One clip: player, contact sheet, findings, checklist, history."""
    submission = _submission(code)
    return _clip_page(submission, _decision_form(submission))


@bp.post("/<code>/take")
@allows("review.decide")
def take(code: str) -> Response:
    """Hold this clip, so that nobody else reviews it meanwhile."""
    reviews.take(current.db, _submission(code), actor=current.actor, at=current.now)
    return back_to("reviews.clip", code=code)


@bp.post("/<code>/let-go")
@allows("review.decide")
def let_go(code: str) -> Response:
    """Release the hold on the clip."""
    reviews.let_go(current.db, _submission(code), actor=current.actor, at=current.now)
    return back_to("reviews.queue")


@bp.post("/<code>")
@allows("review.decide")
def decide(code: str) -> Response:
    """Approve, ask for changes, or reject; then the queue, or the next clip at once."""
    submission = _submission(code)
    form = _decision_form(submission)
    with form.taken(lambda status: _clip_page(_submission(code), form, status)):
        decision = form.decision(current.profile)
        if request.form.get("hold"):  # our page's form; a program that sends none decides at once
            undo.hold(submission, decision, casting=request.form.get("do") == "cast")
            return _after()
        act = votes.decide_as_chair if request.form.get("do") == "cast" else reviews.decide
        made = act(current.db, submission, decision, actor=current.actor, at=current.now)
    _tell(submission, made.outcome if made else "")
    return _after()


def _after() -> Response:
    return _onward() if request.form.get("do") == "next" else back_to("reviews.queue")


def _tell(submission: Submission, outcome: str) -> None:
    vi, en = {
        reviews.APPROVE: ("Đã duyệt clip {0}.", "Clip {0} is approved."),
        reviews.CHANGES: ("Đã gửi yêu cầu chỉnh sửa clip {0}.", "Changes to clip {0} were asked."),
        reviews.REJECT: ("Đã loại clip {0}.", "Clip {0} is rejected."),
        "": ("Đã ghi phiếu của bạn về clip {0}.", "Your vote about clip {0} is noted."),
    }[outcome]
    flash_message(vi.format(submission.code), en.format(submission.code))


@bp.post("/<code>/reopen")
@allows("review.decide")
def reopen(code: str) -> Response:
    """Revoke an approval before publication."""
    submission, form = _submission(code), ReopenForm()
    if not form.validate_on_submit():
        return _clip_page(submission, _decision_form(submission), 422, reopen_form=form)
    reviews.reopen(
        current.db, submission, actor=current.actor, at=current.now, reason=form.reason.data
    )
    flash_message(f"Đã mở lại thẩm định clip {code}.", f"Clip {code} waits for review again.")
    return back_to("reviews.clip", code=code)


@bp.post("/<code>/aside")
@allows("review.vote")
def aside(code: str) -> Response:
    """A member of the board who is concerned stands aside from this clip."""
    submission, form = _submission(code), AsideForm()
    if not form.validate_on_submit():
        return _clip_page(submission, _decision_form(submission), 422, aside_form=form)
    made = votes.stand_aside(
        current.db, submission, reason=form.why.data, actor=current.actor, at=current.now
    )
    if made:
        _tell(submission, made.outcome)
    else:
        flash_message(f"Bạn không tham gia thẩm định clip {code}.",
                      f"You stand aside from clip {code}.")
    return back_to("reviews.clip", code=code)


@bp.post("/<code>/take-back")
@allows("review.vote")
def take_back(code: str) -> Response:
    """A member takes back their vote, or that they stand aside."""
    votes.take_back(current.db, _submission(code), actor=current.actor, at=current.now)
    flash_message(f"Đã rút phiếu của bạn về clip {code}.",
                  f"Your vote about clip {code} is taken back.")
    return back_to("reviews.clip", code=code)


@bp.post("/<code>/checks/<int:check_id>/retry")
@allows("check.retry")
def retry_check(code: str, check_id: int) -> Response:
    """Run a check again that failed for a technical reason."""
    known = {check.id: check for version in _submission(code).versions for check in version.checks}
    if check_id not in known:
        raise not_found()
    checks.retry(current.db, known[check_id], actor=current.actor, at=current.now)
    flash_message("Đã xếp lại lần kiểm tra vào hàng đợi.", "The check is queued again.")
    return back_to("reviews.clip", code=code)


# ---------------------------------------------------------------------------- preparing a page


def _submission(code: str) -> Submission:
    return reviews.find(current.db, current.contest, code, actor=current.actor)


def _decision_form(submission: Submission) -> DecisionForm:
    profile = current.profile
    until = reviews.suggested_until(profile, at=current.now).astimezone(profile.schedule.zone)
    form = DecisionForm(data={"version": submission.version_id, "until": _plain(until), "hold": "1"}
                        | _mine(submission))
    form.checklist.choices = [(i.id, i.text[current.language]) for i in profile.review.checklist]
    phase = deadlines.phase_of(current.db, submission, at=current.now)
    in_time = lifecycle.may("submission", "in_review", "ask_changes", phase)
    changes = [(reviews.CHANGES, _("Yêu cầu chỉnh sửa: đơn vị gửi lại trong hạn"))]
    form.outcome.choices = [
        (reviews.APPROVE, _("Duyệt: đạt yêu cầu, xếp lịch đăng")),
        *(changes if in_time else []),
        (reviews.REJECT, _("Loại: không đưa vào hội thi, không tính chỉ tiêu")),
    ]
    return form


def _mine(submission: Submission) -> dict[str, object]:
    """To begin with: what this person has just taken back, else their vote that is in force."""
    board = board_page.on_page(submission)
    vote = undo.draft(submission) or (board.mine if board else None)
    if vote is None or vote.outcome == appraisal.EXCUSED:
        return {}
    until = vote.until and _plain(vote.until.astimezone(current.profile.schedule.zone))
    return {
        "checklist": [item for item, holds in vote.checklist.items() if holds],
        "outcome": vote.outcome, "reason": vote.reason, "note": vote.note,
    } | ({"until": until} if until else {})


def _plain(moment: datetime) -> datetime:
    """For a datetime-local field: the contest's local time, to the minute, without a zone."""
    return moment.replace(tzinfo=None, second=0, microsecond=0)


def _clip_page(
    submission: Submission, form: DecisionForm, status: int = 200,
    reopen_form: ReopenForm | None = None, aside_form: AsideForm | None = None,
) -> Response:
    board = board_page.on_page(submission)
    by_board = current.profile.review.by_board
    holder = None if by_board else reviews.holder(current.db, submission, at=current.now)
    mine = holder is not None and holder.id == current.actor.id
    following = (
        reviews.peek_next(current.db, submission, actor=current.actor, at=current.now)
        if mine or (board and board.may_vote)
        else None
    )
    shown = clip_on_page(submission)
    why = consents.without_word(shown["named"], current.profile)
    return page(
        "review/clip.html",
        status,
        submission=submission,
        form=form,
        reopen_form=reopen_form or ReopenForm(formdata=None),
        **shown,
        no_approval=why.message(current.language) if why else "",
        copies=copy_pages.summary(submission),
        mended=of_version(submission),
        names_read=onscreen_names.of_submission(current.db, submission),
        history=reviews.history(current.db, submission),
        board=board,
        board_votes=votes.of_reviews(current.db, submission) if by_board else {},
        aside_form=aside_form or AsideForm(formdata=None),
        reasons=current.profile.review.reasons,
        latest_until=deadlines.latest_until(current.profile),
        holder=holder,
        mine=mine,
        following=following,
        ahead=fetched_ahead(following) if following else {},
        **undo.on_page(),
        **_rights(submission, holder, board, mine=mine),
    )


def _rights(
    submission: Submission, holder: User | None, board: BoardOnPage | None, *, mine: bool
) -> dict[str, bool]:
    may = can(current.actor, "review.decide", submission)
    in_review = may and submission.state == SubmissionState.IN_REVIEW
    return {
        "may_take": in_review and holder is None and board is None,
        "may_decide": (
            in_review and (board.may_vote if board else mine) and not undo.held_about(submission)
        ),
        "may_reopen": may and lifecycle.may("submission", submission.state, "reopen"),
        "on_the_way": may and fanpage_board.on_the_way(current.db, submission),
        "may_retry": can(current.actor, "check.retry", submission),
    }
