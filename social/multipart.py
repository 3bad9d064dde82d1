"""Bodies that are read from disk while they are sent: a multipart form, and the rest of a file.

`requests` builds multipart bodies in memory; a chunk requested by the Page can be large, and
memory must not grow with it.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self

READ_AT_MOST = 256 * 1024


class FormWithSlice:
    """Fields, then bytes [start, end) of a file, readable once, of known length.

    Making one raises OSError if the file is shorter than `end`, before anything is sent.
    """

    def __init__(
        self, fields: Mapping[str, str], file_field: str, path: Path, start: int, end: int
    ) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._head = BytesIO(_head(boundary, fields, file_field))
        self._tail = BytesIO(f"\r\n--{boundary}--\r\n".encode())
        self._left = end - start
        self._length = len(self._head.getbuffer()) + self._left + len(self._tail.getbuffer())
        missing = end - path.stat().st_size
        if missing > 0:
            raise OSError(f"the clip on disk ends {missing} bytes too early")
        self._file = path.open("rb")
        self._file.seek(start)

    def __len__(self) -> int:
        return self._length

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size` and 256 KiB. Raises OSError if the file ends early."""
        wanted = READ_AT_MOST if size < 0 else min(size, READ_AT_MOST)
        return self._head.read(wanted) or self._slice(wanted) or self._tail.read(wanted)

    def _slice(self, wanted: int) -> bytes:
        if self._left == 0:
            return b""
        part = self._file.read(min(wanted, self._left))
        if not part:
            raise OSError(f"the clip on disk ends {self._left} bytes too early")
        self._left -= len(part)
        return part


class RestOfFile:
    """The bytes of a file from `start` on, readable once, of known length. `size`: the whole file.

    Making one raises OSError where the file ends before `start`.
    """

    def __init__(self, path: Path, start: int, progress: Callable[[], object]) -> None:
        self.size = path.stat().st_size
        self._length = self._left = self.size - start
        if self._left < 0:
            raise OSError(f"the clip on disk ends {-self._left} bytes too early")
        self._progress = progress
        self._file = path.open("rb")
        self._file.seek(start)

    def __len__(self) -> int:
        return self._length

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size` and 256 KiB. Raises OSError if the file ends early."""
        self._progress()
        wanted = READ_AT_MOST if size < 0 else min(size, READ_AT_MOST)
        part = self._file.read(min(wanted, self._left))
        if not part and self._left:
            raise OSError(f"the clip on disk ends {self._left} bytes too early")
        self._left -= len(part)
        return part


def _head(boundary: str, fields: Mapping[str, str], file_field: str) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{file_field}"; filename="chunk"'
        "\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    return "".join(parts).encode()
