"""The sample contest: the reference profile a few days before its deadline, with units, people and
clips made in the background. Every step skips what is done already.
"""

import hashlib
import json
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import SYSTEM, Actor
from contest.clock import FileClock, simulated_time_file
from contest.demo import cast, clips
from contest.models import Ballot, Contest, Submission, Unit, User
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.entry import reviews, submissions, uploads
from contest.services.entry.submissions import SubmissionForm
from contest.services.jury import ballots
from contest.services.people import people, sign_in
from contest.services.units import unit_import, unit_links, units
from contest.wiring import Platform

PROFILE = Path(__file__).parent.parent / "profiles" / "quan11-2023.toml"
BEGINNING = datetime.fromisoformat("2023-06-08T09:00:00+07:00")
LONGEST_CHECK_S = 900
MARKED_BY = 3  # the number of jurors who have begun
Say = Callable[[str], None]


@dataclass(frozen=True)
class WaysIn:
    """How to sign in to the sample: one password for all the staff, a code for each unit."""

    password: str
    codes: dict[str, str]

    @classmethod
    def read(cls, data_dir: Path) -> "WaysIn | None":
        path = data_dir / "sample.json"
        return cls(**json.loads(path.read_text())) if path.exists() else None

    def write(self, data_dir: Path) -> None:
        path = data_dir / "sample.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({"password": self.password, "codes": self.codes}))


def load(platform: Platform) -> WaysIn:
    """Create profile, units and people, once; the password is random."""
    data_dir = platform.settings.data_dir
    known = WaysIn.read(data_dir)
    if known:
        return known
    FileClock(simulated_time_file(data_dir)).set(BEGINNING)
    ways = WaysIn(new_password(), {})
    with platform.db.write() as session:
        contest, _ = profiles.import_profile(
            session, PROFILE.read_text(), actor=SYSTEM, at=BEGINNING
        )
        rows = [unit_import.Row(line, name) for line, name in enumerate(cast.UNITS, start=2)]
        unit_import.apply(session, contest, rows, actor=SYSTEM, at=BEGINNING)
        every = units.of_contest(session, contest)
        for person in cast.STAFF:
            _employ(session, contest, person, every, ways.password)
        issued = unit_links.issue_all(
            session,
            contest,
            [u.id for u in every],
            key=platform.keys.unit_codes(session),
            actor=SYSTEM,
            at=BEGINNING,
            label="sample",
            keys=platform.keys,
        )
        ways.codes.update({one.unit.name: one.spaced_code for one in issued})
        ways.write(data_dir)
    return ways


def new_password() -> str:
    """Four pronounceable words: more than 45 random bits."""
    syllables = [secrets.choice("bdghklmnprstvx") + secrets.choice("aeiou") for _ in range(8)]
    return "-".join("".join(syllables[i : i + 2]) for i in range(0, 8, 2))


def _employ(
    session: Session, contest: Contest, person: cast.Person, every: list[Unit], password: str
) -> None:
    user = people.create(
        session,
        email=person.email,
        name=person.name,
        admin=person.admin,
        actor=SYSTEM,
        at=BEGINNING,
    )
    own = next((u.id for u in every if u.name == person.own_unit), None)
    people.change_roles(
        session, contest, user, roles=person.roles, unit_id=own, actor=SYSTEM, at=BEGINNING
    )
    sign_in.set_password(session, user, password, actor=SYSTEM, at=BEGINNING)


def fill(platform: Platform, say: Say) -> None:
    """Make and send the clips, then review and mark some, as the people of the cast would."""
    for number, clip in enumerate(cast.CLIPS, start=1):
        if _send(platform, number, clip):
            say(f"clip mẫu {number}/{len(cast.CLIPS)}: {clip.title} ({clip.unit})")
    for clip in cast.CLIPS:
        if clip.review:
            _review(platform, clip)
    for clip in cast.CLIPS:
        if clip.review == "approve":
            _mark(platform, clip)
    say("hội thi mẫu đã đủ clip")


def _contest(session: Session) -> Contest:
    return profiles.find(session, "quan11-2023")


def _submission(session: Session, clip: cast.Clip) -> Submission | None:
    query = (
        select(Submission).join(Unit).where(Submission.title == clip.title, Unit.name == clip.unit)
    )
    return session.scalars(query).one_or_none()


def _send(platform: Platform, number: int, clip: cast.Clip) -> bool:
    """Enter a clip and send it as its unit would; False when that was done before."""
    at = platform.clock.now()
    with platform.db.write() as session:
        submission = _submission(session, clip) or _enter(session, clip, at)
        if submission.version_id is not None:
            return False
    sample = clips.Sample(number, clip.title, clip.unit, ", ".join(clip.authors), clip.flaw)
    with tempfile.TemporaryDirectory(dir=platform.settings.data_dir) as folder:
        path = Path(folder) / f"{submission.code}.mp4"
        clips.make(sample, path)
        size, sha256 = path.stat().st_size, sha256_of(path)
        platform.blobs.put(path, sha256)
    with platform.db.write() as session:
        submission = session.get_one(Submission, submission.id)
        actor = units.actor_of(submission.unit)
        upload = uploads.begin(
            session, submission, length=size, filename=f"clip-{number}.mp4", actor=actor, at=at
        )
        uploads.finish(session, upload, sha256=sha256, actor=actor, at=platform.clock.now())
    return True


def _enter(session: Session, clip: cast.Clip, at: datetime) -> Submission:
    contest = _contest(session)
    unit = next(u for u in units.of_contest(session, contest) if u.name == clip.unit)
    form = SubmissionForm(
        title=clip.title,
        kind="team" if len(clip.authors) > 1 else "individual",
        authors=list(clip.authors),
        description="",
        contact_name=clip.authors[0],
        contact_phone="0900 000 000",
        contact_email="donvi@hoithi.example",
        consents=_required_consents(profiles.profile_of(contest)),
        language="vi",
    )
    return submissions.create(session, unit, form, actor=units.actor_of(unit), at=at)


def _required_consents(profile: Profile) -> frozenset[str]:
    return frozenset(c.id for c in profile.form.consents if c.required)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _staff(session: Session, role: str, index: int = 0) -> Actor:
    person = [p for p in cast.STAFF if role in p.roles][index]
    user = session.scalars(select(User).where(User.email == person.email)).one()
    return people.actor_of(session, user)


def _review(platform: Platform, clip: cast.Clip) -> None:
    """Decide about a clip once its checks are done; a decided one is left alone."""
    _wait_for_checks(platform, clip)
    at = platform.clock.now()
    with platform.db.write() as session:
        submission = _submission(session, clip)
        if submission is None or submission.state != "in_review" or submission.version_id is None:
            return
        profile = profiles.profile_of(submission.contest)
        outcome = {"approve": reviews.APPROVE, "changes": reviews.CHANGES, "reject": reviews.REJECT}
        reason = next((r.text.vi for r in profile.review.reasons if r.outcome == clip.review), "")
        decision = reviews.Decision(
            version_id=submission.version_id,
            outcome=outcome[clip.review],
            checklist={item.id: True for item in profile.review.checklist},
            reason=reason,
            until=reviews.suggested_until(profile, at=at),
        )
        reviews.decide(session, submission, decision, actor=_staff(session, "reviewer"), at=at)


def _wait_for_checks(platform: Platform, clip: cast.Clip) -> None:
    deadline = time.monotonic() + LONGEST_CHECK_S
    while time.monotonic() < deadline:
        with platform.db.read() as session:
            submission = _submission(session, clip)
            if submission is None or submission.state not in ("uploading", "checking"):
                return
        time.sleep(1)


def _mark(platform: Platform, clip: cast.Clip) -> None:
    """Mark a clip by the first ``MARKED_BY`` jurors."""
    for index in range(MARKED_BY):
        with platform.db.write() as session:
            submission, juror = _submission(session, clip), _staff(session, "juror", index)
            if (
                submission is None
                or submission.state not in ballots.MARKABLE
                or _has_own(juror, submission)
            ):
                continue
            mine = (Ballot.submission_id == submission.id) & (Ballot.juror_id == juror.id)
            if session.scalars(select(Ballot).where(mine)).first() is None:
                _fill_in(session, submission, juror, platform.clock.now())


def _has_own(juror: Actor, submission: Submission) -> bool:
    return juror.unit_id == submission.unit_id


def _fill_in(session: Session, submission: Submission, juror: Actor, at: datetime) -> None:
    """Submit marks between 60 and 95 per cent, derived from title, juror and criterion."""
    marks: dict[str, int | None] = {}
    for criterion in profiles.profile_of(submission.contest).jury.criteria:
        seed = f"{submission.title}:{juror.name}:{criterion.id}".encode()
        share = 60 + hashlib.sha256(seed).digest()[0] % 36
        marks[criterion.id] = criterion.max * share // 100
    ballots.save(session, submission, marks, version=0, actor=juror, at=at)
    ballots.submit(session, submission, actor=juror, at=at)
