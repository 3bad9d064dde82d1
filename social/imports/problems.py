"""A file reader's messages to a person, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A message about one row (numbered as in a spreadsheet, from 1).

    code: stable word. level: `error` (the row cannot be used) or `warning` (a person should look).
    """

    row: int | None
    code: str
    message_vi: str
    message_en: str
    level: str = "error"
    column: str | None = None


class FileRefused(Exception):
    """The file as a whole cannot be read as the expected kind of table.

    kind: what it was recognised as (`empty`, `too_large`, `too_many_rows`, `old_xls`,
    `page_daily`, `instagram`, `video_file`, `foreign`, `encoding`, …).
    """

    def __init__(self, kind: str, message_vi: str, message_en: str) -> None:
        self.kind, self.message_vi, self.message_en = kind, message_vi, message_en
        super().__init__(message_en)
