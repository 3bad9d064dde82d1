"""Every command in this process: exit codes, and what goes to which stream, word for word."""

import io
import json
import sys

import example
import pytest

import scoring
from scoring import archive, bundle, cli


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working folder with the example and its bundle, and room for a help page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "input.json").write_text(json.dumps(example.contest()), "utf-8")
    bundle.write("bundle.zip", example.contest(), **example.parts())
    return tmp_path


@pytest.fixture
def run(capsys):
    """Exit code, lines of standard output, lines of standard error."""

    def run_(*arguments):
        try:
            code = cli.main(list(arguments))
        except SystemExit as left:
            code = left.code
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return run_


def test_compute_and_sensitivity_print_their_json(run, capsys):
    for name, report in (("compute", scoring.compute), ("sensitivity", scoring.sensitivity)):
        code, out, err = run(name, "input.json")
        expected = json.dumps(report(example.contest()), ensure_ascii=False, indent=1)
        assert (code, out, err) == (0, expected.splitlines(), [])
    assert cli.main(["compute", "input.json"]) == 0
    assert capsys.readouterr().out.endswith("}\n")


def test_a_dash_reads_standard_input(run, monkeypatch, folder):
    for name in ("compute", "sensitivity"):
        text = io.TextIOWrapper(io.BytesIO((folder / "input.json").read_bytes()))
        monkeypatch.setattr(sys, "stdin", text)
        assert run(name, "-") == run(name, "input.json")


def test_the_terminals_encoding_plays_no_part(monkeypatch):
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    assert cli.main(["verify", "input.json"]) == 2
    assert cli.main(["verify", "bundle.zip"]) == 0
    for stream in streams:
        stream.flush()
    assert "tính lại đúng" in streams[0].buffer.getvalue().decode()
    assert "không phải gói" in streams[1].buffer.getvalue().decode()


def test_malformed_input_is_2(run, folder):
    (folder / "input.json").write_text("{", "utf-8")
    assert run("compute", "input.json") == (
        2,
        [],
        [
            "$: JSON sai cú pháp ở dòng 1, cột 2.",
            "$: The JSON is broken at line 1, column 2.",
        ],
    )


def test_something_else_than_a_bundle_is_2(run):
    assert run("verify", "input.json") == (
        2,
        [],
        ["Tệp này không phải gói minh chứng của hội thi.", "This file is no evidence bundle."],
    )


def test_a_file_that_is_not_there_is_3(run):
    assert run("verify", "absent.zip") == (3, [], ["absent.zip: No such file or directory"])


VERIFY = " verify [-h] [--key FINGERPRINT] [--lang {vi,en}] [--json] BUNDLE"


@pytest.mark.parametrize(
    ("arguments", "usage", "says"),
    [
        ((), " [-h] COMMAND ...", "required: COMMAND"),
        (("count",), " [-h] COMMAND ...", "argument COMMAND: invalid choice: 'count'"),
        (("compute",), " compute [-h] INPUT.json", "required: INPUT.json"),
        (("sensitivity",), " sensitivity [-h] INPUT.json", "required: INPUT.json"),
        (("verify",), VERIFY, "required: BUNDLE"),
        (("verify", "x", "--lang", "fr"), VERIFY, "argument --lang: invalid choice: 'fr'"),
    ],
    ids=range(6),
)
def test_wrong_usage_is_3(run, arguments, usage, says):
    code, out, [first, last] = run(*arguments)
    assert (code, out) == (3, [])
    assert first == f"usage: python -m scoring{usage}"
    assert last.startswith("python -m scoring")
    assert says in last


def test_the_help(run):
    code, out, err = run("--help")
    assert (code, err) == (0, [])
    assert [line for line in out if line] == [
        "usage: python -m scoring [-h] COMMAND ...",
        "Tính điểm hội thi và kiểm tra gói minh chứng. / Compute a contest's ranking and verify "
        "evidence bundles.",
        "positional arguments:",
        "  COMMAND",
        "    compute    in bảng xếp hạng dạng JSON / print the ranking as JSON",
        "    sensitivity",
        "               điều gì quyết định mỗi giải / what decides each prize",
        "    verify     tính lại và kiểm tra một gói minh chứng / recompute and check an evidence "
        "bundle",
        "options:",
        "  -h, --help   show this help message and exit",
        "0 đúng/fine · 1 không khớp/does not hold · 2 sai dạng/malformed · 3 usage",
    ]


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (
            "compute",
            [
                "in bảng xếp hạng dạng JSON / print the ranking as JSON",
                "  INPUT.json  “-”: standard input",
            ],
        ),
        (
            "sensitivity",
            [
                "điều gì quyết định mỗi giải / what decides each prize",
                "  INPUT.json  “-”: standard input",
            ],
        ),
        (
            "verify",
            [
                "tính lại và kiểm tra một gói minh chứng / recompute and check an evidence bundle",
                "  BUNDLE",
                "  --key FINGERPRINT  vân tay khoá ký / signing key",
                "  --lang {vi,en}",
                "  --json             mỗi dòng một mục / a line per check",
            ],
        ),
    ],
    ids=["compute", "sensitivity", "verify"],
)
def test_the_help_of_a_command(run, command, lines):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert [line for line in out if line in lines] == lines


def test_verify_in_both_languages(run):
    """Vietnamese where nothing else is asked for."""
    checks = bundle.verify("bundle.zip")
    vi = {True: "ĐÚNG", None: "CHƯA RÕ"}
    en = {True: "HOLDS", None: "UNCHECKED"}
    expected = [f"{vi[check.holds]}  {check.vi}" for check in checks]
    assert run("verify", "bundle.zip") == (0, expected, [])
    assert run("verify", "bundle.zip", "--lang", "vi") == (0, expected, [])
    expected = [f"{en[check.holds]}  {check.en}" for check in checks]
    assert run("verify", "bundle.zip", "--lang", "en") == (0, expected, [])


def test_verify_as_json(run):
    _, out, _ = run("verify", "bundle.zip", "--json")
    assert out == [
        json.dumps(
            {"what": check.what, "holds": check.holds, "vi": check.vi, "en": check.en},
            ensure_ascii=False,
        )
        for check in bundle.verify("bundle.zip")
    ]


def test_what_does_not_hold_is_1_and_counted(run, folder):
    files = archive.read((folder / "bundle.zip").read_bytes())[0]
    files |= {"README.txt": b"", "them.txt": b""}
    (folder / "bundle.zip").write_bytes(archive.write(files.items()))
    code, out, err = run("verify", "bundle.zip")
    assert (code, err) == (1, ["2 mục không khớp. / 2 checks fail."])
    assert [line for line in out if line.startswith("SAI")] == [
        "SAI  README.txt: SHA-256 không khớp, tệp đã bị sửa.",
        "SAI  them.txt: không có trong MANIFEST.sha256.",
    ]
    _, out, _ = run("verify", "bundle.zip", "--lang", "en")
    assert "FAILS  them.txt: not in MANIFEST.sha256." in out


def test_verify_against_a_fingerprint(run):
    bundle.write("bundle.zip", example.contest(), **example.parts(), **example.SIGNED)
    right = bundle.signature.fingerprint(example.PUBLIC)
    assert run("verify", "bundle.zip", "--key", right)[0] == 0
    assert run("verify", "bundle.zip", "--key", "00")[0] == 1


def test_without_arguments_it_reads_those_of_the_command_line(run, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["scoring", "compute", "input.json"])
    assert cli.main() == 0
    assert json.loads(capsys.readouterr().out) == scoring.compute(example.contest())
