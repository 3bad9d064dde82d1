"""What the checks of every kind share: stored files, the antivirus, a file that is unreadable."""

from collections.abc import Mapping
from pathlib import Path

import media_checks
from contest.jobs.clips import store
from contest.profile import kind_policies
from contest.profile.entries import spoken
from contest.services.checking.leaves import MadeLeaf
from contest.services.checking.outcomes import CheckJob, DerivedFile, Outcome
from contest.wiring import Platform


def made_file(
    platform: Platform, path: Path, kind: str, media_type: str, facts: dict[str, object]
) -> DerivedFile:
    size = path.stat().st_size
    data = {name: value for name, value in facts.items() if name != "file"}
    return DerivedFile(kind, store(platform, path), size, media_type, data)


def made_leaf(
    platform: Platform, path: Path, kind: str, number: int, media_type: str, **facts: object
) -> MadeLeaf:
    size = path.stat().st_size
    return MadeLeaf(kind, number, store(platform, path), size, media_type, facts)


def policy_of(work: CheckJob) -> media_checks.Policy:
    """What the contest asks of such an entry."""
    return media_checks.load_policy(kind_policies.policy(work.entry), name=work.policy_name)


def policy_named(policy: media_checks.Policy) -> dict[str, str]:
    """What a report names of the rules that it was made by."""
    return {"name": policy.name, "revision": policy.revision}


def infected(
    platform: Platform, clip: Path, kind: str = "clip"
) -> media_checks.Unreadable | None:
    """What the antivirus says, before anything opens the file. Raises ``ScanUnavailable``."""
    found = platform.antivirus.scan(clip) if platform.antivirus else None
    if not found:
        return None
    vi = (f"Tệp có mã độc ({found}) nên không được kiểm tra. Hãy quét máy đã xuất clip rồi "
          "xuất lại.")
    en = (f"The file carries malware ({found}) and was not checked. Scan the computer that the "
          "clip was made on and export it again.")
    return media_checks.Unreadable(spoken(vi, kind, "vi"), spoken(en, kind, "en"))


NOT_READABLE = {"found_vi": "không đọc được", "found_en": "not readable"}
MALWARE = {"found_vi": "có mã độc", "found_en": "malware"}


def unreadable(
    error: media_checks.Unreadable, policy: dict[str, str] | None,
    found: Mapping[str, str] = NOT_READABLE,
) -> Outcome:
    """The outcome of a file that is no clip, shaped like a report with one finding."""
    finding = {
        "rule": "intact", "level": "hard", "outcome": "fail", "found": ["unreadable"],
        "allowed": [], "at": [], **found,
        "allowed_vi": "tệp đầy đủ", "allowed_en": "a complete file", **error.to_dict(),
    }
    report: dict[str, object] = {"verdict": "unreadable", "facts": {}, "findings": [finding]}
    return Outcome("unreadable", report | ({"policy": policy} if policy else {}))
