"""The state machines: one table of allowed moves for each kind of row that has a state.

``services.core.transitions`` is the only writer of a state, and checks these tables.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Machine:
    """A state machine: the first state, and from each state the states it may move to."""

    name: str
    first: str
    moves: dict[str, frozenset[str]]

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(self.moves)

    def allows(self, before: str, after: str) -> bool:
        """Whether state ``before`` may move to ``after``."""
        return after in self.moves.get(before, frozenset())


class SubmissionState(StrEnum):
    """States of a submission."""

    UPLOADING = "uploading"
    CHECKING = "checking"
    NEEDS_FIX = "needs_fix"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


def _machine(name: str, first: str, **moves: tuple[str, ...]) -> Machine:
    return Machine(name, first, {state: frozenset(after) for state, after in moves.items()})


_OUT = ("withdrawn", "disqualified")

# A new clip sends an entry back to `checking` from every state in which it may be replaced. Who has
# left comes back to where the clip stands (`services/entry/entry_requests.py`), by two people.
_BACK = ("uploading", "checking", "needs_fix", "in_review", "published")
SUBMISSION = _machine(
    "submission",
    "uploading",
    uploading=("checking", *_OUT),
    checking=("checking", "needs_fix", "in_review", *_OUT),
    needs_fix=("checking", *_OUT),
    in_review=("checking", "changes_requested", "approved", *_OUT),
    changes_requested=("checking", "in_review", *_OUT),
    approved=("published", "in_review", "needs_fix", *_OUT),
    published=_OUT,
    withdrawn=_BACK,
    disqualified=_BACK,
)

CHECK = _machine(
    "check",
    "queued",
    queued=("running", "superseded"),
    running=("queued", "done", "failed", "superseded"),
    done=(),
    failed=("queued", "superseded"),
    superseded=(),
)

# `armed` is committed before the one `finish` call; its outcome is then looked up on the Page.
PUBLICATION = _machine(
    "publication",
    "waiting",
    waiting=("uploading", "published", "cancelled", "failed"),
    uploading=("waiting", "armed", "failed", "cancelled"),
    armed=("unknown", "verifying", "published", "failed"),
    unknown=("verifying", "published", "failed", "armed"),
    verifying=("published", "failed", "unknown"),
    failed=("waiting", "published", "cancelled", "unknown"),
    published=(),
    cancelled=("waiting", "unknown", "failed"),
)

RESULT = _machine(
    "result",
    "computed",
    computed=("frozen",),
    frozen=("published", "discarded"),
    published=(),
    discarded=(),
)

# `locked` ballots are read by the result; only a reasoned reopening leaves that state.
BALLOT = _machine(
    "ballot",
    "open",
    open=("submitted", "recused", "abstained", "locked"),
    submitted=("open", "locked"),
    recused=("open", "locked"),
    abstained=("open", "locked"),
    locked=(),
)

# A repaired clip that the platform proposes; only the unit may accept it.
FIX = _machine(
    "fix",
    "queued",
    queued=("running", "declined"),
    running=("queued", "ready", "failed", "declined"),
    ready=("accepted", "declined"),
    failed=("queued", "declined"),
    accepted=(),
    declined=(),
)

# What somebody asks about data that concern them (`services/privacy/requests.py`). `unconfirmed`:
# nothing has shown yet who asks.
PRIVACY_REQUEST = _machine(
    "privacy_request",
    "unconfirmed",
    unconfirmed=("received", "lapsed"),
    received=("answered", "refused", "taken_back"),
    answered=("done", "refused", "taken_back"),
    refused=("received",),
    done=(),
    taken_back=(),
    lapsed=(),
)

# A reviewer's decision, or vote, in the seconds in which it is taken back by one key
# (`services/reviewing/held.py`). `lapsed`: it could not be given; its reviewer is told why.
DECISION = _machine(
    "decision",
    "held",
    held=("given", "taken_back", "lapsed"),
    given=(),
    taken_back=(),
    lapsed=(),
)

# An entry that one contest offers to another: a level above, or the next round
# (`services/handover`). What was declined or taken back may be offered anew, as another row.
HANDOVER = _machine(
    "handover",
    "offered",
    offered=("accepted", "declined", "withdrawn"),
    accepted=(),
    declined=(),
    withdrawn=(),
)

# A contest that wants to stand below another one (`services/handover/links.py`).
LEVEL_LINK = _machine(
    "level_link",
    "asked",
    asked=("confirmed", "refused"),
    confirmed=("ended",),
    refused=("asked",),
    ended=("asked",),
)

MACHINES = (SUBMISSION, CHECK, PUBLICATION, RESULT, BALLOT, FIX, PRIVACY_REQUEST, DECISION,
            HANDOVER, LEVEL_LINK)

# What counts towards a unit's quota (plan III.3, note): entries that are still in the contest.
IN_CONTEST = frozenset(SubmissionState) - {SubmissionState.WITHDRAWN, SubmissionState.DISQUALIFIED}
REPLACEABLE = frozenset(
    {
        SubmissionState.UPLOADING,
        SubmissionState.CHECKING,
        SubmissionState.NEEDS_FIX,
        SubmissionState.IN_REVIEW,
        SubmissionState.CHANGES_REQUESTED,
    }
)
