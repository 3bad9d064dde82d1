"""Runs FFmpeg on bytes from strangers: no shell, no network, nothing else to read, bounded.

A clip may be crafted to open other files, to call home, or to eat the machine. Each run gets
an argument list, an empty environment, limits on CPU, memory, file size and descriptors, a wall
limit, and its own process group, which is killed whole. Where bubblewrap works, the program also
sees nothing but the clip (read-only) and has no network, no rights and no other processes.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import ToolFailed
from .fence import ENVIRONMENT, around, works
from .tools import Tools, find_tools

CLIP_INSIDE = "/in/clip"
OUT_INSIDE = "/out"


@dataclass(frozen=True)
class Limits:
    """CPU and wall seconds, address space and largest written file in bytes, open files.

    ``log`` is how many bytes the program may write to standard error.
    """

    cpu_s: int = 120
    wall_s: float = 240.0
    memory: int = 2 << 30
    file_size: int = 0
    open_files: int = 64
    log: int = 64 << 20


class Collector:
    """A sink that keeps what it gets, up to ``limit`` bytes, then stops the run."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.data = bytearray()

    def __call__(self, chunk: bytes) -> None:
        self.data += chunk
        if len(self.data) > self.limit:
            raise TooMuchOutput


class TooMuchOutput(Exception):
    """The program wrote far more than an honest clip would make it write."""


class Lines:
    """A sink that cuts bytes into lines and hands each to ``each``; over-long ones are cut."""

    longest = 1 << 16

    def __init__(self, each: Callable[[str], object]) -> None:
        self.each = each
        self.rest = b""

    def __call__(self, chunk: bytes) -> None:
        *lines, rest = (self.rest + chunk).split(b"\n")
        self.rest = rest[: self.longest]
        for line in lines:
            self.each(line.decode("utf-8", "replace").rstrip("\r"))

    def finish(self) -> None:
        """Hand on what came without a final newline."""
        if self.rest:
            self.each(self.rest.decode("utf-8", "replace"))
            self.rest = b""


@dataclass(frozen=True)
class RunResult:
    """How a run ended: its exit status (negative: killed by that signal)."""

    status: int
    timed_out: bool = False
    too_much_log: bool = False


IDLE = ("chrt", "--idle", "0")  # util-linux, as prlimit is
_background: list[str] = []  # what comes before each command of this process

Sink = Callable[[bytes], None]
PositionReporter = Callable[[float], None]  # seconds of the clip that are written
FEW, GATHER_S = 1 << 10, 0.003  # FFmpeg logs a line in eight pieces: not each is worth a wake-up
READ = 1 << 16  # what a pipe holds; a larger buffer is memory asked for anew at each read
OUT_TIME = re.compile(r"^out_time_us=(\d+)$")


class Sandbox:
    """Runs programs that may read one clip and write into one folder, if any.

    Arguments must name them by ``clip_url`` and ``out``: inside they may have other paths.
    ``tools``: those whose fence it has, where they are not the ones that were found.
    """

    def __init__(
        self, clip: Path, out_dir: Path | None = None, *, tools: Tools | None = None
    ) -> None:
        self.clip = clip.resolve()
        self.out_dir = out_dir.resolve() if out_dir else None
        self.isolated = tools.fenced if tools else self._works()
        self.clip_url = f"file:{CLIP_INSIDE if self.isolated else self.clip}"

    def out(self, name: str) -> str:
        """The URL under which the program may write ``name`` into ``out_dir``.

        Raises ``ValueError`` without such a folder.
        """
        if self.out_dir is None:
            raise ValueError("this box has no folder to write to")
        return f"file:{OUT_INSIDE if self.isolated else self.out_dir}/{name}"

    def run(
        self,
        program: Path,
        args: list[str],
        *,
        limits: Limits,
        stdout: Sink,
        stderr: Sink,
        position: PositionReporter | None = None,
        taps: Mapping[str, Sink] | None = None,
    ) -> RunResult:
        """Run ``program`` and hand its output to the sinks as it comes.

        ``position`` is called with the seconds of the clip that FFmpeg has written so far.
        Each of ``taps`` gets a pipe of its own, which ``args`` call ``pipe:<name>``. An exception
        raised by a sink stops the program and is passed on. Raises ``ToolFailed`` when the program
        cannot be started or prlimit is missing.
        """
        taps = dict(taps or {})
        if position:
            taps["position"] = Lines(_position_line(position))
            args = ["-progress", "pipe:position", "-stats_period", "0.5", *args]
        pipes = {name: os.pipe() for name in taps}
        ours = {pipes[name][0]: sink for name, sink in taps.items()}
        theirs = {f"pipe:{name}": ends[1] for name, ends in pipes.items()}
        args = [f"pipe:{theirs[arg]}" if arg in theirs else arg for arg in args]
        command = [*_limit_prefix(limits), *self._fence(program), str(program), *args]
        try:
            try:
                process = _start(command, tuple(theirs.values()))
            finally:
                for end in theirs.values():
                    os.close(end)
            try:
                return _drain(process, limits, stdout, stderr, ours)
            finally:
                _kill_group(process)
        finally:
            for end in ours:
                os.close(end)

    def _works(self) -> bool:
        return isolated()

    def _fence(self, program: Path) -> list[str]:
        return around(program, *self._binds()) if self.isolated else []

    def _binds(self) -> list[str]:
        binds = ["--ro-bind", str(self.clip), CLIP_INSIDE]
        if self.out_dir is not None:
            binds += ["--bind", str(self.out_dir), OUT_INSIDE]
        return binds


def in_background() -> None:
    """From now on the programs that this process runs get only the processor time that nobody else
    wants (Linux: ``SCHED_IDLE``). Where that is not possible they run as they did."""
    if shutil.which(IDLE[0]) and works(IDLE, ["true"]):
        _background[:] = [str(shutil.which(IDLE[0])), *IDLE[1:]]


def describe() -> str:
    """``bubblewrap`` or ``limits``: how well runs are fenced in on this machine."""
    return "bubblewrap" if isolated() else "limits"


def isolated() -> bool:
    """Whether FFmpeg runs behind bubblewrap on this machine; tried once a process."""
    return find_tools().fenced


def _limit_prefix(limits: Limits) -> list[str]:
    # util-linux's prlimit sets limits before the program exists; a preexec function would not
    # be safe in a threaded parent.
    prlimit = shutil.which("prlimit")
    if prlimit is None:
        raise ToolFailed(
            "Thiếu lệnh prlimit (gói util-linux), cần để chạy FFmpeg có giới hạn.",
            "The prlimit command (package util-linux) is missing; FFmpeg is not run without it.",
        )
    return [
        *_background,
        prlimit,
        f"--cpu={limits.cpu_s}",
        f"--as={limits.memory}",
        f"--fsize={limits.file_size}",
        f"--nofile={limits.open_files}",
        "--core=0",
        "--",
    ]


def _start(command: list[str], pass_fds: tuple[int, ...]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
            pass_fds=pass_fds,
        )
    except OSError as error:
        raise ToolFailed(
            f"Không khởi động được FFmpeg: {error}", f"FFmpeg could not be started: {error}"
        ) from error


def _position_line(position: PositionReporter) -> Callable[[str], None]:
    def line(text: str) -> None:
        if at := OUT_TIME.match(text):
            position(int(at[1]) / 1e6)

    return line


def _drain(
    process: subprocess.Popen[bytes],
    limits: Limits,
    stdout: Sink,
    stderr: Sink,
    taps: Mapping[int, Sink],
) -> RunResult:
    deadline = time.monotonic() + limits.wall_s
    logged = 0
    assert process.stdout is not None and process.stderr is not None  # noqa: S101 - for mypy
    log_fd = process.stderr.fileno()
    sinks = {process.stdout.fileno(): stdout, log_fd: stderr, **taps}
    with selectors.DefaultSelector() as selector, process.stdout, process.stderr:
        for fd in sinks:
            selector.register(fd, selectors.EVENT_READ)
        while selector.get_map():
            left = deadline - time.monotonic()
            ready = selector.select(left) if left > 0 else []
            if not ready:
                return RunResult(-signal.SIGKILL, timed_out=True)
            came = 0
            for key, _ in ready:
                chunk = os.read(key.fd, READ)
                if not chunk:
                    selector.unregister(key.fd)
                    continue
                came += len(chunk)
                logged += len(chunk) if key.fd == log_fd else 0
                sinks[key.fd](chunk)
            if logged > limits.log:
                return RunResult(-signal.SIGKILL, too_much_log=True)
            if came < FEW and selector.get_map():
                time.sleep(GATHER_S)
    try:
        return RunResult(process.wait(max(0.1, deadline - time.monotonic())))
    except subprocess.TimeoutExpired:
        return RunResult(-signal.SIGKILL, timed_out=True)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
