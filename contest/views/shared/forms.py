"""The base of all forms, with messages in the reader's language; reading files as text."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

from flask import abort
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import Field, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from contest.errors import DomainError
from contest.languages import DEFAULT
from contest.views.shared.support import current

# WTForms' built-in messages: English -> Vietnamese.
MESSAGES = {
    "This field is required.": _l("Hãy điền mục này."),
    "Not a valid choice.": _l("Hãy chọn một mục trong danh sách."),
    "Invalid Choice: could not coerce.": _l("Hãy chọn một mục trong danh sách."),
    "'%(value)s' is not a valid choice for this field.": _l("Hãy chọn mục có trong danh sách."),
    "Not a valid integer value.": _l("Hãy nhập một số nguyên."),
    "Not a valid decimal value.": _l("Hãy nhập một con số."),
    "Not a valid datetime value.": _l("Hãy nhập ngày và giờ, ví dụ 2023-06-10 16:00."),
    "Not a valid date value.": _l("Hãy nhập ngày, ví dụ 2023-06-10."),
    "Invalid email address.": _l("Địa chỉ email chưa đúng, ví dụ ten@example.org."),
    "Field must be between %(min)d and %(max)d characters long.": _l(
        "Hãy nhập từ %(min)d đến %(max)d ký tự."
    ),
    "Number must be at least %(min)s.": _l("Số nhỏ nhất là %(min)s."),
    "Number must be at most %(max)s.": _l("Số lớn nhất là %(max)s."),
    "Number must be between %(min)s and %(max)s.": _l("Hãy nhập số từ %(min)s đến %(max)s."),
    "Invalid input.": _l("Giá trị chưa đúng."),
}
_LENGTHS = {
    "Field must be at least %(min)d character long.": _l("Hãy nhập ít nhất %(min)d ký tự."),
    "Field cannot be longer than %(max)d character.": _l("Hãy nhập nhiều nhất %(max)d ký tự."),
    "Field must be exactly %(max)d character long.": _l("Hãy nhập đúng %(max)d ký tự."),
}


UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


MOST_NUMBER = 10**18


def _is_huge(value: object) -> bool:
    return isinstance(value, int) and abs(value) >= MOST_NUMBER


class Messages:
    """Translates WTForms' built-in messages, which still have placeholders."""

    def gettext(self, text: str) -> str:
        return text if current.language != DEFAULT else _unfilled(MESSAGES.get(text, text))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        if current.language != DEFAULT:
            return singular if number == 1 else plural
        return _unfilled(_LENGTHS.get(singular, plural))


def _unfilled(text: str | LazyString) -> str:
    """The untranslated text: translating would fill in placeholders whose values are not known."""
    return text if isinstance(text, str) else str(text._args[0])


class Form(FlaskForm):  # type: ignore[misc]
    """The base of every form."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales: ClassVar[list[str]] = [DEFAULT]

        def get_translations(self, form: "Form") -> Messages:
            return Messages()

        def render_field(self, field: Field, render_kw: dict[str, object]) -> object:
            """Render the token without an id: a page may have several forms, an id only once."""
            if field.type == "CSRFTokenField":
                render_kw.setdefault("id", False)
            return super().render_field(field, render_kw)

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        """As WTForms, and no text may hold what cannot be printed: PostgreSQL refuses to store
        U+0000, and a sheet or a paper would carry the others on; nor a number be beyond any column,
        which WTForms' own checks fail at."""
        huge = [field for field in self if _is_huge(field.data)]
        for field in huge:
            field.data = None
        good = bool(super().validate(extra_validators)) and not huge
        for field in huge:
            field.errors = [_l("Số này quá lớn. Hãy kiểm tra lại.")]
        for field in self:
            if isinstance(field.data, str) and UNPRINTABLE.search(field.data):
                field.errors = [*field.errors, _l(
                    "Có ký tự không in được. Hãy xoá ô này và gõ lại."
                )]
                good = False
        return good

    @contextmanager
    def taken(self, again: Callable[[int], Response], field: str = "") -> Iterator[None]:
        """Run the body if the form is valid; ``again(status)`` renders its page anew.

        An invalid form ends the request with that page and 422. A service's ``DomainError`` ends
        it with the error's status; its message is shown at the question that it is about, else at
        ``field``, or above the form.
        """
        if not self.validate_on_submit():
            abort(again(422))
        try:
            yield
        except DomainError as error:
            current.db.rollback()
            at = f"question_{error.data.get('question')}"
            if (field := at if at in self else field):
                self[field].errors = [error.message(current.language)]
            else:
                self.form_errors = [error.message(current.language)]
            abort(again(error.status))


def read_file(field: Field, *, most: int = 1024 * 1024) -> str:
    """The text of an uploaded UTF-8 file, empty where none was chosen.

    Raises ``ValidationError`` above ``most`` bytes or for other encodings.
    """
    if not field.data or not getattr(field.data, "filename", ""):
        return ""
    data = field.data.read(most + 1)
    if len(data) > most:
        raise ValidationError(str(_l("Tệp lớn quá. Hãy chọn tệp thể lệ (TOML).")))
    try:
        return str(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValidationError(
            str(_l("Tệp không phải văn bản UTF-8. Hãy lưu lại dưới dạng UTF-8."))
        ) from None


def refused(form: Form, field: str, error: DomainError) -> None:
    """Show an error's message at the field concerned."""
    form[field].errors = [*form[field].errors, error.message(current.language)]


class MultiCheckboxField(SelectMultipleField):  # type: ignore[misc]
    """Checkboxes; the forms' macro recognises this class by its name."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
