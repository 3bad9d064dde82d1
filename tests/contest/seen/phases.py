"""A contest in each of its phases, with a planted word in every field that people fill in.

Clips: ``shown`` and ``held``, ``fixme``, ``out`` of the unit ``home``; ``rival`` and ``draft`` of
the unit ``away``. ``shown`` and ``rival`` are on the Page from the release on.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from contest.clock import FixedClock
from contest.models import (
    ChairDecision,
    ClipVersion,
    Contest,
    Derivative,
    Evidence,
    Leaf,
    PrivacyRequest,
    Publication,
    Repair,
    Result,
    Review,
    ShareRecord,
    SimilarPair,
    Snapshot,
    Submission,
    Task,
    Unit,
    User,
)
from contest.services.core import profiles
from contest.services.jury import jurors, jury_round
from contest.services.results import results
from contest.services.results.bundles import BundleStore
from tests.contest.factory import Factory
from tests.contest.seen.planted import Planted

BLIND = "blind"
OWNER = {"shown": "home", "held": "home", "fixme": "home", "out": "home",
         "rival": "away", "draft": "away"}  # fmt: skip
STATES = {"held": "in_review", "fixme": "changes_requested", "out": "disqualified",
          "draft": "uploading"}  # fmt: skip
TIMES = {
    "before": "2023-05-20T09:00:00+07:00", "open": "2023-06-05T09:00:00+07:00",
    "reviewing": "2023-06-11T12:00:00+07:00", "released": "2023-06-15T09:00:00+07:00",
    "locked": "2023-06-26T09:00:00+07:00", "frozen": "2023-06-26T09:00:00+07:00",
    "published": "2023-06-26T09:00:00+07:00",
}  # fmt: skip
COUNTED = datetime.fromisoformat("2023-06-14T09:00:00+07:00")
HIGHEST = 99_000  # of a criterion: room for marks that no other number looks like
JURY = ("first", "second", "gone", "home")  # the last one belongs to the unit


class Phase:
    """One contest at one moment; ``name`` is a key of ``TIMES``, perhaps with ``blind`` behind."""

    def __init__(
        self, make: Factory, clock: FixedClock, planted: Planted, name: str, called: str = ""
    ) -> None:
        self.platform, self.make, self.planted = make.platform, make, planted
        self.name = called or name
        self.at = clock.moment = datetime.fromisoformat(TIMES[name.removesuffix(BLIND)])
        self.blind, self.reached = name.endswith(BLIND), list(TIMES).index(name.removesuffix(BLIND))
        self.contest = make.contest(f"cuoc-thi-{self.name}", self._rules)
        self.units = {whose: self._unit(whose) for whose in ("home", "away")}
        self.people = {role: self._person(role) for role in ("organiser", "second", "reviewer")}
        self.jury = {n: self._person(f"juror{n}", "juror") for n in JURY}
        self.link_id = make.unit_link(self.units["home"])[0].id
        self.repairs: dict[str, int] = {}
        self.clips = self._clips() if self._is("open") else {}
        self.evidence = self._counts() if self._is("released") else {}
        if self._is("released"):
            self._ballots()
        self._work()
        self._close()

    def _is(self, phase: str) -> bool:
        return self.reached >= list(TIMES).index(phase)

    def word(self, whose: str, kind: str) -> str:
        return self.planted.word(self.name, whose, kind)

    def _rules(self, text: str) -> str:
        text = text.replace("blind = false", f"blind = {str(self.blind).lower()}")
        return text.replace("max = 40", f"max = {HIGHEST}", 1)

    # ------------------------------------------------------------------ people

    def _unit(self, whose: str) -> Unit:
        return self.make.unit(
            self.contest, self.word(whose, "unit"), contact_name=self.word(whose, "contact"),
            contact_email=self.planted.mail(self.name, whose),
            contact_phone=self.planted.phone(self.name, whose), group=self.word(whose, "group"),
        )

    def _person(self, whose: str, role: str = "") -> User:
        role = role or {"second": "organiser"}.get(whose, whose)
        return self.make.user(
            role, contest=self.contest, name=self.word(whose, "person"),
            unit=self.units["home"] if whose == "jurorhome" else None,
            email=self.planted.mail(self.name, whose, "login"),
        )

    # ------------------------------------------------------------------ clips

    def _clips(self) -> dict[str, Submission]:
        return {whose: self._clip(whose) for whose in OWNER}

    def _clip(self, whose: str) -> Submission:
        state = STATES.get(whose, "published" if self._is("released") else "approved")
        clip = self.make.submission(
            self.units[OWNER[whose]], state, clip=f"{self.name} {whose}".encode(),
            reviewer=self.people["reviewer"], code=self.planted.code(self.name, whose),
            title=self.word(whose, "title"), authors=[self.word(whose, "author")],
            description=self.word(whose, "description"),
            contact_name=self.word(whose, "contact"),
            contact_phone=self.planted.phone(self.name, whose),
            contact_email=self.planted.mail(self.name, whose),
            **({"state_reason": self.word(whose, "verdict")} if state in
               ("changes_requested", "disqualified") else {}),
        )
        if clip.version_id:
            self._version(clip, whose)
        return clip

    def _version(self, clip: Submission, whose: str) -> None:
        with self.platform.db.write() as session:
            version = session.get_one(ClipVersion, clip.version_id)
            version.filename = f"{self.word(whose, 'filename')}.mp4"
            self.planted.hashes[version.sha256] = (self.name, whose, "hash")
            session.add_all(
                Derivative(version_id=version.id, kind=kind, sha256=version.sha256,
                           size=version.size, media_type=media_type, created_at=self.at)
                for kind, media_type in (("poster", "image/jpeg"), ("rendition", "video/mp4"))
            )
            session.add(Leaf(version_id=version.id, kind="page", number=1, sha256=version.sha256,
                             size=version.size, media_type="image/jpeg", created_at=self.at))
            repair = Repair(
                version_id=version.id, state="ready", wish={}, sha256=version.sha256,
                size=version.size, report={"verdict": "pass"}, created_at=self.at,
            )
            session.add(repair)
            session.flush()
            self.repairs[whose] = repair.id
            session.add(Review(
                submission_id=clip.id, version_id=version.id, outcome="changes", until=self.at,
                reviewer_id=self.people["reviewer"].id, checklist={}, created_at=self.at,
                profile_revision_id=self.contest.revision_id,
                reason=self.word(whose, "verdict"), note=self.word(whose, "note"),
            ))
            for post in session.query(Publication).filter_by(submission_id=clip.id):
                post.error = self.word(whose, "failure")

    # ------------------------------------------------------------------ counts and marks

    def _counts(self) -> dict[str, Evidence]:
        return {whose: self._count(whose) for whose in ("shown", "rival")}

    def _count(self, whose: str) -> Evidence:
        organiser, number = f"user:{self.people['organiser'].id}", self.planted.number
        content = f"account\n{self.word(whose, 'sharer')}".encode()
        digest = hashlib.sha256(content).hexdigest()
        incoming = self.platform.settings.data_dir / f"incoming-{digest}"
        incoming.write_bytes(content)
        self.platform.blobs.put(incoming, digest)
        evidence = self.make.add(Evidence(
            contest_id=self.contest.id, sha256=digest, size=len(content),
            filename=f"{self.word(whose, 'evidence')}.csv", kind="counts", created_by=organiser,
            created_at=COUNTED,
        ))
        self.planted.hashes[evidence.sha256] = (self.name, whose, "proof")
        self.make.add(
            Snapshot(
                submission_id=self.clips[whose].id, taken_at=COUNTED, source="template",
                reactions=number(self.name, whose, "count", 604_000),
                shares=number(self.name, whose, "count", 306_000),
                evidence_id=evidence.id, created_by=organiser, created_at=COUNTED,
            ),
            ShareRecord(
                submission_id=self.clips[whose].id, account=self.word(whose, "sharer"),
                link=f"https://www.facebook.com/{self.word(whose, 'sharer')}", count=1,
                seen_at=COUNTED, evidence_id=evidence.id, created_by=organiser, created_at=COUNTED,
            ),
        )
        return evidence

    def _ballots(self) -> None:
        for n, juror in self.jury.items():
            for whose in ("shown", "rival")[n == "home":]:  # nobody marks their own unit
                marks = {c.id: 1 for c in profiles.profile_of(self.contest).jury.criteria}
                marks["content"] = self.planted.number(self.name, f"juror{n}", "mark", 71_000)
                self.make.ballot(
                    self.clips[whose], juror, marks, comment=self.word(f"juror{n}", "comment")
                )
        self._with_contest(
            jurors.retire, user_id=self.jury["gone"].id, keep=True, actor=self._actor("organiser"),
            reason=self.word("gone", "leaving"),
        )

    # ------------------------------------------------------------------ the end

    def _work(self) -> None:
        self.task_id = self.make.add(Task(
            kind="mail.send", row_id=1, key=f"{self.name} failed", state="failed", attempts=3,
            contest_id=self.contest.id, due_at=self.at, created_at=self.at,
            error=self.word("task", "failure"),
        )).id
        self.privacy_id = self.make.add(PrivacyRequest(
            contest_id=self.contest.id, code=f"YC-{self.name}", kind="erase", state="answered",
            role="sharer", person_name="Người Lạ Nào Đó", created_by="public", created_at=self.at,
        )).id

    def _actor(self, whose: str) -> Any:
        return self.make.actor(self.people[whose])

    def _with_contest(self, work: Callable[..., Any], **values: Any) -> Any:
        with self.platform.db.write() as session:
            contest = session.get_one(Contest, self.contest.id)
            return work(session, contest, at=self.at, **values)

    def _close(self) -> None:
        if not self._is("locked"):
            return
        self.make.add(ChairDecision(
            contest_id=self.contest.id, ordering=[], reason=self.word("chair", "decision"),
            created_by="system", created_at=self.at,
        ))
        self._with_contest(jury_round.lock, actor=self._actor("organiser"))
        result = self._with_contest(
            results.compute, keys=self.platform.keys, actor=self._actor("organiser"),
            reason=self.word("result", "reason"),
        )
        with self.platform.db.write() as session:
            result = session.get_one(Result, result.id)
            if self._is("frozen"):
                vault = BundleStore(self.platform.keys, self.platform.blobs,
                                    self.platform.settings.data_dir / "bundles")
                results.freeze(session, result, vault=vault, actor=self._actor("second"),
                               at=self.at)
            if self._is("published"):
                results.publish(session, result, actor=self._actor("organiser"), at=self.at)
            session.flush()
            self._plant_result(result)

    def _plant_result(self, result: Any) -> None:
        fact = (self.name, "result", "result")
        for value in (result.input_sha256, result.output_sha256, result.bundle_sha256):
            if value:
                self.planted.hashes[value] = fact
        for line in results.lines(result, "en"):
            self.planted.numbers[line.total] = fact


def join(one: Phase, other: Phase) -> int:
    """A pair of clips that look alike, across two contests; its id."""
    first, second = (phase.clips["held"].version_id for phase in (one, other))
    assert first and second
    pair = SimilarPair(
        version_id=max(first, second), other_id=min(first, second), kind="sound", score=0.5,
        data={"picture": [], "sound": []}, created_at=one.at + timedelta(seconds=1),
    )
    return one.make.add(pair).id
