"""The award reel: whole or not at all, at 1080p."""

import json
import subprocess
from pathlib import Path

import pytest

from contest.drawing import reel
from contest.drawing.reel import Part, make
from media_checks.tools import find_tools
from tests.clip_cache import cached


def make_clip(path: Path, seconds: int = 6) -> None:
    """So many seconds of 16:9 with a tone."""
    subprocess.run(
        [find_tools().ffmpeg, "-v", "error",
         "-f", "lavfi", "-i", f"testsrc2=s=320x180:r=10:d={seconds}",
         "-f", "lavfi", "-i", f"sine=d={seconds}",
         "-pix_fmt", "yuv420p", "-shortest", "-y", str(path)],
        check=True,
    )


CARD_S = 1.0  # shorter than they are shown; each of its frames is faded by itself


@pytest.fixture(autouse=True)
def short_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reel, "CARD_S", CARD_S)
    monkeypatch.setattr(reel, "FADE_S", 0.1)


@pytest.fixture
def clip() -> Path:
    return cached("reel/clip.mp4", make_clip)


def probe(path: Path) -> dict[str, object]:
    shown = subprocess.run(
        [find_tools().ffprobe, "-v", "error", "-of", "json", "-show_entries",
         "stream=codec_name,width,height:format=duration", str(path)],
        check=True, capture_output=True, text=True,
    )
    found = json.loads(shown.stdout)
    video, audio = found["streams"]
    return {"size": (video["width"], video["height"]), "audio": audio["codec_name"],
            "seconds": round(float(found["format"]["duration"]))}


def test_a_card_and_an_excerpt_for_each_prize(tmp_path: Path, clip: Path) -> None:
    said: list[str] = []
    parts = [Part(["Hội thi “3 trách nhiệm”"], None), Part(["Giải nhất", "Đoàn Phường 2"], clip)]
    done: list[float] = []
    make(parts, tmp_path / "reel.mp4", clip_s=2, say=said.append, told=done.append)
    assert probe(tmp_path / "reel.mp4") == {
        "size": (1920, 1080), "audio": "aac", "seconds": 2 * CARD_S + 2,
    }
    assert done == [CARD_S, 2 * CARD_S, 2 * CARD_S + 2]
    faults = subprocess.run(  # joined without encoding it again, it is one film from end to end
        [find_tools().ffmpeg, "-v", "error", "-i", str(tmp_path / "reel.mp4"), "-f", "null", "-"],
        check=True, capture_output=True, text=True,
    )
    assert faults.stderr == ""
    assert said == ["Hội thi “3 trách nhiệm”", "Giải nhất · Đoàn Phường 2"]


def test_a_clip_that_cannot_be_read_leaves_no_reel(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_text("no film")
    with pytest.raises(OSError, match="broken"):
        make([Part(["Giải nhất"], broken)], tmp_path / "reel.mp4", clip_s=2, say=print)
    assert not (tmp_path / "reel.mp4").exists()
