"""Rules in use are guarded: refused with the way, or carried over after a preview."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from contest.clock import FixedClock
from contest.errors import Conflict, Invalid
from contest.models import AuditRow, Ballot, Contest, Mark, Submission, User
from contest.services.core import profiles
from contest.services.core.in_use.effects import CARRIED, REFUSED, TOLD
from contest.services.jury import ballots
from contest.wiring import Platform
from tests.contest.conftest import Visits
from tests.contest.factory import QUAN11, Factory
from tests.contest.stage import AFTER, Stage

SOURCE = QUAN11.read_text()
MARKING = datetime.fromisoformat("2023-06-14T09:00:00+07:00")


def changed(*pairs: tuple[str, str]) -> str:
    source = SOURCE
    for before, after in pairs:
        assert before in source, before
        source = source.replace(before, after)
    return source


class Rules:
    def __init__(self, platform: Platform, make: Factory, contest: Contest, clock: FixedClock):
        self.platform, self.make, self.contest, self.clock = platform, make, contest, clock
        self.criteria = profiles.profile_of(contest).jury.criteria
        self.organiser = make.actor(make.user("organiser", contest=contest))

    def marked(self, count: int = 1, lack: int = 0) -> list[User]:
        """``count`` ballots handed in, by as many jurors, on one clip."""
        clip = self.make.submission(self.make.unit(self.contest), "published")
        jurors = [self.make.user("juror", contest=self.contest) for _ in range(count)]
        for juror in jurors:
            self.make.ballot(clip, juror, {c.id: c.max - lack for c in self.criteria})
        self.clip = clip
        return jurors

    def save(self, source: str, *, agreed: bool = False, reason: str = "Sửa thể lệ") -> None:
        with self.platform.db.write() as session:
            profiles.import_profile(
                session, source, actor=self.organiser, at=self.clock.now(), reason=reason,
                agreed=agreed,
            )

    def effects(self, source: str) -> list[tuple[str, str]]:
        with pytest.raises(Conflict) as caught:
            self.save(source)
        return [(one["kind"], one["en"]) for one in caught.value.data["effects"]]

    def marks(self) -> dict[str, int]:
        query = select(Mark.criterion, func.count()).group_by(Mark.criterion)
        with self.platform.db.read() as session:
            return {row[0]: row[1] for row in session.execute(query)}


@pytest.fixture
def rules(platform: Platform, make: Factory, contest: Contest, clock: FixedClock) -> Rules:
    clock.moment = MARKING
    return Rules(platform, make, contest, clock)


def rename(rules: Rules, new: str = "chu-de") -> tuple[str, tuple[str, str]]:
    first = rules.criteria[0].id
    return first, (f'id = "{first}"', f'id = "{new}"')


# ---------------------------------------------------------------------------- the rubric


def test_a_typing_error_in_the_rubric_after_fifty_ballots(rules: Rules) -> None:
    """The label at once; the id with its marks carried over, shown before, in the trail after."""
    rules.marked(50)
    label = rules.criteria[0].name.vi
    rules.save(changed((f'vi = "{label}"', f'vi = "{label} (sửa)"')))
    first, pair = rename(rules)
    source = changed((f'vi = "{label}"', f'vi = "{label} (sửa)"'), pair)
    kind, said = rules.effects(source)[0]
    assert kind == CARRIED
    assert f'"{first}" becomes "chu-de": its 50 marks are kept' in said
    assert rules.marks()[first] == 50
    rules.save(source, agreed=True)
    assert first not in rules.marks()
    assert rules.marks()["chu-de"] == 50
    with rules.platform.db.read() as session:
        states = session.execute(select(Ballot.state, func.count()).group_by(Ballot.state)).all()
        trail = session.scalars(select(AuditRow).where(AuditRow.action == "profile.carried")).one()
        contest = session.get_one(Contest, rules.contest.id)
        ballot = session.scalars(select(Ballot).limit(1)).one()
        assert ballots.missing_criteria(profiles.profile_of(contest), ballot) == []
    assert [tuple(row) for row in states] == [("submitted", 50)]
    assert "50 điểm" in (trail.after or {})["changes"][0]


def test_all_criteria_may_get_other_ids_at_once(rules: Rules) -> None:
    rules.marked(2)
    pairs = [(f'id = "{c.id}"', f'id = "{c.id}-moi"') for c in rules.criteria]
    before = rules.marks()
    rules.save(changed(*pairs), agreed=True)
    assert rules.marks() == {f"{name}-moi": count for name, count in before.items()}


def _block(rules: Rules, number: int) -> str:
    """The text of one criterion in the rule file."""
    parts = SOURCE.split("[[jury.criteria]]")
    return "[[jury.criteria]]" + parts[number + 1].partition("\n[scoring]")[0].rstrip("\n#= -")


def test_a_criterion_with_marks_is_not_removed(rules: Rules) -> None:
    rules.marked(3)
    gone = _block(rules, 0)
    kind, said = rules.effects(SOURCE.replace(gone, ""))[0]
    assert kind == REFUSED
    assert "has 3 marks and cannot be removed" in said
    assert "change the id in its place" in said


def test_a_maximum_is_not_set_below_a_mark(rules: Rules) -> None:
    rules.marked()
    most = rules.criteria[0].max
    low = SOURCE.replace(f"max = {most}", f"max = {most - 1}", 1)
    kind, said = rules.effects(low)[0]
    assert kind == REFUSED
    assert f"has a mark of {most}" in said
    assert f"Choose at least {most}" in said


def test_a_maximum_above_the_marks_is_shown_and_agreed_to(rules: Rules) -> None:
    rules.marked(2)
    most = rules.criteria[0].max
    high = SOURCE.replace(f"max = {most}", f"max = {most + 10}", 1)
    assert [kind for kind, _ in rules.effects(high)] == [CARRIED]
    rules.save(high, agreed=True)
    assert rules.marks()[rules.criteria[0].id] == 2


NEW = """
[[jury.criteria]]
id = "sang-tao"
max = 10
name = { vi = "Sáng tạo", en = "Originality" }
hint = { vi = "Mới lạ", en = "New" }
"""


def with_another(source: str = SOURCE) -> str:
    head, mark, tail = source.partition("[scoring]")
    return f"{head}{NEW}\n{mark}{tail}"


def test_a_new_criterion_reopens_what_was_handed_in(rules: Rules) -> None:
    jurors = rules.marked(2)
    kind, said = rules.effects(with_another())[0]
    assert (kind, "2 ballots" in said) == (CARRIED, True)
    rules.save(with_another(), agreed=True)
    with rules.platform.db.write() as session:
        clip = session.get_one(Submission, rules.clip.id)
        actor = rules.make.actor(jurors[0])
        ballot = ballots.of(session, clip, actor=actor)
        assert ballot is not None
        assert (ballot.state, ballot.submitted_at) == ("open", None)
        ballots.save(session, clip, {"sang-tao": 7}, version=ballot.version, actor=actor,
                     at=MARKING)
        assert ballots.submit(session, clip, actor=actor, at=MARKING).state == "submitted"


def test_a_new_criterion_after_the_jurys_deadline_needs_a_new_one(rules: Rules) -> None:
    rules.marked()
    rules.clock.moment = AFTER
    kind, said = rules.effects(with_another())[0]
    assert (kind, "jury's deadline has passed" in said) == (REFUSED, True)
    later = with_another().replace("jury_closes = 2023-06-25", "jury_closes = 2023-06-28")
    rules.save(later, agreed=True)


def test_after_a_frozen_result_no_criterion_comes_that_nobody_could_mark(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    """Freezing locks ballots for good: also in a new revision nobody is sent to open the round."""
    stage = Stage(platform, make, contest)
    clock.moment = AFTER
    rules = Rules(platform, make, contest, clock)
    stage.freeze(stage.compute())
    stage.compute(reason="Sửa trần điểm theo biên bản 3")
    later = with_another().replace("jury_closes = 2023-06-25", "jury_closes = 2023-06-28")
    refused = [said for kind, said in rules.effects(later) if kind == REFUSED]
    assert [("Keep the criteria" in said, "Reopen" in said) for said in refused] == [(True, False)]
    low = SOURCE.replace(f"max = {rules.criteria[0].max}", "max = 1", 1)
    refused = [said for kind, said in rules.effects(low) if kind == REFUSED]
    assert [("Choose at least" in said, "again" in said) for said in refused] == [(True, False)]


# ---------------------------------------------------------------------------- deadlines


@pytest.mark.parametrize(("now", "before", "after", "what"), [
    ("2023-06-05T09:00:00+07:00", "entries_close = 2023-06-11T00:00:00",
     "entries_close = 2023-06-05T08:00:00", "The deadline for clips"),
    ("2023-06-14T09:00:00+07:00", "counts_close = 2023-06-19T16:00:00",
     "counts_close = 2023-06-14T08:59:00", "The cut-off"),
    ("2023-06-21T09:00:00+07:00", "jury_closes = 2023-06-25T23:59:59",
     "jury_closes = 2023-06-20T16:00:00", "The jury's deadline"),
    ("2023-06-11T09:00:00+07:00", "publicity_opens = 2023-06-12T08:00:00",
     "publicity_opens = 2023-06-11T08:00:00", "The common release"),
])
def test_no_deadline_moves_into_the_past(
    rules: Rules, now: str, before: str, after: str, what: str
) -> None:
    rules.clock.moment = datetime.fromisoformat(now)
    kind, said = rules.effects(changed((before, after)))[0]
    assert kind == REFUSED
    assert said.startswith(what)
    assert "would lie in the past" in said


def test_a_deadline_is_moved_ahead_and_earlier_too(rules: Rules) -> None:
    rules.save(changed(("counts_close = 2023-06-19T16", "counts_close = 2023-06-18T16")))
    rules.save(changed(("counts_close = 2023-06-19T16", "counts_close = 2023-06-20T16")))


def test_time_that_was_given_is_not_cut_off(rules: Rules) -> None:
    until = MARKING + timedelta(days=4)
    unit = rules.make.unit(rules.contest)
    rules.make.submission(unit, "needs_fix", changes_until=until)
    kind, said = rules.effects(
        changed(("counts_close = 2023-06-19T16", "counts_close = 2023-06-17T16"))
    )[0]
    assert (kind, "Entries with time to send until" in said) == (REFUSED, True)


# ---------------------------------------------------------------------------- scoring, quota


def test_weights_stay_once_a_result_is_frozen_and_the_way_leads_on(
    platform: Platform, make: Factory, contest: Contest, clock: FixedClock
) -> None:
    stage = Stage(platform, make, contest)
    clock.moment = AFTER
    rules = Rules(platform, make, contest, clock)
    stage.freeze(stage.compute())
    source = changed(("points_cap = 300", "points_cap = 400"))
    kind, said = rules.effects(source)[0]
    assert (kind, "First compute a new revision" in said) == (REFUSED, True)
    stage.compute(reason="Sửa trần điểm theo biên bản 3")
    rules.save(source)
    second = stage.compute()
    assert second.input["rules"]["points_cap"] == 400
    stage.publish(stage.freeze(second))
    assert rules.effects(SOURCE)[0][0] == REFUSED


def test_weights_before_that_are_told(rules: Rules) -> None:
    rules.marked(2)
    source = changed(("points_cap = 300", "points_cap = 400"))
    with rules.platform.db.read() as session:
        contest = session.get_one(Contest, rules.contest.id)
        loaded = profiles.profiles.load(source).profile
        found = profiles.effects_of(session, contest, loaded, at=MARKING)
    assert [one.kind for one in found] == [TOLD]
    rules.save(source)


def test_a_quota_does_not_shrink_under_the_entries(rules: Rules) -> None:
    unit = rules.make.unit(rules.contest, "Đoàn Phường 9")
    for state in ("in_review", "approved", "withdrawn"):
        rules.make.submission(unit, state)
    kind, said = rules.effects(_quota(maximum=1))[0]
    assert (kind, "Đoàn Phường 9 (2)" in said) == (REFUSED, True)
    rules.save(_quota(maximum=2))


def _quota(**values: int) -> str:
    source = SOURCE
    for name, value in values.items():
        lines = [f"{name} = {value}" if line.startswith(f"{name} = ") else line
                 for line in source.splitlines()]
        source = "\n".join(lines)
    return source


def test_nobody_owes_more_clips_after_the_deadline(rules: Rules) -> None:
    kind, said = rules.effects(_quota(minimum=2))[0]
    assert (kind, "Entries are closed" in said) == (REFUSED, True)


def test_a_kind_of_entry_in_use_stays(rules: Rules) -> None:
    rules.make.submission(rules.make.unit(rules.contest), "needs_fix", kind="team")
    only = changed(('kinds = ["individual", "team"]', 'kinds = ["individual"]'))
    assert rules.effects(only)[0][0] == REFUSED


def test_a_category_with_entries_keeps_its_id_and_may_be_renamed(rules: Rules) -> None:
    def sorted_into(*names: tuple[str, str]) -> str:
        return SOURCE + "".join(
            f'\n[[categories]]\nid = "{id_}"\nname = {{ vi = "{name}", en = "{name}" }}\n'
            f'[[prizes]]\nid = "nhat-{id_}"\nby = "category:{id_}"\ncount = 1\n'
            f'certificate = true\nname = {{ vi = "Nhất {name}", en = "First {name}" }}\n'
            for id_, name in names)

    rules.save(sorted_into(("phim", "Phim"), ("nhac", "Nhạc")))
    unit = rules.make.unit(rules.contest)
    rules.make.submission(unit, "in_review", category="phim")
    rules.make.submission(unit, "withdrawn", category="nhac")
    for changed_to in ((("nhac", "Nhạc"),), (("film", "Phim"), ("nhac", "Nhạc"))):
        kind, said = rules.effects(sorted_into(*changed_to))[0]
        assert (kind, '"Phim" (phim) has 1 entries' in said) == (REFUSED, True)
    rules.save(sorted_into(("phim", "Phim ngắn")))  # nobody is left in the other one


# ---------------------------------------------------------------------------- the screen


def test_the_screen_shows_what_is_carried_and_asks_once(rules: Rules, visit: Visits) -> None:
    rules.marked(5)
    browser = visit.role("organiser")
    first, pair = rename(rules)
    source = changed(pair)
    page = browser.post("/c/quan11-2023/organiser/rules/preview", data={"source": source}).text
    assert f"“{first}” đổi mã thành “chu-de”: 5 điểm" in page
    form = {"source": source, "reason": "Sửa lỗi gõ"}
    assert browser.post("/c/quan11-2023/organiser/rules", data=form).status_code == 409
    assert rules.marks()[first] == 5
    agreed = form | {"agreed": "y"}
    assert browser.post("/c/quan11-2023/organiser/rules", data=agreed).status_code == 303
    assert rules.marks()["chu-de"] == 5


def test_the_screen_does_not_offer_to_save_what_is_refused(rules: Rules, visit: Visits) -> None:
    rules.marked(5)
    browser = visit.role("organiser").english()
    source = SOURCE.replace(_block(rules, 0), "")
    page = browser.post("/c/quan11-2023/organiser/rules/preview", data={"source": source}).text
    assert "cannot be removed" in page
    assert "Save the new revision" not in page
    back = {"source": source, "edit": "1"}
    again = browser.post("/c/quan11-2023/organiser/rules/preview", data=back)
    assert again.status_code == 200
    assert "textarea" in again.text
    form = {"source": source, "reason": "Bỏ", "agreed": "y"}
    assert browser.post("/c/quan11-2023/organiser/rules", data=form).status_code == 409


def test_a_reason_is_still_needed(rules: Rules) -> None:
    with pytest.raises(Invalid, match="needs a reason"):
        rules.save(changed(("points_cap = 300", "points_cap = 400")), reason="")
