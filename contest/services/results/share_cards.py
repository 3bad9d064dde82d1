"""The content of share cards. Only what everybody may see: a clip once it is on the Page, a result
once it is published; no unit's name while a blind jury is still marking."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from contest.drawing.cards import Card
from contest.languages import write_date, write_deadline, write_time
from contest.models import Contest, Result
from contest.profile import Profile
from contest.profile.entries import spoken
from contest.services.core import profiles
from contest.services.desk import public
from contest.services.results import results, standings

PODIUM = 3
WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "before": "Mở nhận clip: {open}", "entries": "Nhận clip đến {close}",
        "review": "Bình chọn từ {publicity}", "publicity": "Bình chọn đến {counts}",
        "closing": "Công bố kết quả: {awards}", "result": "Đã có kết quả",
        "results": "Kết quả hội thi", "points": "điểm",
    },
    "en": {
        "before": "Entries open: {open}", "entries": "Entries until {close}",
        "review": "Voting from {publicity}", "publicity": "Voting until {counts}",
        "closing": "Results: {awards}", "result": "The results are out",
        "results": "Contest results", "points": "points",
    },
}


def of_contest(
    session: Session, contest: Contest, language: str, *, host: str, at: datetime
) -> Card:
    """The contest's card: its title and current phase."""
    profile = profiles.profile_of(contest)
    out = standings.newest(session, contest) is not None
    said = spoken(WORDS[language][public.phase_of(profile, at=at, published=out)],
                  profile.entry.kind, language)
    return Card(
        organiser=profile.contest.organiser[language], eyebrow="",
        title=profile.contest.title[language],
        rows=[(profile.contest.theme[language], ""),
              ("", said.format(**_moments(profile, language)))],
        foot=host,
    )


def _moments(profile: Profile, language: str) -> dict[str, str]:
    """The instants that the phases' texts name; the last day of entries as plans write it."""
    s = profile.schedule
    return {
        "open": write_date(s.entries_open, s.zone, language),
        "close": write_deadline(s.entries_close, s.zone, language),
        "publicity": write_date(s.publicity_opens, s.zone, language),
        "counts": write_time(s.counts_close, s.zone, language),
        "awards": write_date(s.awards, s.zone, language),
    }


def of_clip(session: Session, contest: Contest, code: str, language: str, *, host: str) -> Card:
    """A clip's card. Raises ``NotFound`` for a clip that is not on the Page."""
    clip, profile = public.clip(session, contest, code), profiles.profile_of(contest)
    return Card(
        organiser=profile.contest.organiser[language],
        eyebrow=profile.contest.title[language], title=clip.title,
        rows=[(clip.unit, "")] if clip.unit else [], foot=host, picture=clip.poster_sha256,
    )


def of_result(result: Result, language: str, *, host: str) -> Card:
    """The card of a published result: the first prizes."""
    profile = results.profile_of(result)
    session = Session.object_session(result)
    assert session is not None  # noqa: S101 - it was just read
    won = standings.winners(session, result, profile, language)[:PODIUM]
    points = WORDS[language]["points"]
    return Card(
        organiser=profile.contest.organiser[language], eyebrow=profile.contest.title[language],
        title=WORDS[language]["results"],
        rows=[(str(line.prize), f"{line.unit} · {line.measured or f'{line.total} {points}'}")
              for line in won],
        foot=host,
    )
