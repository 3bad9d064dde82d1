"""Share ledgers: who shared which clip, where it can be seen, and when it was seen.

Read row by row: a ledger may have a million rows.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from social.imports.cells import BadCell, read_moment
from social.imports.headings import LEDGER, find_columns
from social.imports.problems import FileRefused, Problem
from social.imports.tables import Row, open_table
from social.links import is_link

MAX_BYTES = 300_000_000
MAX_ROWS = 2_000_000
HEADING_WITHIN = 10
LONGEST_ACCOUNT = 200
LONGEST_LINK = 500


class LedgerRow(NamedTuple):
    """seen_at: in the contest's zone when it has no offset of its own; None when not given."""

    row: int
    clip_code: str
    account: str
    link: str | None
    seen_at: datetime | None


def iterate_ledger(path: Path, *, max_rows: int = MAX_ROWS) -> Iterator[LedgerRow | Problem]:
    """Every row, parsed or as its problem, in order.

    Raises FileRefused for a file that is no ledger, and while iterating beyond `max_rows` or over
    unreadable content.
    """
    rows = open_table(path, max_bytes=MAX_BYTES).rows()
    head = list(islice(rows, HEADING_WITHIN))
    heading, columns = _recognise(head)
    body = chain((row for row in head if row.number > heading.number), rows)
    return _read(body, columns, max_rows)


def _recognise(head: list[Row]) -> tuple[Row, dict[str, int]]:
    for row in head:
        columns = find_columns(row.cells, LEDGER)
        if {"clip_code", "account"} <= set(columns):
            return row, columns
    raise FileRefused(
        "foreign",
        "Không thấy các cột của sổ chia sẻ: Mã clip, Tài khoản, Liên kết, Thời điểm thấy.",
        "The columns of a share ledger are not there: Clip code, Account, Share link, Seen at.",
    )


def _read(
    rows: Iterable[Row], columns: dict[str, int], max_rows: int
) -> Iterator[LedgerRow | Problem]:
    for count, row in enumerate(rows, start=1):
        if count > max_rows:
            raise FileRefused(
                "too_many_rows",
                f"Sổ có hơn {max_rows} dòng. Hãy chia thành nhiều tệp.",
                f"The ledger has more than {max_rows} rows. Split it into several files.",
            )
        yield _one(row, columns)


def _one(row: Row, columns: dict[str, int]) -> LedgerRow | Problem:
    cells = {
        name: row.cells[index] if index < len(row.cells) else "" for name, index in columns.items()
    }
    account = " ".join(cells["account"].split())
    if not cells["clip_code"]:
        return _problem(row, "no_clip", "thiếu mã clip", "the clip code is missing")
    if not account or len(account) > LONGEST_ACCOUNT:
        return _problem(
            row,
            "no_account",
            f"cần tên tài khoản từ 1 đến {LONGEST_ACCOUNT} ký tự",
            f"an account name of 1 to {LONGEST_ACCOUNT} characters is needed",
        )
    link = cells.get("link") or None
    if link and (len(link) > LONGEST_LINK or not is_link(link)):
        vi = f"«{link[:60]}» không phải liên kết (https://…)"
        return _problem(row, "not_a_link", vi, f"“{link[:60]}” is not a link (https://…)")
    try:
        seen_at = read_moment(cells.get("seen_at", ""))
    except BadCell as bad:
        return _problem(row, bad.code, bad.message_vi, bad.message_en)
    return LedgerRow(row.number, cells["clip_code"].upper(), account, link, seen_at)


def _problem(row: Row, code: str, vi: str, en: str) -> Problem:
    return Problem(row.number, code, f"Dòng {row.number}: {vi}.", f"Row {row.number}: {en}.")
