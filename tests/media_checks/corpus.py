"""Makes one small clip for every trap, and says what each must lead to.

``python -m tests.media_checks.corpus FOLDER`` writes them all, to look at or to try by hand.
The clips obey SMALL, a policy like the contest's with lengths and sizes cut down for speed.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media_checks.tools import find_tools
from tests.clip_cache import cached

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

# A voice-like buzz in syllables and phrases with pauses; needs no speech engine.
VOICE = (
    "aevalsrc='0.9*(0.4*sin(2*PI*140*t)+0.3*sin(2*PI*560*t)+0.2*sin(2*PI*1540*t)+0.1*sin(2*PI*2520*t))"
    "*pow(abs(sin(2*PI*2.2*t)),2)*lt(mod(t,1.6),1.2)+0.0004*(random(0)-0.5)':s=44100"
)
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10"]
AAC = ["-c:a", "aac", "-b:a", "96k"]


@dataclass(frozen=True)
class Clip:
    """A clip of the corpus. ``verdict`` unreadable means exit status 2."""

    name: str
    verdict: str
    findings: str  # names of the failed rules
    build: Callable[[Path], None]


def ffmpeg(*args: str | Path) -> None:
    """Run FFmpeg on our own material; no sandbox needed."""
    command = [str(find_tools().ffmpeg), "-v", "error", "-nostdin", "-y", *map(str, args)]
    subprocess.run(command, check=True)


def film(
    out: Path,
    *,
    seconds: float = 4,
    size: str = "320x240",
    picture: str = "",
    voice: str = "",
    codecs: list[str] | None = None,
    sound: bool = True,
    more: tuple[str, ...] = (),
) -> None:
    """A moving test picture with a voice; ``picture`` and ``voice`` are filters put behind."""
    source = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=10{',' + picture if picture else ''}"]
    if sound:
        source += ["-f", "lavfi", "-i", VOICE + (f",{voice}" if voice else "")]
    else:
        more = ("-an", *more)
    ffmpeg(*source, "-t", str(seconds), *(codecs or [*X264, *AAC]), *more, out)


def kept(ending: str = "mp4", **options: object) -> Path:
    """What ``film`` makes with these options, out of the cache of clips: not to be changed."""
    return cached(f"film/clip.{ending}", film, **options)


def kept_copy(out: Path, **options: object) -> Path:
    """The same at a place where it may be changed."""
    shutil.copyfile(kept(out.suffix[1:], **options), out)
    return out


def filmed(**options: object) -> Callable[[Path], None]:
    """A builder that films with these options."""
    return lambda out: film(out, **options)  # type: ignore[arg-type]


def written(content: bytes) -> Callable[[Path], None]:
    """A builder that writes these bytes."""
    return lambda out: out.write_bytes(content) and None


def changed(change: Callable[[bytes], bytes], **options: object) -> Callable[[Path], None]:
    """A builder that films, then changes the bytes."""

    def build(out: Path) -> None:
        film(out, **options)  # type: ignore[arg-type]
        out.write_bytes(change(out.read_bytes()))

    return build


def turned(cosine: int, sine: int) -> Callable[[bytes], bytes]:
    """Turn the picture clockwise in the track header, as phones do: 90° has cosine 0, sine 1."""
    cos, sin = cosine << 16, sine << 16

    def change(data: bytes) -> bytes:
        start = data.index(b"tkhd") - 4 + 48
        matrix = struct.pack(">9i", cos, sin, 0, -sin, cos, 0, 0, 0, 1 << 30)
        return data[:start] + matrix + data[start + 36 :]

    return change


def claiming(seconds: float) -> Callable[[bytes], bytes]:
    """Write another length into every header of an MP4 with a movie time scale of 1000."""

    def change(data: bytes) -> bytes:
        changed = bytearray(data)
        at = 0
        for box, scale_at, length_at in ((b"mvhd", 20, 24), (b"tkhd", 0, 28), (b"mdhd", 20, 24)):
            at = data.find(box)
            while at >= 0:
                start = at - 4
                raw = data[start + scale_at : start + scale_at + 4]
                scale = int.from_bytes(raw, "big") if scale_at else 1000
                struct.pack_into(">I", changed, start + length_at, int(seconds * scale))
                at = data.find(box, at + 4)
        at = data.find(b"elst")
        while at >= 0:
            struct.pack_into(">I", changed, at + 12, int(seconds * 1000))
            at = data.find(b"elst", at + 4)
        return bytes(changed)

    return change


def half(data: bytes) -> bytes:
    """What a broken connection leaves."""
    return data[: len(data) * 6 // 10]


def holed(data: bytes) -> bytes:
    """An upload that lost a part in the middle and kept its length."""
    middle = len(data) // 2
    return data[:middle] + bytes(96 << 10) + data[middle + (96 << 10) :]


def scratched(out: Path) -> None:
    """Bits turned over in a picture between two keyframes: only a full decode meets them."""
    film(out, codecs=[*RICH, "-g", "4"], picture="noise=alls=30:allf=t")
    ask = ["-v", "error", "-select_streams", "v", "-show_entries", "packet=pos,size", "-of"]
    command = [str(find_tools().ffprobe), *ask, "csv=p=0", str(out)]
    packets = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    size, position = (int(x) for x in packets[22].split(",")[:2])
    data = bytearray(out.read_bytes())
    for i in range(20):
        data[position + size // 3 + i * size // 80] ^= 1 << i % 8
    out.write_bytes(data)


def joined(out: Path) -> None:
    """Two transport streams glued together; the header of the first counts only itself."""
    part = out.with_suffix(".part.ts")
    film(part, seconds=2)
    out.write_bytes(part.read_bytes() * 2)
    part.unlink()


def covered(out: Path) -> None:
    """A clip with a cover picture as phones and shops add it."""
    base, cover = out.with_suffix(".base.mp4"), out.with_suffix(".png")
    film(base)
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1", cover)
    ffmpeg(
        *("-i", base, "-i", cover, "-map", "0", "-map", "1", "-c", "copy"),
        *("-c:v:1", "png", "-disposition:v:1", "attached_pic", out),
    )
    base.unlink()
    cover.unlink()


def song(out: Path) -> None:
    """Sound with a cover and no moving picture."""
    cover = out.with_suffix(".png")
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1", cover)
    ffmpeg(
        *("-f", "lavfi", "-i", VOICE, "-i", cover, "-t", "4", "-map", "0", "-map", "1", *AAC),
        *("-c:v", "png", "-disposition:v:0", "attached_pic", "-f", "mp4", out),
    )
    cover.unlink()


def long_sound(out: Path) -> None:
    """Two seconds of picture under four seconds of sound."""
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=2"),
        *("-f", "lavfi", "-t", "4", "-i", VOICE, *X264, *AAC, out),
    )


def bomb(out: Path) -> None:
    """Few bytes, 67 million pixels."""
    ffmpeg(
        *("-f", "lavfi", "-i", "color=s=8192x8192:r=1", "-frames:v", "1", "-threads", "1"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", out),
    )


def many_streams(out: Path) -> None:
    """A file of more sound tracks than anybody can hear."""
    maps = ["-map", "0:v", *["-map", "1:a"] * 40]
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=64x64:r=5:d=1"),
        *("-f", "lavfi", "-t", "1", "-i", "anullsrc=r=8000", *maps, *X264, *AAC, out),
    )


def picture(out: Path) -> None:
    """A picture under a clip's name."""
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=320x240", "-frames:v", "1"),
        *("-f", "image2", "-c:v", "png", "-update", "1", out),
    )


MPEG4 = ["-c:v", "mpeg4", "-q:v", "3", "-g", "10", "-c:a", "libmp3lame"]
VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M", "-c:a", "libopus", "-ar", "48000"]
RICH = [*X264, "-crf", "4", *AAC]
FIRST = ("-movflags", "+faststart")
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nneighbour.mp4\n#EXT-X-ENDLIST\n"

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
]

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for clip in CORPUS:
        clip.build(folder / clip.name)
        print(f"{clip.name:20} {clip.verdict:11} {clip.findings}")
