"""Answers to a contest's own questions: judged, stored, said in words.

A stored answer is a text (a number and a day as well, so that a person is found in it whatever was
asked), or a list of texts for several choices. Files are rows of their own (``attachments``).
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from contest.errors import Invalid
from contest.languages import write_date, write_number
from contest.models import Attachment
from contest.profile.questions import Question

DIGITS = 18  # of a number: more is no count of anything
EVERYTHING = ("unit", "organiser")  # who reads every answer

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """An answer as a reader sees it: the question, the answer in words, its files."""

    id: str
    label: str
    text: str
    files: Sequence[Attachment] = ()


def checked(questions: Sequence[Question], given: Answers, before: Answers) -> dict[str, Any]:
    """What is to be stored: each answer within its question's bounds; what is asked no more stays
    as it was. Raises ``Invalid`` naming the question, what was found and what is allowed."""
    stored = {q.id for q in questions if q.asked and q.kind != "file"}
    kept = {key: value for key, value in before.items() if key not in stored}
    found = {q.id: one(q, given.get(q.id)) for q in questions if q.id in stored}
    return kept | {key: value for key, value in found.items() if value}


def one(question: Question, value: Any) -> str | list[str]:
    """One answer as it is stored, empty where none was given. Raises ``Invalid``."""
    if question.kind == "several":
        return _several(question, value or [])
    text = unicodedata.normalize("NFC", str(value or "")).replace("\r\n", "\n").strip()
    if not text:
        if question.required:
            raise refusal(question, "chưa được trả lời; hãy điền vào",
                           "has no answer; please give one")
        return ""
    return _JUDGES[question.kind](question, text)


def _words(question: Question, text: str) -> str:
    count, least = len(text), question.least or 0
    if least <= count <= question.longest:
        return text
    low = f"{least}–" if least else ""
    raise refusal(question, f"có {count} ký tự; cho phép {low or 'tối đa '}{question.longest}",
                   f"has {count} characters; allowed: {low or 'at most '}{question.longest}")


def _choice(question: Question, text: str) -> str:
    if text not in question.named("vi"):
        raise refusal(question, "có lựa chọn không có trong thể lệ; hãy chọn lại",
                       "has an option that is not in the rules; choose again")
    return text


def _several(question: Question, values: Sequence[str]) -> list[str]:
    chosen = [unicodedata.normalize("NFC", value) for value in values]
    found = [option for option in question.named("vi") if option in chosen]
    if len(found) < len(set(chosen)):
        _choice(question, "")
    least = max(question.least or 0, int(question.required))
    most = question.most or len(question.options)
    if (found or question.required) and not least <= len(found) <= most:
        allowed = f"{least}–{most}" if least else most
        raise refusal(question, f"đã chọn {len(found)} mục; cho phép {allowed}",
                       f"has {len(found)} options chosen; allowed: {allowed}")
    return found


def _number(question: Question, text: str) -> str:
    try:
        value = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or len(value.as_tuple().digits) > DIGITS or abs(value) >= 10**DIGITS:
        raise refusal(question, "không phải một con số; hãy viết chữ số, ví dụ 12 hoặc 12,5",
                       "is not a number; write digits, such as 12 or 12.5")
    low, high = question.least, question.most
    if (low is not None and value < low) or (high is not None and value > high):
        vi = " ".join([f"từ {low}"] * (low is not None) + [f"đến {high}"] * (high is not None))
        en = " ".join([f"from {low}"] * (low is not None) + [f"to {high}"] * (high is not None))
        raise refusal(question, f"là {text}; cho phép {vi}", f"is {text}; allowed: {en}")
    return f"{value.normalize():f}"


def _day(question: Question, text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise refusal(question, "không phải một ngày; hãy chọn lại, ví dụ 10/6/2023",
                       "is not a day; choose again, such as 2023-06-10") from None
    low, high = question.earliest, question.latest
    if (low and text < low) or (high and text > high):
        ends = [(low, "từ", "from"), (high, "đến", "to")]
        vi = " ".join(f"{word} {_written(end, 'vi')}" for end, word, _ in ends if end)
        en = " ".join(f"{word} {_written(end, 'en')}" for end, _, word in ends if end)
        raise refusal(question, f"là {_written(text, 'vi')}; cho phép {vi}",
                      f"is {_written(text, 'en')}; allowed: {en}")
    return day.isoformat()


_JUDGES = {"text": _words, "long": _words, "choice": _choice, "number": _number, "date": _day}


def refusal(question: Question, vi: str, en: str) -> Invalid:
    """A sentence about one question."""
    return Invalid(f"“{question.label.vi}” {vi}.", f'"{question.label.en}" {en}.',
                   question=question.id)


# ---------------------------------------------------------------------------- who reads what


def readable(questions: Sequence[Question], reader: str) -> list[Question]:
    """The questions whose answers a reader may see: "unit", "organiser", "reviewers", "jurors" or
    "public". What everybody may read, reviewers may; to jurors it is shown where it says so, for a
    blind jury is to be told nothing by accident."""
    if reader in EVERYTHING:
        return list(questions)
    wanted = {reader, "public"} if reader == "reviewers" else {reader}
    return [one for one in questions if wanted & set(one.seen_by)]


def said(
    questions: Sequence[Question], answers: Answers, files: Sequence[Attachment] = (), *,
    reader: str, language: str,
) -> list[Said]:
    """The answers that were given and that a reader may see, in the order of the rules."""
    found = [
        Said(q.id, q.label[language], in_words(q, answers.get(q.id, ""), language),
             [file for file in files if file.question == q.id])
        for q in readable(questions, reader)
    ]
    return [one for one in found if one.text or one.files]


def in_words(question: Question, value: str | list[str], language: str) -> str:
    """A stored answer as people of a language write it; empty where there is none."""
    if not value:
        return ""
    if isinstance(value, list):
        return "; ".join(question.named(language).get(part, part) for part in value)
    if question.kind == "number":
        return _said_number(value, language)
    if question.kind == "date":
        return _written(value, language)
    return question.named(language).get(value, value) if question.kind == "choice" else value


def _said_number(value: str, language: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value  # erased
    digits = max(0, -int(number.as_tuple().exponent))
    return write_number(float(number), language, digits) if len(value) < DIGITS else value


def _written(day: str, language: str) -> str:
    """``2023-06-10`` as ``10/6/2023`` or ``10 June 2023``; an erased one as it is."""
    found = day_of(day)
    if found is None:
        return day
    return write_date(datetime.combine(found, time(), UTC), ZoneInfo("UTC"), language)


def day_of(value: str) -> date | None:
    """A stored day; None where it was erased."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def cell(question: Question, value: str | list[str], language: str) -> object:
    """A stored answer for a spreadsheet: a number as one, all else in words."""
    if question.kind == "number" and isinstance(value, str) and value:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        return int(number) if number == number.to_integral_value() else float(number)
    return in_words(question, value, language)
