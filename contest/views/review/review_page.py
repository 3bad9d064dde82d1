"""Values for the reviewer's page of a clip: addresses, findings with time codes, pictures."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from contest.models import Check, ClipVersion, Derivative, Submission
from contest.services.checking import outcomes
from contest.services.entry import checks
from contest.views.shared.clips import address, clip_seconds, coder, rule_names, time_code
from contest.views.shared.entries import captions, leaves
from contest.views.shared.entries.questions import answered
from contest.views.shared.privacy.authors import named
from contest.views.shared.support import current

PICTURES = ("sheet", "poster", "crop", "waveform", "loudness")


def clip_address(
    submission: Submission, version: ClipVersion, made: Mapping[str, Derivative]
) -> dict[str, str] | None:
    """The player's source; None while the rendition is still being made."""
    if "rendition" not in made:
        return None
    return {"src": address(submission, version, "rendition"), "type": made["rendition"].media_type}


def picture(
    submission: Submission, version: ClipVersion, made: Derivative | None
) -> dict[str, object] | None:
    """A picture's address and size, and the tiles of a contact sheet with their time codes."""
    if made is None:
        return None
    data = made.data
    tiles = [tile | {"code": time_code(tile["at"])} for tile in data.get("tiles", [])]
    return {
        "src": address(submission, version, made.kind),
        "width": data.get("width"), "height": data.get("height"), "tiles": tiles,
    }


def clip_on_page(submission: Submission) -> dict[str, Any]:
    """The clip to watch, its pictures, and its checks' findings."""
    version = submission.version
    assert version is not None  # noqa: S101 - the queue holds entries with a clip
    made = checks.derivatives(current.db, version)
    quick, deep = checks.latest(version), checks.latest(version, outcomes.DEEP)
    video = clip_address(submission, version, made)
    return {
        "version": version,
        "named": named(submission),
        "answers": answered(submission, "reviewers"),
        "quick": quick,
        "deep": deep,
        "deep_left": checks.seconds_left(deep, at=current.now),
        "deep_says": checks.revision(deep, current.language),
        "findings": prepared_findings(checks.telling(version)),
        "clip_seconds": clip_seconds(quick),
        "video": video,
        "leaves": leaves.of_version(submission, version),
        "subtitles": captions.addresses(submission),
        "coded": coder(video["src"] if video else "", clip_seconds(quick)),
        **{kind: picture(submission, version, made.get(kind)) for kind in PICTURES},
    }


def fetched_ahead(submission: Submission) -> dict[str, str]:
    """Addresses of the next clip's rendition and pictures, for the browser to prefetch."""
    assert submission.version is not None  # noqa: S101 - the queue holds entries with a clip
    made = checks.derivatives(current.db, submission.version)
    found = {kind: address(submission, submission.version, kind) for kind in made}
    pictures = [found[kind] for kind in ("poster", "sheet") if kind in found]
    return {"film": found.get("rendition", ""), "pictures": " ".join(pictures)}


def prepared_findings(check: Check | None) -> list[dict[str, object]]:
    """Findings with a title for people and time codes."""
    names = rule_names()
    return [
        found | {
            "title": names.get(found["rule"], found["rule"]),
            "stretches": [_stretch(*span) for span in found["at"]],
        }
        for found in checks.findings(check, current.language)
    ]


def _stretch(start: float, end: float) -> dict[str, object]:
    code = time_code(start) if int(start) == int(end) else f"{time_code(start)}–{time_code(end)}"
    return {"at": start, "code": code, "label": _("Xem đoạn %(code)s", code=code)}
