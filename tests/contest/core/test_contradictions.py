"""A rule file that contradicts itself is refused with the key, the reason and the remedy."""

from collections.abc import Callable
from functools import partial

import pytest

from contest import profile as rule_files
from contest.errors import Invalid
from contest.profile.loading import load
from contest.services.rules import toml_editing
from contest.services.rules.starting import PROFILES

SOURCE = (PROFILES / "quan11-2023.toml").read_text("utf-8")
PRIZES = load(SOURCE).content["prizes"]
CATEGORY = {"id": "hoc", "name": {"vi": "Học tập", "en": "Learning"}}
MEASURE = {"id": "vui", "name": {"vi": "Vui", "en": "Fun"}, "jury_weight": 1,
           "interaction_weight": 1}

YOUTUBE = {"id": "youtube", "name": {"vi": "YouTube", "en": "YouTube"}, "hosts": ["youtube.com"],
           "points_per_like": 1}
QUESTION = {"id": "why", "label": {"vi": "Vì sao?", "en": "Why?"}, "seen_by": ["jurors"]}


def prize(by: str) -> dict[str, object]:
    return {"id": "extra", "name": {"vi": "Giải thêm", "en": "Extra prize"}, "count": 1, "by": by}


def edited(change: dict[str, object]) -> Callable[[], str]:
    """Written when a test asks: every worker collects these tests, one runs each."""
    return partial(toml_editing.edited, SOURCE, change)


def with_prize(by: str, **more: object) -> Callable[[], str]:
    return edited({"prizes": [*PRIZES, prize(by)], **more})


IDEAS = (PROFILES / "templates/y-tuong.toml").read_text("utf-8")


def ideas(**rules: object) -> Callable[[], str]:
    change = {key.replace("__", "."): value for key, value in rules.items()}
    return partial(toml_editing.edited, IDEAS, change)


def jury(**rules: object) -> Callable[[], str]:
    return edited({key if "." in key else f"jury.{key}": value for key, value in rules.items()})


def platforms(*ones: dict[str, object], **more: object) -> Callable[[], str]:
    return edited({"platforms": list(ones), **more})


def platform(**rules: object) -> Callable[[], str]:
    """One platform with these rules; keys with a dot are rules of the contest's."""
    own = {key: value for key, value in rules.items() if "." not in key}
    return platforms(YOUTUBE | own, **{k: v for k, v in rules.items() if "." in k})


@pytest.mark.parametrize(
    ("source", "key", "vi", "en"),
    [
        (edited({"categories": [CATEGORY]}), "categories.0",
         'by = "category:hoc"', 'add a [[prizes]] with by = "category:hoc"'),
        (with_prize("category:hoc"), "prizes.4.by", "không có trong categories",
         "is not in categories; add it there"),
        (with_prize("criterion:mau"), "prizes.4.by", "chọn một trong: content",
         "choose one of: content"),
        (with_prize("measure:vui"), "prizes.4.by", "không có trong measures", "is not in measures"),
        (with_prize("interactions", **{"scoring.interaction_weight": 0}), "prizes.4.by",
         "scoring.interaction_weight là 0", "give interactions a weight, or change by"),
        (with_prize("jury", **{"scoring.jury_weight": 0}), "prizes.4.by",
         "scoring.jury_weight là 0", "give the jury a weight"),
        (with_prize("criterion:content", **{"scoring.jury_weight": 0}), "prizes.4.by",
         "hãy cho giám khảo một tỉ trọng", "nobody marks"),
        (edited({"measures": [MEASURE | {"jury_weight": 0,
                                                              "interaction_weight": 0}]}),
         "measures.0", "không thể cùng bằng 0", "cannot be 0"),
        (edited({"measures": [MEASURE], "scoring.jury_weight": 0}),
         "measures.0.jury_weight", "scoring.jury_weight là 0", "nothing to measure"),
        (edited({"parent.quota": 3}), "parent.contest",
         "bỏ bảng [parent]", "take [parent] out"),
        (edited({"parent.contest": "quan11-2023"}), "parent.contest",
         "không thể là cấp trên của chính nó", "cannot stand above itself"),
        (edited({"parent.contest": "city", "parent.consent": "len"}),
         "parent.consent", "không có trong form.consents", "add this consent to the form"),
        (with_prize("category:hoc", categories=[CATEGORY | {"hand_up": 2}]),
         "categories.0.hand_up", "hãy thêm bảng [parent]", "take this key out"),
        (with_prize("category:hoc", categories=[CATEGORY | {"hand_up": 4}],
                    **{"parent.contest": "city", "parent.quota": 3}),
         "categories.0.hand_up", "nhiều nhất 3", "at most 3 here"),
        (edited({"showing.where": ["site"]}), "scoring.interaction_weight",
         "không có nơi đếm", 'add "fanpage" to showing.where'),
        (edited({"media": None}), "media", "hãy thêm vào", "is missing"),
        (edited({"entry.document.most_pages": 9}), "entry.document",
         'entry.kind là “clip”', 'put kind = "document"'),
        (edited({"entry.kind": "document"}), "media",
         "đặt quy định ở [entry.document]", "take [media] out"),
        (edited({"entry.kind": "pictures", "media": None,
                                      "upload.extensions": None}), "showing.where",
         "chỉ đăng được clip lên Fanpage", "or [] and post by hand"),
        (ideas(showing__where=["fanpage"]), "showing.where", 'đặt where = ["site"]',
         "on the contest's own pages"),
        (ideas(scoring__interaction_weight=10), "scoring.interaction_weight",
         "không có nơi đếm", "put the weight to 0"),
        (ideas(upload__extensions=["mp4"]), "upload.extensions", "đuôi tệp của clip",
         "follow from entry.kind"),
        (ideas(upload__links=True), "upload.links", "đặt links = false", "put links = false"),
        (ideas(upload__max_bytes=4 * 10**9), "upload.max_bytes", "ví dụ 20000000",
         "put a smaller number"),
        (ideas(entry__document__least_pages=20), "entry.document.least_pages",
         "nhiều nhất 15", "allows 15 at most"),
        (ideas(entry__document__least_words=9000, entry__document__most_words=8000),
         "entry.document.least_words", "hãy sửa một trong hai số", "mend one of the two"),
        (edited({"contest.page_url": None}), "contest.page_url",
         "thiếu khoá này", "please add it"),
        (jury(assignment="each"), "jury.jurors_per_clip", "mỗi clip do mấy giám khảo",
         "how many jurors mark each clip"),
        (jury(jurors_per_clip=2), "jury.jurors_per_clip", "hãy bỏ khoá này",
         'put jury.assignment to "each" or "category"'),
        (jury(assignment="category"), "jury.assignment", "không có [[categories]] nào",
         "there are no [[categories]]; add some"),
        (jury(assignment="each", jurors_per_clip=2, quorum=3), "jury.quorum",
         "hãy giảm quorum", "asks for 3 ballots, but each clip is given to 2 jurors"),
        (jury(assignment="each", jurors_per_clip=3, trim=1), "jury.trim", "hãy đặt trim là 0",
         "only from 4 ballots on"),
        (jury(quorum=2, **{"scoring.jury_weight": 0}), "jury.quorum", "không ai chấm",
         "nobody marks; take this key out"),
        (jury(strictness=True, **{"scoring.jury_weight": 0}), "jury.strictness", "không ai chấm",
         "give the jury a weight"),
        (jury(assignment="some"), "jury.assignment", "chỉ nhận", "takes only"),
        (jury(assignment="each", jurors_per_clip=0), "jury.jurors_per_clip", "phải từ 1 trở lên",
         "at least 1"),
        (platform(hosts=[]), "platforms.0.hosts", "không cho phép tên miền nào",
         "allows no host, so no link can be taken"),
        (platform(hosts=["youtube.com", "youtube.com"]), "platforms.0.hosts",
         "đã thuộc nền tảng “YouTube”", 'belongs to "YouTube" already'),
        (platforms(YOUTUBE, YOUTUBE | {"id": "b", "hosts": ["m.youtube.com"]}),
         "platforms.1.hosts", "một đường dẫn chỉ thuộc một nền tảng", "take one of the two out"),
        (platforms(YOUTUBE | {"hosts": ["m.youtube.com"]}, YOUTUBE | {"id": "b"}),
         "platforms.1.hosts", "một đường dẫn chỉ thuộc một nền tảng", "take one of the two out"),
        (platform(hosts=["www.facebook.com"]), "platforms.0.hosts", "đã được tính",
         "count already; take this host out"),
        (platform(hosts=["YouTube.com"]), "platforms.0.hosts.0", "không đúng mẫu",
         "does not match"),
        (platform(points_per_like=0, cap=9), "platforms.0.cap", "không tính điểm gì",
         "nothing there earns points; add a points_per_… key"),
        (platform(views_per_step=10), "platforms.0.views_per_step", "không có tác dụng",
         "this key does nothing; add points_per_view"),
        (platform(points_per_like=0, two_people=True), "platforms.0.two_people",
         "không có số nào cần người thứ hai", "no number needs a second person"),
        (platform(**{"scoring.interaction_weight": 0}), "platforms.0",
         "điểm đó không vào đâu", "they count nowhere; give interactions a weight"),
        (platform(**{"showing.where": ["site"]}), "scoring.points_per_share",
         "không có số nào để đếm", 'put 0, or add "fanpage"'),
        (platforms(YOUTUBE, YOUTUBE), "profile", "trùng tên", "same id twice"),
        (edited({"publication.watch_here": True, "showing.where": [],
                   "scoring.interaction_weight": 0}), "publication.watch_here",
         "showing.where để trống", 'add "site" to showing.where'),
        (edited({"showing.where": ["fanpage", "site", "site"]}), "showing.where",
         "“site” có hai lần", '"site" stands there twice; take one out'),
        (edited({"publication.own_certificates": True, "prizes": [
            prize("overall") | {"certificate": False}]}), "publication.own_certificates",
         "không giải nào có giấy khen", "no prize comes with one"),
        (edited({"questions": [QUESTION], "scoring.jury_weight": 0}), "questions.0.seen_by",
         "không có giám khảo nào đọc", 'take "jurors" out'),
        (edited({"questions": [QUESTION | {"seen_by": ["jurors"] * 2}]}), "questions.0.seen_by",
         "có hai lần", "take one out"),
        (edited({"reminders.filings": ["1d"]}), "reminders.filings",
         "không có [[filings]] nào", "there are no [[filings]]; add some"),
        (with_prize("category:hoc", categories=[CATEGORY | {"maximum": 2}],
                    **{"quota.minimum": 3}), "categories.0.maximum", "mà quota.minimum đòi 3",
         "let a unit send 2 clips, but quota.minimum asks for 3"),
        (with_prize("votes"), "prizes.4.by", "không đúng mẫu", "does not match"),
        (edited({"measures": [MEASURE, MEASURE]}), "profile",
         "trùng tên", "same id twice"),
    ],
)
def test_a_contradiction_is_told_by_its_key_with_the_remedy(source, key, vi, en):
    with pytest.raises(Invalid) as refused:
        load(source())
    fault = refused.value.data["faults"][0]
    assert fault["key"] == key
    assert vi in fault["vi"]
    assert en in fault["en"]


def test_rules_that_say_nothing_of_it_keep_their_hash():
    content = load(SOURCE).content
    assert not {"awards", "categories", "measures", "platforms"} & content.keys()
    assert not any("by" in one for one in content["prizes"])


def test_all_of_it_stands_in_the_rules_as_scoring_takes_them():
    source = with_prize("category:hoc", categories=[CATEGORY], measures=[MEASURE],
                        platforms=[YOUTUBE], **{"awards.several": False})()
    rules = load(source).profile.scoring_rules()
    assert rules["prizes"][-1] == {"id": "extra", "count": 1, "by": "category:hoc"}
    assert rules["categories"] == ["hoc"]
    assert rules["measures"] == [{"id": "vui", "jury_weight": 1, "interaction_weight": 1}]
    assert rules["several_prizes"] is False
    assert rules["platforms"] == [
        {"id": "youtube", "points_per_like": 1, "points_per_share": 0, "points_per_comment": 0,
         "points_per_view": 0, "views_per_step": 1, "cap": None}]
    assert rule_files.stored(load(source).content) == load(source).profile
