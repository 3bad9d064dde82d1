"""What there is to win, and by what: prizes, categories, measures of a contest's own.

What is not said leaves no trace in a profile's content: rules from before keep their hash.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from contest.profile.parts import Count, Identifier, Part, Positive, Text

#: The measure of a prize; of the last three with the id of a criterion, category or measure.
By = Annotated[
    str,
    Field(
        pattern=r"^(overall|jury|interactions|chair"
        r"|(criterion|category|measure):[a-z0-9][a-z0-9_-]{0,63})$"
    ),
]


class Prize(Part):
    """A prize and how many there are of it (plan V); ``by``: what it goes by."""

    id: Identifier
    name: Text
    count: Positive
    certificate: bool = True
    cash: bool = False
    amount: int | None = Field(default=None, gt=0, le=10**12)  # of cash for each, in đồng
    by: By = "overall"

    @model_serializer(mode="wrap")
    def _as_before(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A prize by the ranking, without an amount, keeps the form it had before."""
        usual = {"by": "overall", "amount": None}
        return {k: v for k, v in whole(self).items() if k not in usual or v != usual[k]}


class Awards(Part):
    """How prizes are given. ``several``: may one unit take more than one? ``participation``: does
    every clip that stays in the contest get a certificate of participation?"""

    several: bool = True
    participation: bool = False

    @model_serializer(mode="wrap")
    def _as_before(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Rules that give no such certificate keep the form they had before."""
        return {k: v for k, v in whole(self).items() if k != "participation" or v}


class Category(Part):
    """A group of clips with prizes of its own; every clip is in one.

    ``units``: only units of this group (khối) are in it. ``maximum``: so many clips of it a unit
    may send, within the quota.
    """

    id: Identifier
    name: Text
    units: str = Field(default="", max_length=100)
    maximum: int | None = Field(default=None, gt=0)
    hand_up: int | None = Field(default=None, gt=0)  # to the level above

    @model_serializer(mode="wrap")
    def _as_before(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A category that anybody may choose keeps the form it had before there were others."""
        return {k: v for k, v in whole(self).items() if v or k in ("id", "name")}


def open_to(categories: Sequence[Category], group: str) -> list[Category]:
    """The categories that a unit of ``group`` may enter: its group's own, else those of nobody's.

    A single one need not be chosen; with none its clips have no place, which is refused.
    """
    own = [one for one in categories if one.units and one.units == group]
    return own or [one for one in categories if not one.units]


class Measure(Part):
    """A measure of the contest's own: jury and interactions under other weights."""

    id: Identifier
    name: Text
    jury_weight: Count
    interaction_weight: Count
