"""Numbers as pictures: where each bar and piece stands, in per cent of the width."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from contest.services.desk.agenda import Situation
from contest.services.queueing.queues import Lane
from contest.states import SubmissionState
from contest.views.shared.disk import Disk

HEIGHT = 120  # px of the tallest bar
FEW = 14  # bars that have room for their numbers


@dataclass(frozen=True)
class Bar:
    """``x`` and ``width`` in per cent of the picture, ``height`` in px."""

    day: date
    count: int
    x: float
    width: float
    height: float
    numbered: bool


@dataclass(frozen=True)
class Piece:
    """A part of a bar of 100 per cent. ``kind``: ok, look, bad, info or nothing."""

    label: str
    count: int
    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class LaneBar:
    """A lane's tasks that wait; ``width`` in per cent of the longest."""

    label: str
    count: int
    at_work: int
    since: datetime | None
    width: float


def lanes(found: Mapping[str, Lane]) -> list[LaneBar]:
    """A bar for each lane, also for one in which nobody waits."""
    labels = {
        "now": _("Ngay: kiểm tra clip, văn bản, trang công bố"), "mail": _("Thư và thông báo"),
        "soon": _("Đúng hẹn: đăng bài, lấy số tương tác, tải clip từ liên kết"),
        "later": _("Sau: kiểm tra sâu, bản xem, so trùng"),
    }
    most = max((lane.count for lane in found.values()), default=0) or 1
    return [
        LaneBar(labels[name], lane.count, lane.at_work, lane.since,
                round(100 * lane.count / most, 2))
        for name, lane in found.items()
    ]


def bars(days: Sequence[tuple[date, int]]) -> list[Bar]:
    """A bar for each day; a number on each where there are few, else on the tallest."""
    most = max((count for _day, count in days), default=0)
    step = 100 / len(days) if days else 0
    tallest = next((day for day, count in days if count == most), None)
    return [
        Bar(day, count, round(n * step + step * 0.1, 3), round(step * 0.8, 3),
            round(HEIGHT * count / max(most, 1), 1),
            count > 0 and (len(days) <= FEW or day == tallest))
        for n, (day, count) in enumerate(days)
    ]


def pieces(parts: Sequence[tuple[str, int, str]]) -> list[Piece]:
    """(label, count, kind) as the pieces of one bar; nothing of what there is none of."""
    whole = sum(count for _label, count, _kind in parts)
    found, x = [], 0.0
    for label, count, kind in parts:
        if count:
            width = 100 * count / whole
            found.append(Piece(label, count, kind, round(x, 3), round(width, 3)))
            x += width
    return found


def entries(states: Mapping[str, int]) -> list[Piece]:
    """The entries on their way, from the check to the Page."""
    def of(*names: str) -> int:
        return sum(states.get(name, 0) for name in names)

    return pieces((
        (_("Chưa gửi xong, đang kiểm tra"), of("uploading", "checking"), ""),
        (_("Phải sửa"), of("needs_fix", "changes_requested"), "bad"),
        (_("Chờ thẩm định"), of(SubmissionState.IN_REVIEW), "look"),
        (_("Đã duyệt"), of("approved"), "info"),
        (_("Đã đăng"), of("published"), "ok"),
    ))


def posts(states: Mapping[str, int]) -> list[Piece]:
    """The clips' way to the Page."""
    waiting = sum(states.get(s, 0) for s in ("waiting", "uploading", "armed", "verifying"))
    return pieces((
        (_("Đã đăng"), states.get("published", 0), "ok"),
        (_("Chờ đăng"), waiting, "info"),
        (_("Cần xem lại"), states.get("failed", 0) + states.get("unknown", 0), "bad"),
    ))


def disk(room: Disk, clips: int) -> list[Piece]:
    """The disk of the clips in bytes: this contest's, all else, free."""
    used = room.total - room.free
    return pieces((
        (_("Clip của hội thi này"), min(clips, used), "info"),
        (_("Những thứ khác"), max(0, used - clips), ""), (_("Còn trống"), room.free, "ok"),
    ))


def setting_up(found: Situation) -> list[dict[str, Any]]:
    """The steps before entries open, each done or not."""
    units, people = found.standing.units, found.people
    return _steps((
        (_("Thể lệ"), True), (_("Danh sách đơn vị"), units > 0),
        (_("Mã QR của đơn vị"), units > 0 and not found.without_link),
        (_("Thẩm định, giám khảo"), bool(people.get("reviewer") and people.get("juror"))),
        (_("Fanpage"), found.has_page or not found.posts_itself),
    ))


def closing(found: Situation) -> list[dict[str, Any]]:
    """From the last number to the published result."""
    result = found.result or ""
    done = result in ("frozen", "published")
    computed = done or result == "computed"
    return _steps((
        (_("Đủ số liệu"), computed or not found.blockers),
        (_("Khoá phiếu chấm"), found.jury_locked),
        (_("Tính kết quả"), computed), (_("Chốt kết quả"), done),
        (_("Công bố"), result == "published"),
    ))


def _steps(parts: Sequence[tuple[str, bool]]) -> list[dict[str, Any]]:
    """As the component ``timeline`` takes them: the first that is not done is where we are."""
    now = next((n for n, (_title, done) in enumerate(parts) if not done), len(parts))
    return [
        {"title": title, "state": "done" if done else "now" if n == now else "later"}
        for n, (title, done) in enumerate(parts)
    ]
