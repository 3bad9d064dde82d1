"""The command, its reports and a watched folder, of pictures, documents and texts."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from tests.media_checks.files import documents_made, pictures_made, texts_made
from tests.media_checks.files.pictures_made import drawn, saved
from tests.media_checks.test_cli import run


def written(policy, path, **more):
    """The policy as a TOML file."""
    lines = ["[media]", f'name = "{policy["name"]}"', f'kind = "{policy["kind"]}"']
    for rule, limits in (policy["rules"] | more).items():
        lines += [f"[media.rules.{rule}]", *(f"{k} = {json.dumps(v)}" for k, v in limits.items())]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def photos(tmp_path):
    """Two pictures that are the same, one that is too small, and the policy."""
    for name, size in (("a.jpg", (640, 480)), ("b.jpg", (800, 600)), ("c.jpg", (320, 240))):
        (tmp_path / name).write_bytes(saved(drawn().resize(size), "JPEG"))
    more = {"count": {"level": "hard", "min": 1, "max": 2}, "alike": {"level": "soft"}}
    policy = written(pictures_made.POLICY, tmp_path / "p.toml", **more)
    return [tmp_path / name for name in ("a.jpg", "b.jpg", "c.jpg")], policy


def test_of_several_pictures_each_is_judged_by_itself(photos):
    paths, policy = photos
    done = run(*paths, "--policy", policy, "--lang", "en")
    lines = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert lines == ["a.jpg: PASS", "b.jpg: PASS", "c.jpg: FAIL"] and done.returncode == 1
    assert "count:" not in done.stdout


def test_together_they_are_one_entry(photos, tmp_path):
    paths, policy = photos
    xml, html = tmp_path / "r.xml", tmp_path / "r.html"
    done = run(*paths, "--policy", policy, "--together", "--json", "--html", html, "--junit", xml)
    report = json.loads(done.stdout)
    failed = {(f["rule"], f.get("file")) for f in report["findings"] if f["outcome"] == "fail"}
    assert failed == {("resolution", 3), ("count", None), ("alike", None)}
    assert (done.returncode, done.stderr) == (1, "")
    shown = html.read_text("utf-8")
    assert shown.count("data:image/jpeg;base64,") == 3 and "640×480 · 800×600 · 320×240" in shown
    assert shown.count(">Tệp nguyên vẹn<") == 1 and "<br>Ảnh 3: Ảnh mở được" in shown
    assert 'alt="Ảnh 3"' in shown and ">Ảnh trùng nhau<" in shown
    [suite] = ET.parse(xml).getroot()
    assert (suite.get("name"), suite.get("failures")) == ("a.jpg, b.jpg, c.jpg", "2")
    clip = run(*paths, "--together")
    assert clip.returncode == 3 and "not for clips" in clip.stderr


def test_documents_and_texts_have_the_same_exit_statuses(tmp_path):
    policy = written(documents_made.POLICY, tmp_path / "d.toml")
    for name, data in (
        ("good.docx", documents_made.word()),
        ("pages.docx", documents_made.word(pages=9)),
        ("scan.pdf", documents_made.scan()),
        ("none.pdf", b"khong"),
    ):
        (tmp_path / name).write_bytes(data)
    out = tmp_path / "out"
    statuses = {
        name: run(tmp_path / name, "--policy", policy, "--artefacts", out).returncode
        for name in ("good.docx", "pages.docx", "scan.pdf", "none.pdf")
    }
    assert list(statuses.values()) == [0, 0, 1, 2]
    assert documents_made.SAID in (out / "text-01.txt").read_text()
    (tmp_path / "bai.txt").write_text(texts_made.SAID)
    essays = written(texts_made.POLICY, tmp_path / "t.toml")
    html = tmp_path / "t.html"
    done = run(tmp_path / "bai.txt", "--policy", essays, "--json", "--html", html)
    told = json.loads(done.stdout)
    assert (told["verdict"], told["sandbox"], told["ffmpeg"]) == ("pass", "none", "")
    assert "12 chữ" in html.read_text("utf-8")


def test_a_folder_of_documents_is_watched(tmp_path):
    folder, policy = tmp_path / "in", written(documents_made.POLICY, tmp_path / "d.toml")
    folder.mkdir()
    (folder / "good.pdf").write_bytes(documents_made.pdf())
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7\n")
    command = ("--watch", folder, "--policy", policy, "--settled", "0.2", "--once", "--json")
    done = run(*command)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {each["path"][-8:]: each["verdict"] for each in told} == {
        "/bad.pdf": "unreadable",
        "good.pdf": "pass",
    }
    assert done.returncode == 2
    assert run(*command).stdout == ""  # nothing is judged twice
