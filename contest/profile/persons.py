"""Rules about persons: how long their data are kept, and who confirms what was said of them."""

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from contest.profile.parts import Part

Days = Annotated[int, Field(gt=0, le=3650)]
MAILS_MOST = 90  # the platform itself forgets a mail 90 days after it was sent


class Retention(Part):
    """How many days personal data are kept after what ends their purpose. Left out: kept until
    somebody asks for erasure. What happens then: ``services/privacy/retention``."""

    rejected_clips: Days | None = None  # after the entry was turned down or withdrawn
    originals: Days | None = None  # after the awards; the still picture of a clip stays
    ledgers: Days | None = None  # after the awards: files of counts and shares, accounts in them
    screenshots: Days | None = None  # after the awards: pictures and films of counts
    mails: Annotated[int, Field(gt=0, le=MAILS_MOST)] | None = None  # after they were sent
    logs: Days | None = None  # after it happened: who opened what, refusals, browsers of units
    signed_forms: Days | None = None  # after the awards; files that came with a form as well
    requests: Days | None = None  # after they ended: who asked, and what was written
    removal_proofs: Days | None = None  # after they were kept: that a post left the Page

    @model_serializer(mode="wrap")
    def _as_before(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Rules that do not name what came later keep the hash they had before."""
        content: dict[str, Any] = write(self)
        return {key: value for key, value in content.items()
                if key != "removal_proofs" or value is not None}


class Confirming(Part):
    """Whether each named author is asked to confirm for themselves, and whether minors need a
    guardian's word (Luật 91/2025/QH15, Điều 24; a child is below 16 by Luật Trẻ em 2016)."""

    authors: Literal["no", "asked", "required"] = "no"
    minors: bool = False  # ask the birth year; below the age a guardian agrees as well
    minor_age: int = Field(default=16, ge=14, le=18)
