"""ffprobe says the same of the same clip: each clip of ours is asked the same question once.

To begin takes it six times as long as to read a small clip's headers and packets, and the quick
check, the deep pass, MediaInfo's second opinion and the tests of pictures all ask that first. Only
clips of the cache, which nobody may change; what ffprobe answered is handed to the sinks again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from media_checks.sandbox import Limits, PositionReporter, RunResult, Sandbox, Sink
from tests.clip_cache import cache_folder


@dataclass(frozen=True)
class Answer:
    """How ffprobe ended, and all that it wrote."""

    ended: RunResult
    stdout: bytes
    stderr: bytes


@contextmanager
def asked_once() -> Iterator[dict[object, Answer]]:
    """Until the block ends; the answers by their questions."""
    known: dict[object, Answer] = {}
    ours, run = cache_folder().resolve(), Sandbox.run

    def once(
        box: Sandbox, program: Path, args: list[str], *, limits: Limits, stdout: Sink,
        stderr: Sink, position: PositionReporter | None = None,
        taps: Mapping[str, Sink] | None = None,
    ) -> RunResult:
        if program.name != "ffprobe" or ours not in box.clip.parents or position or taps:
            return run(box, program, args, limits=limits, stdout=stdout, stderr=stderr,
                       position=position, taps=taps)
        key = (box.clip, box.isolated, program, limits, *args)
        if key not in known:
            written, said = bytearray(), bytearray()
            ended = run(box, program, args, limits=limits, stdout=_both(written, stdout),
                        stderr=_both(said, stderr))
            if not ended.timed_out:
                known[key] = Answer(ended, bytes(written), bytes(said))
            return ended
        stdout(known[key].stdout)
        stderr(known[key].stderr)
        return known[key].ended

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sandbox, "run", once)
        yield known


def _both(kept: bytearray, sink: Sink) -> Sink:
    def take(chunk: bytes) -> None:
        kept.extend(chunk)
        sink(chunk)

    return take
