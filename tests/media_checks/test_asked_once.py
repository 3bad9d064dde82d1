"""What stands in for a second start of FFmpeg says what that would say."""

from __future__ import annotations

import shutil

import pytest

from media_checks import Unreadable, check, deepen, fence
from media_checks.probing.probe import probe, read_packets
from tests import seeds
from tests.media_checks.answer_store import PARTS, AnswerStore, question
from tests.media_checks.asked_once import asked_each_time, asked_once

CLIPS = ("good.avi", "good.mp4", "good.ts", "good.webm", "stuffed.mkv", "joined.ts", "black.mp4")


@pytest.fixture
def store(tmp_path):
    """Answers of this test alone."""
    store = AnswerStore(tmp_path / "answers")
    with asked_once(store):
        yield store


@pytest.fixture
def undrawn(monkeypatch):
    """Nothing that is kept is asked anew."""
    monkeypatch.setattr("tests.media_checks.answer_store._is_drawn", lambda question: False)


@pytest.fixture
def everything(small, tmp_path):
    """What is said of a clip, and the files that are made on the way, by a name."""
    return lambda clip, name: said_and_made(clip, small, tmp_path / name)


def said_and_made(clip, policy, folder):
    folder.mkdir()
    shares: list[float] = []
    quick = check(clip, policy, artefacts=folder / "pictures")
    deep = deepen(clip, policy, folder / "deep.mp4", progress=shares.append)
    files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
    assert shares[-1] == 1.0
    return quick, deep, files


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "drawn" in metafunc.fixturenames:
        long = metafunc.config.getoption("long")
        metafunc.parametrize("drawn", seeds.some(range(len(CLIPS)), 1, long=long))


@pytest.mark.usefixtures("undrawn")
def test_an_answer_kept_is_the_answer_to_a_new_question(drawn, clip, store, everything):
    path = clip(CLIPS[drawn % len(CLIPS)])
    first = everything(path, "first")
    asked = dict.fromkeys(store.asked)
    again = everything(path, "again")
    with asked_each_time():
        anew = everything(path, "anew")
    assert first == again == anew
    assert len(asked) > 4
    assert dict.fromkeys(store.asked) == asked


def test_of_other_bytes_and_by_another_command_it_is_asked(clip, store, undrawn, monkeypatch):
    probe(clip("good.mp4"))
    asked = len(store.asked)
    probe(shutil.copy(clip("good.mp4"), store.folder / "copy.mp4"))
    assert len(store.asked) == asked
    probe(clip("wide.mp4"))
    assert len(store.asked) == 2 * asked
    monkeypatch.setitem(fence.ENVIRONMENT, "OMP_THREAD_LIMIT", "2")
    probe(clip("good.mp4"))
    assert len(store.asked) == 3 * asked


def test_an_answer_outlives_the_run_but_for_those_that_it_draws(clip, store, monkeypatch):
    def asked_by_a_run(drawn, *, long=False):
        monkeypatch.setattr("tests.seeds.of_commit", lambda: drawn)
        with asked_once(later := AnswerStore(store.folder, long)):
            probe(clip("good.mp4"))
            probe(clip("good.mp4"))
        return later.asked

    probe(clip("good.mp4"))
    runs = [asked_by_a_run(drawn) for drawn in range(PARTS)]
    assert sorted(each for run in runs for each in run) == sorted(store.asked)
    assert asked_by_a_run(1, long=True) == store.asked


def test_other_libraries_are_another_question(clip, tmp_path, monkeypatch):
    before = question("ffmpeg", [clip("good.mp4")])
    monkeypatch.setattr("tests.media_checks.answer_store.INSTALLED", tmp_path)
    assert question("ffmpeg", [clip("good.mp4")]) != before


def test_a_refusal_is_kept_with_its_reason(clip, store):
    said = []
    for _ in range(2):
        with pytest.raises(Unreadable) as refused:
            probe(clip("playlist.mp4"))
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_sink_that_stops_is_not_taken_for_an_answer(clip, store):
    class Stop(Exception):
        pass

    def stop():
        raise Stop

    with pytest.raises(Stop):
        read_packets(clip("good.mp4"), stop)
    assert store.asked == set()
    tracks = read_packets(clip("good.mp4")).tracks
    assert len(store.asked) == 1
    with pytest.raises(Stop):
        read_packets(clip("good.mp4"), stop)
    assert read_packets(clip("good.mp4")).tracks == tracks
