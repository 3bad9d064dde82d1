"""Keeps the processes of one machine running: starts them in order, restarts those that died,
stops all of them in order.

A child gets a process group of its own, so that Ctrl-C reaches the supervisor alone, and a signal
to end when the supervisor has ended, even if it was killed.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from contest.running.devservices import ending_with_parent

FIRST_PAUSE_S = 0.5  # before a dead child's first restart; doubled each time …
LONGEST_PAUSE_S = 8.0  # … up to this …
STEADY_AFTER_S = 10.0  # … and reset once a child has run so long
LAST_WORDS_S = 2.0  # wait for an ended child's output; a grandchild may keep it open
LAST_WARNING_S = 3.0  # between the second request to end and the kill

Say = Callable[[str, str], None]  # (name of the program, line)


class StartError(Exception):
    """A program did not start; the message names it."""


@dataclass(frozen=True)
class Program:
    """One process to keep running; a lower ``stage`` starts before and stops after a higher.

    ``once``: restarted only until it has ended successfully. ``quiet``: only its stderr is shown.
    """

    name: str
    command: Sequence[str]
    stage: int
    ready: Callable[[], bool] = lambda: True
    grace_s: float = 10.0
    once: bool = False
    quiet: bool = False
    orphaned: str = "TERM"  # what it is sent where the supervisor was killed


@dataclass
class _Child:
    program: Program
    process: "subprocess.Popen[str] | None" = None
    reader: threading.Thread | None = None  # of what it prints
    started: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    start_at: float = field(default=0.0)  # when to start again, on the monotonic clock

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def died(self) -> bool:
        """Whether it has ended and should still run."""
        if self.process is None or self.runs:
            return False
        return not (self.program.once and self.process.returncode == 0)


class Supervisor:
    """Runs ``programs`` with ``environ``; ``run_dir`` keeps a ``NAME.pid`` for each."""

    def __init__(
        self, programs: Sequence[Program], *, environ: Mapping[str, str], run_dir: Path, say: Say
    ) -> None:
        self.children = [_Child(p) for p in sorted(programs, key=lambda p: p.stage)]
        self.environ, self.run_dir, self.say = dict(environ), run_dir, say
        # How many requests to end came. A number and no threading.Event: a signal handler may run
        # while this very thread holds an event's lock, and would then deadlock.
        self.requests = 0
        run_dir.mkdir(parents=True, exist_ok=True)

    def handle_signals(self) -> None:
        """The first SIGINT, SIGTERM or SIGHUP ends everything in order, the second at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_end)

    @property
    def ending(self) -> bool:
        return self.requests > 0

    def start(self, up_to_stage: int, timeout_s: float = 60.0) -> None:
        """Start what is not running, stage by stage, each after the previous one is ready.

        Raises ``StartError`` for a program that ends at its start or is not ready in time.
        """
        for child in self.children:
            if child.program.stage > up_to_stage or self.ending:
                return
            if not child.runs:
                self._start(child)
                self._wait_until_ready(child, timeout_s)

    def run(self) -> None:
        """Restart dead children until a request to end."""
        while not self.ending:
            for child in self.children:
                self._tend(child)
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop all, the last stage first; children that do not end in time are killed."""
        for stage in sorted({c.program.stage for c in self.children}, reverse=True):
            children = [c for c in self.children if c.program.stage == stage and c.runs]
            self._stop(children)
            self._hear_out(children)

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        self.requests += 1

    def _start(self, child: _Child) -> None:
        program = child.program
        out, err = subprocess.PIPE, subprocess.STDOUT
        child.process = subprocess.Popen(
            ending_with_parent(program.orphaned, list(program.command)),
            env=self.environ,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if program.quiet else out,
            stderr=out if program.quiet else err,
            errors="replace",
            start_new_session=True,
        )
        child.started = time.monotonic()
        (self.run_dir / f"{program.name}.pid").write_text(str(child.process.pid))
        child.reader = threading.Thread(
            target=self._pass_on, args=(program.name, child.process), daemon=True
        )
        child.reader.start()

    def _pass_on(self, name: str, process: "subprocess.Popen[str]") -> None:
        """Pass on a child's output, line by line, until it is closed."""
        stream = process.stdout or process.stderr
        assert stream is not None  # noqa: S101 - one of them was opened as a pipe
        with stream as lines:
            for line in lines:
                self.say(name, line.rstrip())

    def _wait_until_ready(self, child: _Child, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while not self.ending and not child.program.ready():
            self._refuse_failed()
            for started in self.children:
                self._tend(started)  # restarts one that was killed meanwhile
            if time.monotonic() > deadline:
                raise StartError(f"{child.program.name} was not ready after {timeout_s:.0f} s")
            time.sleep(0.05)

    def _refuse_failed(self) -> None:
        """Raise ``StartError`` for a program that exited with an error: it would do so again."""
        for child in self.children:
            status = child.process.returncode if child.process and child.died else 0
            if status > 0 and not child.program.once:
                raise StartError(f"{child.program.name} ended at its start")

    def _tend(self, child: _Child) -> None:
        """Restart a dead child, after a pause that grows while it keeps dying."""
        if child.process is None or not child.died:
            return
        now = time.monotonic()
        if not child.start_at:
            if now - child.started > STEADY_AFTER_S:
                child.pause_s = FIRST_PAUSE_S
            child.start_at = now + child.pause_s
            status = child.process.returncode
            self.say(child.program.name, f"ended ({status}); starts again in {child.pause_s:g} s")
            child.pause_s = min(child.pause_s * 2, LONGEST_PAUSE_S)
        elif now >= child.start_at:
            child.start_at = 0.0
            self._start(child)

    def _stop(self, children: list[_Child]) -> None:
        self._signal(children, signal.SIGTERM)
        grace = max((c.program.grace_s for c in children), default=0.0)
        if self._ended(children, grace):
            return
        self._signal(children, signal.SIGTERM)  # a worker then abandons its current job
        if not self._ended(children, LAST_WARNING_S):
            self._signal(children, signal.SIGKILL)
            for child in children:
                if child.process is not None:
                    child.process.wait()

    def _hear_out(self, children: list[_Child]) -> None:
        deadline = time.monotonic() + LAST_WORDS_S
        for child in children:
            if child.reader is not None:
                child.reader.join(max(0.0, deadline - time.monotonic()))

    def _signal(self, children: list[_Child], number: signal.Signals) -> None:
        for child in children:
            if child.process is not None and child.runs:
                if number == signal.SIGKILL:
                    os.killpg(child.process.pid, number)
                else:
                    child.process.send_signal(number)

    def _ended(self, children: list[_Child], timeout_s: float) -> bool:
        """Whether all ended within ``timeout_s``; a second request to end cuts the wait short."""
        deadline = time.monotonic() + timeout_s
        while any(child.runs for child in children):
            if time.monotonic() > deadline or self.requests > 1:
                return False
            time.sleep(0.05)
        return True
