"""A contest ready to be closed: what the tests of results start from."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from contest import profile as rule_files
from contest.actors import Actor
from contest.models import Contest, Evidence, ProfileRevision, Result, Snapshot, Submission
from contest.services.core import profiles
from contest.services.counts import ledger_statements
from contest.services.results import results
from contest.services.results.bundles import BundleStore
from contest.wiring import Platform
from tests.contest.factory import Factory

Build = Callable[[tuple[object, ...], Callable[[], Any]], Any]  # a fixture of conftest.py
COUNTED = datetime.fromisoformat("2023-06-19T15:55:00+07:00")
AFTER = datetime.fromisoformat("2023-06-26T09:00:00+07:00")  # the jury has closed, too


class PowerCut(BaseException):
    """Nothing of ours catches it."""


def staged(built: Build, make: Factory, contest: Contest) -> "Stage":
    """The stage of this contest at this moment, built once a worker where it can be put back."""
    made: Stage = built(
        ("stage", contest.slug, contest.revision_id), lambda: Stage(make.platform, make, contest)
    )
    return made


def frozen_once(built: Build, stage: "Stage") -> Result:
    """The frozen result of what ``staged`` gave, at this moment; likewise."""
    key = "frozen", stage.contest.slug, stage.contest.revision_id
    made: Result = built(key, lambda: stage.freeze(stage.compute()))
    return made


def published_once(built: Build, stage: "Stage") -> Result:
    """The same, published."""
    key = "published", stage.contest.slug, stage.contest.revision_id
    made: Result = built(key, lambda: stage.publish(stage.freeze(stage.compute())))
    return made


class Stage:
    """A contest with three units, two jurors and counts, ready to be closed."""

    def __init__(
        self, platform: Platform, make: Factory, contest: Contest, file: Path | None = None
    ) -> None:
        self.platform, self.make, self.contest = platform, make, contest
        self.units = [make.unit(contest, name) for name in ("Đoàn A", "Đoàn B", "Đoàn C")]
        self.clips = [make.submission(unit, "published", clip=file) for unit in self.units]
        self.jurors = [make.user("juror", contest=contest) for _ in range(2)]
        people = [make.user("organiser", contest=contest) for _ in range(2)]
        self.organiser, self.second = (make.actor(user) for user in people)
        for clip, lack, reactions in zip(self.clips, (0, 8, 3), (120, 250, 400), strict=True):
            self.count(clip, reactions, 10)
            for juror in self.jurors:
                make.ballot(clip, juror, self.marks(lack))

    def marks(self, lack: int) -> dict[str, int]:
        criteria = profiles.profile_of(self.contest).jury.criteria
        return {c.id: c.max - lack for c in criteria}

    def count(self, clip: Submission, reactions: int, shares: int | None) -> None:
        evidence = Evidence(
            contest_id=self.contest.id, sha256=f"{clip.id:064x}", filename="counts.csv", size=10,
            kind="counts", created_by="user:1", created_at=COUNTED,
        )
        self.make.add(evidence)
        self.make.add(Snapshot(
            submission_id=clip.id, taken_at=COUNTED, source="template", reactions=reactions,
            shares=shares, evidence_id=evidence.id, created_by="user:1", created_at=COUNTED,
        ))

    def say(self, clip: Submission, state: str) -> None:
        """An organiser says what the clip's share ledger is."""
        with self.platform.db.write() as session:
            ledger_statements.say(
                session, self.contest_now(session), clip.code, state, actor=self.organiser,
                at=COUNTED,
            )

    @property
    def vault(self) -> BundleStore:
        folder = self.platform.settings.data_dir / "bundles"
        return BundleStore(self.platform.keys, self.platform.blobs, folder)

    @property
    def fingerprint(self) -> str:
        with self.platform.db.read() as session:
            return self.vault.signer(session).fingerprint

    def contest_now(self, session: Session) -> Contest:
        return session.get_one(Contest, self.contest.id)

    def compute(self, actor: Actor | None = None, reason: str = "") -> Result:
        with self.platform.db.write() as session:
            made = results.compute(
                session, session.get_one(Contest, self.contest.id), reason=reason,
                keys=self.vault.keys, actor=actor or self.organiser,
                at=self.platform.clock.now(),
            )
            _ = made.input, made.output  # what the database wrote part by part is not in memory
            return made

    def freeze(self, result: Result, actor: Actor | None = None) -> Result:
        with self.platform.db.write() as session:
            return results.freeze(
                session, session.get_one(Result, result.id), vault=self.vault,
                actor=actor or self.organiser, at=self.platform.clock.now(),
            )

    def publish(self, result: Result) -> Result:
        with self.platform.db.write() as session:
            return results.publish(
                session, session.get_one(Result, result.id), actor=self.organiser,
                at=self.platform.clock.now(),
            )

    def newer_rules(self, before: str, after: str) -> None:
        """A revision as it could come into force before rules in use were guarded."""
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, self.contest.id)
            old = contest.revision
            assert old is not None
            loaded = rule_files.load(old.source.replace(before, after, 1))
            contest.revision = ProfileRevision(
                contest_id=contest.id, number=old.number + 1, source=loaded.source,
                sha256=loaded.sha256, content=loaded.content, reason="Sửa", created_by="system",
                created_at=AFTER,
            )
