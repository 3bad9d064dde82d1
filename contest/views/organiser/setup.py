"""Creating a contest from its rule file."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from contest.errors import DomainError
from contest.services.core import profiles
from contest.services.desk import setup
from contest.views.shared.forms import Form, read_file
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("setup", __name__, url_prefix="/setup")


class RulesForm(Form):
    """The rules of the new contest: a file, or the reference rules edited in place."""

    file = FileField(_l("Tệp thể lệ (TOML)"))
    source = TextAreaField(
        _l("Hoặc sửa từ thể lệ tham khảo của Quận 11"), [Optional(), Length(max=500_000)]
    )

    @classmethod
    def made(cls, source: str) -> "RulesForm":
        """The form with rules that were made from something else than the reference."""
        form = cls(formdata=None, source=source)
        form.source.label.text = str(_l("Thể lệ, sửa được ngay tại đây"))
        return form

    def text(self) -> str:
        """The file where one was chosen, else the text."""
        return read_file(self.file) or (self.source.data or "").replace("\r\n", "\n")


@bp.get("")
@allows("contest.create")
def start() -> Response:
    """The form with the reference rules: the first step of an empty installation."""
    return page("organiser/setup.html", form=RulesForm(source=setup.reference_source()),
                earlier=bool(profiles.all_contests(current.db)))


@bp.post("")
@allows("contest.create")
def create() -> Response:
    """Create the contest and redirect to its desk, which shows the next steps."""
    form = RulesForm()
    form.validate_on_submit()
    try:
        contest = setup.create(current.db, form.text(), actor=current.actor, at=current.now)
    except ValidationError as error:
        form.file.errors = [str(error)]
    except DomainError as error:
        faults = error.data.get("faults", [])
        lines = [f"{fault['key']}: {fault[current.language]}" for fault in faults]
        form.source.errors = lines or [error.message(current.language)]
    else:
        flash_message("Đã tạo hội thi. Việc tiếp theo: nhập danh sách đơn vị.",
             "The contest is made. Next: import the units.")
        return back_to("organiser.desk", slug=contest.slug)
    return page("organiser/setup.html", 422, form=form)
