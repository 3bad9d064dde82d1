"""A wrong policy is refused with the key that is wrong; a right one has one revision."""

from __future__ import annotations

import json

import pytest

from media_checks import PolicyError, built_in_names, find_policy, load_policy
from media_checks.rules import RULES

WORDS = {"vi": "Hãy cắt bớt.", "en": "Cut it."}
DURATION = {"level": "hard", "min_s": 180, "max_s": 300}


def media(**rules):
    return {"name": "test", "rules": rules}


@pytest.mark.parametrize(
    ("mapping", "key"),
    [
        ({"rules": {}}, "name"),
        ({"name": "x"}, "rules"),
        ({"name": "x", "rules": []}, "rules"),
        ({"name": "x", "rule": {}}, "rule"),
        ({"media": {"rules": {"duration": DURATION}}}, "media.name"),
        ({"media": {"name": "x", "rules": {"lenght": {}}}}, "media.rules.lenght"),
        ({"media": 3}, "media"),
        (media(lenght={}), "rules.lenght"),
        (media(intact=3), "rules.intact"),
        (media(intact={}), "rules.intact.level"),
        (media(intact={"level": "strict"}), "rules.intact.level"),
        (media(intact={"level": "hard", "min": 3}), "rules.intact.min"),
        (media(duration={"level": "hard", "min_s": 3}), "rules.duration.max_s"),
        (media(duration=DURATION | {"min_s": "3"}), "rules.duration.min_s"),
        (media(duration=DURATION | {"min_s": True}), "rules.duration.min_s"),
        (media(duration=DURATION | {"min_s": -1}), "rules.duration.min_s"),
        (media(duration=DURATION | {"min_s": float("nan")}), "rules.duration.min_s"),
        (media(duration=DURATION | {"max_s": float("inf")}), "rules.duration.max_s"),
        (media(duration=DURATION | {"min_s": 301}), "rules.duration.max_s"),
        (media(aspect_ratio={"level": "hard", "ratio": "4/3"}), "rules.aspect_ratio.ratio"),
        (media(aspect_ratio={"level": "hard", "ratio": "0:3"}), "rules.aspect_ratio.ratio"),
        (media(aspect_ratio={"level": "hard", "ratio": 1.33}), "rules.aspect_ratio.ratio"),
        (media(container={"level": "hard", "containers": ["exe"]}), "rules.container.containers"),
        (media(container={"level": "hard", "containers": []}), "rules.container.containers"),
        (media(audio_silent={"level": "hard", "min_lufs": 3}), "rules.audio_silent.min_lufs"),
        (media(intact={"level": "hard", "remedy": "Gọi"}), "rules.intact.remedy"),
        (media(intact={"level": "hard", "remedy": {"vi": "Gọi"}}), "rules.intact.remedy.en"),
        (media(intact={"level": "hard", "remedy": WORDS | {"vi": " "}}), "rules.intact.remedy.vi"),
        (media(intact={"level": "hard", "remedy": WORDS | {"fr": "x"}}), "rules.intact.remedy.fr"),
    ],
)
def test_what_is_wrong_is_named(mapping, key):
    with pytest.raises(PolicyError) as caught:
        load_policy(mapping)
    assert caught.value.key == key
    assert caught.value.message_vi.startswith(f"{key}: ")
    assert caught.value.message_en.startswith(f"{key}: ")


def test_equal_rules_have_equal_revisions():
    plain = load_policy(media(duration=DURATION, intact={"level": "hard"}))
    spelt_out = load_policy(
        {"media": media(intact={"level": "hard"}, duration=DURATION | {"min_s": 180.0})}
    )
    with_default = load_policy(
        media(duration=DURATION | {"tolerance_s": 0}, intact={"level": "hard"})
    )
    assert plain.revision == spelt_out.revision == with_default.revision
    assert len(plain.revision) == 64


def test_another_limit_is_another_revision():
    one, other = (load_policy(media(duration=DURATION | {"max_s": n})).revision for n in (300, 301))
    assert one != other


def test_name_may_come_from_outside():
    assert load_policy({"rules": {"duration": DURATION}}, name="x").name == "x"


def test_public_form_is_json_and_loads_again():
    policy = find_policy("quan11-2023")
    public = json.loads(json.dumps(policy.public()))
    assert public.pop("revision") == policy.revision
    assert load_policy(public) == policy


def test_built_in_policy_has_every_rule():
    assert built_in_names() == [
        *("contest", "ebu-r128", "facebook-reels", "nghi-dinh-30", "quan11-2023", "youtube"),
    ]
    policy = find_policy("quan11-2023")
    # Phones record mono, and the plan asks neither for more nor for a bit rate.
    not_asked = ("audio_mono", "bitrate")
    assert list(policy.rules) == [rule for rule in RULES if rule not in not_asked]
    hard = {name for name, limits in policy.rules.items() if limits["level"] == "hard"}
    assert hard == {
        "intact",
        "container",
        "duration",
        "aspect_ratio",
        "resolution",
        "audio_present",
        "audio_silent",
    }


def test_files_that_are_no_policy(tmp_path):
    for content in (b"a = [", b"\xff\xfe", b""):
        path = tmp_path / "p.toml"
        path.write_bytes(content)
        with pytest.raises(PolicyError):
            find_policy(str(path))
