"""Numbers typed at the cut-off: stored once, with their moments; what they were read from."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from contest.actors import Actor
from contest.clock import FixedClock
from contest.errors import Conflict, Invalid, NotAllowed, NotFound
from contest.models import AuditRow, Contest, Evidence, Snapshot, Submission
from contest.services.counts import evidence, jumps, sitting
from contest.services.counts.sitting import Typed
from contest.services.results import scoring_input
from contest.views.organiser.sitting import count_of
from tests.contest.conftest import Client, Visits
from tests.contest.counts.sitting_room import ADDRESS, BEGUN, CUT_OFF, Sitting
from tests.contest.factory import Factory

PNG, MP4 = b"\x89PNG\r\n\x1a\n" + bytes(40), b"\x00\x00\x00\x20ftypisom" + bytes(40)
SECOND = timedelta(seconds=1)


class Room(Sitting):
    """Three clips, and calls of the service as the first organiser."""

    def __init__(self, make: Factory, contest: Contest) -> None:
        super().__init__(make, contest, clips=3)
        self.actor = make.actor(self.first)

    def tell(
        self, number: int = 1, *, code: str = "CX1000", value: int = 130, name: str = "reactions",
        typed: datetime = BEGUN, actor: Actor | None = None, reason: str = "",
    ) -> Snapshot:
        with self.make.platform.db.write() as session:
            return sitting.tell(
                session, self.now(session), Typed(f"id-{number}", code, name, value, typed),
                actor=actor or self.actor, at=self.make.at, late_reason=reason,
            )

    def now(self, session: Session) -> Contest:
        return session.get_one(Contest, self.contest.id)

    def attach(self, name: str = "a.png", codes: tuple[str, ...] = ()) -> int:
        with self.make.platform.db.write() as session:
            proof = evidence.keep(
                session, self.now(session), f"{name:>064}", kind="screenshot", filename=name,
                size=1, actor=self.actor, at=self.make.at,
            )
            return len(sitting.attach(
                session, self.now(session), proof, actor=self.actor, at=self.make.at,
                since=BEGUN - sitting.LASTS, codes=codes,
            ))


@pytest.fixture
def room(make: Factory, contest: Contest, clock: FixedClock) -> Room:
    clock.moment = BEGUN
    return Room(make, contest)


# --------------------------------------------------------------------------------------- typing


@pytest.mark.both_databases
def test_a_number_that_is_sent_again_is_stored_once(room: Room) -> None:
    first, again = room.tell(), room.tell()
    assert first.id == again.id
    assert [one.reactions for one in room.stored()] == [130]


def test_an_id_stands_for_one_number(room: Room) -> None:
    room.tell()
    for other in ({"value": 131}, {"code": "CX1001"}, {"name": "shares"}):
        with pytest.raises(Conflict):
            room.tell(**other)  # type: ignore[arg-type]
    assert len(room.stored()) == 1


def test_no_moment_lies_in_the_future(room: Room, clock: FixedClock) -> None:
    assert room.tell(1, typed=BEGUN + 30 * SECOND).taken_at == BEGUN
    with pytest.raises(Invalid, match="future"):
        room.tell(2, typed=BEGUN + timedelta(minutes=3))


def test_a_moment_keeps_its_second_however_late_it_arrives(room: Room, clock: FixedClock) -> None:
    clock.moment = CUT_OFF + timedelta(minutes=30)
    typed = CUT_OFF - SECOND
    assert (room.tell(1, typed=typed).taken_at, room.tell(1).late_reason) == (typed, "")
    with pytest.raises(Invalid, match="need a reason"):
        room.tell(2, typed=CUT_OFF + SECOND)
    assert room.tell(3, typed=CUT_OFF + SECOND, reason="Mất điện").late_reason == "Mất điện"


def test_only_organisers_and_only_clips_on_the_page(room: Room, make: Factory) -> None:
    juror = make.actor(make.user("juror", contest=room.contest))
    with pytest.raises(NotAllowed):
        room.tell(actor=juror)
    with pytest.raises(NotFound):
        room.tell(code="CX9999")


def test_each_field_has_its_own_last_number(room: Room, make: Factory, clock: FixedClock) -> None:
    room.tell(1, value=130, typed=BEGUN - SECOND)
    room.tell(2, value=131)
    with make.platform.db.read() as session:
        contest = room.now(session)
        mine = sitting.rows(session, contest, actor=room.actor, since=BEGUN - SECOND)
        others = sitting.rows(
            session, contest, actor=make.actor(room.second), since=BEGUN - SECOND
        )
    first, seen = mine.rows[0], others.rows[0]
    assert {name: one.value for name, one in first.mine.items()} == {"reactions": 131}
    last = {name: (one.value, one.source) for name, one in first.last.items()}
    assert last == {"reactions": (100, "graph"), "shares": (10, "graph")}
    assert {name: one.value for name, one in seen.last.items()} == {"reactions": 131, "shares": 10}
    assert seen.mine == {}


# ---------------------------------------------------------------------------------------- proofs


@pytest.mark.both_databases
def test_one_file_shows_many_numbers_and_is_in_the_trail(room: Room, make: Factory) -> None:
    first, second = room.tell(1), room.tell(2, name="shares", value=13)
    assert room.attach() == 2
    assert room.proofs() == {first.id: ["a.png"], second.id: ["a.png"]}
    third = room.tell(3, code="CX1001")
    assert room.attach("b.png") == 1  # the others have one
    assert room.attach("c.png", codes=("CX1000",)) == 2
    assert room.proofs()[first.id] == ["a.png", "c.png"]
    with make.platform.db.read() as session:
        rows = session.query(AuditRow).filter_by(action="evidence.attached").all()
        shown = evidence.shown_with(session, [third.id])
    assert [row.after["snapshots"] for row in rows][1] == [third.id]
    assert [file.filename for file in shown[third.id]] == ["b.png"]


def test_a_file_needs_numbers_and_does_not_show_what_was_mended(
    room: Room, make: Factory
) -> None:
    with pytest.raises(Invalid, match="no number"):
        room.attach()
    with make.platform.db.read() as session:
        assert session.query(Evidence).count() == 0
    room.tell(1, value=1300)
    mended = room.tell(2, value=130)
    room.attach()
    assert list(room.proofs()) == [mended.id]


@pytest.mark.both_databases
@pytest.mark.parametrize("table", ["told_number", "snapshot_proof"])
def test_what_was_told_and_shown_can_only_grow(room: Room, make: Factory, table: str) -> None:
    room.tell()
    room.attach()
    with pytest.raises(DatabaseError, match="append-only"), make.platform.db.write() as session:
        session.execute(text(f"DELETE FROM {table}"))


def test_the_result_names_the_file_that_came_after_its_number(room: Room, make: Factory) -> None:
    number = room.tell()
    room.attach()
    with make.platform.db.read() as session:
        prepared = scoring_input.prepare(session, room.now(session), keys=make.platform.keys)
        code = session.get_one(Snapshot, number.id).submission.code
    assert prepared.snapshots[code]["source_sha256"] == f"{'a.png':>064}"


@pytest.mark.parametrize(("head", "kind"), [
    (PNG, "screenshot"), (b"\xff\xd8\xff\xe0" + bytes(12), "screenshot"),
    (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "screenshot"), (b"\0\0\0\x18ftypheic\0\0\0\0", "screenshot"),
    (MP4, "recording"), (b"\0\0\0\x14ftypqt  \0\0\0\0", "recording"),
    (b"\x1a\x45\xdf\xa3" + bytes(12), "recording"),
    (b"RIFF\x10\x00\x00\x00WAVEfmt ", None), (b"<svg xmlns=", None), (b"%PDF-1.7\n", None),
    (b"", None),
])
def test_a_file_is_what_its_bytes_say(head: bytes, kind: str | None) -> None:
    assert evidence.kind_of(head) == kind


# ---------------------------------------------------------------------------------------- jumps


@pytest.mark.parametrize(("before", "value", "kind"), [
    (None, 5, None), (100, 99, "fell"), (100, 100, None), (100, 499, None), (100, 500, "times"),
    (3, 20, None), (0, 29, None), (0, 30, "times"), (100, 0, "fell"),
])
def test_a_step_that_somebody_should_look_at(
    before: int | None, value: int, kind: str | None
) -> None:
    assert jumps.step(before, value) == kind


def test_a_clip_that_rose_far_beyond_the_others_is_flagged(room: Room, make: Factory) -> None:
    for number, clip in enumerate(("CX1001", "CX1002")):
        room.tell(number, code=clip, value=105 + number)
    fourth = make.submission(make.unit(room.contest), "published", code="CX1003")
    make.add(room.snapshot(fourth, 100, 1))
    room.tell(3, code="CX1003", value=106)
    room.tell(4, code="CX1000", value=300)
    with make.platform.db.read() as session:
        clips = session.scalars(select(Submission.id)).all()
        flags = jumps.flags_of(session, room.now(session), clips, at=BEGUN)
    [flag] = flags["CX1000", "reactions"]
    assert (flag.kind, flag.numbers["gain"]) == ("jump", 200)
    assert set(flags) == {("CX1000", "reactions")}


# --------------------------------------------------------------------------------------- screens


@pytest.fixture
def client(room: Room, visit: Visits) -> Client:
    return visit.user(room.first)


def number(room: Room, **values: Any) -> dict[str, Any]:
    return {"id": "x1", "code": "CX1000", "field": "reactions", "value": 130,
            "at": BEGUN.isoformat(), **values}


def send(room: Room, client: Client, *numbers: dict[str, Any], **form: str) -> TestResponse:
    data = {"numbers": json.dumps(numbers), "person": str(room.first.id), **form}
    return client.post(f"{ADDRESS}/numbers", data=data, headers={"Accept": "application/json"})


def test_a_number_that_is_refused_holds_up_no_other(room: Room, client: Client) -> None:
    answer = send(
        room, client, number(room), number(room, id="x2", code="CX9999"),
        number(room, id="x3", field="shares", value=13),
    )
    assert answer.status_code == 200
    assert datetime.fromisoformat(answer.json["now"]) == BEGUN
    assert [one["ok"] for one in answer.json["results"]] == [True, False, True]
    assert answer.json["results"][0]["time"] == "15:55:00"
    assert room.numbers() == {("CX1000", "reactions"): 130, ("CX1000", "shares"): 13}


@pytest.mark.parametrize("wrong", [
    {"value": -1}, {"value": "130"}, {"value": 1.5}, {"value": True}, {"value": 10**10},
    {"field": "comments"}, {"at": "16:00"}, {"at": "2023-06-19T15:55:00"}, {"id": ""},
    {"id": "x" * 65}, {"more": 1}, {"at": 5},
])
def test_what_is_no_number_stores_nothing(
    room: Room, client: Client, wrong: dict[str, Any]
) -> None:
    answer = send(room, client, number(room), number(room, **{"id": "x2", **wrong}))
    assert answer.status_code == 422
    assert room.stored() == []


@pytest.mark.parametrize("numbers", ["[]", "{}", "[1]", "x", "null", "", "9" * 5000])
def test_what_is_no_list_stores_nothing(room: Room, client: Client, numbers: str) -> None:
    assert send(room, client, numbers=numbers).status_code == 422


def test_a_late_number_asks_for_its_reason(room: Room, client: Client, clock: FixedClock) -> None:
    clock.moment = CUT_OFF + SECOND
    late = number(room, at=clock.moment.isoformat())
    [refused] = send(room, client, late).json["results"]
    assert (refused["ok"], refused["reason"]) == (False, True)
    [stored] = send(room, client, late, late_reason="Mất điện").json["results"]
    assert (stored["ok"], stored["late"]) == (True, True)


def test_the_plain_form_stores_all_or_nothing(
    room: Room, client: Client, clock: FixedClock
) -> None:
    typed = {"reactions-CX1000": "130", "shares-CX1000": "1,2K"}
    refused = client.post(ADDRESS, data=typed)
    assert refused.status_code == 422
    assert "“1,2K” chưa phải số đếm" in refused.text
    assert 'value="130"' in refused.text
    assert room.stored() == []
    assert client.post(ADDRESS, data=typed | {"shares-CX1000": "1.234"}).status_code == 303
    assert client.post(ADDRESS, data={"reactions-CX1000": "130"}).status_code == 303
    assert len(room.stored()) == 2  # the same number again is no new one
    clock.moment = CUT_OFF + SECOND
    late = client.post(ADDRESS, data={"reactions-CX1001": "140"})
    assert late.status_code == 422
    assert "Số liệu sau giờ chốt cần có lý do" in late.text
    assert len(room.stored()) == 2


def test_a_new_round_begins_empty(room: Room, client: Client, clock: FixedClock) -> None:
    send(room, client, number(room))
    assert 'data-saved="130"' in client.get(ADDRESS).text
    clock.moment = BEGUN + SECOND
    fresh = client.get(ADDRESS, query_string={"since": clock.moment.isoformat()})
    assert 'data-saved="130"' not in fresh.text
    assert client.get(f"{ADDRESS}?since=nonsense").status_code == 200


def proof(room: Room, who: Client, content: bytes) -> TestResponse:
    """A form as a browser writes it; Werkzeug's client would leave a file open."""
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    body = part.format("person", "").encode() + str(room.first.id).encode() + b"\r\n"
    body += part.format("screenshot", '; filename="a"').encode() + content + b"\r\n--x--\r\n"
    return who.post(
        f"{ADDRESS}/proof", data=body, content_type="multipart/form-data; boundary=x",
        headers={"Accept": "application/json"},
    )


def test_a_film_may_be_larger_than_a_form_and_only_an_organisers_is_read(
    room: Room, client: Client, visit: Visits
) -> None:
    send(room, client, number(room))

    film = MP4 + bytes(17 * 2**20)
    assert proof(room, visit.public(), film).status_code == 413
    assert proof(room, visit.role("juror"), film).status_code == 403
    answer = proof(room, client, film)
    assert (answer.status_code, answer.json["numbers"]) == (200, [["CX1000", "reactions"]])


def test_a_picture_that_is_too_large_is_refused(room: Room, client: Client) -> None:
    send(room, client, number(room))
    answer = proof(room, client, PNG + bytes(21 * 10**6))
    assert answer.status_code == 413
    assert "nhận tối đa 20 MB" in answer.json["message"]
    assert room.proofs() == {}


def test_the_desk_and_the_board_lead_there(
    room: Room, client: Client, clock: FixedClock, visit: Visits
) -> None:
    here = "/c/quan11-2023/organiser/"
    for page in (here, f"{here}interactions"):
        assert f'href="{ADDRESS}"' in client.get(page).text
    assert "Mở trang chốt số" in client.get(here).text
    clock.moment = CUT_OFF + timedelta(hours=3)
    later = visit.user(room.first)
    assert "Mở trang chốt số" not in later.get(here).text
    assert "Chốt số lúc 16g00" in later.get(f"{here}interactions").text
    assert "Counts at 16:00" in later.english().get(ADDRESS).text


@pytest.mark.parametrize(("typed", "count"), [
    ("0", 0), ("1234", 1234), (" 1 234 ", 1234), ("1.234", 1234), ("1,234,567", 1234567),
])
def test_counts_as_people_write_them(app: Flask, typed: str, count: int) -> None:
    with app.test_request_context():
        assert count_of(typed) == count


@pytest.mark.parametrize("typed", [
    "1,2K", "1.2", "12.34", "1234.567", "-5", "+5", "1e3", "²", "١٢", "9" * 5000, "2000000001", ".",
    "1.",
])
def test_other_numbers_are_refused(app: Flask, typed: str) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match=r"\w"):
        count_of(typed)
