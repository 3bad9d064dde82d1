"""The part of the input that says what there is to win: prizes, categories, named measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scoring.model import CHAIR, INTERACTIONS, JURY, OVERALL, Measure, Prize
from scoring.nodes import Node, distinct

PLAN_PRIZES = (Prize("first", 1), Prize("second", 1), Prize("third", 1), Prize("consolation", 3))
_PLAIN = (OVERALL, JURY, INTERACTIONS, CHAIR)


def prizes(node: Node, known: Mapping[str, Sequence[str]]) -> tuple[Prize, ...]:
    """The prizes in their order. ``known``: the keys that a measure of a kind may name, such as the
    ids of the criteria. Raises ``InputError`` like all of these."""
    nodes = node.items()
    fields = [item.fields(("id", "count", "by"), ("id", "count")) for item in nodes]
    found = tuple(
        Prize(
            f["id"].text(),
            f["count"].integer(0, 100_000),
            by(f["by"], known) if "by" in f else OVERALL,
        )
        for f in fields
    )
    distinct(nodes, (prize.id for prize in found))
    return found


def by(node: Node, known: Mapping[str, Sequence[str]]) -> str:
    """What a prize goes by: one of the plain words, or a kind and a key that the rules know."""
    kinds = [f"{kind}:{key}" for kind, keys in known.items() for key in keys]
    return node.choice(*_PLAIN, *kinds)


def measures(node: Node) -> tuple[Measure, ...]:
    """The measures that the rules name."""
    nodes = node.items()
    found = tuple(_measure(item) for item in nodes)
    distinct(nodes, (measure.id for measure in found))
    return found


def _measure(node: Node) -> Measure:
    names = ("id", "jury_weight", "interaction_weight")
    fields = node.fields(names, names)
    measure = Measure(
        fields["id"].text(), fields["jury_weight"].ratio(), fields["interaction_weight"].ratio()
    )
    if not measure.jury_weight + measure.interaction_weight:
        node.refuse("Hai trọng số không thể cùng bằng 0.", "Both weights cannot be zero.")
    return measure


def category(node: Node | None, known: Sequence[str]) -> str | None:
    """The category of a clip, None where it has none."""
    return None if node is None or node.value is None else node.choice(*known)
