"""Who may do what to which row, in which state and until when: one table, and a way out of all.

A state machine (``states.py``) says which moves there are; this says who makes them and in which
phase. Buttons, permissions, services and mails ask here (``may``); ``docs/life-cycle.md`` is made
of it; ``tests/contest/test_lifecycle.py`` proves that no state is without an exit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contest.states import (
    BALLOT,
    CHECK,
    DECISION,
    FIX,
    HANDOVER,
    LEVEL_LINK,
    MACHINES,
    PRIVACY_REQUEST,
    PUBLICATION,
    RESULT,
    SUBMISSION,
    Machine,
)


class Phase(StrEnum):
    """How far the contest is, for a row of a kind."""

    OPEN = "open"  # the clip may be sent: entries are open, or this entry was given time
    CLOSED = "closed"  # no clip any more; the cut-off of the counts is ahead
    COUNTED = "counted"  # after the cut-off; the newest result, if any, is in the making
    FROZEN = "frozen"  # the newest result is frozen and not public
    PUBLIC = "public"  # the newest result is public
    BEFORE = "before"  # of a publication: its release is ahead
    RELEASED = "released"
    MARKING = "marking"  # of a ballot: the round is open and the jury's deadline ahead
    DUE = "due"  # the deadline has passed, or the round is locked; no result was frozen
    ALWAYS = "always"


OF_ENTRY = (Phase.OPEN, Phase.CLOSED, Phase.COUNTED, Phase.FROZEN, Phase.PUBLIC)
PHASES: dict[str, tuple[Phase, ...]] = {
    "submission": OF_ENTRY, "fix": OF_ENTRY, "check": (Phase.ALWAYS,), "result": (Phase.ALWAYS,),
    "privacy_request": (Phase.ALWAYS,), "decision": (Phase.ALWAYS,),
    "handover": (Phase.ALWAYS,), "level_link": (Phase.ALWAYS,),
    "publication": (Phase.BEFORE, Phase.RELEASED),
    "ballot": (Phase.MARKING, Phase.DUE, Phase.FROZEN, Phase.PUBLIC),
}
# A permission of ``permissions.py`` -> who has it, as people say it. Empty: the platform itself.
WHO = {
    "": "the platform", "entry.upload": "the unit", "entry.edit": "the unit",
    "entry.deputise": "an organiser for it",
    "entry.disqualify": "an organiser", "entry.reinstate": "two organisers",
    "entry.sort": "an organiser",
    "review.decide": "a reviewer", "review.vote": "a member of the board",
    "review.chair": "the board's chair", "check.retry": "a reviewer or an organiser",
    "publication.manage": "an organiser", "jury.mark": "the juror",
    "result.close": "an organiser", "result.publish": "an organiser",
    "privacy.manage": "an organiser", "privacy.ask": "whoever asked",
    "handover.offer": "an organiser of the contest it comes from",
    "handover.accept": "an organiser of the contest it goes to",
}
# What somebody else may do in another's place (``services/entry/errands.py``).
DEPUTIES = {"entry.upload": "entry.deputise"}
# Until when, by the last phase in which something is possible.
UNTIL = {
    Phase.OPEN: "the clip's deadline, or the time given to mend it",
    Phase.CLOSED: "the cut-off of the counts", Phase.COUNTED: "the result is frozen",
    Phase.FROZEN: "the result is public", Phase.PUBLIC: "", Phase.ALWAYS: "",
    Phase.BEFORE: "the release", Phase.RELEASED: "",
    Phase.MARKING: "the jury's deadline", Phase.DUE: "the result is frozen",
}


@dataclass(frozen=True)
class Way:
    """One thing that may be done. ``to``: where it may lead; empty: the state stays."""

    machine: str
    states: tuple[str, ...]
    act: str
    permission: str
    to: tuple[str, ...]
    phases: tuple[Phase, ...]

    @property
    def permissions(self) -> tuple[str, ...]:
        """One of these is needed; the first is the one whose act it is."""
        deputy = DEPUTIES.get(self.permission)
        return (self.permission, deputy) if deputy else (self.permission,)

    @property
    def by(self) -> str:
        """Who may, as people say it."""
        return ", or ".join(WHO[permission] for permission in self.permissions)

    @property
    def until(self) -> str:
        """When it ends; empty: never."""
        return UNTIL[self.phases[-1]]


def _way(
    machine: Machine, states: str, act: str, permission: str, to: str = "", *phases: Phase
) -> Way:
    """Without ``phases``: in every phase of its kind."""
    of_kind = PHASES[machine.name]
    return Way(machine.name, tuple(states.split()), act, permission, tuple(to.split()),
               phases or of_kind)


_REPLACEABLE = "uploading checking needs_fix in_review changes_requested"
_IN = f"{_REPLACEABLE} approved published"
_UNTIL_PUBLIC = OF_ENTRY[:-1]
_UNTIL_FROZEN = OF_ENTRY[:3]
_TO_CUT_OFF = OF_ENTRY[:2]

WAYS: tuple[Way, ...] = (
    _way(SUBMISSION, _REPLACEABLE, "send", "entry.upload", "checking", Phase.OPEN),
    _way(SUBMISSION, _IN, "withdraw", "entry.edit", "withdrawn", *_UNTIL_PUBLIC),
    _way(SUBMISSION, _IN, "ask_withdrawal", "entry.edit", "", Phase.PUBLIC),
    _way(SUBMISSION, _IN, "agree_withdrawal", "entry.disqualify", "withdrawn"),
    _way(SUBMISSION, _IN, "disqualify", "entry.disqualify", "disqualified"),
    # Into another category, where the rules have some.
    _way(SUBMISSION, _IN, "sort", "entry.sort", "", *_UNTIL_FROZEN),
    _way(SUBMISSION, "checking", "check", "", "needs_fix in_review"),
    _way(SUBMISSION, "in_review approved", "check_deeply", "", "checking needs_fix"),
    _way(SUBMISSION, "in_review", "approve", "review.decide", "approved"),
    _way(SUBMISSION, "in_review", "ask_changes", "review.decide", "changes_requested",
         *_TO_CUT_OFF),
    _way(SUBMISSION, "in_review", "reject", "review.decide", "disqualified"),
    # Where the rules ask for more than one reviewer these take the place of the three above.
    _way(SUBMISSION, "in_review", "vote", "review.vote", "approved changes_requested disqualified"),
    _way(SUBMISSION, "in_review", "cast", "review.chair",
         "approved changes_requested disqualified"),
    _way(SUBMISSION, "approved changes_requested", "reopen", "review.decide", "in_review"),
    _way(SUBMISSION, "approved", "post", "", "published"),
    _way(SUBMISSION, "approved", "record_link", "publication.manage", "published"),
    _way(SUBMISSION, "withdrawn disqualified", "reinstate", "entry.reinstate",
         "uploading checking needs_fix in_review published", *_UNTIL_PUBLIC),
    # After publication the way back begins with a new revision, which ends the phase.
    _way(SUBMISSION, "withdrawn disqualified", "new_revision", "result.close", "", Phase.PUBLIC),
    _way(CHECK, "queued failed", "run", "", "running queued"),
    _way(CHECK, "running", "finish", "", "done failed queued"),
    _way(CHECK, "failed", "retry", "check.retry", "queued"),
    _way(CHECK, "queued running failed", "send", "entry.upload", "superseded"),
    _way(PUBLICATION, "waiting uploading armed unknown verifying failed", "post", "",
         "waiting uploading armed unknown verifying published failed"),
    _way(PUBLICATION, "waiting uploading unknown verifying failed", "record_link",
         "publication.manage", "waiting published", Phase.RELEASED),
    _way(PUBLICATION, "waiting uploading failed", "reopen", "review.decide", "cancelled"),
    _way(PUBLICATION, "failed", "look", "publication.manage", "unknown"),
    _way(PUBLICATION, "failed", "post_again", "publication.manage", "waiting unknown"),
    _way(PUBLICATION, "cancelled failed", "approve", "review.decide", "waiting unknown failed"),
    _way(BALLOT, "open", "submit", "jury.mark", "submitted", Phase.MARKING),
    _way(BALLOT, "open", "step_aside", "jury.mark", "recused abstained", Phase.MARKING),
    _way(BALLOT, "submitted recused abstained", "reopen", "jury.mark", "open", Phase.MARKING),
    _way(BALLOT, "open submitted recused abstained", "freeze", "result.close", "locked",
         Phase.MARKING, Phase.DUE),
    _way(RESULT, "computed", "compute", "result.close"),
    _way(RESULT, "computed", "freeze", "result.close", "frozen"),
    _way(RESULT, "frozen", "publish", "result.publish", "published"),
    _way(RESULT, "frozen", "new_revision", "result.close", "discarded"),
    _way(RESULT, "published discarded", "new_revision", "result.close"),
    _way(FIX, "queued running failed", "make", "", "queued running ready failed"),
    _way(FIX, "ready", "accept", "entry.edit", "accepted", Phase.OPEN),
    _way(FIX, "queued running ready failed", "decline", "entry.edit", "declined"),
    _way(DECISION, "held", "take_back", "review.decide", "taken_back"),
    _way(DECISION, "held", "give", "", "given lapsed"),
    _way(PRIVACY_REQUEST, "unconfirmed", "confirm", "privacy.ask", "received"),
    _way(PRIVACY_REQUEST, "unconfirmed", "vouch", "privacy.manage", "received"),
    _way(PRIVACY_REQUEST, "unconfirmed", "lapse", "", "lapsed"),
    _way(PRIVACY_REQUEST, "received", "answer", "privacy.manage", "answered"),
    _way(PRIVACY_REQUEST, "received answered", "extend", "privacy.manage"),
    _way(PRIVACY_REQUEST, "received answered", "refuse", "privacy.manage", "refused"),
    _way(PRIVACY_REQUEST, "received answered", "take_back", "privacy.ask", "taken_back"),
    _way(PRIVACY_REQUEST, "answered", "finish", "privacy.manage", "done"),
    # Of a request for erasure in the place of ``finish``; a second organiser agrees where a clip
    # goes of which a result is final.
    _way(PRIVACY_REQUEST, "answered", "erase", "privacy.manage", "done"),
    _way(PRIVACY_REQUEST, "refused", "reopen", "privacy.manage", "received"),
    _way(HANDOVER, "offered", "accept", "handover.accept", "accepted"),
    _way(HANDOVER, "offered", "decline", "handover.accept", "declined"),
    _way(HANDOVER, "offered", "take_back", "handover.offer", "withdrawn"),
    _way(LEVEL_LINK, "asked", "confirm", "handover.accept", "confirmed"),
    _way(LEVEL_LINK, "asked", "refuse", "handover.accept", "refused"),
    _way(LEVEL_LINK, "confirmed", "end", "handover.accept", "ended"),
    _way(LEVEL_LINK, "refused ended", "ask", "handover.offer", "asked"),
)

# States that nothing leads out of, and why nobody waits there.
ENDS = {
    ("check", "done"): "its verdict has moved the entry on",
    ("check", "superseded"): "a newer clip has a check of its own",
    ("publication", "published"): "the clip is on the Page; its counts are read",
    ("fix", "accepted"): "it has become a version of the clip",
    ("fix", "declined"): "another may be asked for while the clip may be sent",
    ("decision", "given"): "the entry has moved on by it",
    ("decision", "taken_back"): "as if it had not been; the clip waits for a decision",
    ("decision", "lapsed"): "its reviewer is told why, and may decide again",
    ("privacy_request", "done"): "what was asked for is done, and the person was told",
    ("privacy_request", "taken_back"): "the person no longer asks for it",
    ("privacy_request", "lapsed"): "nobody showed who asked; it may be asked again",
    ("handover", "accepted"): "the entry made of it goes the way of entries there",
    ("handover", "declined"): "it may be offered anew",
    ("handover", "withdrawn"): "it may be offered anew",
    ("ballot", "locked"): "part of a frozen result; what was missing then was agreed by two",
}
# A mail that asks for something -> what it asks for: sent, and worded so, only where that is
# possible when it is written (``services/core/mail.py`` reads the state when it goes out).
ASKS = {
    "findings": ("submission", "send"), "changes_requested": ("submission", "send"),
    "upload_waiting": ("submission", "send"), "upload_expired": ("submission", "send"),
    "jury_reminder": ("ballot", "submit"), "reinstated": ("submission", "send"),
    "board_waits": ("submission", "cast"), "vote_waits": ("submission", "vote"),
    "time_granted": ("submission", "send"), "link_failed": ("submission", "send"),
    "result_moved": ("result", "new_revision"), "release_refused": ("result", "publish"),
}


def entry_phase(
    *, clip_until: datetime, counts_close: datetime, newest_result: str | None, at: datetime
) -> Phase:
    """The phase of an entry. ``newest_result``: the state of the contest's newest revision, None
    before there is one."""
    if newest_result == "published":
        return Phase.PUBLIC
    if at < clip_until:
        return Phase.OPEN  # time that was given stands, whatever else happens meanwhile
    if newest_result == "frozen":
        return Phase.FROZEN
    return Phase.CLOSED if at < counts_close else Phase.COUNTED


def ways(machine: str, state: str, phase: Phase) -> Iterator[Way]:
    """What may be done with a row of this kind in this state and phase."""
    for way in WAYS:
        if way.machine == machine and state in way.states and phase in way.phases:
            yield way


def may(machine: str, state: str, act: str, phase: Phase | None = None) -> bool:
    """Whether ``act`` is a way out of ``state``; without a phase: in any."""
    return any(
        way.act == act and way.machine == machine and state in way.states
        and (phase is None or phase in way.phases)
        for way in WAYS
    )


def states_for(machine: str, act: str) -> frozenset[str]:
    """The states in which ``act`` is a way, in some phase."""
    return frozenset(
        state for way in WAYS if (way.machine, way.act) == (machine, act) for state in way.states
    )


# ---------------------------------------------------------------------------- as people read it


def as_markdown() -> str:
    """The table and the diagrams of the states, as ``docs/life-cycle.md`` shows them."""
    parts = [f"## {machine.name}\n\n{_diagram(machine)}\n\n{_rows(machine)}\n"
             for machine in MACHINES]
    return "\n".join(parts)


def _diagram(machine: Machine) -> str:
    arrows = [f"  [*] --> {machine.first}"] + [
        f"  {state} --> {after}"
        for state in machine.states for after in machine.states if machine.allows(state, after)
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])


def _rows(machine: Machine) -> str:
    lines = ["| state | phase | act | by | leads to | until |", "|---|---|---|---|---|---|"]
    for state in machine.states:
        if end := ENDS.get((machine.name, state)):
            lines.append(f"| {state} | | *end:* {end} | | | |")
        lines += [
            f"| {state} | {' '.join(way.phases)} | {way.act} | {way.by} |"
            f" {' '.join(way.to) or '–'} | {way.until or '–'} |"
            for way in WAYS if way.machine == machine.name and state in way.states
        ]
    return "\n".join(lines)
