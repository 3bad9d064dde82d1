"""What every part of a profile is made of: tables, texts in both languages, kinds of values."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(gt=0)]


class Part(BaseModel):
    """A table of the file: unknown keys refused, values not converted, instances immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Text(Part):
    """A text in both languages."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.vi
