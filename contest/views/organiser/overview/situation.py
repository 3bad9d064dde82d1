"""What is known of the contest, gathered for its desk."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for

from contest.models import Contest, Result
from contest.safekeeping import status
from contest.safekeeping.status import Standing as Safe
from contest.services.advancing import advancing
from contest.services.awards import releasing
from contest.services.core import appraisal
from contest.services.core.blockers import Blocker
from contest.services.counts import corrections, ledger_late, sitting
from contest.services.desk import agenda, charts, public, stored_looks
from contest.services.desk import desk as desks
from contest.services.desk.agenda import Harm, Situation, Todo
from contest.services.desk.public import Phase
from contest.services.entry import entry_requests
from contest.services.fanpage import connections, expiry, shared_page
from contest.services.fanpage.expiry import Watched
from contest.services.filings import overview
from contest.services.handover import handovers
from contest.services.jury import shortages
from contest.services.privacy import requests as privacy_requests
from contest.services.privacy.retention import preview
from contest.services.privacy.withdrawn import duties
from contest.services.queueing import queues
from contest.services.results import closing, moved_since, results
from contest.services.units import units
from contest.views.organiser.overview import pictures, words
from contest.views.shared.disk import Disk, disk
from contest.views.shared.support import current

OWN = "requests.waiting"  # a blocker that the desk says in words of its own


def gathered() -> Situation:
    """The contest's situation now. Each phase asks only for what it needs."""
    contest, profile, at, db = current.contest, current.profile, current.now, current.db
    newest = results.current(db, contest)
    result = newest.state if newest else None
    phase = public.phase_of(profile, at=at, published=result == "published")
    watched = _watched(contest)
    early = phase in (Phase.BEFORE, Phase.ENTRIES)
    return Situation(
        standing=desks.standing(db, contest, profile, at=at), phase=phase, result=result,
        people=agenda.roles(db, contest), requests=entry_requests.waiting_count(db, contest),
        personal=_personal(), filings=_filings(), handed=handovers.waiting(db, contest),
        retention=preview.clips_going(db, contest, profile, at=at), moved=_moved(newest),
        board=_board(),
        without_link=len(units.without_link(db, contest, at=at)) if early else 0,
        has_page=watched is not None, posts_itself=profile.publication.mode == "api",
        paused=bool(contest.publishing_paused), token_end=expiry.soon(watched, at=at),
        counting=sitting.is_near(profile, at=at), jury_locked=contest.jury_locked_at is not None,
        machine=tuple(_machine(disk(), safe(), antivirus())),
        next_round=phase == Phase.RESULT and profile.next_round is not None
        and advancing.following(db, contest) is None,
        blockers=[one for one in _blockers(phase) if one.code != OWN],
        **(_hour(contest) if phase == Phase.CLOSING else {}),
    )


def _hour(contest: Contest) -> dict[str, Any]:
    """The planned hour of publication, and one that could not be kept."""
    planned = releasing.waiting(current.db, contest)
    return {
        "planned": planned.due_at if planned else None,
        "missed": None if planned else releasing.missed(current.db, contest),
    }


def _filings() -> tuple[int, int, datetime | None]:
    """Units that are overdue with something; that something is due for soon, and when first."""
    overdue, soon = (overview.count(current.db, current.contest, show, at=current.now)
                     for show in ("overdue", "soon"))
    last = current.now + overview.SOON
    due = [one.due for one in current.profile.filings if current.now < one.due <= last]
    return overdue, soon, min(due, default=last)


def _personal() -> tuple[int, datetime | None]:
    """Requests about personal data and withdrawn consents that wait, and when the most urgent one
    is due."""
    waiting = privacy_requests.waiting(current.db, current.contest)
    withdrawn = duties.waiting(current.db, current.contest)
    due = [at for one in waiting if (at := privacy_requests.urgent_at(one))]
    due += [one.due_by for one in withdrawn]
    return len(waiting) + len(withdrawn), min(due, default=None)


def _moved(newest: Result | None) -> Sequence[str]:
    """What became of clips after the newest result was final, each with its code."""
    found = moved_since.moved(current.db, newest) if newest else []
    if newest is None or not found:
        return ()
    became, english = moved_since.happened(current.db, newest, found), current.language == "en"
    return [f"{code} ({moved_since.WORDS[what][english]})" for code, what in became.items()]


def _board() -> Counter[str]:
    """How many clips wait for the board's members, its chair, or nobody at all."""
    if not current.profile.review.by_board:
        return Counter()
    found = appraisal.boards(current.db, current.contest, current.profile, at=current.now)
    return Counter(
        "nobody" if one.standing == appraisal.Standing.CHAIR and one.chair is None
        else one.standing.value
        for one in found.values()
    )


def _blockers(phase: Phase) -> Sequence[Blocker]:
    db, contest, at = current.db, current.contest, current.now
    if phase == Phase.CLOSING:
        return closing.gaps(db, contest, at=at)
    if phase == Phase.PUBLICITY:
        rooms = (corrections.blockers, ledger_late.blockers)
        found = [one for room in rooms for one in room(db, contest, at=at)]
        return [*found, *shortages.not_given_out(db, contest)]
    return shortages.not_given_out(db, contest) if phase == Phase.REVIEW else ()


def _watched(contest: Contest) -> Watched | None:
    """The Page whose token the contest depends on: its own, or the installation's."""
    shared = current.platform.default_fanpage
    return connections.of(current.db, contest.id) or shared_page.used(
        current.db, contest, shared.page if shared else None
    )


def safe() -> Safe:
    """When the last backup and its proof succeeded, by the machine's time."""
    settings = current.platform.settings
    return status.standing(
        settings.data_dir, scheduled=bool(settings.backup_to), at=datetime.now(UTC),
        shelf=current.platform.shelf if settings.in_bucket else None,
    )


def lanes() -> Sequence[pictures.LaneBar]:
    """This contest's tasks that wait, by lane."""
    return pictures.lanes(
        queues.waiting(current.db, at=current.now, contest=current.contest)
    )


def antivirus() -> str:
    """off, works or away: whether somebody looks into files from outside."""
    scanner = current.platform.antivirus
    if scanner is None:
        return "off"
    return "works" if scanner.answers() else "away"


def _machine(room: Disk, kept: Safe, scanner: str) -> Iterator[tuple[str, Harm]]:
    """What the operator has to be told."""
    if any(stored_looks.faults(current.db).values()):
        yield "files_faulty", Harm.LOSES
    if room.is_kept:
        yield "disk_kept", Harm.STOPS
    elif room.is_short:
        yield "disk_short", Harm.WAITS
    if scanner == "away":
        yield "antivirus", Harm.LOSES
    if kept.failure:
        yield "backup_failed", Harm.WAITS
    elif kept.known and kept.backup_is_late:
        yield "backup_late", Harm.WAITS
    elif kept.known and kept.proof_is_late:
        yield "proof_late", Harm.UNTIDY


def written(things: Sequence[Todo]) -> list[dict[str, Any]]:
    """Things to do as the page shows them: sentence, button, address, deadline."""
    found, why = disk(), current.contest.publishing_paused
    return [_written(one, *words.said(one, disk=found, paused=why)) for one in things]


def _written(one: Todo, text: str, act: str) -> dict[str, Any]:
    values: dict[str, Any] = {**(one.blocker.values if one.blocker else {}), **one.values}
    address = url_for(one.endpoint, slug=current.contest.slug, _anchor=one.anchor or None, **values)
    return {"code": one.code, "text": text, "act": act, "address": address, "due": one.due,
            "fields": one.fields, "urgent": one.urgency(current.now) >= Harm.STOPS}


def drawn(found: Situation) -> dict[str, Any]:
    """The picture of the phase: what the template draws it of."""
    db, contest, profile = current.db, current.contest, current.profile
    if found.phase == Phase.BEFORE:
        return {"steps": pictures.setting_up(found)}
    if found.phase == Phase.ENTRIES:
        return {"days": pictures.bars(charts.by_day(db, contest, profile)),
                "grid": charts.units(db, contest, profile)}
    if found.phase == Phase.REVIEW:
        return {"entries": pictures.entries(found.standing.entries),
                "reasons": charts.reasons(db, contest)}
    if found.phase == Phase.PUBLICITY:
        return {"posts": pictures.posts(found.standing.publications),
                "jurors": found.standing.jurors}
    return {"steps": pictures.closing(found)}
