"""Pictures: each by itself, and all of an entry together."""

from __future__ import annotations

import json

import pytest

from media_checks import Likeness, Unreadable, check, load_policy, similarity
from tests.media_checks.files.pictures_made import drawn, huge_png

RULES = {
    "intact": {"level": "hard"},
    "format": {"level": "hard", "formats": ["jpeg", "png"]},
    "resolution": {"level": "hard", "min_short_px": 300},
    "count": {"level": "hard", "min": 2, "max": 3},
    "alike": {"level": "soft"},
}
POLICY = load_policy({"name": "photos", "kind": "picture", "rules": RULES})


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for seed in (1, 2, 3):
        drawn(seed=seed).save(folder / f"{seed}.jpg", quality=90)
    drawn(seed=1).resize((320, 240)).save(folder / "1-small.png")
    return folder


def test_one_picture_says_nothing_of_how_many_there_are(photos):
    report = check(photos / "1.jpg", POLICY)
    assert report.verdict == "pass"
    assert [finding.rule for finding in report.findings] == ["intact", "format", "resolution"]
    told = json.loads(json.dumps(report.to_dict()))
    assert told["facts"]["files"][0]["width"] == 640
    assert (told["policy"]["name"], told["findings"][0]["file"]) == ("photos", 1)


def test_an_entry_is_judged_as_a_whole_and_names_its_pictures(photos):
    paths = [photos / "1.jpg", photos / "2.jpg", photos / "1-small.png", photos / "3.jpg"]
    report = check(paths, POLICY)
    failed = {(f.rule, f.file): f for f in report.findings if f.outcome == "fail"}
    assert set(failed) == {("resolution", 3), ("count", None), ("alike", None)}
    assert failed["count", None].message_vi.startswith("Bài có 4 ảnh; cho phép 2–3. Hãy bớt")
    assert failed["resolution", 3].message_en.startswith("Picture 3: The picture has 320 × 240")
    assert failed["alike", None].message_vi.startswith("Có ảnh gần như trùng nhau: 1 và 3.")
    assert "file" not in failed["count", None].to_dict()
    one = check([photos / "1.jpg"], POLICY)
    assert one.verdict == "fail"  # an entry of one


def test_what_is_no_picture_is_named(photos, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"%PDF-1.7 ...")
    with pytest.raises(Unreadable, match=r"It is a PDF document. Send a JPEG"):
        check(tmp_path / "a.jpg", POLICY)
    with pytest.raises(Unreadable, match=r"^Picture 2 \(b.jpg\): "):
        check([photos / "1.jpg", tmp_path / "a.jpg"], POLICY, names=["a.jpg", "b.jpg"])


def test_entries_that_share_a_picture_are_alike(photos):
    one, two = (check([photos / f"{n}.jpg", photos / "3.jpg"], POLICY) for n in (1, 2))
    found = similarity(one.fingerprint, Likeness.from_dict(two.fingerprint.to_dict()))
    assert (found.kind, found.score) == ("picture", 0.5)
    assert [pair[:2] for pair in found.pictures] == [(2, 2)]


def test_a_picture_of_too_many_pixels_is_refused_by_its_head(tmp_path):
    (tmp_path / "a.png").write_bytes(huge_png(60_000, 50_000))
    with pytest.raises(Unreadable, match="60000×50000 pixels is too large"):
        check(tmp_path / "a.png", POLICY)
