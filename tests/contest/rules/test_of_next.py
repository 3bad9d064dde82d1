"""The next round's rules by forms, written into this round's file: what differs, what lacks."""

from datetime import datetime

import pytest

from contest import profile as rule_files
from contest.errors import Invalid
from contest.models import Contest, ProfileRevision, Result, RoundLink
from contest.profile import Profile
from contest.services.core import profiles
from contest.services.desk.setup import reference_source
from contest.services.rules import fields
from contest.services.rules.changes import changes
from contest.services.rules.next_rules import next_source, with_next
from contest.services.rules.toml_editing import edited
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import Factory
from tests.contest.rounds.rules import live
from tests.contest.rules.test_sections import RULES, sent, source_in

SOURCE = live(reference_source())
AWARDS = datetime.fromisoformat("2023-07-06T21:00:00+07:00")
NEXT = "?round=next"


def rules(source: str) -> Profile:
    return rule_files.load(source).profile


def after(source: str) -> Profile:
    return rules(next_source(source))


@pytest.fixture
def contest(make: Factory) -> Contest:
    return make.contest(edit=lambda _: SOURCE)


def test_what_differs_is_written_and_what_is_alike_is_not() -> None:
    own = rules(SOURCE)
    made = with_next(SOURCE, own, {"schedule.awards": AWARDS, "jury.trim": own.jury.trim})
    assert after(made).schedule.awards == AWARDS
    assert rules(made).schedule.awards == own.schedule.awards
    assert "trim" not in rules(made).next_round.rules["jury"]
    assert made.startswith(SOURCE[: SOURCE.index("[next_round]")])  # comments, order: as they were


def test_what_is_as_in_this_round_again_follows_it() -> None:
    own = rules(SOURCE)
    rubric = fields.tables(own.jury.criteria)
    other = with_next(SOURCE, own, {"jury.criteria": [rubric[0] | {"max": 100}], "jury.live": True})
    assert [one.max for one in after(other).jury.criteria] == [100]
    back = with_next(other, rules(other), {"jury.criteria": rubric})
    assert "jury" not in rules(back).next_round.rules
    later = edited(back, {"jury.criteria": [rubric[0] | {"max": 100}]})
    assert [one.max for one in after(later).jury.criteria] == [100]


def test_a_rule_that_the_next_round_lacks_is_said_and_comes_back() -> None:
    """Without a deadline of its own the jury's is the cut-off of the counts."""
    closes = rules(SOURCE).schedule.counts_close
    source = edited(SOURCE, {"schedule.jury_closes": closes})
    made = with_next(source, rules(source), {"schedule.jury_closes": None})
    assert rules(made).next_round.without == ["schedule.jury_closes"]
    assert after(made).schedule.jury_closes is None
    assert rules(made).schedule.jury_closes == closes
    at = after(made).schedule.counts_close
    back = with_next(made, rules(made), {"schedule.jury_closes": at})
    assert rules(back).next_round.without == [] and after(back).schedule.jury_closes == at
    assert "without" not in back[back.index("[next_round]"):]


def test_rules_of_before_keep_their_content() -> None:
    assert "without" not in rules(SOURCE).model_dump()["next_round"]


@pytest.mark.parametrize("key", ["contest.title", "media.rules"])
def test_what_is_the_same_in_every_round_is_never_lacking(key: str) -> None:
    with pytest.raises(Invalid, match="same in every round"):
        rule_files.load(edited(SOURCE, {"next_round.without": [key]}))


@pytest.mark.parametrize("name", fields.OF_NEXT)
def test_a_section_sent_as_it_came_changes_nothing(
    visit: Visits, contest: Contest, name: str
) -> None:
    client = visit.role("organiser")
    page = client.get(f"{RULES}/sections/{name}{NEXT}")
    assert page.status_code == 200 and "Vòng chung kết" in page.text
    answer = client.post(f"{RULES}/sections/{name}{NEXT}", data=sent(page))
    assert "Nội dung không có gì thay đổi." in answer.text


def test_dates_and_rubric_of_the_next_round_are_changed_and_kept_as_a_revision(
    visit: Visits, contest: Contest, platform: Platform
) -> None:
    client = visit.role("organiser")
    listed = client.get(f"{RULES}/sections/rounds").text
    assert f"sections/schedule{NEXT}" in listed and f"sections/media{NEXT}" not in listed
    page = client.get(f"{RULES}/sections/schedule{NEXT}")
    assert 'value="2023-07-05T21:00"' in page.text
    answer = client.post(f"{RULES}/sections/schedule{NEXT}", data=sent(
        page, schedule__awards="2023-07-06T21:00"))
    assert "Vòng sau: " in answer.text and "21g00 ngày 6/7/2023 (thứ Năm)" in answer.text
    saved = client.post(RULES, data={"source": source_in(answer), "reason": "Dời lễ trao giải."})
    assert saved.status_code == 303
    page = client.get(f"{RULES}/sections/jury{NEXT}")
    answer = client.post(f"{RULES}/sections/jury{NEXT}", data=sent(
        page, jury__criteria__0__name__vi="Phần thi tài năng"))
    client.post(RULES, data={"source": source_in(answer), "reason": "Thang điểm chung kết."})
    with platform.db.read() as session:
        found = profiles.find(session, contest.slug)
        made = after(found.revision.source)
        reasons = [one.reason for one in session.query(ProfileRevision).order_by(
            ProfileRevision.id) if one.contest_id == found.id]
        own = profiles.profile_of(found)
    assert made.schedule.awards == AWARDS
    assert made.jury.criteria[0].name.vi == "Phần thi tài năng"
    assert own.jury.criteria[0].name.vi != "Phần thi tài năng"
    assert reasons[-2:] == ["Dời lễ trao giải.", "Thang điểm chung kết."]


@pytest.mark.parametrize(("part", "named", "value", "says"), [
    ("schedule", "schedule__entries_open", "2023-06-05T08:00", "trước khi vòng này chốt"),
    ("schedule", "schedule__jury_closes", "2023-06-20T08:00", "đã qua khi vòng sau bắt đầu"),
    ("prizes", "prizes__0__count", "9", "chỉ 6 đơn vị vào vòng sau"),
    ("scoring", "tie_breaks__1", "jury_mean", "có mục trùng tên"),
])
def test_what_cannot_be_is_said_before_anything_is_stored(
    visit: Visits, contest: Contest, *, part: str, named: str, value: str, says: str
) -> None:
    client, at = visit.role("organiser"), f"{RULES}/sections/{part}"
    form = sent(client.get(f"{at}{NEXT}"), **{named: value})
    refused = client.post(f"{at}{NEXT}", data=form)
    assert (refused.status_code, says in refused.text) == (422, True)
    found = client.post(f"{at}/check{NEXT}", data=form).json["findings"]
    field = named if part == "schedule" else ""
    assert (field, True) in {(one["field"], says in one["text"]) for one in found}


@pytest.mark.parametrize("part", ["contest", "media", "rounds", "levels", "nowhere", "filings.x"])
def test_what_no_round_has_of_its_own_has_no_form(
    visit: Visits, contest: Contest, part: str
) -> None:
    assert visit.role("organiser").get(f"{RULES}/sections/{part}{NEXT}").status_code == 404


def test_rules_without_a_next_round_have_none_of_its_forms(visit: Visits, make: Factory) -> None:
    make.contest()
    client = visit.role("organiser")
    assert client.get(f"{RULES}/sections/schedule{NEXT}").status_code == 404
    assert NEXT not in client.get(f"{RULES}/sections/rounds").text


def test_once_it_has_begun_its_own_rules_are_changed_there(
    visit: Visits, contest: Contest, make: Factory
) -> None:
    begun = make.contest("vong-chung-ket")
    result = make.add(Result(
        contest_id=contest.id, number=1, state="published", profile_revision_id=contest.revision_id,
        input={}, output={}, names={}, input_sha256="0" * 64, output_sha256="0" * 64,
        created_by="user:1", created_at=make.at, frozen_at=make.at, published_at=make.at,
    ))
    make.add(RoundLink(contest_id=begun.id, previous_id=contest.id, result_id=result.id,
                       begun_by="user:1", begun_at=make.at))
    client = visit.role("organiser")
    refused = client.get(f"{RULES}/sections/schedule{NEXT}")
    assert refused.status_code == 409 and "vong-chung-ket" in refused.text
    listed = client.get(f"{RULES}/sections/rounds").text
    assert NEXT not in listed and "/c/vong-chung-ket/organiser/rules" in listed


def test_an_instant_of_the_next_round_is_said_in_words() -> None:
    made = with_next(SOURCE, rules(SOURCE), {"schedule.awards": AWARDS})
    [one] = changes(rules(SOURCE), rules(made))
    assert one.label[1].startswith("Next round: ")
    assert one.new == ("21g00 ngày 6/7/2023 (thứ Năm)", "21:00 on 6/7/2023 (Thursday)")
    assert one.old[0] == "21g00 ngày 5/7/2023 (thứ Tư)"
