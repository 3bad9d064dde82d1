"""Films small clips for tests, and changes their bytes as broken programs and lines do."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media_checks.tools import find_tools
from tests.clip_cache import cached

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
    report: str = ""  # where somebody met it
    most_s: float = 5  # the policy's upper limit of length for this clip
    long: bool = False  # dear to make or to check: in the long form only


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
