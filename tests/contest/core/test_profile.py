"""Profiles: what the two rule files say, and what a wrong one is told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contest import canonical
from contest import profile as profiles
from contest.actors import SYSTEM, Actor
from contest.db import Database
from contest.errors import Invalid, NotAllowed
from contest.models import AuditRow, ProfileRevision
from contest.services.core import profiles as services
from contest.services.core.profiles import find, import_profile, profile_of, revisions

ROOT = Path(__file__).parent.parent
QUAN11 = (ROOT.parent.parent / "contest/profiles/quan11-2023.toml").read_text()
SHORTS = (ROOT / "profiles/phim-ngan-2024.toml").read_text()
BEFORE = datetime(2023, 5, 1, tzinfo=UTC)
DURING = datetime(2023, 6, 1, tzinfo=UTC)


def faults(source: str) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        profiles.load(source)
    return {fault["key"]: fault["en"] for fault in refused.value.data.get("faults", [])}


def test_the_reference_profile_says_what_the_plan_says() -> None:
    rules = profiles.load(QUAN11).profile
    assert rules.schedule.entries_close == datetime(2023, 6, 10, 17, tzinfo=UTC)  # end of 10/6
    assert rules.schedule.counts_close == datetime(2023, 6, 19, 9, tzinfo=UTC)  # 16g00 19/6
    scoring = rules.scoring
    assert (scoring.jury_weight, scoring.interaction_weight, scoring.points_cap) == (40, 60, 300)
    assert (scoring.points_per_share, scoring.points_per_reaction) == (2, 1)
    assert (scoring.shares_per_account, rules.quota.minimum) == (2, 1)
    assert [(p.name.vi, p.count, p.cash) for p in rules.prizes] == [
        ("Giải nhất", 1, True), ("Giải nhì", 1, True), ("Giải ba", 1, True),
        ("Giải khuyến khích", 3, False),
    ]
    assert sum(c.max for c in rules.jury.criteria) == 100


def test_another_contest_needs_no_code() -> None:
    rules = profiles.load(SHORTS).profile
    assert rules.media["rules"]["aspect_ratio"]["ratio"] == "16:9"
    assert (rules.scoring.jury_weight, rules.jury.trim) == (70, 1)
    assert rules.release_at == datetime(2024, 3, 20, 12, tzinfo=UTC)
    assert rules.schedule.ballots_close == rules.schedule.counts_close


def test_a_stored_revision_reads_back_as_it_was() -> None:
    for source in (QUAN11, SHORTS):
        loaded = profiles.load(source)
        assert profiles.stored(loaded.content) == loaded.profile


def test_the_hash_is_of_the_rules_not_of_their_spelling() -> None:
    with_comment = "# a comment\n" + QUAN11.replace("jury_weight = 40", "jury_weight   = 40")
    assert profiles.load(with_comment).sha256 == profiles.load(QUAN11).sha256
    other = QUAN11.replace("points_cap = 300", "points_cap = 301")
    assert profiles.load(other).sha256 != profiles.load(QUAN11).sha256


@pytest.mark.parametrize(
    ("old", "new", "key", "sentence"),
    [
        ("jury_weight = 40", 'jury_weight = "40"', "scoring.jury_weight", "must be a whole number"),
        ("jury_weight = 40\n", "", "scoring.jury_weight", "is missing; please add it"),
        ("points_cap = 300", "points_cap = 0", "scoring.points_cap", "must be more than 0"),
        ("grace_minutes = 60", "grace = 60", "schedule.grace",
         "is not a known key; remove it or correct its name"),
        ("19T16:00:00+07:00", "19T16:00:00", "schedule.counts_close",
         "has no zone; please add +07:00"),
        ("2023-06-19T16:00:00+07:00", "2023-06-09T16:00:00+07:00", "schedule",
         "must be in this order: entries_open, entries_close, publicity_opens, counts_close, "
         "awards"),
        ("Asia/Ho_Chi_Minh", "Asia/Saigon City", "schedule.time_zone",
         "is not a known time zone; for example Asia/Ho_Chi_Minh"),
        ('id = "second"', 'id = "first"', "profile", "has the same id twice"),
        ('"chair"]', '"dice"]', "tie_breaks.3",
         "takes only 'jury_mean', 'top_criterion', 'uncapped_points' or 'chair'"),
    ],
)
def test_a_wrong_rule_is_named_with_its_remedy(
    old: str, new: str, key: str, sentence: str
) -> None:
    assert QUAN11.count(old) == 1
    assert faults(QUAN11.replace(old, new)) == {key: sentence}


def test_a_wrong_media_rule_is_named_by_the_media_room() -> None:
    found = faults(QUAN11.replace('ratio = "4:3"', 'ratio = "square"'))
    assert list(found) == ["media.rules.aspect_ratio.ratio"]


def test_all_faults_are_told_at_once() -> None:
    wrong = QUAN11.replace("jury_weight = 40", "jury_weight = true").replace("max = 30", "max = 0")
    assert set(faults(wrong)) == {"scoring.jury_weight", "jury.criteria.1.max"}


def test_what_is_no_toml_is_told_the_line() -> None:
    with pytest.raises(Invalid, match=r"not valid TOML: .*line 1"):
        profiles.load("this is = = no toml")


def test_importing_keeps_every_revision(database: Database) -> None:
    with database.write() as session:
        contest, new = import_profile(session, QUAN11, actor=SYSTEM, at=BEFORE)
        assert new
        assert import_profile(session, QUAN11, actor=SYSTEM, at=BEFORE) == (contest, False)
        changed = QUAN11.replace("points_cap = 300", "points_cap = 400")
        import_profile(session, changed, actor=SYSTEM, at=BEFORE)
    with database.read() as session:
        contest = find(session, "quan11-2023")
        assert profile_of(contest).scoring.points_cap == 400
        assert [r.number for r in revisions(session, contest)] == [2, 1]
        assert revisions(session, contest)[1].source == QUAN11
        assert session.query(AuditRow).filter_by(action="profile.imported").count() == 2


def test_rules_are_parsed_once_and_stay_as_they_were_stored(database: Database) -> None:
    with database.write() as session:
        import_profile(session, QUAN11, actor=SYSTEM, at=BEFORE)
    found = []
    for _ in range(2):
        with database.read() as session:
            contest = find(session, "quan11-2023")
            found.append(profile_of(contest))
            assert contest.revision
            assert canonical.sha256(found[-1].model_dump(mode="json")) == contest.revision.sha256
    assert found[0] is found[1]


def test_only_so_many_profiles_are_kept_in_memory() -> None:
    content = profiles.load(QUAN11).content
    revisions = [
        ProfileRevision(sha256=f"{n:064x}", content=content) for n in range(services.KEPT + 1)
    ]
    first, *_, last = [services.profile_at(revision) for revision in revisions]
    assert services.profile_at(revisions[-1]) is last
    assert services.profile_at(revisions[0]) is not first
    for revision in revisions:  # these hashes are made up
        services._known.pop(revision.sha256, None)


def test_a_change_after_the_opening_needs_a_reason(database: Database) -> None:
    changed = QUAN11.replace("points_cap = 300", "points_cap = 400")
    with database.write() as session:
        import_profile(session, QUAN11, actor=SYSTEM, at=BEFORE)
    with pytest.raises(Invalid, match="needs a reason"), database.write() as session:
        import_profile(session, changed, actor=SYSTEM, at=DURING)
    with database.write() as session:
        contest, _ = import_profile(session, changed, actor=SYSTEM, at=DURING, reason="Sửa trần")
        assert contest.revision and contest.revision.reason == "Sửa trần"


def test_a_reviewer_changes_no_rules(database: Database) -> None:
    with database.write() as session:
        contest, _ = import_profile(session, QUAN11, actor=SYSTEM, at=BEFORE)
        contest_id = contest.id
    reviewer = Actor("user", 1, roles={contest_id: frozenset({"reviewer"})})
    changed = QUAN11.replace("points_cap = 300", "points_cap = 400")
    with pytest.raises(NotAllowed), database.write() as session:
        import_profile(session, changed, actor=reviewer, at=BEFORE)
