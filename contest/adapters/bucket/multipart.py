"""Putting a file into a bucket in parts, so that a killed put goes on where it was.

Each part is signed with its SHA-256, which the server checks before it keeps the part; the whole
file's hash is taken from the same bytes. What the server already has of a file is asked of the
server: no state is kept here.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from contest.adapters.bucket.place import Place, code_of, translated
from contest.ports import StorageDamaged

PART = 16 * 1024**2  # bytes; ten thousand of them, the most there may be, are 160 GB
AT_ONCE = 3  # parts on their way, and as many in memory
ABANDONED = timedelta(days=3)
TAKEN = {"PreconditionFailed", "412"}  # somebody has put the same file meanwhile
NO_CONDITIONS = {"NotImplemented", "501", "InvalidArgument"}


def send(place: Place, path: Path, sha256: str, *, anew: bool) -> None:
    """Send the file; it gets its name with its last byte. ``anew``: over another one of that name.
    Ended by somebody who puts the same, it returns: whoever called looks what is there. Raises
    ``StorageDamaged`` where the file is not what ``sha256`` says, ``StorageFull``,
    ``StorageAway``."""
    with translated(sha256), path.open("rb") as file:
        if path.stat().st_size <= PART:
            _whole(place, file.read(), sha256, anew=anew)
            return
        with contextlib.suppress(place.client.exceptions.NoSuchUpload):
            _in_parts(place, file, sha256)


def _whole(place: Place, content: bytes, sha256: str, *, anew: bool) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _another(sha256)
    wanted = {"Bucket": place.bucket, "Key": place.key(sha256), "Body": content}
    if anew:
        place.client.put_object(**wanted)
        return
    try:
        place.client.put_object(**wanted, IfNoneMatch="*")
    except place.client.exceptions.ClientError as error:
        if code_of(error) in NO_CONDITIONS:
            place.client.put_object(**wanted)
        elif code_of(error) not in TAKEN:
            raise


def _in_parts(place: Place, file: BinaryIO, sha256: str) -> None:
    upload, there = _begun(place, place.key(sha256))
    named = {"Bucket": place.bucket, "Key": place.key(sha256), "UploadId": upload}
    whole, tags = hashlib.sha256(), list[Future[str]]()

    def send_part(number: int, part: bytes) -> str:
        if there.get(number) == (tag := hashlib.md5(part, usedforsecurity=False).hexdigest()):
            return tag
        answer = place.client.upload_part(**named, PartNumber=number, Body=part)
        return str(answer["ETag"]).strip('"')

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number, part in enumerate(_read(file), 1):
            whole.update(part)
            tags.append(pool.submit(send_part, number, part))
            if number > AT_ONCE:
                tags[-AT_ONCE - 1].result()  # of more parts at once memory would grow
    if whole.hexdigest() != sha256:
        place.client.abort_multipart_upload(**named)
        raise _another(sha256)
    told = enumerate((tag.result() for tag in tags), 1)
    parts = [{"PartNumber": number, "ETag": f'"{tag}"'} for number, tag in told]
    place.client.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})


def _read(file: BinaryIO) -> Iterator[bytes]:
    while part := file.read(PART):
        yield part


def _begun(place: Place, key: str) -> tuple[str, dict[int, str]]:
    """The upload to go on with, and the MD5 of each part that the server has of it."""
    for one in _uploads(place, key):
        if one["Key"] == key:
            return one["UploadId"], dict(_parts(place, key, one["UploadId"]))
    answer = place.client.create_multipart_upload(Bucket=place.bucket, Key=key)
    return answer["UploadId"], {}


def _uploads(place: Place, prefix: str) -> Iterator[Any]:
    pages = place.client.get_paginator("list_multipart_uploads")
    for page in pages.paginate(Bucket=place.bucket, Prefix=prefix):
        yield from page.get("Uploads", [])


def _parts(place: Place, key: str, upload: str) -> Iterator[tuple[int, str]]:
    pages = place.client.get_paginator("list_parts")
    for page in pages.paginate(Bucket=place.bucket, Key=key, UploadId=upload):
        for one in page.get("Parts", []):
            yield one["PartNumber"], one["ETag"].strip('"')


def abandon(place: Place) -> None:
    """End puts with which nobody has gone on for days: their parts cost room."""
    oldest = datetime.now(UTC) - ABANDONED
    with translated("uploads"):
        for one in list(_uploads(place, place.prefix)):
            if one["Initiated"] < oldest:
                place.client.abort_multipart_upload(
                    Bucket=place.bucket, Key=one["Key"], UploadId=one["UploadId"]
                )


def _another(sha256: str) -> StorageDamaged:
    return StorageDamaged(f"the file to be stored as {sha256[:12]}… holds other bytes")
