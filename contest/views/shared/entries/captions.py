"""The page on which subtitles are put to a clip: its form, for a unit and for an organiser."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from contest.models import Submission
from contest.services.captions import captions, cues
from contest.views.shared.forms import Form
from contest.views.shared.support import back_to, current, flash_message, page


class CaptionsForm(Form):
    language = RadioField(
        _l("Phụ đề bằng"), [InputRequired(_l("Hãy chọn tiếng Việt hoặc tiếng Anh."))], default="vi",
        choices=[SelectChoice("vi", _l("Tiếng Việt")), SelectChoice("en", _l("Tiếng Anh"))],
    )
    file = FileField(
        _l("Tệp phụ đề"), [FileRequired(_l("Hãy chọn tệp phụ đề."))],
        description=_l("Tệp .srt hoặc .vtt, nhiều nhất 500 kB. CapCut và YouTube đều xuất được."),
        render_kw={"accept": ".srt,.vtt"},
    )


def addresses(submission: Submission) -> dict[str, str]:
    """Language -> where the subtitles of the clip in force are, for its unit and reviewers."""
    version = submission.version
    return {
        language: url_for("media.captions", slug=current.contest.slug, code=submission.code,
                          number=version.number, language=language)
        for language in captions.languages(current.db, submission)
    } if version else {}


def shown(
    template: str, submission: Submission, form: CaptionsForm | None = None, status: int = 200
) -> Response:
    """The page with the subtitles that the clip in force has."""
    return page(
        template, status, submission=submission, form=form or CaptionsForm(formdata=None),
        names={"vi": _("Tiếng Việt"), "en": _("Tiếng Anh")},
        found=captions.of_version(current.db, submission.version_id),
        may=captions.may(submission, current.actor),
    )


def kept(template: str, submission: Submission, way_back: str) -> Response:
    """Store what was chosen, or show the page with what is wrong with it."""
    form = CaptionsForm()
    with form.taken(lambda status: shown(template, submission, form, status), "file"):
        content = form.file.data.stream.read(cues.MOST_BYTES + 1)
        count = captions.keep(current.db, submission, form.language.data, content,
                              actor=current.actor, at=current.now)
    flash_message(f"Đã nhận {count} câu phụ đề.", f"Subtitles received: {count}.")
    return back_to(way_back, code=submission.code)


def dropped(submission: Submission, language: str, way_back: str) -> Response:
    """Take the subtitles of a language away."""
    captions.drop(current.db, submission, language, actor=current.actor, at=current.now)
    flash_message("Đã bỏ phụ đề.", "The subtitles were taken away.")
    return back_to(way_back, code=submission.code)
