"""Units: import, links and codes, who owes a clip."""

import io
from datetime import timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from contest.actors import SYSTEM
from contest.errors import Conflict, Gone, Invalid, NotAllowed, TooLarge
from contest.models import UnitLink
from contest.services.units import unit_import, unit_links, units
from tests.contest.conftest import SECRET_KEY

CSV = """\
Tên đơn vị,Khối,Người liên hệ,Email,Điện thoại
Đoàn Phường 1,Địa bàn dân cư,Nguyễn Văn An,an@example.vn,0903 123 456
Đoàn Công an Quận,Lực lượng vũ trang,,,
"""


@pytest.fixture
def organiser(make, contest):
    return make.actor(make.user("organiser", contest=contest))


def workbook(rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode(),
        workbook([line.split(",") for line in CSV.splitlines()]),
    ],
    ids=["utf-8", "excel", "utf-16", "semicolons", "tabs", "xlsx"],
)
def test_a_list_is_read_from_any_spreadsheet(data):
    rows = unit_import.read(data, "units")
    assert [(r.line, r.name, r.group, r.contact_phone) for r in rows] == [
        (2, "Đoàn Phường 1", "Địa bàn dân cư", "0903 123 456"),
        (3, "Đoàn Công an Quận", "Lực lượng vũ trang", ""),
    ]


def test_a_number_in_a_cell_stays_a_number():
    rows = unit_import.read(workbook([["Tên đơn vị", "Điện thoại"], ["A", 903123456.0]]), "")
    assert rows[0].contact_phone == "903123456"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", Invalid),
        (b"Khac,Cot\n1,2\n", Invalid),
        (b"\xff\xfa\x00 not text", Invalid),
        (b"PK\x03\x04 not a workbook", Invalid),
        (b"a" * ((1 << 20) + 1), TooLarge),
        (b"name\n" + b"x\n" * 2001, TooLarge),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data, error):
    with pytest.raises(error) as refused:
        unit_import.read(data, "units.csv")
    assert refused.value.vi and refused.value.en


def test_a_preview_says_what_each_row_would_do(platform, make, contest):
    make.unit(contest, "Đoàn Phường 1", group="Địa bàn dân cư")
    make.unit(contest, "Đoàn Phường 2", contact_email="")
    text = (
        "Tên đơn vị,Khối,Email\nĐoàn Phường 1,Địa bàn dân cư,\nĐOÀN PHƯỜNG 2,Cụm 1,\n"
        "Đoàn Phường 3,,\nĐoàn Phường 3,,\n,Cụm 2,\nĐoàn Phường 4,,khong-phai-email\n"
    )
    with platform.db.read() as session:
        planned = unit_import.plan(session, contest, unit_import.read(text.encode(), ""))
    assert [(p.row.line, p.action, len(p.errors)) for p in planned] == [
        (2, "same", 0), (3, "changed", 0), (4, "new", 0), (5, "error", 1), (6, "error", 1),
        (7, "error", 1),
    ]
    assert planned[3].errors[0][0] == "Trùng tên với dòng 4."


def test_an_import_is_all_or_nothing_and_may_be_repeated(platform, contest, organiser, clock):
    def run(text):
        with platform.db.write() as session:
            rows = unit_import.read(text.encode(), "")
            return unit_import.apply(session, contest, rows, actor=organiser, at=clock.now())

    with pytest.raises(Invalid):
        run(CSV + "Đoàn Phường 9,,,sai,\n")
    with platform.db.read() as session:
        assert units.of_contest(session, contest) == []
    assert run(CSV) == {"new": 2, "changed": 0, "same": 0}
    assert run(CSV) == {"new": 0, "changed": 0, "same": 2}


def test_only_organisers_import(platform, make, contest, clock):
    reviewer = make.actor(make.user("reviewer", contest=contest))
    with pytest.raises(NotAllowed), platform.db.write() as session:
        unit_import.apply(session, contest, [], actor=reviewer, at=clock.now())


# ---------------------------------------------------------------------------- links


def issue(platform, unit, clock, **values):
    with platform.db.write() as session:
        contest = session.merge(unit).contest
        return unit_links.issue_all(
            session, contest, [unit.id], key=SECRET_KEY, actor=SYSTEM, at=clock.now(), **values
        )[0]


def enter(platform, issued, clock):
    with platform.db.write() as session:
        link = unit_links.by_token(session, issued.token, at=clock.now())
        return unit_links.enter(session, link, at=clock.now())


def test_a_lost_sheet_is_printed_again_with_the_same_code(platform, make, contest, clock):
    unit, person = make.unit(contest), make.user("organiser", contest=contest)
    issued = issue(platform, unit, clock, keys=platform.keys)

    def again(link_id, who=person):
        with platform.db.write() as session:
            link = session.get_one(UnitLink, link_id)
            return unit_links.printed_again(
                session, link, keys=platform.keys, actor=make.actor(who), at=clock.now()
            )

    assert (again(issued.link.id).token, again(issued.link.id).code) == (issued.token, issued.code)
    with platform.db.read() as session:
        kept = session.get_one(UnitLink, issued.link.id).sealed
        assert issued.code not in kept
        assert issued.token not in kept
        assert len(unit_links.links_of(session, unit)) == 1
    with pytest.raises(NotAllowed):
        again(issued.link.id, make.user("reviewer", contest=contest))
    with pytest.raises(Conflict, match="before codes could be printed"):
        again(issue(platform, unit, clock).link.id)
    with platform.db.write() as session:
        unit_links.revoke(session, session.get_one(UnitLink, issued.link.id), actor=SYSTEM,
                          at=clock.now())
    with pytest.raises(Gone):
        again(issued.link.id)


def test_a_units_page_prints_its_code_again(platform, make, contest, clock, visit):
    unit = make.unit(contest)
    issued = issue(platform, unit, clock, keys=platform.keys)
    browser, place = visit.role("organiser"), "/c/quan11-2023/organiser/units"
    assert "In lại mã này" in browser.get(f"{place}/{unit.id}").text
    made = browser.post(f"{place}/links/{issued.link.id}/print")
    assert made.status_code == 303
    sheet = browser.get(made.location)
    assert issued.spaced_code in sheet.text
    assert "/documents/sheet.pdf" in sheet.text
    assert f'class="back no-print" href="{place}/{unit.id}">{unit.name}<' in sheet.text
    assert browser.get(f"{place}/sheet?made=x").status_code == 410
    many = browser.post(f"{place}/links", data={"unit": [unit.id, make.unit(contest).id]},
                        follow_redirects=True)
    assert many.text.count("sheet__code") == 2
    assert f'class="back no-print" href="{place}">' in many.text
    assert f'class="back no-print" href="{place}">' in browser.get(f"{place}/poster").text
    assert visit.role("reviewer").post(f"{place}/links/{issued.link.id}/print").status_code == 403
    assert visit.role("reviewer").get(made.location).status_code == 403
    other = make.contest("hoi-thi-khac")
    elsewhere = visit.user(make.user("organiser", contest=other))
    assert elsewhere.get(made.location.replace("quan11-2023", other.slug)).status_code == 410


def test_a_sheet_that_is_loaded_again_makes_no_more_codes(make, contest, visit, platform):
    browser, place = visit.role("organiser"), "/c/quan11-2023/organiser/units"
    made = browser.post(f"{place}/links", data={"unit": make.unit(contest).id}).location
    assert browser.get(made).text == browser.get(made).text
    assert visit.role("organiser").get(made).text.count("sheet__code") == 1
    with platform.db.write() as session:
        [link] = session.scalars(select(UnitLink))
        unit_links.revoke(session, link, actor=SYSTEM, at=make.at)
    assert browser.get(made).status_code == 410


def test_a_link_and_its_code_both_lead_to_the_unit(platform, make, contest, clock):
    unit = make.unit(contest)
    issued = issue(platform, unit, clock)
    assert enter(platform, issued, clock).unit.id == unit.id
    with platform.db.write() as session:
        typed = issued.spaced_code.lower().replace("-", " ")
        link = unit_links.by_code(session, typed, key=SECRET_KEY, at=clock.now())
        entered = unit_links.enter(session, link, at=clock.now())
        assert entered.unit.id == unit.id
        assert units.actor_of_token(session, entered.token, at=clock.now()).unit_id == unit.id
    assert make.fresh(issued.link).uses == 2


def test_only_hashes_of_link_and_code_are_stored(platform, make, contest, clock):
    issued = issue(platform, make.unit(contest), clock)
    stored = vars(make.fresh(issued.link)).values()
    assert issued.token not in map(str, stored)
    assert issued.code not in map(str, stored)


def test_a_link_has_at_least_120_random_bits():
    assert unit_links.TOKEN_BYTES * 8 >= 120


def test_rotating_ends_the_old_link_and_its_sessions(platform, make, contest, clock):
    unit = make.unit(contest)
    old = issue(platform, unit, clock)
    cookie = enter(platform, old, clock).token
    fresh = issue(platform, unit, clock, rotate=True)
    with pytest.raises(Gone):
        enter(platform, old, clock)
    with platform.db.read() as session:
        assert units.actor_of_token(session, cookie, at=clock.now()) is None
    assert enter(platform, fresh, clock).unit.id == unit.id


def test_a_second_link_leaves_the_first_alone(platform, make, contest, clock):
    unit = make.unit(contest)
    first, second = issue(platform, unit, clock), issue(platform, unit, clock)
    assert [enter(platform, one, clock).unit.id for one in (first, second)] == [unit.id, unit.id]


def test_a_link_expires_after_the_awards(platform, make, contest, clock):
    issued = issue(platform, make.unit(contest), clock)
    clock.moment = issued.link.expires_at
    with pytest.raises(Gone):
        enter(platform, issued, clock)


def test_a_session_never_outlives_its_link(platform, make, contest, clock):
    issued = issue(platform, make.unit(contest), clock)
    clock.moment = issued.link.expires_at - timedelta(days=1)
    assert enter(platform, issued, clock).expires_at == issued.link.expires_at


def test_an_unknown_code_is_refused(platform, contest, clock):
    with pytest.raises(Invalid), platform.db.write() as session:
        unit_links.by_code(session, "ABCD-EFGH", key=SECRET_KEY, at=clock.now())


def test_revoking_twice_keeps_the_first_instant(platform, make, contest, clock, organiser):
    issued = issue(platform, make.unit(contest), clock)
    first = clock.now()
    for _ in range(2):
        with platform.db.write() as session:
            link = session.get_one(UnitLink, issued.link.id)
            unit_links.revoke(session, link, actor=organiser, at=clock.now())
        clock.moment += timedelta(hours=1)
    assert make.fresh(issued.link).revoked_at == first


def test_standings_count_only_clips_that_are_in_the_contest(platform, make, contest, clock):
    unit = make.unit(contest, "A")
    other = make.unit(contest, "B")
    for state in ("in_review", "disqualified", "uploading", "withdrawn"):
        make.submission(unit, state)
    make.submission(other, "disqualified")
    issue(platform, unit, clock)
    with platform.db.read() as session:
        found = units.standings(session, contest, quota=1, at=clock.now())
    assert [(s.unit.name, s.clips, s.missing, s.links) for s in found] == [
        ("A", 1, 0, 1), ("B", 0, 1, 0),
    ]


def test_long_lists_of_units_are_paged_searched_and_counted(platform, make, contest, clock):
    for number in range(60):
        make.unit(contest, f"Đoàn {number:02}")
    sent = make.unit(contest, "Chi đoàn A")
    make.submission(sent, "in_review")
    issue(platform, sent, clock)

    def shown(**wanted) -> tuple[list[str], int]:
        with platform.db.read() as session:
            found = units.listed(session, contest, quota=1, at=clock.now(), **wanted)
            return [s.unit.name for s in found.rows], found.total

    assert shown(number=2) == ([f"Đoàn {n}" for n in range(49, 60)], 61)
    assert shown(short=True, number=2) == ([f"Đoàn {n}" for n in range(50, 60)], 60)
    assert shown(search="đoàn a") == ([sent.name], 1)
    assert shown(search="%") == ([], 0)
    with platform.db.read() as session:
        assert units.totals(session, contest, quota=1) == (61, 60)
        without = units.without_link(session, contest, at=clock.now())
    assert len(without) == 60
    assert sent.id not in without


def test_columns_that_nobody_reads_are_named_before_anything_is_stored(visit, contest):
    data = "code,Name,contact_name,Ghi chú\nP1,Đoàn Phường 1,Lê An,x\n".encode()
    assert unit_import.unread(data) == ["code", "Ghi chú"]
    assert unit_import.read(data, "")[0].contact_name == "Lê An"
    assert unit_import.unread(workbook([["Tên đơn vị", "Email"], ["A", ""]])) == []
    page = visit.role("organiser").post(
        f"/c/{contest.slug}/organiser/units/import",
        data={"file": (io.BytesIO(data), "units.csv")}).text
    assert "Không đọc các cột: code, Ghi chú." in page and "1 dòng, không có lỗi" in page
