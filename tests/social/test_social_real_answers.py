"""Answers as real Pages give them (docs/facebook.md, section "Seen in 2026"), each switchable."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from social.errors import (
    MaybeLive,
    NotPermitted,
    NotThere,
    PageError,
    RestartUpload,
    ResumeFromOffset,
    Throttled,
    Transient,
    WrongObject,
)
from social.graph import GraphPage
from social.listing import mentions
from social.simulator.answers import DEFAULTS
from social.simulator.process import SimulatorProcess
from social.translate import details_of, error_for
from social.usage import read_usage
from social.values import Offsets, PagePost, VideoState
from social.video_status import bytes_there, read_status
from tests.social.test_social_graph import publish, upload


def by_hand(simulator: SimulatorProcess, message: str, **more: Any) -> dict[str, Any]:
    posted: dict[str, Any] = simulator.control("POST", "posts", {"message": message, **more})
    return posted


def test_the_defaults_are_the_unkind_answers() -> None:
    unkind = {
        "post_id": "bare",
        "bare_error": 12,
        "shares": "absent",
        "reels": "all",
        "permalink": "relative",
        "copyright": "error",
        "offset_error": "beside",
        "foreign": "refused",
        "reels_per_day": 30,
    }
    assert {name: DEFAULTS[name] for name in unkind} == unkind


# ------------------------------------------------------------------------------ ids and counts


@pytest.mark.parametrize("form", ["bare", "full"])
def test_a_post_id_always_has_its_pages_before_it(
    page: GraphPage, simulator: SimulatorProcess, clip: Path, form: str
) -> None:
    simulator.answers(post_id=form)
    status = page.status(publish(page, clip))
    assert status.post_id == simulator.posts()[0]["id"]
    assert status.permalink == simulator.posts()[0]["permalink"]


@pytest.mark.parametrize("code", [12, 100])
def test_a_bare_id_is_refused_by_the_page_and_read_all_the_same(
    page: GraphPage, simulator: SimulatorProcess, clip: Path, code: int
) -> None:
    simulator.answers(bare_error=code)
    simulator.set_counts(code="#CX123", reactions=5) if publish(page, clip) else None
    bare = simulator.posts()[0]["id"].partition("_")[2]
    with pytest.raises(WrongObject):
        page._calls.get(bare, fields="reactions")
    counts = page.counts(bare)
    assert (counts.post_id, counts.reactions) == (simulator.posts()[0]["id"], 5)


def test_absent_shares_are_not_known_and_never_nought(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    publish(page, clip)
    simulator.set_counts(code="#CX123", reactions=5, shares=9, comments=2)
    post_id = simulator.posts()[0]["id"]
    assert page.counts(post_id).shares is None
    simulator.answers(shares="told", numbers="text")
    counts = page.counts(post_id)
    assert (counts.reactions, counts.shares, counts.comments) == (5, 9, 2)


@pytest.mark.parametrize(
    ("refused", "known"),
    [
        ("shares", (5, None, 2)),
        ("reactions", (None, 9, 2)),
        ("comments", (5, 9, None)),
        ("reactions,comments", (None, 9, None)),
        ("permalink_url", (5, 9, 2)),
    ],
)
def test_a_refused_field_takes_no_other_with_it(
    page: GraphPage, simulator: SimulatorProcess, refused: str, known: tuple[int | None, ...]
) -> None:
    post_id = by_hand(simulator, "#CX1")["post_id"]
    simulator.set_counts(post_id=post_id, reactions=5, shares=9, comments=2)
    simulator.answers(shares="told", refused_fields=refused)
    counts = page.counts(post_id)
    assert (counts.reactions, counts.shares, counts.comments) == known


def test_a_post_that_gives_no_field_at_all_is_an_error(
    page: GraphPage, simulator: SimulatorProcess
) -> None:
    post_id = by_hand(simulator, "#CX1")["post_id"]
    simulator.answers(refused_fields="shares,reactions,comments,permalink_url")
    with pytest.raises(NotPermitted, match="nonexisting field"):
        page.counts(post_id)


@pytest.mark.parametrize("kind", ["throttle", "expired_token", "drop", "permission"])
def test_totals_are_kept_when_the_kinds_are_refused(
    page: GraphPage, simulator: SimulatorProcess, kind: str
) -> None:
    post_id = by_hand(simulator, "#CX1")["post_id"]
    simulator.set_counts(post_id=post_id, reactions=5)
    simulator.fault("counts", "hold", when="before", seconds=0)  # lets the first call through
    simulator.fault("counts", kind)
    counts = page.counts(post_id)
    assert (counts.reactions, counts.by_kind) == (5, None)


# ------------------------------------------------------------------------------------- uploads


@pytest.mark.parametrize("form", ["offsets", "zero", "skip"])
def test_an_upload_goes_on_whatever_start_tells(
    page: GraphPage, simulator: SimulatorProcess, clip: Path, form: str
) -> None:
    simulator.answers(start=form)
    started = upload(page, clip)
    page.finish(started.session_id, title="t", description="d")
    [post] = simulator.posts()
    assert page.status(started.video_id).state is VideoState.PUBLISHED
    if form != "skip":
        assert post["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ((0, 0), (0, 2560)),
        ((0, 1000), (0, 1000)),
        ((1000, 1000), (1000, 2560)),
        ((2560, 2560), (2560, 2560)),
        ((9999, 9999), (2560, 2560)),
        ((2000, 9999), (2000, 2560)),
        ((1000, 400), (1000, 2560)),
    ],
)
def test_offsets_are_complete_only_with_the_whole_file(
    told: tuple[int, int], wanted: tuple[int, int]
) -> None:
    offsets = Offsets.wanted(*told, 2560)
    assert (offsets.start, offsets.end) == wanted
    assert offsets.complete == (wanted[0] == 2560)


OFFSETS = {"start_offset": "1000", "end_offset": 2000}
RESUMES: list[dict[str, Any]] = [
    {"error": {"code": 6001, "error_subcode": 1363037, "error_data": OFFSETS}},
    {"error": {"code": "6001", "error_subcode": "1363037", "error_data": json.dumps(OFFSETS)}},
    {"error": {"code": 1363037}, **OFFSETS},
    {"error": {"code": 1363037, **OFFSETS}},
    {"error": {"code": 1363037, "is_transient": True, "error_data": OFFSETS}},
]


@pytest.mark.parametrize("body", RESUMES)
def test_offsets_are_found_wherever_the_error_has_them(body: dict[str, Any]) -> None:
    error = error_for(details_of(body, 400), None)
    assert isinstance(error, ResumeFromOffset)
    assert (error.start, error.end) == (1000, 2000)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 1363037}, RestartUpload),
        ({"code": 1363037, "error_data": "[]"}, RestartUpload),
        ({"code": 1363030}, RestartUpload),
        ({"code": 12}, WrongObject),
        ({"code": 803}, WrongObject),
        ({"code": 100, "error_subcode": 33}, NotThere),
        (
            {"code": 100, "message": "(#100) Tried accessing nonexisting field (shares)"},
            WrongObject,
        ),
        ({"code": 613, "error_subcode": 1996}, Throttled),
        ({"code": 10}, NotPermitted),
        ({"code": 7, "is_transient": "true"}, Transient),
        ({"code": 200, "is_transient": "false"}, NotPermitted),
        ("a sentence alone", Transient),
        ([], Transient),
        ({}, Transient),
    ],
)
def test_every_shape_of_an_error_has_its_class(error: object, kind: type[PageError]) -> None:
    assert type(error_for(details_of({"error": error}, 400), None)) is kind


@pytest.mark.parametrize("kind", ["empty", "error_in_200", "redirect"])
@pytest.mark.parametrize("step", ["start", "transfer", "finish", "status", "counts", "posts"])
def test_an_answer_that_is_none_is_a_passing_fault_or_a_doubt(
    *, page: GraphPage, simulator: SimulatorProcess, clip: Path, step: str, kind: str
) -> None:
    ready = upload(page, clip)
    post_id = by_hand(simulator, "by hand")["post_id"]
    steps = {
        "start": lambda: page.start(10),
        "transfer": lambda: page.transfer(ready.session_id, Offsets(0, 1000), clip),
        "finish": lambda: page.finish(ready.session_id, title="t", description="d"),
        "status": lambda: page.status(ready.video_id),
        "counts": lambda: page.counts(post_id),
        "posts": lambda: page.posts_mentioning("#CX1"),
    }
    simulator.fault(step, kind)
    with pytest.raises(MaybeLive if step == "finish" else Transient):
        steps[step]()


def test_a_limit_told_without_an_error_object_is_waited_for() -> None:
    assert isinstance(error_for(details_of(None, 429), timedelta(minutes=3)), Throttled)


@pytest.mark.parametrize(
    ("minutes", "wait"),
    [("7", 7), (7.5, 7), (-3, None), ("soon", None), (1e300, 1440), ("NaN", None), (None, None)],
)
def test_a_wait_is_a_sensible_time_whatever_is_told(minutes: object, wait: int | None) -> None:
    use = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": minutes}
    usage = read_usage({"X-Business-Use-Case-Usage": json.dumps({"1": [use]})})
    assert usage.wait == (timedelta(minutes=wait) if wait else None)
    assert usage.percent == 100


# -------------------------------------------------------------------------------------- status


@pytest.mark.parametrize("check", ["error", "complete"])
def test_a_copyright_check_that_failed_is_no_failed_post(
    page: GraphPage, simulator: SimulatorProcess, clip: Path, check: str
) -> None:
    simulator.answers(copyright=check)
    assert page.status(publish(page, clip)).state is VideoState.PUBLISHED


def phases(**changes: Any) -> dict[str, Any]:
    return {
        "uploading_phase": {"status": "complete"},
        "processing_phase": {"status": "complete"},
        "publishing_phase": {"status": "complete", "publish_status": "published"},
        "video_status": "ready",
        **changes,
    }


STATES: list[tuple[object, object, VideoState]] = [
    (phases(copyright_check_status={"status": "error"}), True, VideoState.PUBLISHED),
    (phases(copyright_check_status={"status": "error"}), None, VideoState.PUBLISHED),
    (phases(video_status="error"), True, VideoState.PUBLISHED),
    (phases(video_status="READY"), "true", VideoState.PUBLISHED),
    (phases(publishing_phase={"status": "error"}), None, VideoState.ERROR),
    (
        phases(publishing_phase={"status": "complete", "publish_status": "draft"}),
        True,
        VideoState.DRAFT,
    ),
    (phases(publishing_phase={"status": "not_started"}), False, VideoState.UPLOADED),
    (phases(publishing_phase={"status": "in_progress"}), False, VideoState.PROCESSING),
    (phases(publishing_phase={}), None, VideoState.UNKNOWN),
    (
        phases(video_status="processing", publishing_phase={"status": "not_started"}),
        False,
        VideoState.PROCESSING,
    ),
    (
        phases(
            video_status="upload_complete",
            processing_phase={"status": "not_started"},
            publishing_phase={"status": "not_started"},
            copyright_check_status={"status": "error"},
        ),
        False,
        VideoState.UPLOADED,
    ),
    ("ready", True, VideoState.PUBLISHED),
    ("processing", None, VideoState.PROCESSING),
    (json.dumps({"video_status": "error"}), None, VideoState.UNKNOWN),
    (None, None, VideoState.UNKNOWN),
]


@pytest.mark.parametrize(("status", "published", "state"), STATES)
def test_a_status_is_read_in_each_known_shape(
    status: object, published: object, state: VideoState
) -> None:
    assert read_status({"status": status, "published": published}).state is state


@pytest.mark.parametrize("name", ["bytes_transferred", "bytes_transfered"])
def test_the_bytes_there_are_read_in_both_spellings(name: str) -> None:
    assert bytes_there({"status": {"uploading_phase": {name: "700"}}}) == 700
    assert bytes_there({"status": {}}) is None


# --------------------------------------------------------------------------------------- lists


@pytest.mark.parametrize("reels", ["all", "route"])
def test_a_clip_is_found_by_its_code_in_whichever_list_it_stands(
    page: GraphPage, simulator: SimulatorProcess, clip: Path, reels: str
) -> None:
    simulator.answers(reels=reels)
    publish(page, clip, "Clip #CX123")
    [found] = page.posts_mentioning("#CX123")
    assert found.post_id == simulator.posts()[0]["id"]
    assert found.permalink == simulator.posts()[0]["permalink"]
    by_hand(simulator, "chữ #CX5", kind="text")
    assert [post.message for post in page.posts_mentioning("#CX5")] == ["chữ #CX5"]


def test_a_draft_in_a_list_is_no_post(
    page: GraphPage, simulator: SimulatorProcess, clip: Path
) -> None:
    simulator.fault("finish", "draft")
    publish(page, clip)
    assert page.posts_mentioning("#CX123") == []


@pytest.mark.parametrize("paging", ["cursors", "address"])
def test_all_pages_of_a_list_are_read(
    page: GraphPage, simulator: SimulatorProcess, paging: str
) -> None:
    simulator.answers(paging=paging)
    by_hand(simulator, "clip #CX9")
    for number in range(101):
        by_hand(simulator, f"post {number}")
    assert [post.message for post in page.posts_mentioning("#CX9", limit=300)] == ["clip #CX9"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Clip #CX12", False),
        ("#CX1", True),
        ("hay! #cx1, của tôi", True),
        ("x#CX1", False),
        ("#CX1\n#doan", True),
        ("#CX1a", False),
    ],
)
def test_a_code_is_a_word_of_its_own(text: str, found: bool) -> None:
    assert mentions("#CX1")(PagePost("1_2", text, None, None)) is found


@pytest.fixture(autouse=True)
def _faults_off(simulator: SimulatorProcess) -> Iterator[None]:
    yield
    simulator.control("DELETE", "faults")
