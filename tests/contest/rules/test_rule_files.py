"""Editing single rules of a rule file, and the template of new contests."""

import tomllib
from datetime import datetime

import pytest

from contest import profile as rule_files
from contest.services.desk.setup import reference_source
from contest.services.rules import drafting
from contest.services.rules.toml_editing import edited

SAID = {
    "contest.title.vi": "Cuộc thi “Sống xanh”", "contest.theme.vi": "Sống xanh",
    "contest.organiser.vi": "Đoàn xã Bình An", "contest.contact.vi": "Văn phòng Đoàn xã",
    "contest.page_name": "Tuổi trẻ Bình An", "contest.page_url": "https://facebook.com/binhan",
    "schedule.entries_open": "2024-03-01T00:00:00+07:00",
    "schedule.entries_close": "2024-03-21T00:00:00+07:00",
    "schedule.publicity_opens": "2024-03-22T08:00:00+07:00",
    "schedule.counts_close": "2024-03-29T16:00:00+07:00",
    "schedule.awards": "2024-04-05T08:00:00+07:00",
}


def test_an_edit_changes_one_rule_and_leaves_comments_alone() -> None:
    source = "# đầu tệp\n[quota]\nminimum = 1   # ít nhất\nmaximum = 5   # nhiều nhất\n"
    assert edited(source, {"quota.maximum": 3}) == (
        "# đầu tệp\n[quota]\nminimum = 1   # ít nhất\nmaximum = 3\n")


def test_the_same_value_changes_nothing_at_all() -> None:
    source = reference_source()
    data = tomllib.loads(source)
    same = {"quota.minimum": 1, "prizes": data["prizes"], "scoring.points_cap": 300,
            "schedule.entries_close": data["schedule"]["entries_close"]}
    assert edited(source, same) == source


def test_lists_of_tables_are_written_anew() -> None:
    prize = {"id": "a", "count": 2, "cash": True, "name": {"vi": "Giải “A”", "en": 'Prize "A"'}}
    made = edited(reference_source(), {"prizes": [prize]})
    assert tomllib.loads(made)["prizes"] == [prize]
    assert rule_files.load(made).profile.prizes[0].name.en == 'Prize "A"'


def test_a_rule_can_be_added_and_taken_out() -> None:
    made = edited(reference_source(), {
        "schedule.jury_closes": None, "scoring.shares_per_account_per": "day",
        "rules_note.vi": "Dời hạn.", "rules_note.en": "Later.",
    })
    profile = rule_files.load(made).profile
    assert (profile.schedule.jury_closes, profile.scoring.per_day) == (None, True)
    assert profile.rules_note is not None and profile.rules_note.vi == "Dời hạn."


def test_the_template_says_nothing_of_the_reference_contest() -> None:
    template = drafting.template_of(reference_source())
    made = drafting.rule_file(template, SAID, slug="song-xanh-2024", bases=[])
    assert [word for word in ("3 trách nhiệm", "Quận 11", "Quận Đoàn", "2023", "QUẬN",
                              "Responsibilities", "District")
            if word in "\n".join(line.split("#")[0] for line in made.splitlines())] == []


def test_what_is_said_becomes_a_valid_rule_file() -> None:
    template = drafting.template_of(reference_source())
    made = drafting.rule_file(template, SAID, slug="song-xanh-2024", bases=["Kế hoạch số 1"])
    profile = rule_files.load(made).profile
    assert profile.contest.title.en == profile.contest.title.vi == "Cuộc thi “Sống xanh”"
    assert profile.schedule.entries_close == datetime.fromisoformat("2024-03-21T00:00:00+07:00")
    assert profile.schedule.jury_closes is None
    assert profile.form.notice_version == "2024-03-01"
    assert profile.documents.bases == ["Kế hoạch số 1"]


@pytest.mark.parametrize(
    ("organiser", "title", "slug"),
    [("Quận Đoàn 11", "x", "quan-doan-11-2024"), ("", "Hội thi “Đẹp”", "hoi-thi-dep-2024"),
     ("", "", "hoi-thi-2024"), ("a" * 90, "", "a" * 40 + "-2024")],
)
def test_a_short_name_for_addresses(organiser: str, title: str, slug: str) -> None:
    assert drafting.slug_for(organiser, title, "2024") == slug


def test_gaps_say_first_what_somebody_has_to_say() -> None:
    template = drafting.template_of(reference_source())
    found = drafting.gaps(template, ["quota.maximum", "contest.page_url", "jury.criteria"])
    assert [(gap.key, gap.template is None) for gap in found] == [
        ("contest.page_url", True), ("quota.maximum", False), ("jury.criteria", False)]
