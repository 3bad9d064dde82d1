"""Share ledgers: who shared which clip, where it can be seen, and when it was seen.

Read row by row: a ledger may have a million rows. A file is looked through a second time only where
its dates leave open which comes first, day or month.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from social.accounts import is_address, read_profile, tidy
from social.imports.cells import BadCell, read_code
from social.imports.headings import LEDGER_NAMES, Column, claims, two_columns, unread
from social.imports.moments import Dates, Order
from social.imports.problems import FileRefused, Problem
from social.imports.tables import Row, open_table
from social.links import LONGEST_LINK, fitting, is_link

MAX_BYTES = 300_000_000
MAX_ROWS = 2_000_000
HEADING_WITHIN = 10
LONGEST_ACCOUNT = 200


class LedgerRow(NamedTuple):
    """seen_at: in the contest's zone when it has no offset of its own; None when not given.
    profile: address or number of the account's profile, "" when not given."""

    row: int
    clip_code: str
    account: str
    link: str | None
    seen_at: datetime | None
    profile: str = ""


def iterate_ledger(
    path: Path, *, max_rows: int = MAX_ROWS, order: Order | None = None
) -> Iterator[LedgerRow | Problem]:
    """Every row, parsed or as its problem, in order. ``order`` of day and month, where a person
    has chosen it.

    Raises FileRefused for a file that is no ledger, and while iterating beyond `max_rows` or over
    unreadable content.
    """
    return open_ledger(path, max_rows=max_rows, order=order).rows


class OpenLedger(NamedTuple):
    """A ledger whose headings are known. unread: the headings of columns with no meaning here.
    rows: as ``iterate_ledger``, once."""

    unread: tuple[str, ...]
    rows: Iterator[LedgerRow | Problem]


def open_ledger(
    path: Path, *, max_rows: int = MAX_ROWS, order: Order | None = None
) -> OpenLedger:
    """The file's rows and which of its columns nobody reads. Raises as ``iterate_ledger``."""
    rows = open_table(path, max_bytes=MAX_BYTES).rows()
    head = list(islice(rows, HEADING_WITHIN))
    heading, columns = _recognise(head)
    body = chain((row for row in head if row.number > heading.number), rows)
    lines = _Lines(
        {field: column.place for field, column in columns.items()},
        Dates(lambda: _moments(path, heading, columns), order),
    )
    return OpenLedger(
        unread(heading.cells, columns), _read(_agreeing(body, heading, columns), lines, max_rows)
    )


def _agreeing(
    rows: Iterator[Row], heading: Row, columns: dict[str, Column]
) -> Iterator[Row]:
    """The rows. Raises FileRefused where two columns claim to be one field and differ."""
    rivals = [(one.place, other) for one in columns.values() for other in one.others]
    if not rivals:
        yield from rows
        return
    for row in rows:
        for one, other in rivals:
            first, second = (row.cells[n] if n < len(row.cells) else "" for n in (one, other))
            if first != second:
                raise two_columns(row.number, heading.cells, one, other)
        yield row


def _moments(path: Path, heading: Row, columns: dict[str, Column]) -> Iterator[tuple[int, str]]:
    """The cells of the moments, from the top."""
    place = columns["seen_at"].place
    for row in open_table(path, max_bytes=MAX_BYTES).rows():
        if row.number > heading.number and place < len(row.cells):
            yield row.number, row.cells[place]


def _recognise(head: list[Row]) -> tuple[Row, dict[str, Column]]:
    for row in head:
        columns = claims(row.cells, LEDGER_NAMES)
        if "clip_code" in columns and not columns.keys().isdisjoint({"account", "profile"}):
            return row, columns
    raise FileRefused(
        "foreign",
        "Không thấy các cột của sổ chia sẻ: Mã clip, Tài khoản, Liên kết, Thời điểm thấy.",
        "The columns of a share ledger are not there: Clip code, Account, Share link, Seen at.",
    )


def _read(
    rows: Iterable[Row], lines: "_Lines", max_rows: int
) -> Iterator[LedgerRow | Problem]:
    for count, row in enumerate(rows, start=1):
        if count > max_rows:
            raise FileRefused(
                "too_many_rows",
                f"Sổ có hơn {max_rows} dòng. Hãy chia thành nhiều tệp.",
                f"The ledger has more than {max_rows} rows. Split it into several files.",
            )
        yield lines.read(row)


FIELDS = ("clip_code", "account", "profile", "link", "seen_at")


class _Lines:
    """Reads the rows of one file. A million rows may pass here: what most of them need comes first
    and calls little."""

    def __init__(self, places: Mapping[str, int], dates: Dates) -> None:
        self._dates = dates
        self._width = max(places.values()) + 1
        # One cell more than the columns that count: what a file does not have stands there, blank.
        self._pick = itemgetter(*(places.get(field, self._width) for field in FIELDS))

    def read(self, row: Row) -> LedgerRow | Problem:
        number, cells = row
        short = self._width + 1 - len(cells)
        code, name, profile, address, seen = self._pick(
            (*cells, *("",) * short) if short > 0 else (*cells[:self._width], "")
        )
        account, clip_code = tidy(name) or profile, read_code(code)
        if clip_code is None:
            return _problem(number, "no_clip", "thiếu mã clip", "the clip code is missing")
        if not account or len(account) > LONGEST_ACCOUNT:
            return _no_account(number)
        if (profile or "/" in account) and (wrong := _not_a_profile(account, profile)):
            return _no_profile(number, wrong)
        link = address if len(address) <= LONGEST_LINK else fitting(address)
        if link and (len(link) > LONGEST_LINK or not is_link(link)):
            return _not_a_link(number, link)
        try:
            seen_at = self._dates.read(number, seen)
        except BadCell as bad:
            return _problem(number, bad.code, bad.message_vi, bad.message_en)
        return LedgerRow(number, clip_code, account, link or None, seen_at, profile)


def _not_a_profile(account: str, profile: str) -> str | None:
    """What of both claims to be an account's address or number and is none."""
    for text in (profile, account if is_address(account) else ""):
        if text and (len(text) > LONGEST_LINK or read_profile(text) is None):
            return text
    return None


def _no_account(row: int) -> Problem:
    return _problem(
        row,
        "no_account",
        f"cần tên tài khoản từ 1 đến {LONGEST_ACCOUNT} ký tự",
        f"an account name of 1 to {LONGEST_ACCOUNT} characters is needed",
    )


def _not_a_link(row: int, link: str) -> Problem:
    vi = f"«{link[:60]}» không phải liên kết (https://…)"
    return _problem(row, "not_a_link", vi, f"“{link[:60]}” is not a link (https://…)")


def _no_profile(row: int, text: str) -> Problem:
    return _problem(
        row,
        "not_a_profile",
        f"«{text[:60]}» không cho biết tài khoản nào; hãy chép địa chỉ trang cá nhân, như "
        "https://www.facebook.com/ten.tai.khoan, hoặc số ID của tài khoản",
        f"“{text[:60]}” does not say which account; copy the profile's address, like "
        "https://www.facebook.com/their.name, or the account's number",
    )


def _problem(row: int, code: str, vi: str, en: str) -> Problem:
    return Problem(row, code, f"Dòng {row}: {vi}.", f"Row {row}: {en}.")
