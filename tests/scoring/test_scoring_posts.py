"""Posts on other platforms: against a naive tally, in the browser, in a bundle, in words."""

import copy
import json
from random import Random

import example
import naive
import pytest
from contests import contest, hold, posted
from meddling import read, sealed
from second import computed, examined
from test_scoring_assignment import assert_same
from test_scoring_second import JUNK, expected, leaves, ours, theirs, told, without_program

import scoring
from scoring import archive, bundle, evidence
from scoring.verification import check

YOUTUBE = {"id": "youtube", "points_per_like": 1, "points_per_share": 0, "points_per_comment": 2,
           "points_per_view": 3, "views_per_step": 100, "cap": 40}
TIKTOK = {"id": "tiktok", "points_per_share": 2}


def assert_counted(data):
    assert_same(data)
    found = scoring.compute(data)
    gaps = [(one["entry"], one["platforms"]) for one in found["missing"] if one["what"] == "posts"]
    assert gaps == naive.uncounted(data)
    assert scoring.compute(data | {"rules": found["rules"]}) == found


def test_random_contests_with_posts_are_those_of_a_naive_tally(drawn):
    hold(drawn(300), lambda random: assert_counted(posted(random)))


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))  # each well within the time of one test
def test_ten_thousand_random_contests_with_posts_are_those_of_a_naive_tally(part):
    for seed in range(1_000 * part, 1_000 * (part + 1)):
        assert_counted(posted(Random(10_000 + seed)))


def test_the_browser_says_every_figure_and_sentence_and_refuses_the_same(drawn):
    inputs = [json.dumps(posted(Random(seed))) for seed in drawn(250)]
    for seed in drawn(250):
        data = posted(Random(seed))
        holder, key = Random(seed).choice(list(leaves(data)))
        holder[key] = copy.deepcopy(Random(seed + 1).choice((*JUNK, "youtube", "tiktok")))
        inputs.append(json.dumps(data))
    for text, answer in zip(inputs, theirs(computed(inputs)), strict=True):
        assert answer == ours(text), text


def small(*posts, **rules):
    """One clip with these posts; nothing but posts earns points."""
    return {
        "rules": {"criteria": [{"id": "nd", "max": 10}], "jury_weight": 0, "interaction_weight": 1,
                  "points_per_share": 0, "points_per_reaction": 0, "points_cap": 100,
                  "platforms": [YOUTUBE, TIKTOK]} | rules,
        "jurors": [],
        "entries": [{"id": "c1", "unit": "P1", "marks": {}, "interactions": None,
                     "posts": list(posts)}],
    }


def line(*posts, **rules):
    return scoring.compute(small(*posts, **rules))["ranking"][0]


def test_each_count_earns_its_points_views_by_full_steps_under_the_cap_of_the_platform():
    youtube = {"platform": "youtube", "likes": 5, "shares": 900, "comments": 2, "views": 299}
    found = scoring.compute(small(youtube))
    assert found["format"] == "hoithi-ranking/2"
    assert found["missing"] == []  # nobody owes counts on a Page that earns nothing
    [first] = found["ranking"]
    assert (first["points"], first["total"]["rounded"], first["verified"]) == (15, "15.00", True)
    assert first["explanation"]["vi"].splitlines()[2:4] == [
        "Tương tác: youtube 15 = 15 điểm; 15 / 100 × 100 = 15,00.",
        "youtube: 5 lượt thích × 1 + 2 bình luận × 2 + 299 lượt xem, đủ 2 lần 100, × 3 = 15 điểm.",
    ]
    more = line(youtube | {"views": 5000}, {"platform": "tiktok", "shares": 4})
    assert (more["points"], more["verified"]) == (48, False)
    assert more["explanation"]["en"].splitlines()[2:6] == [
        "Interactions: youtube 40 + tiktok 8 = 48 points; 48 / 100 × 100 = 48.00.",
        "youtube: 5 likes × 1 + 2 comments × 2 + 5,000 views, 50 times 100 in full, × 3 = 159 "
        "points, at most 40 count.",
        "tiktok: 4 shares × 2 = 8 points.",
        "tiktok: shares cannot be verified per account.",
    ]


def test_a_count_that_is_not_known_is_a_gap_and_never_none():
    found = scoring.compute(small({"platform": "youtube", "likes": 5, "views": 0}))
    assert [(one["what"], one["entry"], one["platforms"]) for one in found["missing"]] == [
        ("posts", "c1", ["youtube"])]
    assert "youtube: chưa có số bình luận." in found["ranking"][0]["explanation"]["vi"]
    with pytest.raises(scoring.InputError, match="c1"):
        scoring.compute(small({"platform": "youtube"}, missing="refuse"))
    assert scoring.compute(small(points_per_reaction=1))["missing"][0]["what"] == "interactions"


@pytest.mark.parametrize(("posts", "path", "en"), [
    ([{"platform": "zalo"}], "$.entries[0].posts[0].platform",
     'Found "zalo"; it must be one of: youtube, tiktok.'),
    ([{"platform": "tiktok"}] * 2, "$.entries[0].posts[1]", '"tiktok" stands twice.'),
    ([{"platform": "tiktok", "views": -1}], "$.entries[0].posts[0].views",
     "Found -1; it must be a whole number from 0 to 1000000000000."),
    ([{"views": 1}], "$.entries[0].posts[0].platform", '"platform" is missing.'),
], ids=["stranger", "twice", "negative", "nowhere"])
def test_a_post_that_cannot_be_is_refused_with_its_place(posts, path, en):
    with pytest.raises(scoring.InputError) as refused:
        scoring.compute(small(*posts))
    assert (refused.value.path, refused.value.en) == (path, en)


FACTS = {"taken_at": example.CUT_OFF, "source": "manual", "source_sha256": "ab" * 32,
         "late_reason": None}


def bundled(**facts):
    data = small({"platform": "youtube", "likes": 5, "comments": 0, "views": 0},
                 {"platform": "tiktok"})
    return bundle.build(data, about={"cut_off": example.CUT_OFF}, profile=b"{}", snapshots={},
                        posts={"c1": {"youtube": FACTS | facts}})


def test_a_bundle_carries_the_posts_and_where_each_number_came_from_and_is_recomputed():
    whole = bundled()
    files, _ = archive.read(whole)
    assert json.loads(files["about.json"])["format"] == "hoithi-evidence/2"
    assert json.loads(files["posts.json"]) == [
        {"entry": "c1", "platform": "youtube", "likes": 5, "shares": None, "comments": 0,
         "views": 0, **FACTS},
        {"entry": "c1", "platform": "tiktok", "likes": None, "shares": None, "comments": None,
         "views": None, **dict.fromkeys(FACTS)},
    ]
    late = bundled(taken_at="2023-06-20T09:00:00+07:00")
    changed = read(files, "posts.json")
    changed[0]["likes"] = 6
    stranger = read(files, "posts.json")
    stranger[1]["entry"] = "c9"
    others = [archive.write(one.items()) for one in (
        sealed(files, posts_json=changed), sealed(files, posts_json=stranger),
        {name: text for name, text in files.items() if name != "posts.json"})]
    bundles = [whole, late, bundled(taken_at="2023-06-20T09:00:00+07:00", late_reason="máy hỏng"),
               *others]
    holds = [all(one.holds is not False for one in check(one_)) for one_ in bundles]
    assert holds == [True, False, True, False, False, False]
    assert "c1 (youtube)" in next(one.en for one in check(late) if one.what == "cut_off")
    for one, answer in zip(bundles, examined(bundles), strict=True):
        assert without_program(told(answer["checks"])) == without_program(expected(one))


def test_numbers_without_a_source_are_not_bundled():
    data = small({"platform": "youtube", "likes": 5})
    with pytest.raises(scoring.BundleError, match="where they come from"):
        bundle.build(data, about={"cut_off": example.CUT_OFF}, profile=b"{}", snapshots={})


def test_contests_that_name_no_platform_are_written_as_ever():
    for seed in range(50):
        found = scoring.compute(contest(Random(seed)))
        assert found["format"] == "hoithi-ranking/1"
        assert "platforms" not in found["rules"]
    files = evidence.split(scoring.schema.read(contest(Random(1)) | {"entries": []}), {})
    assert sorted(files) == sorted(evidence.INPUT_FILES)
