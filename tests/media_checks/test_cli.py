"""The command as people and programs call it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from media_checks.cli import main
from tests.media_checks.corpus import SMALL

ROOT = Path(__file__).resolve().parents[2]


def run(*args: object, folder: str | Path = "/") -> subprocess.CompletedProcess[str]:
    """The command's answer, by this process: to begin and to import takes longer than most."""
    out, err, words = io.StringIO(), io.StringIO(), list(map(str, args))
    with redirect_stdout(out), redirect_stderr(err), chdir(folder):
        try:
            status = main(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def started(*args: object, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """The same by a process of its own."""
    env = {"PATH": path if path is not None else os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-m", "media_checks", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd="/", check=False)


@pytest.fixture
def policy_file(tmp_path):
    lines = ["[media]", f'name = "{SMALL["name"]}"']
    for rule, limits in SMALL["rules"].items():
        lines += [f"[media.rules.{rule}]", *(f"{k} = {json.dumps(v)}" for k, v in limits.items())]
    path = tmp_path / "small.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "answer"),
    [("good.mp4", (0, "pass")), ("still.mp4", (0, "look")), ("wide.mp4", (1, "fail"))],
)
def test_json(name, answer, clip, policy_file, small):
    status, verdict = answer
    done = started(clip(name), "--policy", policy_file, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (status, "")
    assert report["verdict"] == verdict
    assert report["policy"] == {"name": "small", "revision": small.revision}
    stereo = ("audio_one_sided", "audio_antiphase")  # the clips are mono
    judged = [rule for rule in small.rules if rule not in stereo]
    assert [finding["rule"] for finding in report["findings"]] == judged
    for finding in report["findings"]:
        assert finding["level"] in ("hard", "soft")
        assert finding["outcome"] in ("pass", "fail")
        assert finding["message_vi"] and finding["message_en"]
        assert "found" in finding and "allowed" in finding


def test_the_built_in_policy_is_the_contests(clip):
    done = run(clip("good.mp4"), "--json")
    report = json.loads(done.stdout)
    failed = {f["rule"]: f for f in report["findings"] if f["outcome"] == "fail"}
    assert done.returncode == 1
    assert report["policy"]["name"] == "quan11-2023"
    assert set(failed) == {"duration", "resolution"}
    assert failed["duration"]["message_vi"] == (
        "Clip dài 4 giây; cho phép 3–5 phút. Hãy thêm ít nhất 2 phút 56 giây nội dung."
    )


def test_unreadable_is_two(clip):
    done = started(clip("playlist.mp4"), "--json")
    assert done.returncode == 2
    assert "verdict" not in json.loads(done.stdout)
    assert json.loads(done.stdout)["error"]["message_vi"] == done.stderr.strip()
    assert "MP4" in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("missing.mp4",),
        ("/",),
        (__file__, "--policy", "no-such-policy"),
        (__file__, "--nonsense"),
        (__file__, "--policy", __file__),
    ],
)
def test_usage_is_three(args):
    done = started(*args)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr and "Traceback" not in done.stderr


@pytest.mark.usefixtures("ffmpeg_itself")
def test_names_that_look_like_options_or_addresses(clip, tmp_path):
    for name in ("-i.mp4", "http:x.mp4", "a b'\"%d.mp4"):
        shutil.copy(clip("good.mp4"), tmp_path / name)
        done = run("--json", "--", name, folder=tmp_path)
        assert done.returncode == 1, done.stderr
        assert json.loads(done.stdout)["facts"]["duration_s"] == 4.0


def test_text_in_english(clip, policy_file):
    done = run(clip("wide.mp4"), "--policy", policy_file, "--lang", "en")
    assert done.stdout.splitlines()[0] == "FAIL"
    assert "4:3 is required" in done.stdout


def test_without_bubblewrap_it_works_and_says_so(clip, policy_file, tmp_path):
    only = tmp_path / "bin"
    only.mkdir()
    (only / "prlimit").symlink_to(str(shutil.which("prlimit")))
    for tool in ("ffmpeg", "ffprobe"):
        if found := shutil.which(tool):
            (only / tool).symlink_to(found)
    done = started(clip("good.mp4"), "--policy", policy_file, "--json", path=str(only))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sandbox"] == "limits"


def test_artefacts(clip, policy_file, tmp_path):
    done = run(clip("good.mp4"), "--policy", policy_file, "--artefacts", tmp_path / "out")
    assert done.returncode == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "contact_sheet.jpg",
        "crop.jpg",
        "fingerprint.json",
        "loudness.png",
        "poster.jpg",
        "waveform.png",
    ]
