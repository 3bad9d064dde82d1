"""FFmpeg says the same of the same clip: it is asked once, and what it said is told again.

To begin takes it longer than to look at a small clip, and the quick check, the deep pass, the
second opinion and the tests of pictures ask the same, in each run of the tests. What it wrote is
handed to the sinks again in the order in which it came, the files that it made are made again. The
command is part of the question, and so is our own code that runs it: whoever changes either asks
anew. Tests of the box itself, of spoilt clips and of runs that are stopped always ask
(``asked_each_time``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from media_checks import fence, sandbox
from media_checks.sandbox import READ, Limits, PositionReporter, RunResult, Sandbox, Sink
from tests.media_checks.answer_store import AnswerStore, question

RUN = Sandbox.run
PROGRAMS = ("ffmpeg", "ffprobe", "tesseract")
WAYS = (fence.__file__, sandbox.__file__, __file__)  # how it is run, how an answer is written down
OURS = hashlib.sha256(b"".join(Path(str(way)).read_bytes() for way in WAYS)).hexdigest()
OUT = "<out>"  # a folder for the run's files, which is another one each time


@dataclass
class Answer:
    """What a run wrote, in order, with the names of who was told; its files; how it ended."""

    told: list[tuple[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    ended: RunResult = field(default_factory=lambda: RunResult(0))

    def heard(self, name: str, sink: Callable[[Any], object]) -> Callable[[Any], None]:
        """``sink``, what it is told written down under ``name``."""

        def take(what: Any) -> None:
            before, last = self.told[-1] if self.told else ("", b"")
            if isinstance(what, bytes) and before == name and len(last) < READ:
                self.told[-1] = (name, last + what)
            else:
                self.told.append((name, what))
            sink(what)

        return take


@contextmanager
def asked_once(store: AnswerStore) -> Iterator[None]:
    """Until the block ends."""

    def once(
        box: Sandbox, program: Path, args: list[str], *, limits: Limits, stdout: Sink,
        stderr: Sink, position: PositionReporter | None = None,
        taps: Mapping[str, Sink] | None = None,
    ) -> RunResult:
        sinks: dict[str, Any] = {"stdout": stdout, "stderr": stderr, **(taps or {})}
        sinks |= {"position": position} if position else {}
        made = _files(box, args)
        if program.name not in PROGRAMS or made is None:
            return RUN(box, program, args, limits=limits, stdout=stdout, stderr=stderr,
                       position=position, taps=taps)
        about = (OURS, str(program), _command(box, program), limits, args, sorted(sinks))
        asked = question(program, [box.clip], *about)
        if known := store.get(asked):
            return _again(known, sinks, box.out_dir)
        answer = Answer()
        heard = {name: answer.heard(name, sink) for name, sink in sinks.items()}
        answer.ended = RUN(
            box, program, args, limits=limits, stdout=heard["stdout"], stderr=heard["stderr"],
            position=heard.get("position"), taps={name: heard[name] for name in taps or {}},
        )
        if 0 <= answer.ended.status < 128:  # nothing has stopped it
            answer.files = {path.name: path.read_bytes() for path in made if path.exists()}
            store.put(asked, answer)
        return answer.ended

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sandbox, "run", once)
        yield


@contextmanager
def asked_each_time() -> Iterator[None]:
    """Until the block ends FFmpeg is asked whatever it has answered before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sandbox, "run", RUN)
        yield


def _again(
    known: Answer, sinks: Mapping[str, Callable[[Any], object]], folder: Path | None
) -> RunResult:
    for name, what in known.told:
        sinks[name](what)
    for name, data in known.files.items():
        (folder or Path()).joinpath(name).write_bytes(data)
    return known.ended


def _command(box: Sandbox, program: Path) -> list[str]:
    """What stands before the program, the clip's and the folder's own names left out."""
    own = {str(box.clip): "<clip>", str(box.out_dir): OUT}
    return [own.get(part, part) for part in box._fence(program)]


def _files(box: Sandbox, args: list[str]) -> list[Path] | None:
    """The files that the run may write; None where its arguments do not tell them, or hold the
    names of folders that are others the next time."""
    if not box.isolated:
        return None
    if box.out_dir is None:
        return []
    begin = box.out("")
    names = [arg.removeprefix(begin) for arg in args if arg.startswith(begin)]
    return None if any("%" in name for name in names) else [box.out_dir / name for name in names]
