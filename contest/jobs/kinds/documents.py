"""A document: judged by its file, then drawn page by page for those who read it on a screen."""

from pathlib import Path

import media_checks
from contest.jobs.clips import ProgressReporter
from contest.jobs.kinds.making import made_file, made_leaf, unreadable
from contest.ports import Unreadable
from contest.services.checking.leaves import PAGE, TEXT
from contest.services.checking.outcomes import CheckJob, Outcome
from contest.wiring import Platform

JPEG, PLAIN = "image/jpeg", "text/plain"


def _not_drawn() -> media_checks.Unreadable:
    return media_checks.Unreadable(
        "Không mở được tài liệu để xem từng trang: tệp hỏng hoặc quá nặng để vẽ. Hãy mở tệp trên "
        "máy, lưu lại thành PDF rồi gửi bản đó.",
        "The document cannot be drawn page by page: the file is damaged or too heavy. Open it on "
        "your computer, save it as a PDF and send that.",
    )


def judge(
    platform: Platform, work: CheckJob, file: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    raise NotImplementedError


def draw(
    platform: Platform, work: CheckJob, file: Path, folder: Path, tell: ProgressReporter
) -> Outcome:
    """The deep check: every page as a picture, the words beside them. A document that passed and
    cannot be drawn is refused with a sentence, before anybody marks it."""
    try:
        drawn = platform.pages.draw(file, folder)
    except Unreadable:
        return unreadable(_not_drawn(), None)
    tell(0.9)
    leaves = [made_leaf(platform, drawn.text, TEXT, 1, PLAIN)]
    leaves += [
        made_leaf(platform, path, PAGE, number, JPEG, width=width, height=height)
        for number, (path, (width, height)) in enumerate(drawn.pages, 1)
    ]
    poster = [made_file(platform, drawn.poster, "poster", JPEG, {})] if drawn.poster else []
    return Outcome("pass", {"words_alone": True} if drawn.words_alone else {}, poster,
                   leaves=leaves)
