"""Counts and share ledgers from spreadsheet files.

- `read_counts(path)`: a Meta Business Suite export of posts, or our own template
- `read_posts(path)`: counts of posts on other platforms, from our template
- `iterate_ledger(path)`: who shared which clip, row by row, in flat memory
- `write_counts_template`, `write_ledger_template`: our own simple template, filled with clip codes

A file as a whole may be refused (`FileRefused`); single rows yield a `Problem` that names the row.
"""

from social.imports.counts import CountRow, CountsFile, read_counts, read_posts
from social.imports.ledger import LedgerRow, iterate_ledger, open_ledger
from social.imports.problems import FileRefused, Problem
from social.imports.templates import (
    write_counts_template,
    write_ledger_template,
    write_posts_template,
)

__all__ = [
    "CountRow",
    "CountsFile",
    "FileRefused",
    "LedgerRow",
    "Problem",
    "iterate_ledger",
    "open_ledger",
    "read_counts",
    "read_posts",
    "write_counts_template",
    "write_ledger_template",
    "write_posts_template",
]
