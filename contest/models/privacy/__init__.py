"""Persons: what they ask for, what was erased, what they agreed to, who looked."""

from contest.models.privacy.erasure import RetentionHold, Tombstone
from contest.models.privacy.requests import PrivacyRequest
from contest.models.privacy.traces import AccessRecord, ConsentEvent

__all__ = ["AccessRecord", "ConsentEvent", "PrivacyRequest", "RetentionHold", "Tombstone"]
