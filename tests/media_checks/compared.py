"""Holds ways of checking against the corpus: ``python -m tests.media_checks.compared [WAY…]``.

Asked is the one thing that all of them answer: is it refused? MediaConch gets the policy
as far as it can express it (``second_opinion``). The scripts are what people write around ffprobe:
one looks at headers, one also decodes everything and reads what FFmpeg complains of.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from media_checks import Unreadable, check
from media_checks.words import parse_ratio
from tests.media_checks.conftest import up_to
from tests.media_checks.corpus import CORPUS
from tests.media_checks.second_opinion import mediaconch
from tests.media_checks.versions import clip_of

Refuses = Callable[[Path, float], bool]


def ours(path: Path, most_s: float) -> bool:
    try:
        return check(path, up_to(most_s)).verdict == "fail"
    except Unreadable:
        return True


def by_mediaconch(path: Path, most_s: float) -> bool:
    policy = up_to(most_s)
    hard = {name for name, limits in policy.rules.items() if limits["level"] == "hard"}
    with tempfile.TemporaryDirectory() as folder:
        try:
            said = mediaconch(path, [policy], Path(folder))
        except (subprocess.CalledProcessError, SyntaxError):
            return True
    wanted = [outcome for name, outcome in said.items() if name.split("/")[1] in hard]
    return not wanted or "fail" in wanted


def by_headers(path: Path, most_s: float) -> bool:
    """Length, size, shape and sound as ``ffprobe -show_format -show_streams`` tells them."""
    rules = up_to(most_s).rules
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    answer: dict[str, Any] = json.loads(done.stdout or b"{}")
    streams = answer.get("streams", [])
    video = next((s for s in streams if s["codec_type"] == "video"), None)
    if done.returncode or video is None or not any(s["codec_type"] == "audio" for s in streams):
        return True
    limits, slack = rules["duration"], rules["duration"]["tolerance_s"]
    seconds = float(answer["format"].get("duration", 0))
    width, height = int(video["width"]), int(video["height"])
    ratio = float(parse_ratio(rules["aspect_ratio"]["ratio"]))
    low = rules["resolution"]
    return not (
        limits["min_s"] - slack <= seconds <= limits["max_s"] + slack
        and abs(width / height / ratio - 1) <= rules["aspect_ratio"]["tolerance_pct"] / 100
        and width >= low["min_width"]
        and height >= low["min_height"]
    )


def by_decoding(path: Path, most_s: float) -> bool:
    """The same, and nothing that FFmpeg complains of while it decodes all."""
    if by_headers(path, most_s):
        return True
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    return bool(done.returncode or done.stderr)


WAYS: dict[str, Refuses] = {
    "media_checks": ours,
    "MediaConch": by_mediaconch,
    "ffprobe, headers": by_headers,
    "ffprobe and a full decode": by_decoding,
}


def main(wanted: list[str]) -> None:
    clips = [(entry, clip_of(entry)) for entry in CORPUS]
    for way in wanted or WAYS:
        refuses = WAYS[way]
        begun, wrong = time.monotonic(), {"refused": list[str](), "let through": list[str]()}
        for entry, path in clips:
            should = entry.verdict in ("fail", "unreadable")
            if refuses(path, entry.most_s) != should:
                wrong["let through" if should else "refused"].append(entry.name)
        faulty = sum(entry.verdict in ("fail", "unreadable") for entry, _ in clips)
        print(
            f"{way}: {len(wrong['let through'])} of {faulty} faulty let through, "
            f"{len(wrong['refused'])} of {len(clips) - faulty} good refused; "
            f"{time.monotonic() - begun:.0f} s"
        )
        for kind, names in wrong.items():
            print(f"  {kind}: {' '.join(names)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
