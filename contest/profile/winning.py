"""What there is to win, and by what: prizes, categories, measures of a contest's own.

What is not said leaves no trace in a profile's content: rules from before keep their hash.
"""

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
    """How prizes are given. ``several``: may one unit take more than one?"""

    several: bool = True


class Category(Part):
    """A group of clips with prizes of its own; every clip is in one."""

    id: Identifier
    name: Text


class Measure(Part):
    """A measure of the contest's own: jury and interactions under other weights."""

    id: Identifier
    name: Text
    jury_weight: Count
    interaction_weight: Count
