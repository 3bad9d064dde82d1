"""The tables of legal moves: closed, reachable, and final where they must be."""

import pytest

from contest.states import IN_CONTEST, MACHINES, REPLACEABLE, SUBMISSION, Machine

FINAL = {
    "submission": set(),
    "check": {"done", "superseded"},
    "publication": {"published"},
    "result": {"published", "discarded"},
    "ballot": {"locked"}, "fix": {"accepted", "declined"},
    "privacy_request": {"done", "taken_back", "lapsed"},
    "decision": {"given", "taken_back", "lapsed"},
    "handover": {"accepted", "declined", "withdrawn"}, "level_link": set(),
}


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_a_machine_moves_only_within_itself(machine: Machine) -> None:
    targets = {after for moves in machine.moves.values() for after in moves}
    assert targets <= set(machine.states)
    assert targets | {machine.first} == set(machine.states)
    assert {s for s in machine.states if not machine.moves[s]} == FINAL[machine.name]


def test_an_entry_can_always_leave_the_contest_until_it_has() -> None:
    for state in IN_CONTEST:
        assert SUBMISSION.allows(state, "withdrawn")
        assert SUBMISSION.allows(state, "disqualified")


def test_a_new_clip_is_checked_from_every_state_in_which_it_may_come() -> None:
    assert all(SUBMISSION.allows(state, "checking") for state in REPLACEABLE)


def test_nothing_is_published_that_was_not_approved() -> None:
    """Who has left comes back to its post (test_entry_requests.py: only one that was posted)."""
    before = [s for s in SUBMISSION.states if SUBMISSION.allows(s, "published")]
    assert before == ["approved", "withdrawn", "disqualified"]
