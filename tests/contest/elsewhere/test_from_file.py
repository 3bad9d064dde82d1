"""Numbers of posts from a file: which row is which post's, what is left out, what is refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed
from contest.models import (
    AuditRow,
    Contest,
    Evidence,
    PlatformCount,
    PlatformPost,
    PlatformProof,
    Result,
)
from contest.services.elsewhere import from_file, numbers, posts
from contest.services.elsewhere.from_file import Preview
from tests.contest.conftest import Visits
from tests.contest.core.together import Meeting
from tests.contest.elsewhere.platforms import WATCH, Posted
from tests.contest.factory import Factory
from tests.contest.stage import COUNTED

HEAD = "Mã clip,Nền tảng,Lượt thích,Chia sẻ,Bình luận,Lượt xem,Liên kết"
TIKTOK = "https://www.tiktok.com/@doan/video/12345"
HOUR = timedelta(hours=1)


class Desk(Posted):
    """The first clip has posts on YouTube and TikTok, the second one on YouTube."""

    def __init__(self, make: Factory, contest: Contest, folder: Path) -> None:
        super().__init__(make, contest)
        self.path = folder / "so-lieu.csv"
        self.one, self.tiktok = self.enter(0, WATCH.format(1)), self.enter(0, TIKTOK)
        self.two = self.enter(1, WATCH.format(2))
        self.codes = [clip.code for clip in self.clips]

    def file(self, *lines: str, head: str = HEAD) -> Path:
        """``A``, ``B``, ``C`` in a line stand for the clips' codes."""
        names = dict(zip("ABC", self.codes, strict=True))
        written = [",".join(names.get(cell, cell) for cell in line.split(",")) for line in lines]
        self.path.write_text("\n".join((head, *written)), "utf-8")
        return self.path

    def preview(self, *lines: str, at: datetime = COUNTED) -> Preview:
        path = self.file(*lines)
        with self.make.platform.db.read() as session:
            return from_file.preview(session, self.now(session), path, taken_at=at, at=self.make.at)

    def apply(self, *lines: str, taken_at: datetime = COUNTED, reason: str = "") -> int:
        path = self.file(*lines) if lines else self.path
        with self.make.platform.db.write() as session:
            return from_file.apply(
                session, self.now(session), path, filename=path.name, taken_at=taken_at,
                actor=self.organiser, at=self.make.at, late_reason=reason)

    def rows(self, table: Any) -> Sequence[Any]:
        with self.make.platform.db.read() as session:
            return session.scalars(select(table).order_by(table.id)).all()

    def codes_of(self, *lines: str) -> list[tuple[int | None, str, str]]:
        return [(one.row, one.code, one.level) for one in self.preview(*lines).problems]


@pytest.fixture
def desk(make: Factory, contest: Contest, clock: FixedClock, tmp_path: Path) -> Desk:
    clock.moment = COUNTED
    return Desk(make, contest, tmp_path)


def test_a_row_finds_its_post_by_link_or_by_code_and_platform(desk: Desk) -> None:
    plan = desk.preview(
        "A,youtube,5,,,100,", f",,,3,,,{TIKTOK}?is_from_webapp=1", "B,,7,,,,")
    assert plan.usable and plan.problems == []
    lines = {line.known.counted.post.id: line.values for line in plan.lines}
    assert lines == {desk.one.id: {"likes": 5, "views": 100}, desk.tiktok.id: {"shares": 3},
                     desk.two.id: {"likes": 7}}


@pytest.mark.parametrize(("line", "code"), [
    ("A,,5,,,,", "which_post"), ("C,,5,,,,", "unknown_clip"), ("A,Zalo,5,,,,", "unknown_clip"),
    ("A,MySpace,5,,,,", "unknown_platform"), (f"B,,5,,,,{WATCH.format(1)}", "link_differs"),
    (f"A,TikTok,5,,,,{WATCH.format(1)}", "platform_differs"),
    (f"A,,5,,,,{WATCH.format(9)}", "unknown_post"), ("A,,5,,,,https://vimeo.com/1", "bad_link"),
    ("A,,5,,,,https://vm.tiktok.com/x", "bad_link"), ("A,,5,,,,xyz", "bad_link"),
    ("A,YouTube,1.2K,,,,", "not_a_count"), (",YouTube,5,,,,", "no_post"),
])
def test_a_row_that_is_wrong_stops_the_file(desk: Desk, line: str, code: str) -> None:
    lines = ("B,YouTube,9,,,,", line)
    assert (3, code, "error") in desk.codes_of(*lines)
    with pytest.raises(Invalid, match="Nothing was imported"):
        desk.apply()
    assert desk.rows(PlatformCount) == [] and desk.rows(Evidence) == []


def test_a_post_that_comes_twice_is_told(desk: Desk) -> None:
    lines = ("A,YouTube,5,,,,", f",,6,,,,{WATCH.format(1)}")
    assert desk.codes_of(*lines) == [(3, "twice", "error")]


def test_blank_rows_and_absent_posts_are_named(desk: Desk) -> None:
    plan = desk.preview("A,YouTube,5,,,,", "A,TikTok,,,,,")
    assert plan.usable and [one.known.counted.post.id for one in plan.blank] == [desk.tiktok.id]
    assert [one.counted.post.id for one in plan.absent] == [desk.two.id]
    assert desk.codes_of("A,TikTok,,,,,") == [(None, "no_figures", "error")]


def test_a_link_that_was_taken_back_is_no_post(desk: Desk) -> None:
    with desk.make.platform.db.write() as session:
        posts.withdraw(session, session.get_one(PlatformPost, desk.two.id), actor=desk.organiser,
                       at=desk.make.at)
    assert desk.codes_of("B,YouTube,5,,,,") == [(2, "unknown_clip", "error")]


def test_an_import_is_kept_with_its_file_and_counts(desk: Desk) -> None:
    desk.tell(desk.one, likes=2, comments=4, taken_at=COUNTED - HOUR)
    assert desk.apply("A,YouTube,5,,,100,", "A,TikTok,,3,,,") == 2
    with desk.make.platform.db.read() as session:
        found = {one.post.id: one for one in numbers.counted(session, desk.now(session))[
            desk.clips[0].id]}
    assert found[desk.one.id].values == {"likes": 5, "shares": None, "comments": 4, "views": 100}
    assert found[desk.tiktok.id].values["shares"] is None  # two people: it waits for the second
    [kept] = desk.rows(Evidence)
    assert (kept.kind, kept.filename) == ("counts", "so-lieu.csv")
    assert {one.evidence_id for one in desk.rows(PlatformProof)} == {kept.id}
    assert len(desk.rows(PlatformProof)) == 2
    assert "platform.imported" in {one.action for one in desk.rows(AuditRow)}


def test_the_same_file_twice_adds_nothing(desk: Desk) -> None:
    assert desk.apply("A,YouTube,5,,,,") == 1
    plan = desk.preview("A,YouTube,5,,,,")
    assert plan.already is not None and not plan.usable
    assert desk.apply() == 0 and len(desk.rows(PlatformCount)) == 1


def test_the_same_file_at_once_counts_once(desk: Desk) -> None:
    desk.file("A,YouTube,5,,,,", "B,YouTube,6,,,,")
    outcomes = Meeting(desk.make.platform.db, desk.apply, desk.apply,
                       at="INSERT INTO evidence").outcomes
    assert outcomes == [2, 0]
    assert len(desk.rows(PlatformCount)) == 2


def test_what_falls_and_what_jumps_is_marked(desk: Desk) -> None:
    desk.tell(desk.one, likes=50, taken_at=COUNTED - HOUR)
    desk.tell(desk.two, likes=50, taken_at=COUNTED - HOUR)
    plan = desk.preview("A,YouTube,49,,,,", "B,YouTube,250,,,,")
    assert [(line.drops, line.jumps) for line in plan.lines] == [(True, False), (False, True)]


def test_a_late_file_needs_a_reason_and_a_second_person(
    desk: Desk, clock: FixedClock, contest: Contest
) -> None:
    late = COUNTED + 3 * HOUR
    clock.moment = late
    assert desk.preview("A,YouTube,5,,,,", at=late).late
    with pytest.raises(Invalid, match="need a reason"):
        desk.apply(taken_at=late)
    assert desk.apply(taken_at=late, reason="Mất điện") == 1
    with desk.make.platform.db.read() as session:
        [waiting] = numbers.waiting(session, desk.now(session))
        assert (waiting.likes, waiting.late_reason) == (5, "Mất điện")


def test_a_moment_ahead_and_others_are_refused(desk: Desk) -> None:
    with pytest.raises(Invalid, match="future"):
        desk.apply("A,YouTube,5,,,,", taken_at=COUNTED + HOUR)
    desk.organiser = desk.make.actor(desk.make.user("reviewer", contest=desk.contest))
    with pytest.raises(NotAllowed):
        desk.apply()


def test_nothing_is_stored_while_counts_are_locked(desk: Desk) -> None:
    desk.make.add(Result(
        contest_id=desk.contest.id, number=1, state="frozen", input_sha256="0" * 64,
        output_sha256="0" * 64, profile_revision_id=desk.contest.revision_id,
        input={}, output={}, names={},
        created_by="user:1", created_at=COUNTED, frozen_at=COUNTED,
    ))
    with pytest.raises(Conflict, match="frozen"):
        desk.apply("A,YouTube,5,,,,")
    assert desk.rows(PlatformCount) == []


# ---------------------------------------------------------------------------------- on the screen


class Screen:
    def __init__(self, desk: Desk, visit: Visits) -> None:
        self.desk, self.browser = desk, visit.role("organiser").english()
        self.at = f"/c/{desk.contest.slug}/organiser/elsewhere"

    def uploaded(self, content: bytes, name: str = "tep.csv", at: str = "2023-06-19T14:00") -> Any:
        return self.browser.post(
            f"{self.at}/import", data={"file": (BytesIO(content), name), "taken_at": at})


@pytest.fixture
def screen(desk: Desk, visit: Visits) -> Screen:
    return Screen(desk, visit)


def test_the_template_is_filled_in_previewed_and_applied(screen: Screen) -> None:
    assert "/elsewhere/import" in screen.browser.get(screen.at).text
    chosen = screen.browser.get(f"{screen.at}/import").text
    assert f"{screen.at}/import/template.xlsx" in chosen
    book = load_workbook(BytesIO(screen.browser.get(f"{screen.at}/import/template.xlsx").data))
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    first, second, _ = screen.desk.codes
    posted = [(first, "YouTube"), (first, "TikTok"), (second, "YouTube")]
    assert [(row[0], row[1]) for row in rows] == sorted(posted, key=lambda one: one[0])
    book.worksheets[0].cell(2, 3, 41)
    filled = BytesIO()
    book.save(filled)
    shown = screen.uploaded(filled.getvalue(), "mau.xlsx").text
    for words in ("1 post will be counted", ">41<", "Row 3", "Row 4"):
        assert words in shown, words
    token = shown.partition('name="token" type="hidden" value="')[2].partition('"')[0]
    done = screen.browser.post(f"{screen.at}/import/apply", data={"token": token},
                               follow_redirects=True)
    assert "Numbers of 1 post are recorded." in done.text
    again = screen.browser.post(f"{screen.at}/import/apply", data={"token": token},
                                follow_redirects=True)
    assert "This file was imported before" in again.text
    assert screen.desk.rows(PlatformCount)[0].likes == 41


@pytest.mark.parametrize("content", [
    b"", b"\xff\xfe\x00", b"PK\x03\x04", b'"', "Mã clip,Lượt xem\r1,".encode() + b"9" * 5000,
    b",".join(b"c%d" % n for n in range(10_001)), "Mã clip,Cảm xúc\nCX1,5".encode(),
    "Mã clip,Ngày,Lượt xem\nCX1,2/6/2023,3".encode(), "Mã clip,Lượt xem\nCX1,3".encode(),
], ids=lambda content: repr(content[-12:]))
def test_no_file_is_answered_with_an_error_of_ours(screen: Screen, content: bytes) -> None:
    shown = screen.uploaded(content)
    said = {200: "notice notice--bad", 422: "field__error"}
    assert said[shown.status_code] in shown.text
    assert screen.desk.rows(PlatformCount) == []


def test_without_a_file_or_a_moment_the_form_says_so(screen: Screen) -> None:
    missing = screen.browser.post(f"{screen.at}/import", data={})
    assert missing.status_code == 422 and "Please say when the numbers were seen." in missing.text
    assert screen.browser.post(f"{screen.at}/import/apply", data={}).status_code == 303
    forged = screen.browser.post(f"{screen.at}/import/apply", data={"token": "x"})
    assert forged.status_code == 422


def test_rules_without_a_platform_take_no_file(make: Factory, visit: Visits) -> None:
    plain = make.contest("khac")
    browser = visit.user(make.user("organiser", contest=plain)).english()
    at = f"/c/{plain.slug}/organiser/elsewhere/import"
    assert "count no other platform" in browser.get(at).text
    assert browser.post(at, data={}).status_code == 409
