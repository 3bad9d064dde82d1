"""When the page's own code takes a line for dead, and what it does about it."""

import json
import subprocess
from pathlib import Path

CASES = Path(__file__).with_name("sending_cases.mjs")


def told(case):
    done = subprocess.run(
        ["node", CASES, case], stdout=subprocess.PIPE, text=True, check=True, timeout=120
    )
    return json.loads(done.stdout)


def test_a_line_without_a_byte_for_half_a_minute_is_cut_off_and_begun_anew():
    run = told("stalled")
    assert run["before"] == 2  # 29 s of silence are borne
    assert run["asked"] == ["POST", "PATCH", "cut off", "HEAD", "PATCH"]
    assert "waiting" in run["states"]
    assert run["end"] == "done"


def test_a_phone_without_a_network_waits_for_it():
    run = told("offline")
    assert run["asked"] == ["POST", "PATCH"]
    assert run["end"] is None


def test_what_safari_calls_an_abort_is_a_dropped_line():
    run = told("safari")
    assert run["asked"] == ["POST", "PATCH", "HEAD", "PATCH", "HEAD", "PATCH"]
    assert run["end"] == "done"


def test_a_refusal_is_not_tried_again():
    run = told("refused")
    assert run["asked"] == ["POST", "PATCH"]
    assert run["end"] == "failed"
