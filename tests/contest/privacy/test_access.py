"""Who opened what about persons is noted, shown to organisers and told to the person."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from contest.models import AccessLog, ClipVersion, Contest, PrivacyRequest
from contest.services.privacy import access, archive
from contest.services.privacy.access import Opening
from contest.views.shared.privacy import opened
from contest.wiring import Platform
from tests.contest.factory import Factory

TABLE = Path(__file__).parent.parent / "permissions.toml"


def test_every_view_that_shows_contacts_to_the_staff_is_noted() -> None:
    table = tomllib.loads(TABLE.read_text())
    of_units = {"unit", "entry_status", "entrance"}
    shows = {f"{room}.{view}" for room, views in table["shows"].items() if room not in of_units
             for view, what in views.items() if "contacts" in what.replace("own.contacts", "")}
    assert len(shows) >= 4 and shows <= opened.SHOWN.keys()


@pytest.mark.both_databases
def test_openings_are_noted_listed_and_never_in_the_way(
    app: Flask, platform: Platform, make: Factory
) -> None:
    contest = make.contest("mo-xem")
    unit = make.unit(contest, "Đơn vị")
    clip = make.submission(unit, "in_review", clip=b"clip")
    user = make.user("organiser", contest=contest, name="Trần Thị Người Mở")
    staff, own = app.test_client(), app.test_client()
    staff.set_cookie("hoithi_staff", make.staff_token(user))
    own.set_cookie("hoithi_unit", make.unit_token(unit))
    base = f"/c/{contest.slug}"
    for _ in range(2):
        assert staff.get(f"{base}/organiser/entries/{clip.code}").status_code == 200
    assert staff.get(f"{base}/media/{clip.code}/1/original").status_code == 200
    assert staff.get(f"{base}/organiser/lists/units.csv").status_code == 200
    assert own.get(f"{base}/media/{clip.code}/1/original").status_code == 200
    assert staff.get(f"{base}/organiser/entries/CXNONE").status_code == 404
    waiting = app.extensions[opened.NAME]
    waiting.store()
    with platform.db.read() as session:
        rows = [(row.actor, row.what, row.subject) for row in session.query(AccessLog)]
    me = f"user:{user.id}"
    assert sorted(rows) == sorted([
        (me, "contacts", f"entry:{clip.code}"), (me, "original", f"entry:{clip.code}"),
        (me, "export", "list:units"),
    ])
    shown = staff.get(f"{base}/organiser/privacy/access?person={user.id}&code={clip.code}").text
    assert shown.count('role="rowheader"') == 2 and "Tải danh sách" not in shown
    with platform.db.write() as session:  # its time is over
        session.get_one(ClipVersion, clip.version_id).bytes_gone_at = platform.clock.now()
    assert staff.get(f"{base}/media/{clip.code}/1/original").status_code == 410
    assert "Tệp clip đã xoá ngày" in staff.get(f"{base}/review/{clip.code}").text
    assert "Chưa có lần mở nào" in staff.get(f"{base}/organiser/privacy/access?person=999").text


@pytest.mark.both_databases
def test_within_ten_minutes_it_is_one_opening_and_the_person_is_told(
    platform: Platform, make: Factory
) -> None:
    contest = make.contest("mo-xem")
    clip = make.submission(make.unit(contest, "Đơn vị"), "in_review", clip=b"clip")
    at = platform.clock.now()
    with platform.db.write() as session:
        for minutes, code in ((0, clip.code), (9, clip.code), (25, clip.code), (26, "CXOTHER")):
            access.note(session, Opening(contest.id, "user:5", "contacts", f"entry:{code}"),
                        at=at + timedelta(minutes=minutes))
        asked = PrivacyRequest(
            contest_id=contest.id, code="YC-1", kind="see", role="author", person_name="Ai Đó",
            submission_id=clip.id, created_by="public", created_at=at,
        )
        session.add(asked)
        session.flush()
        assert session.query(AccessLog).count() == 3
        held = archive.held(session, session.get_one(Contest, contest.id), asked)
    assert [(one["what"], one["by"]) for one in held.opened] == [("contacts", "staff")] * 2
