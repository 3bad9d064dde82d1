"""What an entry is called, what rules say of its kind, and what may still be changed."""

import re

import pytest

from contest import profile as rule_files
from contest.errors import Conflict
from contest.profile import kind_policies
from contest.profile.entries import Entry, spoken
from contest.services.core import profiles
from contest.services.rules import toml_editing
from contest.services.rules.starting import PROFILES
from media_checks import load_policy
from tests.contest.factory import QUAN11
from tests.contest.kinds.conftest import AT, Sending

REFERENCE = "a378e7fd93bffb36c2a3cec378d21205687a08c5651e739ffe58d37dd42309ee"


def test_rules_that_say_nothing_of_a_kind_keep_their_hash() -> None:
    source = QUAN11.read_text("utf-8")
    assert rule_files.load(source).sha256 == REFERENCE
    said = toml_editing.edited(source, {"entry.kind": "clip"})
    assert rule_files.load(said).sha256 == REFERENCE
    content = rule_files.load(source).content
    assert "entry" not in content and "media" in content


def test_only_what_is_said_of_a_kind_is_kept() -> None:
    ideas = rule_files.load((PROFILES / "templates/y-tuong.toml").read_text("utf-8"))
    assert set(ideas.content["entry"]) == {"kind", "document"} and "media" not in ideas.content
    assert rule_files.stored(ideas.content) == ideas.profile
    assert ideas.profile.extensions == ["pdf", "docx"]


@pytest.mark.parametrize(("kind", "rules", "named"), [
    ("document", {"document": {"types": ["pdf"], "most_pages": 9, "least_words": 5}},
     {"format", "pages", "words", "active", "attachments"}),
    ("pictures", {"pictures": {"least": 3, "most": 5, "min_long_side": 1920, "ratios": ["3:2"]}},
     {"count", "resolution", "aspect_ratio", "alike"}),
    ("text", {"text": {"most_words": 300}}, {"words", "blank"}),
])
def test_the_rules_of_a_kind_are_a_policy_of_media_checks(kind, rules, named) -> None:
    policy = load_policy(kind_policies.policy(Entry(kind=kind, **rules)), name="x")
    assert named <= set(policy.rules) and policy.kind == kind_policies.KINDS[kind]
    assert {"words", "pages"} & set(
        load_policy(kind_policies.policy(Entry(kind=kind)), name="x").rules) == set()


@pytest.mark.parametrize(("text", "kind", "language", "said"), [
    ("Gửi clip", "document", "vi", "Gửi tài liệu"), ("Clip hay", "text", "vi", "Bài viết hay"),
    ("12 clip trong video-clip", "pictures", "vi", "12 bộ ảnh trong video-clip"),
    ("The clips of a clip's unit", "document", "en", "The documents of a document's unit"),
    ("Clips until", "pictures", "en", "Picture sets until"),
    ("/clips/x eclipse clip.mp4", "document", "en", "/clips/x eclipse document.mp4"),
    ("Gửi clip", "clip", "vi", "Gửi clip"),
])
def test_texts_about_clips_are_said_in_the_contests_own_word(text, kind, language, said) -> None:
    assert spoken(text, kind, language) == said


def test_pages_of_a_contest_of_documents_speak_of_documents(ideas: Sending) -> None:
    unit = ideas.make.unit(ideas.contest)
    ideas.make.submission(unit, "uploading")
    for language, word in (("vi", "tài liệu"), ("en", "document")):
        browser = ideas.visit.unit(unit)
        browser.set_cookie("lang", language)
        for path in ("", "rules", "clips", "unit", "unit/entries/new"):
            page = browser.get(f"{AT}/{path}").text
            text = page.split("<main")[1].split("</main")[0]
            assert word in text.lower(), path
            assert ">clip" not in text.lower() and " clip " not in text.lower(), path


def test_an_organisers_pages_speak_of_documents_too(ideas: Sending) -> None:
    unit = ideas.make.unit(ideas.contest)
    ideas.make.submission(unit, "in_review")
    ideas.make.submission(unit, "approved")
    organiser = ideas.visit.role("organiser")
    for language in ("vi", "en"):
        organiser.set_cookie("lang", language)
        for path in ("", "entries", "publications", "units", "results/"):
            page = organiser.get(f"{AT}/organiser/{path}", follow_redirects=True)
            assert page.status_code == 200, path
            text = re.sub(r"<[^>]+>", "|", page.text.split("<main")[1].split("</main")[0])
            assert re.findall(r"\bclips?\b", text, re.IGNORECASE) == [], path


def test_nothing_is_said_of_a_page_or_of_sound_where_there_is_none(ideas: Sending) -> None:
    unit = ideas.make.unit(ideas.contest)
    waits = ideas.make.submission(unit, "in_review")
    ideas.make.submission(unit, "published")
    own = ideas.visit.unit(unit).get(f"{AT}/unit/entries/{waits.code}").text
    assert "Được duyệt thì mở cho mọi người xem vào giờ công bố." in own
    organiser = ideas.visit.role("organiser")
    assert 'value="look"' not in organiser.get(f"{AT}/organiser/publications").text
    rules = organiser.get(f"{AT}/organiser/rules").text
    assert "sections/upload" in rules and "sections/media" not in rules


def test_a_queue_of_what_has_no_picture_has_no_column_for_one(essays: Sending) -> None:
    essays.make.submission(essays.make.unit(essays.contest), "in_review")
    queue = essays.visit.role("reviewer").get(f"{AT}/review/").text
    assert "Kiểm tra kỹ thuật" in queue and ">Hình<" not in queue


def test_the_kind_stays_once_something_was_sent(ideas: Sending) -> None:
    organiser = ideas.make.actor(ideas.make.user("organiser", contest=ideas.contest))
    with ideas.platform.db.read() as session:
        source = profiles.find(session, "quan11-2023").revision.source
    other = toml_editing.edited(source, {"entry": None, "entry.kind": "text"})

    def save() -> None:
        with ideas.platform.db.write() as session:
            profiles.import_profile(session, other, actor=organiser, at=ideas.make.at,
                                    reason="Đổi loại bài", agreed=True)

    ideas.make.submission(ideas.make.unit(ideas.contest), "in_review")
    with pytest.raises(Conflict, match=r"Keep entry\.kind = .document"):
        save()
