"""Persons: what they ask for, what was erased, what they agreed to."""

from contest.models.privacy.consents import ConsentEvent
from contest.models.privacy.erasure import Tombstone
from contest.models.privacy.requests import PrivacyRequest

__all__ = ["ConsentEvent", "PrivacyRequest", "Tombstone"]
