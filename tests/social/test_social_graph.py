"""The Graph client against the simulator, over HTTP."""

import hashlib
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from social.errors import (
    CredentialRefused,
    MaybeLive,
    NotPermitted,
    NotThere,
    PageError,
    PolicyBlocked,
    RestartUpload,
    ResumeFromOffset,
    Throttled,
    Transient,
    WrongSetting,
)
from social.graph import GraphPage
from social.multipart import FormWithSlice
from social.settings import GraphSettings
from social.simulator.process import SimulatorProcess
from social.values import Offsets, UploadStarted, VideoState


def upload(page: GraphPage, clip: Path) -> UploadStarted:
    started = page.start(clip.stat().st_size)
    offsets = started.offsets
    while not offsets.complete:
        offsets = page.transfer(started.session_id, offsets, clip)
    return started


def publish(page: GraphPage, clip: Path, text: str = "Clip #CX123") -> str:
    started = upload(page, clip)
    page.finish(started.session_id, title="Tiêu đề", description=text)
    return started.video_id


def test_it_publishes_a_clip_and_finds_the_post(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    status = page.status(publish(page, clip))
    [post] = simulator.posts()
    assert status.state is VideoState.PUBLISHED
    assert (status.post_id, status.permalink) == (post["id"], post["permalink"])
    assert post["message"] == "Clip #CX123"
    assert post["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()


def test_the_state_of_a_video_follows_the_steps(page: GraphPage, clip: Path) -> None:
    started = page.start(clip.stat().st_size)
    assert page.status(started.video_id).state is VideoState.UPLOADING
    offsets = started.offsets
    while not offsets.complete:
        offsets = page.transfer(started.session_id, offsets, clip)
    assert page.status(started.video_id).state is VideoState.UPLOADED
    page.finish(started.session_id, title="t", description="d")
    assert page.status(started.video_id).state is VideoState.PUBLISHED
    assert page.status("123456789").state is VideoState.NOT_THERE


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("draft", VideoState.DRAFT),
        ("stuck_processing", VideoState.PROCESSING),
        ("processing_error", VideoState.ERROR),
    ],
)
def test_what_never_appears_is_never_called_published(
    page: GraphPage, simulator: SimulatorProcess, clip: Path, kind: str, state: VideoState
) -> None:
    simulator.fault("finish", kind)
    video_id = publish(page, clip)
    assert [page.status(video_id).state for _ in range(4)] == [state] * 4


def test_slow_processing_ends_in_published(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    simulator.fault("finish", "slow_processing", polls=2)
    video_id = publish(page, clip)
    states = [page.status(video_id).state for _ in range(3)]
    assert states == [VideoState.PROCESSING, VideoState.PROCESSING, VideoState.PUBLISHED]


def test_a_published_video_may_not_tell_its_post(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    simulator.fault("finish", "no_post_id")
    status = page.status(publish(page, clip))
    assert (status.state, status.post_id) == (VideoState.PUBLISHED, None)
    assert status.permalink == simulator.posts()[0]["permalink"]


ANY_STEP = {
    "error_before": Transient,
    "bad_gateway": Transient,
    "drop": Transient,
    "throttle": Throttled,
    "expired_token": CredentialRefused,
    "permission": NotPermitted,
    "invalid_input": NotPermitted,
    "policy": PolicyBlocked,
}
UNTOLD = {
    "error_after": Transient,
    "lost_response": Transient,
    "duplicate": MaybeLive,
    "duplicate_policy": MaybeLive,
}
MATRIX = [
    *[
        (step, kind, error)
        for step in ("start", "transfer", "status", "counts")
        for kind, error in (ANY_STEP | UNTOLD).items()
    ],
    ("transfer", "wrong_offset", ResumeFromOffset),
    ("transfer", "restart_upload", RestartUpload),
    *[
        ("finish", kind, MaybeLive if error is Transient else error)
        for kind, error in (ANY_STEP | UNTOLD).items()
    ],
]


@pytest.mark.parametrize(("step", "kind", "error"), MATRIX)
def test_every_fault_at_every_step_has_its_name(
    *,
    page: GraphPage,
    simulator: SimulatorProcess,
    clip: Path,
    step: str,
    kind: str,
    error: type[PageError],
) -> None:
    ready = upload(page, clip)
    post_id = simulator.control("POST", "posts", {"message": "by hand"})["post_id"]
    steps = {
        "start": lambda: page.start(10),
        "transfer": lambda: page.transfer(ready.session_id, Offsets(0, 1000), clip),
        "finish": lambda: page.finish(ready.session_id, title="t", description="d"),
        "status": lambda: page.status(ready.video_id),
        "counts": lambda: page.counts(post_id),
    }
    simulator.fault(step, kind, times=9)  # a refused reading is asked again field by field
    with pytest.raises(PageError) as caught:
        steps[step]()
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("kind", "posts"),
    [
        ("error_before", 0),
        ("drop", 0),
        ("bad_gateway", 0),
        ("error_after", 1),
        ("lost_response", 1),
        ("duplicate", 1),
    ],
)
def test_after_an_unknown_finish_looking_tells_the_truth(
    page: GraphPage, simulator: SimulatorProcess, clip: Path, kind: str, posts: int
) -> None:
    simulator.fault("finish", kind)
    started = upload(page, clip)
    with pytest.raises(MaybeLive):
        page.finish(started.session_id, title="t", description="#CX123")
    state = page.status(started.video_id).state
    assert len(simulator.posts()) == posts
    assert state is (VideoState.PUBLISHED if posts else VideoState.UPLOADED)
    assert len(page.posts_mentioning("#CX123")) == posts


def test_it_sends_finish_once_even_when_the_line_breaks(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    simulator.fault("finish", "lost_response", times=5)
    started = upload(page, clip)
    with pytest.raises(MaybeLive):
        page.finish(started.session_id, title="t", description="d")
    [fault] = simulator.control("GET", "faults")["faults"]
    assert fault["remaining"] == 4


def test_nothing_was_sent_when_nobody_listens(simulator: SimulatorProcess) -> None:
    page = GraphPage(simulator.settings())
    simulator.kill()
    with pytest.raises(Transient):
        page.finish("1", title="t", description="d")
    simulator.start()


@pytest.mark.parametrize(
    ("form", "told"),
    [("beside", (1363037, None)), ("data", (6001, 1363037)), ("text", (6001, 1363037))],
)
def test_a_wrong_offset_tells_where_to_go_on(
    *, page: GraphPage, simulator: SimulatorProcess, clip: Path, form: str,
    told: tuple[int, int | None],
) -> None:
    simulator.answers(offset_error=form)
    started = page.start(clip.stat().st_size)
    page.transfer(started.session_id, started.offsets, clip)
    with pytest.raises(ResumeFromOffset) as caught:
        page.transfer(started.session_id, Offsets(0, 1000), clip)
    assert (caught.value.start, caught.value.end) == (1000, 2000)
    assert (caught.value.details.code, caught.value.details.subcode) == told


@pytest.mark.parametrize("keep", [False, True])
def test_a_reset_at_a_byte_can_be_resumed(
    page: GraphPage, simulator: SimulatorProcess, clip: Path, keep: bool
) -> None:
    started = page.start(clip.stat().st_size)
    simulator.fault("transfer", "reset_at", bytes=900, keep=keep)
    with pytest.raises(Transient):
        page.transfer(started.session_id, started.offsets, clip)
    offsets = started.offsets
    while not offsets.complete:
        try:
            offsets = page.transfer(started.session_id, offsets, clip)
        except ResumeFromOffset as error:
            assert keep
            offsets = Offsets(error.start, error.end)
    page.finish(started.session_id, title="t", description="d")
    assert simulator.posts()[0]["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()


def test_a_throttle_says_how_long_to_wait(page: GraphPage, simulator: SimulatorProcess) -> None:
    simulator.fault("start", "throttle", minutes=7)
    with pytest.raises(Throttled) as caught:
        page.start(10)
    assert caught.value.wait == timedelta(minutes=7)
    assert page.usage.percent == 100


def test_metas_own_words_are_kept(page: GraphPage, simulator: SimulatorProcess) -> None:
    simulator.fault("start", "policy", subcode=4854002)
    with pytest.raises(PolicyBlocked) as caught:
        page.start(10)
    details = caught.value.details
    assert (details.code, details.subcode, details.http_status) == (368, 4854002, 400)
    assert details.user_message == "You are posting too fast."
    assert details.trace_id
    assert "code 368" in str(caught.value)


def test_counts_keep_null_and_zero_apart(page: GraphPage, simulator: SimulatorProcess) -> None:
    simulator.answers(shares="told")
    post_id = simulator.control("POST", "posts", {"message": "#CX1"})["post_id"]
    counts = page.counts(post_id)
    assert (counts.reactions, counts.shares, counts.comments) == (0, None, 0)
    simulator.set_counts(code="#CX1", reactions={"LIKE": 5, "LOVE": 2}, shares=0, comments=3)
    counts = page.counts(post_id)
    assert (counts.reactions, counts.shares, counts.comments) == (7, 0, 3)
    assert counts.by_kind is not None
    assert (counts.by_kind["LIKE"], counts.by_kind["LOVE"], counts.by_kind["WOW"]) == (5, 2, 0)


def test_a_post_that_is_gone_is_named_so(page: GraphPage) -> None:
    with pytest.raises(NotThere):
        page.counts(f"{page.page_id}_5")


def test_posts_are_found_through_several_pages(
    page: GraphPage, simulator: SimulatorProcess
) -> None:
    simulator.control("POST", "posts", {"message": "clip #CX9"})
    for number in range(101):
        simulator.control("POST", "posts", {"message": f"post {number}"})
    assert [post.message for post in page.posts_mentioning("#CX9", limit=300)] == ["clip #CX9"]
    assert page.posts_mentioning("#CX9", limit=50) == []


def test_it_remembers_everything_through_a_kill(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    started = page.start(clip.stat().st_size)
    offsets = page.transfer(started.session_id, started.offsets, clip)
    address = simulator.url
    simulator.kill()
    simulator.start()
    assert simulator.url == address
    while not offsets.complete:
        offsets = page.transfer(started.session_id, offsets, clip)
    page.finish(started.session_id, title="t", description="d")
    simulator.kill()
    simulator.start()
    assert page.status(started.video_id).state is VideoState.PUBLISHED
    assert simulator.posts()[0]["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()


def test_a_wrong_app_secret_is_refused(simulator: SimulatorProcess) -> None:
    page = GraphPage(simulator.settings(app_secret="another"))
    with pytest.raises(NotPermitted, match="appsecret_proof"):
        page.start(10)


def test_no_error_tells_the_token(simulator: SimulatorProcess) -> None:
    page = GraphPage(simulator.settings(token="very-secret"))
    with pytest.raises(CredentialRefused) as caught:
        page.start(10)
    assert "very-secret" not in f"{caught.value} {caught.value.details} {page.__dict__}"
    simulator.kill()
    with pytest.raises(Transient) as lost:
        page.status("1")
    assert "very-secret" not in repr(lost.value)
    assert lost.value.__cause__ is None
    simulator.start()


@pytest.mark.parametrize(
    "address",
    [
        "https://graph.facebook.com",
        "http://graph.facebook.com/v25.0",
        "https://graph.facebook.com.evil.example/v25.0",
        "https://user@graph.facebook.com/v25.0",
        "https://graph-video.facebook.com/v25.0",
        "http://192.0.2.1/v25.0",
    ],
)
def test_the_token_goes_nowhere_else(address: str) -> None:
    with pytest.raises(WrongSetting):
        GraphSettings(page_id="1", token="t", graph_url=address)


def test_metas_host_is_accepted() -> None:
    assert not GraphSettings(page_id="1", token="t").is_simulator


def test_a_large_chunk_is_read_in_small_parts(tmp_path: Path) -> None:
    clip = tmp_path / "large.mp4"
    with clip.open("wb") as file:
        file.truncate(64_000_000)
    tracemalloc.start()
    with FormWithSlice({"a": "b"}, "file", clip, 0, 64_000_000) as form:
        total = sum(len(part) for part in form)
        assert total == len(form)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000


def test_a_clip_shorter_than_promised_is_an_error(page: GraphPage, clip: Path) -> None:
    started = page.start(clip.stat().st_size * 2)
    with pytest.raises(OSError, match="too early"):
        page.transfer(started.session_id, Offsets(2000, 4000), clip)
