"""front, pages, uploads and PostgreSQL for every module of attacks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contest.models import Contest
from tests.databases import own_database
from tests.security.site import OPEN, Site


@pytest.fixture(autouse=True)
def no_line_left() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture(scope="module")
def site(
    request: pytest.FixtureRequest, postgres_server: str, postgres_template: str,
    redis_server: str, short_dir: Path,
) -> Iterator[Site]:
    folder = short_dir / request.module.__name__.rpartition(".")[2]
    folder.mkdir()
    with own_database(postgres_server, postgres_template) as url:
        more: dict[str, str] = getattr(request.module, "ENVIRON", {})
        site = Site(folder, url, redis_server, **more)
        try:
            yield site.start_everything()
        finally:
            site.stop()


@pytest.fixture(scope="module")
def contest(site: Site) -> Contest:
    return site.make.contest()
