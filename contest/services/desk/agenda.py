"""What an organiser does now: the most urgent things first, each with the place where it is done.

How urgent a thing is: what it does if nobody does it (``Harm``), and how near its deadline is. No
thing stands here whose number is zero, and none that somebody else has to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contest.actors import Role
from contest.models import Contest, RoleGrant, Task, Upload
from contest.profile import Profile
from contest.services.core import deadlines
from contest.services.core.blockers import Blocker
from contest.services.desk.desk import Standing
from contest.services.desk.public import Phase

MOST = 5  # things that a person can keep in sight
OF_AN_UPLOAD = ("upload.remind", "upload.expire")
NEAR, SOON = timedelta(days=1), timedelta(days=3)


class Harm(IntEnum):
    """What happens where nobody does it."""

    UNTIDY = 0  # nothing yet
    WAITS = 1  # somebody waits
    LOSES = 2  # a clip, a mark or a number is lost
    STOPS = 3  # the contest stands still


@dataclass(frozen=True)
class Todo:
    """A thing to do. ``endpoint``, ``values``, ``anchor``: the very place; with ``fields`` it is a
    button that does it there."""

    code: str
    harm: Harm
    endpoint: str
    count: int = 1
    due: datetime | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    anchor: str = ""
    about: str = ""  # codes of clips
    blocker: Blocker | None = None  # its own words, where a room reports it

    def urgency(self, at: datetime) -> int:
        """From 0 to 5."""
        if self.due is None or self.due - at > SOON:
            return int(self.harm)
        return self.harm + (2 if self.due - at <= NEAR else 1)


@dataclass(frozen=True)
class Situation:
    """What is known of a contest when its list of things to do is made."""

    standing: Standing
    phase: Phase
    people: Mapping[str, int]  # how many have each role
    without_link: int = 0  # units
    requests: int = 0
    personal: tuple[int, datetime | None] = (0, None)  # requests about personal data, and by when
    retention: tuple[int, datetime | None] = (0, None)  # clips whose data go soon, and when first
    handed: tuple[int, int] = (0, 0)  # entries of other contests, contests below, that wait
    filings: tuple[int, int, datetime | None] = (0, 0, None)  # units overdue; soon, and by when
    moved: Sequence[str] = ()  # clips that changed after the newest result was final, and how
    board: Mapping[str, int] = field(default_factory=dict)  # how many clips wait for whom
    result: str | None = None  # state of the newest revision
    has_page: bool = True
    posts_itself: bool = True  # by the Page's interface, not by hand
    paused: bool = False
    token_end: datetime | None = None
    counting: bool = False  # the cut-off is near
    jury_locked: bool = False
    planned: datetime | None = None  # when the result becomes public by itself
    missed: Blocker | None = None  # such an hour that could not be kept, and why
    machine: Sequence[tuple[str, Harm]] = ()  # what the operator has to be told
    next_round: bool = False  # it can be begun, and is not
    blockers: Sequence[Blocker] = ()  # that a second person or the closing waits for


@dataclass(frozen=True)
class Going:
    """Work that runs by itself: jobs of a kind, or the release of clips on the Page."""

    kind: str
    count: int
    next_at: datetime


def todo(found: Situation, profile: Profile, *, at: datetime) -> list[Todo]:
    """Everything there is to do, the most urgent first."""
    parts = (_machine, _personal, _handed, _filings, _before, _clips, _page, _jury, _closing)
    things = [one for part in parts for one in part(found, profile, at) if one.count]
    last = profile.schedule.awards + timedelta(days=365)
    return sorted(things, key=lambda one: (-one.urgency(at), one.due or last))


def _machine(found: Situation, profile: Profile, at: datetime) -> Iterator[Todo]:
    for code, harm in found.machine:
        yield Todo(code, harm, "organiser.jobs", due=at, anchor="machine")
    late = found.standing.overdue
    yield Todo("overdue", Harm.STOPS, "organiser.jobs", late, at, {"state": "pending"})
    failed = found.standing.tasks.get("failed", 0)
    yield Todo("failed", Harm.WAITS, "organiser.jobs", failed, None, {"state": "failed"})


def _personal(found: Situation, profile: Profile, at: datetime) -> Iterator[Todo]:
    """In every phase: the law's clock does not stop, nor does that of what is kept."""
    waiting, due = found.personal
    yield Todo("personal", Harm.LOSES, "privacy_requests.listed", waiting, due)
    going, first = found.retention
    yield Todo("retention", Harm.UNTIDY, "retention.overview", going, first)


def _handed(found: Situation, profile: Profile, at: datetime) -> Iterator[Todo]:
    """In every phase: what another contest waits for."""
    entries, asking = found.handed
    yield Todo("handovers", Harm.WAITS, "handovers.listed", entries, profile.release_at)
    yield Todo("levels", Harm.WAITS, "levels.home", asking)


def _filings(found: Situation, profile: Profile, at: datetime) -> Iterator[Todo]:
    """In every phase: a report may be due long after the awards."""
    overdue, soon, due = found.filings
    grid = "filings.listed"
    yield Todo("filings_overdue", Harm.WAITS, grid, overdue, None, {"show": "overdue"})
    yield Todo("filings_soon", Harm.UNTIDY, grid, soon, due, {"show": "soon"})


def _before(found: Situation, profile: Profile, at: datetime) -> Iterator[Todo]:
    """What a contest needs before its clips come."""
    s, units = profile.schedule, found.standing.units
    if found.phase in (Phase.CLOSING, Phase.RESULT):
        return
    yield Todo("units", Harm.STOPS, "units.import_", int(not units), s.entries_open)
    if found.phase in (Phase.BEFORE, Phase.ENTRIES):
        yield Todo("links", Harm.LOSES, "units.issue", found.without_link, s.entries_open,
                   fields={"others": "1"})
    people, new = found.people, "people.new"
    lacking = {role: int(not people.get(role)) for role in Role}
    yield Todo("reviewers", Harm.LOSES, new, lacking[Role.REVIEWER], s.entries_close,
               {"role": Role.REVIEWER})
    judged = bool(profile.scoring.jury_weight)
    yield Todo("jurors", Harm.LOSES, new, lacking[Role.JUROR] * judged, s.publicity_opens,
               {"role": Role.JUROR})
    alone = int(people.get(Role.ORGANISER, 0) == 1)
    yield Todo("second", Harm.WAITS, new, alone, s.counts_close, {"role": Role.ORGANISER})
    yield Todo("page", Harm.WAITS, "page_check.show",
               int(profile.on_page and found.posts_itself and not found.has_page),
               s.publicity_opens)


def _clips(found: Situation, profile: Profile, at: datetime) -> Iterator[Todo]:
    if found.phase in (Phase.CLOSING, Phase.RESULT):
        yield Todo("requests", Harm.WAITS, "entry_requests.listed", found.requests, at)
        return
    st, s = found.standing, profile.schedule
    release = s.publicity_opens
    yield Todo("requests", Harm.WAITS, "entry_requests.listed", found.requests, release)
    yield Todo("nobody", Harm.STOPS, "people.manage", found.board.get("nobody", 0), release)
    yield Todo("chair", Harm.WAITS, "reviews.queue", found.board.get("chair", 0), release,
               {"list": "chair"})
    yield Todo("review", Harm.WAITS, "reviews.queue", st.entries.get("in_review", 0), release)
    yield Todo("copies", Harm.UNTIDY, "similarity.listed", st.copies, release)
    mending = st.entries.get("needs_fix", 0) + st.entries.get("changes_requested", 0)
    yield Todo("findings", Harm.WAITS, "reminders.preview", mending, release, {"kind": "findings"})
    if found.phase == Phase.ENTRIES:
        yield Todo("missing", Harm.UNTIDY, "reminders.preview", st.units_short if st.units else 0,
                   s.entries_close, {"kind": "missing"})


def _page(found: Situation, profile: Profile, at: datetime) -> Iterator[Todo]:
    st, s = found.standing, profile.schedule
    if found.phase == Phase.RESULT:
        return
    release = max(at, profile.release_at)
    yield Todo("paused", Harm.LOSES, "publications.list", int(found.paused), release)
    yield Todo("token", Harm.STOPS, "page_check.show", int(found.token_end is not None),
               found.token_end)
    if found.phase == Phase.CLOSING:
        return
    stuck = st.publications.get("failed", 0) + st.publications.get("unknown", 0)
    yield Todo("stuck", Harm.LOSES, "publications.list", stuck, release, {"state": "failed"})
    counts = profile.counts_on_page
    yield Todo("counting", Harm.LOSES, "sitting.show", int(found.counting and counts),
               s.counts_close)
    yield Todo("uncounted", Harm.WAITS, "interactions.list",
               st.snapshots_due if counts and not found.counting else 0, s.counts_close)
    yield Todo("unread", Harm.LOSES, "publications.list", st.unread, s.counts_close,
               {"state": "unread"})


def _jury(found: Situation, profile: Profile, at: datetime) -> Iterator[Todo]:
    owed = found.standing.marks_due - found.standing.marks_done
    ends = profile.schedule.ballots_close
    judged = bool(profile.scoring.jury_weight)
    if found.phase == Phase.RESULT or found.jury_locked or not owed or not judged:
        return
    if at < ends and found.phase in (Phase.PUBLICITY, Phase.CLOSING):
        yield Todo("marks", Harm.WAITS, "reminders.preview", owed, ends, {"kind": "jury"})


def _closing(found: Situation, profile: Profile, at: datetime) -> Iterator[Todo]:
    """After the cut-off: what is missing, and when nothing is, the next step to the result."""
    awards = profile.schedule.awards
    yield Todo("moved", Harm.STOPS, "results.overview", len(found.moved), awards,
               about=", ".join(found.moved))
    if found.phase == Phase.RESULT:
        if found.next_round:
            yield Todo("next_round", Harm.STOPS, "next_round.overview")
        if at < awards + NEAR:
            yield Todo("papers", Harm.WAITS, "documents.list", due=awards)
        return
    for one in found.blockers:
        yield Todo(one.code, Harm.WAITS, one.endpoint, one.count, awards, blocker=one)
    if found.phase != Phase.CLOSING:
        return
    if found.missed:
        yield Todo("release_refused", Harm.STOPS, "results.overview", due=at, anchor="publish",
                   blocker=found.missed)
    awards = min(awards, found.planned or awards)
    if not found.jury_locked and at >= profile.schedule.ballots_close:
        yield Todo("lock", Harm.WAITS, "ballots.overview", due=awards)
    step = {"computed": "freeze", "frozen": "publish"}.get(found.result or "", "compute")
    not_now = step == "publish" and (found.planned is not None or bool(found.moved))
    if not not_now and (step != "compute" or not found.blockers):
        if step == "compute":  # a button that does it there
            yield Todo(step, Harm.STOPS, "results.compute", due=awards, fields={"reason": ""})
        else:
            yield Todo(step, Harm.STOPS, "results.overview", due=awards, anchor=step)


def roles(session: Session, contest: Contest) -> dict[str, int]:
    """How many people have each role."""
    query = select(RoleGrant.role, func.count()).where(RoleGrant.contest_id == contest.id)
    return {row[0]: row[1] for row in session.execute(query.group_by(RoleGrant.role))}


def newest_result(session: Session, contest: Contest) -> str | None:
    """The state of the newest revision of the result."""
    return deadlines.newest_result(session, contest.id)


def going(session: Session, contest: Contest, found: Situation, profile: Profile) -> list[Going]:
    """What runs by itself, the next first. Posting is told as one thing: its jobs are many. What
    would be done about an upload is not told once its clip is here: nothing will be."""
    unfinished = select(Upload.id).where(
        Upload.contest_id == contest.id, Upload.state == "open")
    query = (
        select(Task.kind, func.count(), func.min(Task.due_at))
        .where(Task.contest_id == contest.id, Task.state.in_(("pending", "leased")),
               or_(Task.kind.not_in(OF_AN_UPLOAD), Task.row_id.in_(unfinished)))
        .group_by(Task.kind)
    )
    rows = [Going(*row) for row in session.execute(query)
            if not row[0].startswith("publication.")]
    on_their_way = ("waiting", "uploading", "armed", "verifying")
    posts = sum(found.standing.publications.get(state, 0) for state in on_their_way)
    if posts and not found.paused:
        rows.append(Going("release", posts, profile.release_at))
    return sorted(rows, key=lambda one: one.next_at)


def coming(profile: Profile, *, at: datetime) -> list[tuple[str, datetime]]:
    """The next instants of the contest, the nearest first: (word, instant)."""
    s = profile.schedule
    moments = {
        "entries_open": s.entries_open, "entries_close": s.entries_close,
        "publicity_opens": s.publicity_opens, "ballots_close": s.ballots_close,
        "counts_close": s.counts_close, "awards": s.awards,
    }
    if s.ballots_close == s.counts_close:
        del moments["ballots_close"]
    return sorted(((w, m) for w, m in moments.items() if m > at), key=lambda pair: pair[1])[:3]
