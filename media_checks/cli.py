"""``python -m media_checks FILE``: the verdict on standard output, messages on standard error."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from .errors import MediaCheckError
from .policy import DEFAULT, Policy, built_in_names, find_policy
from .progress import bar
from .reports.junit import junit
from .reports.page import page
from .reports.results import EXIT_PASS, EXIT_USAGE, Result, check_one, write_whole
from .rules import CLIP
from .watching import LOOK_EVERY_S, SETTLED_S, STATE, Watch

MARKS = {"pass": "✓", "hard": "✗", "soft": "!"}
VERDICTS = {
    "vi": {
        "pass": "ĐẠT",
        "look": "ĐẠT, CẦN XEM LẠI",
        "fail": "KHÔNG ĐẠT",
        "unreadable": "KHÔNG ĐỌC ĐƯỢC",
    },
    "en": {
        "pass": "PASS",
        "look": "PASS, PLEASE LOOK",
        "fail": "FAIL",
        "unreadable": "NOT READABLE",
    },
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def main(argv: list[str] | None = None) -> int:
    """Exit status: 0 passes, 1 fails, 2 not readable as what is asked for, 3 usage; of several the
    worst."""
    parser = _parser()
    options = parser.parse_args(argv)
    if bool(options.clips) == bool(options.watch):
        parser.error("name one file or more, or a folder with --watch")
    try:
        policy = find_policy(options.policy)
        paths = [_existing(name) for name in options.clips]
        if options.together and (options.watch or policy.kind == CLIP):
            parser.error("--together is for the pictures of one entry, not for clips or a watch")
        with _Session(options, policy) as session:
            if options.watch:
                return _watch(session, options, policy)
            entries = [paths] if options.together else paths
            results = [session.tell(session.check(entry)) for entry in entries]
            session.report(results)
    except MediaCheckError as error:
        return _complain(error, options)
    except OSError as error:  # a folder or a report that cannot be written
        return _complain(MediaCheckError(str(error), str(error)), options)
    if options.json:
        print(json.dumps(_as_json(results, policy), ensure_ascii=False, indent=2))
    return max(result.status for result in results)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m media_checks",
        description="Checks clips, pictures, documents or texts against a policy and says what to "
        "do about each finding.",
        epilog="Exit status: 0 passes, 1 fails, 2 not readable as what the policy is for, 3 usage; "
        "of several files the worst.",
    )
    parser.add_argument("clips", metavar="FILE", nargs="*", help="a file to check")
    parser.add_argument(
        "--policy",
        default=DEFAULT,
        metavar="NAME|FILE",
        help=f"a built-in policy ({', '.join(built_in_names())}) or a TOML file",
    )
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
    parser.add_argument("--lang", choices=("vi", "en"), default="vi", help="language of the text")
    for name, what in (
        ("artefacts", "write pictures and words of the file here; of several each in a folder"),
        ("junit", "write a JUnit report here"),
        ("html", "write a page here, pictures included"),
        ("watch", "check every file that arrives in this folder, until interrupted"),
    ):
        metavar = "DIR" if name in ("artefacts", "watch") else "FILE"
        parser.add_argument(f"--{name}", type=Path, metavar=metavar, help=what)
    parser.add_argument(
        "--settled",
        type=float,
        default=SETTLED_S,
        metavar="SECONDS",
        help=f"with --watch: a file unchanged for so long has arrived ({SETTLED_S:g}); "
        f"what was judged is kept in DIR/{STATE}",
    )
    parser.add_argument(
        "--together",
        action="store_true",
        help="the files are one entry: rules about all of them count",
    )
    parser.add_argument("--once", action="store_true", help="with --watch: end once all is judged")
    return parser


def _existing(name: str) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    raise MediaCheckError(f"Không có tệp {name}.", f"There is no file {name}.")


class _Session:
    """Checks files and tells what came out; the page's pictures live as long as this does."""

    def __init__(self, options: argparse.Namespace, policy: Policy) -> None:
        self.options, self.policy = options, policy
        self.count, self.stack = 0, ExitStack()
        self.scratch: Path | None = None
        self.several = len(options.clips) > 1 and not options.together

    def __enter__(self) -> _Session:
        if self.options.html and not self.options.artefacts:
            self.scratch = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def check(self, path: Path | Sequence[Path]) -> Result:
        """The result on one file, or on the files of one entry."""
        first = path if isinstance(path, Path) else path[0]
        progress = bar(first.name)
        try:
            return check_one(path, self.policy, self._folder(first), progress)
        finally:
            self.count += 1
            if progress:
                progress(1.0)

    def tell(self, result: Result) -> Result:
        """Print a result as text, unless JSON is wanted."""
        several = self.several or bool(self.options.watch)
        if not self.options.json:
            _print(result, self.options, name=several)
        if result.error:
            print(_sentence(result.error, self.options), file=sys.stderr)
        return result

    def report(self, results: Sequence[Result]) -> None:
        """Write the reports that were asked for."""
        lang = self.options.lang
        if self.options.junit:
            write_whole(self.options.junit, junit(results, lang))
        if self.options.html:
            write_whole(self.options.html, page(results, lang))

    def _folder(self, path: Path) -> Path | None:
        base = self.options.artefacts or self.scratch
        if base is None or (not (self.several or self.options.watch) and base is not self.scratch):
            return base
        return Path(base) / f"{self.count + 1:03}-{path.stem[:60]}"


def _watch(session: _Session, options: argparse.Namespace, policy: Policy) -> int:
    if not options.watch.is_dir():
        name = options.watch
        raise MediaCheckError(f"Không có thư mục {name}.", f"There is no folder {name}.")
    watch = Watch(options.watch, policy.revision, session.check, options.settled)
    results = list(watch.earlier)
    try:
        while True:
            for result in watch.look():
                results.append(session.tell(result))
                session.report(results)
                if options.json:
                    print(json.dumps(result.to_dict(), ensure_ascii=False), flush=True)
            if options.once and not watch.waits:
                break
            time.sleep(min(LOOK_EVERY_S, max(0.1, options.settled / 3)))
    except KeyboardInterrupt:
        return EXIT_PASS
    session.report(results)
    return max((result.status for result in results), default=EXIT_PASS)


def _complain(error: MediaCheckError, options: argparse.Namespace) -> int:
    """For what is wrong with the command line or the machine."""
    print(_sentence(error.to_dict(), options), file=sys.stderr)
    if options.json:
        about = {"error": error.to_dict(), "policy": None}
        print(json.dumps(about, ensure_ascii=False, indent=2))
    return EXIT_USAGE


def _sentence(error: dict[str, str], options: argparse.Namespace) -> str:
    return error[f"message_{options.lang}"]


def _as_json(results: Sequence[Result], policy: Policy) -> object:
    """One report as it is; of several a list, each with its path."""
    about = {"name": policy.name, "revision": policy.revision}
    told = [result.report or {"error": result.error, "policy": about} for result in results]
    if len(told) == 1:
        return told[0]
    return [{"path": r.path, **each} for r, each in zip(results, told, strict=True)]


def _print(result: Result, options: argparse.Namespace, *, name: bool) -> None:
    verdict = VERDICTS[options.lang][result.verdict]
    if result.report is None and not name:
        return  # the sentence on standard error says all
    print(f"{Path(result.path).name}: {verdict}" if name else verdict, flush=True)
    for finding in result.findings:
        mark = MARKS["pass" if finding["outcome"] == "pass" else finding["level"]]
        print(f"  {mark} {finding['rule']}: {finding[f'message_{options.lang}']}")
    if result.report:
        policy = result.report["policy"]
        about = f"policy {policy['name']} {policy['revision'][:12]}; {result.report['sandbox']}"
        print(f"  {about}", flush=True)
