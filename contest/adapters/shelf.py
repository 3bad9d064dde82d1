"""A ``Shelf`` in Redis: what one machine has worked out, for the others."""

from collections.abc import Callable
from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError

KEPT = timedelta(days=30)
PREFIX = "hoithi:shelf:"
AWAY = (RedisError, ValueError)  # ValueError: no address is set


class RedisShelf:
    """``opened`` gives the client, at the first use."""

    def __init__(self, opened: Callable[[], Redis]) -> None:
        self.opened = opened

    def put(self, kind: str, name: str, content: bytes) -> None:
        try:
            self.opened().set(f"{PREFIX}{kind}:{name}", content, ex=KEPT)
        except AWAY:
            return

    def get(self, kind: str, name: str) -> bytes | None:
        try:
            found = self.opened().get(f"{PREFIX}{kind}:{name}")
        except AWAY:
            return None
        return found if isinstance(found, bytes) else None

    def clear(self, kind: str) -> None:
        redis = self.opened()
        for key in redis.scan_iter(f"{PREFIX}{kind}:*", count=1000):
            redis.delete(key)
