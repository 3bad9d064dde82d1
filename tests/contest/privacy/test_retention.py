"""What the rules give a period goes when its time is over, and nothing that is still needed."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

import scoring
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid
from contest.jobs.privacy import retaining, tidying
from contest.models import (
    AccessLog,
    AuditRow,
    ClipVersion,
    Contest,
    Correction,
    Derivative,
    EntryRequest,
    Evidence,
    Mail,
    PostRemoval,
    PrivacyRequest,
    Result,
    ShareRecord,
    SignedForm,
    Submission,
    Task,
    Tombstone,
    Withdrawal,
)
from contest.profile import load
from contest.services.core import profiles
from contest.services.privacy import register, tombstones
from contest.services.privacy.retention import due, holds, preview
from contest.services.privacy.retention.holds import Wish
from contest.wiring import Platform
from tests.contest.factory import Factory
from tests.contest.privacy import planting
from tests.contest.privacy.conftest import Planted
from tests.contest.privacy.test_erasure import done_again
from tests.contest.privacy.test_erasure import holds as verifies
from tests.contest.seen.phases import Phase

DAYS = {"rejected_clips": 20, "originals": 60, "ledgers": 60, "screenshots": 45,
        "signed_forms": 60, "mails": 30, "logs": 30, "requests": 30,
        "removal_proofs": 50}
RETENTION = "\n[retention]\n" + "".join(f"{kind} = {days}\n" for kind, days in DAYS.items())


class Kept(Phase):
    """A contest whose rules name every period."""

    def _rules(self, source: str) -> str:
        return super()._rules(source) + RETENTION


def _killed() -> None:
    raise KeyboardInterrupt


def swept(phase: Phase) -> None:
    retaining.run(phase.platform, lambda: None)


def requests_ended(phase: Phase) -> None:
    """Nobody asks any more: neither a person about their data nor a unit about its entry."""
    with phase.platform.db.write() as session:
        session.execute(update(EntryRequest).values(agreed=False, decided_by="user:999",
                                                    decided_at=phase.at))
        session.execute(update(PrivacyRequest).values(state="refused", finished_at=phase.at))


def kept(phase: Phase, kind: str, at) -> dict[str, str]:
    with phase.platform.db.read() as session:
        contest = session.get_one(Contest, phase.contest.id)
        profile = profiles.profile_of(contest)
        return {one.subject: one.kept for one in due.judged(
            session, contest, profile, kind, why=due.Keeping(session, contest, at=at))}


def test_rules_without_periods_are_byte_for_byte_what_they_were(make: Factory) -> None:
    source = make.contest("nhu-cu").revision.source
    plain = load(source)
    assert "retention" not in plain.content and "consent" not in plain.content
    some = load(source + "\n[retention]\noriginals = 30\n")
    assert "removal_proofs" not in some.content["retention"], "a key that came later"
    assert some.sha256 != plain.sha256 and some.content["retention"]["originals"] == 30
    for wrong in ("originals = 0", "originals = -1", "mails = 91", "clips = 3", 'logs = "30"'):
        with pytest.raises(Invalid, match="retention"):
            load(f"{source}\n[retention]\n{wrong}\n")


def test_everything_goes_in_its_time_and_everything_verifies(
    platform: Platform, clock: FixedClock, planted: Planted
) -> None:
    phase = planted(kind=Kept)
    with platform.db.write() as session:
        profile = profiles.profile_of(session.get_one(Contest, phase.contest.id))
        for n in range(3):
            session.add(AccessLog(contest_id=phase.contest.id, actor="user:1", what="contacts",
                                  subject=f"submission:{n}", at=phase.at))
        session.add(Evidence(
            contest_id=phase.contest.id, sha256=planting.kept(phase, b"a screenshot"), size=9,
            filename="a.png", kind="screenshot", created_by="user:1", created_at=phase.at,
        ))
        for poster in session.query(Derivative).filter_by(kind="poster"):  # a file of its own
            poster.sha256 = planting.kept(phase, f"poster {poster.id}".encode())
        before = session.query(Result).filter_by(contest_id=phase.contest.id).one().bundle_sha256
    requests_ended(phase)
    awards = profile.schedule.awards
    clock.moment = awards + timedelta(days=40)
    swept(phase)
    with platform.db.read() as session:  # not yet: the awards' 45 and 60 days
        assert session.query(Evidence).filter(Evidence.erased_at.is_not(None)).count() == 0
        assert {one.person_name for one in session.query(PrivacyRequest)} == {""}
        assert session.query(Mail).filter(Mail.state == "sent", Mail.to != "").count() == 0
        assert session.query(AccessLog).count() == 1, "the last row keeps its number"
        out = session.get_one(Submission, phase.clips["out"].id)
        assert all(one.bytes_gone_at for one in out.versions)
        assert not any(one.bytes_gone_at for one in
                       session.get_one(Submission, phase.clips["shown"].id).versions)
    clock.moment = awards + timedelta(days=61)
    with pytest.raises(KeyboardInterrupt):  # killed after the first batch
        retaining.run(platform, _killed)
    swept(phase)
    tidying.run(platform, phase.contest.id, lambda: None)
    _all_gone(platform, phase, before)
    verifies(platform, phase.contest.id)
    with platform.db.read() as session:
        count = session.query(Tombstone).count(), session.query(AuditRow).count()
    swept(phase)
    with platform.db.read() as session:
        assert (session.query(Tombstone).count(), session.query(AuditRow).count()) == count


def _all_gone(platform: Platform, phase: Phase, bundle: str) -> None:
    with platform.db.read() as session:
        clips = session.query(ClipVersion).join(
            Submission, ClipVersion.submission_id == Submission.id
        ).filter(Submission.contest_id == phase.contest.id).all()
        assert clips and all(one.bytes_gone_at for one in clips)
        assert not any(platform.blobs.exists(one.sha256) for one in clips)
        assert {one.kind for one in session.query(Derivative)} <= {"poster"}
        evidence = session.query(Evidence).all()
        assert evidence and all(one.erased_at for one in evidence)
        assert not any(platform.blobs.exists(one.sha256) for one in evidence)
        assert session.query(SignedForm).count() == session.query(PostRemoval).count() == 0
        for line in session.query(ShareRecord):
            assert all(said.startswith("e:") for said in
                       (line.account, line.identity, line.profile, line.link) if said)
        for one in session.query(Correction):
            assert all(said.startswith("e:") for said in (*one.accounts_out, *one.identities_out))
        assert platform.blobs.exists(bundle)
        assert [one.en for one in scoring.bundle.verify(platform.blobs.path(bundle))
                if one.holds is False] == []
        kinds = {row.after["kind"] for row in session.query(AuditRow).filter_by(
            action="retention.swept")}
        assert kinds == set(DAYS)
        assert session.query(Task).filter(Task.key.startswith("privacy.tidy:retention:")).count()


def test_what_is_still_needed_stays_and_says_why(
    platform: Platform, make: Factory, clock: FixedClock, planted: Planted
) -> None:
    phase = planted("frozen", kind=Kept)
    long_after = phase.at + timedelta(days=400)
    shown, out = (f"submission:{phase.clips[which].id}" for which in ("shown", "out"))
    assert set(kept(phase, "originals", long_after).values()) == {"result"}
    assert set(kept(phase, "screenshots", long_after).values()) <= {"result"}
    with platform.db.write() as session:
        session.execute(text("UPDATE result SET state = 'published'"))
        session.execute(update(PrivacyRequest).values(submission_id=phase.clips["shown"].id))
    assert kept(phase, "originals", long_after)[shown] == "request"
    assert set(kept(phase, "ledgers", long_after).values()) == {"request"}
    assert kept(phase, "rejected_clips", long_after)[out] == "asked"
    requests_ended(phase)
    actor = make.actor(phase.people["organiser"])
    with platform.db.write() as session:
        contest = session.get_one(Contest, phase.contest.id)
        for wish in (Wish(subject="kind:ledgers", reason="đang có khiếu nại"),
                     Wish(code=phase.clips["shown"].code.lower(), reason="đang có khiếu nại",
                          until=long_after + timedelta(days=1))):
            hold = holds.keep(session, contest, wish, actor=actor, at=phase.at)
            with pytest.raises(Conflict):
                holds.keep(session, contest, wish, actor=actor, at=phase.at)
        for wrong in (Wish(subject="kind:ledgers", reason="vì thế"),
                      Wish(subject="kind:all", reason="đang có khiếu nại"),
                      Wish(code="CX-NOPE", reason="đang có khiếu nại"),
                      Wish(subject="evidence:99999", reason="đang có khiếu nại"),
                      Wish(subject="kind:mails", reason="đang có khiếu nại", until=phase.at)):
            with pytest.raises(Invalid):
                holds.keep(session, contest, wrong, actor=actor, at=phase.at)
    assert kept(phase, "originals", long_after)[shown] == "hold"
    assert set(kept(phase, "ledgers", long_after).values()) == {"hold"}
    clock.moment = long_after
    swept(phase)
    with platform.db.read() as session:
        assert not any(v.bytes_gone_at for v in
                       session.get_one(Submission, phase.clips["shown"].id).versions)
        assert session.scalars(select(ShareRecord.account)).first() == planting.NAME
    with platform.db.write() as session:
        holds.lift(session, session.get_one(Contest, phase.contest.id), hold.id, actor=actor,
                   at=long_after)
    swept(phase)
    with platform.db.read() as session:
        assert all(v.bytes_gone_at for v in
                   session.get_one(Submission, phase.clips["shown"].id).versions)


def test_a_proof_of_a_removed_post_goes_with_its_file_unless_it_is_needed(
    platform: Platform, make: Factory, clock: FixedClock, planted: Planted
) -> None:
    phase = planted("published", kind=Kept)
    requests_ended(phase)
    with platform.db.read() as session:
        proof = session.query(PostRemoval).one()
        entry = session.get_one(Submission, proof.submission_id).code
    going, due_on = f"post_removal:{proof.id}", proof.created_at + timedelta(days=50)
    with platform.db.write() as session:
        session.execute(update(Withdrawal).values(
            submission_id=proof.submission_id, done_at=None, done_by=None))
    assert kept(phase, "removal_proofs", due_on) == {going: "request"}, "somebody waits for it"
    with platform.db.write() as session:
        session.execute(update(Withdrawal).values(done_at=phase.at, done_by="user:1"))
        contest, actor = session.get_one(Contest, phase.contest.id), make.actor(
            phase.people["organiser"])
        mine = [holds.keep(session, contest, wish, actor=actor, at=phase.at) for wish in (
            Wish(code=entry, reason="đang có khiếu nại"),
            Wish(subject=going, reason="đang có khiếu nại"))]
    for hold in mine:
        assert kept(phase, "removal_proofs", due_on) == {going: "hold"}
        with platform.db.write() as session:
            holds.lift(session, session.get_one(Contest, phase.contest.id), hold.id,
                       actor=actor, at=phase.at)
    assert kept(phase, "removal_proofs", due_on) == {going: ""}
    for moment, there in ((due_on - timedelta(seconds=1), 1), (due_on, 0)):
        clock.moment = moment
        swept(phase)
        with platform.db.read() as session:
            assert session.query(PostRemoval).count() == there
    with platform.db.read() as session:
        stone = session.query(Tombstone).filter_by(subject=going).one()
        assert (stone.digest, stone.ground) == (proof.sha256, "retention:removal_proofs")
        assert session.query(Tombstone).filter_by(subject=f"file:{proof.sha256}").count() == 1


def test_the_look_ahead_is_what_happens(
    platform: Platform, planted: Planted
) -> None:
    phase = planted(kind=Kept)
    requests_ended(phase)
    with platform.db.read() as session:
        contest = session.get_one(Contest, phase.contest.id)
        profile = profiles.profile_of(contest)
        awards = profile.schedule.awards

        def seen(at):
            return {one.kind: one for one in
                    preview.outlooks(session, contest, profile, at=at)}

        early = seen(awards)
        assert early["originals"].later and not early["originals"].now
        assert early["originals"].next_on == awards + timedelta(days=60)
        soon = seen(awards + timedelta(days=31))
        assert soon["originals"].soon == early["originals"].later and soon["originals"].size
        now = seen(awards + timedelta(days=60))
        assert now["originals"].now == early["originals"].later
        assert now["mails"].now and now["requests"].now and not now["mails"].later
        assert next(iter(now.values())).now, "what goes first stands first"


def test_what_a_sweep_took_stays_away_after_a_restore(
    platform: Platform, planted: Planted
) -> None:
    phase = planted(kind=Kept)
    requests_ended(phase)
    with platform.db.write() as session:  # nothing but the tombstones of a later sweep
        for subject, field, kind in (
            (f"submission:{phase.clips['shown'].id}", "original", "originals"),
            (f"submission:{phase.clips['out'].id}", "clip", "rejected_clips"),
            (f"evidence:{phase.evidence['shown'].id}", "file", "screenshots"),
            ("evidence:99999", "file", "screenshots"), ("signed_form:1", "file", "signed_forms"),
            (f"contest:{phase.contest.id}", "accounts", "ledgers"),
            ("post_removal:1", "file", "removal_proofs"),
        ):
            session.add(Tombstone(
                contest_id=phase.contest.id, subject=subject, field=field, digest="d",
                ground=f"retention:{kind}", erased_by="system", erased_at=phase.at,
            ))
    data_dir = platform.settings.data_dir
    with platform.db.write() as session:
        tombstones.write(session, data_dir)
    lines = (data_dir / tombstones.FILE).read_text().replace("user:1", "user:2")
    (data_dir / tombstones.FILE).write_text(lines.replace('"d"', '"later"'))
    assert done_again(platform) == 6
    assert done_again(platform) == 0
    with platform.db.read() as session:
        assert all(v.bytes_gone_at for which in ("shown", "out") for v in
                   session.get_one(Submission, phase.clips[which].id).versions)
        assert session.get_one(Evidence, phase.evidence["shown"].id).erased_at
        assert session.query(SignedForm).count() == session.query(PostRemoval).count() == 0
        assert session.scalars(select(ShareRecord.account)).first().startswith("e:")
    verifies(platform, phase.contest.id)


@pytest.mark.parametrize("statement", [
    "UPDATE access_log SET actor = 'user:2'", "DELETE FROM access_log",
])
def test_the_log_of_openings_is_append_only(
    statement: str, platform: Platform, make: Factory
) -> None:
    contest = make.contest("mo-xem")
    make.add(AccessLog(contest_id=contest.id, actor="user:1", what="export",
                       subject="list:entries", at=make.platform.clock.now()))
    with pytest.raises(Exception, match="append-only"), platform.db.write() as session:
        session.execute(text(statement))


@pytest.mark.both_databases
def test_the_periods_are_told_and_something_is_kept_on_the_screen(
    app: Flask, platform: Platform, make: Factory
) -> None:
    contest = make.contest("thoi-han", lambda source: source + RETENTION)
    clip = make.submission(make.unit(contest, "Đơn vị"), "disqualified", clip=b"clip")
    base, said = f"/c/{contest.slug}", "60 ngày sau khi trao giải"
    for page in ("rules", "privacy"):
        assert said in app.test_client().get(f"{base}/{page}").text
    with platform.db.read() as session:
        profile = profiles.profile_of(session.get_one(Contest, contest.id))
    assert said in register.text(profile, "vi")
    assert "60 days after the awards" in register.text(profile, "en")
    client = app.test_client()
    client.set_cookie("hoithi_staff", make.staff_token(make.user("organiser", contest=contest)))
    place = f"{base}/organiser/privacy/retention"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(place).text)
    assert token and clip.code in client.get(f"{place}/rejected_clips").text
    told = {"Sec-Fetch-Site": "same-origin"}
    wish = {"csrf_token": token[1], "code": clip.code, "reason": "vì thế"}
    refused = client.post(f"{place}/keep", data=wish, headers=told)
    assert refused.status_code == 422 and "ít nhất 3 từ" in refused.text
    wish["reason"] = "đang có khiếu nại"
    assert client.post(f"{place}/keep", data=wish, headers=told).status_code == 303
    assert "được giữ lại có lý do" in client.get(place).text
    lifted = client.post(f"{place}/holds/1/lift", data={"csrf_token": token[1]}, headers=told)
    assert lifted.status_code == 303 and "bỏ giữ" in client.get(place).text
    assert client.get(f"{place}/mails").status_code == 404
