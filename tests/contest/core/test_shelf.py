"""What machines hand on to one another may be gone at any moment, and nobody minds."""

from contest.adapters.job_queue import JobQueue
from contest.adapters.shelf import RedisShelf
from contest.wiring import Platform
from tests.contest.wired import rewired


def test_what_is_put_is_there_for_others_until_its_kind_is_cleared(redis_url: str) -> None:
    one, two = (RedisShelf(lambda url=url: JobQueue(url).redis) for url in (redis_url, redis_url))
    one.put("prospects", "a", b"1")
    one.put("prospects", "b", b"2")
    one.put("safekeeping", "a", b"3")
    assert (two.get("prospects", "a"), two.get("safekeeping", "a")) == (b"1", b"3")
    two.clear("prospects")
    assert (one.get("prospects", "b"), one.get("safekeeping", "a")) == (None, b"3")


def test_a_shelf_that_is_away_has_nothing_and_raises_nothing(platform: Platform) -> None:
    for address in ("", "redis://127.0.0.1:1"):
        shelf = rewired(platform, redis_url=address).shelf
        shelf.put("prospects", "a", b"1")
        assert shelf.get("prospects", "a") is None
