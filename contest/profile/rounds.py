"""What comes before and after a round. A round is a contest of its own with rules of its own: the
next one's are this one's, with what ``next_round.rules`` says in place of what stood there.

What is not said leaves no trace in a profile's content: rules from before keep their hash.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
)

from contest.profile.parts import Identifier, Part, Text

Percent = Annotated[int, Field(ge=0, le=99)]
KINDS = ("best", "category", "above", "chair")
LARGEST_SLUG = 64
OWN = ("contest", "form", "next_round", "previous_round", "media")  # what no round has of its own


class NextRound(Part):
    """Who goes on, and under which rules.

    ``by``: the ``best`` ``count`` units, the best ``count`` of each ``category``, all ``above`` the
    mark ``least`` of 100, or the ``chair``'s list. ``ties``: of those who share the last place go
    on ``all``, or ``none`` before the chair has ordered them. ``clip``: the ``same`` clip, or a
    ``new`` one that units send. ``carried``: per cent of the next total that is this round's.
    ``rules``: what the next round has otherwise; ``without``: keys (with dots) of rules that this
    round has and the next one does not.
    """

    name: Text
    suffix: Identifier = "vong-sau"  # behind this contest's name in addresses
    by: Literal["best", "category", "above", "chair"] = "best"
    count: int | None = Field(default=None, gt=0, le=10_000)
    least: int | None = Field(default=None, gt=0, le=100)
    ties: Literal["all", "none"] = "all"
    clip: Literal["same", "new"] = "same"
    carried: Percent = 0
    rules: dict[str, Any] = Field(default_factory=dict)
    without: list[str] = Field(default_factory=list, max_length=200)

    @field_validator("rules")
    @classmethod
    def _as_stored(cls, value: dict[str, Any]) -> dict[str, Any]:
        """Instants as texts, so that rules are equal to what is stored of them. What the next
        round's file is made of is the file itself."""
        return {key: _written(part) for key, part in value.items()}

    @model_serializer(mode="wrap")
    def _as_said(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in whole(self).items()
                if value is not None and not (key == "without" and not value)}

    @property
    def promotion(self) -> dict[str, object]:
        """The rule as ``scoring`` takes it."""
        if self.by in ("best", "category"):
            return {"by": self.by, "count": self.count, "ties": self.ties}
        return {"by": self.by} | ({"least": self.least} if self.by == "above" else {})


class PreviousRound(Part):
    """The contest that this one follows, written when this one is begun."""

    contest: Identifier
    clip: Literal["same", "new"] = "same"
    carried: Percent = 0


def _written(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _written(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_written(part) for part in value]
    return value.isoformat() if isinstance(value, datetime) else value


def changes(data: Mapping[str, Any]) -> dict[str, Any]:
    """What makes the next round's rule file of this one: by key (with dots) the value, None for
    what goes. ``data``: checked rules that have a ``next_round``."""
    said, slug = data["next_round"], data["contest"]["slug"]
    own = {name: said[name] for name in ("clip", "carried") if said.get(name)}
    named = f"{slug}-{said.get('suffix', 'vong-sau')}"[:LARGEST_SLUG]
    found: dict[str, Any] = {"next_round": None, "contest.slug": named}
    for language in ("vi", "en"):
        title = f"{data['contest']['title'][language]} – {said['name'][language]}"
        found[f"contest.title.{language}"] = title
    if "name" in data.get("media", {}):  # clips alone have it
        found["media.name"] = named
    found |= {f"previous_round.{key}": value for key, value in {"contest": slug, **own}.items()}
    found |= dict.fromkeys(said.get("without", ()))
    return found | dict(_flat(said.get("rules", {})))


def _flat(rules: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Tables are changed key by key, everything else (lists, too) is written anew."""
    for key, value in rules.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def following(data: Mapping[str, Any]) -> dict[str, Any]:
    """The next round's rules as data."""
    result = _copied(data)
    for key, value in changes(data).items():
        *tables, name = key.split(".")
        table = result
        for part in tables:
            table = table.setdefault(part, {})
        if value is None:
            table.pop(name, None)
        else:
            table[name] = value
    return result


def _copied(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _copied(v) if isinstance(v, Mapping) else v for k, v in data.items()}
