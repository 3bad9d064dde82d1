"""Which frames are looked at, and that the ways to them give the same ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from media_checks.picture.plan import plan_for
from media_checks.picture.scan import _look, _look_apart
from media_checks.probing.probe import probe
from media_checks.progress import no_progress
from tests.media_checks.corpus import RICH, kept


def test_keyframes_copied_apart_are_the_same_as_those_in_place():
    """FFmpeg before 7.0 cannot drop keyframes before it decodes them."""
    clip = kept(seconds=24, codecs=[*RICH, "-g", "5", "-bf", "2"])
    probed = probe(clip)
    plan = replace(plan_for(probed.facts, probed.key_times), thin=False)
    assert plan.keys_only
    here = _look(clip, probed, replace(plan, apart=False), no_progress, None)
    apart = _look_apart(clip, probed, replace(plan, apart=True), no_progress, None)
    assert apart is not None
    assert apart.reader.samples == here.reader.samples > 20
    assert apart.reader.last == pytest.approx(here.reader.last, abs=0.02)
    times = [[tile.at for tile in one.reader.tiles] for one in (here, apart)]
    assert times[0] == pytest.approx(times[1], abs=0.02)
    assert all(a.image.tobytes() == b.image.tobytes()
               for a, b in zip(here.reader.tiles, apart.reader.tiles, strict=True))  # fmt: skip


@pytest.mark.parametrize(("gap", "most"), [(2.0, 4.4), (2.5, 4.4), (3.9, 4.4), (1.0, 4.4)])
def test_no_two_looks_lie_much_further_apart_than_planned(gap, most, clip):
    facts = probe(clip("good.mp4")).facts
    video = replace(facts.video, duration_s=300.0, key_frames=int(300 / gap), key_gap_s=gap)
    times = [i * gap for i in range(int(300 / gap))]
    plan = plan_for(replace(facts, video=video), times)
    taken = [times[0]]
    for at in times:
        if at - taken[-1] >= plan.interval_s - 0.05:
            taken.append(at)
    assert max(b - a for a, b in pairwise(taken)) <= most
