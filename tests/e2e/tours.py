"""Where the walk goes in the house of further contests: not along links, which would lead through
all pages of ten contests again, but to those that look otherwise there than in a full house.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.contest.stage import AFTER
from tests.e2e.conftest import OPEN, PUBLICITY, House
from tests.e2e.further import FINAL


@dataclass(frozen=True)
class Tour:
    """Pages of one contest at one moment as one role sees them: ``unit`` is the contest's own.
    ``paths`` stand below the contest; in braces the names of entries (their codes) and units."""

    contest: str
    role: str
    at: datetime
    paths: tuple[str, ...]

    def visitor(self) -> str:
        return self.contest if self.role == "unit" else self.role

    def addresses(self, house: House) -> Iterator[str]:
        for path in self.paths:
            found = path.format_map(names(house))
            yield found if found.startswith("/") else f"/c/{self.contest}/{found}"


def names(house: House) -> Mapping[str, object]:
    """What the addresses of tours name: entries' codes and, with ``unit_`` before, units' ids."""
    units = {f"unit_{name}": unit.id for name, unit in house.guests.items()}
    return {name: entry.code for name, entry in house.entries.items()} | units | house.numbers


def _of_kind(kind: str) -> tuple[Tour, ...]:
    """A contest of entries that are no clip, as each role sees it."""
    entry = f"{{{{{kind}_{{}}}}}}".format
    return (
        Tour(kind, "unit", OPEN, (
            "unit", "unit/entries/new", f"unit/entries/{entry('uploading')}/send",
            f"unit/entries/{entry('uploading')}/review",
            *(f"unit/entries/{entry(state)}" for state in (
                "uploading", "needs_fix", "in_review", "published")),
        )),
        Tour(kind, "reviewer", OPEN, ("review/", f"review/{entry('in_review')}")),
        Tour(kind, "organiser", OPEN, (
            "organiser/", "organiser/entries", f"organiser/entries/{entry('in_review')}",
            f"organiser/entries/{entry('uploading')}/send", f"organiser/sending/{entry('errand')}",
            "organiser/rules", "organiser/publications")),
        Tour(kind, "public", PUBLICITY, (
            "", "clips", f"clips/{entry('published')}", "rules")),
        Tour(kind, "juror", PUBLICITY, (
            "jury/", f"jury/{entry('other')}", "jury/own",
            f"jury/own/compare?clip={entry('other')}&clip={entry('published')}")),
    )


TOURS: Mapping[str, tuple[Tour, ...]] = {
    "pictures": _of_kind("pictures"),
    "document": _of_kind("document"),
    "text": _of_kind("text"),
    "marking": (
        Tour("cham", "unit", OPEN, (
            "unit", "unit/entries/new", "unit/filings/registration", "unit/filings/report",
            "unit/entries/{cham_in_review}", "unit/entries/{cham_0}/posts")),
        Tour("cham", "reviewer", OPEN, ("review/{cham_in_review}",)),
        Tour("cham", "organiser", OPEN, (
            "organiser/", "organiser/filings", "organiser/filings/{unit_cham}/registration",
            "organiser/filings/{unit_cham}/report", "organiser/messages/chat/filings",
            "organiser/rules/sections/filings", "organiser/rules/sections/filings.report",
            "organiser/entries", "organiser/entries/{cham_in_review}")),
        Tour("cham", "organiser", PUBLICITY, (
            "organiser/", "organiser/elsewhere", "organiser/elsewhere/import",
            "organiser/interactions/clips/{cham_0}",
            "organiser/jury/", "organiser/jury/assignment", "organiser/jury/calibration",
            "organiser/jury/strictness", "organiser/people/")),
        Tour("cham", "juror", PUBLICITY, ("jury/", "jury/trial-clip", "jury/{cham_given}")),
        Tour("cham", "public", PUBLICITY, ("", "rules", "clips", "clips/{cham_0}")),
    ),
    "beside": (
        Tour("viec", "unit", OPEN, (
            "unit/entries/{viec}/captions", "unit/entries/{viec}/authors",
            "unit/entries/{viec_mended}/fix", "unit/entries/{viec}")),
        Tour("viec", "reviewer", OPEN, (
            "review/{viec}", "review/{viec}/copies/{pair}", "review/copies", "review/minutes")),
        Tour("viec", "organiser", OPEN, (
            "organiser/requests", "organiser/requests/entries/{viec_gone}",
            "organiser/units/sheets", "organiser/units/sheet",
            "organiser/privacy", "organiser/privacy/{privacy}", "organiser/privacy/{privacy}/erase",
            "organiser/privacy/retention/originals", "organiser/entries/{viec}/captions",
            "organiser/entries/{viec}/authors", "organiser/entries/{viec}",
            "/account/passkeys/{passkey}", "/account/second-factor/confirm")),
        Tour("viec", "public", OPEN, (
            "/account/invitation", "/account/link", "/account/here", "privacy",
            "privacy/sent", "privacy/confirm", "privacy/archive", "author", "remote/")),
    ),
    "levels": (
        Tour("thanh-pho", "organiser", OPEN, (
            "organiser/", "organiser/levels", "organiser/handovers",
            "organiser/handovers?list=decided", "organiser/signed-files",
            "organiser/entries/{thanh-pho}")),
        Tour("phuong-5", "organiser", OPEN, (
            "organiser/", "organiser/levels", "organiser/levels/send", "organiser/handovers",
            "organiser/signed-files", "organiser/filings-up",
            "organiser/entries/{phuong-5_0}")),
        Tour("phuong-5", "unit", OPEN, ("unit/entries/{phuong-5_0}",)),
        Tour("thanh-pho", "unit", OPEN, ("unit", "unit/entries/{thanh-pho}")),
        Tour("phuong-9", "organiser", OPEN, ("organiser/levels",)),
    ),
    "rounds": (
        Tour("so-khao", "organiser", OPEN, (
            "organiser/rules/sections/rounds", "organiser/rules/sections/schedule?round=next",
            "organiser/rules/sections/jury?round=next", "organiser/next-round")),
        Tour("vong-loai", "public", AFTER, (
            "", "results", "results/clips/{vong-loai}", "results/table", "results/ceremony",
            "results/embed")),
        Tour("vong-loai", "unit", AFTER, ("unit", "unit/entries/{vong-loai}")),
        Tour("vong-loai", "organiser", AFTER, (
            "organiser/", "organiser/results/", "organiser/next-round", "organiser/ceremony/",
            "organiser/ceremony/stage", "organiser/documents/",
            "organiser/documents/1/certificates", "organiser/documents/templates/participation",
            "organiser/jury/strictness")),
        Tour("vong-loai-chung-ket", "organiser", FINAL, (
            "organiser/", "organiser/live", "organiser/live/{chung-ket}", "organiser/live/stage",
            "organiser/handovers")),
        Tour("vong-loai-chung-ket", "juror", FINAL, ("jury/",)),
        Tour("vong-loai-chung-ket", "public", FINAL, ("", "clips")),
    ),
}
