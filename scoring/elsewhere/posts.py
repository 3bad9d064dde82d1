"""The part of the input about other platforms: what each pays, and the counts of clips' posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoring.model import COUNTS, Platform, Post, Rules
from scoring.nodes import Node, distinct

_PAYS = {name: f"points_per_{name.removesuffix('s')}" for name in COUNTS}
_RULE = ("id", *_PAYS.values(), "views_per_step", "cap")


def platforms(node: Node) -> tuple[Platform, ...]:
    """What the rules say of other platforms. Raises ``InputError`` like all of these."""
    nodes = node.items()
    found = tuple(_platform(item.fields(_RULE, ("id",))) for item in nodes)
    distinct(nodes, (one.id for one in found))
    return found


def _platform(fields: dict[str, Node]) -> Platform:
    cap = fields.get("cap")
    return Platform(
        id=fields["id"].text(),
        pays={n: fields[key].integer() if key in fields else 0 for n, key in _PAYS.items()},
        step=fields["views_per_step"].integer(1) if "views_per_step" in fields else 1,
        cap=None if cap is None or cap.value is None else cap.integer(1),
    )


def posts(node: Node | None, known: Sequence[Platform]) -> tuple[Post, ...]:
    """A clip's posts, at most one on each platform; a count that is not known is null."""
    if node is None:
        return ()
    nodes = node.items()
    names, found = [one.id for one in known], []
    for item in nodes:
        fields = item.fields(("platform", *COUNTS), ("platform",))
        on = known[names.index(fields["platform"].choice(*names))]
        counts = {name: _number(fields.get(name)) for name in COUNTS}
        found.append(Post(on, counts))
    distinct(nodes, (post.on.id for post in found))
    return tuple(sorted(found, key=lambda post: names.index(post.on.id)))


def _number(node: Node | None) -> int | None:
    return None if node is None or node.value is None else node.integer()


def stated(rules: Rules) -> list[dict[str, Any]]:
    """What each platform pays, every default written out; valid as input again."""
    return [
        {"id": one.id, **{key: one.pays[name] for name, key in _PAYS.items()},
         "views_per_step": one.step, "cap": one.cap}
        for one in rules.platforms
    ]


def written(posts: Sequence[Post]) -> list[dict[str, Any]]:
    """A clip's posts as the input has them."""
    return [{"platform": post.on.id, **post.counts} for post in posts]


def lacking(posts: Sequence[Post]) -> list[str]:
    """The platforms where a count that earns points is not known."""
    return [post.on.id for post in posts if post.lacking]
