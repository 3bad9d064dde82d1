"""One table says who may do what until when: it is whole, true to the machines, and has exits."""

from itertools import product
from pathlib import Path

import pytest

from contest import lifecycle
from contest.lifecycle import ENDS, PHASES, WAYS, Phase, may, states_for, ways
from contest.permissions import PERMISSIONS
from contest.services.core import mail
from contest.states import MACHINES, REPLACEABLE, Machine

ROOT = Path(__file__).parents[2]
machines = pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)


def cells(machine: Machine) -> list[tuple[str, Phase]]:
    return list(product(machine.states, PHASES[machine.name]))


@machines
def test_no_state_is_without_an_exit_in_any_phase(machine: Machine) -> None:
    """An end is none: the table says why nobody waits there."""
    stuck = [
        (state, phase) for state, phase in cells(machine)
        if not list(ways(machine.name, state, phase)) and (machine.name, state) not in ENDS
    ]
    # Freezing locks every ballot, so none is in another state once a result was frozen.
    locked = machine.name == "ballot"
    assert [s for s in stuck if not (locked and s[1] in (Phase.FROZEN, Phase.PUBLIC))] == []


@machines
def test_somebody_makes_every_move_and_nobody_makes_another(machine: Machine) -> None:
    listed = {
        (state, after)
        for way in WAYS if way.machine == machine.name
        for state in way.states for after in way.to if machine.allows(state, after)
    }
    moves = {(s, after) for s in machine.states for after in machine.moves[s]}
    assert moves - listed == set()
    for way in (w for w in WAYS if w.machine == machine.name):
        assert set(way.states) <= set(machine.states)
        assert set(way.phases) <= set(PHASES[machine.name])
        reached = {a for s in way.states for a in way.to if machine.allows(s, a)}
        assert reached == set(way.to), way
        assert all(not way.to or any(machine.allows(s, a) for a in way.to) for s in way.states), way


@machines
def test_a_person_can_lead_an_entry_out_of_what_only_the_platform_does(machine: Machine) -> None:
    """Where the next step is the platform's own, a person has a way as well, should it fail."""
    if machine.name != "submission":
        return
    for state, phase in cells(machine):
        by_people = [way for way in ways(machine.name, state, phase) if way.permission]
        assert by_people, (state, phase)


def test_who_may_is_a_permission_of_the_platform() -> None:
    asked = {permission for way in WAYS for permission in way.permissions} - {""}
    assert asked <= set(PERMISSIONS)
    assert asked | {""} == set(lifecycle.WHO)


def test_whoever_may_send_for_a_unit_stands_in_the_table() -> None:
    """An organiser's upload asks for ``entry.deputise`` (``services/entry/uploads.py``)."""
    sends = [way for way in WAYS if way.act == "send"]
    assert {way.permissions for way in sends} == {("entry.upload", "entry.deputise")}
    assert "| send | the unit, or an organiser for it |" in lifecycle.as_markdown()


def test_an_end_has_no_way_and_a_reason() -> None:
    for (machine, state), why in ENDS.items():
        assert why
        for phase in PHASES[machine]:
            assert [w.to for w in ways(machine, state, phase) if w.to] == []


def test_a_new_clip_may_come_in_the_states_in_which_it_may_be_replaced() -> None:
    assert states_for("submission", "send") == REPLACEABLE


def test_a_mail_asks_for_what_some_state_and_phase_allows() -> None:
    assert set(lifecycle.ASKS) <= set(mail.TEMPLATES)
    for machine, act in lifecycle.ASKS.values():
        assert states_for(machine, act)


def test_after_publication_a_unit_asks_and_does_not_withdraw() -> None:
    assert may("submission", "published", "withdraw", Phase.FROZEN)
    assert not may("submission", "published", "withdraw", Phase.PUBLIC)
    assert may("submission", "published", "ask_withdrawal", Phase.PUBLIC)


def test_the_page_about_the_life_cycle_is_the_table() -> None:
    """``python -c "from contest import lifecycle; print(lifecycle.as_markdown())"`` makes it."""
    assert lifecycle.as_markdown() in (ROOT / "docs/life-cycle.md").read_text()
