"""A check's order and its outcome, as values that a worker may hold without a session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contest.profile.entries import Entry
from contest.services.checking.leaves import MadeLeaf

QUICK, DEEP = "quick", "deep"
GOOD = ("pass", "look")


@dataclass(frozen=True)
class CheckJob:
    """What a worker needs: which clip, under which rules. Plain values, no session."""

    check_id: int
    kind: str
    sha256: str
    media: Mapping[str, Any]  # the profile's [media]
    policy_name: str
    entry: Entry = field(default_factory=Entry)  # the profile's [entry]: what kind of thing it is
    filename: str = ""


@dataclass(frozen=True)
class DerivedFile:
    """A file made from a clip; its bytes are in the store already."""

    kind: str
    sha256: str
    size: int
    media_type: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """A check's result: pass, look, fail or unreadable, with the report and the files made."""

    verdict: str
    report: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[DerivedFile] = ()
    fingerprint: Mapping[str, Any] | None = None  # for near-duplicate detection
    leaves: Sequence[MadeLeaf] = ()  # of what is no clip
