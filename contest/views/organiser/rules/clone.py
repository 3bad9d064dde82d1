"""A new contest from an earlier one, its dates moved; shown whole before it is created."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp

from contest import profile as rule_files
from contest.services.core import profiles
from contest.services.rules import cloning
from contest.services.rules.changes import changes
from contest.views.organiser.setup import RulesForm
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, current, page

bp = Blueprint("clone", __name__, url_prefix="/setup/clone")


class CloneForm(Form):
    """Which contest, under which name, from which day."""

    contest = RadioField(_l("Hội thi trước"), [InputRequired()])
    slug = StringField(
        _l("Tên ngắn trong địa chỉ trang"),
        [InputRequired(), Length(max=64),
         Regexp(r"^[a-z0-9][a-z0-9-]*$", message=_l("Chỉ dùng chữ thường, số và dấu -."))],
        description=_l("Chữ thường không dấu, ví dụ quan-11-2023. Sau này không đổi được."),
    )
    opens = DateField(
        _l("Ngày bắt đầu nhận clip mới"), [InputRequired()],
        description=_l("Mọi mốc khác dời theo cùng số ngày, giờ giữ nguyên."),
    )


@bp.get("")
@allows("contest.create")
def start() -> Response:
    """The form, with the newest contest and the same day of the week this year."""
    form = _form()
    known = profiles.all_contests(current.db)
    if known:
        form.contest.data = known[0].slug
        form.opens.data = cloning.same_weekday(profiles.profile_of(known[0]), current.now.year)
    return page("organiser/clone.html", form=form, known=known)


@bp.post("")
@allows("contest.create")
def clone() -> Response:
    """The earlier rules with dates moved, each with its weekday, in the form that creates."""
    form = _form()
    if not form.validate_on_submit():
        return page("organiser/clone.html", 422, form=form, known=True)
    contest = profiles.find(current.db, form.contest.data)
    assert contest.revision is not None  # noqa: S101 - a contest is made with its first revision
    old = profiles.profile_of(contest)
    source = cloning.moved(
        contest.revision.source, old, slug=form.slug.data, opens=form.opens.data
    )
    moved = changes(old, rule_files.load(source).profile)
    return page("organiser/setup.html", form=RulesForm.made(source), changes=moved)


def _form() -> CloneForm:
    form = CloneForm()
    form.contest.choices = [
        SelectChoice(contest.slug, profiles.profile_of(contest).contest.title[current.language])
        for contest in profiles.all_contests(current.db)
    ]
    return form
