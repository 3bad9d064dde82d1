"""The guide as it is read: pages in both orders, by role and by phase, and who leads to them."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from contest.guide import writing
from contest.guide.writing import Show

HERE = Path(__file__).parent
FIRST = "everyone/when-a-page-refuses"  # what an error page leads to that has none of its own


@dataclass(frozen=True)
class Topic:
    """One page in one language. ``body`` is safe HTML, ``text`` what it says without marks."""

    role: str
    slug: str
    phase: str
    title: str
    lead: str
    words: str  # what else people call it, for the search alone
    body: Markup
    headings: tuple[str, ...]
    text: str

    @property
    def key(self) -> str:
        return f"{self.role}/{self.slug}"

    @property
    def lowered(self) -> Markup:
        """``body`` where the page's own title is a heading of the second order."""
        return Markup(str(self.body).replace("<h2>", "<h3>").replace("</h2>", "</h3>"))  # noqa: S704


@dataclass(frozen=True)
class Part:
    """The pages of a role or of a phase, in reading order."""

    key: str
    name: str
    lead: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Book:
    """The whole guide in one language."""

    roles: tuple[Part, ...]
    phases: tuple[Part, ...]

    @property
    def topics(self) -> Iterator[Topic]:
        return (topic for part in self.roles for topic in part.topics)

    def role(self, key: str) -> Part | None:
        return next((part for part in self.roles if part.key == key), None)

    def topic(self, key: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.key == key), None)

    def neighbours(self, topic: Topic) -> tuple[Topic | None, Topic | None]:
        """The page before and the page after, across the roles."""
        every = list(self.topics)
        at = every.index(topic)
        return every[at - 1] if at else None, every[at + 1] if at + 1 < len(every) else None


@cache
def contents() -> Mapping[str, Any]:
    """``contents.toml``, as it is written."""
    return tomllib.loads((HERE / "contents.toml").read_text("utf-8"))


def page_of_screen(endpoint: str | None) -> str | None:
    """The page that explains a screen, ``role/slug``; none for what is no screen."""
    found: str | None = contents()["screens"].get(endpoint)
    return found


def page_of_refusal(code: str) -> str:
    """The page for an error page, by its word."""
    return str(contents()["refusals"].get(code, FIRST))


def page_of_letter(template: str) -> str | None:
    """The page that a letter leads to, if its reader has something to do."""
    found: str | None = contents()["letters"].get(template)
    return found


def load(language: str, show: Show) -> Book:
    """Read the guide in a language. ``show`` writes a picture's place in a page, by its name."""
    roles = tuple(
        Part(role["key"], role["name"][language], role["lead"][language], tuple(
            _topic(language, role["key"], slug, phase, show)
            for slug, phase in role["topics"].items()
        ))
        for role in contents()["roles"]
    )
    phases = tuple(
        Part(phase["key"], phase["name"][language], "", tuple(
            topic for part in roles for topic in part.topics if topic.phase == phase["key"]
        ))
        for phase in contents()["phases"]
    )
    return Book(roles, phases)


def _topic(language: str, role: str, slug: str, phase: str, show: Show) -> Topic:
    source = (HERE / "texts" / language / role / f"{slug}.md").read_text("utf-8")
    head, body = writing.split(source)
    return Topic(
        role, slug, phase, head["title"], head["lead"], head.get("words", ""),
        writing.html(body, show), writing.headings(body), writing.plain(body),
    )
