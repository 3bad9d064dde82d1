"""What goes on beside other work: it hears everything, and ends with what it stands beside."""

from __future__ import annotations

import time

import pytest

from media_checks.beside import Beside
from media_checks.probing.opening import open_clip
from media_checks.probing.probe import probe
from media_checks.progress import no_progress
from media_checks.sound.beside import Listening


@pytest.mark.parametrize("name", ["good.mp4", "promises-less.mp4", "lying.mkv"])
def test_all_of_the_sound_is_heard_whatever_the_header_promises(clip, name):
    probed = probe(clip(name))
    with Beside() as beside:
        listening = Listening(beside, open_clip(clip(name)), 100.0)
        heard = listening.heard(probed, no_progress)
    assert heard.at == pytest.approx(probed.facts.audio.duration_s, abs=0.2)


def test_work_ends_with_what_it_stands_beside():
    def work(raise_if_stopped):
        while True:
            raise_if_stopped()
            time.sleep(0.001)

    with pytest.raises(KeyError), Beside() as beside:
        working = beside.start(work)
        raise KeyError
    assert working.exception() is not None
