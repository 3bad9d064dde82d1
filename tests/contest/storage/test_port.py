"""What a folder and a bucket keep alike."""

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from contest.adapters import folder_store
from contest.adapters.bucket import multipart
from contest.adapters.bucket import store as bucket_store
from contest.adapters.bucket.store import BucketStore
from contest.adapters.folder_store import FolderStore
from contest.ports import BlobStore, Shown, StorageDamaged

PART = 5 * 1024**2  # the least that Amazon takes
SIZES = (0, 1, 3_000_000, PART + 5)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(store: BlobStore, folder: Path, content: bytes) -> str:
    path = folder / f"incoming-{sha(content)}-{threading.get_ident()}"
    path.write_bytes(content)
    store.put(path, sha(content))
    assert not path.exists()  # it was taken over
    return sha(content)


def damage(store: BlobStore, sha256: str, content: bytes) -> None:
    """What a disk or a person does to stored bytes."""
    if isinstance(store, BucketStore):
        store.place.client.put_object(
            Bucket=store.place.bucket, Key=store.place.key(sha256), Body=content
        )
    elif isinstance(store, FolderStore):
        path = store.path(sha256)
        path.chmod(0o600)
        path.write_bytes(content)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "PART", PART)


@pytest.fixture
def nothing_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was just put may be dropped at once."""
    monkeypatch.setattr(folder_store, "JUST_PUT_S", -1)
    monkeypatch.setattr(bucket_store, "JUST_PUT_S", -1)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_put_is_there_in_every_form(store: BlobStore, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    sha256 = put(store, tmp_path, content)
    assert store.exists(sha256)
    assert store.look(sha256).size == size
    with store.open_local(sha256) as path:
        assert path.read_bytes() == content
    with store.open_local(sha256, proven=True) as path:
        assert path.stat().st_mode & 0o077 == 0
    assert b"".join(store.chunks(sha256)) == content
    told: list[int] = []
    store.verify(sha256, told.append)
    assert sum(told) == size


def test_a_piece_is_read_from_where_it_is_asked_for(store: BlobStore, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    sha256 = put(store, tmp_path, content)
    for start, stop in ((0, 1), (5, 5), (1_000_000, 2_500_000), (2_999_999, None), (7, 9_999_999),
                        (3_000_000, None), (4_000_000, None)):
        assert b"".join(store.chunks(sha256, start, stop)) == content[start:stop]


def test_what_is_not_there_is_told(store: BlobStore) -> None:
    absent = sha(b"absent")
    assert not store.exists(absent)
    for look in (store.look, store.verify, lambda one: next(store.chunks(one)),
                 lambda one: store.open_local(one).__enter__()):
        with pytest.raises(FileNotFoundError):
            look(absent)
    store.delete(absent)
    store.drop(absent)
    for strange in ("", "../../etc/passwd", "A" * 64, "ab" * 31):
        with pytest.raises(ValueError, match="SHA-256"):
            store.exists(strange)


def test_the_same_twice_and_at_once_is_one_file(store: BlobStore, tmp_path: Path) -> None:
    for content in (b"the same", os.urandom(PART + 9)):
        puts = [threading.Thread(target=put, args=(store, tmp_path, content)) for _ in range(3)]
        for one in puts:
            one.start()
        for one in puts:
            one.join()
        put(store, tmp_path, content)
        store.verify(sha(content))
    assert len(list(store.names())) == 2
    assert not list(tmp_path.glob("incoming-*"))


def test_names_are_those_of_all_files_in_order(store: BlobStore, tmp_path: Path) -> None:
    sizes = {put(store, tmp_path, os.urandom(n)): n for n in range(1, 8)}
    found = list(store.names())
    assert [one.sha256 for one in found] == sorted(sizes)
    assert {one.sha256: one.size for one in found} == sizes
    put_at = {store.look(one.sha256).put_at for one in found}
    assert max(put_at) - min(put_at) < 60
    assert max(put_at) == pytest.approx(time.time(), abs=60)


@pytest.mark.parametrize("others", [b"", b"half", b"ten bytes!"])
def test_other_bytes_under_a_name_are_noticed(
    store: BlobStore, tmp_path: Path, others: bytes
) -> None:
    sha256 = put(store, tmp_path, b"right bytes")
    damage(store, sha256, others)
    with pytest.raises(StorageDamaged):
        store.verify(sha256)
    with pytest.raises(StorageDamaged), store.open_local(sha256, proven=True):
        pass


@pytest.mark.usefixtures("nothing_is_new")
def test_what_is_dropped_is_gone(store: BlobStore, tmp_path: Path) -> None:
    first, second = put(store, tmp_path, b"first"), put(store, tmp_path, b"second")
    with store.open_local(first):
        pass
    store.drop(first)
    store.delete(second)
    assert not list(store.names())
    with pytest.raises(FileNotFoundError), store.open_local(first):
        pass
    put(store, tmp_path, b"first")
    assert store.exists(first)


def test_what_was_just_put_is_not_dropped(store: BlobStore, tmp_path: Path) -> None:
    sha256 = put(store, tmp_path, b"somebody's row is about to name it")
    store.drop(sha256)
    store.verify(sha256)


def test_a_put_meets_a_drop(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has put a file finds it there, whoever drops it at that moment."""
    monkeypatch.setattr(bucket_store, "JUST_PUT_S", 0.5)
    monkeypatch.setattr(folder_store, "JUST_PUT_S", 0.5)
    content = b"dropped and put at once"
    put(store, tmp_path, content)
    for _ in range(2):
        threading.Event().wait(1.1)  # a bucket's clock ticks in seconds
        dropping = threading.Thread(target=store.drop, args=(sha(content),))
        dropping.start()
        put(store, tmp_path, content)
        dropping.join()
        store.verify(sha(content))


def test_the_way_for_the_front_names_the_file_alone(store: BlobStore, tmp_path: Path) -> None:
    sha256 = put(store, tmp_path, b"a clip")
    found = store.send(sha256, Shown("video/mp4", 'inline; filename="a.mp4"'))
    assert found.startswith(("/_files/", "/_bucket/"))
    assert f"/{sha256[:2]}/{sha256}" in found
    assert "\n" not in found
    store.tidy()
    store.verify(sha256)
