"""One server for all tests of a worker; to each test a bucket of its own."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contest.adapters.bucket import store as bucket_store
from contest.adapters.bucket.place import Place
from contest.adapters.bucket.scratch import Scratch
from contest.adapters.bucket.store import BucketStore
from contest.adapters.folder_store import FolderStore
from contest.config import Settings
from contest.ports import BlobStore
from tests import seaweed
from tests.contest.posting import bench, on_page
from tests.seaweed import Seaweed
from tests.stumbling import StumblingProxy

__all__ = ["bench"]
CACHE = 64 * 1024**2


@pytest.fixture(scope="session")
def server() -> Iterator[Seaweed]:
    with seaweed.running() as found:
        yield found


@pytest.fixture
def line(server: Seaweed) -> Iterator[StumblingProxy]:
    """The way to the server, on which a test lets things go wrong."""
    proxy = StumblingProxy(urlsplit(server.endpoint).port or 0)
    yield proxy
    proxy.close()


@pytest.fixture
def place(server: Seaweed, line: StumblingProxy) -> Place:
    return server.place(endpoint=f"http://127.0.0.1:{line.port}")


@pytest.fixture
def bucket(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BucketStore:
    monkeypatch.setattr(bucket_store, "PAUSE_S", 0.02)
    return BucketStore(place, Scratch(tmp_path / "copies", CACHE))


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "clips")
    found: BucketStore = request.getfixturevalue("bucket")
    return found


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, settings: Settings, server: Seaweed, place: Place
) -> Settings:
    """The platform's clips lie in the bucket; the Page is the simulator's where a test asks."""
    found = seaweed.moved_to(settings, server, place)
    if "simulator" in request.fixturenames:
        return on_page(found, request.getfixturevalue("simulator"))
    return found
