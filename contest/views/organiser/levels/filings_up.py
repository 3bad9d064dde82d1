"""What the contest above wants filed: made of what a unit here has filed, in one step."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from contest.languages import write_time
from contest.services.levels import filings_up, links
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("filings_up", __name__, url_prefix="/c/<slug>/organiser/filings-up")


class SourceForm(Form):
    """Of which filing of a unit here."""

    source = SelectField(
        _l("Lấy từ"), [InputRequired(_l("Hãy chọn một báo cáo."))], coerce=int,
        validate_choice=False,
    )


@bp.get("")
@allows("handover.offer")
def show() -> Response:
    """What is owed above, how it stands, and of what it can be made."""
    return _show()


def _show(status: int = 200, form: SourceForm | None = None, key: str = "") -> Response:
    owed = filings_up.owed(current.db, current.contest, at=current.now)
    found = filings_up.sources(current.db, current.contest, at=current.now) if owed else []
    zone, language = current.profile.schedule.zone, current.language
    forms = {}
    for one in owed:
        rule = one.standing.rule.id
        forms[rule] = form if form and key == rule else SourceForm(formdata=None, prefix=rule)
        fitting = sorted(found, key=lambda pair: pair[1].rule.id != rule)  # of the same name first
        forms[rule].source.choices = [
            SelectChoice(pair[1].row.id, f"{pair[1].rule.name[language]} – {pair[0].name}, "
                         f"{write_time(pair[1].row.filed_at, zone, language)}")
            for pair in fitting if pair[1].row and pair[1].row.filed_at
        ]
    return page(
        "organiser/filings_up.html", status, owed=owed, forms=forms, failed=form,
        link=links.of_child(current.db, current.contest), any_source=bool(found),
    )


@bp.post("/<filing>")
@allows("handover.offer")
def hand_up(filing: str) -> Response:
    """Make it the filing above."""
    form = SourceForm(prefix=filing)
    with form.taken(lambda status: _show(status, form, filing), "source"):
        filings_up.hand_up(current.db, current.contest, filing, form.source.data,
                           actor=current.actor, at=current.now)
    flash_message("Đã gửi lên; ở cấp trên đây là báo cáo đã nộp.",
                  "It was handed up; it is filed at the contest above.")
    return back_to("filings_up.show")


@bp.post("/<filing>/back")
@allows("handover.offer")
def take_back(filing: str) -> Response:
    """It is filed above no more."""
    filings_up.take_back(current.db, current.contest, filing, actor=current.actor, at=current.now)
    flash_message("Đã thu lại; ở cấp trên là chưa nộp.",
                  "It was taken back; at the contest above it is not filed.")
    return back_to("filings_up.show")
