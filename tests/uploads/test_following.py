"""The SHA-256 of a file that is read while it grows."""

import hashlib
import random
import threading

import pytest

from contest.uploads import following
from contest.uploads.following import RunningHashes
from contest.uploads.storage import Folder
from tests.uploads.test_storage import ID, Bytes

MIB = 1 << 20


def letters(size, seed=7):
    return random.Random(seed).randbytes(size)


def read_to(hashes, name, size):
    """Wait until the thread has read so much of a file."""
    waiting = threading.Event()
    while hashes._growing[name].read < size:
        waiting.wait(0.005)


@pytest.fixture
def early(monkeypatch):
    """Files are followed from a few bytes on, in small steps."""
    monkeypatch.setattr(following, "LEAST", 4)
    monkeypatch.setattr(following, "STEP", 64 << 10)


def test_what_came_in_parts_has_the_digest_of_the_whole(tmp_path, early):
    folder, content = Folder(tmp_path), letters(3 * MIB + 17)
    for at in range(0, len(content), MIB):
        folder.append(ID, Bytes(content[at : at + MIB]), offset=at, limit=len(content))
    read_to(folder._hashes, ID, len(content))
    assert folder.seal(ID) == hashlib.sha256(content).hexdigest()


def test_only_what_is_left_is_read_at_the_end(tmp_path, early):
    path, hashes = tmp_path / "clip", RunningHashes()
    path.write_bytes(letters(MIB))
    hashes.grew("clip", path, MIB)
    read_to(hashes, "clip", MIB)
    with path.open("ab") as file:
        file.write(b"the end")
    path.write_bytes(bytes(MIB) + path.read_bytes()[MIB:])  # nobody looks there again
    assert hashes.finish("clip", path) == hashlib.sha256(letters(MIB) + b"the end").hexdigest()


def test_a_digest_that_is_not_there_is_made_from_the_start(tmp_path, early):
    folder, content = Folder(tmp_path), letters(MIB)
    folder.append(ID, Bytes(content[:1000]), offset=0, limit=MIB)
    again = Folder(tmp_path)  # the process was begun anew
    again.append(ID, Bytes(content[1000:]), offset=1000, limit=MIB)
    assert again.seal(ID) == hashlib.sha256(content).hexdigest()
    assert Folder(tmp_path).seal(ID) == hashlib.sha256(content).hexdigest()


def test_many_grow_at_once_and_the_longest_untouched_is_begun_anew(tmp_path, early, monkeypatch):
    monkeypatch.setattr(following, "MOST", 3)
    folder, wanted = Folder(tmp_path), {}
    for number in range(8):
        name, content = f"{number:032}", letters(300_000, number)
        folder.append(name, Bytes(content), offset=0, limit=len(content))
        wanted[name] = hashlib.sha256(content).hexdigest()
    assert len(folder._hashes._growing) == 3
    assert {name: folder.seal(name) for name in wanted} == wanted
    assert not folder._hashes._growing


def test_a_removed_file_is_forgotten_and_hurts_nobody(tmp_path, early):
    folder = Folder(tmp_path)
    folder.append(ID, Bytes(letters(MIB)), offset=0, limit=2 * MIB)
    folder.path(ID).unlink()
    folder.remove(ID)
    other = "b" * 32
    folder.append(other, Bytes(letters(MIB)), offset=0, limit=MIB)
    read_to(folder._hashes, other, MIB)
    assert folder.seal(other) == hashlib.sha256(letters(MIB)).hexdigest()


def test_a_small_file_begins_no_thread(tmp_path):
    folder = Folder(tmp_path)
    folder.append(ID, Bytes(letters(MIB)), offset=0, limit=MIB)
    assert folder._hashes._thread is None
    assert folder.seal(ID) == hashlib.sha256(letters(MIB)).hexdigest()
