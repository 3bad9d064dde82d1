"""Pages that stand ready on disk, plain and compressed, one for each language.

``published/<slug>/results.<language>.html`` and ``.html.gz`` under the data folder. A page changes
hands by rename, so nobody is ever sent half of it; a front server may send the same files itself.
Whoever publishes a result refreshes its page before saying so.
"""

import fcntl
import gzip
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.wrappers import Request, Response

from contest.languages import COOKIE, LANGUAGES

RENDERING = "hoithi.rendering"  # in the environ of the request that makes a page


def folder(data_dir: Path, slug: str) -> Path:
    return data_dir / "published" / slug


def refresh(app: Flask, data_dir: Path, slug: str) -> None:
    """Render the page of every language as it is now, and put it in place.

    One at a time: a page is rendered and written before the next is begun, so a slow one cannot
    put an earlier result over a later one. Where it fails, no page stands there: it is then made
    for each request.
    """
    with _alone(data_dir, slug):
        try:
            write(data_dir, slug, {language: _page(app, slug, language) for language in LANGUAGES})
        except BaseException:
            remove(data_dir, slug)
            raise


def _page(app: Flask, slug: str, language: str) -> bytes:
    """The page as a reader of this language is sent it."""
    answer = app.test_client(use_cookies=False).get(
        f"/c/{slug}/results",
        headers={"Cookie": f"{COOKIE}={language}"},
        environ_overrides={RENDERING: True},
    )
    if answer.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"the page of {slug} answered {answer.status_code}")
    return answer.get_data()


@contextmanager
def _alone(data_dir: Path, slug: str) -> Iterator[None]:
    """One process and thread at a time for each contest."""
    folder(data_dir, slug).mkdir(parents=True, exist_ok=True)
    with (folder(data_dir, slug) / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write(data_dir: Path, slug: str, pages: Mapping[str, bytes]) -> None:
    """Put the page of every language in place; readers see the old one or the new one."""
    target = folder(data_dir, slug)
    target.mkdir(parents=True, exist_ok=True)
    for language, content in pages.items():
        name = f"results.{language}.html"
        _replace(target / f"{name}.gz", gzip.compress(content, 9, mtime=0))
        _replace(target / name, content)


def remove(data_dir: Path, slug: str) -> None:
    """Take the pages away; they are rendered for each request again."""
    for language in LANGUAGES:
        for ending in (".html", ".html.gz"):
            (folder(data_dir, slug) / f"results.{language}{ending}").unlink(missing_ok=True)


def answer(data_dir: Path, slug: str, language: str, request: Request) -> Response | None:
    """The ready page as a response, or None where there is none."""
    if request.environ.get(RENDERING):
        return None
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    name = f"results.{language}.html{'.gz' if compressed else ''}"
    if slug != Path(slug).name or slug.startswith("."):
        return None
    try:
        content = (folder(data_dir, slug) / name).read_bytes()
    except FileNotFoundError:
        return None
    response = Response(content, content_type="text/html; charset=utf-8")
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    response.headers["Cache-Control"] = "public, no-cache"
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    return response.make_conditional(request)


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
