"""What tests know of a real S3 server, whichever it is (``seaweed.py``, ``ceph.py``)."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from contest.adapters.bucket.place import Place, translated
from contest.config import Settings
from contest.ports import StorageAway

ACCESS, SECRET = "hoithi-test", "a-key-of-the-tests-alone"
BUCKET = "contests"


@dataclass(frozen=True)
class S3Server:
    """The address of a running server that knows one user."""

    endpoint: str

    def place(self, *, endpoint: str = "") -> Place:
        """An empty place of its own, by the way of ``endpoint`` if that is another one. The bucket
        is shared: a server lays out files of some size for each."""
        prefix = f"{secrets.token_hex(8)}/clips/"
        return Place(endpoint or self.endpoint, "us-east-1", BUCKET, prefix, ACCESS, SECRET)

    def settings(self, place: Place) -> dict[str, str]:
        """The part of ``Settings`` that leads to a bucket."""
        return {
            "storage_url": f"s3://{place.bucket}/{place.prefix.rstrip('/')}",
            "s3_endpoint": place.endpoint, "s3_access_key": ACCESS, "s3_secret_key": SECRET,
        }


def moved_to(settings: Settings, server: S3Server, place: Place) -> Settings:
    """The same settings with the clips in a bucket."""
    return replace(settings, **server.settings(place))  # type: ignore[arg-type]


def is_ready(server: S3Server, alive: Callable[[], bool], *, within_s: float = 60) -> bool:
    """Whether a server that was just begun takes a bucket and an object, while it is alive."""
    deadline, place = time.monotonic() + within_s, server.place()
    while time.monotonic() < deadline and alive():
        try:
            with translated("start"):
                place.client.create_bucket(Bucket=BUCKET)
                place.client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
        except StorageAway:
            time.sleep(0.2)
        else:
            return True
    return False
