"""A text that was written on the platform's own page: judged and shown as it is."""

from pathlib import Path

import media_checks
from contest.jobs.clips import ProgressReporter
from contest.jobs.kinds.making import policy_of
from contest.services.checking.leaves import TEXT, MadeLeaf
from contest.services.checking.outcomes import CheckJob, Outcome
from contest.wiring import Platform


def judge(
    platform: Platform, work: CheckJob, file: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    """The quick check: words, and whether they say anything. The stored text is its own leaf."""
    policy = policy_of(work)
    report = media_checks.check_text(file.read_text("utf-8"), policy)
    leaf = MadeLeaf(TEXT, 1, work.sha256, file.stat().st_size, "text/plain")
    taken = report.fingerprint.to_dict() if report.fingerprint else None
    return Outcome(report.verdict, report.to_dict(), (), taken, [leaf])
