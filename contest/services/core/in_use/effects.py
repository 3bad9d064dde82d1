"""A consequence of changed rules."""

from dataclasses import dataclass

REFUSED, CARRIED, TOLD = "refused", "carried", "told"


@dataclass(frozen=True)
class Effect:
    """One consequence, as a sentence in both languages."""

    kind: str
    vi: str
    en: str
