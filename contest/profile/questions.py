"""Questions of a contest's own: what a form asks besides its fixed fields, within which bounds, and
who may read the answers. The unit itself and organisers always may.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from contest.profile.parts import Identifier, Part, Text

Kind = Literal["text", "long", "choice", "several", "number", "date", "file"]
Reader = Literal["reviewers", "jurors", "public"]
FileKind = Literal["pdf", "docx", "xlsx", "picture"]
CHOOSING = ("choice", "several")
#: What a form takes at once (``web.py``), less what its other fields need.
MOST_MB = 15
LONGEST = {"text": 200, "long": 5000}  # characters, where the rules say nothing


def _written(value: object) -> object:
    """A date of TOML as text; any other value as it is."""
    return value.isoformat() if type(value) is date else value


Day = Annotated[str, BeforeValidator(_written), Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
#: One option: ``"Trung học phổ thông | High school"``. Its Vietnamese half is what is stored.
Option = Annotated[str, Field(pattern=r"^[^|\n]*[^|\s][^|\n]*\|[^|\n]*[^|\s][^|\n]*$",
                              max_length=400)]


class Question(Part):
    """One question. ``least`` and ``most`` bound a text's characters, the number of options, a
    number itself; of files, ``most`` is how many, ``megabytes`` how large each may be."""

    id: Identifier
    label: Text
    help: Text | None = None
    kind: Kind = "text"
    required: bool = False
    retired: bool = False  # asked no more, its answers stay
    options: list[Option] = Field(default_factory=list, max_length=60)
    least: int | None = None
    most: int | None = None
    earliest: Day | None = None
    latest: Day | None = None
    types: list[FileKind] = Field(default_factory=list)
    megabytes: int | None = Field(default=None, gt=0, le=MOST_MB)
    seen_by: list[Reader] = Field(default_factory=list)

    def named(self, language: str) -> dict[str, str]:
        """What is stored for each option -> the option in "vi" or "en"."""
        halves = [[half.strip() for half in one.split("|")] for one in self.options]
        return {vi: en if language == "en" else vi for vi, en in halves}

    @property
    def asked(self) -> bool:
        return not self.retired

    @property
    def longest(self) -> int:
        """The most characters of an answer in words."""
        return self.most or LONGEST.get(self.kind, 0)

    @property
    def files(self) -> int:
        """How many files an answer may have."""
        return self.most or 1

    @property
    def file_kinds(self) -> tuple[FileKind, ...]:
        return tuple(self.types) or ("pdf", "docx", "xlsx", "picture")

    @property
    def bytes(self) -> int:
        """The most bytes of one file."""
        return (self.megabytes or MOST_MB) * 1024 * 1024


def faults(question: Question) -> list[tuple[str, str, str]]:
    """What cannot stand together in a question: key, Vietnamese, English."""
    return [fault for judged in (_options, _bounds, _days, _files) for fault in judged(question)]


def _options(one: Question) -> list[tuple[str, str, str]]:
    if one.kind in CHOOSING and len(one.named("vi")) <= 1:
        return [("options", "câu hỏi chọn cần ít nhất hai lựa chọn khác nhau; hãy thêm vào",
                 "a question to choose needs at least two different options; add them")]
    if one.kind not in CHOOSING and one.options:
        return [("options", "chỉ câu hỏi chọn (choice, several) có lựa chọn; hãy bỏ khoá này hoặc "
                 "đổi kind", "only questions to choose (choice, several) have options; remove "
                 "this key or change kind")]
    if len(one.named("vi")) < len(one.options):
        return [("options", "có lựa chọn ghi hai lần; hãy bỏ một",
                 "one option stands there twice; remove one")]
    return []


def _bounds(one: Question) -> list[tuple[str, str, str]]:
    if one.kind in ("choice", "date") and (one.least is not None or one.most is not None):
        return [("most", "least và most không dùng cho câu hỏi loại này; hãy bỏ đi",
                 "least and most mean nothing for this kind of question; remove them")]
    low = 1 if one.kind in ("text", "long", "several", "file") else None
    for key, value in (("least", one.least), ("most", one.most)):
        if low is not None and value is not None and value < low - (key == "least"):
            return [(key, f"phải từ {low} trở lên", f"must be at least {low}")]
    if one.least is not None and one.most is not None and one.least > one.most:
        return [("least", "không được lớn hơn most; hãy sửa một trong hai",
                 "must not be more than most; correct one of them")]
    return _out_of_reach(one)


def _out_of_reach(one: Question) -> list[tuple[str, str, str]]:
    """More than an answer may have where no ``most`` is said, more options than there are."""
    limit = one.longest if one.kind in LONGEST else one.files if one.kind == "file" else None
    if limit is not None and (one.least or 0) > limit:
        return [("least", f"không có most nên nhiều nhất là {limit}; hãy đặt most, hoặc giảm số "
                 "này", f"without most the limit is {limit}; set most, or lower this")]
    for key, value in (("least", one.least), ("most", one.most)):
        if one.kind == "several" and (value or 0) > len(one.options):
            return [(key, f"chỉ có {len(one.options)} lựa chọn; hãy đặt thấp hơn",
                     f"there are only {len(one.options)} options; set it lower")]
    return []


def _days(one: Question) -> list[tuple[str, str, str]]:
    found = []
    for key, value in (("earliest", one.earliest), ("latest", one.latest)):
        if value is None:
            continue
        if one.kind != "date":
            found.append((key, "chỉ câu hỏi về ngày (date) có khoá này; hãy bỏ đi",
                          "only questions for a date have this key; remove it"))
        elif not _is_day(value):
            found.append((key, f"{value} không phải một ngày có thật; hãy sửa",
                          f"{value} is no day of the calendar; correct it"))
    if not found and one.earliest and one.latest and one.earliest > one.latest:
        found.append(("earliest", "không được sau latest; hãy sửa một trong hai",
                      "must not be after latest; correct one of them"))
    return found


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _files(one: Question) -> list[tuple[str, str, str]]:
    if one.kind != "file" and (one.types or one.megabytes):
        key = "types" if one.types else "megabytes"
        return [(key, "chỉ câu hỏi xin tệp (file) có khoá này; hãy bỏ đi",
                 "only questions for a file have this key; remove it")]
    if one.kind != "file":
        return []
    if "public" in one.seen_by:
        return [("seen_by", "tệp đính kèm không được công khai vì có thể chứa dữ liệu cá nhân; hãy "
                 "bỏ “public”", "attached files are never public, for they may hold personal data; "
                 "take \"public\" out")]
    if one.files * (one.megabytes or 1) > MOST_MB:
        return [("megabytes", f"mọi tệp của một câu hỏi cộng lại tối đa {MOST_MB} MB; hãy giảm "
                 "most hoặc megabytes", f"all files of one question together have at most "
                 f"{MOST_MB} MB; lower most or megabytes")]
    return []
