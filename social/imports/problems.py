"""What a file reader has to say to a person, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A remark about one row (counted as the spreadsheet counts, the first row is 1).

    code: stable word. level: `error` (the row cannot be used) or `warning` (a person should look).
    """

    row: int | None
    code: str
    message_vi: str
    message_en: str
    level: str = "error"
    column: str | None = None


class FileRefused(Exception):
    """The file as a whole cannot be read as what was asked for.

    kind: what it was recognised as (`empty`, `too_large`, `too_many_rows`, `old_xls`,
    `page_daily`, `instagram`, `video_file`, `foreign`, `encoding`, …).
    """

    def __init__(self, kind: str, message_vi: str, message_en: str) -> None:
        self.kind, self.message_vi, self.message_en = kind, message_vi, message_en
        super().__init__(message_en)
