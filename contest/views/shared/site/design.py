"""The page that shows every component once, for developers; not on a public installation."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from contest.errors import not_found
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, current, page

bp = Blueprint("design", __name__)


class SampleForm(Form):
    title = StringField(_l("Tên clip"), [InputRequired()], description=_l("Như ghi trong clip."))
    kind = RadioField(
        _l("Hình thức"), [InputRequired()],
        choices=[SelectChoice("individual", _l("Cá nhân")), SelectChoice("team", _l("Tập thể"))],
    )
    unit = SelectField(_l("Đơn vị"), choices=[SelectChoice("", _l("Chọn đơn vị…"))])
    note = TextAreaField(_l("Giới thiệu ngắn"))
    ok = BooleanField(_l("Tôi cam đoan tác phẩm là mới, do chúng tôi làm."), [InputRequired()])


@bp.get("/design")
@allows("public.read")
def components() -> Response:
    """Every component; the form as if submitted empty."""
    if current.platform.settings.https:
        raise not_found()
    form = SampleForm(formdata=None)
    form.validate()
    form.csrf_token.errors = ()  # the form was not submitted
    return page("design.html", sample=SimpleNamespace(form=form, **_samples(current.now)))


def _samples(at: datetime) -> dict[str, object]:
    step = {"when": "", "text": ""}
    return {
        "now": at,
        "deadline": at + timedelta(days=2, hours=3),
        "deadline_text": _("hết ngày %(day)s", day="10/6/2023"),
        "steps": [
            {**step, "title": _("Đã nhận clip"), "state": "done", "when": "16g02"},
            {**step, "title": _("Đang kiểm tra"), "state": "now",
             "text": _("Bạn có thể rời trang này rồi quay lại.")},
            {**step, "title": _("Thẩm định nội dung"), "state": "later"},
        ],
        "findings": [
            _finding("duration", "hard", "fail", "5:42", "3:00–5:00"),
            _finding("borders", "soft", "fail", "12 %", "2 %"),
            _finding("audio_present", "hard", "pass", "48 kHz", "–"),
        ],
        "columns": [
            {"key": "place", "title": _("Hạng"), "number": True},
            {"key": "unit", "title": _("Đơn vị"), "head": True},
            {"key": "total", "title": _("Tổng"), "number": True},
        ],
        "rows": [
            {"place": 1, "unit": "Đoàn Phường 5", "total": Markup("<strong>96,40</strong>")},
            {"place": 2, "unit": "Chi đoàn Công an Quận 11", "total": "75,20"},
        ],
        "pages": {"number": 2, "count": 5, "previous": "#tables", "next": "#tables"},
    }


def _finding(rule: str, level: str, outcome: str, found: str, allowed: str) -> dict[str, str]:
    return {
        "rule": rule, "level": level, "outcome": outcome, "found": found, "allowed": allowed,
        "message": "", "remedy": _("Hãy xuất lại clip rồi gửi lại.") if outcome == "fail" else "",
    }
