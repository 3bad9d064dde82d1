"""The organisers' pages of who marks what, and of how strict each juror was."""

import re

import pytest
from sqlalchemy import select, update

from contest.clock import FixedClock
from contest.models import Ballot, Mark
from contest.services.jury import jury_round, strict
from tests.contest.conftest import Client, Visits
from tests.contest.factory import Factory
from tests.contest.jury.test_assigning import CATEGORIES, MARKING, Room

JURY = "/c/quan11-2023/organiser/jury"
PAGE = f"{JURY}/assignment"


@pytest.fixture
def room(make: Factory, clock: FixedClock) -> Room:
    clock.moment = MARKING
    return Room(make)


@pytest.fixture
def visits(app, make: Factory, room: Room) -> Visits:  # type: ignore[no-untyped-def]
    return Visits(app, make, room.contest)


@pytest.fixture
def organiser(visits: Visits) -> Client:
    return visits.role("organiser")


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" type="hidden" value="([^"]*)"', text)
    assert found is not None
    return found[1]


def test_clips_are_looked_at_given_out_and_moved(
    room: Room, organiser: Client, visits: Visits
) -> None:
    assert 'href="/c/quan11-2023/organiser/jury/assignment"' in organiser.get(f"{JURY}/").text
    assert organiser.get(PAGE).text.count("chưa giao") == len(room.clips)
    rules = visits.public().get("/c/quan11-2023/rules").text
    assert "Mỗi clip do 2 giám khảo chấm, bốc thăm và chia đều." in rules
    assert "Mỗi clip cần ít nhất 2 phiếu chấm" in rules
    preview = organiser.get(f"{PAGE}?seed=a")
    assert "Giao thêm 12 lượt chấm." in preview.text
    assert not any(room.given().values())
    data = {"seed": "a", "sha256": hidden(preview.text, "sha256"), "again": ""}
    room.make.submission(room.units[1], "published")
    assert "Clips or jurors have changed" in organiser.english().post(
        f"{PAGE}/draw", data=data).text
    assert organiser.post(f"{PAGE}/draw", data={"seed": "a"}).status_code == 422
    again = organiser.get(f"{PAGE}?seed=a").text
    data["sha256"] = hidden(again, "sha256")
    assert organiser.post(f"{PAGE}/draw", data=data).status_code == 303
    assert {len(codes) for codes in room.given().values()} == {2}
    assert "Given out: 14." in organiser.get(PAGE).text
    assert "seed a, SHA-256 " in organiser.get(PAGE).text
    assert "No clips" in organiser.get(f"{PAGE}?show=short").text
    clip = next(c for c in room.clips if c.unit_id != room.units[0].id)
    giver = next(u for u in room.users if clip in room.of(u))
    taker = next(u for u in room.users if clip not in room.of(u))
    moved = {"code": clip.code.lower(), "giver": giver.id, "taker": taker.id}
    refused = organiser.post(f"{PAGE}/move", data=moved | {"taker": giver.id})
    assert (refused.status_code, "already" in refused.text) == (409, True)
    assert organiser.post(f"{PAGE}/move", data=moved | {"taker": 10**6}).status_code == 422
    assert organiser.post(f"{PAGE}/move", data=moved).status_code == 303
    assert clip in room.of(taker)
    juror = visits.user(giver)
    assert juror.get(f"/c/quan11-2023/jury/{clip.code}").status_code == 403
    assert clip.code not in juror.get("/c/quan11-2023/jury/").text
    assert visits.user(taker).get(f"/c/quan11-2023/jury/{clip.code}").status_code == 200


def test_a_ballot_that_was_begun_is_called_so_in_the_readers_language(
    room: Room, organiser: Client
) -> None:
    preview = organiser.get(f"{PAGE}?seed=a").text
    data = {"seed": "a", "sha256": hidden(preview, "sha256"), "again": ""}
    assert organiser.post(f"{PAGE}/draw", data=data).status_code == 303
    juror = room.users[0]
    room.make.ballot(next(iter(room.of(juror))), juror, {"content": 30}, state="open")
    shown = organiser.get(PAGE).text
    assert ">Đang chấm<" in shown and ">open<" not in shown


def test_a_jurors_categories_are_chosen_on_the_page(
    make: Factory, clock: FixedClock, app  # type: ignore[no-untyped-def]
) -> None:
    clock.moment = MARKING
    room = Room(make, '[jury]\nassignment = "category"\nblind = false', CATEGORIES)
    organiser = Visits(app, make, room.contest).role("organiser")
    user = room.users[1]
    name = f"juror{user.id}-categories"
    assert organiser.get(PAGE).text.count('type="checkbox"') == 2 * len(room.users) + 1
    address = f"{PAGE}/{user.id}/categories"
    assert organiser.post(address, data={name: "x"}).status_code == 422
    assert organiser.post(address, data={name: ["hoc", "lam"]}).status_code == 303
    assert organiser.get(PAGE).text.count("checked") == 2
    assert organiser.post(f"{PAGE}/1000000/categories", data={
        "juror1000000-categories": ["hoc"]}).status_code == 404


def test_strictness_is_told_after_the_lock_and_not_before(room: Room, organiser: Client) -> None:
    room.draw()
    for user, lack in zip(room.users, (1, 1, 6, 1), strict=True):
        for clip in room.of(user):
            room.save(clip, user, lack=lack)
    assert "giữ kín" in organiser.get(f"{JURY}/strictness").text
    with room.make.platform.db.write() as session:
        jury_round.lock(session, room.now(session), actor=room.organiser, at=MARKING)
    with room.make.platform.db.read() as session:
        found = {one.seat.code: one for one in strict.report(
            session, room.now(session), actor=room.organiser)}
    assert {one.clips for one in found.values()} == {3}
    assert found["GK3"].difference == -20  # five points less in each of four criteria
    assert found["GK3"].spread == 0
    text = organiser.get(f"{JURY}/strictness").text
    assert "−20,00" in text
    assert text.count("xa người khác") >= 1
    assert "strictness" in organiser.get(f"{JURY}/").text
    with room.make.platform.db.write() as session:  # marked anew within the same second
        jury_round.unlock(session, room.now(session), reason="Chấm nhầm", actor=room.organiser,
                          at=MARKING)
    with room.make.platform.db.write() as session:
        theirs = select(Ballot.id).where(Ballot.juror_id == room.users[2].id)
        session.execute(update(Mark).where(Mark.ballot_id.in_(theirs)).values(value=Mark.value + 5))
        jury_round.lock(session, room.now(session), actor=room.organiser, at=MARKING)
    assert "−20,00" not in organiser.get(f"{JURY}/strictness").text


def test_where_everybody_marks_everything_the_page_says_so(
    make: Factory, app  # type: ignore[no-untyped-def]
) -> None:
    contest = make.contest("khac")
    organiser = Visits(app, make, contest).role("organiser")
    assert "không cần phân công" in organiser.get("/c/khac/organiser/jury/assignment").text
