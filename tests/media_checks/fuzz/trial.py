"""One spoilt clip through the quick check, and now and then the deep one."""

from __future__ import annotations

import random
import time
import traceback
from pathlib import Path

from media_checks import Unreadable, check, deepen, load_policy
from tests.clip_cache import cached
from tests.media_checks.corpus import CORPUS, SMALL
from tests.media_checks.fuzz.mutations import MUTATIONS

SEEDS = ("good.mp4", "good.mkv", "good.avi", "good.ts", "good.webm", "fragmented.mp4", "cover.mp4")
LONGEST_S = 150.0  # of wall time; four seconds of picture need one or two
DEEP_EVERY = 4


def seeds() -> dict[str, bytes]:
    """The clips to spoil, as bytes by name."""
    return {
        entry.name: cached(f"corpus/{entry.name}", entry.build).read_bytes()
        for entry in CORPUS
        if entry.name in SEEDS
    }


class Trial:
    """``data`` spoilt by a few mutations; ``story`` names them."""

    def __init__(self, data: bytes, chance: random.Random) -> None:
        chosen = [chance.choice(MUTATIONS) for _ in range(chance.choice((1, 1, 2, 3)))]
        for mutation in chosen:
            data = mutation(data, chance)
        self.data, self.deep = data, chance.randrange(DEEP_EVERY) == 0
        self.story = " ".join(mutation.__name__ for mutation in chosen)

    def run(self, path: Path) -> str:
        """What went wrong, "" if all was well. The clip is kept at ``path`` when it did."""
        path.write_bytes(self.data)
        begun = time.monotonic()
        fault = self._fault(path)
        if not fault and time.monotonic() - begun > LONGEST_S:
            fault = f"took {time.monotonic() - begun:.0f} s"
        if not fault:
            path.unlink()
        return fault

    def _fault(self, path: Path) -> str:
        policy, out = load_policy(SMALL), path.with_suffix(".mp4")
        try:
            check(path, policy, artefacts=path.parent / "pictures")
            if self.deep:
                deepen(path, policy, out)
        except Unreadable:
            return ""
        except Exception:
            return traceback.format_exc(limit=-3)
        finally:
            out.unlink(missing_ok=True)
        return ""
