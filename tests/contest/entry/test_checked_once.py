"""A verdict that is handed out again is the one that FFmpeg came to, with all that came with it."""

from pathlib import Path

import media_checks
from media_checks import Policy
from media_checks.checking import check as check_anew
from tests.clip_cache import cached
from tests.contest.entry.checked_once import checked_once
from tests.media_checks.corpus import CORPUS, SMALL

GOOD = next(clip for clip in CORPUS if clip.name == "good.mp4")


def test_the_second_answer_is_the_first_and_another_policy_is_another_question(
    tmp_path: Path
) -> None:
    clip, policy = cached(f"corpus/{GOOD.name}", GOOD.build), media_checks.load_policy(SMALL)
    (tmp_path / "kept").mkdir()
    with checked_once(tmp_path / "kept") as known:
        told = [_looked(clip, policy, tmp_path / name) for name in ("first", "second")]
        assert told[0] == told[1]
        assert told[1][0] == check_anew(clip, policy, artefacts=tmp_path / "anew")
        assert len(known) == 1
        other = media_checks.load_policy({**SMALL, "name": "other"})
        assert media_checks.check(clip, other).policy == other
        deep = [media_checks.deepen(clip, policy, tmp_path / f"{name}.mp4") for name in "ab"]
        assert deep[0] == deep[1]
        assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
        assert len(known) == 3


def _looked(clip: Path, policy: Policy, folder: Path) -> tuple[object, list[float], object]:
    shares: list[float] = []
    report = media_checks.check(clip, policy, artefacts=folder, progress=shares.append)
    assert len(shares) > 3
    return report, shares, {path.name: path.read_bytes() for path in folder.iterdir()}
