"""``python -m bench [NAME …]``: one JSON line per figure on stdout, messages on stderr."""

import importlib
import json
import pkgutil
import sys

import bench

HELPERS = {"__main__", "crowd", "crowd_beside", "measure", "peers"}
NAMES = [m.name for m in pkgutil.iter_modules(bench.__path__) if m.name not in HELPERS]


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 3
    for name in names or NAMES:
        print(f"bench {name} …", file=sys.stderr)
        for figure in importlib.import_module(f"bench.{name}").figures():
            print(json.dumps(figure.line(), ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
