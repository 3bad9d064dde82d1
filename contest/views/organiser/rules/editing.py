"""A section of the rules in the making: which rules its form shows, and the rule file that what was
filled in makes. The rules are this contest's, or those of the round that follows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contest.errors import Conflict, DomainError, not_found
from contest.profile import Profile
from contest.services.advancing import advancing
from contest.services.rules import fields
from contest.services.rules.fields import Rows, Rule
from contest.services.rules.next_rules import with_next
from contest.services.rules.rounds_words import NEXT, NEXT_FAULT
from contest.services.rules.toml_editing import edited
from contest.services.rules.words import SECTIONS as TITLES
from contest.services.rules.words import label_of
from contest.views.organiser.rules.section_form import changed, form_for
from contest.views.shared.forms import Form
from contest.views.shared.support import current, own_or_404

NEXT_ROUND = "next"  # in the address: ``?round=next``


@dataclass(frozen=True)
class Editing:
    """``profile``: the rules whose values are shown; ``of_next``: they are the next round's."""

    part: str
    profile: Profile
    of_next: bool

    @property
    def parts(self) -> Sequence[Rule | Rows]:
        return fields.of_rules(self.part, self.profile, of_next=self.of_next)

    @property
    def round(self) -> str | None:
        """For addresses of the same rules."""
        return NEXT_ROUND if self.of_next else None

    @property
    def title(self) -> str:
        """What the section is called; of a filing's questions its name."""
        if self.part.startswith(fields.FILING):
            called = self.part.removeprefix(fields.FILING)
            return next(one.name[current.language] for one in self.profile.filings
                        if one.id == called)
        return _title(self.part)

    @property
    def titles(self) -> dict[str, str]:
        """By name all sections of these rules."""
        names = fields.OF_NEXT if self.of_next else TITLES
        return {name: _title(name) for name in names}

    @property
    def filings(self) -> dict[str, str]:
        """By section what each filing is called, where their list is shown."""
        if self.part != "filings":
            return {}
        return {f"{fields.FILING}{one.id}": one.name[current.language]
                for one in self.profile.filings}

    def form(self) -> Form:
        """Filled from the rules, or from what was sent."""
        return form_for(self.parts, self.profile)

    def source(self, form: Form) -> str:
        """The contest's rule file with what was filled in. Nothing is stored."""
        source = own_or_404(current.contest.revision).source
        said = changed(form, self.parts, self.profile)
        return with_next(source, current.profile, said) if self.of_next else edited(source, said)

    def key(self, key: str) -> str:
        """The key of a fault as the form knows it: the next round's rules by their own names."""
        return key.removeprefix(NEXT).removeprefix(NEXT_FAULT) if self.of_next else key

    def faults(self, error: DomainError) -> list[str]:
        """The faults of a rule file, each with the rule's name."""
        said = [f"{_named(fault)}: {fault[current.language]}"
                for fault in error.data.get("faults", [])]
        return said or [error.message(current.language)]


def _named(fault: Mapping[str, str]) -> str:
    label = label_of(fault["key"])
    return label.en if current.language == "en" else label.vi


def editing(part: str, round_: str) -> Editing:
    """The section ``part`` of this round's rules, or of the next one's. Raises ``NotFound`` for a
    section or a round that is not there; ``Conflict`` once the next round has begun."""
    of_next = round_ == NEXT_ROUND
    profile = _next_profile() if of_next else current.profile
    found = Editing(part, profile, of_next)
    if not found.parts:
        raise not_found()
    return found


def _next_profile() -> Profile:
    _, profile = advancing.next_rules(current.contest)
    begun = advancing.following(current.db, current.contest)
    if begun is not None:
        raise Conflict(
            f"Vòng sau đã mở ({begun.slug}) và có thể lệ của mình. Hãy sửa ở trang Thể lệ của vòng "
            "đó.",
            f"The next round has begun ({begun.slug}) and has rules of its own. Change them on its "
            "page Rules.",
        )
    return profile


def next_links() -> dict[str, object]:
    """What ``components/next_rules.html`` shows of a contest that a round follows."""
    names = fields.OF_NEXT
    return {"next_begun": advancing.following(current.db, current.contest),
            "next_sections": {name: _title(name) for name in names}}


def _title(name: str) -> str:
    return TITLES[name].en if current.language == "en" else TITLES[name].vi
