"""Bytes from strangers read nothing else, call nobody, and end in time."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from media_checks import Unreadable, check, sandbox
from media_checks.probing.allowed import input_arguments
from media_checks.sandbox import Collector, Limits, Lines, Sandbox, TooMuchOutput
from media_checks.tools import find_tools, version_number
from tests.media_checks.corpus import kept_copy

pytestmark = pytest.mark.usefixtures("ffmpeg_itself")
ENDLESS = ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x480", "-f", "null", "-"]


def run(box, *args, **limits):
    out, err = Collector(1 << 20), Collector(1 << 20)
    ended = box.run(
        find_tools().ffmpeg, list(args), limits=Limits(**limits), stdout=out, stderr=err
    )
    return ended, out.data.decode(), err.data.decode()


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{neighbour}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {neighbour}\n",
        "ffconcat version 1.0\nfile file:{neighbour}\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{url}\n#EXT-X-ENDLIST\n",
        "v=0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        '<?xml version="1.0"?><MPD><Period><BaseURL>{url}</BaseURL></Period></MPD>',
    ],
)
def test_scripts_open_nothing(text, tmp_path, small):
    kept_copy(tmp_path / "neighbour.mp4")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.mp4"
        for neighbour in ("neighbour.mp4", str(tmp_path / "neighbour.mp4")):
            trap = tmp_path / "trap.mp4"
            trap.write_text(text.format(neighbour=neighbour, url=url))
            with pytest.raises(Unreadable):
                check(trap, small)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_the_allow_list_holds_without_the_box(tmp_path):
    """ffmpeg itself refuses the playlist; bubblewrap is the second fence, not the only one."""
    kept_copy(tmp_path / "neighbour.mp4")
    trap = tmp_path / "trap.mp4"
    trap.write_text("ffconcat version 1.0\nfile neighbour.mp4\n")
    box = Sandbox(trap)
    ended, _, err = run(box, *input_arguments(), "-i", box.clip_url, "-f", "null", "-")
    assert ended.status != 0
    assert "whitelist" in err


def test_the_box_shows_the_clip_alone(tmp_path):
    kept_copy(tmp_path / "clip.mp4")
    kept_copy(tmp_path / "neighbour.mp4")
    box = Sandbox(tmp_path / "clip.mp4")
    neighbour = f"file:{tmp_path / 'neighbour.mp4'}"
    reads = [run(box, "-i", url, "-f", "null", "-")[0].status for url in (box.clip_url, neighbour)]
    assert reads[0] == 0
    assert (reads[1] != 0) == (sandbox.describe() == "bubblewrap")


def test_wall_limit_kills_the_whole_group(tmp_path):
    before = _children()
    kept_copy(tmp_path / "clip.mp4", seconds=1)
    ended, _, _ = run(Sandbox(tmp_path / "clip.mp4"), "-re", *ENDLESS, wall_s=0.5)
    assert ended.timed_out
    assert _children() == before


def test_cpu_limit(tmp_path):
    kept_copy(tmp_path / "clip.mp4", seconds=1)
    ended, _, _ = run(Sandbox(tmp_path / "clip.mp4"), *ENDLESS, cpu_s=1, wall_s=60)
    # A wrapper reports its child's signal as 128 + number.
    assert ended.status in (-signal.SIGXCPU, -signal.SIGKILL, 128 + 24, 128 + 9)


def test_memory_limit(tmp_path):
    kept_copy(tmp_path / "clip.mp4", seconds=1)
    big = ["-f", "lavfi", "-i", "color=s=8192x8192", "-frames:v", "1", "-f", "null", "-"]
    # FFmpeg 5 asks for memory again and again when refused; then the wall limit ends it.
    ended, _, _ = run(Sandbox(tmp_path / "clip.mp4"), *big, memory=300 << 20, wall_s=5)
    assert ended.status != 0
    assert run(Sandbox(tmp_path / "clip.mp4"), *big, memory=1 << 30)[0].status == 0


def test_nothing_can_be_written_when_checking(tmp_path):
    kept_copy(tmp_path / "clip.mp4", seconds=1)
    box = Sandbox(tmp_path / "clip.mp4", tmp_path)
    ended, _, _ = run(box, "-i", box.clip_url, "-c", "copy", box.out("copy.mkv"))
    assert ended.status != 0
    assert not (tmp_path / "copy.mkv").exists() or (tmp_path / "copy.mkv").stat().st_size == 0


def test_the_environment_is_empty(tmp_path, monkeypatch):
    monkeypatch.setenv("FFREPORT", f"file={tmp_path}/leak.log")
    kept_copy(tmp_path / "clip.mp4", seconds=1)
    box = Sandbox(tmp_path / "clip.mp4")
    assert run(box, "-i", box.clip_url, "-f", "null", "-")[0].status == 0
    assert not (tmp_path / "leak.log").exists()


def test_a_sink_that_raises_stops_the_program(tmp_path):
    before = _children()
    kept_copy(tmp_path / "clip.mp4", seconds=1)
    with pytest.raises(TooMuchOutput):
        Sandbox(tmp_path / "clip.mp4").run(
            find_tools().ffmpeg,
            ["-f", "lavfi", "-i", "testsrc2", "-f", "rawvideo", "pipe:1"],
            limits=Limits(),
            stdout=Collector(1000),
            stderr=Collector(1 << 20),
        )
    assert _children() == before


def test_lines_are_cut_and_bounded():
    got: list[str] = []
    lines = Lines(got.append)
    for chunk in (b"one\ntw", b"o\r\n", b"x" * 200_000, b"\nrest"):
        lines(chunk)
    lines.finish()
    assert [line[:4] for line in got] == ["one", "two", "xxxx", "rest"]
    assert len(got[2]) <= Lines.longest


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("ffmpeg version 5.1.9-0+deb12u1", (5, 1)),
        ("ffmpeg version n8.0-23-gd1f31a829d", (8, 0)),
        ("ffmpeg version N-113007-g8d24a28d06", (999, 0)),
        ("ffmpeg version 4.4.2-0ubuntu0.22.04.1", (4, 4)),
        ("something else", None),
    ],
)
def test_versions(line, version):
    assert version_number(line) == version


def _children() -> list[str]:
    """This process's children; other tests' servers may be among them."""
    path = f"/proc/self/task/{os.getpid()}/children"
    with open(path) as file:  # noqa: PTH123 - a kernel file
        return file.read().split()


def inside(tmp_path, script):
    """What a shell script prints in the box around a clip; the program is any, not FFmpeg alone."""
    kept_copy(tmp_path / "clip.mp4", seconds=1)
    out, err = Collector(1 << 20), Collector(1 << 20)
    Sandbox(tmp_path / "clip.mp4").run(
        Path("/usr/bin/bash"), ["-c", script], limits=Limits(), stdout=out, stderr=err
    )
    return out.data.decode()


def test_no_secret_is_in_the_box(tmp_path, monkeypatch):
    monkeypatch.setenv("HOITHI_SECRET_KEY", "the key that nobody sees")
    (tmp_path / "secret_key").write_text("the key that nobody sees")
    said = inside(tmp_path, f"env; cat {tmp_path}/secret_key /proc/*/environ; ls -A / /etc")
    assert "the key" not in said
    assert "HOITHI" not in said
    listed = set(said.split())
    assert not listed & {"proc", "run", "data", "home", "root", "tmp", "var", "passwd", "shadow"}


def test_no_network_is_in_the_box(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        said = inside(tmp_path, f"exec 3<>/dev/tcp/127.0.0.1/{port} && echo reached; echo ran")
        with pytest.raises(BlockingIOError):
            server.accept()
    assert said == "ran\n"


def test_no_other_clip_and_nothing_to_write_to_is_in_the_box(tmp_path):
    kept_copy(tmp_path / "neighbour.mp4")
    said = inside(
        tmp_path,
        f"ls /in; ls {tmp_path}; : >/in/clip && echo wrote; : >/usr/x && echo wrote; "
        f"kill -0 {os.getpid()} && echo signalled",
    )
    assert said == "clip\n"
