"""Ordinary edits, which must raise no alarm, beside faults that look much like them."""

from __future__ import annotations

from pathlib import Path

from tests.media_checks.films import AAC, VOICE, X264, Clip, ffmpeg, filmed

VFR = "https://trms.github.io/mediabunny-screen-capture"
RECORDER = "https://github.com/muaz-khan/WebRTC-Experiment/issues/366"
MOVING = "testsrc2=s=320x240:r=10"
BLACK = "color=black:s=320x240:r=10"
# A card: white letters are boxes here, so that no font is needed; one part in a hundred is lit.
CARD = f"{BLACK},drawbox=x=100:y=110:w=60:h=6:c=white:t=fill"
CARD += ",drawbox=x=170:y=110:w=50:h=6:c=white:t=fill"
# Grain that stays: a photograph takes more bits than a test pattern.
PHOTOS = tuple(
    f"{pattern}=s=320x240:r=10,loop=loop=-1:size=1,setpts=N/10/TB,format=yuv420p,noise=alls=8"
    for pattern in ("smptebars", "rgbtestsrc", "testsrc", "yuvtestsrc")
)
STILL = f"{MOVING},trim=start=2:end=2.1,loop=loop=-1:size=1,setpts=N/10/TB"


def cut_together(*parts: tuple[str, float], more: tuple[str, ...] = ()):
    """A builder of a film from sources of so many seconds each."""
    return lambda out: put_together(out, parts, more)


def put_together(out: Path, parts: tuple[tuple[str, float], ...], more: tuple[str, ...]) -> None:
    """The parts one after the other under a voice."""
    sources = [f"{source},trim=end={seconds},format=yuv420p,setsar=1[p{i}]"
               for i, (source, seconds) in enumerate(parts)]  # fmt: skip
    names = "".join(f"[p{i}]" for i in range(len(parts)))
    graph = ";".join((*sources, f"{names}concat=n={len(parts)}[out]"))
    total = sum(seconds for _, seconds in parts)
    ffmpeg(
        *("-filter_complex", graph, "-f", "lavfi", "-t", str(total), "-i", VOICE),
        *("-map", "[out]", "-map", "0:a", *X264, *AAC, *more, out),
    )


def without_frames(start: float, end: float) -> dict[str, object]:
    """No frame comes for a while: the one before stands, as where nothing moves on a screen."""
    return {
        "picture": f"select='not(between(t,{start},{end}))'",
        "more": ("-fps_mode", "vfr"),
    }


def held_black(out: Path) -> None:
    """One black frame stands for more than two seconds."""
    ffmpeg(
        *("-f", "lavfi", "-i", f"{MOVING},drawbox=c=black:t=fill:enable='between(t,0.95,3.3)',"
          "select='not(between(t,1.05,3.15))'", "-f", "lavfi", "-i", VOICE),
        *("-t", "4.5", *X264, *AAC, "-fps_mode", "vfr", out),
    )  # fmt: skip


FADES = "fade=t=in:st=0:d=1,fade=t=out:st=3:d=1"
SLOW_ZOOM = "loop=loop=-1:size=1,zoompan=z='1+0.004*on':d=1:s=320x240:fps=10"

CLIPS = [
    Clip("fades.mp4", "pass", "", filmed(picture=FADES)),
    Clip("fades-far-keyframes.mp4", "pass", "", filmed(picture=FADES, more=("-g", "250"))),
    Clip("title-card.mp4", "pass", "", cut_together((CARD, 1.4), (MOVING, 2.6))),
    Clip("title-card-too-long.mp4", "look", "frozen", cut_together((CARD, 2), (MOVING, 2))),
    Clip("photo-story.mp4", "pass", "", cut_together(*((photo, 1.2) for photo in PHOTOS))),
    Clip(
        "photo-too-long.mp4", "look", "frozen", cut_together((PHOTOS[0], 1.2), (PHOTOS[1], 2.2),
                                                             (PHOTOS[2], 1.2)),
    ),
    Clip(
        "black-next-to-still.mp4", "pass", "",
        cut_together((MOVING, 1), (BLACK, 0.9), (STILL, 1.5), (MOVING, 1)),
    ),
    Clip("still-short.mp4", "pass", "", cut_together((MOVING, 1.3), (STILL, 1.5), (MOVING, 1.2))),
    Clip(
        "still-long-enough.mp4", "look", "frozen",
        cut_together((MOVING, 1.3), (STILL, 1.8), (MOVING, 1.2)),
    ),
    Clip("black-short.mp4", "pass", "", cut_together((MOVING, 1.6), (BLACK, 0.9), (MOVING, 1.6))),
    Clip(
        "black-long-enough.mp4", "look", "black",
        cut_together((MOVING, 1.6), (BLACK, 1.2), (MOVING, 1.6)),
    ),
    Clip("ends-frozen.mp4", "look", "frozen", cut_together((MOVING, 2), (STILL, 2))),
    Clip("slow-zoom.mp4", "pass", "", filmed(picture=SLOW_ZOOM)),
    Clip("loop-of-a-second.mp4", "pass", "", filmed(picture="loop=loop=-1:size=10:start=0")),
    Clip("one-long-frame.mp4", "look", "frozen frame_rate", filmed(**without_frames(1, 3.4)), VFR),
    Clip("one-long-frame.mkv", "look", "frozen frame_rate", filmed(**without_frames(1, 3.4)), VFR),
    Clip("long-black-frame.mp4", "look", "black", held_black, VFR),
    Clip(
        "still-screen.mkv", "look", "bitrate frozen frame_rate",
        filmed(seconds=18, **without_frames(1.5, 16.5)), RECORDER, most_s=20,
    ),
    Clip(
        "still-screen.mp4", "look", "bitrate frozen frame_rate",
        filmed(seconds=18, **without_frames(1.5, 16.5)), VFR, most_s=20,
    ),
]  # fmt: skip
