"""Permissions ask whose a thing is."""

from contest.models import Contest
from contest.permissions import can
from tests.contest.factory import Factory


def test_a_unit_is_no_other_unit(make: Factory, contest: Contest) -> None:
    """Whatever it is asked about: an entry, or the unit itself."""
    own, other = make.unit(contest), make.unit(contest)
    actor = make.actor(own)
    for mine, theirs in ((own, other), (make.submission(own), make.submission(other))):
        for action in ("entry.read", "entry.edit", "entry.upload", "media.watch"):
            assert can(actor, action, mine)
            assert not can(actor, action, theirs)
