"""A clip that leaves or comes back after freezing leads to a new revision in one step."""

from pathlib import Path

import pytest
from sqlalchemy import select

import scoring
from contest.clock import FixedClock
from contest.errors import Conflict
from contest.models import Contest, EntryRequest, Mail, Result, Submission, Unit
from contest.services.entry import entry_requests, submissions
from contest.services.results import moved_since, replacement, results
from contest.services.units import unit_changes, unit_merging
from contest.services.units.unit_import import Row
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.stage import AFTER, Build, Stage, frozen_once, staged

HOME = "/c/quan11-2023/organiser"
WHY = "Loại nhầm clip của đơn vị"


@pytest.fixture
def stage(make: Factory, contest: Contest, clock: FixedClock, built: Build) -> Stage:
    made = staged(built, make, contest)
    clock.moment = AFTER
    return made


@pytest.fixture
def frozen(stage: Stage, built: Build) -> Result:
    return frozen_once(built, stage)


def withdraw(stage: Stage, number: int) -> None:
    with stage.platform.db.write() as session:
        submissions.withdraw(
            session, session.get_one(Submission, stage.clips[number].id), at=AFTER,
            actor=stage.make.actor(stage.units[number]), reason="Đơn vị xin rút",
        )


def disqualify(stage: Stage, number: int) -> None:
    with stage.platform.db.write() as session:
        submissions.disqualify(
            session, session.get_one(Submission, stage.clips[number].id), actor=stage.organiser,
            at=AFTER, reason="Sao chép",
        )


def propose(stage: Stage, number: int) -> EntryRequest:
    with stage.platform.db.write() as session:
        return entry_requests.propose(
            session, session.get_one(Submission, stage.clips[number].id), reason=WHY,
            actor=stage.organiser, at=AFTER,
        )


def agree(stage: Stage, made: EntryRequest) -> None:
    with stage.platform.db.write() as session:
        entry_requests.decide(
            session, stage.contest_now(session), made.id, agreed=True, actor=stage.second, at=AFTER
        )


def replace(stage: Stage, reason: str = "Đơn vị rút bài") -> Result:
    with stage.platform.db.write() as session:
        return replacement.replace(
            session, stage.contest_now(session), vault=stage.vault, reason=reason,
            actor=stage.organiser, at=AFTER,
        )


def told(stage: Stage) -> list[int]:
    """Who was told by mail that a final result no longer holds."""
    with stage.platform.db.read() as session:
        mails = session.scalars(select(Mail).where(Mail.template == "result_moved")).all()
        return sorted(int(mail.params["user_id"]) for mail in mails)


def states(stage: Stage) -> list[tuple[int, str, int]]:
    with stage.platform.db.read() as session:
        found = results.all_of(session, stage.contest_now(session))
        return [(one.number, one.state, len(one.output["ranking"])) for one in found]


def test_a_unit_that_withdraws_between_freezing_and_the_ceremony(
    stage: Stage, frozen: Result, visit: Visits
) -> None:
    """Offered with the new ranking; one step; the ceremony goes on with a bundle that verifies."""
    withdraw(stage, 2)
    with pytest.raises(Conflict, match=stage.clips[2].code):
        stage.publish(frozen)
    assert told(stage) == [stage.organiser.id, stage.second.id]
    browser = visit.role("organiser")
    line = f"sau khi chốt kết quả: {stage.clips[2].code} (rời hội thi)"
    assert line in browser.get(f"{HOME}/").text
    page = browser.get(f"{HOME}/results/").text
    assert "Có bài thay đổi sau khi chốt bản 1" in page
    assert f"Rút bài {stage.clips[2].code} (Đoàn C)" in page
    assert "Công bố bản 1…" not in page
    table = page[page.index("Hạng mới"):page.index("Tính và chốt bản mới")]
    assert table.index("Đoàn B") < table.index("Đoàn A")
    assert "Đoàn C" not in table.split("</table>")[0]
    assert states(stage) == [(1, "frozen", 3)]
    answer = browser.post(f"{HOME}/results/replace", data={"reason": "Đoàn C rút bài"})
    assert answer.status_code == 303
    assert states(stage) == [(2, "frozen", 2), (1, "discarded", 3)]
    assert "sau khi chốt kết quả" not in browser.get(f"{HOME}/").text
    second = stage.make.fresh(stage_result(stage))
    stage.publish(second)
    assert states(stage)[0] == (2, "published", 2)
    path: Path = stage.platform.blobs.path(second.bundle_sha256)
    checks = scoring.bundle.verify(path, key=stage.fingerprint)
    assert [check.vi for check in checks if check.holds is not True] == []


def stage_result(stage: Stage) -> Result:
    with stage.platform.db.read() as session:
        found = results.current(session, stage.contest_now(session))
        assert found is not None
        return found


def test_excluding_a_clip_then_leads_straight_to_the_offer(
    stage: Stage, frozen: Result, visit: Visits
) -> None:
    answer = visit.role("organiser").post(
        f"{HOME}/entries/{stage.clips[0].code}/disqualify", data={"reason": "Sao chép"}
    )
    assert answer.headers["Location"].endswith("/organiser/results/")


@pytest.mark.parametrize("public", [False, True])
def test_a_winner_is_disqualified_and_replaced_in_one_step_with_a_look_at_who_moves_up(
    stage: Stage, frozen: Result, visit: Visits, public: bool
) -> None:
    if public:
        stage.publish(frozen)
    organiser, code = visit.role("organiser"), stage.clips[2].code  # the best one
    address = f"{HOME}/entries/{code}"
    assert f"{address}/replace" in organiser.get(address).text
    page = organiser.get(f"{address}/replace").text
    assert "lý do được công bố cùng bản kết quả mới" in page
    up = page[page.index("Ai lên giải?"):page.index("Xem cả bảng")]
    assert "<strong>Đoàn B</strong>: Giải nhất (từ hạng 2 lên hạng 1)" in up
    assert "Đoàn C" not in up
    assert organiser.post(f"{address}/replace", data={"reason": ""}).status_code == 422
    assert states(stage)[0][0] == 1
    assert organiser.post(f"{address}/replace", data={"reason": "Sao chép"}).status_code == 303
    assert states(stage) == [(2, "frozen", 2), (1, "published" if public else "discarded", 3)]
    made = stage_result(stage)
    assert made.reason == f"Loại bài {code} (Đoàn C): Sao chép"
    assert organiser.get(f"{address}/replace").headers["Location"].endswith(address)
    stage.publish(made)
    assert states(stage)[0] == (2, "published", 2)


def test_a_clip_that_comes_back_after_freezing_is_counted_by_the_new_revision(
    stage: Stage,
) -> None:
    disqualify(stage, 2)
    first = stage.freeze(stage.compute())
    agree(stage, propose(stage, 2))
    with pytest.raises(Conflict, match="came back"):
        stage.publish(first)
    second = replace(stage, "Khôi phục bài loại nhầm")
    assert [row["unit"] for row in second.output["ranking"]] == ["Đoàn C", "Đoàn B", "Đoàn A"]
    stage.publish(second)


def test_who_leaves_and_comes_back_changes_nothing(stage: Stage, frozen: Result) -> None:
    disqualify(stage, 1)
    agree(stage, propose(stage, 1))
    with stage.platform.db.read() as session:
        assert moved_since.moved(session, session.get_one(Result, frozen.id)) == []
    assert stage.publish(frozen).state == "published"


def test_where_something_is_missing_a_second_person_freezes_the_new_one(stage: Stage) -> None:
    stage.make.user("juror", contest=stage.contest)
    stage.freeze(stage.compute(reason="Một giám khảo đi công tác"), stage.second)
    withdraw(stage, 0)
    made = replace(stage)
    assert made.state == "computed"
    stage.publish(stage.freeze(made, stage.second))
    assert states(stage)[0] == (2, "published", 2)


def test_after_publication_a_unit_asks_and_an_organiser_decides(
    stage: Stage, visit: Visits
) -> None:
    stage.publish(stage.freeze(stage.compute()))
    unit = visit.unit(stage.units[2])
    address = f"/c/quan11-2023/unit/entries/{stage.clips[2].code}"
    page = unit.get(address).text
    assert "Xin rút bài…" in page
    assert "Rút bài dự thi…" not in page
    assert unit.post(f"{address}/withdraw", data={}).status_code == 409
    assert unit.post(f"{address}/ask-withdrawal", data={"reason": "xin"}).status_code == 422
    why = "Tác giả xin rút bài"
    assert unit.post(f"{address}/ask-withdrawal", data={"reason": why}).status_code == 303
    assert "Ban Tổ chức chưa quyết định" in unit.get(address).text
    assert stage.make.fresh(stage.clips[2]).state == "published"
    organiser = visit.role("organiser")
    assert why in organiser.get(f"{HOME}/requests").text
    answer = organiser.post(f"{HOME}/requests/1", data={"verdict": "agree"})
    assert answer.headers["Location"].endswith("/organiser/results/")
    assert stage.make.fresh(stage.clips[2]).state == "withdrawn"
    stage.publish(replace(stage))
    assert states(stage) == [(2, "published", 2), (1, "published", 3)]


def test_after_publication_the_way_back_is_a_new_revision_and_the_message_says_it(
    stage: Stage, visit: Visits
) -> None:
    disqualify(stage, 2)
    stage.publish(stage.freeze(stage.compute()))
    with pytest.raises(Conflict, match="First compute a new revision"):
        propose(stage, 2)
    page = visit.role("organiser").get(f"{HOME}/entries/{stage.clips[2].code}").text
    assert "trước hết hãy lập bản kết quả mới" in page
    stage.compute(reason="Loại nhầm, khôi phục")
    agree(stage, propose(stage, 2))
    second = stage.compute()
    assert len(second.output["ranking"]) == 3
    stage.publish(stage.freeze(second))
    assert states(stage) == [(2, "published", 3), (1, "published", 2)]
    with stage.platform.db.read() as session:
        told = session.scalars(select(Mail).where(Mail.template == "reinstated")).all()
    assert len(told) == 1


def merge(stage: Stage, gone: int, into: int) -> None:
    with stage.platform.db.write() as session:
        unit_merging.merge(
            session, session.get_one(Unit, stage.units[gone].id),
            session.get_one(Unit, stage.units[into].id), reason="Sáp nhập phường",
            actor=stage.organiser, at=AFTER,
        )


def test_wards_that_merge_between_freezing_and_the_ceremony(
    stage: Stage, frozen: Result, visit: Visits
) -> None:
    """The ranking is by unit: what was frozen no longer holds, and is replaced in one step."""
    merge(stage, 0, 1)
    with pytest.raises(Conflict, match=f"went to another unit: {stage.clips[0].code}"):
        stage.publish(frozen)
    browser = visit.role("organiser")
    page = browser.get(f"{HOME}/results/").text
    assert "Có bài thay đổi sau khi chốt bản 1" in page
    assert f"Chuyển đơn vị bài {stage.clips[0].code} (Đoàn B)" in page
    line = f"sau khi chốt kết quả: {stage.clips[0].code} (sang đơn vị khác)"
    assert line in browser.get(f"{HOME}/").text
    browser.post(f"{HOME}/results/replace", data={"reason": "Hai đơn vị sáp nhập"})
    with stage.platform.db.read() as session:
        second = results.current(session, stage.contest_now(session))
    assert states(stage)[0] == (2, "frozen", 2)
    stage.publish(second)
    merge(stage, 1, 2)  # what was published keeps the units of its day
    with stage.platform.db.read() as session:
        assert moved_since.moved(session, session.get_one(Result, second.id)) == []


def test_a_unit_that_is_renamed_between_freezing_and_the_ceremony_keeps_its_place(
    stage: Stage, frozen: Result,
) -> None:
    with stage.platform.db.write() as session:
        unit_changes.change(
            session, session.get_one(Unit, stage.units[0].id), Row(0, "Đoàn Phường A mới"),
            actor=stage.organiser, at=AFTER,
        )
    made = stage.publish(frozen)
    assert [row["unit"] for row in made.output["ranking"]] == ["Đoàn C", "Đoàn B", "Đoàn A"]
