"""Blockers: what is still missing before a contest can be closed."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Blocker:
    """One blocker in both languages; ``endpoint``, ``values``: the page where it is resolved."""

    code: str
    vi: str
    en: str
    endpoint: str
    values: dict[str, object] = field(default_factory=dict)
    count: int = 1
