"""Watches a folder: a verdict for each file that has finished arriving.

What was judged is written into a file of the folder before it is told, so that a watch that was
killed and started again does not repeat itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .probing.kind import UNFINISHED
from .reports.results import Result

STATE = ".media_checks.jsonl"
LOOK_EVERY_S = 2.0
SETTLED_S = 6.0  # without a change for so long a file has arrived
Known = tuple[str, int, int, str]  # name, bytes, time of change in ns, revision of the policy


@dataclass
class Watch:
    """A folder that is looked at again and again; ``revision`` is the policy's.

    ``check`` judges one file. ``settled_s``: seconds without a change after which one is complete.
    """

    folder: Path
    revision: str
    check: Callable[[Path], Result]
    settled_s: float = SETTLED_S

    def __post_init__(self) -> None:
        self.seen: set[Known] = set()
        self.earlier: list[Result] = []
        self._waiting: dict[Path, tuple[Known, float]] = {}
        self._remember()

    def look(self) -> Iterator[Result]:
        """Judges every file that has arrived since the last look and was not judged before.

        Raises ``OSError`` when the folder cannot be read or written.
        """
        paths = sorted(self.folder.iterdir())
        for gone in set(self._waiting) - set(paths):
            del self._waiting[gone]
        for path in paths:
            known = self._known(path)
            if known is None or known in self.seen or not self._has_arrived(path, known):
                continue
            result = self.check(path)
            if self._known(path) != known:
                continue  # it went on arriving while it was looked at
            self._keep(known, result)
            yield result

    @property
    def waits(self) -> bool:
        """Whether a file is still arriving."""
        return bool(self._waiting)

    def _known(self, path: Path) -> Known | None:
        """None for what is no file to judge: hidden, still being downloaded, gone."""
        if path.name.startswith(".") or path.suffix.lower() in UNFINISHED:
            return None
        try:
            about = path.stat()
        except OSError:
            return None
        if not path.is_file():
            return None
        return path.name, about.st_size, about.st_mtime_ns, self.revision

    def _has_arrived(self, path: Path, known: Known) -> bool:
        """Whether it has not changed for long enough, by the clock of this watch."""
        now = time.monotonic()
        before, since = self._waiting.get(path, (None, now))
        if before != known:
            since = now
        self._waiting[path] = (known, since)
        if now - since < self.settled_s:
            return False
        del self._waiting[path]
        return True

    def _remember(self) -> None:
        state = self.folder / STATE
        for line in state.read_text("utf-8").splitlines() if state.exists() else ():
            try:
                entry = json.loads(line)
                known, result = tuple(entry["known"]), Result(**entry["result"])
            except (ValueError, KeyError, TypeError):
                continue  # the last line of a watch that was killed while it wrote
            self.seen.add(known)
            if known[-1] == self.revision:
                self.earlier = [r for r in self.earlier if r.path != result.path] + [result]

    def _keep(self, known: Known, result: Result) -> None:
        self.seen.add(known)
        line = json.dumps({"known": known, "result": result.to_dict()}, ensure_ascii=False)
        with (self.folder / STATE).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
