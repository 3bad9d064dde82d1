"""How full the disk of the clips is, for the organisers."""

import shutil
from dataclasses import dataclass

from contest.views.shared.support import current

WARN_PERCENT, KEPT_PERCENT = 20, 10  # of the disk free; below the second no upload begins


@dataclass(frozen=True)
class Disk:
    """free, total: bytes; percent: free of the whole."""

    free: int
    percent: int
    total: int

    @property
    def is_short(self) -> bool:
        """Long before uploads are refused."""
        return self.percent < WARN_PERCENT

    @property
    def is_kept(self) -> bool:
        """What is left is the platform's own."""
        return self.percent < KEPT_PERCENT


def disk() -> Disk:
    """The disk that uploads are written to."""
    found = shutil.disk_usage(current.platform.settings.data_dir)
    return Disk(found.free, 100 * found.free // found.total, found.total)
