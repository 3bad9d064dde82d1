"""The browser that is told, and its push service, for every test of this room."""

from tests.contest.messages.push_service import phone, service

__all__ = ["phone", "service"]
