"""The store in a bucket: ``prefix/ab/abcd…``, objects named by their SHA-256."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contest.adapters.bucket import multipart
from contest.adapters.bucket.place import Place, translated
from contest.adapters.bucket.scratch import Scratch
from contest.adapters.folder_store import JUST_PUT_S, is_sha256
from contest.ports import Shown, StorageAway, StorageDamaged, Stored

LINK_S = 6 * 3600  # a film that is watched with pauses is asked for again and again
MOST_STALLS = 4  # breaks in a row without a byte between them
PAUSE_S = 1.0
PIECE = 1 << 16  # bytes read at once: what of them came before a break is lost with it
DROPPING_S = 90  # a drop takes seconds; one that has taken longer was killed


class BucketStore:
    """A ``BlobStore`` in a bucket; ``scratch`` holds this machine's copies."""

    def __init__(self, place: Place, scratch: Scratch) -> None:
        self.place, self.scratch = place, scratch

    # ------------------------------------------------------------------------------- putting

    def put(self, path: Path, sha256: str) -> None:
        """Send the file; it goes once the bucket has all of it. Raises ``StorageDamaged`` where the
        file is not what ``sha256`` says."""
        size, held = path.stat().st_size, self._held(sha256)
        if held != size or not self._kept(sha256):
            multipart.send(self.place, path, sha256, anew=held is not None)
            if self._held(sha256) != size:
                raise StorageAway(f"the bucket does not have all of {sha256[:12]}… yet")
        path.unlink(missing_ok=True)

    def _held(self, sha256: str) -> int | None:
        try:
            return self.look(sha256).size
        except FileNotFoundError:
            return None

    def _kept(self, sha256: str) -> bool:
        """Whether an object that is there stays: it looks new, so that ``drop`` leaves it alone.

        ``drop`` leaves a note, looks, deletes; here the object is made new, then the note is looked
        for. Whichever comes first, one of the two sees the other.
        """
        try:
            if self._age(sha256) > JUST_PUT_S / 2:
                self._make_new(sha256)
                while self._is_being_dropped(sha256):
                    time.sleep(PAUSE_S)
        except FileNotFoundError:  # it went just now
            return False
        return self.exists(sha256)

    def _make_new(self, sha256: str) -> None:
        named = {"Bucket": self.place.bucket, "Key": self.place.key(sha256)}
        with translated(sha256):
            self.place.client.copy_object(**named, CopySource=named, MetadataDirective="REPLACE")

    def _is_being_dropped(self, sha256: str) -> bool:
        try:
            return _age(self._head(self.place.marker(sha256))) < DROPPING_S
        except FileNotFoundError:
            return False

    # ------------------------------------------------------------------------------- reading

    @contextmanager
    def open_local(self, sha256: str, *, proven: bool = False) -> Iterator[Path]:
        """A copy on this machine, its hash taken on the way. It counts only while the bucket has
        the file; while that does not answer, a copy that is here serves."""
        try:
            there = self.exists(sha256)
        except StorageAway:
            there = True
        if not there:
            self.scratch.remove(sha256)
            raise FileNotFoundError(sha256)
        with self.scratch.held(
            sha256, lambda part: self._fetch(sha256, part), proven=proven
        ) as path:
            yield path

    def _fetch(self, sha256: str, part: Path) -> None:
        with part.open("wb") as file:
            self._read_whole(sha256, file.write)

    def verify(self, sha256: str, told: Callable[[int], None] = lambda size: None) -> None:
        self._read_whole(sha256, lambda piece: told(len(piece)))

    def _read_whole(self, sha256: str, take: Callable[[bytes], object]) -> None:
        digest = hashlib.sha256()
        for piece in self.chunks(sha256):
            digest.update(piece)
            take(piece)
        if digest.hexdigest() != sha256:
            raise StorageDamaged(f"the bucket has other bytes under {sha256}")

    def chunks(self, sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Goes on where the line broke, until there is nothing to be had several times in a row."""
        size, stalls = self.look(sha256).size, 0
        stop = size if stop is None else min(stop, size)
        while start < stop:
            before = start
            try:
                for piece in self._stream(sha256, start, stop):
                    start += len(piece)
                    yield piece
            except StorageAway:
                stalls = 0 if start > before else stalls + 1
                if stalls >= MOST_STALLS:
                    raise
                time.sleep(PAUSE_S * stalls)

    def _stream(self, sha256: str, start: int, stop: int) -> Iterator[bytes]:
        with translated(sha256):
            body = self.place.client.get_object(
                Bucket=self.place.bucket, Key=self.place.key(sha256),
                Range=f"bytes={start}-{stop - 1}",
            )["Body"]
        try:
            while True:
                with translated(sha256):
                    piece = body.read(PIECE)
                if not piece:
                    return
                yield piece
        finally:
            body.close()

    def send(self, sha256: str, shown: Shown) -> str:
        """A signed link below ``/_bucket/`` of docker/nginx.conf, which passes it on."""
        link = self.place.client.generate_presigned_url(
            "head_object" if shown.method == "HEAD" else "get_object", ExpiresIn=LINK_S,
            Params={
                "Bucket": self.place.bucket, "Key": self.place.key(sha256),
                "ResponseContentType": shown.media_type,
                "ResponseContentDisposition": shown.disposition,
            },
        )
        parts = urlsplit(link)
        return f"/_bucket{parts.path}?{parts.query}"

    # ------------------------------------------------------------------------------- looking

    def look(self, sha256: str) -> Stored:
        found = self._head(self.place.key(sha256))
        return Stored(sha256, found["ContentLength"], found["LastModified"].timestamp())

    def ping(self) -> None:
        """Raises ``StorageAway``, also where there is no such bucket or the keys are wrong."""
        try:
            with translated("ping"):
                self.place.client.head_bucket(Bucket=self.place.bucket)
        except FileNotFoundError as missing:
            raise StorageAway(f"there is no bucket {self.place.bucket}") from missing

    def exists(self, sha256: str) -> bool:
        return self._held(sha256) is not None

    def _age(self, sha256: str) -> float:
        return _age(self._head(self.place.key(sha256)))

    def _head(self, key: str) -> Any:
        """What the server says of an object. It says the same where there is no bucket."""
        try:
            with translated(key):
                return self.place.client.head_object(Bucket=self.place.bucket, Key=key)
        except FileNotFoundError:
            self.require_bucket()
            raise

    def require_bucket(self) -> None:
        """Raises ``StorageAway`` where there is no such bucket, or it cannot be looked at."""
        try:
            with translated(self.place.bucket):
                self.place.client.head_bucket(Bucket=self.place.bucket)
        except FileNotFoundError as error:
            raise StorageAway(f"there is no bucket {self.place.bucket}") from error

    def names(self) -> Iterator[Stored]:
        with translated("names"):
            pages = self.place.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.place.bucket, Prefix=self.place.prefix):
                for one in page.get("Contents", []):
                    sha256 = one["Key"].rpartition("/")[2]
                    if is_sha256(sha256) and one["Key"] == self.place.key(sha256):
                        yield Stored(sha256, one["Size"], one["LastModified"].timestamp())

    # ------------------------------------------------------------------------------ deleting

    def delete(self, sha256: str) -> None:
        self._delete(self.place.key(sha256))
        self.scratch.remove(sha256)

    def drop(self, sha256: str) -> None:
        """As the protocol says; ``_kept`` tells how it meets a put of the same."""
        marker = self.place.marker(sha256)
        with translated(sha256):
            self.place.client.put_object(Bucket=self.place.bucket, Key=marker, Body=b"")
        try:
            if self._age(sha256) >= JUST_PUT_S:
                self.delete(sha256)
        except FileNotFoundError:
            self.scratch.remove(sha256)
        finally:
            self._delete(marker)

    def _delete(self, key: str) -> None:
        with translated(key):
            self.place.client.delete_object(Bucket=self.place.bucket, Key=key)

    def tidy(self) -> None:
        multipart.abandon(self.place)
        self.scratch.trim()


def _age(head: Any) -> float:
    """Seconds since an object was put, by the server's own clock."""
    told: datetime = parsedate_to_datetime(head["ResponseMetadata"]["HTTPHeaders"]["date"])
    put_at: datetime = head["LastModified"]
    return (told - put_at).total_seconds()
