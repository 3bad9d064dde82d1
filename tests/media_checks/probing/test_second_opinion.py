"""MediaInfo and MediaConch agree with our facts and findings, but where a table says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_checks import find_policy, judge, load_policy
from media_checks.probing.probe import probe
from tests.clip_cache import cached
from tests.media_checks.corpus import (
    AAC,
    CORPUS,
    SMALL,
    VP8,
    X264,
    Clip,
    changed,
    ffmpeg,
    film,
    filmed,
    turned,
)
from tests.media_checks.second_opinion import (
    EXPRESSED,
    disagreements,
    mediaconch,
    mediainfo,
    ours,
)

H265 = ["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"]
H265 += ["-x265-params", "log-level=error"]
MPEG2 = ["-c:v", "mpeg2video", "-q:v", "4", "-r", "25", "-c:a", "mp2"]
SURROUND = [*X264, "-c:a", "ac3", "-ac", "6"]
UNEVEN = "select='lt(t,2)+not(mod(n,3))'"


def switching(out: Path) -> None:
    """A transport stream whose picture becomes smaller half-way."""
    parts = [out.with_suffix(f".{size}.ts") for size in ("320x240", "160x120")]
    for part in parts:
        film(part, seconds=2, size=part.suffixes[-2][1:])
    out.write_bytes(b"".join(part.read_bytes() for part in parts))
    for part in parts:
        part.unlink()


def at_odds(out: Path) -> None:
    """The container says square pixels, the picture inside says 4:3."""
    plain = out.with_suffix(".plain.mp4")
    film(plain)
    ffmpeg("-i", plain, "-c", "copy", "-bsf:v", "h264_metadata=sample_aspect_ratio=4/3", out)
    plain.unlink()


def unmeasured(out: Path) -> None:
    """A WebM written as it is recorded: no length anywhere."""
    film(out, codecs=VP8, more=("-f", "webm", "-live", "1"))


# Shapes and codecs that the corpus has no verdict on.
MORE = [
    Clip("upside-down.mp4", "", "", changed(turned(-1, 0))),
    Clip("upright-left.mp4", "", "", changed(turned(0, -1))),
    Clip("switching.ts", "", "", switching),
    Clip("at-odds.mp4", "", "", at_odds),
    Clip("unmeasured.webm", "", "", unmeasured),
    Clip("uneven.mp4", "", "", filmed(picture=UNEVEN, more=("-fps_mode", "vfr"))),
    Clip("ten-bit.mkv", "", "", filmed(codecs=[*H265, *AAC])),
    Clip("ten-bit.mp4", "", "", filmed(codecs=[*H265, "-tag:v", "hvc1", *AAC])),
    Clip("surround.mkv", "", "", filmed(codecs=SURROUND)),
    Clip("disc.mpg", "", "", filmed(codecs=MPEG2)),
    Clip("anamorphic.mpg", "", "", filmed(size="352x288", picture="setsar=16/11", codecs=MPEG2)),
    Clip("two-tracks.mp4", "", "", filmed(more=("-map", "0", "-map", "1", "-map", "1"))),
    Clip("late.mp4", "", "", filmed(more=("-output_ts_offset", "5"))),
]
READABLE = [*(entry for entry in CORPUS if entry.verdict != "unreadable"), *MORE]
BY_NAME = {entry.name: entry for entry in READABLE}
POLICIES = [load_policy(SMALL), find_policy("quan11-2023")]

BELIEVES = "MediaInfo reports what the header claims; we count packets"
FIRST_PIECE = "MediaInfo measures from the first clock to the last, and the clock starts again"
NO_RATE = "MediaInfo states no frame rate for this transport stream"
TURNED = "MediaInfo's shape and height are those before turning"
NO_LENGTH = "the header has no length, and MediaInfo does not count packets"
UNENDED = "MediaInfo calls a recording without an end truncated"
EMPTY_START = "MediaInfo counts the five empty seconds at the start"

# Facts on which MediaInfo differs, and why. Everything else must agree.
FACTS = {
    "good.ts": ("frame_rate", NO_RATE),
    "cut-off.mp4": ("audio_s video_s", BELIEVES),
    "cut-off.mkv": ("audio_s video_s", BELIEVES),
    "cut-off.avi": ("audio_s video_s", BELIEVES),
    "lying.mp4": ("audio_s video_s", BELIEVES),
    "joined.ts": ("audio_s frame_rate video_s", FIRST_PIECE),
    "switching.ts": (
        "audio_s display_height display_width frame_rate height video_s width",
        f"{FIRST_PIECE}; it reports the size of the end, we that of the start",
    ),
    "unmeasured.webm": ("audio_s video_s", NO_LENGTH),
    "late.mp4": ("audio_s video_s", EMPTY_START),
}
# Rules on which MediaConch comes to another outcome, and why.
OUTCOMES = {
    "good.ts": ("quan11-2023/frame_rate small/frame_rate", NO_RATE),
    "upright.mp4": ("quan11-2023/aspect_ratio small/aspect_ratio small/resolution", TURNED),
    "upright-left.mp4": ("quan11-2023/aspect_ratio small/aspect_ratio small/resolution", TURNED),
    "cut-off.mp4": ("small/duration", BELIEVES),
    "cut-off.mkv": ("small/duration", BELIEVES),
    "cut-off.avi": ("small/duration", BELIEVES),
    "hole.mp4": ("quan11-2023/intact small/intact", "MediaInfo does not look at the pictures"),
    "lying.mp4": ("quan11-2023/intact small/duration small/intact", BELIEVES),
    "joined.ts": (
        "quan11-2023/frame_rate quan11-2023/intact small/duration small/frame_rate small/intact",
        FIRST_PIECE,
    ),
    "switching.ts": (
        "quan11-2023/frame_rate quan11-2023/intact small/duration small/frame_rate small/intact "
        "small/resolution",
        FIRST_PIECE,
    ),
    "unmeasured.webm": ("quan11-2023/intact small/duration small/intact", UNENDED),
    "late.mp4": ("quan11-2023/intact small/duration small/intact", EMPTY_START),
}


@pytest.fixture(scope="module", params=BY_NAME)
def name(request):
    """One clip after the other, with all of its tests."""
    return request.param


@pytest.fixture(scope="module")
def path(name, clip):
    """The clip of this name, of the corpus or of MORE."""
    if BY_NAME[name] not in MORE:
        return clip(name)
    return cached(f"more/{name}", BY_NAME[name].build)


@pytest.fixture(scope="module")
def facts(path):
    """What we say about the clip from headers and packets."""
    return probe(path).facts


def test_mediainfo_agrees_with_the_facts(name, path, facts):
    differing, reason = FACTS.get(name, ("", "no reason known"))
    we, they = ours(facts), mediainfo(path)
    assert disagreements(we, they) == differing.split(), (reason, we, they)


def test_mediaconch_comes_to_the_same_outcomes(name, path, facts, tmp_path):
    differing, reason = OUTCOMES.get(name, ("", "no reason known"))
    judged = {
        f"{policy.name}/{finding.rule}": finding.outcome
        for policy in POLICIES
        for finding in judge(facts, policy)
        if finding.rule in EXPRESSED
    }
    theirs = mediaconch(path, POLICIES, tmp_path)
    assert judged.keys() == theirs.keys()
    differs = sorted(key for key in judged if judged[key] != theirs[key])
    assert differs == differing.split(), reason
