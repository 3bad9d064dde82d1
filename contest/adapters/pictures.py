"""Pictures from outside, drawn anew in a boxed process of their own: it sees the one picture and a
folder to write to."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from contest.adapters.boxed_python import ENVIRONMENT, fenced, isolated, limits
from contest.adapters.picture_drawn_anew import MOST_PIXELS, TOO_LARGE
from contest.errors import Invalid, TooLarge
from contest.ports import StorageFull, full_disk_told
from media_checks.errors import NO_ROOM

SCRIPT = Path(__file__).with_name("picture_drawn_anew.py")
WALL_S, CPU_S = 60.0, 30
MEMORY, FILE_SIZE = 2 << 30, 200 << 20


class BoxedPictures:
    """A ``PictureCleaner``: draws anew what was sent, one process for each picture."""

    def draw_anew(self, source: Path, target: Path) -> None:
        """Write the picture at ``source`` to ``target``, pixels only, as JPEG or PNG.

        Raises ``TooLarge`` beyond ``MOST_PIXELS``, ``Invalid`` for what is no whole picture,
        ``StorageFull`` where the disk has no room for the new one.
        """
        with full_disk_told(), TemporaryDirectory(prefix="hoithi-picture-") as name:
            made = Path(name) / "made"
            status = _run(source.resolve(), made)
            if status == TOO_LARGE:
                raise _too_large()
            if status or not made.exists():
                raise _unreadable()
            shutil.move(made, target)


def _run(source: Path, made: Path) -> int:
    """Exit status, -1 where it took too long. Raises ``StorageFull``."""
    command = [*limits(cpu_s=CPU_S, memory=MEMORY, file_size=FILE_SIZE), *_box(source, made.parent),
               sys.executable, "-I", str(SCRIPT)]
    try:
        done = subprocess.run(
            [*command, str(source), str(made)], env=ENVIRONMENT, timeout=WALL_S, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, cwd="/",
        )
    except subprocess.TimeoutExpired:
        return -1
    if done.returncode and any(word in done.stderr.decode("utf-8", "replace") for word in NO_ROOM):
        raise StorageFull(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return done.returncode


def _box(source: Path, folder: Path) -> list[str]:
    if not isolated((SCRIPT,), "PIL"):
        return []
    return _fenced("--ro-bind", str(source), str(source), "--bind", str(folder), str(folder))


def _fenced(*binds: str) -> list[str]:
    return fenced([SCRIPT], *binds)


def _too_large() -> TooLarge:
    most = MOST_PIXELS // 10**6
    return TooLarge(
        f"Ảnh lớn quá: nhận tối đa {most} triệu điểm ảnh. Hãy cắt nhỏ hoặc chụp lại màn hình.",
        f"The picture is too large: at most {most} million pixels are taken. Crop it or take the "
        "screenshot again.",
    )


def _unreadable() -> Invalid:
    return Invalid(
        "Không đọc được ảnh này: tệp hỏng hoặc không phải ảnh thật. Hãy chụp lại màn hình và gửi "
        "ảnh PNG hoặc JPEG.",
        "This picture cannot be read: the file is damaged or no real picture. Take the screenshot "
        "again and send a PNG or JPEG.",
    )
