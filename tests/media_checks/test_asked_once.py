"""What stands in for a second start of ffprobe says what that would say."""

from __future__ import annotations

import shutil

import pytest

from media_checks import Unreadable
from media_checks.probing.probe import probe, read_packets


@pytest.mark.parametrize("name", ["good.mp4", "good.webm", "hole.mp4", "stuffed.mkv"])
def test_an_answer_kept_is_the_answer_to_a_new_question(name, clip, answers, tmp_path):
    copy = shutil.copy(clip(name), tmp_path / clip(name).name)
    first, before = probe(clip(name)), dict(answers)
    assert probe(clip(name)) == first
    assert probe(tmp_path / clip(name).name).facts == first.facts
    assert answers == before
    assert copy not in [question[0] for question in answers]


def test_a_refusal_is_kept_with_its_reason(clip, answers):
    said = []
    for _ in range(2):
        with pytest.raises(Unreadable) as refused:
            probe(clip("playlist.mp4"))
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_sink_that_stops_is_not_taken_for_an_answer(clip, answers):
    class Stop(Exception):
        pass

    def stop():
        raise Stop

    answers.clear()
    with pytest.raises(Stop):
        read_packets(clip("good.mp4"), stop)
    assert answers == {}
    tracks = read_packets(clip("good.mp4")).tracks
    assert len(answers) == 1
    with pytest.raises(Stop):
        read_packets(clip("good.mp4"), stop)
    assert read_packets(clip("good.mp4")).tracks == tracks
