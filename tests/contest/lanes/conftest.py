"""The platform as a worker finds it, and handlers that do nothing dear."""

from tests.contest.core.test_jobs import platform, works

__all__ = ["platform", "works"]
