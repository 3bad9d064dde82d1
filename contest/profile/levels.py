"""The level above: which contest entries are handed up to, and how many.

What is not said leaves no trace in a profile's content: rules from before keep their hash.
"""

from collections.abc import Sequence

from pydantic import Field

from contest.profile.parts import Part
from contest.profile.winning import Category


class Parent(Part):
    """The contest above. ``contest``: its short name, of this installation; else ``installation``,
    the address of another one, with the fingerprint of its ``key``. ``unit``: as which unit the
    entries stand there, empty: the organiser's name. ``quota``: so many are handed up, empty: no
    bound of ours. ``consent``: the purpose without which no entry is handed up."""

    contest: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?$")
    installation: str = Field(default="", pattern=r"^(https://[^\s/]+)?$", max_length=200)
    unit: str = Field(default="", max_length=200)
    quota: int | None = Field(default=None, gt=0)
    consent: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?$")

    @property
    def named(self) -> bool:
        """Whether there is a level above."""
        return bool(self.contest)


def most_of(parent: Parent, categories: Sequence[Category]) -> dict[str, int]:
    """How many entries may be handed up: of a category by its id, "" of all together."""
    found = {one.id: one.hand_up for one in categories if one.hand_up is not None}
    return found | ({"": parent.quota} if parent.quota is not None else {})
