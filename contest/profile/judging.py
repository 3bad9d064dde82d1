"""How the jury marks: the rubric, who marks which clip, how many must.

What is not said leaves no trace in a profile's content: rules from before keep their hash.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from contest.profile.parts import Count, Identifier, Part, Positive, Text


class Level(Part):
    """What a number of points stands for, so that jurors mean the same by it."""

    points: Count
    text: Text


class Criterion(Part):
    """One line of the rubric. ``weight`` multiplies marks and maximum alike."""

    id: Identifier
    name: Text
    hint: Text
    max: Positive
    weight: Positive = 1
    levels: list[Level] = Field(default_factory=list)


Most = Annotated[int, Field(ge=1, le=50)]


class Jury(Part):
    """How the jury works (plan III.3: BGK).

    ``assignment``: who marks which clip: everybody all, ``each`` clip by ``jurors_per_clip``, or by
    ``category``, where ``jurors_per_clip`` of its jurors take a clip, or all of them. ``quorum``:
    fewest ballots of a clip. ``strictness``: whether minutes and workbook tell how strict each
    juror was. ``live``: marks are given before everybody and shown on a stage screen as they fall.
    """

    blind: bool = False
    trim: Count = 0  # marks left out at each end of a clip's jury means
    standardise: bool = False  # per juror; for juries in which not everybody marks every clip
    assignment: Literal["all", "each", "category"] = "all"
    jurors_per_clip: Most | None = None
    quorum: Annotated[int, Field(ge=0, le=50)] = 0
    strictness: bool = False
    live: bool = False
    criteria: list[Criterion] = Field(min_length=1)

    @model_serializer(mode="wrap")
    def _as_before(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Rules that say nothing of these keep the hash they had before there were any."""
        usual = {"assignment": "all", "jurors_per_clip": None, "quorum": 0, "strictness": False,
                 "live": False}
        return {k: v for k, v in whole(self).items() if k not in usual or v != usual[k]}

    @property
    def fewest_jurors(self) -> int:
        """How many jurors a clip that is given out shall have, or more."""
        return self.jurors_per_clip or 1

    @property
    def assigned(self) -> bool:
        """Whether each clip is given to some of the jurors."""
        return self.assignment != "all"
