"""What is still missing before a contest can be closed."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Blocker:
    """One thing that is missing, in both languages, and the page where it is mended."""

    code: str
    vi: str
    en: str
    endpoint: str
    values: dict[str, object] = field(default_factory=dict)
    count: int = 1
