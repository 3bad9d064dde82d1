"""Clips posted by hand: any link leads to the post's counts, or the board says why it cannot."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from contest.errors import Conflict, DomainError, Invalid
from contest.models import AuditRow, Contest, Submission
from contest.services.fanpage import publications
from social.simulator.process import SimulatorProcess
from tests.contest.conftest import Visits
from tests.contest.fanpage.test_page_views import COUNTS, POSTS, text
from tests.contest.fanpage.test_publications import PUBLISHED, by_hand, link
from tests.contest.posting import Bench

Posted = dict[str, str]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database changes nothing of what a link means."""
    return sqlite_url


@pytest.fixture
def submission(bench: Bench) -> Submission:
    found = by_hand(bench).approved()
    bench.at_release()
    return found


def posted(simulator: SimulatorProcess, message: str = "không có mã", **more: object) -> Posted:
    found: Posted = simulator.control("POST", "posts", {"message": message, **more})
    return found


def short(simulator: SimulatorProcess, to: str) -> str:
    path = simulator.control("POST", "short", {"to": to})["path"]
    return f"https://www.facebook.com{path}"


SHAPES: list[Callable[[SimulatorProcess, Posted], str]] = [
    lambda _, post: f"https://www.facebook.com/reel/{post['video_id']}",
    lambda _, post: f"https://www.facebook.com/quandoan11/videos/{post['video_id']}/?rv=1",
    lambda _, post: f"https://m.facebook.com/watch/?v={post['video_id']}",
    lambda _, post: post["video_id"],
    lambda _, post: post["post_id"],
    lambda _, post: post["post_id"].partition("_")[2],
    lambda _, post: f"https://www.facebook.com/x/posts/{post['post_id'].partition('_')[2]}",
    lambda sim, post: short(sim, f"/reel/{post['video_id']}/"),
]


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_any_link_leads_to_a_reading(
    bench: Bench, simulator: SimulatorProcess, submission: Submission, shape: int
) -> None:
    post = posted(simulator)
    simulator.set_counts(post_id=post["post_id"], reactions=7)
    link(bench, submission, SHAPES[shape](simulator, post))
    assert bench.state(submission) == PUBLISHED
    bench.work()
    found = bench.publication(submission)
    assert (found.post_id, found.error_data["checked"]) == (post["post_id"], True)
    assert found.permalink.startswith("http")
    # a doubt: the post does not name the clip
    assert f"#{submission.code}" in found.error_data["vi"]
    assert bench.readings() == [submission.code]


WHY: list[tuple[Callable[[SimulatorProcess], str], str, str]] = [
    (lambda sim: posted(sim, foreign=True)["post_id"], "thuộc một Trang khác", "another Page"),
    (lambda sim: posted(sim, foreign=True)["video_id"], "không thuộc Trang này", "not found"),
    (lambda sim: short(sim, "https://www.facebook.com/nhom/abc"), "liên kết rút gọn", "short link"),
    (lambda sim: "https://fb.watch/gone/", "liên kết rút gọn", "short link"),
    (lambda sim: "https://www.facebook.com/x/posts/pfbid02AbC", "dạng pfbid", "a pfbid link"),
    (lambda sim: "99999999999", "Chưa thấy bài này", "was not found"),
]


@pytest.mark.parametrize("case", range(len(WHY)))
def test_what_cannot_be_counted_is_said_plainly_and_can_be_mended(
    bench: Bench, simulator: SimulatorProcess, submission: Submission, case: int
) -> None:
    pasted, vi, en = WHY[case]
    link(bench, submission, pasted(simulator))
    bench.work()
    assert bench.publication(submission).error_data["checked"] is False
    with bench.platform.db.read() as session:
        contest = session.get_one(Contest, bench.contest.id)
        [gap] = publications.blockers(session, contest, at=bench.clock.now())
    assert (gap.code, submission.code in gap.vi, submission.code in gap.en) == (
        "publications.unread", True, True,
    )
    assert bench.readings() == []
    said = bench.publication(submission).error_data
    assert vi in said["vi"] and "ghi bằng tay" in said["vi"]
    assert en in said["en"] and "by hand" in said["en"]
    post = posted(simulator, f"#{submission.code}")
    link(bench, submission, f"https://www.facebook.com/reel/{post['video_id']}")
    bench.work()
    assert bench.publication(submission).error_data == {"checked": True}
    assert bench.readings() == [submission.code]
    with bench.platform.db.read() as session:
        query = select(AuditRow).where(AuditRow.action == "publication.relinked")
        assert len(session.scalars(query).all()) == 1


def test_another_pages_post_is_not_counted_even_if_its_numbers_can_be_read(
    bench: Bench, simulator: SimulatorProcess, submission: Submission
) -> None:
    simulator.answers(foreign="told")
    foreign = posted(simulator, f"#{submission.code}", foreign=True)
    link(bench, submission, foreign["post_id"])
    assert bench.readings() == []  # not even before the check has come to it
    bench.work()
    assert "another Page" in bench.publication(submission).error_data["en"]
    assert bench.readings() == []


def test_a_confirmed_link_stays(
    bench: Bench, simulator: SimulatorProcess, submission: Submission
) -> None:
    link(bench, submission, posted(simulator, f"#{submission.code}")["video_id"])
    bench.work()
    with pytest.raises(Conflict, match="confirmed"):
        link(bench, submission, posted(simulator)["video_id"])


def test_a_post_that_was_deleted_may_be_replaced_by_another(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    submission = bench.approved()
    bench.at_release()
    bench.work()
    with pytest.raises(Conflict, match="confirmed"):
        link(bench, submission, posted(simulator)["video_id"])
    simulator.control("POST", "hide", {"code": f"#{submission.code}"})
    assert bench.readings() == []
    again = posted(simulator, "đăng lại bằng tay")
    link(bench, submission, again["video_id"])
    bench.work()
    assert bench.readings() == [submission.code]
    assert bench.publication(submission).post_id == again["post_id"]


@pytest.mark.parametrize("number", ["1234", "12345678 9012", "+84901234567", "9" * 26])
def test_a_number_typed_wrongly_is_refused_with_what_was_found(
    bench: Bench, submission: Submission, number: str
) -> None:
    with pytest.raises(Invalid) as caught:
        link(bench, submission, number)
    assert bench.state(submission) == ("waiting", "approved")
    assert "5–25 chữ số" in caught.value.vi


@pytest.mark.parametrize("second", ["{bare}", "{post}", "https://www.facebook.com/x/posts/{bare}/",
                                    "https://www.facebook.com/reel/{video}"])
def test_one_post_belongs_to_one_clip_however_it_is_written(
    bench: Bench, simulator: SimulatorProcess, submission: Submission, second: str
) -> None:
    other = bench.approved()
    bench.work()
    post = posted(simulator)
    link(bench, submission, f"https://www.facebook.com/reel/{post['video_id']}")
    bench.work()
    bare = post["post_id"].partition("_")[2]
    text_ = second.format(bare=bare, post=post["post_id"], video=post["video_id"])
    with pytest.raises(DomainError, match="another clip"):
        link(bench, other, text_)


def test_the_same_post_by_a_link_that_does_not_say_so_is_found_out(
    bench: Bench, simulator: SimulatorProcess, submission: Submission
) -> None:
    other, post = bench.approved(), posted(simulator)
    bench.work()
    link(bench, submission, post["post_id"])
    bench.work()
    link(bench, other, short(simulator, f"/reel/{post['video_id']}/"))
    bench.work()
    found = bench.publication(other)
    assert (found.post_id, found.error_data["checked"]) == (None, False)
    assert "another clip" in found.error_data["en"]
    assert bench.readings() == [submission.code]


def test_a_clip_sent_once_and_posted_by_hand_counts_by_the_hand_made_post(
    bench: Bench, simulator: SimulatorProcess
) -> None:
    simulator.fault("finish", "permission")
    submission = bench.approved()
    bench.at_release()
    bench.work()
    sent = bench.publication(submission).video_id
    post = posted(simulator, "đăng tay")
    link(bench, submission, f"https://www.facebook.com/reel/{post['video_id']}")
    bench.work()
    found = bench.publication(submission)
    assert (found.video_id, found.post_id) == (post["video_id"], post["post_id"])
    assert sent != post["video_id"]
    assert bench.readings() == [submission.code]


def test_a_page_that_is_silent_about_a_link_is_given_up_with_a_sentence(
    bench: Bench, simulator: SimulatorProcess, submission: Submission
) -> None:
    simulator.fault("status", "error_before", times=50)
    link(bench, submission, posted(simulator)["video_id"])
    bench.work()
    found = bench.publication(submission)
    assert "Chưa kiểm tra được liên kết" in found.error_data["vi"]
    simulator.control("DELETE", "faults")
    assert bench.readings() == [submission.code]
    assert bench.publication(submission).error == ""


def test_the_board_shows_the_reason_and_takes_another_link(
    bench: Bench, visit: Visits, simulator: SimulatorProcess
) -> None:
    simulator.fault("start", "permission")
    submission = bench.approved()
    bench.at_release()
    bench.work()
    number, organiser = bench.publication(submission).id, visit.role("organiser")
    address = f"{POSTS}/{number}/link"
    assert organiser.post(address, data={"link": "https://fb.watch/x/"}).status_code == 303
    bench.work()
    seen = text(organiser.get(POSTS))
    assert "Không lần ra bài viết từ liên kết rút gọn này" in seen
    assert "Dán liên kết khác" in seen
    assert "1 clip không lấy được số tương tác từ Trang" in text(organiser.get(COUNTS))
    desk = text(organiser.get("/c/quan11-2023/organiser/"))
    assert "1 Clip không lấy được số từ Trang" in desk
    assert submission.title in text(organiser.get(f"{POSTS}?state=unread"))
    post = posted(simulator, f"#{submission.code}")
    assert organiser.post(address, data={"link": post["video_id"]}).status_code == 303
    bench.work()
    seen = text(organiser.get(POSTS))
    assert "Dán liên kết khác" not in seen
    assert submission.title not in text(organiser.get(f"{POSTS}?state=unread"))
    assert "không lấy được số" not in text(organiser.get("/c/quan11-2023/organiser/"))
    assert organiser.post(address, data={"link": post["video_id"]}).status_code == 409
