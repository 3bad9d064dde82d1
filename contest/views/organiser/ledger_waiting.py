"""What waits for a second organiser in the share ledger, and taking lines out of it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from contest.languages import counted
from contest.models import LedgerStatement, LedgerVoid, Submission
from contest.services.counts import (
    ledger_accounts,
    ledger_late,
    ledger_state,
    ledger_statements,
    ledger_voids,
    share_ledger,
)
from contest.services.counts.ledger_late import Waiting
from contest.views.shared.forms import Form
from contest.views.shared.numbers import whole, wholes
from contest.views.shared.support import allows, back_to, current, flash_message

bp = Blueprint("ledger_waiting", __name__, url_prefix="/c/<slug>/organiser/ledger")


CODES = 50  # of a proposal's clips, shown at once
LINES = 200  # of a clip's ledger, shown at once
LATE_HINT = _l("Chỉ cần khi số liệu được ghi nhận, hoặc nhập, sau giờ chốt. Lý do được công khai "
               "trong gói minh chứng của kết quả.")


class StateForm(Form):
    """How much of a clip's shares its ledger holds."""

    state = RadioField(
        _l("Sổ chia sẻ của clip này"), [InputRequired(_l("Hãy chọn một mục."))],
        choices=[SelectChoice("complete", _l("Đầy đủ: sổ thay cho số tổng của Trang")),
                 SelectChoice("partial", _l("Một phần: còn lượt chia sẻ chưa đối chiếu")),
                 SelectChoice("none", _l("Không có: không dùng sổ cho clip này"))],
    )
    late_reason = StringField(_l("Lý do"), [Length(max=500)], description=LATE_HINT)


class VoidForm(Form):
    reason = StringField(
        _l("Lý do huỷ"), [InputRequired(_l("Hãy ghi lý do.")), Length(max=1000)]
    )


class VerdictForm(Form):
    verdict = RadioField(
        _l("Quyết định"), [InputRequired(_l("Hãy chọn một quyết định."))],
        choices=[SelectChoice("agree", _l("Đồng ý")), SelectChoice("refuse", _l("Không đồng ý"))],
    )


@dataclass(frozen=True)
class Shown:
    """Everything in the ledger that waits for a second organiser."""

    lines: list[Waiting]
    statements: list[LedgerStatement]
    voids: list[tuple[LedgerVoid, list[str]]]

    @property
    def rows(self) -> list[Waiting | LedgerStatement | LedgerVoid]:
        return [*self.lines, *self.statements, *(void for void, _ in self.voids)]

    def __bool__(self) -> bool:
        return bool(self.rows)


def shown() -> Shown:
    db, contest = current.db, current.contest
    voids = ledger_voids.listed(db, contest)
    codes = ledger_voids.codes_of(db, voids)
    return Shown(
        ledger_late.waiting(db, contest), list(ledger_statements.waiting(db, contest)),
        [(void, codes[void.id][:CODES]) for void in voids],
    )


def of_clip(submission: Submission) -> dict[str, Any]:
    """What a clip's page shows of its ledger, line by line."""
    contest, lines = current.contest, share_ledger.lines_of(current.db, submission, most=LINES + 1)
    said = ledger_state.statements(current.db, contest, only=[submission.id]).get(submission.id)
    actor, at = current.actor, current.now
    return {
        "told_before": ledger_accounts.told_before(current.db, lines[:LINES]),
        "ledger_lines": lines[:LINES], "more": len(lines) > LINES, "said": said,
        "voids": ledger_voids.of_lines(current.db, lines), "void_form": VoidForm(formdata=None),
        "state_form": StateForm(formdata=None, state=said.state if said else None),
        "mine": [n for n in lines if ledger_voids.can_withdraw(contest, n, actor=actor, at=at)],
    }


@bp.post("/late")
@allows("interaction.late")
def agree() -> Response:
    """A second organiser agrees to late lines and late statements."""
    said = wholes(request.form.getlist("statement"))
    lines = ledger_late.agree(
        current.db, current.contest, request.form.getlist("late"), actor=current.actor,
        at=current.now,
    )
    count = ledger_statements.agree(
        current.db, current.contest, said, actor=current.actor, at=current.now
    )
    flash_message(
        f"Đã xác nhận {lines} dòng và {count} lời ghi về sổ chia sẻ.",
        f"Agreed to: {counted(lines, 'line', 'lines')} and "
        f"{counted(count, 'statement', 'statements')} about ledgers.",
    )
    return back_to("share_ledger.list")


@bp.post("/clips/<code>/state")
@allows("interaction.import")
def state(code: str) -> Response:
    form = StateForm()
    if not form.validate_on_submit():
        flash_message("Hãy chọn sổ đầy đủ, một phần hay không có.",
                      "Choose whether the ledger is complete, partial or none.", "error")
        return back_to("interactions.clip", code=code)
    said = ledger_statements.say(
        current.db, current.contest, code, form.state.data, actor=current.actor, at=current.now,
        late_reason=form.late_reason.data or "",
    )
    if said.late_reason:
        flash_message("Đã ghi; được tính khi một người khác xác nhận.",
                      "Recorded; it counts once another organiser agrees.")
    else:
        flash_message("Đã ghi sổ chia sẻ của clip.", "What the clip's ledger is has been recorded.")
    return back_to("interactions.clip", code=code)


@bp.post("/clips/<code>/void")
@allows("interaction.import")
def void(code: str) -> Response:
    """Propose to void the chosen lines of a clip."""
    form = VoidForm()
    chosen = wholes(request.form.getlist("line"))
    if not chosen or not form.validate_on_submit():
        flash_message("Hãy chọn dòng cần huỷ và ghi lý do.",
                      "Choose the lines to void and give the reason.", "error")
        return back_to("interactions.clip", code=code)
    ledger_voids.propose(
        current.db, current.contest, chosen, reason=form.reason.data, actor=current.actor,
        at=current.now,
    )
    _proposed()
    return back_to("interactions.clip", code=code)


@bp.post("/files/<int:evidence_id>/void")
@allows("interaction.import")
def void_file(evidence_id: int) -> Response:
    """Propose to void all lines of a file."""
    form = VoidForm()
    if not form.validate_on_submit():
        flash_message("Hãy ghi lý do huỷ.", "Give the reason for voiding.", "error")
        return back_to("share_ledger.list")
    ledger_voids.propose_file(
        current.db, current.contest, evidence_id, reason=form.reason.data, actor=current.actor,
        at=current.now,
    )
    _proposed()
    return back_to("share_ledger.list")


def _proposed() -> None:
    flash_message("Đã ghi đề nghị huỷ; các dòng vẫn được tính đến khi một người khác xác nhận.",
                  "The proposal is recorded; the lines count until another organiser agrees.")


@bp.post("/voids/<int:void_id>")
@allows("interaction.late")
def decide(void_id: int) -> Response:
    """Record the second organiser's decision about a proposal to void lines."""
    form = VerdictForm()
    if not form.validate_on_submit():
        flash_message("Hãy chọn đồng ý hoặc không đồng ý.", "Choose to agree or not.", "error")
        return back_to("share_ledger.list")
    ledger_voids.decide(
        current.db, current.contest, void_id, agreed=form.verdict.data == "agree",
        actor=current.actor, at=current.now,
    )
    flash_message("Đã ghi quyết định.", "The decision is recorded.")
    return back_to("share_ledger.list")


@bp.post("/clips/<code>/withdraw")
@allows("interaction.import")
def withdraw(code: str) -> Response:
    """Take back a line of one's own that was typed a moment ago."""
    number = whole(request.form.get("line"))
    if number is None:
        flash_message("Hãy chọn dòng cần rút lại.", "Choose the line to withdraw.", "error")
        return back_to("interactions.clip", code=code)
    ledger_voids.withdraw(
        current.db, current.contest, number, actor=current.actor, at=current.now
    )
    flash_message("Đã rút lại dòng này.", "The line is withdrawn.")
    return back_to("interactions.clip", code=code)
