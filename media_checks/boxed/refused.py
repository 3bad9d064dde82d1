"""A file that cannot be read, with the word for why."""

from __future__ import annotations


class Refused(Exception):
    """``why``: damaged, password, too_complex, too_large, bomb, other; ``detail`` says more."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why, self.detail = why, detail
