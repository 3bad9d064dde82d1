"""Makes one small clip for every trap, and says what each must lead to.

``python -m tests.media_checks.corpus FOLDER`` writes them all, to look at or to try by hand.
The clips obey SMALL, a policy like the contest's with lengths and sizes cut down for speed.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from tests.media_checks.clips import (
    bounds,
    edits,
    geometry,
    hints,
    layouts,
    lengths,
    streams,
)
from tests.media_checks.films import (
    AAC,
    FIRST,
    MPEG4,
    PLAYLIST,
    RICH,
    VOICE,
    VP8,
    X264,
    Clip,
    bomb,
    changed,
    claiming,
    covered,
    ffmpeg,
    film,
    filmed,
    half,
    holed,
    joined,
    kept,
    kept_copy,
    long_sound,
    many_streams,
    picture,
    scratched,
    song,
    turned,
    written,
)

__all__ = ["AAC", "CORPUS", "RICH", "SMALL", "VOICE", "VP8", "X264", "Clip", "changed", "ffmpeg"]
__all__ += ["film", "filmed", "kept", "kept_copy", "turned"]

SMALL = {
    "name": "small",
    "rules": {
        "intact": {"level": "hard"},
        "container": {"level": "hard"},
        "duration": {"level": "hard", "min_s": 3, "max_s": 5, "tolerance_s": 0.2},
        "aspect_ratio": {"level": "hard", "ratio": "4:3", "tolerance_pct": 1},
        "resolution": {"level": "hard", "min_width": 320, "min_height": 240},
        "borders": {"level": "soft", "max_pct": 3},
        "black": {"level": "soft", "max_run_s": 1},
        "frozen": {"level": "soft", "max_run_s": 1.6},
        "audio_present": {"level": "hard"},
        "audio_silent": {"level": "hard", "max_share_pct": 50, "min_lufs": -40},
        "audio_level": {"level": "soft", "min_lufs": -30, "max_lufs": -8},
        "audio_clipping": {"level": "soft"},
        "audio_noise": {"level": "soft"},
        "audio_hum": {"level": "soft"},
        "audio_one_sided": {"level": "soft"},
        "audio_antiphase": {"level": "soft"},
        "frame_rate": {"level": "soft", "min_fps": 5},
        "bitrate": {"level": "soft", "min_kbps": 80},
        "codec": {
            "level": "soft",
            "video": ["h264", "mpeg4", "vp8"],
            "audio": ["aac", "mp3", "opus"],
        },
    },
}

# Twins of others in another container or the other way round: for the long form.
TWINS = {
    "sound-ends-early.mkv",
    "sound-begins-late.ts",
    "sound-with-gap.mkv",
    "both-begin-late.mkv",
    "sound-rings-out.mp4",
    "fades-far-keyframes.mp4",
    "still-short.mp4",
    "one-long-frame.mkv",
    "still-screen.mp4",
    "padded.mkv",
    "web-form-tail.mov",
    "junk-behind.mkv",
    "insta360-trailer.mp4",
    "riff-far-off.avi",
    "spatial-second.mov",
    "spatial-first.mp4",
    "dts-default.mkv",
    "truehd-second.mkv",
    "png-cover.mkv",
    "second-picture.mp4",
    "stereo-then-mono.ts",
    "other-rate-later.ts",
    "larger-later.ts",
    "pixel-crop-spec.mkv",
    "aperture.mov",
    "aperture-whole.mp4",
    "upside-down.mp4",
    "mirrored.mp4",
    "talkative.mkv",
    "first-fragment.mp4",
    "six-channels.mp4",
    "cut-off-trailer.mp4",
}

# name, verdict, failed rules, how it is made
CORPUS = [
    Clip("good.mp4", "pass", "", filmed()),
    Clip("good.mov", "pass", "", filmed()),
    Clip("good.mkv", "pass", "", filmed()),
    Clip("good.webm", "pass", "", filmed(codecs=VP8)),
    Clip("good.avi", "pass", "", filmed(codecs=MPEG4)),
    Clip("good.ts", "pass", "", filmed()),
    Clip("fragmented.mp4", "pass", "", filmed(more=("-movflags", "frag_keyframe+empty_moov"))),
    Clip("far-keyframes.mp4", "pass", "", filmed(more=("-g", "250"))),
    Clip("cover.mp4", "pass", "", covered),
    Clip("too-long.mp4", "fail", "duration", filmed(seconds=6)),
    Clip("too-short.mp4", "fail", "duration", filmed(seconds=2)),
    Clip("long-sound.mp4", "fail", "duration", long_sound),
    Clip("wide.mp4", "fail", "aspect_ratio", filmed(size="432x244")),
    Clip("stretched-wide.mp4", "fail", "aspect_ratio", filmed(picture="setsar=4/3")),
    Clip("stretched-fit.mp4", "pass", "", filmed(size="240x240", picture="setsar=4/3")),
    Clip("upright.mp4", "fail", "aspect_ratio resolution", changed(turned(0, 1))),
    Clip("small.mp4", "fail", "resolution", filmed(size="160x120")),
    Clip(
        "pillarbox.mp4",
        "look",
        "borders",
        filmed(picture="scale=240:240,pad=320:240:40:0,setsar=1"),
    ),
    Clip(
        "letterbox.mp4",
        "look",
        "borders",
        filmed(picture="scale=320:180,pad=320:240:0:30,setsar=1"),
    ),
    Clip(
        "black.mp4",
        "look",
        "black",
        filmed(picture="drawbox=c=black:t=fill:enable='between(t,1,2.6)'"),
    ),
    Clip("still.mp4", "look", "frozen", filmed(picture="loop=loop=-1:size=1")),
    Clip("no-sound.mp4", "fail", "audio_present", filmed(sound=False)),
    Clip("mute.mp4", "fail", "audio_silent audio_level", filmed(voice="volume=0")),
    Clip("half-mute.mp4", "fail", "audio_silent", filmed(voice="volume=0:enable='gt(t,1.2)'")),
    Clip("quiet.mp4", "look", "audio_level", filmed(voice="volume=-20dB")),
    Clip(
        "clipped.mp4",
        "look",
        "audio_level audio_clipping",
        filmed(voice="volume=30dB,aformat=sample_fmts=s16"),
    ),
    Clip(
        "hum.mp4",
        "look",
        "audio_hum",
        filmed(seconds=5, voice="aeval='val(0)+0.02*sin(2*PI*50*t)':c=same"),
    ),
    Clip("stereo.mp4", "pass", "", filmed(voice="aformat=channel_layouts=stereo")),
    Clip("one-side.mp4", "look", "audio_one_sided", filmed(voice="pan='stereo|c0=c0|c1=0.001*c0'")),
    Clip("antiphase.mp4", "look", "audio_antiphase", filmed(voice="pan='stereo|c0=c0|c1=-1*c0'")),
    Clip("slide-show.mp4", "look", "frame_rate", filmed(seconds=5, picture="fps=2")),
    Clip("starved.mp4", "look", "bitrate", filmed(codecs=[*X264, "-qp", "51", *AAC])),
    Clip("flac.mkv", "look", "codec", filmed(codecs=[*X264, "-c:a", "flac"])),
    Clip(
        "hiss.mp4",
        "look",
        "audio_noise",
        filmed(voice="aeval='val(0)+0.06*(random(1)-0.5)*2':c=same"),
    ),
    Clip("cut-off.mp4", "fail", "intact duration", changed(half, codecs=RICH, more=FIRST)),
    Clip("cut-off.mkv", "fail", "intact duration", changed(half, codecs=RICH)),
    Clip("cut-off.avi", "fail", "intact duration", changed(half, codecs=MPEG4)),
    Clip("hole.mp4", "fail", "intact", changed(holed, codecs=RICH, picture="noise=alls=60:allf=t")),
    Clip("scratched.mp4", "pass", "", scratched),  # the deep pass finds it
    Clip("lying.mp4", "fail", "intact duration", changed(claiming(4), seconds=2)),
    Clip("joined.ts", "fail", "intact", joined),
    Clip("no-index.mp4", "unreadable", "", changed(half)),
    Clip("song.mp4", "unreadable", "", song),
    Clip("playlist.mp4", "unreadable", "", written(PLAYLIST)),
    Clip("concat.mp4", "unreadable", "", written(b"ffconcat version 1.0\nfile neighbour.mp4\n")),
    Clip("picture.mp4", "unreadable", "", picture),
    Clip("empty.mp4", "unreadable", "", written(b"")),
    Clip("noise.mp4", "unreadable", "", written(bytes(range(256)) * 64)),
    Clip("bomb.mp4", "unreadable", "", bomb),
    Clip("many-streams.mp4", "unreadable", "", many_streams),
    Clip("rare-codec.mov", "unreadable", "", filmed(codecs=["-c:v", "magicyuv", *AAC])),
    *(
        replace(clip, long=clip.long or clip.name in TWINS)
        for room in (lengths, edits, hints, streams, layouts, geometry, bounds)
        for clip in room.CLIPS
    ),
]

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for clip in CORPUS:
        clip.build(folder / clip.name)
        print(f"{clip.name:20} {clip.verdict:11} {clip.findings}")
