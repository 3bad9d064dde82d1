"""Rules that people may well write and that cannot stand together: dates, bounds, names,
questions, filings, levels, rounds. More: ``core/test_contradictions.py``,
``rounds/test_round_rules.py``."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from contest import profile as rule_files
from contest.errors import Invalid
from contest.profile.loading import load
from contest.services.rules.starting import PROFILES
from contest.services.rules.toml_editing import edited
from tests.contest.core.test_contradictions import (
    CATEGORY,
    IDEAS,
    PRIZES,
    SOURCE,
    YOUTUBE,
    prize,
)

ROUNDS = (PROFILES / "templates/hai-vong.toml").read_text("utf-8")
OTHER = {"id": "lam", "name": {"vi": "Lao động", "en": "Work"}}
FILING = {"id": "plan", "name": {"vi": "Kế hoạch", "en": "Plan"},
          "due": datetime.fromisoformat("2023-06-05T17:00:00+07:00")}


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}:00+07:00")


def asked(**rules: object) -> dict[str, Any]:
    """A question, and the rules with it alone."""
    own = {"id": "q", "label": {"vi": "Gì?", "en": "What?"}, **rules}
    return {"questions": [own]}


def filed(*questions: dict[str, Any], **rules: object) -> dict[str, object]:
    listed = [one["questions"][0] for one in questions]
    return {"filings": [FILING | ({"questions": listed} if listed else {}) | rules]}


def both(
    first: Mapping[str, object], second: Mapping[str, object], **more: object
) -> dict[str, object]:
    """Two categories with a prize each."""
    ids = (first["id"], second["id"])
    won = [
        prize(f"category:{one}")
        | {"id": f"{one}-1", "name": {"vi": f"Giải {n}", "en": f"Prize {n}"}}
        for n, one in enumerate(ids)
    ]
    return {"categories": [first, second], "prizes": [*PRIZES, *won], **more}


OPTIONS = ["Có | Yes", "Không | No"]
#: Rule file, what is written in it, the key that is named, words in Vietnamese and in English.
AT_ODDS: dict[str, tuple[str, dict[str, object], str, str, str]] = {
    # dates
    "close-before-open": (
        SOURCE, {"schedule.entries_close": at("2023-01-01T00:00")}, "schedule",
        "các mốc phải theo thứ tự", "must be in this order"),
    "awards-before-counts": (
        SOURCE, {"schedule.awards": at("2023-06-18T08:00")}, "schedule",
        "các mốc phải theo thứ tự", "must be in this order"),
    "no-zone": (
        SOURCE, {"schedule.awards": datetime(2023, 6, 30, 8)}, "schedule.awards",
        "hãy viết thêm +07:00", "please add +07:00"),
    "a-day-for-an-instant": (
        SOURCE, {"schedule.awards": date(2023, 6, 30)}, "schedule.awards",
        "phải là thời điểm có múi giờ", "must be an instant with its zone"),
    "strange-zone": (
        SOURCE, {"schedule.time_zone": "Asia/Saigon City"}, "schedule.time_zone",
        "ví dụ Asia/Ho_Chi_Minh", "for example Asia/Ho_Chi_Minh"),
    "jury-before-entries": (
        SOURCE, {"schedule.jury_closes": at("2023-05-01T08:00")}, "schedule.jury_closes",
        "hãy đặt sau hạn nhận bài", "put it after the deadline for entries"),
    "jury-after-awards": (
        SOURCE, {"schedule.jury_closes": at("2023-07-02T08:00")}, "schedule.jury_closes",
        "hoặc lùi giờ trao giải", "put it earlier, or the awards later"),
    "posted-after-the-count": (
        SOURCE, {"publication.release_at": at("2023-06-19T16:00")}, "publication.release_at",
        "hoặc lùi giờ chốt", "or the close later"),
    # what a unit owes and may send
    "quota": (SOURCE, {"quota.minimum": 9}, "quota.minimum",
              "hãy giảm số này, hoặc tăng quota.maximum", "lower this, or raise quota.maximum"),
    "fewer-clips-than-owed": (
        SOURCE, {"quota.minimum": 3, "upload.unit_clips": 2}, "upload.unit_clips",
        "hãy đặt ít nhất 3", "put at least 3"),
    "less-room-than-a-file": (
        SOURCE, {"upload.unit_bytes": 1_000_000}, "upload.unit_bytes",
        "hoặc giảm max_bytes", "or lower max_bytes"),
    "no-kind-of-file": (SOURCE, {"upload.extensions": []}, "upload.extensions",
                        "hãy ghi ít nhất một", "name at least one"),
    # categories
    "category-beyond-the-quota": (
        SOURCE, both(CATEGORY | {"maximum": 50}, OTHER), "categories.0.maximum",
        "nâng quota.maximum", "raise quota.maximum"),
    "same-category-twice": (SOURCE, both(CATEGORY, CATEGORY), "profile",
                            "trùng tên", "same id twice"),
    "same-name-of-categories": (
        SOURCE, both(CATEGORY, OTHER | {"name": CATEGORY["name"]}), "categories.1.name.vi",
        "hãy đổi một tên", "change one of the names"),
    "too-many-categories": (
        SOURCE, {"categories": [CATEGORY | {"id": f"c{n}"} for n in range(21)]}, "categories",
        "nhiều nhất 20 mục", "at most 20 items"),
    # prizes
    "amount-without-cash": (
        SOURCE, {"prizes": [prize("overall") | {"amount": 5_000_000}]}, "prizes.0.amount",
        "hãy đặt cash = true", "put cash to true"),
    "no-prize-of-it": (SOURCE, {"prizes": [prize("overall") | {"count": 0}]}, "prizes.0.count",
                       "phải lớn hơn 0", "must be more than 0"),
    "no-prize-at-all": (SOURCE, {"prizes": []}, "prizes", "cần ít nhất 1 mục", "at least 1 item"),
    "same-name-of-prizes": (
        SOURCE, {"prizes": [prize("overall"), prize("jury") | {"id": "b"}]}, "prizes.1.name.vi",
        "hãy đổi một tên", "change one of the names"),
    "same-prize-twice": (SOURCE, {"prizes": [prize("overall")] * 2}, "profile",
                         "trùng tên", "same id twice"),
    "no-such-tie-break": (SOURCE, {"tie_breaks": ["coin"]}, "tie_breaks.0", "chỉ nhận",
                          "takes only"),
    # jury, review
    "nobody-owes-ballots": (
        SOURCE, {"scoring.jury_weight": 0, "reminders.marking": ["1d"]}, "reminders.marking",
        "không ai nợ phiếu chấm", "nobody owes a ballot"),
    "nobody-owes-counts": (
        ROUNDS, {"reminders.counting": ["5h"]}, "reminders.counting",
        "không ai nợ số đếm", "nobody owes a count"),
    "odd-offset": (SOURCE, {"reminders.marking": ["tomorrow"]}, "reminders.marking.0",
                   "không đúng mẫu", "does not match"),
    "same-reason-twice": (
        SOURCE, {"review.reasons": [
            {"id": "a", "outcome": "reject", "text": {"vi": "Sai", "en": "Wrong"}}] * 2},
        "review.reasons.1.id", "hãy đổi một tên", "change one id"),
    # levels
    "more-than-all-categories": (
        SOURCE, both(CATEGORY | {"hand_up": 1}, OTHER | {"hand_up": 1},
                     **{"parent.contest": "city", "parent.quota": 9}), "parent.quota",
        "hãy đặt nhiều nhất 2", "put at most 2"),
    "above-by-no-address": (
        SOURCE, {"parent.installation": "http://tren.vn", "parent.contest": "city"},
        "parent.installation", "không đúng mẫu", "does not match"),
    "hands-up-nothing": (SOURCE, {"parent.contest": "city", "parent.quota": 0}, "parent.quota",
                         "phải lớn hơn 0", "must be more than 0"),
    # platforms
    "same-name-of-platforms": (
        SOURCE, {"platforms": [YOUTUBE, YOUTUBE | {"id": "b", "hosts": ["b.vn"]}]},
        "platforms.1.name.vi", "hãy đổi một tên", "change one of the names"),
    "too-many-platforms": (
        SOURCE, {"platforms": [YOUTUBE | {"id": f"p{n}"} for n in range(11)]}, "platforms",
        "nhiều nhất 10 mục", "at most 10 items"),
    "no-step-of-views": (SOURCE, {"platforms": [YOUTUBE | {"views_per_step": 0}]},
                         "platforms.0.views_per_step", "phải lớn hơn 0", "must be more than 0"),
    # kinds of entries
    "sides-the-wrong-way": (
        IDEAS, {"entry.kind": "pictures", "entry.document": None,
                "entry.pictures.min_long_side": 900, "entry.pictures.min_short_side": 1200},
        "entry.pictures.min_short_side",
        "hãy sửa một trong hai số", "mend one of the two"),
    "more-than-most-pictures": (
        IDEAS, {"entry.kind": "pictures", "entry.document": None, "entry.pictures.least": 9,
                "entry.pictures.most": 3}, "entry.pictures.least",
        "hãy sửa một trong hai số", "mend one of the two"),
    "one-ratio-twice": (
        IDEAS, {"entry.kind": "pictures", "entry.document": None,
                "entry.pictures.ratios": ["3:2", "3:2"]}, "entry.pictures.ratios",
        "có hai lần; hãy bỏ một", "take one out"),
    "one-type-twice": (IDEAS, {"entry.document.types": ["pdf", "pdf"]}, "entry.document.types",
                       "có hai lần; hãy bỏ một", "take one out"),
    "no-such-kind": (IDEAS, {"entry.kind": "song"}, "entry.kind", "chỉ nhận", "takes only"),
    "words-of-a-text": (
        IDEAS, {"entry.kind": "text", "entry.document": None, "entry.text.least_words": 900,
                "entry.text.most_words": 300}, "entry.text.least_words",
        "hãy sửa một trong hai số", "mend one of the two"),
    "length-of-a-clip": (SOURCE, {"media.rules.duration.min_s": 400}, "media.rules.duration.max_s",
                         "phải từ min_s (400)", "must not be below min_s (400)"),
    # questions
    "one-option": (SOURCE, asked(kind="choice", options=OPTIONS[:1]), "questions.0.options",
                   "cần ít nhất hai lựa chọn", "needs at least two"),
    "options-of-a-text": (SOURCE, asked(options=OPTIONS), "questions.0.options",
                          "hoặc đổi kind", "or change kind"),
    "one-option-twice": (SOURCE, asked(kind="choice", options=[*OPTIONS, OPTIONS[0]]),
                         "questions.0.options", "hãy bỏ một", "remove one"),
    "longer-than-it-may-be": (SOURCE, asked(least=300), "questions.0.least",
                              "nhiều nhất là 200; hãy đặt most", "set most, or lower this"),
    "more-files-than-one": (SOURCE, asked(kind="file", least=2), "questions.0.least",
                            "nhiều nhất là 1; hãy đặt most", "set most, or lower this"),
    "least-above-most": (SOURCE, asked(kind="number", least=9, most=3), "questions.0.least",
                         "hãy sửa một trong hai", "correct one of them"),
    "choose-more-than-there-are": (
        SOURCE, asked(kind="several", options=OPTIONS, most=5), "questions.0.most",
        "chỉ có 2 lựa chọn", "there are only 2 options"),
    "choose-at-least-too-many": (
        SOURCE, asked(kind="several", options=OPTIONS, least=3), "questions.0.least",
        "chỉ có 2 lựa chọn", "there are only 2 options"),
    "bounds-of-a-choice": (SOURCE, asked(kind="choice", options=OPTIONS, most=1),
                           "questions.0.most", "hãy bỏ đi", "remove them"),
    "a-day-of-a-text": (SOURCE, asked(latest=date(2023, 6, 1)), "questions.0.latest",
                        "chỉ câu hỏi về ngày", "remove it"),
    "no-day": (SOURCE, asked(kind="date", latest="2023-02-30"), "questions.0.latest",
               "không phải một ngày có thật", "correct it"),
    "days-the-wrong-way": (
        SOURCE, asked(kind="date", earliest=date(2023, 6, 2), latest=date(2023, 6, 1)),
        "questions.0.earliest", "hãy sửa một trong hai", "correct one of them"),
    "types-of-a-text": (SOURCE, asked(types=["pdf"]), "questions.0.types",
                        "chỉ câu hỏi xin tệp", "remove it"),
    "a-public-file": (SOURCE, asked(kind="file", seen_by=["public"]), "questions.0.seen_by",
                      "hãy bỏ “public”", 'take "public" out'),
    "too-much-in-files": (SOURCE, asked(kind="file", most=5, megabytes=10), "questions.0.megabytes",
                          "hãy giảm most hoặc megabytes", "lower most or megabytes"),
    "same-question-twice": (SOURCE, {"questions": asked()["questions"] * 2},
                            "profile", "trùng tên", "same id twice"),
    # filings
    "read-by-jurors": (SOURCE, filed(asked(seen_by=["jurors"])), "filings.0.questions",
                       "hãy bỏ seen_by", "take seen_by out"),
    "asks-nothing": (SOURCE, filed(asked(retired=True)), "filings.0.questions",
                     "hãy thêm một mục, hoặc bỏ báo cáo này", "add one, or take the filing out"),
    "asks-the-same-twice": (SOURCE, filed(asked(), asked()), "filings.0.questions",
                            "trùng tên", "same id twice"),
    "one-group-twice": (SOURCE, filed(groups=["Trường", "Trường"]), "filings.0.groups",
                        "có hai lần; hãy bỏ một", "take one out"),
    "due-at-no-instant": (SOURCE, filed(due="tomorrow"), "filings.0.due",
                          "phải là thời điểm có múi giờ", "must be an instant with its zone"),
    "late-in-its-own-way": (SOURCE, filed(late="forgiven"), "filings.0.late", "chỉ nhận",
                            "takes only"),
    "a-question-that-cannot-be": (SOURCE, filed(asked(kind="choice")),
                                  "filings.0.questions.0.options", "hãy thêm vào", "add them"),
    # persons
    "age-that-nobody-is-asked": (SOURCE, {"consent.minor_age": 18}, "consent.minor_age",
                                 "hãy đặt minors = true", "put minors to true"),
    # rounds
    "begins-before-the-jury-is-done": (
        ROUNDS, {"schedule.jury_closes": at("2024-05-03T00:00"),
                 "schedule.awards": at("2024-05-06T00:00")},
        "next_round.rules.schedule.entries_open", "(schedule.jury_closes)",
        "put it at that hour or later"),
    "more-prizes-of-a-kind": (
        ROUNDS, {"next_round.rules.prizes": [prize("jury") | {"count": 99}]}, "next_round.count",
        "99 giải theo “jury”", 'prizes by "jury"'),
    "more-prizes-than-of-a-category": (
        ROUNDS, both(CATEGORY, OTHER) | {
            "next_round.by": "category", "next_round.count": 1,
            "next_round.rules.prizes": [
                prize("category:hoc") | {"count": 2},
                prize("category:lam") | {"id": "b", "name": {"vi": "B", "en": "B"}}]},
        "next_round.count", "chỉ 1 đơn vị", "only 1 units go on"),
    "name-cut-off": (ROUNDS, {"next_round.suffix": "vong-chung-ket-toan-thanh-pho" * 2},
                     "next_round.suffix", "hãy đặt ngắn hơn", "make it shorter"),
}


@pytest.mark.parametrize("name", AT_ODDS)
def test_it_is_refused_with_its_key_the_reason_and_the_remedy_in_both_languages(name: str) -> None:
    source, written, key, vi, en = AT_ODDS[name]
    with pytest.raises(Invalid) as refused:
        load(edited(source, written))
    found = {one["key"]: one for one in reversed(refused.value.data["faults"])}
    assert key in found, sorted(found)
    assert vi in found[key]["vi"]
    assert en in found[key]["en"]


def test_bounds_that_meet_are_fine() -> None:
    fine: list[tuple[str, dict[str, object]]] = [
        (SOURCE, {"quota.minimum": 2, "quota.maximum": 2, "upload.unit_clips": 2}),
        (SOURCE, {"schedule.jury_closes": at("2023-06-30T08:00")}),
        (SOURCE, {"upload.unit_bytes": 4_000_000_000}),
        (SOURCE, asked(kind="several", options=OPTIONS, least=2, most=2)),
        (SOURCE, asked(least=200)),
        (SOURCE, both(CATEGORY | {"hand_up": 2}, OTHER,
                      **{"parent.contest": "city", "parent.quota": 9})),
        (SOURCE, {"consent.minors": True, "consent.minor_age": 18}),
    ]
    for source, written in fine:
        assert isinstance(load(edited(source, written)), rule_files.Loaded)
