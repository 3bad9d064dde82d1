"""Files of counts: which row becomes which clip's count, what is left out, and what is refused."""

import csv
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from contest.errors import Invalid
from contest.models import Evidence, Publication, Snapshot
from contest.services.counts import interactions
from tests.contest.counts.test_interactions import CUT_OFF, HOUR, Room, template, two_posted
from tests.contest.posting import Bench
from tests.contest.stage import Build

HEADINGS = "Post ID,Page ID,Page name,Publish time,Permalink,Description,Is share,Is crosspost,Date"
OTHER = "https://www.facebook.com/x/posts/777777"


@pytest.fixture
def room(bench: Bench, built: Build) -> Room:
    return two_posted(built, bench)


def export(path: Path, *rows: dict[str, object]) -> Path:
    """A file as Business Suite writes it; what a row does not say is blank."""
    names = [*HEADINGS.split(","), "Reactions", "Comments", "Shares"]
    lines = [",".join(str(row.get(name, "")) for name in names) for row in rows]
    path.write_text("\n".join((",".join(names), *lines)), "utf-8-sig")
    return path


def own(room: Room, submission: object, **more: object) -> dict[str, object]:
    """The row of a clip's own post, told by its id alone."""
    found = room.bench.publication(submission)  # type: ignore[arg-type]
    assert found.post_id
    return {"Post ID": found.post_id.rpartition("_")[2], "Reactions": 5, "Shares": 1, **more}


def unposted(room: Room, code: str) -> None:
    """A clip posted by hand of whose post nothing readable is known."""
    submission = room.make.submission(room.make.unit(room.bench.contest), "published", code=code)
    with room.bench.platform.db.write() as session:
        row = session.get_one(Publication, room.bench.publication(submission).id)
        row.post_id = row.video_id = None
        row.permalink = "https://fb.watch/aBcD/"


def counted(room: Room, path: Path) -> dict[str, int | None]:
    plan = room.preview(path)
    return {line.clip.code: line.row.reactions for line in plan.lines}


def codes(room: Room, path: Path) -> list[tuple[int | None, str, str]]:
    return [(one.row, one.code, one.level) for one in room.preview(path).problems]


# ------------------------------------------------------------------------------------- matching


def test_an_export_matches_by_id_then_link_then_caption(room: Room, tmp_path: Path) -> None:
    unposted(room, "CX-33AA")
    two = room.bench.publication(room.two)
    path = export(
        tmp_path / "e.csv", own(room, room.one, Reactions=1),
        {"Post ID": "1.2E+17", "Permalink": f"{two.permalink}?mibextid=x", "Reactions": 2},
        {"Post ID": "777", "Permalink": OTHER, "Description": "Xem #CX-33AA nhé", "Reactions": 3},
        {"Post ID": "888", "Description": "Bài khác của Trang", "Reactions": 400},
    )
    assert counted(room, path) == {"CX1111": 1, "CX2222": 2, "CX-33AA": 3}
    assert [row.post_id for row in room.preview(path).unmatched] == ["888"]
    assert codes(room, path) == [
        (3, "id_lost_digits", "warning"), (4, "by_caption", "warning"),
    ]
    assert room.apply(path) == 3


def test_a_thank_you_that_names_a_clip_is_not_its_count(room: Room, tmp_path: Path) -> None:
    thanks = {"Post ID": "777", "Permalink": OTHER, "Description": "Mừng #CX1111", "Reactions": 900}
    alone = export(tmp_path / "a.csv", thanks, own(room, room.two))
    assert counted(room, alone) == {"CX2222": 5}
    assert codes(room, alone) == [(2, "names_clip", "skipped")]
    plan = room.preview(alone)
    assert [row.post_id for row in plan.unmatched] == ["777"]
    assert [clip.code for clip in plan.absent] == ["CX1111"]
    beside = export(tmp_path / "b.csv", thanks, own(room, room.one))
    assert counted(room, beside) == {"CX1111": 5}
    assert "another post that names the clip CX1111" in room.preview(beside).problems[0].message_en


def test_two_posts_that_name_an_unknown_clip_are_both_left_out(room: Room, tmp_path: Path) -> None:
    unposted(room, "CX3333")
    rows = [{"Post ID": str(n), "Description": "#CX3333", "Reactions": n} for n in (777, 888)]
    path = export(tmp_path / "e.csv", own(room, room.one), *rows)
    assert counted(room, path) == {"CX1111": 5}
    assert codes(room, path) == [(3, "names_clip", "skipped"), (4, "names_clip", "skipped")]


def test_a_post_that_names_many_clips_is_none_of_them(room: Room, tmp_path: Path) -> None:
    unposted(room, "CX3333")
    unposted(room, "CX4444")
    row = {"Post ID": "777", "Description": "Bình chọn #CX3333 và #CX4444", "Reactions": 9}
    path = export(tmp_path / "e.csv", row, own(room, room.one))
    assert counted(room, path) == {"CX1111": 5}
    assert codes(room, path) == [(2, "names_clips", "skipped")]


def test_a_row_by_id_goes_before_one_by_link(room: Room, tmp_path: Path) -> None:
    link = room.bench.publication(room.one).permalink
    by_link = {"Post ID": "777", "Permalink": link, "Reactions": 70}
    path = export(tmp_path / "e.csv", by_link, own(room, room.one))
    assert counted(room, path) == {"CX1111": 5}
    assert codes(room, path) == [(2, "names_clip", "skipped")]


@pytest.mark.parametrize("tag", [
    "#CX3333", "#cx3333", "# CX3333", "#CX-3333", "#CX 3333", "＃ＣＸ３３３３", "#CX\u200b3333",
])
def test_a_code_in_a_caption_is_read_however_it_is_written(
    room: Room, tmp_path: Path, tag: str
) -> None:
    unposted(room, "CX3333")
    row = {"Post ID": "777", "Description": f"Bài dự thi {tag} của chi đoàn", "Reactions": 3}
    assert counted(room, export(tmp_path / "e.csv", row)) == {"CX3333": 3}


@pytest.mark.parametrize(
    "code", ["#CX1111", "cx1111", " cx 1111 ", "CX-1111", "ＣＸ１１１１", "#cx–1111"]
)
def test_a_code_in_a_cell_or_typed_is_read_however_it_is_written(
    room: Room, tmp_path: Path, code: str
) -> None:
    assert counted(room, template(tmp_path / "t.xlsx", (code, 7, 1, None))) == {"CX1111": 7}
    with room.write() as (session, contest):
        assert interactions.of_code(session, contest, code).id == room.one.id


def test_a_clip_that_comes_twice_is_said_once(room: Room, tmp_path: Path) -> None:
    path = template(tmp_path / "t.xlsx", ("CX1111", 7, 1), ("#cx-1111", 8, 1))
    assert codes(room, path) == [(3, "twice", "error")]
    twice = export(tmp_path / "e.csv", own(room, room.one), own(room, room.one))
    assert codes(room, twice) == [(3, "twice", "error")]


def test_a_shared_post_stops_nothing_but_its_own_row(room: Room, tmp_path: Path) -> None:
    shared = {"Post ID": "777", "Description": "#CX1111", "Is share": 1}
    path = export(tmp_path / "e.csv", shared, own(room, room.one, **{"Is share": 0}))
    assert codes(room, path) == [(2, "shared_post", "skipped")]
    assert room.apply(path) == 1


def test_a_crosspost_of_the_same_video_is_left_out(room: Room, tmp_path: Path) -> None:
    link = room.bench.publication(room.one).permalink
    cross = {"Post ID": "777", "Permalink": link, "Is crosspost": 1, "Reactions": 70}
    path = export(tmp_path / "e.csv", cross, own(room, room.one))
    assert counted(room, path) == {"CX1111": 5}
    assert codes(room, path) == [(2, "crosspost", "skipped")]


def test_a_template_whose_code_and_link_differ_is_stopped(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    link = room.bench.publication(room.two).permalink
    path.write_text(f"Mã clip,Cảm xúc,Liên kết\nCX1111,5,{link}\n", "utf-8")
    assert codes(room, path) == [(2, "link_differs", "error")]


# ------------------------------------------------------------------------ rows and whole files


def test_a_preview_names_falls_and_absent_clips(room: Room, tmp_path: Path) -> None:
    room.count(room.one, 50, taken_at=CUT_OFF - 2 * HOUR)
    plan = room.preview(template(tmp_path / "t.xlsx", ("CX1111", 49, 3, None)))
    assert [line.drops for line in plan.lines] == [True]
    assert [clip.code for clip in plan.absent] == ["CX2222"]
    assert room.rows(Snapshot) == 1


def test_a_late_file_needs_a_reason(room: Room, tmp_path: Path) -> None:
    room.bench.clock.moment = CUT_OFF + HOUR
    path = template(tmp_path / "t.xlsx", ("CX1111", 49, 3, None))
    taken_at = CUT_OFF + timedelta(minutes=30)
    assert room.preview(path, taken_at).late
    with pytest.raises(Invalid, match="need a reason"):
        room.apply(path, taken_at)
    assert room.rows(Evidence) == 0
    assert room.apply(path, taken_at, "Trang bị khoá lúc 16g00") == 1
    assert room.official() == {}


def test_a_foreign_file_is_named(room: Room, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("sep=,\nDate,Primary\n2023-06-12,5\n", "utf-16")
    with pytest.raises(Invalid) as caught:
        room.preview(path)
    assert caught.value.data == {"kind": "page_daily"}
    assert "theo ngày" in caught.value.vi


def test_a_fault_in_another_posts_row_stops_nothing(room: Room, tmp_path: Path) -> None:
    path = export(
        tmp_path / "e.csv", own(room, room.one), {"Post ID": "777", "Reactions": "1,2K"},
        {"Post ID": "1.2E+17", "Reactions": 4}, {"Post ID": "888", "Reactions": 1},
        {"Post ID": "888", "Reactions": 1},
    )
    assert room.preview(path).usable
    assert {level for _, _, level in codes(room, path)} == {"skipped"}
    assert room.apply(path) == 1


def test_a_fault_in_a_clips_row_stops_the_file_with_its_reason(room: Room, tmp_path: Path) -> None:
    path = export(tmp_path / "e.csv", own(room, room.one), own(room, room.two, Reactions="1.2K"))
    with pytest.raises(Invalid, match=r"Nothing was imported\. Row 3: “1\.2K” is shortened"):
        room.apply(path)


def test_a_row_with_shares_alone_is_a_reading(room: Room, tmp_path: Path) -> None:
    path = export(tmp_path / "e.csv", own(room, room.one, Reactions=""))
    assert room.apply(path) == 1
    with room.write() as (session, _):
        [snapshot] = session.query(Snapshot)
        assert (snapshot.reactions, snapshot.shares) == (None, 1)


@pytest.mark.parametrize("named", [{"Page ID": "999"}, {"Page name": "Trang khác"}])
def test_another_pages_file_is_named_with_its_rows(
    room: Room, tmp_path: Path, named: dict[str, object]
) -> None:
    rows = [{"Post ID": str(n), "Reactions": 4, "Description": "#CX1111", **named}
            for n in (777, 888)]
    plan = room.preview(export(tmp_path / "e.csv", *rows))
    assert not plan.usable
    [reason] = [one for one in plan.problems if one.level == "error"]
    assert reason.code == "other_page"
    assert str(next(iter(named.values()))) in reason.message_en
    assert "on the Page “Quận Đoàn 11” 1122334455" in reason.message_en
    assert "rows: 2, 3" in reason.message_en
    assert [row.row for row in plan.unmatched] == [2, 3]


def test_a_page_with_a_second_id_is_known_by_its_posts(room: Room, tmp_path: Path) -> None:
    path = export(tmp_path / "e.csv", own(room, room.one, **{"Page ID": "61550000000000"}))
    assert room.apply(path) == 1


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{"Post ID": "777", "Reactions": 4}], "no_clip"),
        ([{"Post ID": "777", "Is share": 1}], "no_clip"),
        ([{}, {"Reactions": 5}], "no_clip"),
    ],
)
def test_what_cannot_be_imported_always_says_why(
    room: Room, tmp_path: Path, rows: list[dict[str, object]], code: str
) -> None:
    path = export(tmp_path / "e.csv", *rows)
    plan = room.preview(path)
    assert not plan.usable
    assert [one.code for one in plan.errors] == [code]
    with pytest.raises(Invalid, match=r"Nothing was imported\. None of"):
        room.apply(path)


def test_rows_of_clips_without_figures_say_so(room: Room, tmp_path: Path) -> None:
    path = export(tmp_path / "e.csv", own(room, room.one, Reactions="—", Shares="N/A"))
    plan = room.preview(path)
    assert [row.row for row in plan.unread] == [2]
    assert [one.code for one in plan.errors] == ["no_figures"]


def test_a_post_later_than_its_counts_is_stopped(room: Room, tmp_path: Path) -> None:
    row = own(room, room.one, **{"Publish time": "06/25/2023 08:00"})
    assert codes(room, export(tmp_path / "e.csv", row)) == [(2, "published_later", "error")]


@pytest.mark.parametrize(
    ("text", "found"),
    [("06/12/2023 08:00", []), ("12/06/2023 08:00", []), ("06/11/2023 18:00", []), ("", []),
     ("gần đây", []), ("06/01/2023 08:00", ["published_differs"])],
)
def test_when_a_post_appeared_is_compared_with_the_clips(
    room: Room, tmp_path: Path, text: str, found: list[str]
) -> None:
    path = export(tmp_path / "e.csv", own(room, room.one, **{"Publish time": text}))
    assert [code for _, code, _ in codes(room, path)] == found
    assert room.preview(path).usable


def test_what_falls_and_what_jumps_is_marked(room: Room, tmp_path: Path) -> None:
    room.count(room.one, 50, taken_at=CUT_OFF - 2 * HOUR)
    room.count(room.two, 50, taken_at=CUT_OFF - 2 * HOUR)
    plan = room.preview(template(tmp_path / "t.xlsx", ("CX1111", 49, 3), ("CX2222", 250, 3)))
    assert [(line.drops, line.jumps) for line in plan.lines] == [(True, False), (False, True)]


def test_what_a_file_says_is_stored_letter_for_letter(room: Room, tmp_path: Path) -> None:
    text = 'a\tb \\N \\t "ngoặc", 🎬\r\nhai dòng \\'
    post_id = own(room, room.one)["Post ID"]
    with (tmp_path / "e.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Post ID", "Reactions", "Mô tả"], [post_id, 5, text]])
    assert room.apply(tmp_path / "e.csv") == 1
    with room.write() as (session, _):
        assert session.query(Snapshot).one().raw["Mô tả"] == text


# ---------------------------------------------------------------------------------- on the screen

ADDRESS = "/c/quan11-2023/organiser/interactions/import"


def uploaded(browser: Any, content: bytes) -> Any:
    return browser.post(
        ADDRESS, data={"file": (BytesIO(content), "tep.csv"), "taken_at": "2023-06-19T14:00"}
    )


@pytest.mark.parametrize(
    "content",
    [
        b"Post ID,Reactions\n1," + b"9" * 5000, b"Post ID,Reactions\r1,2\r", b"\xff\xfe\x00",
        b"Post ID,Description,Reactions\r1," + b"x" * 200_000 + b",3\r", b"PK\x03\x04", b'"',
        b",".join(b"c%d" % n for n in range(10_001)),
        "ID bài viết,Ngày,Cảm xúc\n1,2/6/2023,3".encode(),
    ],
    ids=lambda content: repr(content[-12:]),
)
def test_no_file_is_answered_with_an_error_of_ours(room: Room, visit: Any, content: bytes) -> None:
    shown = uploaded(visit.role("organiser").english(), content)
    said = {200: "notice notice--bad", 422: "field__error"}
    assert said[shown.status_code] in shown.text
    assert room.rows(Snapshot) == 0


def test_the_preview_tells_of_every_row(room: Room, tmp_path: Path, visit: Any) -> None:
    room.count(room.one, 50, taken_at=CUT_OFF - 4 * HOUR)
    path = export(
        tmp_path / "e.csv", own(room, room.one, Reactions=300),
        {"Post ID": "777", "Description": "Mừng #CX2222", "Reactions": 9},
        {"Post ID": "888", "Is share": 1}, {"Post ID": "999", "Page name": "Trang khác"},
    )
    text = uploaded(visit.role("organiser").english(), path.read_bytes()).text
    for words in (
        "1 clip will be", "jumps", "2 rows are left out, and why", "Row 3: another post that names",
        "Row 4: a shared post", "Row 5: 999", "Trang khác", "CX2222 · ",
    ):
        assert words in text


def test_a_refused_preview_says_why(room: Room, tmp_path: Path, visit: Any) -> None:
    path = export(tmp_path / "e.csv", {"Post ID": "777", "Page ID": "999", "Reactions": 9})
    text = uploaded(visit.role("organiser").english(), path.read_bytes()).text
    assert "Not imported: please correct the errors below" in text
    assert "This file is of the Page 999" in text
    assert "rows: 2." in text


def test_a_template_says_which_of_its_columns_nobody_reads(room: Room, tmp_path: Path) -> None:
    file = tmp_path / "mau.csv"
    file.write_text("Mã clip,Tên clip,Cảm xúc,Số share,Chia sẻ\nCX1111,Một,5,9,1\n", "utf-8")
    plan = room.preview(file)
    [said] = plan.problems
    assert plan.usable and (said.code, said.level) == ("unread_columns", "warning")
    assert "Cột không được đọc: «Tên clip», «Số share»." in said.message_vi
    assert "not read: “Tên clip”, “Số share”." in said.message_en
    meta = room.preview(export(tmp_path / "b.csv", own(room, room.one)))
    assert "unread_columns" not in {one.code for one in meta.problems}
