"""Messages of forms: in the reader's language, also those that the library brings."""

import pytest
from flask import Flask
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from contest.views.shared.forms import Form
from tests.contest.conftest import Visits


class Sample(Form):
    name = StringField(validators=[InputRequired(), Length(max=3)])
    count = IntegerField(validators=[InputRequired(), NumberRange(1, 5)])


@pytest.mark.parametrize(
    ("language", "data", "errors"),
    [
        ("vi", {}, {"name": ["Hãy điền mục này."], "count": ["Hãy điền mục này."]}),
        ("vi", {"name": "abcd", "count": "9"},
         {"name": ["Hãy nhập nhiều nhất 3 ký tự."], "count": ["Hãy nhập số từ 1 đến 5."]}),
        ("en", {"name": "abcd", "count": "9"},
         {"name": ["Field cannot be longer than 3 characters."],
          "count": ["Number must be between 1 and 5."]}),
    ],
)
def test_built_in_messages(
    app: Flask, language: str, data: dict[str, str], errors: dict[str, list[str]]
):
    headers = {"Cookie": f"lang={language}"}
    with app.test_request_context("/", method="POST", data=data, headers=headers):
        form = Sample(meta={"csrf": False})
        assert not form.validate()
        assert form.errors == errors


def test_a_number_beyond_any_column_is_refused_with_a_sentence(visit: Visits) -> None:
    """WTForms compares with floats, and no float is as large."""
    place = "/c/quan11-2023/organiser/rules"
    for number in ("9" * 18 + "9", "9" * 400, "-" + "9" * 400):
        form = {"minutes": number, "grace_reason": "Nghẽn mạng"}
        answer = visit.role("organiser").post(f"{place}/grace", data=form)
        assert answer.status_code == 422
        assert "Số này quá lớn" in answer.text
