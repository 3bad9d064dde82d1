"""What a rule is called and means."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """A rule's name and help in both languages; ``help`` may be empty."""

    vi: str
    en: str
    help_vi: str = ""
    help_en: str = ""
