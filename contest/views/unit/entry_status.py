"""Texts for a unit about its entry: its steps, findings, and what to do next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from contest.languages import write_deadline
from contest.models import Check, Derivative, Submission
from contest.profile import Profile
from contest.services.entry import checks, submissions
from contest.states import REPLACEABLE, SubmissionState
from contest.views.shared.clips import address, rule_names
from contest.views.shared.support import current

__all__ = ["OUT", "REPLACEABLE", "findings", "latest_check", "steps", "todo", "versions"]

OUT = frozenset({SubmissionState.WITHDRAWN, SubmissionState.DISQUALIFIED})
CHECKED = (
    SubmissionState.IN_REVIEW,
    SubmissionState.CHANGES_REQUESTED,
    SubmissionState.APPROVED,
    SubmissionState.PUBLISHED,
)
REVIEWED = (SubmissionState.APPROVED, SubmissionState.PUBLISHED)
WAIT_FOR_UNIT = (
    SubmissionState.UPLOADING, SubmissionState.NEEDS_FIX, SubmissionState.CHANGES_REQUESTED,
)


def steps(
    submission: Submission, profile: Profile, announced_at: datetime | None = None
) -> list[dict[str, Any]]:
    """An entry's steps for the timeline; ``at`` is an instant or None. ``announced_at``: when the
    contest's result was published; from then on nothing is said of what is still to be done."""
    version = submission.version
    check = latest_check(submission)
    until = "" if announced_at else _until(submission, profile)
    found = [
        _step(_("Đã lưu phiếu dự thi"), "done", submission.created_at),
        _step(
            _("Đã nhận clip") if version else _("Gửi clip"), _sent_state(submission),
            version.received_at if version else None,
            "" if version else until,
        ),
        _step(
            _("Kiểm tra kỹ thuật"), _check_state(submission), check.finished_at if check else None,
            until if submission.state == SubmissionState.NEEDS_FIX else "",
        ),
        _step(
            _("Thẩm định nội dung"), _review_state(submission), None,
            _asked(submission, profile, until, announced=bool(announced_at)),
        ),
        _step(
            _("Đăng lên Fanpage") if profile.on_page else _("Công bố các clip"),
            _published_state(submission), profile.release_at,
            "" if announced_at else _(
                "Các clip được đăng cùng lúc khi bắt đầu thời gian tuyên truyền."),
        ),
        _step(
            _("Công bố kết quả"), "done" if announced_at else "later",
            announced_at or profile.schedule.awards,
        ),
    ]
    if submission.state in OUT:
        found = [s for s in found if s["state"] == "done"] + [_ended(submission)]
    return found


def _step(title: str, state: str, at: datetime | None, text: str = "") -> dict[str, Any]:
    return {"title": title, "state": state, "at": at, "text": text}


def _sent_state(submission: Submission) -> str:
    return "done" if submission.version else "now"


def _check_state(submission: Submission) -> str:
    if submission.state == SubmissionState.CHECKING:
        return "now"
    if submission.state == SubmissionState.NEEDS_FIX:
        return "bad"
    return "done" if submission.state in CHECKED else "later"


def _review_state(submission: Submission) -> str:
    if submission.state == SubmissionState.IN_REVIEW:
        return "now"
    if submission.state == SubmissionState.CHANGES_REQUESTED:
        return "bad"
    return "done" if submission.state in REVIEWED else "later"


def _published_state(submission: Submission) -> str:
    if submission.state == SubmissionState.APPROVED:
        return "now"
    return "done" if submission.state == SubmissionState.PUBLISHED else "later"


def _asked(submission: Submission, profile: Profile, until: str, *, announced: bool) -> str:
    """The changes requested and their deadline; while in review, what follows."""
    if submission.state == SubmissionState.CHANGES_REQUESTED:
        return f"{submission.state_reason} {until}".strip()
    if submission.state != SubmissionState.IN_REVIEW or announced:
        return ""
    if profile.on_page:
        return str(_("Được duyệt thì lên lịch đăng."))
    return str(_("Được duyệt thì mở cho mọi người xem vào giờ công bố.") if profile.on_site
               else _("Được duyệt thì vào vòng chấm của Ban giám khảo."))


def _until(submission: Submission, profile: Profile) -> str:
    close = submissions.closes_at(profile, submission)
    said = write_deadline(close, profile.schedule.zone, current.language)
    return str(_("Hạn gửi: %(time)s.", time=said))


def _ended(submission: Submission) -> dict[str, Any]:
    withdrawn = submission.state == SubmissionState.WITHDRAWN
    title = _("Đã rút bài dự thi") if withdrawn else _("Bị loại khỏi hội thi")
    return _step(title, "bad", submission.updated_at, submission.state_reason)


def todo(
    submission: Submission, *, may_send: bool, counting: bool = True, announced: bool = False,
    ranked: bool = False,
) -> str:
    """One sentence on what to do or expect next; nothing that would be refused, or no longer
    counts (``counting``: before the cut-off; ``announced``: the result is public; ``ranked``: the
    entry is in it)."""
    if announced and not ranked and submission.state not in OUT:
        return str(_("Kết quả hội thi đã được công bố; bài này không có trong kết quả."))
    if submission.state in WAIT_FOR_UNIT and not may_send:
        return str(_("Thời hạn gửi clip đã hết. Hãy liên hệ Ban Tổ chức."))
    if ranked:
        return str(_("Kết quả hội thi đã được công bố. Cảm ơn đơn vị đã tham gia."))
    if submission.state == SubmissionState.PUBLISHED and not counting:
        return str(_("Clip đã được đăng; số tương tác đã chốt."))
    sentences = {
        SubmissionState.UPLOADING: _(
            "Phiếu đã lưu, clip chưa gửi xong. Hãy gửi clip trước khi hết hạn."
        ),
        SubmissionState.CHECKING: _(
            "Clip đang được kiểm tra. Bạn có thể rời trang này rồi quay lại xem."
        ),
        SubmissionState.NEEDS_FIX: _(
            "Clip chưa đạt yêu cầu kỹ thuật. Hãy sửa theo hướng dẫn rồi gửi lại."
        ),
        SubmissionState.IN_REVIEW: _("Clip đạt yêu cầu kỹ thuật và đang chờ thẩm định nội dung."),
        SubmissionState.CHANGES_REQUESTED: _(
            "Ban thẩm định đề nghị chỉnh sửa. Hãy sửa rồi gửi clip mới."
        ),
        SubmissionState.APPROVED: _("Clip đã được duyệt và sẽ được đăng lên Fanpage."),
        SubmissionState.PUBLISHED: _("Clip đã được đăng. Hãy mời mọi người xem và bình chọn."),
        SubmissionState.WITHDRAWN: _(
            "Bài này đã rút. Muốn đưa bài trở lại, hãy liên hệ Ban Tổ chức."
        ),
        SubmissionState.DISQUALIFIED: _("Bài này không còn trong hội thi."),
    }
    if not current.profile.on_page:
        sentences |= _without_a_page(current.profile)
    return str(sentences[SubmissionState(submission.state)])


def _without_a_page(profile: Profile) -> dict[SubmissionState, str]:
    """What is said where nothing is posted."""
    return {
        SubmissionState.APPROVED: _("Clip đã được duyệt."),
        SubmissionState.PUBLISHED: (
            _("Clip đã được mở cho mọi người xem trên trang của hội thi.")
            if profile.on_site else _("Clip đã vào vòng chấm của Ban giám khảo.")
        ),
    }


def latest_check(submission: Submission) -> Check | None:
    """The quick check of the current clip, which the unit waits for."""
    return checks.latest(submission.version) if submission.version else None


def versions(submission: Submission) -> list[dict[str, Any]]:
    """Every clip sent, the newest first, each with its verdict."""
    return [
        {"version": v, "verdict": check.verdict if (check := checks.latest(v)) else None}
        for v in reversed(submission.versions)
    ]


def findings(submission: Submission) -> list[dict[str, Any]]:
    """All findings that apply, faults first."""
    check = checks.telling(submission.version) if submission.version else None
    names = rule_names()
    return [
        {**found, "title": names.get(found["rule"], found["rule"])}
        for found in checks.findings(check, current.language)
    ]


# Which of the kinds of repair (``media_checks.repairs``) mends what a rule finds.
MENDED_BY = {"aspect_ratio": "frame", "borders": "borders", "duration": "length",
             "audio_level": "sound", "audio_silent": "sound"}  # fmt: skip


def with_help(found: list[dict[str, Any]], offered: list[str]) -> list[dict[str, Any]]:
    """The findings, each with ``mend``: whether the platform can repair that very fault."""
    return [
        one | {"mend": one["kind"] != "ok" and MENDED_BY.get(one["rule"]) in offered}
        for one in found
    ]


def to_watch(submission: Submission, made: Mapping[str, Derivative]) -> dict[str, Any] | None:
    """The newest clip to watch: its rendition, until there is one what was sent. ``made``: the
    files made from it, by kind."""
    version = submission.version
    if version is None:
        return None
    if "rendition" not in made and version.bytes_gone_at is not None:
        return None
    kind = "rendition" if "rendition" in made else "original"
    return {
        "src": address(submission, version, kind), "rendition": kind == "rendition",
        "poster": address(submission, version, "poster") if "poster" in made else "",
    }
