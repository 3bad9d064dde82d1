"""A kept clip is used again as long as its recipe is the same, and no longer."""

from __future__ import annotations

import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import clip_cache
from tests.clip_cache import KEEP_S, cached, recipe
from tests.media_checks import corpus

MADE: deque[str] = deque()  # no list: what is a constant of a builder is part of its recipe
SIZE = "64x48"


def clip(out: Path, *, seconds: int = 1) -> None:
    MADE.append(out.name)
    out.write_text(f"{SIZE} {seconds}")


def of(text: str) -> object:
    """A builder that knows its text from outside."""
    return lambda out: out.write_text(text)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOITHI_TEST_CACHE", str(tmp_path))
    MADE.clear()
    return tmp_path


def test_the_same_recipe_is_made_once() -> None:
    assert cached("a.mp4", clip) == cached("a.mp4", clip)
    assert len(MADE) == 1


def test_other_arguments_are_another_file() -> None:
    one, two = cached("a.mp4", clip), cached("a.mp4", clip, seconds=2)
    assert (one.read_text(), two.read_text()) == ("64x48 1", "64x48 2")


def test_another_text_inside_a_builder_is_another_file() -> None:
    made = [cached("a.mp4", of(text)) for text in ("one", "two")]  # type: ignore[arg-type]
    assert [path.read_text() for path in made] == ["one", "two"]


def test_a_changed_constant_is_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    cached("a.mp4", clip)
    monkeypatch.setitem(globals(), "SIZE", "32x24")
    assert cached("a.mp4", clip).read_text() == "32x24 1"


def test_the_source_of_what_the_builder_calls_counts() -> None:
    told = recipe(corpus.filmed(seconds=2), (), {})
    parts = ("def film(", "def ffmpeg(", "{seconds: 2}", "libx264", "aevalsrc", "ffmpeg version")
    assert [part for part in parts if part not in told] == []


def test_what_is_used_by_way_of_a_module_or_a_class_counts() -> None:
    def build(out: Path) -> None:
        corpus.film(out, more=("-metadata", f"title={corpus.Clip}"))

    told = recipe(build, (), {})
    assert [part for part in ("def film(", "class Clip", "aevalsrc") if part not in told] == []


def test_another_ffmpeg_is_another_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    before = recipe(clip, (), {})
    tools = clip_cache.find_tools()
    newer = type(tools)(tools.ffmpeg, tools.ffprobe, "ffmpeg version 99.0", tools.source)
    monkeypatch.setattr(clip_cache, "find_tools", lambda: newer)
    assert recipe(clip, (), {}) != before


def test_a_source_clip_counts_by_its_bytes(tmp_path: Path) -> None:
    source = tmp_path / "source.mp4"
    told = []
    for content in ("one", "two"):
        source.write_text(content)
        told.append(recipe(clip, (source,), {}))
    assert told[0] != told[1]


def test_two_who_ask_at_once_get_one_clip() -> None:
    def slow(out: Path) -> None:
        MADE.append("slow")
        time.sleep(0.3)
        out.write_text("whole")

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(cached, "b.mp4", slow) for _ in range(4)]
    paths = {future.result() for future in asked}
    assert (len(paths), len(MADE)) == (1, 1)


def test_a_failed_build_leaves_no_clip() -> None:
    def broken(out: Path) -> None:
        out.write_text("half")
        raise KeyError

    with pytest.raises(KeyError):
        cached("c.mp4", broken)
    assert not [
        path
        for path in clip_cache.cache_folder().rglob("*.mp4")
        if path.is_file() and not path.name.startswith("making-")
    ]


def test_old_recipes_of_a_clip_are_swept_and_fresh_ones_stay() -> None:
    old, fresh = cached("a.mp4", clip), cached("a.mp4", clip, seconds=2)
    os.utime(old, (0, time.time() - KEEP_S - 60))
    cached("a.mp4", clip, seconds=3)
    assert (old.exists(), fresh.exists()) == (False, True)
