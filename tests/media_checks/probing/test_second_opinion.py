"""MediaInfo and MediaConch agree with our facts and findings, but where a table says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_checks import find_policy, judge, load_policy
from media_checks.probing.probe import probe
from tests.clip_cache import cached
from tests.media_checks.answer_store import question
from tests.media_checks.clips import (
    bounds,
    edits,
    geometry,
    hints,
    layouts,
    lengths,
    streams,
)
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
    printed,
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
OTHER_SIZE = f"{NO_RATE}; it reports the size of the end, we that of the start"
ALL_OF_IT = "MediaConch asks the picture alone; we count what a player shows"
USUAL_RATE = "MediaInfo reports the usual rate, we frames over time"
TAIL = "MediaInfo calls a file truncated for what stands behind its end, or for a size a little off"
ONE_EDIT = "MediaInfo measures the medium, not the parts that an edit list shows"
FIRST_TRACK = "the first track there; we take the one that a player would choose"
TIME_CODE = "MediaInfo does not count the track of time codes"
KIN = "a list with PCM takes the telephone's too"
DISC = f"a disc's transport stream has a name of its own there; {NO_RATE}"
CROPPED = "MediaInfo's shape is that before or after cropping, we say what is shown"

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
    "a-step-back.webm": ("frame_rate", NO_RATE),
    "aperture-turned.mp4": ("display_width", CROPPED),
    "aperture-wide.mp4": ("display_height", CROPPED),
    "aperture.mov": ("display_width", CROPPED),
    "aperture.mp4": ("display_width", CROPPED),
    "both-begin-late.mp4": ("audio_s video_s", EMPTY_START),
    "cut-off-fragments.mp4": ("audio_s video_s", BELIEVES),
    "cut-off-trailer.mp4": ("audio_s video_s", BELIEVES),
    "disabled-picture.mp4": ("display_width width", FIRST_TRACK),
    "dts-default.mkv": ("audio_codec sample_rate", FIRST_TRACK),
    "dts-first.mkv": ("audio_codec sample_rate", FIRST_TRACK),
    "larger-later.ts": ("display_height display_width frame_rate height width", OTHER_SIZE),
    "live.webm": ("audio_s video_s", NO_LENGTH),
    "mono-then-stereo.ts": ("frame_rate", NO_RATE),
    "one-long-frame.mkv": ("frame_rate", USUAL_RATE),
    "other-rate-later.ts": ("frame_rate", NO_RATE),
    "picture-a-little-late.mp4": ("video_s", EMPTY_START),
    "picture-late.mp4": ("video_s", EMPTY_START),
    "pixel-crop-spec.mkv": ("audio_s display_width video_s width", CROPPED),
    "pixel-crop-wide.mkv": ("audio_s display_width height video_s", CROPPED),
    "pixel-crop.mkv": ("audio_s display_width video_s width", CROPPED),
    "several-edits.mp4": ("audio_s video_s", ONE_EDIT),
    "silent-later.ts": ("frame_rate", NO_RATE),
    "size-slips.ts": ("frame_rate", NO_RATE),
    "smaller-later.ts": ("display_height display_width frame_rate height width", OTHER_SIZE),
    "sound-a-little-late.mp4": ("audio_s", EMPTY_START),
    "sound-begins-late.mp4": ("audio_s", EMPTY_START),
    "sound-begins-late.ts": ("frame_rate", NO_RATE),
    "stereo-then-mono.ts": ("frame_rate", NO_RATE),
    "still-screen.mkv": ("frame_rate", USUAL_RATE),
    "stuffed.mkv": ("frame_rate", NO_RATE),
    "thumbnail-first.mp4": ("display_width frame_rate video_codec video_s width", FIRST_TRACK),
    "time-code.mov": ("streams", TIME_CODE),
    "wide-later.ts": ("display_height frame_rate height", OTHER_SIZE),
    "bluray.m2ts": ("container frame_rate", DISC),
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
    "a-step-back.webm": ("quan11-2023/frame_rate small/frame_rate", NO_RATE),
    "aperture-turned.mp4": ("quan11-2023/aspect_ratio small/aspect_ratio", CROPPED),
    "aperture-wide.mp4": ("quan11-2023/aspect_ratio small/aspect_ratio small/resolution", CROPPED),
    "aperture.mov": ("quan11-2023/aspect_ratio small/aspect_ratio", CROPPED),
    "aperture.mp4": ("quan11-2023/aspect_ratio small/aspect_ratio", CROPPED),
    "both-begin-late.mp4": ("small/duration", EMPTY_START),
    "cut-off-fragments.mp4": ("small/duration", BELIEVES),
    "cut-off-trailer.mp4": ("small/duration", BELIEVES),
    "id3-behind.mp4": ("quan11-2023/intact small/intact", TAIL),
    "insta360-trailer.mp4": ("quan11-2023/intact small/intact", TAIL),
    "junk-behind.mkv": ("quan11-2023/intact small/intact", TAIL),
    "larger-later.ts": ("quan11-2023/frame_rate small/frame_rate small/resolution", OTHER_SIZE),
    "live.webm": ("quan11-2023/intact small/duration small/intact", NO_LENGTH),
    "lying.mkv": ("quan11-2023/intact small/intact", BELIEVES),
    "mono-then-stereo.ts": ("quan11-2023/frame_rate small/frame_rate", NO_RATE),
    "one-long-frame.mkv": ("quan11-2023/frame_rate small/frame_rate", USUAL_RATE),
    "other-rate-later.ts": ("quan11-2023/frame_rate small/frame_rate", NO_RATE),
    "pixel-crop-spec.mkv": (
        "quan11-2023/aspect_ratio quan11-2023/intact "
        "small/aspect_ratio small/duration small/intact", CROPPED,
    ),
    "pixel-crop-wide.mkv": (
        "quan11-2023/aspect_ratio quan11-2023/intact "
        "small/aspect_ratio small/duration small/intact", CROPPED,
    ),
    "pixel-crop.mkv": (
        "quan11-2023/aspect_ratio quan11-2023/intact "
        "small/aspect_ratio small/duration small/intact", CROPPED,
    ),
    "riff-far-off.avi": ("quan11-2023/intact small/intact", TAIL),
    "riff-off.avi": ("quan11-2023/intact small/intact", TAIL),
    "samsung-trailer.mp4": ("quan11-2023/intact small/intact", TAIL),
    "second-picture.mp4": ("quan11-2023/aspect_ratio small/aspect_ratio", FIRST_TRACK),
    "several-edits.mp4": ("small/duration", ONE_EDIT),
    "silent-later.ts": ("quan11-2023/frame_rate small/frame_rate", NO_RATE),
    "size-slips.ts": ("quan11-2023/frame_rate small/frame_rate", NO_RATE),
    "smaller-later.ts": ("quan11-2023/frame_rate small/frame_rate small/resolution", OTHER_SIZE),
    "sound-begins-late.ts": ("quan11-2023/frame_rate small/frame_rate", NO_RATE),
    "sound-for-a-minute.mp4": ("small/duration", ALL_OF_IT),
    "sound-too-long.mp4": ("small/duration", ALL_OF_IT),
    "stereo-then-mono.ts": ("quan11-2023/frame_rate small/frame_rate", NO_RATE),
    "still-screen.mkv": ("quan11-2023/frame_rate small/frame_rate", USUAL_RATE),
    "stuffed.mkv": ("quan11-2023/frame_rate small/frame_rate", NO_RATE),
    "web-form-tail.mov": ("quan11-2023/intact small/intact", TAIL),
    "web-form-tail.mp4": ("quan11-2023/intact small/intact", TAIL),
    "wide-later.ts": (
        "quan11-2023/aspect_ratio quan11-2023/frame_rate "
        "small/aspect_ratio small/frame_rate small/resolution", OTHER_SIZE,
    ),
    "mu-law-only.mov": ("quan11-2023/container small/container", KIN),
    "bluray.m2ts": (
        "quan11-2023/container quan11-2023/frame_rate small/container small/frame_rate", DISC,
    ),
    "late.mp4": ("small/duration", EMPTY_START),
}


# Of the clips of each kind of trap a few in the short form; all of these tools in the long one.
KINDS = {clip.name for room in (lengths, edits, hints, streams, layouts, geometry, bounds)
         for clip in room.CLIPS}  # fmt: skip
ALWAYS = {"sound-too-long.mp4", "several-edits.mp4", "id3-behind.mp4", "dts-first.mkv",
          "smaller-later.ts", "pixel-crop.mkv", "aperture.mp4"}  # fmt: skip
NAMES = [
    pytest.param(name, marks=[pytest.mark.long] if name in KINDS - ALWAYS else [])
    for name, entry in BY_NAME.items()
    if not entry.long
]


@pytest.fixture(scope="module", params=NAMES)
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


@pytest.fixture
def ask(answers):
    """What a program has printed about a clip, and under a policy, that are the same."""

    def known(program, *args, env=None):
        files = [arg for arg in args if isinstance(arg, Path)]
        asked = question(program, files, *(arg for arg in args if arg not in files))
        return answers.once(asked, lambda: printed(program, *args, env=env))

    return known


def test_mediainfo_agrees_with_the_facts(name, path, facts, ask):
    differing, reason = FACTS.get(name, ("", "no reason known"))
    we, they = ours(facts), mediainfo(path, ask)
    assert disagreements(we, they) == differing.split(), (reason, we, they)


def test_mediaconch_comes_to_the_same_outcomes(name, path, facts, ask, tmp_path):
    differing, reason = OUTCOMES.get(name, ("", "no reason known"))
    judged = {
        f"{policy.name}/{finding.rule}": finding.outcome
        for policy in POLICIES
        for finding in judge(facts, policy)
        if finding.rule in EXPRESSED
    }
    theirs = mediaconch(path, POLICIES, tmp_path, ask)
    assert judged.keys() == theirs.keys()
    differs = sorted(key for key in judged if judged[key] != theirs[key])
    assert differs == differing.split(), reason
