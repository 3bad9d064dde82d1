"""The ceremony without a server: a folder with the page, the pictures and the clips, as a ZIP.

It is written as a stream: no more than one part of a clip is in memory, however long the evening.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

FOLDER = "le-trao-giai"
PART = 1024 * 1024
DAY = (1980, 1, 1, 0, 0, 0)  # the same content gives the same file
RIGHTS = 0o644 << 16
GUIDE = """\
LỄ TRAO GIẢI / AWARD CEREMONY

1. Giải nén cả thư mục này vào máy chiếu (máy tính nối màn hình lớn). Không cần mạng.
   Unpack the whole folder on the computer of the big screen. No network is needed.
2. Mở tệp index.html bằng Chrome, Edge hoặc Firefox; bấm "Bắt đầu".
   Open index.html in Chrome, Edge or Firefox; press "Start".
3. Phím / keys: → hoặc Space: tiếp / next · ←: lùi / back · P: phát clip / play
   B: màn đen / black · F: toàn màn hình / full screen · Home: về đầu / first.
   Bút trình chiếu dùng được. / Clickers work.

Thư mục có kết quả chưa công bố: hãy giữ kín. / It holds a result that may not be public: keep it.
"""


class _Sink(io.RawIOBase):
    """What ``ZipFile`` has written and nobody has taken yet."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        part = bytes(content)  # type: ignore[call-overload]
        self.waiting += part
        return len(part)

    def taken(self) -> bytes:
        part, self.waiting = bytes(self.waiting), bytearray()
        return part


def packed(page: str, files: Sequence[tuple[str, Path]]) -> Iterator[bytes]:
    """The ZIP, part after part. ``files``: (name in the folder, where it is stored)."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_STORED) as archive:
        archive.writestr(_info("index.html"), page)
        archive.writestr(_info("HUONG-DAN.txt"), GUIDE)
        yield sink.taken()
        for name, path in files:
            with path.open("rb") as source, archive.open(_info(name), "w", force_zip64=True) as to:
                while part := source.read(PART):
                    to.write(part)
                    yield sink.taken()
    yield sink.taken()


def _info(name: str) -> ZipInfo:
    found = ZipInfo(f"{FOLDER}/{name}", DAY)
    found.external_attr = RIGHTS
    return found
