"""What kind of entry a contest takes: a clip, a set of pictures, a document or a text.

The rules of a clip's own matter stand in ``[media]``; those of the other kinds here. What is not
said leaves no trace in a profile's content: rules from before keep their hash.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from contest.profile.parts import Part

Kind = Literal["clip", "pictures", "document", "text"]
DocumentType = Literal["pdf", "docx"]
Ratio = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}:[1-9][0-9]{0,3}$")]
MOST_BYTES = 100 * 10**6  # of one document or picture: what is read has to be read in a box
#: Kind -> what a person calls one, and several, in Vietnamese and English.
NAMES: Mapping[str, tuple[str, str, str]] = {
    "clip": ("clip", "clip", "clips"), "pictures": ("bộ ảnh", "picture set", "picture sets"),
    "document": ("tài liệu", "document", "documents"), "text": ("bài viết", "text", "texts"),
}
_CLIP = re.compile(r"(?<![\w/.-])(c|C)lip(s?)(?![\w/-])")


def _both() -> list[DocumentType]:
    return ["pdf", "docx"]


class PictureSet(Part):
    """How many pictures a set has, how large each is at least (pixels of its sides, however it is
    held), which ratios are taken (``"3:2"``)."""

    least: int = Field(default=1, gt=0, le=30)
    most: int = Field(default=10, gt=0, le=30)
    min_long_side: int | None = Field(default=None, gt=0, le=20_000)
    min_short_side: int | None = Field(default=None, gt=0, le=20_000)
    ratios: list[Ratio] = Field(default_factory=list, max_length=6)


class Paper(Part):
    """A document: which types, how many pages and words."""

    types: list[DocumentType] = Field(default_factory=_both, min_length=1)
    least_pages: int | None = Field(default=None, gt=0, le=500)
    most_pages: int | None = Field(default=None, gt=0, le=500)
    least_words: int | None = Field(default=None, gt=0, le=500_000)
    most_words: int | None = Field(default=None, gt=0, le=500_000)


class Writing(Part):
    """A text, written on the page itself: how many words."""

    least_words: int | None = Field(default=None, gt=0, le=20_000)
    most_words: int | None = Field(default=None, gt=0, le=20_000)


class Entry(Part):
    """The kind of what is entered, and the rules of that kind."""

    kind: Kind = "clip"
    pictures: PictureSet = PictureSet()
    document: Paper = Paper()
    text: Writing = Writing()

    @model_serializer(mode="wrap")
    def _without_what_is_not_said(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        usual = {"pictures": PictureSet(), "document": Paper(), "text": Writing()}
        return {key: value for key, value in whole(self).items()
                if key not in usual or getattr(self, key) != usual[key]}

    @property
    def is_clip(self) -> bool:
        return self.kind == "clip"

    @property
    def is_composed(self) -> bool:
        """Put together on the platform's own pages, not sent as one file."""
        return self.kind in ("pictures", "text")

    @property
    def extensions(self) -> list[str]:
        """The endings of files that are taken, where the kind is no clip."""
        taken: dict[str, list[str]] = {
            "pictures": ["jpg", "jpeg", "png", "webp", "heic", "heif"],
            "document": list(self.document.types),
        }
        return taken.get(self.kind, [])


def name_of(kind: str, language: str, *, many: bool = False) -> str:
    """What a person calls an entry of this kind: "tài liệu", "document", "documents"."""
    vi, one, more = NAMES[kind]
    return vi if language == "vi" else more if many else one


def spoken(text: str, kind: str, language: str) -> str:
    """A sentence about clips as a contest of another kind says it; of a clip's, untouched.

    Whole words alone are changed, so that addresses and names of files stay.
    """
    if kind == "clip" or "lip" not in text:
        return text

    def word(found: re.Match[str]) -> str:
        name = name_of(kind, language, many=bool(found[2]))
        return name.capitalize() if found[1] == "C" else name

    return _CLIP.sub(word, text)


def spoken_all(texts: Mapping[str, str], kind: str, language: str) -> dict[str, str]:
    """The same for a table of texts."""
    return {key: spoken(text, kind, language) for key, text in texts.items()}
