"""Prints the title and end cards of a clip, and where names stand on them.

python -m media_checks.names CLIP --name "Nguyễn Văn An" --name "Đoàn Phường 5"
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .errors import MediaCheckError
from .picture.onscreen_names import Card, find_name, read_cards
from .words import time_code


def main(argv: list[str] | None = None) -> int:
    """Exit status: 0 all names found, 1 some not, 2 the clip or the machine cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m media_checks.names", description=__doc__)
    parser.add_argument("clip", metavar="CLIP")
    parser.add_argument("--name", action="append", default=[], help="a name to look for")
    options = parser.parse_args(argv)
    try:
        cards = read_cards(options.clip)
    except (MediaCheckError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if cards is None:
        print("tesseract with the language vie is not installed", file=sys.stderr)
        return 2
    for card in cards:
        print(f"{time_code(card.at)}  {' | '.join(card.lines)}")
    return _print_names(options.name, cards)


def _print_names(names: Sequence[str], cards: list[Card]) -> int:
    missing = 0
    for name in names:
        match = find_name(name, cards)
        missing += match is None
        print(f"{name}: {f'{time_code(match.at)} “{match.line}”' if match else '–'}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
