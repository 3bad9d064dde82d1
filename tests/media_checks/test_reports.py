"""Reports on several clips, and the folder that is watched."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree as ET

import pytest

from media_checks.progress import bar
from media_checks.reports.junit import junit
from media_checks.reports.page import page
from media_checks.reports.results import Result
from media_checks.watching import STATE, Watch
from tests.media_checks.test_cli import ROOT, policy_file, run

__all__ = ["policy_file"]


@pytest.fixture(scope="module")
def results():
    found = {"rule": "duration", "level": "hard", "outcome": "fail",
             "message_vi": "Clip dài <6> giây & hơn.", "message_en": "The clip is <6> s & more."}
    soft = {**found, "rule": "black", "level": "soft"}
    good = {**found, "rule": "intact", "outcome": "pass"}
    facts = {"display_width": 320, "display_height": 240, "duration_s": 6.0, "size": 1_500_000}
    report = {"findings": [good, soft, found], "facts": facts, "policy": {"name": "small"}}
    error = {"message_vi": "Tệp này là ảnh PNG.", "message_en": "This file is a PNG picture."}
    return [
        Result("a/<b>\x07.mp4", "fail", report=report),
        Result("c.mp4", "unreadable", error=error),
    ]  # fmt: skip


def test_junit_counts_what_failed(results):
    root = ET.fromstring(junit(results, "en"))
    counts = {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
    failure = root.find("./testsuite/testcase[@name='duration']/failure")
    assert failure.get("message") == "The clip is <6> s & more."
    error = root.find("./testsuite[2]/testcase/error")
    assert error.get("message") == "This file is a PNG picture."


def test_the_page_needs_nothing_else_and_trusts_no_name(results, tmp_path):
    sheet = tmp_path / "sheet.jpg"
    sheet.write_bytes(b"\xff\xd8jpeg")
    shown = page([results[0], Result("d.mp4", "pass", results[0].report, sheet=str(sheet))], "vi")
    assert '<html lang="vi">' in shown and "Không đạt: 1" in shown
    assert "&lt;b&gt;" in shown and "<b>" not in shown and "&lt;6&gt; giây &amp; hơn" in shown
    assert "src=\"data:image/jpeg;base64,/9hqcGVn\"" in shown
    assert "http" not in shown and "<script" not in shown
    # What failed stands first.
    assert shown.index("Độ dài") < shown.index("Màn hình đen") < shown.index("Tệp nguyên vẹn")


def test_of_several_clips_the_worst_counts(clip, policy_file, tmp_path):
    picture = tmp_path / "anh.mp4"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    xml, html = tmp_path / "out" / "r.xml", tmp_path / "out" / "r.html"
    clips = [clip("good.mp4"), clip("wide.mp4"), picture]
    done = run(*clips, "--policy", policy_file, "--lang", "en", "--junit", xml, "--html", html)
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert [line.rpartition(": ")[2] for line in lines] == ["PASS", "FAIL", "NOT READABLE"]
    assert "It is a PNG picture." in done.stderr
    assert ET.parse(xml).getroot().get("errors") == "1"
    assert html.read_text().count("data:image/jpeg;base64,") == 2
    two = run(*clips[:2], "--policy", policy_file, "--json")
    told = json.loads(two.stdout)
    assert two.returncode == 1 and [each["verdict"] for each in told] == ["pass", "fail"]
    assert told[0]["path"] == str(clips[0])


def test_a_report_that_cannot_be_written_is_said(clip, policy_file):
    done = run(clip("good.mp4"), "--policy", policy_file, "--junit", "/proc/nowhere/r.xml")
    assert done.returncode == 3 and "Traceback" not in done.stderr


def judged(path) -> Result:
    return Result(str(path), "pass", report={"findings": []})


def test_only_what_has_finished_arriving_is_judged_and_only_once(tmp_path):
    for name in ("a.mp4", ".hidden.mp4", "b.mp4.part", "c.mp4.crdownload"):
        (tmp_path / name).write_bytes(b"1")
    (tmp_path / "folder.mp4").mkdir()
    watch = Watch(tmp_path, "r1", judged, settled_s=0.2)
    assert list(watch.look()) == [] and watch.waits
    (tmp_path / "a.mp4").write_bytes(b"12")  # goes on arriving
    time.sleep(0.25)
    assert list(watch.look()) == []
    time.sleep(0.25)
    assert [result.path for result in watch.look()] == [str(tmp_path / "a.mp4")]
    assert list(watch.look()) == [] and not watch.waits
    # Another watch, after the first was killed while it wrote, knows what was judged.
    with (tmp_path / STATE).open("a") as file:
        file.write('{"known": ["x.mp4", 1')
    again = Watch(tmp_path, "r1", judged, settled_s=0)
    assert list(again.look()) == []
    assert [result.path for result in again.earlier] == [str(tmp_path / "a.mp4")]
    # A changed file and another policy are judged anew.
    (tmp_path / "b.mp4.part").rename(tmp_path / "b.mp4")
    assert [r.path for r in again.look()] == [str(tmp_path / "b.mp4")]
    assert len(list(Watch(tmp_path, "r2", judged, settled_s=0).look())) == 2


def test_a_watch_that_is_killed_goes_on_where_it_was(clip, policy_file, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(clip("good.mp4"), folder / "good.mp4")
    command = [sys.executable, "-m", "media_checks", "--watch", str(folder), "--json",
               "--policy", str(policy_file), "--settled", "0.3"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as first:
        told = json.loads(first.stdout.readline())
        first.send_signal(signal.SIGKILL)
    assert (told["path"], told["verdict"]) == (str(folder / "good.mp4"), "pass")
    shutil.copy(clip("wide.mp4"), folder / "wide.mp4")
    xml = tmp_path / "r.xml"
    command += ["--once", "--junit", str(xml)]
    second = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    lines = [json.loads(line) for line in second.stdout.splitlines()]
    assert [line["verdict"] for line in lines] == ["fail"] and second.returncode == 1
    assert len(ET.parse(xml).getroot()) == 2  # the report knows both


def test_the_bar_is_for_terminals_only(monkeypatch, capsys):
    assert bar("clip.mp4") is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    show = bar("clip.mp4")
    show(0.5)
    assert "[###############---------------]  50% clip.mp4" in capsys.readouterr().err
    show(1.0)
    assert capsys.readouterr().err == "\r\x1b[K"
