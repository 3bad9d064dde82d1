"""Anomalous counts: each flag with its numbers, its clip's chart, and a person's decision."""


from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import Field, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from contest.languages import write_number
from contest.services.counts import anomalies
from contest.services.counts.anomalies import Raised
from contest.views.shared import chart
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, page
from social.anomalies import Flag

bp = Blueprint("anomalies", __name__, url_prefix="/c/<slug>/organiser/anomalies")


class KeysField(Field):  # type: ignore[misc]
    """The flags of one clip that are decided alike; the service knows which there are."""

    widget = HiddenInput()
    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [key[:255] for key in valuelist]


class DecisionForm(Form):
    """One decision for all flags of a clip that are ticked."""

    key = KeysField(validators=[InputRequired(_l("Hãy chọn ít nhất một dấu hiệu."))])
    decision = RadioField(
        _l("Quyết định"), [InputRequired(_l("Hãy chọn một quyết định."))],
        choices=[SelectChoice("fine", _l("Giữ nguyên số đã ghi")),
                 SelectChoice("corrected", _l("Đã điều chỉnh số ở trang của clip"))],
    )
    reason = StringField(_l("Lý do"), [InputRequired(_l("Hãy ghi lý do.")), Length(max=1000)])


@bp.get("", endpoint="list")
@allows("organiser.read")
def listed() -> Response:
    return _page()


@bp.post("/<code>")
@allows("interaction.import")
def decide(code: str) -> Response:
    """Record a decision with its reason for each of the clip's flags that were chosen; the counts
    are not changed."""
    form = DecisionForm()
    with form.taken(lambda status: _page(status, form, refused=code)):
        for key in form.key.data:
            anomalies.decide(
                current.db, current.contest, code, key, decision=form.decision.data,
                reason=form.reason.data or "", actor=current.actor, at=current.now,
            )
    flash_message("Đã ghi quyết định.", "The decision is recorded.")
    return back_to("anomalies.list")


def _page(status: int = 200, form: DecisionForm | None = None, *, refused: str = "") -> Response:
    words, kind = request.args.get("q", "").strip(), request.args.get("show", "")
    found = anomalies.listed(
        current.db, current.contest, words=words, kind=kind, number=page_number()
    )
    rows = [_prepared(one) for one in found.rows]
    return page(
        "organiser/anomalies.html", status, rows=[r for r in rows if not r["decision"]],
        decided=[r for r in rows if r["decision"]], form=form or DecisionForm(formdata=None),
        open=found.open, refused=refused, words=words, show=kind, kinds={
            one: f"{said} ({found.kinds[one]})" for one, said in titles().items()
            if found.kinds.get(one)
        }, pages=neighbours(found, "anomalies.list"),
    )


def _prepared(one: Raised) -> dict[str, object]:
    return {
        "code": one.submission.code,
        "title": one.submission.title,
        "unit": one.submission.unit.name,
        "key": one.flag.key,
        "kind": titles()[one.flag.kind],
        "text": sentence(one.flag),
        "plot": chart.of(one.series, one.flag.since or one.flag.until, one.flag.until),
        "decision": one.decision,
    }


def titles() -> dict[str, str]:
    return {
        "jump": _("Tăng vọt"), "round": _("Số tròn"), "night": _("Tăng nhanh ban đêm"),
        "shares_ratio": _("Chia sẻ nhiều hơn cảm xúc"), "drop": _("Giảm"),
        "account": _("Một tài khoản"), "ledger": _("Sổ nhiều hơn Trang"),
        "two_clips": _("Một liên kết, hai clip"),
    }


def sentence(flag: Flag) -> str:
    """The flag in words, with its numbers."""
    numbers = {name: _written(value) for name, value in flag.numbers.items()}
    if "what" in numbers:
        numbers["what"] = {"reactions": _("cảm xúc"), "shares": _("chia sẻ")}[numbers["what"]]
    sentences: dict[str, str] = {
        "jump": _("Thêm %(gain)s cảm xúc trong %(hours)s giờ. Cùng lúc đó, trung vị của các clip "
                  "khác là %(others)s; lúc khác, trung vị của clip này là %(own)s."),
        "round": _("Tổng số %(what)s đúng %(total)s. Trung bình 100 clip có một clip như vậy do "
                   "ngẫu nhiên."),
        "shares_ratio": _("%(shares)s lượt chia sẻ mà chỉ có %(reactions)s cảm xúc."),
        "night": _("%(night)s trong %(total)s cảm xúc đến từ 0 giờ đến 5 giờ: "
                   "%(night_hours)s trong %(hours)s giờ theo dõi."),
        "drop": _("Số %(what)s giảm từ %(before)s xuống %(after)s."),
        "ledger": _("Sổ chia sẻ có %(kept)s lượt mà Trang chỉ cho thấy %(total)s."),
        "two_clips": _("Sổ của clip có %(links)s liên kết chia sẻ cũng ghi cho clip khác: "
                       "%(others)s. Một bài chia sẻ chỉ chia sẻ một clip: hãy mở liên kết để xem "
                       "là clip nào, và huỷ dòng sai. Ví dụ: %(example)s"),
        "account": _("Tài khoản %(account)s có %(count)s trong %(total)s lượt chia sẻ của clip."),
    }
    return sentences[flag.kind] % numbers


def _written(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return write_number(value, current.language, 0 if float(value).is_integer() else 1)
