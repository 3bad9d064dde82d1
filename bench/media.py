"""Checks of clips against FFmpeg itself: a clip of five minutes, H.264 and HEVC, made once.

Compared are: the quick verdict with contact sheet and fingerprint; the deep pass; one full decode
(the lower bound for examining every frame); one FFmpeg run per measurement, a common approach;
MediaConch, which reads headers. Our checks run without bubblewrap here, because a parent cannot
read the usage of processes inside it; the cost of starting it is a figure of its own.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import BUILD, Figure, Run, run
from media_checks.tools import find_tools

HOME = BUILD / "media"
SECONDS, LOOP_S = 300, 20
CODECS = ("h264", "hevc")
PICTURE = "testsrc2=s=1440x1080:r=30,noise=alls=14:allf=t,format=yuv420p"
WORDS = "(0.4*sin(2*PI*140*t)+0.3*sin(2*PI*560*t)+0.2*sin(2*PI*1540*t))*pow(sin(2*PI*2.2*t),2)"
SOUND = f"aevalsrc='{WORDS}*lt(mod(t,1.6),1.2)+0.002*random(0)|0.8*{WORDS}+0.002*random(1)':s=48000"
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-b:v", "10M", "-maxrate", "12M",
        "-bufsize", "20M", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0"]
X265 = ["-c:v", "libx265", "-preset", "superfast", "-pix_fmt", "yuv420p10le", "-b:v", "8M",
        "-x265-params", "log-level=error:keyint=60:min-keyint=60:scenecut=0", "-tag:v", "hvc1"]
# The quick pass's measurements, one run each.
NAIVE = (
    "-vf blackdetect -an", "-vf freezedetect -an", "-vf cropdetect -an",
    "-vf fps=1/10,scale=320:-2,tile=5x6 -an", "-vf thumbnail=300 -frames:v 1 -an",
    "-af ebur128=peak=true -vn", "-af astats -vn", "-af silencedetect -vn",
    "-af aspectralstats -vn",
)
QUICK = """
import sys, tempfile, pathlib, media_checks
with tempfile.TemporaryDirectory() as folder:
    report = media_checks.check(sys.argv[1], media_checks.find_policy("quan11-2023"),
                                artefacts=pathlib.Path(folder))
assert report.facts.picture.samples > 50 and report.fingerprint.frames, report
"""
DEEP = """
import sys, tempfile, media_checks
with tempfile.TemporaryDirectory() as folder:
    media_checks.{what}
"""
RENDITION = DEEP.format(what="render(sys.argv[1], folder + '/web.mp4')")
WHOLE = DEEP.format(
    what="deepen(sys.argv[1], media_checks.find_policy('quan11-2023'), folder + '/web.mp4')"
)
POLICY = """<?xml version="1.0"?>
<policy type="and" name="4:3 Full HD">
<rule name="a" value="DisplayAspectRatio" tracktype="Video" occurrence="*" operator="=">1.333</rule>
<rule name="b" value="Height" tracktype="Video" occurrence="*" operator="&gt;=">1080</rule>
<rule name="c" value="Duration" tracktype="General" occurrence="*" operator="&lt;=">301</rule>
</policy>
"""


def figures() -> Iterator[Figure]:
    for codec in CODECS:
        clip = clip_of(codec)
        yield from _verdict(codec, clip)
    yield from _sandbox(clip_of("h264"))


def _verdict(codec: str, clip: Path) -> Iterator[Figure]:
    env, python = without_box(), sys.executable
    ffmpeg = str(find_tools().ffmpeg)
    full, quick = _best(
        {
            "full": [ffmpeg, "-v", "error", "-i", str(clip), "-f", "null", "-"],
            "quick": [python, "-c", QUICK, str(clip)],
        },
        env,
    )
    yield Figure("media", f"{codec}: full decode, processor", full.cpu_s, "s")
    yield Figure("media", f"{codec}: quick, processor", quick.cpu_s / full.cpu_s, "x full", 0.09)
    yield Figure("media", f"{codec}: quick, wall", quick.wall_s / full.wall_s, "x full", 0.08)
    yield Figure("media", f"{codec}: quick, verdicts", 3600 / quick.cpu_s, "an hour and core")
    yield Figure("media", f"{codec}: quick, peak memory", quick.peak_mb, "MB", 250)
    alone, deep = (run([python, "-c", code, str(clip)], env) for code in (RENDITION, WHOLE))
    yield Figure("media", f"{codec}: deep, processor", deep.cpu_s / alone.cpu_s, "x rendition", 1.1)
    yield Figure("media", f"{codec}: deep, wall", deep.wall_s / alone.wall_s, "x rendition")
    yield Figure("media", f"{codec}: deep, peak memory of ffmpeg", deep.peak_mb, "MB", 250)
    if codec == "h264":
        runs = [run([ffmpeg, "-v", "error", "-i", str(clip), *one.split(), "-f", "null", "-"])
                for one in NAIVE]
        naive = sum(r.cpu_s for r in runs)
        yield Figure("media", "h264: a run each, processor", naive / full.cpu_s, "x full")
    yield from _mediaconch(codec, clip, quick)


def _mediaconch(codec: str, clip: Path, quick: Run) -> Iterator[Figure]:
    if not _installed("mediaconch"):
        print("mediaconch is not here and could not be installed (apt-get, as root)",
              file=sys.stderr)
        return
    policy = HOME / "policy.xml"
    policy.write_text(POLICY)
    headers = run(["mediaconch", "-p", str(policy), str(clip)])
    yield Figure("media", f"{codec}: MediaConch (headers only)", headers.cpu_s / quick.cpu_s,
                 "x quick")


def _sandbox(clip: Path) -> Iterator[Figure]:
    """The time that prlimit and bubblewrap add to a start, the median of twenty."""
    from media_checks.sandbox import Collector, Limits, Sandbox, describe  # noqa: PLC0415

    def one(box: Sandbox) -> float:
        begun = time.perf_counter()
        box.run(find_tools().ffmpeg, ["-version"], limits=Limits(),
                stdout=Collector(1 << 16), stderr=Collector(1 << 16))
        return time.perf_counter() - begun

    def bare() -> float:
        begun = time.perf_counter()
        subprocess.run([str(find_tools().ffmpeg), "-version"], capture_output=True, check=True)
        return time.perf_counter() - begun

    box = Sandbox(clip)
    added = [one(box) - bare() for _ in range(21)][1:]
    print(f"sandbox: {describe()}", file=sys.stderr)
    yield Figure("media", "sandbox, a start", 1000 * statistics.median(added), "ms", 20)


def _best(commands: dict[str, list[str]], env: dict[str, str]) -> list[Run]:
    """The fastest of three runs of each, in turn: other load can only add time."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(int(os.environ.get("ROUNDS", "3"))):
        for name, argv in commands.items():
            runs[name].append(run(argv, env))
    return [
        Run(min(r.wall_s for r in done), min(r.cpu_s for r in done), max(r.peak_mb for r in done))
        for done in runs.values()
    ]


def without_box() -> dict[str, str]:
    """A PATH on which bubblewrap is not found."""
    folder = HOME / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    for tool in ("prlimit", "ffmpeg", "ffprobe"):
        found = shutil.which(tool)
        if found and not (folder / tool).exists():
            (folder / tool).symlink_to(found)
    return {"PATH": str(folder)}


def _installed(tool: str) -> bool:
    if not shutil.which(tool) and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", tool],
                       stdout=sys.stderr, check=False)
    return shutil.which(tool) is not None


def clip_of(codec: str) -> Path:
    """Twenty encoded seconds, repeated fifteen times: five minutes to decode, quickly made."""
    path, base = HOME / f"{codec}.mp4", HOME / f"h264-{LOOP_S}.mp4"
    if path.exists():
        return path
    HOME.mkdir(parents=True, exist_ok=True)
    _ffmpeg("-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", SOUND, "-t", str(LOOP_S), *X264,
            "-c:a", "aac", "-b:a", "128k", str(base))
    part = base
    if codec == "hevc":
        part = HOME / f"hevc-{LOOP_S}.mp4"
        _ffmpeg("-i", str(base), *X265, "-c:a", "copy", str(part))
    fresh = path.with_suffix(".part.mp4")
    _ffmpeg("-stream_loop", str(SECONDS // LOOP_S - 1), "-i", str(part), "-t", str(SECONDS),
            "-c", "copy", str(fresh))
    fresh.rename(path)
    return path


def _ffmpeg(*args: str) -> None:
    subprocess.run([str(find_tools().ffmpeg), "-v", "error", "-nostdin", "-y", *args], check=True)


if __name__ == "__main__":
    for figure in figures():
        print(json.dumps(figure.line()))
