"""A document: judged by its file, then drawn page by page for those who read it on a screen."""

from pathlib import Path
from typing import Any

import media_checks
from contest.jobs.clips import ProgressReporter
from contest.jobs.kinds.making import (
    MALWARE,
    infected,
    made_file,
    made_leaf,
    policy_named,
    policy_of,
    unreadable,
)
from contest.ports import DrawnPages, Unreadable
from contest.profile import kind_policies
from contest.services.checking.leaves import PAGE, TEXT, MadeLeaf
from contest.services.checking.outcomes import CheckJob, Outcome
from contest.wiring import Platform

JPEG, PLAIN = "image/jpeg", "text/plain"
PAGES = "pages"  # the rule of media_checks
DRAWN = 0.9  # the share of the work that is done then


def judge(
    platform: Platform, work: CheckJob, file: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    """The quick check: what the file is, its pages and words."""
    policy = policy_of(work)
    if found := infected(platform, file, work.entry.kind):
        return unreadable(found, policy_named(policy), MALWARE)
    try:
        report = media_checks.check([file], policy, names=[work.filename], progress=tell)
    except media_checks.Unreadable as error:
        return unreadable(error, policy_named(policy))
    taken = report.fingerprint.to_dict() if report.fingerprint else None
    return Outcome(report.verdict, report.to_dict(), fingerprint=taken)


def draw(
    platform: Platform, work: CheckJob, file: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    """The deep check: every page as a picture, the words beside them. How many pages a Word file
    has is known only now, and judged. What passed and cannot be drawn is refused with a sentence,
    before anybody marks it."""
    drawn_to = folder / "pages"
    drawn_to.mkdir()
    try:
        drawn = platform.pages.draw(file, drawn_to)
    except Unreadable:
        return unreadable(_not_drawn(), None)
    tell(DRAWN)
    verdict, report = _judged_again(work, file, drawn)
    poster = [made_file(platform, drawn.poster, "poster", JPEG, {})] if drawn.poster else []
    return Outcome(verdict, report, poster, leaves=_leaves(platform, drawn))


def _leaves(platform: Platform, drawn: DrawnPages) -> list[MadeLeaf]:
    words = made_leaf(platform, drawn.text, TEXT, 1, PLAIN)
    return [words, *(
        made_leaf(platform, path, PAGE, number, JPEG, width=width, height=height)
        for number, (path, (width, height)) in enumerate(drawn.pages, 1)
    )]


def _judged_again(
    work: CheckJob, file: Path, drawn: DrawnPages
) -> tuple[str, dict[str, Any]]:
    """Verdict and report, of a Word file with the pages that it was printed to; of what was judged
    for good already a pass without a report."""
    table = kind_policies.policy(work.entry)
    pages = {name: rule for name, rule in table["rules"].items() if name == PAGES}
    if drawn.printed is None or not pages:
        return "pass", {}
    of_pages = media_checks.load_policy(table | {"rules": pages}, name=work.policy_name)
    report = media_checks.check([file], policy_of(work), names=[work.filename])
    printed = media_checks.check([drawn.printed], of_pages).findings
    findings = [one for one in report.findings if one.rule != PAGES] + printed
    verdict = media_checks.verdict(findings)
    told = {"verdict": verdict, "findings": [one.to_dict() for one in findings]}
    return verdict, report.to_dict() | told


def _not_drawn() -> media_checks.Unreadable:
    return media_checks.Unreadable(
        "Không mở được tài liệu để xem từng trang: tệp hỏng hoặc quá nặng để vẽ. Hãy mở tệp trên "
        "máy, lưu lại thành PDF rồi gửi bản đó.",
        "The document cannot be drawn page by page: the file is damaged or too heavy. Open it on "
        "your computer, save it as a PDF and send that.",
    )
