"""Entries that go to, and come from, a contest on another server: a signed file is downloaded and
sent by whatever people use, and taken in by a form. What came waits for a decision on the page.
"""

import tempfile
from typing import Any

from flask import Blueprint, request, send_file
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from contest.errors import Conflict
from contest.services.handover import letters
from contest.services.handover.handovers import code_of
from contest.services.levels import handing_up, links, packing, signed_files, unpacking
from contest.services.results.bundles import Signer
from contest.views.shared import large_forms
from contest.views.shared.forms import Form, MultiCheckboxField
from contest.views.shared.paging import neighbours, page_number, sought
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("signed_files", __name__, url_prefix="/c/<slug>/organiser/signed-files")


class WriteForm(Form):
    """Which entries the file holds."""

    codes = MultiCheckboxField(
        _l("Bài gửi lên"), [InputRequired(_l("Hãy chọn ít nhất một bài."))], validate_choice=False
    )


class ReadForm(Form):
    """The file of a contest below."""

    file = FileField(
        _l("Tệp có chữ ký"), [FileRequired(_l("Hãy chọn tệp."))], render_kw={"accept": ".zip"}
    )


class DeclineForm(Form):
    """Why everything of one key goes back."""

    why = StringField(
        _l("Vì sao trả lại"), [InputRequired(_l("Hãy ghi vì sao trả lại.")), Length(max=1000)]
    )


@bp.url_value_preprocessor
def _before_a_file_is_read(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if endpoint == "signed_files.receive" and request.method == "POST" and values:
        large_forms.admit(values["slug"], "handover.accept", signed_files.MOST_BYTES)


@bp.get("")
@allows("handover.offer")
def show() -> Response:
    """What can be written to a file, the form that takes one in, and what waits of such files."""
    return _show()


def _show(
    status: int = 200, write: WriteForm | None = None, read: ReadForm | None = None,
    decline: DeclineForm | None = None, level_id: int = 0,
) -> Response:
    words, form = sought(), write or WriteForm(formdata=None)
    up = bool(current.profile.parent.installation) and current.profile.entry.is_clip
    found = handing_up.candidates(
        current.db, current.contest, current.language, words=words) if up else []
    form.codes.choices = [SelectChoice(one.submission.code, one.submission.title) for one in found]
    if not form.is_submitted():
        form.codes.data = [one.submission.code for one in found
                           if one.line and one.line.prize and not one.lacks]
    written = signed_files.written(current.db, current.contest) if up else {}
    key = current.platform.keys.signature(current.db) if written else None
    keys = signed_files.waiting(current.db, current.contest, number=page_number())
    return page(
        "organiser/signed_files.html", status, up=up, candidates=found, words=words, form=form,
        written=written, fingerprint=Signer(key).fingerprint if key else "",
        rooms=handing_up.rooms(current.db, current.contest) if up else [],
        categories={one.id: one.name for one in current.profile.categories},
        read_form=read or ReadForm(formdata=None), most=signed_files.MOST_BYTES,
        found=keys.rows, pages=neighbours(keys, "signed_files.show"), code_of=code_of,
        title_of=letters.title_of, decline_form=decline or DeclineForm(formdata=None),
        refused_id=level_id,
    )


@bp.post("/write")
@allows("handover.offer")
def write() -> Response:
    """The chosen entries as a signed file. That it was written is stored before it is made."""
    form = WriteForm()
    with form.taken(lambda status: _show(status, write=form)):
        signer = Signer(current.platform.keys.signature(current.db))
        made, found = packing.packet(
            current.db, current.contest, form.codes.data or [], key=signer.public_key,
            actor=current.actor, at=current.now,
        )
        signed_files.require_size(made)
        packing.note(current.db, found, made, actor=current.actor, at=current.now)
        name = f"{current.contest.slug}-{made.to}.zip"
    current.db.commit()  # no lock is held while the file is made
    file = tempfile.TemporaryFile(dir=current.platform.settings.data_dir)  # noqa: SIM115 - is sent
    packing.write(file, made, signer, current.platform.blobs)
    file.seek(0)
    return send_file(file, "application/zip", as_attachment=True, download_name=name)


@bp.post("/read")
@allows("handover.accept")
def receive() -> Response:
    """Take a file in: its entries wait. No lock is held while its clips are stored."""
    form = ReadForm()
    with form.taken(lambda status: _show(status, read=form), "file"):
        found = unpacking.look(form.file.data.stream, current.contest)
        current.db.rollback()
        unpacking.store_clips(form.file.data.stream, found, current.platform.blobs,
                              current.platform.settings.data_dir)
        made = unpacking.take(current.db, current.contest, found, actor=current.actor,
                              at=current.now)
        if not made:
            raise Conflict(
                "Tệp này đã được nhận trước đây; không có bài nào mới trong đó.",
                "This file was read in before; there is no new entry in it.",
            )
    flash_message(f"Đã đọc tệp: {len(made)} bài chờ nhận.",
                  f"The file was read: entries that wait: {len(made)}.")
    return back_to("signed_files.show", _anchor="waiting")


@bp.post("/<int:level_id>/decline")
@allows("handover.accept")
def decline(level_id: int) -> Response:
    """Give back everything of one key that waits."""
    form = DeclineForm()
    with form.taken(lambda status: _show(status, decline=form, level_id=level_id), "why"):
        count = signed_files.decline_all(
            current.db, current.contest, links.find(current.db, current.contest, level_id),
            why=form.why.data or "", actor=current.actor, at=current.now,
        )
    flash_message(f"Đã trả lại {count} bài.", f"Entries given back: {count}.")
    return back_to("signed_files.show")
