"""The rendition plays everywhere, keeps the shape, and carries no traces of its maker."""

from __future__ import annotations

import subprocess

import pytest

from media_checks import Unreadable, render
from media_checks.probing.probe import probe
from media_checks.tools import find_tools
from tests.media_checks.corpus import kept


def boxes(path):
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        names.append(data[at + 4 : at + 8].decode())
        at += int.from_bytes(data[at : at + 4], "big")
    return names


@pytest.mark.parametrize(
    ("name", "method", "size"),
    [
        ("good.mp4", "copy", (320, 240)),
        ("good.mkv", "copy", (320, 240)),
        ("far-keyframes.mp4", "copy", (320, 240)),
        ("good.avi", "encode", (320, 240)),
        ("good.webm", "encode", (320, 240)),
        ("upright.mp4", "encode", (240, 320)),
        ("stretched-fit.mp4", "encode", (320, 240)),
        ("no-sound.mp4", "copy", (320, 240)),
        ("cover.mp4", "copy", (320, 240)),
    ],
)
def test_rendition(name, method, size, clip, tmp_path):
    out = tmp_path / "out.mp4"
    made = render(clip(name), out)
    facts = probe(out).facts
    assert (made.method, made.width, made.height) == (method, *size)
    assert (facts.video.codec, facts.video.sample_aspect, facts.video.rotation) == (
        "h264",
        "1:1",
        0,
    )
    assert (facts.video.display_width, facts.video.display_height) == size
    assert facts.audio is None or facts.audio.codec == "aac"
    assert facts.other_streams == 0
    assert facts.video.duration_s == pytest.approx(4.0, abs=0.15)
    assert boxes(out).index("moov") < boxes(out).index("mdat")
    assert list(tmp_path.iterdir()) == [out]


def test_large_frames_come_down_to_720_lines(tmp_path):
    big = kept(seconds=1, size="1440x1080", picture="noise=alls=40:allf=t")
    made = render(big, tmp_path / "out.mp4")
    assert (made.method, made.width, made.height) == ("encode", 960, 720)


def sound(path):
    """FFmpeg's MD5 of the packets of its sound."""
    asked = [find_tools().ffmpeg, "-v", "error", "-i", path, "-map", "0:a", "-c", "copy",
             "-f", "md5", "-"]
    return subprocess.run(asked, capture_output=True, check=True).stdout


@pytest.mark.parametrize(("name", "copied"), [
    ("upright.mp4", True), ("stretched-fit.mp4", True), ("good.avi", False), ("good.webm", False),
])
def test_sound_that_browsers_play_is_copied_where_the_picture_is_made_anew(
    name, copied, clip, tmp_path
):
    out = tmp_path / "out.mp4"
    assert render(clip(name), out).method == "encode"
    assert (sound(out) == sound(clip(name))) is copied
    before, after = probe(clip(name)).facts, probe(out).facts
    late = before.audio.start_s - before.video.start_s
    assert after.audio.start_s - after.video.start_s == pytest.approx(late, abs=0.05)
    assert after.audio.duration_s == pytest.approx(before.audio.duration_s, abs=0.1)


def test_metadata_is_stripped(tmp_path):
    told = ("-metadata", "title=Bi mat", "-metadata", "location=+10.7629+106.6503/")
    tagged = kept(more=told)
    render(tagged, tmp_path / "out.mp4")
    assert b"Bi mat" in tagged.read_bytes()
    for trace in (b"Bi mat", b"+10.7629", b"Lavf"):
        assert trace not in (tmp_path / "out.mp4").read_bytes()


def test_progress(clip, tmp_path):
    shares: list[float] = []
    render(clip("good.avi"), tmp_path / "out.mp4", progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0


@pytest.mark.parametrize("name", ["playlist.mp4", "song.mp4", "no-index.mp4", "rare-codec.mov"])
def test_what_is_no_clip_leaves_nothing(name, clip, tmp_path):
    with pytest.raises(Unreadable):
        render(clip(name), tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("ffmpeg_itself")
def test_a_stopped_render_leaves_nothing(clip, tmp_path):
    class Stop(Exception):
        pass

    def stop(_share: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        render(clip("good.avi"), tmp_path / "out.mp4", progress=stop)
    assert list(tmp_path.iterdir()) == []
