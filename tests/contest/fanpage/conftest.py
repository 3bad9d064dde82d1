"""A platform whose Page is a simulator in its own process, and a bench to post clips from."""

from tests.contest.fanpage.two_pages import board, other, second
from tests.contest.posting import bench, settings

__all__ = ["bench", "board", "other", "second", "settings"]
