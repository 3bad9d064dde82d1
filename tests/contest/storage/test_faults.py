"""A bucket that is slow, refuses, breaks off or is gone: nothing is lost, and it goes on."""

import hashlib
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from contest.adapters.bucket import multipart
from contest.adapters.bucket import store as bucket_store
from contest.adapters.bucket.place import Place
from contest.adapters.bucket.scratch import Scratch
from contest.adapters.bucket.store import BucketStore
from contest.ports import StorageAway, StorageDamaged
from tests import forks
from tests.contest.storage.conftest import CACHE
from tests.contest.storage.test_port import damage, put, sha
from tests.stumbling import StumblingProxy

pytestmark = pytest.mark.waits
PART = 5 * 1024**2  # the least that Amazon takes
LARGE = 2 * PART + 11


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "PART", PART)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(LARGE))
    return path


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.parametrize("fault", ["gone", "refusing", "half up"])
def test_what_could_not_be_put_stays_and_is_put_later(
    bucket: BucketStore, line: StumblingProxy, file: Path, fault: str
) -> None:
    sha256 = hash_of(file)
    with line.going_wrong(fault), pytest.raises(StorageAway):
        bucket.put(file, sha256)
    assert hash_of(file) == sha256
    assert not bucket.exists(sha256)
    bucket.put(file, sha256)
    bucket.verify(sha256)
    assert not file.exists()


@pytest.mark.parametrize("fault", ["slow", "half"])
def test_what_comes_slowly_or_in_halves_comes_whole(
    bucket: BucketStore, line: StumblingProxy, tmp_path: Path, fault: str
) -> None:
    content = os.urandom(900_000)
    sha256 = put(bucket, tmp_path, content)
    with line.going_wrong(fault), bucket.open_local(sha256) as path:
        assert path.read_bytes() == content
    assert line.stumbled or fault == "slow"


def test_a_copy_serves_while_the_bucket_is_gone(
    bucket: BucketStore, line: StumblingProxy, tmp_path: Path
) -> None:
    here, far = put(bucket, tmp_path, b"watched today"), put(bucket, tmp_path, b"not watched")
    with bucket.open_local(here):
        pass
    with line.going_wrong("gone"):
        with bucket.open_local(here, proven=True) as path:
            assert path.read_bytes() == b"watched today"
        for ask in (bucket.exists, bucket.verify, bucket.delete, bucket.drop,
                    lambda one: bucket.open_local(one).__enter__()):
            with pytest.raises(StorageAway):
                ask(far)
        with pytest.raises(StorageAway):
            list(bucket.names())
    bucket.verify(far)


def test_no_bucket_or_no_right_is_not_a_missing_clip(place: Place, tmp_path: Path) -> None:
    """A checked clip would be given up for good."""
    for wrong in (replace(place, bucket="nobody-made-it"), replace(place, secret_key="another")):
        store = BucketStore(wrong, Scratch(tmp_path / "copies", CACHE))
        for ask in (store.exists, store.look, store.verify):
            with pytest.raises(StorageAway):
                ask(sha(b"a clip"))
        with pytest.raises(StorageAway), store.open_local(sha(b"a clip")):
            pass


def test_a_killed_put_goes_on_where_it_was(
    place: Place, bucket: BucketStore, line: StumblingProxy, file: Path
) -> None:
    sha256 = hash_of(file)
    key = place.key(sha256)
    line.fault, line.pause = "slow", 0.02
    putting = forks.begin(_put, place, file, sha256)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        begun = [one for one in multipart._uploads(place, key) if one["Key"] == key]
        if begun and dict(multipart._parts(place, key, begun[0]["UploadId"])):
            break
        time.sleep(0.05)
    os.kill(putting.pid or 0, signal.SIGKILL)
    putting.join()
    line.hang_up()
    line.fault = ""
    assert not bucket.exists(sha256)
    before = line.passed_up
    bucket.put(file, sha256)
    assert line.passed_up - before < LARGE - PART + 200_000  # a part was not sent again
    bucket.verify(sha256)
    assert not list(multipart._uploads(place, place.prefix))


def _put(place: Place, file: Path, sha256: str) -> None:
    multipart.PART, multipart.AT_ONCE = PART, 1
    BucketStore(place, Scratch(file.parent / "copies", CACHE)).put(file, sha256)


def test_what_nobody_goes_on_with_is_abandoned(
    place: Place, bucket: BucketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.client.create_multipart_upload(Bucket=place.bucket, Key=place.key(sha(b"begun")))
    bucket.tidy()
    assert len(list(multipart._uploads(place, place.prefix))) == 1
    monkeypatch.setattr(multipart, "ABANDONED", -multipart.ABANDONED)
    bucket.tidy()
    assert not list(multipart._uploads(place, place.prefix))


def test_what_is_not_what_it_is_called_is_not_kept(bucket: BucketStore, tmp_path: Path) -> None:
    for content in (b"small", os.urandom(multipart.PART + 1)):
        path = tmp_path / "file"
        path.write_bytes(content)
        with pytest.raises(StorageDamaged):
            bucket.put(path, sha(b"something else"))
        assert path.exists()
    assert not list(bucket.names())
    assert not list(multipart._uploads(bucket.place, bucket.place.prefix))


def test_other_bytes_are_not_brought_and_are_put_right(
    bucket: BucketStore, tmp_path: Path
) -> None:
    sha256 = put(bucket, tmp_path, b"right")
    damage(bucket, sha256, b"rotten, and longer")
    with pytest.raises(StorageDamaged), bucket.open_local(sha256):
        pass
    assert not list((tmp_path / "copies").iterdir())
    put(bucket, tmp_path, b"right")
    bucket.verify(sha256)


def test_a_copy_that_rots_here_is_brought_anew(bucket: BucketStore, tmp_path: Path) -> None:
    sha256 = put(bucket, tmp_path, b"right")
    with bucket.open_local(sha256) as path:
        path.chmod(0o600)
        path.write_bytes(b"wrong")
    with bucket.open_local(sha256, proven=True) as path:
        assert path.read_bytes() == b"right"


def test_copies_stay_within_their_bound_and_not_while_they_are_read(
    place: Place, tmp_path: Path
) -> None:
    store = BucketStore(place, Scratch(tmp_path / "copies", 2500))
    files = [put(store, tmp_path, os.urandom(1000)) for _ in range(4)]
    with store.open_local(files[0]) as held:
        for one in files[1:]:
            with store.open_local(one):
                pass
        assert held.stat().st_size == 1000
    left = {path.name for path in (tmp_path / "copies").iterdir()}
    assert len(left) == 2
    assert files[3] in left
    long_ago = time.time() - 2 * 24 * 3600
    for path in (tmp_path / "copies").iterdir():
        os.utime(path, (long_ago, long_ago))
    (tmp_path / "copies" / f"{files[0]}.12.part").touch()
    store.scratch.trim()
    assert [path.suffix for path in (tmp_path / "copies").iterdir()] == [".part"]


def test_a_drop_that_was_killed_holds_nobody_up(
    bucket: BucketStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = put(bucket, tmp_path, b"a clip")
    marker = bucket.place.marker(sha256)
    bucket.place.client.put_object(Bucket=bucket.place.bucket, Key=marker, Body=b"")
    monkeypatch.setattr(bucket_store, "JUST_PUT_S", -1)
    monkeypatch.setattr(bucket_store, "DROPPING_S", 2)
    put(bucket, tmp_path, b"a clip")
    bucket.verify(sha256)
    assert [one.sha256 for one in bucket.names()] == [sha256]
