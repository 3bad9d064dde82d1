"""``python -m scoring`` as a stranger runs it: an unpacked copy, nothing but Python."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile

import example
import pytest

import scoring
from scoring import bundle

PLAIN = {"PATH": "/nowhere", "LANG": "C"}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A folder that holds what the bundle carries of the program, and the bundle."""
    folder = tmp_path_factory.mktemp("alone")
    content = bundle.build(example.contest(), **example.parts(), **example.SIGNED)
    (folder / "bundle.zip").write_bytes(content)
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        for name in opened.namelist():
            if name.startswith("scoring/"):
                opened.extract(name, folder)
    (folder / "input.json").write_text(json.dumps(example.contest()), "utf-8")
    return folder


def run(folder, *arguments, text=None, env=None):
    """``-S``: no site-packages, so the standard library has to be enough."""
    return subprocess.run(
        [sys.executable, "-S", "-B", "-m", "scoring", *arguments],
        cwd=folder,
        input=text,
        capture_output=True,
        encoding="utf-8",
        env=PLAIN | (env or {}),
        check=False,
    )


def test_compute_prints_the_ranking(alone):
    done = run(alone, "compute", "input.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == scoring.compute(example.contest())


def test_compute_reads_standard_input(alone):
    done = run(alone, "compute", "-", text=json.dumps(example.contest()))
    assert done.returncode == 0
    assert [line["rank"] for line in json.loads(done.stdout)["ranking"]] == [1, 2, 3]


def test_sensitivity_prints_its_report(alone):
    done = run(alone, "sensitivity", "input.json")
    assert (done.returncode, json.loads(done.stdout)["stable"]) == (0, False)


def test_malformed_input_is_2_and_names_the_path_in_both_languages(alone):
    data = example.contest()
    data["entries"][3]["marks"]["GK2"]["noi_dung"] = 99
    done = run(alone, "compute", "-", text=json.dumps(data))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "$.entries[3].marks.GK2.noi_dung: Ở đây là 99; phải là số nguyên từ 0 đến 60.",
        "$.entries[3].marks.GK2.noi_dung: Found 99; it must be a whole number from 0 to 60.",
    ]


@pytest.mark.parametrize(
    "arguments",
    [(), ("count",), ("compute",), ("compute", "absent.json"), ("verify", "bundle.zip", "--x")],
)
def test_wrong_usage_is_3(alone, arguments):
    done = run(alone, *arguments)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr != ""


def test_help_is_fine(alone):
    assert run(alone, "--help").returncode == 0
    assert run(alone, "verify", "--help").returncode == 0


def test_verify_holds_and_says_that_the_signature_is_unchecked(alone):
    done = run(alone, "verify", "bundle.zip")
    assert done.returncode == 0
    words = [line.partition("  ")[0] for line in done.stdout.splitlines()]
    assert sorted(set(words)) == ["CHƯA RÕ", "ĐÚNG"]
    assert [line for line in done.stdout.splitlines() if line.startswith("CHƯA RÕ")] == [
        "CHƯA RÕ  Chữ ký chưa được kiểm tra: máy này không có thư viện cryptography hay lệnh "
        f"openssl 3 (vân tay khoá {scoring.bundle.signature.fingerprint(example.PUBLIC)})."
    ]


def test_verify_uses_openssl_where_it_is(alone):
    openssl = shutil.which("openssl")
    done = run(alone, "verify", "bundle.zip", "--lang", "en", env={"PATH": os.environ["PATH"]})
    assert openssl is not None
    assert done.returncode == 0
    assert {line.partition("  ")[0] for line in done.stdout.splitlines()} == {"HOLDS"}


def test_verify_as_json_is_a_line_per_check(alone):
    done = run(alone, "verify", "--json", "bundle.zip")
    checks = [json.loads(line) for line in done.stdout.splitlines()]
    assert {check["holds"] for check in checks} == {True, None}
    assert [check["what"] for check in checks if check["what"].startswith("ranking[")] == [
        "ranking[0]",
        "ranking[1]",
        "ranking[2]",
    ]


def test_verify_finds_one_flipped_bit_and_names_the_file(alone, tmp_path):
    content = bytearray((alone / "bundle.zip").read_bytes())
    place = content.index(b'"reactions": 120')
    content[place + 15] ^= 1
    (tmp_path / "changed.zip").write_bytes(content)
    done = run(alone, "verify", str(tmp_path / "changed.zip"))
    assert done.returncode == 1
    wrong = [line for line in done.stdout.splitlines() if line.startswith("SAI")]
    assert any("snapshots.json" in line for line in wrong)
    assert any("ranking[1]" in line for line in wrong)


def test_verify_of_something_else_is_2(alone):
    done = run(alone, "verify", "input.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "không phải gói minh chứng" in done.stderr
