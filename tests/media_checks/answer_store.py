"""What another's program said of a file, kept outside the tree from one run to the next.

Clips are kept by their recipe (``clip_cache``): what FFmpeg makes of the same order is the same. So
is what it, MediaInfo or MediaConch say of the same bytes when they are asked the same. A question
is the program as it is installed, its arguments and the file's bytes; another question is another
answer. Each run asks a part of them anew, which the commit draws, the long form all of them.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import threading
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests import seeds
from tests.clip_cache import cache_folder, sweep

PARTS = 16  # one of so many is asked anew
T = TypeVar("T")
INSTALLED = Path("/var/lib/dpkg/status")  # other libraries: other answers


@dataclass
class AnswerStore:
    """Answers in ``folder`` by the hash of their question. ``long``: each is asked anew, once.

    ``asked``: the questions to which an answer was put here by this process.
    """

    folder: Path
    long: bool = False
    asked: set[str] = field(default_factory=set)

    def get(self, question: str) -> Any:
        """The answer, None where it is to be asked for."""
        if question not in self.asked and (self.long or _is_drawn(question)):
            return None
        place = self.folder / question
        with suppress(FileNotFoundError):
            os.utime(place)
            return pickle.loads(zlib.decompress(place.read_bytes()))
        return None

    def put(self, question: str, answer: object) -> None:
        """Keep it for whoever asks again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"{question}.{os.getpid()}-{threading.get_ident()}"
        fresh.write_bytes(zlib.compress(pickle.dumps(answer), 1))
        fresh.rename(self.folder / question)
        self.asked.add(question)

    def once(self, question: str, ask: Callable[[], T]) -> T:
        """The answer that is kept, else what ``ask`` gives."""
        known: T | None = self.get(question)
        if known is None:
            known = ask()
            self.put(question, known)
        return known

    def close(self) -> None:
        """Leave out what nobody has asked for of late, if there was anything new."""
        if self.asked:
            sweep(self.folder)


def answer_store(*, long: bool) -> AnswerStore:
    """The one beside the clips."""
    return AnswerStore(cache_folder() / "answers", long)


def question(program: str | Path, files: Sequence[Path], *asked: object) -> str:
    """The hash of what is asked: of whom, of which files' bytes, and what."""
    place = Path(shutil.which(program) or program).resolve()
    about = [(part, part.stat().st_size, part.stat().st_mtime_ns)
             for part in (place, INSTALLED) if part.exists()]  # fmt: skip
    told = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return hashlib.sha256(repr((about, asked, told)).encode()).hexdigest()


def _is_drawn(question: str) -> bool:
    return (int(question[:8], 16) + seeds.of_commit()) % PARTS == 0
