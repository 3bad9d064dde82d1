"""A contest's rules as data: schema, loading, hashing."""

from contest.profile import reminding
from contest.profile.judging import Criterion
from contest.profile.loading import Loaded, load, parse, stored
from contest.profile.parts import Text
from contest.profile.schema import Profile

__all__ = ["Criterion", "Loaded", "Profile", "Text", "load", "parse", "reminding", "stored"]
