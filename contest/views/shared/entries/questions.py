"""A contest's own questions as fields of a form, and what was answered in them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import DateField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.fields.core import Field, UnboundField
from wtforms.validators import Optional, ValidationError

from contest.errors import DomainError
from contest.models import Attachment, Submission
from contest.profile.questions import MOST_MB, Question
from contest.services.core import profiles
from contest.services.questions import answers, attachments
from contest.services.questions.attachments import Sent
from contest.views.shared import kept_files
from contest.views.shared.forms import Form, MultiCheckboxField
from contest.views.shared.support import current

START, DROP = "question_", "drop_"
FEW = 6  # options that are shown all at once
ACCEPT = {"pdf": ".pdf", "docx": ".docx", "xlsx": ".xlsx",
          "picture": "image/jpeg,image/png,image/webp,image/heic"}


def fields_of(
    questions: Sequence[Question], files: Sequence[Attachment] = ()
) -> dict[str, UnboundField]:
    """Name -> field for each question that is asked; beside one for files a list of those that are
    there, to be let go."""
    found: dict[str, UnboundField] = {}
    for question in (one for one in questions if one.asked):
        found[START + question.id] = _MAKERS[question.kind](question)
        there = [one for one in files if one.question == question.id]
        if there:
            found[DROP + question.id] = MultiCheckboxField(
                _("Bỏ tệp đã gửi cho “%(question)s”", question=question.label[current.language]),
                choices=[SelectChoice(str(one.id), one.filename) for one in there],
            )
    return found


def shown(form: Form, questions: Sequence[Question]) -> list[tuple[Field, bool]]:
    """The form's fields for these questions in their order, each with whether it may stay empty."""
    return [
        (form[start + one.id], start == DROP or not one.required)
        for one in questions for start in (START, DROP) if start + one.id in form
    ]


def known(questions: Sequence[Question], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers as the form's data."""
    found = {}
    for one in questions:
        value = stored.get(one.id)
        if value and one.kind == "date":
            found[START + one.id] = answers.day_of(value)
        elif value:
            number = one.kind == "number" and current.language == "vi"
            found[START + one.id] = value.replace(".", ",") if number else value
    return found


def given(form: Form, questions: Sequence[Question]) -> dict[str, Any]:
    """What was answered, for ``answers.checked``."""
    return {one.id: _raw(form[START + one.id].data) for one in questions
            if one.kind != "file" and START + one.id in form}


def received(form: Form, questions: Sequence[Question]) -> dict[str, list[Sent]]:
    """The files that were chosen, looked into and stored. Raises ``Invalid``, ``TooLarge``,
    ``Busy``."""
    found: dict[str, list[Sent]] = {}
    for one in questions:
        if one.kind == "file" and START + one.id in form:
            chosen = [f for f in form[START + one.id].data or [] if getattr(f, "filename", "")]
            found[one.id] = [_receive(file, one) for file in chosen[: one.files + 1]]
    return found


def dropped(form: Form, questions: Sequence[Question]) -> frozenset[int]:
    """Files that were ticked to be let go."""
    return frozenset(int(number) for one in questions if DROP + one.id in form
                     for number in form[DROP + one.id].data or [])


def answered(submission: Submission, reader: str) -> list[answers.Said]:
    """What was answered, as far as this reader may see it (``answers.readable``)."""
    return answers.said(
        profiles.profile_of(submission.contest).questions, submission.answers,
        attachments.of(current.db, submission), reader=reader, language=current.language,
    )


def _receive(upload: FileStorage, question: Question) -> Sent:
    name = upload.filename or ""
    kept, kind = kept_files.keep_judged(
        upload, lambda path: attachments.kind_of(path, name, question)
    )
    return Sent(kind, kept.sha256, kept.size, kept.filename)


def _raw(data: Any) -> Any:
    return data.isoformat() if hasattr(data, "isoformat") else data


def _judged(question: Question) -> Callable[[Form, Field], None]:
    """The service's own judgement, shown beside the field."""

    def judge(form: Form, field: Field) -> None:
        try:
            answers.one(question, _raw(field.data))
        except DomainError as error:
            raise ValidationError(error.message(current.language)) from None

    return judge


def _label(question: Question) -> dict[str, Any]:
    hint = question.help[current.language] if question.help else ""
    return {"label": question.label[current.language], "description": hint}


def _plain(field: type[Field], **more: Any) -> Callable[[Question], UnboundField]:
    return lambda question: field(**_label(question), validators=[_judged(question)],
                                  render_kw=dict(more) or None)


def _choice(question: Question) -> UnboundField:
    named = question.named(current.language)
    choices = [SelectChoice(value, text) for value, text in named.items()]
    if len(choices) > FEW:
        none = [SelectChoice("", _("Chọn một mục"))]
        return SelectField(**_label(question), choices=[*none, *choices],
                           validators=[_judged(question)])
    none = [] if question.required else [SelectChoice("", _("Không trả lời"))]
    return RadioField(**_label(question), choices=[*none, *choices], default="",
                      validate_choice=False, validators=[_judged(question)])


def _several(question: Question) -> UnboundField:
    named = question.named(current.language)
    return MultiCheckboxField(
        **_label(question), choices=[SelectChoice(*one) for one in named.items()],
        validators=[_judged(question)],
    )


def _day(question: Question) -> UnboundField:
    return DateField(**_label(question), validators=[
        _judged(question) if question.required else Optional(), _judged(question),
    ])


def _files(question: Question) -> UnboundField:
    said = _label(question)
    taken = ngettext(
        "Nhận %(kinds)s, tối đa %(num)s tệp, mỗi tệp %(size)s MB.",
        "Nhận %(kinds)s, tối đa %(num)s tệp, mỗi tệp %(size)s MB.", question.files,
        kinds=attachments.kinds_in_words(question, current.language),
        size=question.megabytes or MOST_MB,
    )
    said["description"] = f"{said['description']} {taken}".strip()
    accept = ",".join(ACCEPT[kind] for kind in question.file_kinds)
    return MultipleFileField(**said, render_kw={
        "accept": accept, **({} if question.files > 1 else {"multiple": False}),
    })


_MAKERS: dict[str, Callable[[Question], UnboundField]] = {
    "text": _plain(StringField), "long": _plain(TextAreaField, rows=4), "choice": _choice,
    "several": _several, "number": _plain(StringField, inputmode="decimal"), "date": _day,
    "file": _files,
}
