"""Published pages, rendered to disk: plain and compressed, one for each language.

``published/<slug>/results.<language>.html`` and ``.html.gz`` under the data folder. A page is
replaced by rename, so nobody is ever sent half of it; a front server may send the files itself.
Publishing a result refreshes its page before the answer is sent.

A page outlives the build that rendered it: copies of the assets that it names are kept in
``published/_static/`` and served from there once a later build no longer has them.
"""

import fcntl
import gzip
import hashlib
import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path

from flask import Flask
from werkzeug.wrappers import Request, Response

from contest.languages import COOKIE, LANGUAGES

log = logging.getLogger("hoithi.pages")
STATIC = Path(__file__).parent / "static"
ASSET = re.compile(rb"/static/([A-Za-z0-9_.-]+)")
RENDERING = "hoithi.rendering"  # in the environ of the request that renders a page


def folder(data_dir: Path, slug: str) -> Path:
    """Where a contest's pages are on disk."""
    return data_dir / "published" / slug


def kept_assets(data_dir: Path) -> Path:
    """Where the assets of published pages are kept; no slug has an underscore."""
    return data_dir / "published" / "_static"


def _named(content: bytes) -> set[str]:
    return {name.decode() for name in ASSET.findall(content)}


def _keep_assets(data_dir: Path, pages: Iterable[bytes], static: Path) -> None:
    """Copy the assets that these pages name, and those that the assets name; none is removed."""
    build = {path.name: path for path in static.iterdir() if path.is_file()}
    wanted = {build[name] for page in pages for name in _named(page) & build.keys()}
    kept = kept_assets(data_dir)
    kept.mkdir(parents=True, exist_ok=True)
    done: set[Path] = set()
    while wanted:
        path = wanted.pop()
        content = path.read_bytes()
        done.add(path)
        if not (kept / path.name).exists():
            _replace(kept / path.name, content)
        if path.suffix in (".css", ".js"):
            wanted |= {file for name, file in build.items() if name.encode() in content} - done


def outdated(data_dir: Path, static: Path = STATIC) -> list[str]:
    """The contests (slugs) whose pages name assets that this build does not have."""
    pages = sorted((data_dir / "published").glob("*/results.*.html"))
    build = {path.name for path in static.iterdir()}
    return sorted({page.parent.name for page in pages if _named(page.read_bytes()) - build})


def renew(app: Flask, data_dir: Path) -> None:
    """Render again the pages of an earlier build. One that fails is logged and removed."""
    for slug in outdated(data_dir):
        try:
            refresh(app, data_dir, slug)
        except Exception:
            log.exception("the published page of %s could not be rendered anew", slug)


def refresh(app: Flask, data_dir: Path, slug: str) -> None:
    """Render the page of every language as it is now, and put it in place.

    One rendering of a contest at a time, so that a slow one cannot overwrite a later result. On
    any error the pages are removed, to be rendered for each request, and the error is raised.
    """
    with _alone(data_dir, slug):
        try:
            pages = {language: _page(app, slug, language) for language in LANGUAGES}
            if None in pages.values():  # of a dry run, which nobody outside sees
                return remove(data_dir, slug)
            write(data_dir, slug, {name: page for name, page in pages.items() if page is not None})
        except BaseException:
            remove(data_dir, slug)
            raise


def _page(app: Flask, slug: str, language: str) -> bytes | None:
    """The page as a request in this language gets it; None of a contest that is to be found by
    nobody. Rendered in a context of its own: within that of whoever publishes the page would have
    texts of their language."""
    answer = Context().run(
        app.test_client(use_cookies=False).get,
        f"/c/{slug}/results",
        headers={"Cookie": f"{COOKIE}={language}"},
        environ_overrides={RENDERING: True},
    )
    if answer.status_code == 404 and "X-Robots-Tag" in answer.headers:  # noqa: PLR2004
        return None
    if answer.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"the page of {slug} answered {answer.status_code}")
    return answer.get_data()


@contextmanager
def _alone(data_dir: Path, slug: str) -> Iterator[None]:
    """Hold the contest's lock file: one process and thread at a time."""
    folder(data_dir, slug).mkdir(parents=True, exist_ok=True)
    with (folder(data_dir, slug) / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write(
    data_dir: Path, slug: str, pages: Mapping[str, bytes], *, static: Path = STATIC
) -> None:
    """Put the page of every language in place; readers see the old one or the new one.

    The assets that they name, of the build in ``static``, are kept first.
    """
    _keep_assets(data_dir, pages.values(), static)
    target = folder(data_dir, slug)
    target.mkdir(parents=True, exist_ok=True)
    for language, content in pages.items():
        name = f"results.{language}.html"
        _replace(target / f"{name}.gz", gzip.compress(content, 9, mtime=0))
        _replace(target / name, content)


def remove(data_dir: Path, slug: str) -> None:
    """Delete the pages; from then on they are rendered for each request."""
    for language in LANGUAGES:
        for ending in (".html", ".html.gz"):
            (folder(data_dir, slug) / f"results.{language}{ending}").unlink(missing_ok=True)


def answer(data_dir: Path, slug: str, language: str, request: Request) -> Response | None:
    """The page on disk as a response; None if there is none, or while it is being rendered."""
    if request.environ.get(RENDERING):
        return None
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    name = f"results.{language}.html{'.gz' if compressed else ''}"
    if slug != Path(slug).name or slug.startswith("."):
        return None
    try:
        content = (folder(data_dir, slug) / name).read_bytes()
    except (FileNotFoundError, ValueError):  # no file of ours has U+0000 in its name
        return None
    response = Response(content, content_type="text/html; charset=utf-8")
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    response.headers["Cache-Control"] = "public, no-cache"
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    return response.make_conditional(request)


def _replace(path: Path, content: bytes) -> None:
    """In one step: several of a process, and of many processes, may write the same page."""
    fresh = path.with_suffix(f"{path.suffix}.{os.getpid()}-{threading.get_ident()}")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
