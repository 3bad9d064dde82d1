"""A clip's length and shape have one form: on the phone, in the verdict, on every page."""

import json
import subprocess
from pathlib import Path

from contest.languages import write_duration
from media_checks import words
from tests.scoring.second import NODE

CASES = Path(__file__).with_name("measures_cases.mjs")
SECONDS = (0, 1, 59, 59.4, 60, 171, 180, 299.6, 300, 342.4, 3599, 3600, 3661, 7325, 11700)
BESIDE = (178.96, 178.9996, 179, 181.2, 300.94, 301, 301.02, 301.0004, 342)
RANGES = ((180, 300), (90, 300), (3600, 7200), (20, 45), (0, 60), (300, 300), (3000, 4000))
SHAPES = ((1440, 1080), (1920, 1080), (1080, 1440), (640, 360), (1456, 1080), (1000, 640))


def told(asked: list[list[object]]) -> list[str]:
    """What the page writes for each [language, name, ...arguments]."""
    done = subprocess.run([NODE, CASES], input=json.dumps(asked), stdout=subprocess.PIPE, text=True,
                          check=True, timeout=60)
    written: list[str] = json.loads(done.stdout)
    return written


def test_the_phone_writes_lengths_and_shapes_as_the_server_does() -> None:
    asked: list[list[object]] = []
    expected: list[str] = []
    for language in ("vi", "en"):
        for seconds in SECONDS:
            asked.append([language, "length", seconds])
            expected.append(getattr(words.length(seconds), language))
        for seconds in BESIDE:
            asked.append([language, "lengthBeside", seconds, 179, 301, 1])
            expected.append(getattr(words.length_beside(seconds, 179, 301, 1), language))
        for low, high in RANGES:
            asked.append([language, "lengthRange", low, high])
            expected.append(getattr(words.length_range(low, high), language))
    for width, height in SHAPES:
        asked.append(["en", "shape", width, height, [4, 3]])
        expected.append(f"{width}×{height} ({words.ratio(width, height, not_=4 / 3)})")
    assert told(asked) == expected


def test_pages_write_a_length_as_the_verdict_does() -> None:
    for seconds in SECONDS:
        for language in ("vi", "en"):
            assert write_duration(seconds, language) == getattr(words.length(seconds), language)
