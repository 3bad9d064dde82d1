"""The reels' route against the simulator: begin, bytes to another host, end."""

import hashlib
from pathlib import Path

import pytest

from social.errors import (
    CredentialRefused,
    MaybeLive,
    NotPermitted,
    PageError,
    RestartUpload,
    ResumeFromOffset,
    Throttled,
    Transient,
)
from social.graph import GraphPage
from social.reels import MOST_A_DAY
from social.settings import GraphSettings
from social.simulator.process import SimulatorProcess
from social.values import Offsets, Route, UploadStarted, VideoState


def upload(page: GraphPage, clip: Path) -> UploadStarted:
    started = page.start(clip.stat().st_size, Route.REELS)
    assert page.transfer(started.session_id, started.offsets, clip).complete
    return started


def finish(page: GraphPage, started: UploadStarted) -> None:
    page.finish(started.session_id, title="Tiêu đề", description="Clip #CX123")


def test_a_reel_is_published_and_its_post_found(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    started = page.start(clip.stat().st_size, Route.REELS)
    assert page.status(started.video_id).state is VideoState.UPLOADING
    page.transfer(started.session_id, started.offsets, clip)
    assert page.status(started.video_id).state is VideoState.UPLOADED
    finish(page, started)
    status, [post] = page.status(started.video_id), simulator.posts()
    assert (status.state, status.post_id) == (VideoState.PUBLISHED, post["id"])
    assert post["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert [found.post_id for found in page.posts_mentioning("#CX123")] == [post["id"]]


@pytest.mark.parametrize("spelling", ["bytes_transferred", "bytes_transfered"])
def test_an_interrupted_reel_goes_on_where_the_page_stands(
    page: GraphPage, simulator: SimulatorProcess, clip: Path, spelling: str
) -> None:
    simulator.answers(bytes_name=spelling)
    size = clip.stat().st_size
    started = page.start(size, Route.REELS)
    simulator.fault("transfer", "reset_at", bytes=900, keep=True)
    with pytest.raises(Transient):
        page.transfer(started.session_id, started.offsets, clip)
    offsets = page.resume(started.session_id, started.offsets, size)
    assert (offsets.start, offsets.end) == (900, size)
    assert page.transfer(started.session_id, offsets, clip).complete
    finish(page, started)
    assert simulator.posts()[0]["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()


def test_a_wrong_offset_tells_where_to_go_on(page: GraphPage, clip: Path) -> None:
    started = upload(page, clip)
    with pytest.raises(ResumeFromOffset) as caught:
        page.transfer(started.session_id, Offsets(0, 2560), clip)
    assert (caught.value.start, caught.value.end) == (2560, 2560)


def test_a_reel_that_the_page_has_forgotten_is_begun_anew(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    started = page.start(clip.stat().st_size, Route.REELS)
    simulator.fault("transfer", "restart_upload")
    with pytest.raises(RestartUpload):
        page.transfer(started.session_id, started.offsets, clip)
    with pytest.raises(RestartUpload):
        page.resume("reel:123456", started.offsets, 2560)


ANY = {
    "error_before": Transient,
    "bad_gateway": Transient,
    "drop": Transient,
    "empty": Transient,
    "redirect": Transient,
    "throttle": Throttled,
    "expired_token": CredentialRefused,
    "permission": NotPermitted,
    "error_after": Transient,
    "lost_response": Transient,
}


@pytest.mark.parametrize("kind", ANY)
@pytest.mark.parametrize("step", ["start", "transfer", "finish"])
def test_every_fault_at_every_step_has_its_name(
    *, page: GraphPage, simulator: SimulatorProcess, clip: Path, step: str, kind: str
) -> None:
    ready, fresh = upload(page, clip), page.start(2560, Route.REELS)
    steps = {
        "start": lambda: page.start(10, Route.REELS),
        "transfer": lambda: page.transfer(fresh.session_id, fresh.offsets, clip),
        "finish": lambda: finish(page, ready),
    }
    simulator.fault(step, kind)
    wanted = MaybeLive if step == "finish" and ANY[kind] is Transient else ANY[kind]
    with pytest.raises(PageError) as caught:
        steps[step]()
    assert type(caught.value) is wanted


def test_the_thirty_first_reel_of_a_day_is_refused(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    simulator.answers(reels_per_day=1)
    finish(page, upload(page, clip))
    with pytest.raises(Throttled):
        finish(page, upload(page, clip))
    assert (len(simulator.posts()), MOST_A_DAY) == (1, 30)


def test_the_token_goes_to_metas_own_hosts_alone() -> None:
    real = GraphSettings(page_id="1", token="t", graph_url="https://graph.facebook.com/v26.0")
    assert (real.upload_url, real.version) == ("https://rupload.facebook.com", "v26.0")
    assert real.web_url == "https://www.facebook.com"


def test_progress_is_told_while_bytes_leave(page: GraphPage, tmp_path: Path) -> None:
    large, beats = tmp_path / "large.mp4", []
    with large.open("wb") as file:
        file.truncate(2_000_000)
    started = page.start(2_000_000, Route.REELS)
    page.transfer(started.session_id, started.offsets, large, lambda: beats.append(1))
    assert len(beats) >= 8
