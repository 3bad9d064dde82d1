"""The entry form; its choices and consents come from the profile in force."""

from collections.abc import Sequence
from textwrap import shorten

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    RadioField,
    SelectChoice,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from contest.models import Attachment, Submission, Unit
from contest.profile import Profile
from contest.profile.questions import Question
from contest.profile.winning import Category, open_to
from contest.services.entry.submissions import SubmissionForm, given
from contest.views.shared.entries import questions
from contest.views.shared.forms import Form
from contest.views.shared.support import current

MOST_AUTHORS_TEXT = 5000
BEGINNING = 60  # characters of a consent that name it in an error
PHONE = r"^\+?[0-9 ().-]{8,20}$"


class EntryFields(Form):
    """The fields of every entry. ``entry_form`` adds the consents, unticked."""

    title = StringField(
        _l("Tên clip"),
        validators=[
            InputRequired(_l("Hãy ghi tên clip.")),
            Length(max=200, message=_l("Tên clip dài quá 200 ký tự. Hãy rút ngắn.")),
        ],
    )
    kind = RadioField(
        _l("Hình thức dự thi"), validators=[InputRequired(_l("Hãy chọn hình thức dự thi."))]
    )
    authors = TextAreaField(
        _l("Tác giả hoặc nhóm tác giả"),
        validators=[
            InputRequired(_l("Hãy ghi ít nhất một tác giả.")),
            Length(max=MOST_AUTHORS_TEXT, message=_l("Danh sách tác giả quá dài. Hãy rút ngắn.")),
        ],
        render_kw={"rows": 3},
    )
    description = TextAreaField(
        _l("Giới thiệu ngắn"),
        validators=[Length(max=1000, message=_l("Phần giới thiệu dài quá 1.000 ký tự."))],
        render_kw={"rows": 3},
    )
    contact_name = StringField(
        _l("Người liên hệ"),
        validators=[InputRequired(_l("Hãy ghi tên người liên hệ.")), Length(max=200)],
        render_kw={"autocomplete": "name"},
    )
    contact_phone = TelField(
        _l("Điện thoại liên hệ"),
        description=_l("Chỉ Ban Tổ chức thấy, không công bố."),
        validators=[
            InputRequired(_l("Hãy ghi số điện thoại liên hệ.")),
            Regexp(PHONE, message=_l("Số điện thoại gồm 8–20 chữ số, ví dụ 0903 123 456.")),
        ],
        render_kw={"autocomplete": "tel"},
    )
    contact_email = EmailField(
        _l("Email liên hệ"),
        description=_l("Để nhận biên nhận và thông báo về clip."),
        validators=[
            Optional(),
            Length(max=254),
            Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message=_l("Email có dạng ten@noi.vn.")),
        ],
        render_kw={"autocomplete": "email"},
    )

    def validate_authors(self, field: TextAreaField) -> None:
        found, most = len(lines_of(field.data)), self.max_authors
        if not found:
            raise ValidationError(_("Hãy ghi ít nhất một tác giả."))
        if found > 1 and self.kind.data == "individual":
            raise ValidationError(_(
                "Bài cá nhân có một tác giả; ở đây ghi %(found)s. Hãy để lại một tên, hoặc chọn "
                "“Tập thể”.", found=found,
            ))
        if found > most:
            told = {"found": found, "most": most}
            raise ValidationError(_("Có %(found)s tác giả; cho phép tối đa %(most)s.", **told))

    max_authors = 0

    questions: Sequence[Question] = ()

    @property
    def question_fields(self) -> list[tuple[Field, bool]]:
        """The contest's own questions, each with whether it may stay empty."""
        return questions.shown(self, self.questions)

    @property
    def consent_fields(self) -> list[BooleanField]:
        return [f for f in self if f.name.startswith("consent_")]

    def submission(self) -> SubmissionForm:
        """The form's content for the service; files are looked into and kept. Raises as
        ``questions.received``."""
        return SubmissionForm(
            title=self.title.data, kind=self.kind.data, authors=lines_of(self.authors.data),
            description=self.description.data or "", contact_name=self.contact_name.data,
            contact_phone=self.contact_phone.data, contact_email=self.contact_email.data or "",
            consents=frozenset(
                f.name.removeprefix("consent_") for f in self.consent_fields if f.data
            ),
            language=current.language,
            category=self["category"].data or "" if "category" in self else "",
            answers=questions.given(self, self.questions),
            files=questions.received(self, self.questions),
            dropped=questions.dropped(self, self.questions),
        )


def lines_of(text: str | None) -> list[str]:
    """What stands on each line, empty ones left out."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def entry_form(
    profile: Profile, unit: Unit, submission: Submission | None = None, *,
    files: Sequence[Attachment] = (), fields: type[EntryFields] = EntryFields,
) -> EntryFields:
    """The form of this profile for a unit, prefilled from ``submission`` and its ``files`` if
    given; ``fields``: with more. A category is asked for where the unit has a choice."""

    class Form(fields):  # type: ignore[misc, valid-type]
        max_authors = profile.form.max_authors
        questions = profile.questions

    texts = [purpose.text[current.language] for purpose in profile.form.consents]
    for purpose, text, name in zip(profile.form.consents, texts, _beginnings(texts), strict=True):
        needed = InputRequired(_("Hãy đọc và đánh dấu mục “%(name)s” để tiếp tục.", name=name))
        field = BooleanField(text, validators=[needed] if purpose.required else [])
        setattr(Form, f"consent_{purpose.id}", field)
    if len(may := open_to(profile.categories, unit.group)) > 1:
        Form.category = _category(may)
    for name, field in questions.fields_of(profile.questions, files).items():
        setattr(Form, name, field)
    form = Form(data=_known(submission, profile) if submission else None)
    form.kind.choices = [(k, kind_names()[k]) for k in profile.form.kinds]
    form.authors.description = _whose_names(profile)
    return form


def _beginnings(texts: Sequence[str]) -> list[str]:
    """Each text's beginning, by which it is known among the others; a whole text where two begin
    alike."""
    short = [shorten(text, BEGINNING, placeholder="…") for text in texts]
    return [cut if short.count(cut) == 1 else text
            for cut, text in zip(short, texts, strict=True)]


def _whose_names(profile: Profile) -> str:
    """Whose names go into the field, where they are typed."""
    one, several = _("Cá nhân: ghi một tên."), _("Tập thể: ghi tên nhóm, hoặc mỗi người một dòng.")
    said = {"individual": one, "team": several}
    public = _("Tên ghi ở đây được công bố cùng clip.")
    return " ".join([*(said[kind] for kind in profile.form.kinds), public])


def _category(may: list[Category]) -> RadioField:
    return RadioField(
        _l("Mảng nội dung"), validators=[InputRequired(_l("Hãy chọn một mảng nội dung."))],
        choices=[SelectChoice(one.id, one.name[current.language]) for one in may],
    )


def category_name(profile: Profile, submission: Submission) -> str:
    """The clip's category in the reader's language; empty where it has none."""
    names = {one.id: one.name[current.language] for one in profile.categories}
    return names.get(submission.category, "")


def kind_names() -> dict[str, str]:
    return {"individual": _("Cá nhân"), "team": _("Tập thể")}


def _known(submission: Submission, profile: Profile) -> dict[str, object]:
    known: dict[str, object] = {f"consent_{purpose}": True for purpose in given(submission)}
    known |= questions.known(profile.questions, submission.answers)
    for name in ("title", "kind", "description", "contact_name", "contact_phone", "contact_email",
                 "category"):
        known[name] = getattr(submission, name)
    return known | {"authors": "\n".join(submission.authors)}
