"""Which contests the demo can play: the reference, and others on its dates and with its clips."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit

from contest import profile as rule_files
from contest.demo import above, script
from contest.demo.sample import PROFILE
from contest.demo.script import Part
from contest.profile import Profile

TEMPLATES = PROFILE.parent / "templates"
#: What another contest takes from the reference: the demo has one script, one clock, one camera.
SHARED = ("schedule", "media", "review", "quota", "form", "upload")


@dataclass(frozen=True)
class Kind:
    """``expected``: units and totals, calculated by hand; ``final``: those of its second round;
    ``above``: those of the contest to which it hands its winners up. ``parts``: what is entered;
    ``trial``: whether the jury marks an entry as a trial first."""

    name: str
    expected: tuple[tuple[str, str], ...]
    final: tuple[tuple[str, str], ...] = ()
    above: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = script.PARTS
    trial: bool = False

    @property
    def source(self) -> str:
        """Its rule file, as the demo imports it."""
        if self.name == PROFILE.stem:
            return PROFILE.read_text("utf-8")
        own = _read(TEMPLATES / f"{self.name}.toml")
        reference = _read(PROFILE)
        if "entry" in own:  # no clips: what the reference says of them is not theirs
            review = own["review"] | {"approvals": 1, "second_to_reject": False}
            shared = {"schedule": reference["schedule"], "review": review}
        else:
            shared = {key: reference[key] for key in SHARED}
        own["contest"]["slug"] = reference["contest"]["slug"]
        if self.above:  # the ward's contest: what units owe, they owe the city
            own = {key: value for key, value in own.items() if key != "filings"}
            shared["parent"] = {"contest": above.CITY, "unit": above.WARD, "quota": 3}
        return tomlkit.dumps({**own, **shared})

    @property
    def source_above(self) -> str:
        """The rule file of the contest above, on its own dates."""
        own, reference = _read(TEMPLATES / f"{self.name}.toml"), _read(PROFILE)
        shared = {key: reference[key] for key in ("media", "review", "form", "upload")}
        shared["media"]["name"] = own["contest"]["slug"]
        return tomlkit.dumps({**own, **shared})

    @property
    def profile(self) -> Profile:
        return rule_files.load(self.source).profile


def _read(path: Any) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(PROFILE.stem, script.EXPECTED),
        Kind("chi-giam-khao", script.EXPECTED_BY_JURY),
        Kind("phim-ngan", script.EXPECTED_OF_FILMS),
        Kind("y-tuong", script.EXPECTED_BY_JURY),
        Kind("hai-vong", script.EXPECTED_BY_JURY, script.EXPECTED_OF_FINAL),
        Kind("ba-cap", script.EXPECTED_BY_JURY, above=script.EXPECTED_ABOVE),
        Kind("anh-dep", script.EXPECTED_OF_PICTURES, parts=script.PICTURE_SETS),
        Kind("thi-viet", script.EXPECTED_OF_TEXTS, parts=script.TEXTS, trial=True),
    )
}
