"""Everybody in front of every address: what is asked for, by whom, and what is told."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask.wrappers import Response

from contest.clock import FixedClock
from contest.config import Settings
from contest.drawing import cards
from contest.web import create_app
from contest.wiring import Platform
from tests.contest.built import Built
from tests.contest.conftest import SECRET_KEY, Client, Visits
from tests.contest.factory import Factory
from tests.contest.seen.phases import TIMES, Phase, join
from tests.contest.seen.planted import Fact, Planted
from tests.contest.test_permissions import TABLE

ROLES = ("public", "unit", "other_unit", "reviewer", "juror", "unit_juror", "former_juror",
         "organiser", "admin", "foreign_unit", "foreign_reviewer", "foreign_juror",
         "foreign_organiser")  # fmt: skip
# What an address may hold besides what there is but one of.
VARIANTS: dict[str, dict[str, tuple[str, ...]]] = {
    "media.file": {"kind": ("original", "rendition", "poster")},
    "certificates.one": {"kind": ("docx",)},
    "certificates.participation": {"kind": ("docx",)},
    "documents.docx": {"kind": ("minutes", "decision", "certificates")},
    "documents.pdf": {"kind": ("minutes",)},
    "documents.template": {"kind": ("minutes",)},
    "documents.template_file": {"kind": ("minutes",)},
    "lists.export": {"what": ("units", "entries"), "kind": ("csv", "xlsx", "json")},
    "handing_on.listed": {"kind": ("missing", "findings", "granted", "filings")},
    "letters.one": {"letter": ("findings", "rejected", "reminder", "result")},
    "reminders.preview": {"kind": ("missing", "findings", "jury", "reviewing", "counting")},
    "repairs.file": {"kind": ("clip",)},
    "results.export": {"kind": ("json", "xlsx", "csv", "zip")},
    "published.entry": {"code": ("shown",)},
}
CLIPS = ("shown", "held")
Contests = tuple[Planted, dict[str, Phase], Phase, dict[str, int]]
FIRST = ("session_id", "check_id", "publication_id", "correction_id", "void_id", "evidence_id",
         "passkey_id", "request_id", "grant_id", "fetch_id", "telling_id", "view_id",
         "attachment_id", "level_id", "handover_id", "part_id", "post_id")


class Walk:
    """All phases in one database, and what people see there.

    ``states``: where they are put back from, or kept.
    """

    def __init__(
        self, folder: Path, database_url: str, names: Sequence[str], states: Built | None = None
    ) -> None:
        self.clock = FixedClock(datetime.fromisoformat(TIMES["open"]))
        self.platform = Platform(Settings(
            data_dir=folder, database_url=database_url, redis_url="",
            storage_url=f"file://{folder}/clips", base_url="http://localhost",
            secret_key=SECRET_KEY, second_factor="optional",
        ))
        self.platform.__dict__["clock"] = self.clock
        self.make, self.drawn = Factory(self.platform), list[str]()
        self.planted, self.phases, self.foreign, self.pairs = self._contests(names) if (
            states is None
        ) else states.get(("seen", *names), self.make, None, lambda: self._contests(names))
        self.app = create_app(self.platform)
        self.app.test_client_class = Client

    def _contests(self, names: Sequence[str]) -> Contests:
        planted = Planted()
        phases = {name: Phase(self.make, self.clock, planted, name) for name in names}
        foreign = Phase(self.make, self.clock, planted, "released", "elsewhere")
        pairs = {name: join(phase, foreign) for name, phase in phases.items() if phase.clips}
        return planted, phases, foreign, pairs

    def browsers(self, name: str) -> dict[str, Client]:
        """A browser of each role, signed in at the phase's time."""
        phase, foreign = self.phases[name], self.foreign
        self.clock.moment = phase.at
        visit = Visits(self.app, self.make, phase.contest)
        found = {
            "public": visit.public(), "admin": visit.role("admin"),
            "unit": visit.unit(phase.units["home"]), "other_unit": visit.unit(phase.units["away"]),
            "foreign_unit": visit.unit(foreign.units["home"]),
            "juror": visit.user(phase.jury["first"]),
            "unit_juror": visit.user(phase.jury["home"]),
            "former_juror": visit.user(phase.jury["gone"]),
            "foreign_juror": visit.user(foreign.jury["first"]),
        }
        for role in ("reviewer", "organiser"):
            found[role] = visit.user(phase.people[role])
            found[f"foreign_{role}"] = visit.user(foreign.people[role])
        return {role: found[role] for role in ROLES}

    def addresses(
        self, name: str, of: Phase | None = None, method: str = "GET"
    ) -> Iterator[tuple[str, tuple[str, ...], str]]:
        """Every route of the phase's contest: endpoint, what its address names, the address.

        ``of``: with the numbers and codes of another contest in them.
        """
        phase = of or self.phases[name]
        for rule in self.app.url_map.iter_rules():
            if method not in (rule.methods or ()):
                continue
            known = self._values(name, phase) | TABLE["values"].get(rule.endpoint, {})
            variants = {"code": CLIPS} | VARIANTS.get(rule.endpoint, {})
            choices = {n: variants.get(n) or (known[n],) for n in sorted(rule.arguments)}
            for chosen in product(*choices.values()):
                values = dict(zip(choices, chosen, strict=True))
                if "code" in values:
                    values |= self._of_clip(phase, str(values["code"]))
                with self.app.test_request_context():
                    _, address = rule.build({n: values[n] for n in rule.arguments})
                yield rule.endpoint, (*choices, *map(str, chosen)), address

    def _values(self, name: str, phase: Phase) -> dict[str, Any]:
        evidence = phase.evidence["shown"].sha256 if phase.evidence else "0" * 64
        return {
            "slug": self.phases[name].contest.slug, "number": 1, "spoken": "vi",
            "sha256": evidence, "user_id": phase.jury["second"].id,
            "unit_id": phase.units["home"].id, "pair_id": self.pairs.get(name, 1),
            "repair_id": 1, "name": "manifest.json", "link_id": phase.link_id,
            "task_id": phase.task_id, "privacy_id": phase.privacy_id, "act": "answer",
            "retained": "originals", "hold_id": 1, "word_id": 1, "withdrawal_id": 1,
            "filing": "report",
            "part": "schedule", "width": 400, "leaf": 1, "errand_key": "e" * 32,
            **dict.fromkeys(FIRST, 1),
        }

    def _of_clip(self, phase: Phase, whose: str) -> dict[str, Any]:
        if not phase.clips:
            return {"code": "CXNONE"}
        return {"code": phase.clips[whose].code, "repair_id": phase.repairs[whose]}

    def ask(
        self, browser: Client, address: str, form: dict[str, str] | None = None
    ) -> tuple[Response, set[Fact]]:
        """An answer, and the planted facts that it tells; a card's are those that it was drawn of.
        """
        self.drawn.clear()
        answer = browser.get(address) if form is None else browser.post(address, data=form)
        told = self.planted.shown_in(answer)
        for text in self.drawn:
            told |= self.planted.said(text)
        return answer, told - self.planted.said(address)  # what was asked for was known

    def listen_to_cards(self, patch: pytest.MonkeyPatch) -> None:
        """Nobody reads a drawn picture: its words are taken when it is asked for."""
        kept = cards.kept

        def heard(card: cards.Card, folder: Path, picture: Path | None) -> Path:
            self.drawn.append(json.dumps(asdict(card), ensure_ascii=False))
            return kept(card, folder, picture)

        patch.setattr(cards, "kept", heard)
