"""Every trap leads to the verdict and the findings that the table says."""

from __future__ import annotations

import pytest
from PIL import Image

from media_checks import Unreadable, check
from tests.media_checks.corpus import CORPUS, kept

EACH = [
    pytest.param(entry, id=entry.name, marks=[pytest.mark.long] if entry.long else [])
    for entry in CORPUS
]


@pytest.mark.parametrize("entry", EACH)
def test_corpus(entry, clip, report):
    try:
        found = report(clip(entry.name), entry.most_s)
    except Unreadable:
        assert (entry.verdict, entry.findings) == ("unreadable", "")
        return
    failed = " ".join(f.rule for f in found.findings if f.outcome == "fail")
    assert (found.verdict, set(failed.split())) == (entry.verdict, set(entry.findings.split()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cut-off.mp4", "truncated"),
        ("cut-off.mkv", "truncated"),
        ("cut-off.avi", "truncated"),
        ("hole.mp4", "hole"),
        ("lying.mp4", "header"),
        ("joined.ts", "jump"),
    ],
)
def test_what_is_missing_is_named(name, kind, clip, report):
    assert kind in {problem.kind for problem in report(clip(name)).facts.problems}


def test_facts_of_a_plain_clip(clip, report):
    facts = report(clip("good.mp4")).facts
    assert facts.container == "mp4"
    assert (facts.video.codec, facts.video.frames, facts.video.frame_rate) == ("h264", 40, 10.0)
    assert (facts.video.duration_s, facts.audio.duration_s) == (4.0, 4.0)
    assert (facts.audio.channels, facts.audio.sample_rate) == (1, 44100)
    assert facts.problems == []
    assert facts.picture.complete


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("stretched-wide.mp4", ((320, 240), (427, 240), 0)),
        ("stretched-fit.mp4", ((240, 240), (320, 240), 0)),
        ("upright.mp4", ((320, 240), (240, 320), 90)),
    ],
)
def test_size_is_what_a_viewer_sees(name, sizes, clip, report):
    stored, displayed, turned = sizes
    video = report(clip(name)).facts.video
    assert (video.width, video.height) == stored
    assert (video.display_width, video.display_height) == displayed
    assert video.rotation == turned


def test_two_joined_recordings_count_in_full(clip, report):
    video = report(clip("joined.ts")).facts.video
    assert video.duration_s == pytest.approx(4.0, abs=0.2)
    assert video.header_s == pytest.approx(2.0, abs=0.2)


def test_a_cover_is_no_film(clip, report):
    facts = report(clip("cover.mp4")).facts
    assert (facts.cover_pictures, facts.video.codec) == (1, "h264")


def test_stretches_carry_time_codes(clip, report):
    black = next(f for f in report(clip("black.mp4")).findings if f.rule == "black")
    [(start, end)] = black.at
    assert start == pytest.approx(1.0, abs=0.3)
    assert end == pytest.approx(2.7, abs=0.3)


def test_active_picture_inside_bars(clip, report):
    borders = next(f for f in report(clip("letterbox.mp4")).findings if f.rule == "borders")
    assert borders.found["ratio"] == "16:9"
    assert borders.found["height"] == pytest.approx(180, abs=4)


def test_close_keyframes_are_enough_far_ones_are_not(clip, report):
    assert report(kept(seconds=10)).facts.picture.method == "keyframes"
    assert report(clip("far-keyframes.mp4")).facts.picture.method == "all frames"


def test_of_keyframes_alone_one_a_second_is_looked_at(report):
    found = report(kept(seconds=5, more=("-g", "1")))
    assert (found.verdict, found.facts.video.key_frames) == ("pass", 50)
    assert found.facts.picture.method == "keyframes"
    assert found.facts.picture.samples == pytest.approx(5, abs=1)


def test_pictures_for_people(clip, small, tmp_path):
    report = check(clip("good.mp4"), small, artefacts=tmp_path / "new")
    sheet, poster = report.artefacts["contact_sheet"], report.artefacts["poster"]
    with Image.open(tmp_path / "new" / "contact_sheet.jpg") as image:
        assert image.size == (sheet["width"], sheet["height"])
    with Image.open(tmp_path / "new" / "poster.jpg") as image:
        assert image.size == (poster["width"], poster["height"]) == (1280, 960)
    times = [tile["at"] for tile in sheet["tiles"]]
    assert times == sorted(times) and times[0] == 0.0 and times[-1] > 3.5
    assert len(times) == report.facts.picture.samples


def test_progress_rises_to_one(clip, small):
    shares: list[float] = []
    check(clip("good.mp4"), small, progress=shares.append)
    assert shares == sorted(shares) and len(shares) > 5 and shares[-1] == 1.0


@pytest.mark.usefixtures("ffmpeg_itself")
def test_progress_may_stop_the_check(clip, small):
    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.3:
            raise Stop

    with pytest.raises(Stop):
        check(clip("good.mp4"), small, progress=stop)
