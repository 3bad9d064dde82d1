"""A ``Shelf`` in Redis: what one machine has worked out, for the others."""

from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError

KEPT = timedelta(days=30)
PREFIX = "hoithi:shelf:"


class RedisShelf:
    def __init__(self, redis: "Redis") -> None:
        self.redis = redis

    def put(self, kind: str, name: str, content: bytes) -> None:
        try:
            self.redis.set(f"{PREFIX}{kind}:{name}", content, ex=KEPT)
        except RedisError:
            return

    def get(self, kind: str, name: str) -> bytes | None:
        try:
            found = self.redis.get(f"{PREFIX}{kind}:{name}")
        except RedisError:
            return None
        return found if isinstance(found, bytes) else None

    def clear(self, kind: str) -> None:
        for key in self.redis.scan_iter(f"{PREFIX}{kind}:*", count=1000):
            self.redis.delete(key)
