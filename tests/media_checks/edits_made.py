"""Makes edits the way people make them, and a faulty twin of each; counts false and missed alarms.

``python -m tests.media_checks.edits_made`` prints the table of docs/media_checks.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from media_checks import check, load_policy
from tests.clip_cache import cached
from tests.media_checks.films import AAC, VOICE, X264, ffmpeg

RULES = ("black", "frozen", "audio_noise", "audio_hum")
POLICY = {
    "name": "edits",
    "rules": {
        "black": {"level": "soft", "max_run_s": 1},
        "frozen": {"level": "soft", "max_run_s": 1.6},
        "audio_noise": {"level": "soft"},
        "audio_hum": {"level": "soft"},
    },
}
SIZE = "s=160x120:r=10"
FILMS = {
    "test": f"testsrc2={SIZE}",
    "fractal": f"mandelbrot={SIZE}:end_pts=60",
    "colours": f"gradients={SIZE}:n=4:speed=0.2",
    "grain": f"smptebars={SIZE},noise=alls=30:allf=t",
}
BLACK = f"color=black:{SIZE}"
CARD = f"{BLACK},drawbox=x=40:y=50:w=30:h=5:c=white:t=fill"
CARD += ",drawbox=x=80:y=50:w=40:h=5:c=white:t=fill"
LOGO = f"color=0x204080:{SIZE},drawbox=x=60:y=40:w=40:h=40:c=yellow:t=fill"
STAY = "loop=loop=-1:size=1,setpts=N/10/TB"
MUSIC = "0.05*sin(2*PI*262*t)+0.05*sin(2*PI*330*t)+0.05*sin(2*PI*392*t)"
STING = "lt(t,0.8)*0.3*sin(2*PI*600*t)"
Parts = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Edit:
    """Parts of a film (source, seconds), a filter over the voice, and the rule that must fail."""

    name: str
    parts: Parts
    voice: str = "anull"
    fault: str = ""


def photo(film: str, at: float) -> str:
    """A still out of a film."""
    return f"{FILMS[film]},trim=start={at},{STAY}"


def crossed(one: str, other: str, label: str) -> str:
    """Two sources, the second faded in over the first from 1.1 s to 2 s."""
    even = "format=yuv420p,settb=1/10,fps=10"
    return (
        f"{one},{even},trim=end=2[x{label}];{other},{even},trim=end=3[y{label}];"
        f"[x{label}][y{label}]xfade=duration=0.9:offset=1.1"
    )


def kinds(film: str, other: str) -> Iterator[Edit]:
    """Every way of editing, with one film and another."""
    one, two = FILMS[film], FILMS[other]
    dip = f"{one},fade=t=out:st=1.6:d=0.4", f"{two},fade=t=in:st=0:d=0.4"
    yield Edit("fades", ((f"{one},fade=t=in:st=0:d=1,fade=t=out:st=3.5:d=1", 4.5),))
    yield Edit("dip-to-black", ((dip[0], 2), (BLACK, 0.3), (dip[1], 2)))
    yield Edit("title-card", ((CARD, 1.4), (f"{one},fade=t=in:st=0:d=0.3", 3)))
    yield Edit("photo-story", tuple((photo(film, at), 1.4) for at in (0.5, 2, 3)), "volume=-3dB")
    yield Edit("crossfade", ((crossed(one, two, "a"), 3), (one, 1.5)))
    yield Edit("photos-crossed", ((crossed(photo(film, 1), photo(other, 2), "b"), 2.9), (one, 1.5)))
    yield Edit("slow-motion", ((f"{one},setpts=4*PTS,fps=10", 4),), "atempo=0.8")
    yield Edit("time-lapse", ((f"{one},setpts=PTS/4,fps=10", 4),), "atempo=1.5")
    yield Edit("intro-sting", ((LOGO, 1), (one, 3.5)), f"aeval='val(0)+{STING}'")
    yield Edit("music-bed", ((one, 4.5),), f"aeval='val(0)+{MUSIC}'")
    zoom = f"{photo(film, 1)},zoompan=z='1+0.01*on':d=1:s=160x120:fps=10"
    yield Edit("slow-zoom", ((zoom, 4.5),))


def with_fault(edit: Edit, fault: str) -> Edit:
    """The same edit with something wrong in it."""
    parts, voice = edit.parts, edit.voice
    if fault == "black":
        parts = (*parts, (BLACK, 1.5), (FILMS["test"], 0.7))
    elif fault == "frozen":
        parts = (*parts, (photo("test", 1.3), 2.1), (FILMS["test"], 0.7))
    elif fault == "audio_noise":
        voice += ",aeval='val(0)+0.06*(random(1)-0.5)*2'"
    else:
        voice += ",aeval='val(0)+0.02*sin(2*PI*50*t)'"
    return replace(edit, name=f"{edit.name}-{fault}", parts=parts, voice=voice, fault=fault)


def edits() -> list[tuple[Edit, Edit]]:
    """Forty-four edits and their faulty twins, every fault in turn."""
    films = [*FILMS]
    pairs = []
    for i, film in enumerate(films):
        for j, edit in enumerate(kinds(film, films[i - 1])):
            named = replace(edit, name=f"{edit.name}-{film}")
            pairs.append((named, with_fault(named, RULES[(i + j) % len(RULES)])))
    return pairs


def make(out: Path, edit: Edit) -> None:
    """Cut the parts together under the voice."""
    chains = [
        f"{source},trim=end={seconds},setpts=PTS-STARTPTS,fps=10,format=yuv420p,setsar=1[p{i}]"
        for i, (source, seconds) in enumerate(edit.parts)
    ]
    names = "".join(f"[p{i}]" for i in range(len(chains)))
    graph = ";".join((*chains, f"{names}concat=n={len(chains)}[out]"))
    total = sum(seconds for _, seconds in edit.parts)
    ffmpeg(
        *("-filter_complex", graph, "-f", "lavfi", "-t", str(total)),
        *("-i", f"{VOICE},{edit.voice}", "-map", "[out]", "-map", "0:a", "-t", str(total)),
        *(*X264, *AAC, out),
    )


def alarms(edit: Edit) -> set[str]:
    """Names of the rules that fail."""
    clip = cached(f"edits/{edit.name}.mp4", make, edit)
    found = check(clip, load_policy(POLICY)).findings
    return {finding.rule for finding in found if finding.outcome == "fail"}


def main() -> None:
    """The table: for each rule false alarms and misses."""
    false, missed, faulty = Counter[str](), Counter[str](), Counter[str]()
    pairs = edits()
    for good, bad in pairs:
        for edit in (good, bad):
            found, wanted = alarms(edit), {edit.fault} - {""}
            false.update(found - wanted)
            missed.update(wanted - found)
            faulty.update(wanted)
            if found != wanted:
                print(f"{edit.name}: found {sorted(found)}, wanted {sorted(wanted)}")
    for rule in RULES:
        good = 2 * len(pairs) - faulty[rule]
        print(f"| `{rule}` | {false[rule]} of {good} | {missed[rule]} of {faulty[rule]} |")


if __name__ == "__main__":
    main()
