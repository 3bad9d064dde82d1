"""Finding a unit, a clip, a person or a post in all contests that a person works on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.folding import DIGITS, fold
from contest.models import Contest, Publication, RoleGrant, Submission, Unit, User
from contest.permissions import can
from contest.services.core import profiles
from contest.services.core.search import folded, sortable
from contest.services.people import demanded_factor
from social.links import PostLink, read_pasted

MOST = 10  # of each kind: who sees none of theirs types another word
LONGEST = 100  # characters
SHORTEST = 3  # characters of a part of a code, an address or a telephone number


@dataclass(frozen=True)
class Hit:
    """What was found. ``kind``: unit, clip, person; ``key``: what its address holds."""

    kind: str
    contest_id: int
    key: str
    title: str
    note: str = ""
    state: str = ""


@dataclass(frozen=True)
class Found:
    """At most ``MOST`` of each kind. ``contests``: those in which was looked, by id."""

    hits: Sequence[Hit]
    contests: Mapping[int, Contest]
    organises: Collection[int]


def find(session: Session, words: str, *, actor: Actor, here: str = "") -> Found:
    """Everything with all ``words``, whatever its accents and capitals; a clip also by its code,
    with or without ``#``, and by the pasted address of its post. ``here``: the slug of the contest
    whose hits come first. Organisers find units, clips and people; reviewers clips; jurors nothing,
    who may not know whose a clip is.
    """
    contests = _contests(session, actor)
    organises = {number for number, one in contests.items() if can(actor, "organiser.read", one)}
    first = next((number for number, one in contests.items() if one.slug == here), None)
    words = words.strip()[:LONGEST]
    hits: list[Hit] = []
    if fold(words).strip("# ") and contests:
        link = _link(words)
        hits = _clips(session, words, contests, link, first)
        if organises and not (link and link.url):
            hits = [*_units(session, words, organises, first), *hits,
                    *_people(session, words, organises, first)]
    return Found(hits, contests, organises)


def _contests(session: Session, actor: Actor) -> dict[int, Contest]:
    """Where the actor organises or reviews, and has given the second factor that is demanded."""
    return {row.id: row for row in profiles.all_contests(session)
            if can(actor, "review.read", row) and not demanded_factor.owes(actor, row)}


def _link(words: str) -> PostLink | None:
    """The post whose address was pasted, or perhaps its number."""
    link = read_pasted(words)
    return link if link and link.object_id else None


def _having(words: str, names: Sequence[Any], codes: Sequence[Any]) -> ColumnElement[bool]:
    """Every word is part of a name, or of a code where it is long enough to mean one. A number is
    meant whole: “phuong 2” is not Phường 12, nor a telephone number with a 2 in it."""
    parts = []
    for word in words.split():
        sought = fold(word.removeprefix("#"))
        conditions = [folded(name).contains(sought, autoescape=True) for name in names]
        if sought.isdecimal():
            whole = f"{sought.lstrip('0'):0>{DIGITS}}"
            conditions = [sortable(name).contains(whole, autoescape=True) for name in names]
        if len(sought) >= SHORTEST:
            conditions += [folded(code).contains(sought, autoescape=True) for code in codes]
        parts.append(or_(*conditions))
    return and_(*parts)


def _ordered(
    query: Select[Any], contest_id: Any, name: Any, words: str, first: int | None
) -> Select[Any]:
    """This contest's first; what begins with the words before what only has them in it."""
    sought = fold(words)
    starts = folded(name).startswith(sought, autoescape=True)
    begins = case((folded(name) == sought, 0), (starts, 1), else_=2)
    here = case((contest_id == (first or 0), 0), else_=1)
    return query.order_by(here, begins, sortable(name)).limit(MOST)


def _units(
    session: Session, words: str, contests: Collection[int], first: int | None
) -> list[Hit]:
    query: Any = select(Unit.id, Unit.contest_id, Unit.name, Unit.group, Unit.contact_name)
    query = query.where(Unit.contest_id.in_(contests), _having(
        words, (Unit.name, Unit.group, Unit.contact_name),
        (func.replace(Unit.contact_phone, " ", ""), Unit.contact_email),
    ))
    rows = session.execute(_ordered(query, Unit.contest_id, Unit.name, words, first))
    return [Hit("unit", row.contest_id, str(row.id), row.name,
                " · ".join(part for part in (row.group, row.contact_name) if part))
            for row in rows]


def _clips(
    session: Session, words: str, contests: Collection[int], link: PostLink | None,
    first: int | None,
) -> list[Hit]:
    query: Any = (
        select(Submission.contest_id, Submission.code, Submission.title, Submission.state,
               Unit.name)
        .join(Submission.unit)
        .where(Submission.contest_id.in_(contests))
    )
    named = _having(words, (Submission.title, Unit.name), (Submission.code,))
    query = query.where(or_(named, _posted(link)) if link else named)
    name = words.removeprefix("#")
    exact = case((folded(Submission.code) == fold(name), 0), else_=1)
    query = _ordered(query.order_by(exact), Submission.contest_id, Submission.title, name, first)
    return [Hit("clip", row.contest_id, row.code, row.title, row.name, row.state)
            for row in session.execute(query)]


def _posted(link: PostLink) -> ColumnElement[bool]:
    """Entries whose post is this one."""
    number = str(link.object_id)
    end = number.rpartition("_")[2]
    posts = select(Publication.submission_id).where(or_(
        Publication.video_id == end, Publication.post_id == number,
        Publication.post_id.endswith(f"_{end}", autoescape=True),
        Publication.permalink.contains(f"/{end}", autoescape=True),
        Publication.permalink.contains(f"={end}", autoescape=True),
    ))
    return Submission.id.in_(posts)


def _people(
    session: Session, words: str, contests: Collection[int], first: int | None
) -> list[Hit]:
    query: Any = (
        select(User.id, RoleGrant.contest_id, User.name, User.email)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.contest_id.in_(contests))
        .group_by(User.id, RoleGrant.contest_id, User.name, User.email)
    )
    query = query.where(_having(words, (User.name,), (User.email,)))
    rows = session.execute(_ordered(query, RoleGrant.contest_id, User.name, words, first))
    return [Hit("person", row.contest_id, str(row.id), row.name, row.email) for row in rows]
