"""A revision's input as the workbook goes through it: some hundred clips with their marks and
ledgers in memory, of each of the others no more than a line."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from contest.models import Result
from contest.services.results.ranking_rows import Stored
from scoring import interactions, jury, schema, strictness
from scoring.interactions import Interactions
from scoring.model import Contest, Entry

AT_ONCE = 200  # clips


class Source:
    """The clips, read anew each time that they are gone through, in the order of the revision."""

    def __init__(self, session: Session, result: Result) -> None:
        self._stored = Stored(session, result, Result.input)
        head = self._stored.others("entries")
        self._head = {**head, "entries": [], "chair_decisions": []}
        self.contest = schema.read(self._head)  # rules and jurors, no clips

    def parts(self) -> Iterator[Contest]:
        """Some hundred clips at a time."""
        rows = self._stored.each("entries")
        while some := list(islice(rows, AT_ONCE)):
            yield schema.read({**self._head, "entries": some})

    def __iter__(self) -> Iterator[Entry]:
        return (entry for part in self.parts() for entry in part.entries)

    def strictness(self) -> list[dict[str, Any]]:
        """How strict each juror was; the one thing for which all marks are in memory at once."""
        marked = [{**row, "interactions": None} for row in self._stored.each("entries")]
        lines: list[dict[str, Any]] = strictness({**self._head, "entries": marked})["jurors"]
        return lines


@dataclass
class Gathered:
    """Of each clip what several sheets need: itself without marks and ledger, what its interactions
    earn, the jury's mean of those still in the contest (None where nobody has marked it), and the
    rows of its first ballot and of its line."""

    clips: list[Entry] = field(default_factory=list)
    scores: dict[str, Interactions] = field(default_factory=dict)
    means: dict[str, Fraction | None] = field(default_factory=dict)
    ballot_rows: dict[str, int] = field(default_factory=dict)
    clip_rows: dict[str, int] = field(default_factory=dict)


def gathered(source: Source) -> Gathered:
    """All clips, gone through once."""
    found, rules, ballot_row = Gathered(), source.contest.rules, 2
    for part in source.parts():
        for entry in part.entries:
            found.clip_rows[entry.id] = 2 + len(found.clips)
            found.ballot_rows[entry.id] = ballot_row
            ballot_row += len(entry.marks)
            found.scores[entry.id] = interactions.score(entry, rules)
            found.clips.append(replace(
                entry, ledger=None, marks=entry.marks if rules.standardise else {}))
        if not rules.standardise:
            found.means |= _means(part)
    if rules.standardise:  # each mark depends on all the others
        found.means = _means(replace(source.contest, entries=tuple(found.clips)))
    return found


def _means(contest: Contest) -> dict[str, Fraction | None]:
    return {clip: score.mean for clip, score in jury.score(contest).items()}
