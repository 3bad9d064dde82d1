"""Where clips are shown, how they get there, and who sees them."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field, SerializerFunctionWrapHandler, model_serializer

from contest.profile.parts import Part


class Publication(Part):
    """How approved clips reach the Page (plan III.3, note)."""

    release_at: AwareDatetime | None = None  # default: schedule.publicity_opens
    caption: str = Field(min_length=1)
    mode: Literal["api", "manual"] = "api"
    watch_here: bool = False  # may everybody watch published clips on the contest's own pages, too?
    own_certificates: bool = False  # may units fetch theirs once the result is published?

    @model_serializer(mode="wrap")
    def _as_before(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Rules that allow none of what came later keep the hash they had before."""
        content: dict[str, Any] = write(self)
        later = ("watch_here", "own_certificates")
        return {key: value for key, value in content.items() if key not in later or value}


Place = Literal["fanpage", "site"]


def _usual() -> list[Place]:
    return ["fanpage"]


class Showing(Part):
    """Where clips are shown once they are released: on the Fanpage, on the contest's own pages, on
    both; nowhere (an empty list) before the result."""

    where: list[Place] = Field(default_factory=_usual)
