"""A new contest from a template: a kind of contest, the organiser's names and dates, then the rules
whole before it is created."""

from datetime import date, timedelta

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, StopValidation

from contest import profile as rule_files
from contest.services.rules import starting
from contest.services.rules.changes import changes
from contest.services.rules.starting import TEMPLATES, Start, Template
from contest.views.organiser.setup import RulesForm
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, current, page

bp = Blueprint("starting", __name__, url_prefix="/setup/templates")
WEEK = 7


def _where_posted(form: Form, field: StringField) -> None:
    """Needed by the kinds of contests that post on a Page, and may be empty in the others."""
    if (field.data or "").strip():
        return
    name = form["template"].data
    known = {one.name: one for one in TEMPLATES}
    if name not in known or starting.needs_page(known[name]):
        raise StopValidation(_("Hãy điền mục này."))
    raise StopValidation


class StartForm(Form):
    """Which kind of contest, whose, and from which day."""

    template = RadioField(_l("Mẫu thể lệ"), [InputRequired()])
    title = StringField(_l("Tên hội thi"), [InputRequired(), Length(max=200)])
    theme = StringField(_l("Chủ đề"), [InputRequired(), Length(max=300)])
    organiser = StringField(
        _l("Đơn vị tổ chức"), [InputRequired(), Length(max=200)],
        description=_l("Ví dụ: Đoàn Phường 5."),
    )
    contact = StringField(
        _l("Nơi liên hệ"), [InputRequired(), Length(max=200)],
        description=_l("Ai trả lời khi đơn vị có câu hỏi, ví dụ: Văn phòng Đoàn Phường 5."),
    )
    page_name = StringField(
        _l("Tên Fanpage"), [_where_posted, Length(max=200)],
        description=_l("Để trống với mẫu không cần Fanpage."),
    )
    page_url = StringField(
        _l("Địa chỉ Fanpage"),
        [_where_posted, Length(max=200),
         Regexp(r"^https://", message=_l("Địa chỉ bắt đầu bằng https://."))],
        description=_l("Nơi các clip được đăng, ví dụ https://www.facebook.com/quandoan11"),
    )
    opens = DateField(
        _l("Ngày bắt đầu nhận clip"), [InputRequired()],
        description=_l("Mọi mốc khác dời theo cùng số ngày, giờ giữ nguyên."),
    )
    closes = DateField(
        _l("Ngày cuối nhận clip"), [Optional()],
        description=_l("Để trống: dài như trong mẫu. Các mốc sau đó dời theo."),
    )
    slug = StringField(
        _l("Tên ngắn trong địa chỉ trang"),
        [Optional(), Length(max=64),
         Regexp(r"^[a-z0-9][a-z0-9-]*$", message=_l("Chỉ dùng chữ thường, số và dấu -."))],
        description=_l("Để trống: đặt theo tên đơn vị và năm. Sau này không đổi được."),
    )

    def given(self) -> Start:
        names = {name: " ".join((self[name].data or "").split())
                 for name in (*starting.NAMES, *starting.PAGE)}
        return Start(names, self.opens.data, self.closes.data, self.slug.data or "")


@bp.get("")
@allows("contest.create")
def choose() -> Response:
    """The templates, each with who it is for."""
    form = _form()
    form.opens.data = _monday(current.now.astimezone(starting.ZONE).date())
    return _page(form)


@bp.post("")
@allows("contest.create")
def begin() -> Response:
    """The template's rules with names and dates, each date with its weekday, in the form that
    creates; nothing is stored yet."""
    form = _form()
    with form.taken(lambda status: _page(form, status)):
        one = starting.template(form.template.data)
        source = starting.rule_file(one, form.given())
        old = rule_files.load(starting.source_of(one)).profile
        new = rule_files.load(source).profile
        return page("organiser/setup.html", form=RulesForm.made(source), changes=changes(old, new))
    raise AssertionError


def _monday(today: date) -> date:
    """The first Monday that is a week ahead, so that weekdays are as in the templates."""
    return today + timedelta(days=WEEK + (-today.weekday()) % WEEK)


def _form() -> StartForm:
    form = StartForm()
    form.template.choices = [SelectChoice(one.name, _said(one)[0]) for one in TEMPLATES]
    return form


def _said(one: Template) -> tuple[str, str]:
    pair = one.label, one.whom
    return tuple(  # type: ignore[return-value]
        said.en if current.language == "en" else said.vi for said in pair)


def _page(form: StartForm, status: int = 200) -> Response:
    return page("organiser/starting.html", status, form=form,
                whom={one.name: _said(one)[1] for one in TEMPLATES})
