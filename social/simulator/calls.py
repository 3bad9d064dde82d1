"""What the simulator's parts hand to one another: who the Page is, and one request."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """Ids and secrets of the simulated Page and app."""

    page_id: str
    page_name: str
    token: str
    app_id: str
    app_secret: str


@dataclass(frozen=True)
class Call:
    """One request. path: after the version. chunk: the bytes sent: of `video_file_chunk`, or a
    reel's."""

    method: str
    path: str
    params: Mapping[str, str]
    bearer: str
    base_url: str
    chunk: bytes | None = None
