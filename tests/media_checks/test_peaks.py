"""Peaks between the samples are measured where the verdict can hang on them, and only there."""

from __future__ import annotations

from media_checks import check, load_policy

RULE = {"level": "hard"}


def peak(path, **limits) -> float:
    rules = {"audio_clipping": RULE | limits} if limits else {"intact": RULE}
    return check(path, load_policy({"name": "t", "rules": rules})).facts.sound.true_peak


def test_peaks_between_samples_are_found_where_a_rule_asks(clip):
    clipped, plain = clip("clipped.mp4"), clip("good.mp4")
    true = peak(clipped, max_full_scale_pct=0)  # broadcast: always
    assert true > 0.5
    assert peak(clipped, max_full_scale_pct=0.3) == true
    assert peak(clipped, max_full_scale_pct=100) < true
    assert peak(clipped) < true
    assert peak(plain, max_full_scale_pct=0.3) <= peak(plain, max_full_scale_pct=0)
