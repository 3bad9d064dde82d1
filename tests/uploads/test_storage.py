"""Bytes in a directory: offsets, disk room, names."""

import errno
import hashlib
import io

import pytest

from contest.uploads.body import Interrupted
from contest.uploads.failures import UploadFailure
from contest.uploads.protocol import UploadApp
from contest.uploads.storage import Folder
from tests.uploads.folder_registry import FolderRegistry

ID = "a" * 32


class Bytes:
    """A body from memory; it can break off after some bytes."""

    def __init__(self, content, breaks_after=None):
        self.stream, self.breaks_after = io.BytesIO(content), breaks_after
        self.length = len(content)

    def chunks(self, buffer, most):
        end = most if self.breaks_after is None else self.breaks_after
        while data := self.stream.read(min(len(buffer), end - self.stream.tell())):
            yield memoryview(data)
        if self.breaks_after is not None:
            raise Interrupted(cut_off=False)


def test_appending_returns_the_new_offset(tmp_path):
    folder = Folder(tmp_path)
    assert folder.size(ID) == 0
    assert folder.append(ID, Bytes(b"0123"), offset=0, limit=10) == 4
    assert folder.append(ID, Bytes(b"456789"), offset=4, limit=10) == 10
    assert folder.path(ID).read_bytes() == b"0123456789"
    assert folder.seal(ID) == hashlib.sha256(b"0123456789").hexdigest()


def test_a_file_never_grows_beyond_its_limit(tmp_path):
    folder = Folder(tmp_path)
    assert folder.append(ID, Bytes(b"0123456789"), offset=0, limit=4) == 4
    assert folder.path(ID).read_bytes() == b"0123"


def test_a_wrong_offset_leaves_the_file_alone(tmp_path):
    folder = Folder(tmp_path)
    folder.append(ID, Bytes(b"0123"), offset=0, limit=10)
    with pytest.raises(UploadFailure) as refused:
        folder.append(ID, Bytes(b"xxx"), offset=3, limit=10)
    assert refused.value.code == "offset"
    assert folder.path(ID).read_bytes() == b"0123"


def test_what_arrived_before_a_break_is_kept(tmp_path):
    folder = Folder(tmp_path)
    content = bytes(3 << 20)
    with pytest.raises(Interrupted):
        folder.append(ID, Bytes(content, breaks_after=2_500_001), offset=0, limit=len(content))
    assert folder.size(ID) == 2_500_001


def test_another_process_holding_the_file_makes_it_busy(tmp_path):
    folder = Folder(tmp_path)

    class Nested(Bytes):
        def chunks(self, buffer, most):
            with pytest.raises(UploadFailure) as refused:
                folder.append(ID, Bytes(b"zz"), offset=0, limit=4)
            assert refused.value.code == "busy"
            return super().chunks(buffer, most)

    assert folder.append(ID, Nested(b"0123"), offset=0, limit=4) == 4


def test_a_full_disk_is_told_and_keeps_what_was_written(tmp_path, monkeypatch):
    folder = Folder(tmp_path)
    folder.append(ID, Bytes(b"0123"), offset=0, limit=10)
    full = Folder(tmp_path)
    monkeypatch.setattr("contest.uploads.storage.os.write", _full_disk)
    with pytest.raises(UploadFailure) as refused:
        full.append(ID, Bytes(b"456"), offset=4, limit=10)
    assert (refused.value.status, refused.value.code) == (507, "disk_full")
    assert folder.path(ID).read_bytes() == b"0123"


def _full_disk(_fd, _data):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "name", ["", "..", "../" + "a" * 20, "a/b" * 10, "a" * 65, "a" * 31 + "\n"]
)
def test_a_name_cannot_leave_the_directory(tmp_path, name):
    with pytest.raises(UploadFailure):
        Folder(tmp_path).path(name)


def test_disk_promised_to_unfinished_uploads_is_not_promised_twice(tmp_path):
    class SmallDisk(Folder):
        def free_bytes(self):
            return 100 - sum(path.stat().st_size for path in self.root.iterdir())

    app = UploadApp(FolderRegistry(tmp_path / "rows"), SmallDisk(tmp_path / "bytes"), headroom=10)
    assert [create(app, 60), create(app, 31), create(app, 30)] == [201, 507, 201]


def test_the_last_tenth_of_the_disk_is_the_platforms_own(tmp_path):
    class LargeDisk(Folder):
        def total_bytes(self):
            return 100 << 30

        def free_bytes(self):
            return 11 << 30

    app = UploadApp(FolderRegistry(tmp_path / "rows"), LargeDisk(tmp_path / "bytes"))
    assert app.storage.kept_bytes() == 10 << 30
    assert [create(app, (1 << 30) + 1), create(app, 1 << 30), create(app, 1)] == [507, 201, 507]


def create(app, length) -> int:
    told = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/uploads/",
        "HTTP_TUS_RESUMABLE": "1.0.0",
        "HTTP_X_OWNER": "unit-1",
        "HTTP_UPLOAD_LENGTH": str(length),
    }
    app(environ, lambda status, headers: told.append(status))
    return int(told[0][:3])
