"""Units from a spreadsheet: read it, preview what each row would do, then import all or nothing."""

import csv
import io
import re
import unicodedata
import zipfile
from dataclasses import asdict, dataclass
from datetime import datetime

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid, TooLarge
from contest.languages import counted
from contest.models import Contest, Unit
from contest.permissions import require
from contest.services.core import audit, locks

MOST_BYTES = 1 << 20
MOST_UNPACKED = 64 << 20
MOST_ROWS = 2000
LENGTHS = {
    "name": 200, "group": 100, "contact_name": 200, "contact_email": 254, "contact_phone": 32,
}
HEADINGS = {
    "name": ("tên đơn vị", "đơn vị", "cơ sở đoàn", "tên cơ sở đoàn", "unit", "name"),
    "group": ("khối", "cụm", "nhóm", "khối thi đua", "group"),
    "contact_name": ("người liên hệ", "người phụ trách", "họ tên", "contact", "contact name"),
    "contact_email": ("email", "thư điện tử", "e-mail", "contact email"),
    "contact_phone": ("điện thoại", "số điện thoại", "sđt", "phone", "contact phone"),
}
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_PHONE = re.compile(r"\+?[0-9 ().-]{8,31}")


@dataclass(frozen=True)
class Row:
    """One unit as the file gives it; ``line`` as a spreadsheet counts."""

    line: int
    name: str
    group: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""

    def values(self) -> dict[str, str]:
        """What is stored of it, by column."""
        return {k: v for k, v in asdict(self).items() if k != "line"}


@dataclass(frozen=True)
class Planned:
    """What a row would do: ``new``, ``changed``, ``same`` or ``error`` with its sentences."""

    row: Row
    action: str
    errors: tuple[tuple[str, str], ...] = ()


def read(data: bytes, filename: str) -> list[Row]:
    """The rows of a CSV or XLSX file. Raises ``TooLarge`` for too many bytes or rows, ``Invalid``
    for a file that cannot be read, has no rows or no column of names."""
    if len(data) > MOST_BYTES:
        raise TooLarge(
            f"Tệp nặng {len(data) // 1024} kB; cho phép tối đa 1024 kB. Hãy chỉ giữ cột cần thiết.",
            f"The file has {len(data) // 1024} kB; at most 1024 kB. Keep only the columns needed.",
        )
    return _rows(_table(data))


def unread(data: bytes) -> list[str]:
    """The headings of columns that nobody reads, of a file that ``read`` takes."""
    first = next((row for row in _table(data) if any(map(_tidy, row))), [])
    return [said for heading in first if (said := _tidy(heading)) and _field(said) is None]


def _table(data: bytes) -> list[list[str]]:
    return _xlsx(data) if data[:2] == b"PK" else _csv(data)


def as_csv(rows: list[Row]) -> bytes:
    """Rows as the CSV file that ``read`` takes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS[name][0] for name in LENGTHS)
    writer.writerows(row.values().values() for row in rows)
    return out.getvalue().encode()


def _csv(data: bytes) -> list[list[str]]:
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid(
            "Không đọc được chữ trong tệp. Hãy lưu lại dưới dạng “CSV UTF-8” hoặc XLSX.",
            'The text cannot be read. Save the file as "CSV UTF-8" or XLSX.',
        ) from None


def _xlsx(data: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise ValueError("unpacks to too much")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=50, values_only=True)
        return [[_cell(value) for value in row] for row in rows]
    except (ValueError, KeyError, IndexError, OSError, zipfile.BadZipFile, InvalidFileException):
        raise Invalid(
            "Không mở được tệp XLSX. Hãy mở bằng Excel, lưu lại rồi thử lần nữa.",
            "The XLSX file cannot be opened. Open it in a spreadsheet, save it and try again.",
        ) from None


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _rows(table: list[list[str]]) -> list[Row]:
    lines = [(n, [_tidy(c) for c in cells]) for n, cells in enumerate(table, start=1)]
    lines = [(n, cells) for n, cells in lines if any(cells)]
    if not lines:
        raise Invalid("Tệp không có dòng nào. Hãy kiểm tra lại tệp.", "The file has no rows.")
    columns = _columns(lines[0][1])
    if len(lines) - 1 > MOST_ROWS:
        raise TooLarge(
            f"Tệp có hơn {MOST_ROWS} dòng. Hãy tách thành nhiều tệp.",
            f"The file has more than {MOST_ROWS} rows. Split it into several files.",
        )
    return [
        Row(n, **{name: cells[i] if i < len(cells) else "" for name, i in columns.items()})
        for n, cells in lines[1:]
    ]


def _columns(headings: list[str]) -> dict[str, int]:
    """Which column holds what, by the headings of the first row."""
    found: dict[str, int] = {}
    for index, heading in enumerate(headings):
        name = _field(heading)
        if name:
            found.setdefault(name, index)
    if "name" not in found:
        raise Invalid(
            "Dòng đầu tiên không có cột “Tên đơn vị”. Hãy đặt tên cột như tệp mẫu.",
            'The first row has no column "Tên đơn vị" (name). Name the columns as in the sample.',
        )
    return found


def _field(heading: str) -> str | None:
    """What a column holds; "contact_name" is read as "contact name"."""
    said = heading.casefold().replace("_", " ")
    return next((name for name, aliases in HEADINGS.items() if said in aliases), None)


def plan(session: Session, contest: Contest, rows: list[Row]) -> list[Planned]:
    """What importing these rows would do, faulty rows included; nothing is stored."""
    query = select(Unit).where(Unit.contest_id == contest.id)
    known = {unit.name.casefold(): unit for unit in session.scalars(query)}
    seen: dict[str, int] = {}
    planned = []
    for row in rows:
        key = row.name.casefold()
        errors = faults(row, seen.get(key))
        seen.setdefault(key, row.line)
        action = "error" if errors else _action(row, known.get(key))
        planned.append(Planned(row, action, tuple(errors)))
    return planned


def faults(row: Row, earlier: int | None = None) -> list[tuple[str, str]]:
    """What is wrong with a unit's values, in both languages; ``earlier``: a row of this name."""
    found = []
    if not row.name:
        found.append(("Thiếu tên đơn vị.", "The unit's name is missing."))
    elif earlier is not None:
        found.append((f"Trùng tên với dòng {earlier}.", f"Has the same name as row {earlier}."))
    for name, most in LENGTHS.items():
        if len(getattr(row, name)) > most:
            found.append((f"Ô quá dài (tối đa {most} ký tự).", f"A cell is too long ({most})."))
            return found  # the patterns below take the square of a text's length
    if row.contact_email and not _EMAIL.fullmatch(row.contact_email):
        found.append((f"Email “{row.contact_email}” không đúng dạng ten@noi.vn.",
                      f'The email "{row.contact_email}" does not look like name@place.vn.'))
    if row.contact_phone and not _PHONE.fullmatch(row.contact_phone):
        found.append((f"Số điện thoại “{row.contact_phone}” không đúng dạng.",
                      f'The phone number "{row.contact_phone}" is malformed.'))
    return found


def _action(row: Row, unit: Unit | None) -> str:
    if unit is None:
        return "new"
    return "changed" if unit.retired_at or _changes(row, unit) else "same"


def _changes(row: Row, unit: Unit) -> dict[str, str]:
    """Columns that the row changes; an empty cell changes nothing."""
    return {k: v for k, v in row.values().items() if v and getattr(unit, k) != v}


def apply(
    session: Session, contest: Contest, rows: list[Row], *, actor: Actor, at: datetime
) -> dict[str, int]:
    """Import all rows; returns how many were new, changed, the same. Raises ``Invalid`` and imports
    none if one has an error, ``NotAllowed`` without ``unit.manage``."""
    require(actor, "unit.manage", contest)
    locks.lock(session, contest)  # one import at a time
    planned = plan(session, contest, rows)
    _refuse_errors(planned)
    query = select(Unit).where(Unit.contest_id == contest.id)
    known = {unit.name.casefold(): unit for unit in session.scalars(query)}
    for one in planned:
        if one.action == "new":
            session.add(Unit(contest_id=contest.id, created_at=at, **one.row.values()))
        elif one.action == "changed":
            unit = known[one.row.name.casefold()]
            unit.retired_at = unit.merged_into_id = None  # a list that names it brings it back
            for name, value in _changes(one.row, unit).items():
                setattr(unit, name, value)
    session.flush()
    actions = [p.action for p in planned]
    counts = {action: actions.count(action) for action in ("new", "changed", "same")}
    audit.record(session, "units.imported", contest, actor=actor, at=at, contest_id=contest.id,
                 after=dict(counts))
    return counts


def _refuse_errors(planned: list[Planned]) -> None:
    wrong = [p for p in planned if p.action == "error"]
    if not wrong:
        return
    vi = "; ".join(f"dòng {p.row.line}: {p.errors[0][0]}" for p in wrong[:20])
    en = "; ".join(f"row {p.row.line}: {p.errors[0][1]}" for p in wrong[:20])
    raise Invalid(
        f"{len(wrong)} dòng có lỗi nên chưa nhập dòng nào — {vi} Hãy sửa tệp rồi nhập lại.",
        f"{counted(len(wrong), 'row has', 'rows have')} errors, so nothing was imported — {en} "
        "Correct the file, try again.",
    )
