"""Hashes of frames: what changes them, what does not, and how they are stored."""

from __future__ import annotations

import json
from array import array
from pathlib import Path

import pytest
from PIL import Image

from media_checks import check
from media_checks.picture.fingerprint import (
    MIRROR,
    SIDE,
    Fingerprint,
    Frame,
    PictureHasher,
    picture_hash,
)


def picture(shift: int = 0) -> Image.Image:
    """Blobs of several sizes, unlike left and right."""
    image = Image.new("L", (SIDE, SIDE), 60)
    for n, (x, y, r) in enumerate(((4, 9, 6), (19, 5, 4), (25, 22, 8), (9, 25, 5))):
        image.paste(120 + 30 * n, (x - r + shift, y - r, x + r + shift, y + r))
    return image


def hashed(image: Image.Image) -> int:
    return picture_hash(image.tobytes())


def test_a_mirror_turns_known_bits() -> None:
    mirrored = hashed(picture().transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert (mirrored ^ MIRROR ^ hashed(picture())).bit_count() <= 4


def test_brightness_changes_hardly_a_bit() -> None:
    brighter = picture().point(lambda v: min(255, v + 20))
    assert (hashed(brighter) ^ hashed(picture())).bit_count() <= 4


def test_bars_around_the_picture_do_not_count() -> None:
    plain, barred = PictureHasher(), PictureHasher()
    for at in range(3):
        image = picture(at).resize((320, 240))
        framed = Image.new("L", (320, 240))
        framed.paste(image.resize((320, 180)), (0, 30))
        plain.frame(at, image)
        barred.frame(at, framed)
    for a, b in zip(plain.frames(), barred.frames(), strict=True):
        assert (a.hash ^ b.hash).bit_count() < 40


def test_flat_frames_say_nothing() -> None:
    hasher = PictureHasher()
    hasher.frame(0, Image.new("L", (320, 240), 128))
    assert hasher.frames() == []


def test_json_brings_it_back() -> None:
    made = Fingerprint(9.5, [Frame(0.0, 7), Frame(2.5, 1 << 254)], array("I", [1, 2**32 - 1]))
    assert Fingerprint.from_dict(json.loads(json.dumps(made.to_dict()))) == made
    with pytest.raises(ValueError, match="edition 0"):
        Fingerprint.from_dict(made.to_dict() | {"edition": 0})


def test_the_check_leaves_it_with_the_pictures(clip, small, tmp_path: Path) -> None:
    report = check(clip("good.mp4"), small, artefacts=tmp_path)
    told = report.artefacts["fingerprint"]
    kept = Fingerprint.from_dict(json.loads((tmp_path / told["file"]).read_text()))
    assert kept == report.fingerprint
    assert (told["frames"], told["sound_values"]) == (len(kept.frames), len(kept.sound))
    assert kept.frames and kept.sound
