"""Who marks which clip, and clips that too few have marked.

A clip may name the jurors who were given it; one that names nobody is everybody's. What a juror who
was not given a clip has not marked is no gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scoring.model import Contest, Entry
from scoring.nodes import Node, distinct


def read(node: Node | None, jurors: frozenset[str], marks: Iterable[str]) -> tuple[str, ...] | None:
    """The jurors whose clip it is, None for all; ``marks``: of whom there is a ballot."""
    if node is None:
        return None
    nodes = node.items()
    names = tuple(item.text() for item in nodes)
    distinct(nodes, names)
    for item, name in zip(nodes, names, strict=True):
        if name not in jurors:
            item.refuse(
                f"“{name}” không có trong danh sách giám khảo.",
                f'"{name}" is not in the list of jurors.',
            )
    for juror in marks:
        if juror not in names:
            node.refuse(
                f"Có phiếu của “{juror}”, mà clip không được giao cho người này.",
                f'There is a ballot of "{juror}", who was not given this clip.',
            )
    return names


def given_to(entry: Entry, jurors: Iterable[str]) -> list[str]:
    """Those of ``jurors`` who mark this clip, in their order."""
    return [juror for juror in jurors if entry.jurors is None or juror in entry.jurors]


def below_quorum(contest: Contest) -> list[dict[str, Any]]:
    """``{"entry", "unit", "ballots"}`` for each clip with fewer complete ballots than the rules
    ask for."""
    rules = contest.rules
    least = rules.quorum if rules.jury_share else 0
    counted = [
        (entry, _complete(entry, contest.jurors, len(rules.criteria)))
        for entry in sorted(contest.running, key=lambda entry: entry.id)
    ]
    return [
        {"entry": entry.id, "unit": entry.unit, "ballots": ballots}
        for entry, ballots in counted if ballots < least
    ]


def _complete(entry: Entry, jurors: Iterable[str], criteria: int) -> int:
    ballots = [entry.marks.get(juror, {}) for juror in jurors]
    return sum(not isinstance(ballot, str) and len(ballot) == criteria for ballot in ballots)
