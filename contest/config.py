"""Settings from the environment. Each ``HOITHI_X`` may be given as ``HOITHI_X_FILE`` too.

A wrong value stops the start with a sentence; ``masked`` is what may be printed.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from re import fullmatch
from typing import Any
from urllib.parse import urlsplit

from contest.errors import ConfigError

SECRET = frozenset({"secret_key", "page_token", "app_secret", "smtp_url", "backup_passphrase",
                    "backup_keys", "telegram_token", "s3_access_key", "s3_secret_key"})
SHORTEST_KEY = 32  # characters; ASVS 5.0, 11.2.1: 128 bits and more
CONTACT = r"(mailto:[^\s@]+@[^\s@]+|https://\S+|tel:\+[0-9-]+)?"  # RFC 9116, 2.5.3
BUCKET = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?"  # a plain prefix
HAS_PASSWORD = frozenset({"database_url", "redis_url", "smtp_url"})
IN_PLACE = re.compile(r"//[^/@\s]+@")  # a user and password within the address of a backup's place


@dataclass(frozen=True)
class Settings:
    """The settings in force; see README, "Settings", for each one's meaning."""

    data_dir: Path
    database_url: str
    redis_url: str  # empty: the platform starts a private one itself
    storage_url: str  # file:///folder or s3://bucket/prefix
    base_url: str
    secret_key: str = field(repr=False)  # one or more, see ``secret_keys``
    page_id: str = ""
    page_token: str = field(default="", repr=False)
    app_secret: str = field(default="", repr=False)
    graph_url: str = ""  # empty: publication by hand, or the simulator that `up` starts
    smtp_url: str = field(default="", repr=False)  # empty: mails are written to a folder
    clock_file: str = ""  # the demo's simulated time
    trusted_proxies: int = 0  # how many servers stand in front, or
    trusted_networks: tuple[str, ...] = ()  # which: addresses and networks
    second_factor: str = "required"  # of organisers and administrators, or "optional"
    sendfile: str = ""  # "x-accel": the front server sends the clips
    telegram_token: str = field(default="", repr=False)  # of a bot; empty: nothing of it is shown
    clamd: str = ""  # unix:///… or tcp://…: ClamAV looks into what is sent; empty: nobody does
    log: str = "lines"  # or "json": one object a record, with the ids of what it is about
    traces: str = ""  # http://collector:4318 (OTLP): the same as OpenTelemetry spans
    security_contact: str = ""  # mailto:…, https:…, tel:…: whom to tell of a hole (security.txt)
    link_standins: str = ""  # in tests: name=127.0.0.1:port, …: who stands for a link's server
    sandbox: str = "required"  # "off": FFmpeg may read strangers' clips without bubblewrap
    backup_to: str = ""  # a folder, or restic's place: a backup is made there every day, at
    backup_at: str = "02:00"  # this time of the machine
    backup_passphrase: str = field(default="", repr=False)  # seals the keys in a backup
    s3_endpoint: str = ""  # https://server of the bucket; empty: Amazon's in the region
    s3_region: str = "us-east-1"
    s3_access_key: str = field(default="", repr=False)
    s3_secret_key: str = field(default="", repr=False)
    scrub: int = 20  # GB of stored files that are hashed again every day; 0: none
    storage_cache: int = 20  # GB at most of copies on this machine of what lies in the bucket
    backup_sftp: str = ""  # the command that opens an sftp place, instead of ssh's own settings
    backup_keys: str = field(default="", repr=False)  # of the bucket: id:secret

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The secret keys, the newest first: see ``keys_in``."""
        return self.keys_in(self.secret_key)

    @staticmethod
    def keys_in(text: str) -> tuple[str, ...]:
        """The keys of a setting: one a line, or with commas between them.

        A comma parts keys only where each part is long enough for one, so that a phrase with a
        comma in it stays the key that it was.
        """
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) == 1:
            parts = [part.strip() for part in lines[0].split(",")]
            lines = parts if all(len(part) >= SHORTEST_KEY for part in parts) else lines
        return tuple(dict.fromkeys(lines))

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def origin(self) -> str:
        """The base address as a browser writes the origin of our pages."""
        scheme, host, port = _address(self.base_url)
        shown = f"[{host}]" if ":" in host else host
        return f"{scheme}://{shown}" + (f":{port}" if port else "")

    @property
    def passkey_host(self) -> str:
        """The name that passkeys are made for (WebAuthn, RP ID); empty where browsers make none: an
        address without a name, or plain http elsewhere than on this machine."""
        scheme, host, _ = _address(self.base_url)
        here = host == "localhost" or host.endswith(".localhost")
        return host if not _is_number(host) and (scheme == "https" or here) else ""

    def cookie_name(self, name: str) -> str:
        """``__Host-`` where the address is https (ASVS 3.3.3)."""
        return f"__Host-{name}" if self.https else f"hoithi_{name}"

    @property
    def hsts(self) -> str:
        """Strict-Transport-Security, a year and for names below ours (ASVS 5.0, 3.4.1); empty where
        the address is not https."""
        return "max-age=31536000; includeSubDomains" if self.https else ""

    @property
    def standins(self) -> dict[str, tuple[str, int]]:
        """Names of links' servers, and where on this machine tests have somebody stand for them."""
        pairs = re.findall(r"([^\s,=]+)=127\.0\.0\.1:(\d{1,5})", self.link_standins)
        return {name: ("127.0.0.1", int(port)) for name, port in pairs}

    @property
    def fetched_dir(self) -> Path:
        """Clips on their way from links, on the clips' disk by default."""
        return self.data_dir / "fetched"

    @property
    def uploads_dir(self) -> Path:
        """Unfinished uploads: on the clips' disk by default, so that finishing is a rename."""
        return self.data_dir / "uploads"

    @property
    def in_bucket(self) -> bool:
        """Whether clips lie in a bucket."""
        return self.storage_url.startswith("s3:")

    @property
    def storage_dir(self) -> Path:
        """Where on this machine clips lie, or the copies of what lies in a bucket."""
        return self.data_dir / "copies" if self.in_bucket else Path(urlsplit(self.storage_url).path)

    @property
    def bucket(self) -> tuple[str, str]:
        """Its name, and what every object's name begins with: empty, or ending in a slash."""
        parts = urlsplit(self.storage_url)
        prefix = parts.path.strip("/")
        return parts.netloc, f"{prefix}/" if prefix else ""

    @property
    def bucket_endpoint(self) -> str:
        return self.s3_endpoint or f"https://s3.{self.s3_region}.amazonaws.com"

    def stored_at(self, url: str) -> "Settings":
        """The same with clips elsewhere. Raises ``ConfigError`` for an address that is none."""
        if url.startswith("/"):
            url = f"file://{url}"
        found = replace(self, storage_url=url.rstrip("/"))
        _check(found, keyed=False)
        return found

    def require_bucket_keys(self) -> None:
        """Raises ``ConfigError`` where a bucket is named and the keys to it are not: only processes
        that open it need them."""
        for name in ("s3_access_key", "s3_secret_key"):
            if not getattr(self, name):
                raise _refuse(f"HOITHI_{name.upper()}",
                              "còn thiếu, mà HOITHI_STORAGE_URL là một bucket",
                              "is missing, and HOITHI_STORAGE_URL names a bucket")

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, *, keyed: bool = True
    ) -> "Settings":
        """Read and check the settings. Raises ``ConfigError`` with the variable and the remedy.

        ``keyed`` is False for processes that sign nothing: they need not know the secret key.
        """
        env = _with_files(os.environ if environ is None else environ)
        data_dir = Path(env.get("HOITHI_DATA_DIR", "data")).absolute()
        key = env.get("HOITHI_SECRET_KEY", "")
        settings = cls(
            data_dir=data_dir,
            database_url=env.get("HOITHI_DATABASE_URL", f"sqlite:///{data_dir}/hoithi.db"),
            redis_url=env.get("HOITHI_REDIS_URL", ""),
            storage_url=env.get("HOITHI_STORAGE_URL", f"file://{data_dir}/clips"),
            base_url=env.get("HOITHI_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
            secret_key=key or (_kept_secret(data_dir) if keyed else ""),
            page_id=env.get("HOITHI_PAGE_ID", ""),
            page_token=env.get("HOITHI_PAGE_TOKEN", ""),
            app_secret=env.get("HOITHI_APP_SECRET", ""),
            graph_url=env.get("HOITHI_GRAPH_URL", "").rstrip("/"),
            smtp_url=env.get("HOITHI_SMTP_URL", ""),
            telegram_token=env.get("HOITHI_TELEGRAM_TOKEN", ""),
            clock_file=env.get("HOITHI_CLOCK_FILE", ""),
            **_proxies(env.get("HOITHI_TRUSTED_PROXIES", "0")),
            second_factor=env.get("HOITHI_SECOND_FACTOR", "required"),
            sendfile=env.get("HOITHI_SENDFILE", ""),
            clamd=env.get("HOITHI_CLAMD", ""),
            log=env.get("HOITHI_LOG", "lines"),
            traces=env.get("HOITHI_TRACES", ""),
            security_contact=env.get("HOITHI_SECURITY_CONTACT", ""),
            link_standins=env.get("HOITHI_LINK_STANDINS", ""),
            sandbox=env.get("HOITHI_SANDBOX", "required"),
            **_backup(env),
            **_bucket(env),
        )
        _check(settings, keyed=keyed)
        return settings

    def masked(self) -> dict[str, str]:
        """Settings by name, secrets and passwords replaced by ``***``, each secret key by one."""
        shown = {f.name: _mask(f.name, str(getattr(self, f.name))) for f in fields(self)}
        return shown | {"secret_key": ",".join("***" for _ in self.secret_keys)}


def _address(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address, as browsers write them: no port that goes without
    saying, names in ASCII."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    with contextlib.suppress(UnicodeError):
        host = host.encode("idna").decode()
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, host, parts.port if parts.port != usual else None


def _is_number(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ip_address(host))
    return not host


def _with_files(environ: Mapping[str, str]) -> dict[str, str]:
    env = {k: v for k, v in environ.items() if k.startswith("HOITHI_")}
    for name in [k for k in env if k.endswith("_FILE") and k != "HOITHI_CLOCK_FILE"]:
        try:
            env.setdefault(name.removesuffix("_FILE"), Path(env[name]).read_text().strip())
        except OSError as error:
            vi, en = f"không đọc được tệp: {error}", f"cannot be read: {error}"
            raise _refuse(name, vi, en) from None
    return env


def kept_secret_file(data_dir: Path) -> Path:
    """Where the installation's own keys are, if ``HOITHI_SECRET_KEY`` is not set."""
    return data_dir / "secret_key"


def _kept_secret(data_dir: Path) -> str:
    """The installation's own key, made once; without it nobody's session would survive a start."""
    path = kept_secret_file(data_dir)
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)  # the first process wins, the others read its key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def _proxies(value: str) -> dict[str, Any]:
    """``2``, or ``127.0.0.1, 10.0.0.0/8``."""
    if value.strip().isdecimal():
        return {"trusted_proxies": int(value)}
    try:
        networks = [ip_network(part.strip(), strict=False) for part in value.split(",")]
    except ValueError:
        raise _refuse(
            "HOITHI_TRUSTED_PROXIES",
            f"“{value}” không phải số nguyên, cũng không phải danh sách địa chỉ hay dải mạng "
            "(ví dụ 127.0.0.1, 10.0.0.0/8)",
            f'"{value}" is not a whole number nor a list of addresses and networks '
            "(such as 127.0.0.1, 10.0.0.0/8)",
        ) from None
    return {"trusted_networks": tuple(map(str, networks))}


def _backup(env: Mapping[str, str]) -> dict[str, Any]:
    at = env.get("HOITHI_BACKUP_AT", "02:00")
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
        raise _refuse("HOITHI_BACKUP_AT", f"“{at}” không phải giờ và phút như 02:00",
                      f'"{at}" is no hour and minute such as 02:00')
    keys = env.get("HOITHI_BACKUP_KEYS", "")
    if not fullmatch(r"([^:\s]+:\S+)?", keys):
        raise _refuse("HOITHI_BACKUP_KEYS", "hãy viết mã:khoá của thùng lưu trữ",
                      "is written id:secret, the two keys of the bucket")
    return {"backup_to": env.get("HOITHI_BACKUP_TO", ""), "backup_at": at,
            "backup_passphrase": env.get("HOITHI_BACKUP_PASSPHRASE", ""),
            "backup_sftp": env.get("HOITHI_BACKUP_SFTP", ""),
            "backup_keys": keys}


def _bucket(env: Mapping[str, str]) -> dict[str, Any]:
    return {"s3_endpoint": env.get("HOITHI_S3_ENDPOINT", "").rstrip("/"),
            "s3_region": env.get("HOITHI_S3_REGION", "us-east-1"),
            "s3_access_key": env.get("HOITHI_S3_ACCESS_KEY", ""),
            "s3_secret_key": env.get("HOITHI_S3_SECRET_KEY", ""),
            "storage_cache": _gigabytes(env, "HOITHI_STORAGE_CACHE"),
            "scrub": _gigabytes(env, "HOITHI_SCRUB")}


def _gigabytes(env: Mapping[str, str], name: str) -> int:
    found = env.get(name, "20")
    if not found.isdecimal():
        raise _refuse(name, f"“{found}” không phải số GB, ví dụ 20",
                      f'"{found}" is no number of gigabytes such as 20')
    return int(found)


def _check_storage(settings: Settings) -> None:
    if settings.in_bucket and not fullmatch(BUCKET, settings.storage_url):
        raise _refuse(
            "HOITHI_STORAGE_URL",
            "hãy viết s3://bucket hoặc s3://bucket/tien-to, chữ không dấu",
            "write s3://bucket or s3://bucket/prefix, in plain letters",
        )
    parts = urlsplit(settings.s3_endpoint)
    plain = parts.hostname and not (parts.path or parts.query or parts.username)
    if settings.s3_endpoint and not plain:
        raise _refuse("HOITHI_S3_ENDPOINT", "chỉ viết máy chủ, ví dụ https://s3.example.vn",
                      "names the server alone, such as https://s3.example.org")
    if not fullmatch(r"[a-z0-9-]+", settings.s3_region):
        raise _refuse("HOITHI_S3_REGION", "hãy viết như us-east-1, auto hoặc garage",
                      "write it as us-east-1, auto or garage")


def _check(settings: Settings, *, keyed: bool) -> None:
    _check_schemes(settings)
    _check_storage(settings)
    _check_choices(settings)
    if keyed and min(map(len, settings.secret_keys), default=0) < SHORTEST_KEY:
        raise _refuse("HOITHI_SECRET_KEY", "ngắn hơn 32 ký tự", "is shorter than 32 characters")
    if not fullmatch(r"(\d+:[\w-]{20,})?", settings.telegram_token):
        raise _refuse("HOITHI_TELEGRAM_TOKEN", "không giống mã bot của Telegram (số:chữ)",
                      "is no token of a Telegram bot (digits:letters)")
    if not fullmatch(CONTACT, settings.security_contact):
        raise _refuse(
            "HOITHI_SECURITY_CONTACT",
            "hãy viết mailto:ten@don-vi.vn, https://… hoặc tel:+84…",
            "write mailto:name@body.example, https://… or tel:+84…",
        )
    if settings.link_standins and not settings.standins:
        raise _refuse("HOITHI_LINK_STANDINS", "chỉ dùng khi thử: ten=127.0.0.1:cong, …",
                      "is for tests only: name=127.0.0.1:port, …")


def _check_schemes(settings: Settings) -> None:
    schemes = {
        "HOITHI_DATABASE_URL": (settings.database_url, ("sqlite", "postgresql")),
        "HOITHI_REDIS_URL": (settings.redis_url, ("", "redis", "rediss", "unix")),
        "HOITHI_STORAGE_URL": (settings.storage_url, ("file", "s3")),
        "HOITHI_S3_ENDPOINT": (settings.s3_endpoint, ("", "http", "https")),
        "HOITHI_BASE_URL": (settings.base_url, ("http", "https")),
        "HOITHI_GRAPH_URL": (settings.graph_url, ("", "http", "https")),
        "HOITHI_TRACES": (settings.traces, ("", "http", "https")),
        "HOITHI_CLAMD": (settings.clamd, ("", "unix", "tcp")),
        "HOITHI_SMTP_URL": (settings.smtp_url, ("", "smtp", "smtps", "smtp+starttls")),
    }
    for name, (value, allowed) in schemes.items():
        found = urlsplit(value).scheme.removesuffix("+psycopg")
        if found not in allowed:
            wanted = ", ".join(f"{a}://…" for a in allowed if a)
            raise _refuse(name, f"bắt đầu bằng “{found}”; dùng {wanted}",
                          f'starts with "{found}"; use {wanted}')


def _check_choices(settings: Settings) -> None:
    choices = {
        "HOITHI_SECOND_FACTOR": (settings.second_factor, ("required", "optional")),
        "HOITHI_SENDFILE": (settings.sendfile, ("", "x-accel")),
        "HOITHI_LOG": (settings.log, ("lines", "json")),
        "HOITHI_SANDBOX": (settings.sandbox, ("required", "off")),
    }
    for name, (value, allowed) in choices.items():
        if value not in allowed:
            words = [one for one in allowed if one]
            raise _refuse(name, f"chỉ nhận {' hoặc '.join(f'“{one}”' for one in words)}",
                          "takes only " + " or ".join(f'"{one}"' for one in words))


def _refuse(name: str, vi: str, en: str) -> ConfigError:
    return ConfigError(f"Thiết lập {name}: {vi}.", f"Setting {name}: {en}.", name=name)


def _mask(name: str, value: str) -> str:
    if name in SECRET and value:
        return "***"
    if name in HAS_PASSWORD and (password := urlsplit(value).password):
        return value.replace(f":{password}@", ":***@")
    return without_password(value) if name == "backup_to" else value


def without_password(place: str) -> str:
    """A backup's place without the user and password that its address may hold."""
    return IN_PLACE.sub("//***@", place)
