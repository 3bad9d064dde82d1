"""Spoilt pictures, documents and texts through the check."""

from __future__ import annotations

import random
import time
import traceback
from pathlib import Path

from media_checks import Policy, Unreadable, check, load_policy
from tests.media_checks.files import documents_made, pictures_made, texts_made
from tests.media_checks.fuzz.mutations import Mutation, cut, drop, edit_number, flip, repeat

MUTATIONS: tuple[Mutation, ...] = (flip, flip, cut, drop, repeat, edit_number, edit_number)
LONGEST_S = 100.0  # of wall time; most take half a second
NAMES = (
    "good.jpg", "good.png", "good.webp", "good.heic", "good.avif", "good.tiff", "animated.gif",
    "place.jpg", "phone-preview.jpg", "good.pdf", "good.docx", "scan.pdf", "attached.pdf",
    "packed-script.pdf", "no-printing.pdf", "with-picture.docx", "font-in-drawing.pdf",
    "notepad.txt",
)  # fmt: skip


def seeds() -> list[tuple[str, bytes, Policy]]:
    """The files to spoil: name, bytes, and the policy that they are judged by."""
    found = {
        made.name: (made.name, made.build(), load_policy(room.POLICY))
        for room, all_ in (
            (pictures_made, pictures_made.PICTURES),
            (documents_made, documents_made.DOCUMENTS),
            (texts_made, texts_made.TEXTS),
        )
        for made in all_
        if made.name in NAMES
    }
    return [found[name] for name in NAMES]


class FileTrial:
    """A file spoilt by a few mutations; ``story`` names them."""

    def __init__(self, seed: tuple[str, bytes, Policy], chance: random.Random) -> None:
        name, data, self.policy = seed
        chosen = [chance.choice(MUTATIONS) for _ in range(chance.choice((1, 1, 2, 3)))]
        for mutation in chosen:
            data = mutation(data, chance)
        self.data = data
        self.story = " ".join([name, *(mutation.__name__ for mutation in chosen)])

    def run(self, path: Path) -> str:
        """What went wrong, "" if all was well. The file is kept at ``path`` when it did."""
        path.write_bytes(self.data)
        begun = time.monotonic()
        try:
            check(path, self.policy, artefacts=path.parent / "kept")
        except Unreadable:
            pass
        except Exception:
            return traceback.format_exc(limit=-3)
        if time.monotonic() - begun > LONGEST_S:
            return f"took {time.monotonic() - begun:.0f} s"
        path.unlink()
        return ""
