"""Which bucket, and the client for it. What goes wrong there is translated here, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from urllib3.exceptions import HTTPError

from contest.adapters.folder_store import is_sha256
from contest.ports import StorageAway, StorageFull

WAIT_S = 20  # without a byte; the library tries again twice
FULL = {"QuotaExceeded", "XMinioStorageFull", "EntityTooLarge", "InsufficientStorage"}
ABSENT = {"NoSuchKey", "404", "NotFound"}
FULL_STATUS = 507


class _Prepared(threading.local):
    """This thread's session, which no other may share. To read what S3 is takes as long as to make
    twenty clients of one that has."""

    @cached_property
    def session(self) -> Any:
        return boto3.session.Session()


PREPARED = _Prepared()


@dataclass(frozen=True)
class Place:
    """``s3://bucket/prefix`` at an endpoint, with keys."""

    endpoint: str
    region: str
    bucket: str
    prefix: str  # of every object's name; empty, or ends with a slash
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)

    def key(self, sha256: str) -> str:
        """The object's name. Raises ``ValueError`` for a string that is no SHA-256."""
        if not is_sha256(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return f"{self.prefix}{sha256[:2]}/{sha256}"

    def marker(self, sha256: str) -> str:
        """The name of the note that a file is just being dropped."""
        return f"{self.prefix}dropping/{sha256}"

    @cached_property
    def client(self) -> Any:
        """A client that threads may share.

        Bodies are signed with their SHA-256, which every server checks; checksums in headers of
        Amazon's own (the library's choice since 1.36) are refused by others (boto/botocore#3277).
        """
        return PREPARED.session.client(
            "s3", endpoint_url=self.endpoint, region_name=self.region,
            aws_access_key_id=self.access_key, aws_secret_access_key=self.secret_key,
            config=Config(
                signature_version="s3v4", connect_timeout=5, read_timeout=WAIT_S,
                retries={"mode": "standard", "total_max_attempts": 3},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required", max_pool_connections=20,
                s3={"addressing_style": "path", "payload_signing_enabled": True},
            ),
        )


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raises ``FileNotFoundError``, ``StorageFull`` or ``StorageAway`` for the library's errors."""
    try:
        yield
    except ClientError as error:
        raise _of_answer(error.response, what) from error
    except (BotoCoreError, HTTPClientError, HTTPError) as error:
        raise StorageAway(f"the bucket does not answer ({what[:12]}…): {error}") from error


def _of_answer(response: Any, what: str) -> OSError:
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in ABSENT:
        return FileNotFoundError(what)
    if code in FULL or status == FULL_STATUS:
        return StorageFull(f"the bucket takes no more: {code}")
    return StorageAway(f"the bucket answers {status} {code} ({what[:12]}…)")


def code_of(error: BaseException | None) -> str:
    """The server's own word for what went wrong; empty where it said none."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
