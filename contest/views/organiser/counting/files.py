"""A file of counts in two steps: what every row would do, then all of it or nothing; for the Page's
clips and for posts on other platforms."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Protocol

from flask import send_file
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from contest.actors import Actor
from contest.errors import DomainError
from contest.models import Contest
from contest.views.organiser.ledger_waiting import LATE_HINT
from contest.views.shared import kept_files
from contest.views.shared.forms import Form
from contest.views.shared.support import current, page

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportForm(Form):
    """A file of counts and the instant of its counts."""

    file = FileField(_l("Tệp số liệu (CSV hoặc XLSX)"), [FileRequired(_l("Hãy chọn tệp."))])
    taken_at = DateTimeLocalField(
        _l("Số liệu lúc"), [InputRequired(_l("Hãy ghi lúc tệp được xuất."))],
        description=_l("Lúc tệp được xuất từ Meta Business Suite: số liệu là tổng đến lúc đó."),
    )


class ApplyForm(Form):
    token = HiddenField(validators=[InputRequired()])
    late_reason = StringField(_l("Lý do"), [Length(max=500)], description=LATE_HINT)


class Apply(Protocol):
    """How a service imports a file: how many lines, 0 for one that was imported before."""

    def __call__(
        self, session: Session, contest: Contest, path: Path, *, filename: str,
        taken_at: datetime, actor: Actor, at: datetime, late_reason: str,
    ) -> int: ...


def local(moment: datetime | None) -> datetime | None:
    """An instant entered in the contest's zone, made aware."""
    return moment.replace(tzinfo=current.profile.schedule.zone) if moment else None


def here() -> datetime:
    """Now in the contest's zone, without it, as a form's initial value."""
    return current.now.astimezone(current.profile.schedule.zone).replace(tzinfo=None, second=0)


def previewed(
    form: ImportForm, choose: str, shown: str, plan: Callable[[Path, datetime], object]
) -> Response:
    """The page ``shown`` with what the file would do; ``choose`` with what is wrong with it."""
    if not form.validate_on_submit():
        return page(choose, 422, form=form)
    kept = kept_files.keep(form.file.data)
    taken_at = local(form.taken_at.data) or current.now
    try:
        made = plan(kept.path, taken_at)
    except DomainError as error:
        form.file.errors = [error.message(current.language)]
        return page(choose, error.status, form=form)
    token = kept_files.token(kept, at=taken_at.isoformat())
    return page(shown, plan=made, kept=kept, taken_at=taken_at,
                form=ApplyForm(formdata=None, token=token))


def applied(form: ApplyForm, apply: Apply) -> int:
    """Import what was previewed; how many lines."""
    kept, more = kept_files.from_token(form.token.data)
    return apply(
        current.db, current.contest, kept.path, filename=kept.filename,
        taken_at=datetime.fromisoformat(more["at"]), actor=current.actor, at=current.now,
        late_reason=form.late_reason.data or "",
    )


def workbook(file: BytesIO, name: str) -> Response:
    """A template, to be sent."""
    file.seek(0)
    return send_file(file, mimetype=WORKBOOK, as_attachment=True, download_name=name)
