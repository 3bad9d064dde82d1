"""Strangers' pictures and documents read nothing else, call nobody, and end in time."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import weakref
from pathlib import Path

import pytest

from media_checks import ToolFailed, check, load_policy
from media_checks.boxed import pdf as boxed_pdf
from media_checks.files import box
from media_checks.files.box import PythonBox, read_boxed
from media_checks.sandbox import Collector, Limits
from tests.media_checks.files import documents_made
from tests.media_checks.files.documents_made import SAID, pdf


def inside(tmp_path: Path, code: str) -> str:
    """What Python prints in the box around a file."""
    (tmp_path / "file").write_bytes(b"the one file")
    (tmp_path / "neighbour").write_bytes(b"another's")
    out, err = Collector(1 << 20), Collector(1 << 20)
    PythonBox(tmp_path / "file").run(
        Path(sys.executable), ["-I", "-c", code], limits=Limits(), stdout=out, stderr=err
    )
    return out.data.decode() + err.data.decode()


def test_the_box_shows_python_and_the_one_file(tmp_path, monkeypatch):
    monkeypatch.setenv("HOITHI_SECRET_KEY", "the key that nobody sees")
    said = inside(
        tmp_path,
        "import os; print(os.listdir('/in'), open('/in/clip').read(), dict(os.environ), "
        f"os.path.exists({str(tmp_path)!r}), os.path.exists('/etc/passwd'), os.getuid())",
    )
    assert "['clip'] the one file" in said and "False False 65534" in said
    assert "the key" not in said and "HOITHI" not in said


def test_the_box_has_no_network_and_nothing_to_write_to(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        code = (
            "import socket\n"
            f"for act in (lambda: socket.create_connection(('127.0.0.1', {port}), 2),\n"
            "            lambda: open('/in/clip', 'w'), lambda: open('/usr/x', 'w')):\n"
            "    try: print(act())\n"
            "    except OSError as error: print('refused')\n"
        )
        assert inside(tmp_path, code).split() == ["refused"] * 3
        with pytest.raises(BlockingIOError):
            server.accept()


def test_without_bubblewrap_it_works_and_says_so(tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_bytes(pdf())
    policy = load_policy(documents_made.POLICY)
    fenced = check(tmp_path / "a.pdf", policy)
    monkeypatch.setattr(box, "python_isolated", lambda: False)
    plain = check(tmp_path / "a.pdf", policy)
    assert (plain.sandbox, plain.verdict) == ("limits", "pass")
    assert plain.facts == fenced.facts


def test_a_reader_that_dies_or_takes_too_long_is_told_apart(tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_bytes(pdf())
    endless = "while True: pass"
    monkeypatch.setattr(box, "LIMITS", Limits(cpu_s=1, wall_s=30, log=1 << 16))
    for code, why in (
        (endless, "too_complex"),
        ("import time; time.sleep(60)", "too_complex"),
        ("print('x' * 40_000_000)", "too_complex"),
        ("x = bytearray(8 << 30)", "too_complex"),
        ("import os; os.abort()", "damaged"),
    ):
        if "sleep" in code:
            monkeypatch.setattr(box, "LIMITS", Limits(wall_s=0.5))
        monkeypatch.setattr(box, "BEGIN", code)
        assert read_boxed("pdf", tmp_path / "a.pdf")["refused"] == why, code
        monkeypatch.setattr(box, "LIMITS", Limits(cpu_s=1, wall_s=30, log=1 << 16))
    monkeypatch.setattr(box, "BEGIN", "import no_such_library")
    with pytest.raises(ToolFailed, match="no_such_library"):
        read_boxed("pdf", tmp_path / "a.pdf")


def test_a_page_that_takes_too_long_is_left_and_named(tmp_path, monkeypatch):
    slow = f"{SAID}) Tj " + "1 0 0 1 5 5 Tm (a) Tj " * 60_000 + "(b"
    path = tmp_path / "slow.pdf"
    path.write_bytes(pdf([SAID, slow, SAID]))
    assert threading.current_thread() is threading.main_thread()
    monkeypatch.setattr(boxed_pdf, "PAGE_S", 0.3)
    found = boxed_pdf.read(str(path), "")
    assert (found["unread_pages"], found["pages"]) == ([2], 3)
    monkeypatch.setattr(boxed_pdf, "ALL_S", 0)
    assert boxed_pdf.read(str(path), "")["unread_pages"] == [1, 2, 3]
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


def test_a_limit_is_not_lost_where_weak_references_are_cleared():
    class Thing:
        pass

    kept = weakref.WeakSet()
    with pytest.raises(boxed_pdf._TooLong), boxed_pdf._at_most(0.05):
        while True:
            kept.add(Thing())  # gone at once


def test_no_process_is_left(tmp_path):
    before = _children()
    (tmp_path / "a.pdf").write_bytes(pdf())
    check(tmp_path / "a.pdf", load_policy(documents_made.POLICY))
    assert _children() == before


def _children() -> list[str]:
    path = f"/proc/self/task/{os.getpid()}/children"
    with open(path) as file:  # noqa: PTH123 - a kernel file
        return file.read().split()
