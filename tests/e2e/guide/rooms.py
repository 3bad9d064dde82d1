"""Contests that look like a real one, for the guide's pictures and films."""

from datetime import datetime

from contest.actors import SYSTEM
from contest.models import Check, Submission
from contest.services.core import profiles
from contest.services.jury import jury_round
from media_checks.report import Finding
from tests.contest.factory import QUAN11, Factory, report
from tests.contest.stage import AFTER, Stage
from tests.e2e.conftest import House

OPEN = datetime.fromisoformat("2023-06-05T09:00:00+07:00")
COUNTING = datetime.fromisoformat("2023-06-19T15:52:00+07:00")
UNITS = ("Đoàn Phường 5", "Đoàn Phường 1", "Đoàn Phường 3", "Đoàn Phường 8", "Đoàn Phường 10",
         "Chi đoàn Công an Quận 11", "Đoàn THPT Nguyễn Hiền", "Chi đoàn Bệnh viện Quận 11")
TITLES = ("Một ngày không giấy tờ", "Bà Tư học dùng điện thoại", "Hẻm 72 lên mạng",
          "Chợ Bình Thới quét mã", "Ba trách nhiệm, một hành trình", "Chiếc áo xanh trực tuyến",
          "Lớp học lúc 20 giờ", "Phòng khám không xếp hàng")
CODES = ("CX7K2MPA", "CX4T9WRB", "CX8H3NXC", "CX2V6JYD", "CX9P5QKE", "CX3R7DTF", "CX6M4GWH",
         "CX5B8LZJ")
REMINDERS = """
[reminders]
uploads = ["3d", "1d"]
fixing = ["1d"]
marking = ["2d"]
"""
WHILE_OPEN = ("needs_fix", "in_review", "in_review", "checking", "changes_requested", "approved",
              "in_review")
TOO_LONG = Finding(
    rule="duration", level="hard", outcome="fail", at=[],
    found=342.0, allowed={"min_s": 180.0, "max_s": 300.0, "tolerance_s": 1.0},
    message_vi="Clip dài 5 phút 42 giây; cho phép 3–5 phút. Hãy cắt bớt ít nhất 42 giây.",
    message_en="The clip is 5 min 42 s long; 3–5 minutes are allowed. Cut at least 42 s.",
    remedy_vi="Hãy cắt bớt ít nhất 42 giây.", remedy_en="Cut at least 42 s.",
    found_vi="5 phút 42 giây", found_en="5 min 42 s", allowed_vi="3–5 phút",
    allowed_en="3–5 minutes",
)
MARKS = ({"content": 34, "creativity": 25, "craft": 16, "influence": 8},
         {"content": 31, "creativity": 27, "craft": 17, "influence": 7})


def receiving(house: House) -> datetime:
    """Clips come in: the first unit has one to fix and one to send, the last has sent nothing."""
    with house.platform.db.write() as session:
        rules = QUAN11.read_text() + REMINDERS
        profiles.import_profile(session, rules, actor=SYSTEM, at=OPEN, reason="Đặt lịch nhắc")
    house.units += [house.make.unit(house.contest, name) for name in UNITS]
    for unit, title, code, state in zip(house.units, TITLES, CODES, WHILE_OPEN, strict=False):
        _keep(house, house.make.submission(unit, state, title=title, code=code))
    _find_too_long(house)
    sent = {"title": "Tổ dân phố số", "code": CODES[-1]}
    _keep(house, house.make.submission(house.units[0], "uploading", **sent))
    return OPEN


def _find_too_long(house: House) -> None:
    """What the check said about the first unit's clip, as the real one says it."""
    told = report("fail")
    told["facts"]["video"] = {"display_width": 1440, "display_height": 1080}
    with house.platform.db.write() as session:
        clip = house.entries["needs_fix"].version_id
        check = session.query(Check).filter_by(version_id=clip, kind="quick").one()
        check.report = told | {"findings": [TOO_LONG.to_dict()]}


def counting(house: House) -> datetime:
    """Eight minutes before the counts close: clips on the Page, jurors at work."""
    make: Factory = house.make
    house.units += [make.unit(house.contest, name) for name in UNITS]
    for unit, title, code in zip(house.units, TITLES, CODES, strict=True):
        state = "approved" if unit is house.units[-1] else "published"
        _keep(house, make.submission(unit, state, title=title, code=code))
    jurors = [house.people["juror"], make.user("juror", contest=house.contest, name="Lê Văn Bảy")]
    with house.platform.db.read() as session:
        clips = session.query(Submission).order_by(Submission.id).all()
    for juror, marks in zip(jurors, MARKS, strict=True):
        for clip in clips[:4]:
            make.ballot(clip, juror, marks)
    return COUNTING


def _keep(house: House, submission: Submission) -> None:
    house.entries.setdefault(submission.state, submission)


def closing(house: House) -> datetime:
    """All is there, the jury's round is locked: the result can be computed."""
    house.platform.__dict__["clock"].moment = AFTER
    stage = Stage(house.platform, house.make, house.contest)
    house.units = stage.units
    for clip, lack in zip(stage.clips, (1, 5, 9), strict=True):
        house.make.ballot(clip, house.people["juror"], stage.marks(lack))
    with house.platform.db.write() as session:
        jury_round.lock(session, stage.contest_now(session), actor=stage.organiser, at=AFTER)
    return AFTER


ROOMS = {"receiving": receiving, "counting": counting, "closing": closing}
