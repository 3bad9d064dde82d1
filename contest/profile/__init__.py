"""A contest's rules as data: schema, loading, hashing."""

from contest.profile.loading import Loaded, canonical_sha256, load, parse, stored
from contest.profile.schema import Criterion, Profile, Text

__all__ = ["Criterion", "Loaded", "Profile", "Text", "canonical_sha256", "load", "parse", "stored"]
