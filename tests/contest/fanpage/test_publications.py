"""From approval to the post on the Page: one transaction, one release, one post a clip."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from contest.actors import SYSTEM
from contest.errors import Conflict, DomainError, Invalid
from contest.jobs.worker import perform
from contest.models import AuditRow, Contest, Mail, Publication, Submission, Task
from contest.services.fanpage import board, page_pause, publications
from social.simulator.process import SimulatorProcess
from tests.contest.posting import CLIP, RELEASE, Bench

PUBLISHED = ("published", "published")


def test_a_plan_and_its_wishes_are_one_transaction(bench: Bench) -> None:
    submission = bench.make.submission(bench.make.unit(bench.contest), "approved", clip=CLIP)
    with pytest.raises(ZeroDivisionError), bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        publications.plan(session, row, actor=SYSTEM, at=bench.clock.now())
        _ = 1 // 0
    with bench.platform.db.read() as session:
        assert list(session.scalars(select(Publication))) == []
        assert list(session.scalars(select(Task))) == []


def test_a_clip_is_posted_at_the_release_with_its_code(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    submission = bench.approved()
    bench.work(jumps=1)
    assert bench.state(submission) == ("waiting", "approved")
    assert simulator.posts() == []
    bench.at_release()
    bench.work()
    assert bench.state(submission) == PUBLISHED
    [post] = simulator.posts()
    assert f"#{submission.code}" in post["message"]
    assert submission.title in post["message"]
    assert post["sha256"] == hashlib.sha256(CLIP).hexdigest()
    found = bench.publication(submission)
    assert (found.post_id, found.permalink) == (post["id"], post["permalink"])
    with bench.platform.db.read() as session:
        assert [mail.template for mail in session.scalars(select(Mail))] == ["published"]


def test_bytes_go_ahead_of_the_release_and_stay_hidden(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    submission = bench.approved()
    bench.clock.moment = RELEASE - publications.UPLOAD_AHEAD + timedelta(seconds=1)
    bench.work(jumps=1)
    found = bench.publication(submission)
    assert (found.state, found.offset) == ("uploading", len(CLIP))
    assert simulator.posts() == []


def test_clips_are_released_together_in_a_recorded_random_order(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    entries = [bench.approved() for _ in range(5)]
    bench.at_release()
    bench.work()
    with bench.platform.db.read() as session:
        query = select(AuditRow).where(AuditRow.action == "publication.released")
        [row] = session.scalars(query)
        rows = board.listed(session, session.get_one(Contest, bench.contest.id)).rows
        order = [publication.submission.code for publication in rows]
    assert row.after["order"] == order
    assert sorted(order) == sorted(submission.code for submission in entries)
    assert [post["message"].split("#")[1] for post in reversed(simulator.posts())] == order


def test_a_clip_approved_after_the_release_goes_out_at_once(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    first = bench.approved()
    bench.at_release()
    bench.work()
    late = bench.approved()
    bench.work()
    assert bench.state(late) == PUBLISHED
    assert [bench.publication(submission).position for submission in (first, late)] == [1, 2]
    assert len(simulator.posts()) == 2


def test_a_release_moved_by_the_profile_is_obeyed(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    later = bench.make.contest(
        "doi-gio",
        lambda text: text.replace("publicity_opens = 2023-06-12", "publicity_opens = 2023-06-13"),
    )
    early, bench.contest = bench.contest, later
    submission = bench.approved()
    with bench.platform.db.write() as session:  # as if planned under an earlier revision
        for task in session.scalars(select(Task)):
            task.due_at = RELEASE
    bench.at_release()
    for task in bench.due():
        perform(bench.platform, task.id)
    assert simulator.posts() == []
    assert bench.publication(submission).position is None
    bench.work()
    assert bench.state(submission) == PUBLISHED
    assert bench.clock.moment >= RELEASE + timedelta(days=1)
    assert early.id != later.id


def test_planning_twice_is_one_publication(bench: Bench, simulator: SimulatorProcess) -> None:
    submission = bench.approved()
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        publications.plan(session, row, actor=SYSTEM, at=bench.clock.now())
    bench.at_release()
    bench.work()
    assert len(simulator.posts()) == 1


def test_a_cancelled_clip_is_not_posted_and_can_be_planned_again(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    submission = bench.approved()
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        publications.cancel(session, row, actor=SYSTEM, at=bench.clock.now(), reason="thử")
    bench.at_release()
    bench.work()
    assert (bench.state(submission), simulator.posts()) == (("cancelled", "approved"), [])
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        publications.plan(session, row, actor=SYSTEM, at=bench.clock.now())
    bench.work()
    assert bench.state(submission) == PUBLISHED


def test_a_clip_at_the_moment_of_posting_cannot_be_cancelled(bench: Bench) -> None:
    submission = bench.approved()
    with bench.platform.db.write() as session:
        publication = session.scalars(select(Publication)).one()
        publication.state = "armed"
    with bench.platform.db.write() as session, pytest.raises(Conflict):
        row = session.get_one(Submission, submission.id)
        publications.cancel(session, row, actor=SYSTEM, at=bench.clock.now())


def test_a_portrait_clip_is_left_to_a_person(bench: Bench, simulator: SimulatorProcess) -> None:
    submission = bench.make.submission(bench.make.unit(bench.contest), "approved", clip=CLIP)
    with bench.platform.db.write() as session:
        row = session.get_one(Submission, submission.id)
        assert row.version
        row.version.checks[0].report = {"facts": {"display_width": 1080, "display_height": 1920}}
        session.flush()
        found = publications.plan(session, row, actor=SYSTEM, at=bench.clock.now())
        assert (found.mode, "Clip dọc" in found.error_data["vi"]) == ("manual", True)
    bench.at_release()
    bench.work()
    assert simulator.posts() == []


def test_the_caption_always_holds_the_code(bench: Bench) -> None:
    bench.contest = bench.make.contest(
        "khong-ma", lambda text: text.replace("· #{code}", "{unknown} {title.__class__}")
    )
    found = bench.publication(bench.approved(title="Tiêu đề {code}"))
    assert found.caption.endswith(f"\n#{found.submission.code}")
    assert "Tiêu đề {code}" in found.caption
    assert "{unknown} {title.__class__}" in found.caption


def link(bench: Bench, submission: Submission, address: str) -> None:
    organiser = bench.make.actor(bench.make.user("organiser", contest=bench.contest))
    with bench.platform.db.write() as session:
        publication = publications.get(
            session, session.get_one(Contest, bench.contest.id), bench.publication(submission).id
        )
        publications.record_link(
            session, publication, address, actor=organiser, at=bench.clock.now()
        )


def by_hand(bench: Bench) -> Bench:
    bench.contest = bench.make.contest(
        "dang-tay", lambda text: text.replace('mode = "api"', 'mode = "manual"')
    )
    return bench


def test_by_hand_a_pasted_link_publishes(bench: Bench, simulator: SimulatorProcess) -> None:
    submission = by_hand(bench).approved()
    bench.at_release()
    bench.work()
    assert bench.state(submission) == ("waiting", "approved")
    post_id = simulator.control("POST", "posts", {"message": f"#{submission.code}"})["post_id"]
    link(bench, submission, f"{simulator.url}/posts/{post_id}")
    assert bench.state(submission) == PUBLISHED
    bench.work()
    assert bench.publication(submission).error_data == {"checked": True}


def test_a_link_to_a_video_leads_to_its_post_by_the_code(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    submission = by_hand(bench).approved()
    bench.at_release()
    post_id = simulator.control("POST", "posts", {"message": f"Xem #{submission.code}"})["post_id"]
    link(bench, submission, "https://www.facebook.com/quandoan11/videos/987654321098765/")
    bench.work()
    assert bench.publication(submission).post_id == post_id


def test_a_link_to_nothing_is_said(bench: Bench, simulator: SimulatorProcess) -> None:
    submission = by_hand(bench).approved()
    bench.at_release()
    link(bench, submission, "https://www.facebook.com/quandoan11/posts/123456789012")
    bench.work()
    assert bench.publication(submission).error_data["checked"] is False


@pytest.mark.parametrize(
    "address",
    ["", "facebook", "https://example.org/posts/1", "https://www.facebook.com/quandoan11",
     "https://www.facebook.com/watch/?v=abc"],
)
def test_a_link_that_names_no_post_is_refused(bench: Bench, address: str) -> None:
    submission = by_hand(bench).approved()
    bench.at_release()
    with pytest.raises(Invalid, match="name a post"):
        link(bench, submission, address)
    assert bench.state(submission) == ("waiting", "approved")


def test_one_link_belongs_to_one_clip(bench: Bench) -> None:
    first, second = by_hand(bench).approved(), bench.approved()
    bench.at_release()
    link(bench, first, "https://www.facebook.com/quandoan11/posts/123456789012")
    with pytest.raises(Conflict, match="another clip"):
        link(bench, second, "https://www.facebook.com/quandoan11/posts/x/123456789012/")


def test_nobody_posts_before_the_others(bench: Bench) -> None:
    submission = by_hand(bench).approved()
    with pytest.raises(DomainError, match="not come yet"):
        link(bench, submission, "https://www.facebook.com/quandoan11/posts/123456789012")


def test_without_a_page_the_queue_pauses_and_says_so(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    object.__setattr__(bench.platform.settings, "page_token", "")
    submission = bench.approved()
    bench.at_release()
    bench.work(jumps=3)
    with bench.platform.db.read() as session:
        pause = page_pause.pause_of(session, bench.contest.id)
        assert pause is not None
        assert pause.kind == "no_page"
        assert [gap.code for gap in publications.blockers(
            session, bench.contest, at=bench.clock.now()
        )] == ["publications.open"]
    object.__setattr__(bench.platform.settings, "page_token", simulator.token)
    resume(bench)
    bench.work()
    assert bench.state(submission) == PUBLISHED


def resume(bench: Bench) -> None:
    organiser = bench.make.actor(bench.make.user("organiser", contest=bench.contest))
    with bench.platform.db.write() as session:
        contest = session.get_one(Contest, bench.contest.id)
        page_pause.resume(session, contest, actor=organiser, at=bench.clock.now())


def test_a_link_is_taken_while_the_queue_is_paused_half_way(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    simulator.fault("transfer", "policy")
    submission = bench.approved()
    bench.at_release()
    bench.work(jumps=2)
    assert bench.state(submission) == ("uploading", "approved")
    link(bench, submission, "https://www.facebook.com/quandoan11/posts/123456789012")
    resume(bench)
    bench.work()
    assert (bench.state(submission), simulator.posts()) == (PUBLISHED, [])
