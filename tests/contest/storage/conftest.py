"""One server of a kind for all tests of a worker; to each test a place of its own."""

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
from tests import ceph, s3_server, seaweed
from tests.contest.posting import bench, on_page
from tests.s3_server import S3Server
from tests.stumbling import StumblingProxy

__all__ = ["bench"]
CACHE = 64 * 1024**2


SERVERS = {"seaweed": seaweed.running, "ceph": ceph.running}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The long form asks Ceph as well, where it is installed."""
    if "server" in metafunc.fixturenames and metafunc.config.getoption("long") and ceph.is_here():
        metafunc.parametrize("server", SERVERS, indirect=True, scope="session")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[S3Server]:
    with SERVERS[getattr(request, "param", "seaweed")]() as found:
        yield found


@pytest.fixture
def line(server: S3Server) -> Iterator[StumblingProxy]:
    """The way to the server, on which a test lets things go wrong."""
    proxy = StumblingProxy(urlsplit(server.endpoint).port or 0)
    yield proxy
    proxy.close()


@pytest.fixture
def place(server: S3Server, line: StumblingProxy) -> Place:
    return server.place(endpoint=f"http://127.0.0.1:{line.port}")


@pytest.fixture
def bucket(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BucketStore:
    monkeypatch.setattr(bucket_store, "PAUSE_S", 0.02)
    return BucketStore(place, Scratch(tmp_path / "copies", CACHE))


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, server: S3Server, tmp_path: Path) -> BlobStore:
    """``server`` is named so that the long form sees which tests ask for one."""
    if request.param == "folder":
        return FolderStore(tmp_path / "clips")
    found: BucketStore = request.getfixturevalue("bucket")
    return found


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, settings: Settings, server: S3Server, place: Place
) -> Settings:
    """The platform's clips lie in the bucket; the Page is the simulator's where a test asks."""
    found = s3_server.moved_to(settings, server, place)
    if "simulator" in request.fixturenames:
        return on_page(found, request.getfixturevalue("simulator"))
    return found
