"""Every sentence about a picture, document or text, with values that nobody thought of."""

from __future__ import annotations

import re

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from media_checks import PolicyError, load_policy
from media_checks.files.checking import judge_files
from media_checks.files.facts import DocumentFile, FilesFacts, PictureFile, TextFile
from media_checks.rules import OF_KIND
from media_checks.rules.files.documents import ACTIVE
from media_checks.rules.files.names import COLOURS, SUFFIXES
from media_checks.rules.titles import title

BROKEN = re.compile(r"[?]|None|\bnan\b|\binf\b|\{|\}|  |\( |\.\.|,\.|;\.|:\.|\. [a-z]")
JARGON = re.compile(
    r"\bEXIF\b|\bMIME\b|\bbyte string\b|UTF|codec|pixel_|XFA|CIDFont", re.IGNORECASE
)
PLURALS = re.compile(
    r"(?<![\d.,])1 (pages|pictures|words|characters|links|files|pairs|bytes)\b"
    r"|(?<![\d.,–])(?:0|[2-9]|\d+\d) (page|picture|word|character|link|file|pair|byte)\b"
    r"|\bare 1 (?!×)|\bis (?:0|[2-9]|\d\d+) "
)
counts = st.one_of(st.integers(0, 12), st.sampled_from([999, 1000, 1234567]))
shares = st.one_of(st.floats(0, 100), st.sampled_from([0.0, 1.996, 2.0, 2.004, 50.0, 100.0]))
numbers = st.lists(st.integers(1, 300), max_size=6).map(sorted)
names = st.lists(st.sampled_from(["Arial", ".VnTime", "VNI-Times", "Tahoma"]), max_size=4)
suffixes = st.sampled_from(["", ".xyz", *SUFFIXES])
pictures = st.builds(
    PictureFile,
    size=st.integers(1, 10**10),
    format=st.sampled_from(["jpeg", "png", "webp", "heic", "avif", "gif", "tiff", "bmp"]),
    width=st.one_of(st.integers(1, 20_000), st.sampled_from([1079, 1080, 1439, 1440])),
    height=st.one_of(st.integers(1, 20_000), st.sampled_from([1079, 1080])),
    colours=st.sampled_from(list(COLOURS)),
    frames=st.integers(2, 500),
    animated=st.booleans(),
    location=st.booleans(),
    damage=st.sampled_from(["", "truncated", "damaged"]),
    contrast=st.one_of(st.none(), st.floats(0, 127), st.just(3.996)),
    sharpness=st.one_of(st.none(), st.floats(0, 255), st.just(3.9996)),
    suffix=suffixes,
)
documents = st.builds(
    DocumentFile,
    size=st.integers(1, 10**10),
    format=st.sampled_from(["pdf", "docx", "docm"]),
    pages=st.one_of(st.none(), st.integers(1, 600)),
    pages_sure=st.booleans(),
    pages_promised=st.one_of(st.none(), st.integers(1, 600)),
    words=counts,
    characters=counts,
    papers=st.lists(
        st.tuples(st.integers(1, 900), st.sampled_from([210, 297, 100]), st.integers(1, 9)),
        max_size=3,
    ),
    picture_pages=numbers,
    unread_pages=numbers,
    fonts_missing=names,
    old_fonts=names,
    active=st.lists(st.sampled_from(list(ACTIVE)), max_size=4, unique=True),
    attachments=counts,
    links=counts,
    odd_pct=shares,
    old_code=st.booleans(),
    damage=st.sampled_from(["", "truncated"]),
    suffix=suffixes,
)
texts = st.builds(
    TextFile, size=st.integers(1, 10**8), words=counts, characters=counts, odd_pct=shares,
    old_code=st.booleans(), distinct_pct=shares, suffix=suffixes,
)  # fmt: skip
alike = st.lists(st.tuples(st.integers(1, 9), st.integers(10, 19), st.floats(0, 0.3)), max_size=6)
FILES = {"picture": pictures, "document": documents, "text": texts}
LIMITS = {
    "file_size": [{"max_mb": 1.5}, {"max_mb": 0.25}],
    "total_size": [{"max_mb": 20}],
    "resolution": [
        {"min_short_px": 1080},
        {"min_long_px": 1440},
        {"min_short_px": 2, "min_long_px": 3},
    ],
    "aspect_ratio": [{"ratios": ["4:3"]}, {"ratios": ["4:3", "3:4", "1:1"], "tolerance_pct": 2}],
    **{
        name: [{"min": 1}, {"max": 1}, {"min": 2, "max": 10}, {"min": 3, "max": 3}, {"max": 1200}]
        for name in ("count", "pages", "words", "characters")
    },
    "links": [{}, {"max": 1}, {"max": 4}],
    "scanned": [{}, {"max_share_pct": 0}],
    "paper": [{}, {"sizes": ["a3", "a4", "letter"]}],
    "format": [{}, None],
}


@st.composite
def judged(draw, kind):
    """Findings of all rules of a kind, with limits of a policy, on one file or several."""
    rules = {}
    for name in OF_KIND[kind]:
        chosen = draw(st.sampled_from(LIMITS.get(name, [{}])))
        if chosen is None:
            chosen = {"formats": [OF_KIND[kind]["format"].limits[0].choices[0]]}
        rules[name] = {"level": "hard", **chosen}
    files = draw(st.lists(FILES[kind], min_size=1, max_size=3))
    facts = FilesFacts(kind, files, draw(alike))
    return judge_files(facts, load_policy({"name": "t", "kind": kind, "rules": rules}))


@pytest.mark.parametrize("kind", FILES)
@settings(max_examples=60, deadline=None, phases=[Phase.generate])
@given(data=st.data())
def test_sentences_are_whole_and_say_what_to_do(kind, data):
    for finding in data.draw(judged(kind)):
        for text in (finding.message_vi, finding.message_en):
            assert text[0].isupper() and text.endswith("."), text
            assert not BROKEN.search(text.replace("..", ".")) or "…" in text, text
            assert not JARGON.search(text), text
        assert not PLURALS.search(finding.message_en), finding.message_en
        assert bool(finding.remedy_vi) == bool(finding.remedy_en) == (finding.outcome == "fail")
        assert finding.found_vi and finding.found_en, finding
        assert title(finding.rule).vi and title(finding.rule).en


def test_remedies_are_enough_to_follow():
    def words(count, **limits):
        rules = {"words": {"level": "hard", **limits}}
        policy = load_policy({"name": "t", "kind": "text", "rules": rules})
        [finding] = judge_files(FilesFacts("text", [TextFile(9, words=count)]), policy)
        return finding

    short, long = words(7, min=10), words(1250, min=10, max=1200)
    assert short.message_vi == (
        "Có 7 chữ (đếm theo khoảng trắng); cho phép từ 10 trở lên. Hãy thêm ít nhất 3 chữ."
    )
    assert long.message_en == (
        "There are 1,250 words; 10–1,200 are allowed. Take away at least 50 words."
    )
    assert words(1, min=1).message_en == "There is 1 word; 1 or more is allowed."
    assert words(1200, max=1200).outcome == words(10, min=10).outcome == "pass"


def test_a_policys_own_remedy_goes_first():
    remedy = {"vi": "Gọi chị Hoa.", "en": "Call Ms Hoa."}
    policy = load_policy({"name": "t", "kind": "text", "rules": {
        "blank": {"level": "hard", "remedy": remedy}}})  # fmt: skip
    [finding] = judge_files(FilesFacts("text", [TextFile(1)]), policy)
    assert finding.message_vi == "Văn bản không có chữ nào. Gọi chị Hoa."


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        ({"count": {"level": "hard", "min": 3, "max": 2}}, "rules.count.max"),
        ({"duration": {"level": "hard"}}, "rules.duration"),
        ({"aspect_ratio": {"level": "hard", "ratios": []}}, "rules.aspect_ratio.ratios"),
        ({"aspect_ratio": {"level": "hard", "ratios": ["4x3"]}}, "rules.aspect_ratio.ratios"),
        ({"format": {"level": "hard", "formats": ["exe"]}}, "rules.format.formats"),
        ({"file_size": {"level": "hard"}}, "rules.file_size.max_mb"),
        ({"file_size": {"level": "hard", "max_mb": 0}}, "rules.file_size.max_mb"),
    ],
)
def test_a_wrong_policy_is_named_by_its_key(rules, key):
    with pytest.raises(PolicyError) as caught:
        load_policy({"name": "t", "kind": "picture", "rules": rules})
    assert caught.value.key == key


def test_a_kind_is_one_of_four_and_part_of_the_revision():
    rules = {"file_size": {"level": "hard", "max_mb": 2}}
    text, picture = (
        load_policy({"name": "t", "kind": kind, "rules": rules}) for kind in ("text", "picture")
    )
    assert text.revision != picture.revision
    assert load_policy({k: v for k, v in text.public().items() if k != "revision"}) == text
    with pytest.raises(PolicyError) as caught:
        load_policy({"name": "t", "kind": "song", "rules": rules})
    assert caught.value.key == "kind" and '"document"' in caught.value.message_en
