"""Settings of the Graph API: address, credentials, time-outs."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from social.errors import WrongSetting

DEFAULT_GRAPH_URL = "https://graph.facebook.com/v25.0"
META_HOST = "graph.facebook.com"
UPLOAD_HOST = "rupload.facebook.com"  # takes the bytes of a reel
WEB_HOST = "www.facebook.com"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class GraphSettings:
    """graph_url carries the version (`https://graph.facebook.com/v25.0`).

    Only Meta's host is accepted, and this machine for the simulator: a token must not be sent
    anywhere else. Times in seconds. Raises `WrongSetting` for an unusable value.
    """

    page_id: str
    token: str = field(repr=False)
    graph_url: str = DEFAULT_GRAPH_URL
    app_id: str | None = None
    app_secret: str | None = field(default=None, repr=False)
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    finish_timeout: float = 120.0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d{1,20}", self.page_id):
            raise WrongSetting(f"the Page id is {self.page_id!r}; write its number, digits only")
        if not self.token or self.token != self.token.strip():
            raise WrongSetting("the Page token is empty or has spaces around it; paste it again")
        _check_address(self.graph_url)

    @property
    def is_simulator(self) -> bool:
        return urlsplit(self.graph_url).hostname in LOOPBACK_HOSTS

    @property
    def version(self) -> str:
        """The API's version, as it stands in the address: `v25.0`."""
        return urlsplit(self.graph_url).path.strip("/")

    @property
    def upload_url(self) -> str:
        """Where a reel's bytes go; the simulator takes them itself."""
        return self._own or f"https://{UPLOAD_HOST}"

    @property
    def web_url(self) -> str:
        """Where people see posts; the simulator shows them itself."""
        return self._own or f"https://{WEB_HOST}"

    @property
    def _own(self) -> str:
        parts = urlsplit(self.graph_url)
        return f"{parts.scheme}://{parts.netloc}" if self.is_simulator else ""

    def proof(self) -> dict[str, str]:
        """Meta's `appsecret_proof`: HMAC-SHA256 of the token keyed by the app's secret."""
        if not self.app_secret:
            return {}
        digest = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256)
        return {"appsecret_proof": digest.hexdigest()}


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if not re.fullmatch(r"/v\d+\.\d+", parts.path.rstrip("/")) or parts.query or parts.username:
        raise WrongSetting(
            f"the Graph address must end in its version and hold nothing else, "
            f"for example {DEFAULT_GRAPH_URL}"
        )
    meta = parts.scheme == "https" and parts.netloc == META_HOST
    if not meta and not (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS):
        raise WrongSetting(
            f"the Graph address must begin with https://{META_HOST}/ "
            "(or http://127.0.0.1:PORT/ for the simulator on this machine)"
        )
