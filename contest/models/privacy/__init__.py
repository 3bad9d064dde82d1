"""Persons: what they ask for, what was erased, what they agreed to, who looked, what is kept."""

from contest.models.privacy.access import AccessLog
from contest.models.privacy.authors import AuthorWord
from contest.models.privacy.consents import ConsentEvent, Withdrawal
from contest.models.privacy.erasure import PostRemoval, Tombstone
from contest.models.privacy.holds import RetentionHold
from contest.models.privacy.requests import PrivacyRequest

__all__ = [
    "AccessLog", "AuthorWord", "ConsentEvent", "PostRemoval", "PrivacyRequest", "RetentionHold",
    "Tombstone", "Withdrawal",
]
