"""A person who was planted everywhere is nowhere after an erasure, and everything still holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import scoring
from contest.clock import FixedClock
from contest.jobs.privacy import tidying
from contest.models import AuditRow, Base, Contest, Result, Task, Tombstone, User
from contest.safekeeping import checks, databases
from contest.services.core import audit
from contest.services.privacy import again, places, tombstones
from contest.services.privacy.erasing import Erased, Erasure, Wish
from contest.services.privacy.person import Finder
from contest.services.privacy.result_texts import Store
from contest.services.results import tally
from contest.services.results.bundles import Signer
from contest.wiring import Platform
from tests.contest.privacy import planting
from tests.contest.privacy.conftest import Planted
from tests.contest.privacy.pdfs import unpacked
from tests.contest.seen.phases import Phase

KEPT_AS_KEYS = {"secret_key"}


def erased(phase: Phase, **wish: Any) -> Erased:
    platform = phase.platform
    with platform.db.write() as session:
        contest = session.get_one(Contest, phase.contest.id)
        reviewer = session.get_one(User, phase.people["reviewer"].id)
        store = Store(platform.blobs, platform.settings.data_dir / "bundles",
                      Signer(platform.keys.signature(session)), platform.pdfs)
        return Erasure(
            session, contest, Finder(planting.PERSON),
            Wish("request:1", account=reviewer, **wish), keys=platform.keys, store=store,
            actor=phase.make.actor(phase.people["organiser"]), at=phase.at,
        ).run()


def done_again(platform: Platform) -> int:
    return again.done(platform.db.write, platform.settings.data_dir, platform.blobs, platform.pdfs,
                      platform.keys)


def tidied(phase: Phase) -> None:
    tidying.run(phase.platform, phase.contest.id, lambda: None)


def rows_that_tell(session: Session) -> set[str]:
    """Tables and columns in which the person stands, read as text whatever their type."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            for column, value in row.items():
                said = value if isinstance(value, str) else json.dumps(
                    value, ensure_ascii=False, default=str)
                if planting.traces(said.encode()):
                    found.add(f"{table.name}.{column}")
    return found


def files_that_tell(root: Path) -> set[str]:
    return {
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()
        and any(map(planting.traces, [*unpacked(path.read_bytes()), str(path).encode()]))
    }


def holds(platform: Platform, contest_id: int) -> None:
    """The chain, every bundle and the second tally."""
    with platform.db.read() as session:
        assert audit.verify(session)[1] == []
        for found in checks.newest_results(session, platform.blobs):
            assert found.holds, found.en
        contest = session.get_one(Contest, contest_id)
        for result in session.scalars(select(Result).where(Result.contest_id == contest_id)):
            tally.require_agreement(session, contest, result.output)
            standing = result.erased_bundle_sha256 or result.bundle_sha256
            looked = scoring.bundle.verify(platform.blobs.path(standing))
            assert [one.en for one in looked if one.holds is False] == []


def test_nothing_of_the_person_is_left_and_everything_verifies(
    platform: Platform, planted: Planted
) -> None:
    phase = planted()
    holds(platform, phase.contest.id)
    with platform.db.read() as session:
        before = rows_that_tell(session)
        manifest = _manifest(session, platform, phase)
    assert len(before) >= 60, sorted(before)
    assert len(files_that_tell(platform.settings.data_dir)) >= 12

    done = erased(phase, clips=(phase.clips["shown"].id,))
    tidied(phase)

    with platform.db.read() as session:
        assert rows_that_tell(session) == set()
        assert session.query(Tombstone).count() == len(done.tombstones) > 60
        assert _manifest(session, platform, phase) == manifest
    assert files_that_tell(platform.settings.data_dir) == set()
    assert not any(map(planting.traces, _database_files(platform))), "not even in freed pages"
    holds(platform, phase.contest.id)
    _says_so(platform, phase)


def _database_files(platform: Platform) -> list[bytes]:
    """SQLite's own; PostgreSQL's log of what was written is its operator's (docs/privacy.md)."""
    if databases.kind_of(platform.db.url) != "sqlite":
        return []
    here = databases.sqlite_file(platform.db.url)
    found = [path.read_bytes() for path in here.parent.glob(f"{here.name}*")]
    assert len(found) >= 1
    return found


def _manifest(session: Session, platform: Platform, phase: Phase) -> str:
    """The one hash that stands for the published bundle, as pages and papers show it."""
    result = session.query(Result).filter_by(contest_id=phase.contest.id).one()
    standing = result.erased_bundle_sha256 or result.bundle_sha256
    return scoring.bundle.manifest_sha256(platform.blobs.path(standing).read_bytes())


def _says_so(platform: Platform, phase: Phase) -> None:
    with platform.db.read() as session:
        result = session.query(Result).filter_by(contest_id=phase.contest.id).one()
        assert result.erased_at and result.erased_bundle_sha256 != result.bundle_sha256
        looked = scoring.bundle.verify(platform.blobs.path(result.erased_bundle_sha256))
        assert [one.what for one in looked if "erased on 2023-06-26" in one.en]
        last = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
        assert last is not None and last.action == "person.erased"
        waiting = session.query(Task).filter_by(key="waiting").one()
        assert waiting.state == "cancelled"
        reviewer = session.get_one(User, phase.people["reviewer"].id)
        assert not reviewer.active and reviewer.password_hash == ""


FORBIDDEN = (
    "UPDATE review SET reason = 'other' WHERE id = 1", "DELETE FROM tombstone",
    "UPDATE snapshot SET reactions = 7 WHERE id = 1", "UPDATE consent_event SET act = 'withdrawn'",
    "UPDATE audit_note SET sha256 = ''", "UPDATE audit SET actor = 'system'",
)


def test_guards_let_nothing_through_but_an_erasure(
    platform: Platform, planted: Planted
) -> None:
    phase = planted("released")
    with platform.db.write() as session:
        session.add(Tombstone(subject="snapshot:1", field="raw", digest="", ground="request:1",
                              erased_by="user:1", erased_at=phase.at))
    for statement in FORBIDDEN:
        with pytest.raises(Exception, match="append-only"), platform.db.write() as session:
            session.execute(text(statement))
    with platform.db.write() as session:
        session.execute(text("UPDATE snapshot SET late_reason = 'x' WHERE id = 1"))


def test_a_namesake_is_spared(platform: Platform, clock: FixedClock, planted: Planted) -> None:
    phase = planted("released")
    with platform.db.read() as session:
        contest = session.get_one(Contest, phase.contest.id)
        [key] = [place.key for place in places.found(session, contest.id, Finder(planting.PERSON))
                 if place.key == f"submission:{phase.clips['rival'].id}.authors"]
    erased(phase, spared=frozenset({key}))
    with platform.db.read() as session:
        assert rows_that_tell(session) == {"submission.authors"}


def test_what_was_erased_stays_erased_in_a_database_that_is_older(
    platform: Platform, planted: Planted
) -> None:
    """A restore: the tombstones of a later erasure are applied to a database that knew the person,
    by digests alone."""
    phase = planted()
    lines = {"contest": phase.contest.slug, "ground": "request:1", "by": "user:1",
             "at": "2023-06-27T00:00:00+00:00"}
    with platform.db.read() as session:
        contest = session.get_one(Contest, phase.contest.id)
        finder, key = Finder(planting.PERSON), tombstones.key(session, platform.keys, contest)
        for place in places.found(session, contest.id, finder):
            places.without(place.value, finder)  # sees how the person is spelt
        rows = [*tombstones.words(finder, key)]
        subjects = [(f"submission:{phase.clips['shown'].id}", "clip", ""),
                    (f"user:{phase.people['reviewer'].id}", "email", ""),
                    *((subject, "word", digest) for subject, digest in rows)]
    data_dir = platform.settings.data_dir
    (data_dir / tombstones.FILE).write_text("".join(
        json.dumps({**lines, "subject": subject, "field": field, "digest": digest},
                   ensure_ascii=False, sort_keys=True) + "\n"
        for subject, field, digest in subjects
    ))
    assert done_again(platform) == 1
    assert done_again(platform) == 0
    tidied(phase)
    with platform.db.read() as session:
        assert rows_that_tell(session) == set()
    assert files_that_tell(data_dir) == set()
    holds(platform, phase.contest.id)
