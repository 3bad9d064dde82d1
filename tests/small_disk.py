"""A disk that becomes full: a file system in memory that only this process and its forks see."""

import ctypes
import os
from pathlib import Path

SIZE = 64 << 30  # bytes; it takes as much memory as lies on it
NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER
PRIVATE, AGAIN = 0x40000 | 0x4000, 0x20  # MS_PRIVATE | MS_REC, MS_REMOUNT


class SmallDisk:
    """Mounted at ``place``. To be made before this process has threads; it needs what a sandbox
    needs, namespaces of users. Raises ``OSError`` where the kernel refuses."""

    def __init__(self, place: Path) -> None:
        self.place, uid, gid = place, os.geteuid(), os.getegid()
        place.mkdir(parents=True, exist_ok=True)
        self.system = ctypes.CDLL(None, use_errno=True)
        _must(self.system.unshare(NEW_MOUNTS | (NEW_USER if uid else 0)))
        if uid:
            Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
        _must(self.system.mount(None, b"/", None, PRIVATE, None))
        self._sized(SIZE, 0)

    def fill(self) -> None:
        """It is as large as what lies on it."""
        found = os.statvfs(self.place)
        self._sized(max((found.f_blocks - found.f_bfree) * found.f_frsize, found.f_frsize), AGAIN)

    def empty(self) -> None:
        """There is room again."""
        self._sized(SIZE, AGAIN)

    def _sized(self, size: int, flags: int) -> None:
        how, place = f"size={size}".encode(), os.fsencode(self.place)
        _must(self.system.mount(b"none", place, b"tmpfs", flags, how))


def _must(status: int) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
