"""Numbers of posts on other platforms from a file: what every row would do, then all or nothing."""

from io import BytesIO

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField
from wtforms.validators import InputRequired

from contest.errors import Conflict
from contest.languages import counted
from contest.services.elsewhere import from_file
from contest.views.organiser.counting import files
from contest.views.organiser.counting.files import ApplyForm, here
from contest.views.shared.entries.counting import count_words
from contest.views.shared.support import allows, back_to, current, flash_message, page
from social.imports import write_posts_template

bp = Blueprint("posts_file", __name__, url_prefix="/c/<slug>/organiser/elsewhere/import")
CHOOSE = "organiser/elsewhere_import.html"
bp.context_processor(lambda: {"words": count_words()})


class ImportForm(files.ImportForm):
    """A file of counts and the instant at which they were seen."""

    taken_at = DateTimeLocalField(
        _l("Số liệu lúc"), [InputRequired(_l("Hãy ghi lúc các số được nhìn thấy."))],
        description=_l("Lúc các số trong tệp được nhìn thấy; số là tổng đến lúc đó."),
    )


@bp.get("")
@allows("interaction.import")
def choose() -> Response:
    """Which file, and of when its numbers are."""
    return page(CHOOSE, form=ImportForm(formdata=None, taken_at=here()))


@bp.post("")
@allows("interaction.import")
def preview() -> Response:
    """Show what every row would do; nothing is stored yet."""
    _require_platforms()
    return files.previewed(
        ImportForm(), CHOOSE, "organiser/elsewhere_preview.html",
        lambda path, taken_at: from_file.preview(
            current.db, current.contest, path, taken_at=taken_at, at=current.now
        ),
    )


@bp.post("/apply")
@allows("interaction.import")
def apply() -> Response:
    """Store what was previewed."""
    form = ApplyForm()
    if not form.validate_on_submit():
        return back_to("posts_file.choose")
    count = files.applied(form, from_file.apply)
    if count:
        flash_message(f"Đã ghi số của {count} bài đăng.",
                      f"Numbers of {counted(count, 'post', 'posts')} are recorded.")
    else:
        flash_message("Tệp này đã được nhập trước đó; không có gì thay đổi.",
                      "This file was imported before; nothing has changed.", "info")
    return back_to("elsewhere.show")


@bp.get("/template.xlsx")
@allows("interaction.import")
def template() -> Response:
    """Our own template with the posts filled in."""
    rows = [
        (one.code, one.platform.name[current.language], one.counted.post.url)
        for one in from_file.known(current.db, current.contest)
    ]
    file = BytesIO()
    write_posts_template(file, rows, language=current.language)
    return files.workbook(file, "so-lieu-nen-tang-khac.xlsx")


def _require_platforms() -> None:
    if not current.profile.platforms:
        raise Conflict(
            "Thể lệ không tính nền tảng nào khác. Thêm nền tảng ở trang Thể lệ, phần tính điểm.",
            "The rules count no other platform. Add one on the page Rules, under scoring.",
        )
