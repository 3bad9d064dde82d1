"""Settings: each source, each refusal, nothing secret shown."""

from pathlib import Path

import pytest

from contest.config import Settings
from contest.errors import ConfigError


def settings(tmp_path: Path, **env: str) -> Settings:
    return Settings.from_env({"HOITHI_DATA_DIR": str(tmp_path), **env})


def test_nothing_set_is_a_working_installation(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path}/hoithi.db"
    assert found.storage_dir == tmp_path / "clips"
    assert found.secret_key == settings(tmp_path).secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("EAAB-secret\n")
    assert settings(tmp_path, HOITHI_PAGE_TOKEN_FILE=str(file)).page_token == "EAAB-secret"


@pytest.mark.parametrize(
    ("base_url", "origin", "host"),
    [
        ("https://hoithi.example", "https://hoithi.example", "hoithi.example"),
        ("https://HoiThi.Example:443/", "https://hoithi.example", "hoithi.example"),
        ("https://hoithi.example:8443", "https://hoithi.example:8443", "hoithi.example"),
        ("https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://localhost:8000", "http://localhost:8000", "localhost"),
        ("http://thi.localhost:80", "http://thi.localhost", "thi.localhost"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", ""),
        ("https://203.0.113.7", "https://203.0.113.7", ""),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443", ""),
        ("http://hoithi.example", "http://hoithi.example", ""),
    ],
)
def test_passkeys_are_made_for_the_name_in_the_address_if_it_has_one(
    tmp_path: Path, base_url: str, origin: str, host: str
) -> None:
    found = settings(tmp_path, HOITHI_BASE_URL=base_url)
    assert (found.origin, found.passkey_host) == (origin, host)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("HOITHI_DATABASE_URL", "mysql://x", 'starts with "mysql"; use sqlite://…, postgresql://…'),
        ("HOITHI_REDIS_URL", "http://x", 'starts with "http"; use redis://…, rediss://…, unix://…'),
        ("HOITHI_BASE_URL", "example.org", 'starts with ""; use http://…, https://…'),
        ("HOITHI_SECRET_KEY", "short", "is shorter than 32 characters"),
        ("HOITHI_TRUSTED_PROXIES", "two", '"two" is not a whole number nor a list of addresses and '
         "networks (such as 127.0.0.1, 10.0.0.0/8)"),
        ("HOITHI_SENDFILE", "yes", 'takes only "x-accel"'),
        ("HOITHI_BACKUP_AT", "2am", '"2am" is no hour and minute such as 02:00'),
        ("HOITHI_BACKUP_AT", "24:00", '"24:00" is no hour and minute such as 02:00'),
        ("HOITHI_BACKUP_KEYS", "one", "is written id:secret, the two keys of the bucket"),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        settings(tmp_path, **{name: value})
    assert refused.value.en == f"Setting {name}: {sentence}."


@pytest.mark.parametrize(("given", "keys"), [
    ("n" * 40, ["n" * 40]),
    (f"{'n' * 40},{'o' * 32}", ["n" * 40, "o" * 32]),
    (f" {'n' * 40} , {'o' * 32} ", ["n" * 40, "o" * 32]),
    (f"{'n' * 40}\n\n{'o' * 40}\r\n", ["n" * 40, "o" * 40]),
    (f"{'n' * 40}\n{'n' * 40}", ["n" * 40]),
    ("a phrase with a comma, long enough for one key", [
        "a phrase with a comma, long enough for one key"]),
])
def test_the_secret_key_may_be_several_the_newest_first(
    tmp_path: Path, given: str, keys: list[str]
) -> None:
    file = tmp_path / "keys"
    file.write_text(given)
    for env in ({"HOITHI_SECRET_KEY": given}, {"HOITHI_SECRET_KEY_FILE": str(file)}):
        found = settings(tmp_path, **env)
        assert list(found.secret_keys) == keys
        assert found.masked()["secret_key"] == ",".join(["***"] * len(keys))


def test_a_short_key_beside_a_long_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="shorter than 32 characters"):
        settings(tmp_path, HOITHI_SECRET_KEY=f"{'n' * 40}\nshort")
@pytest.mark.parametrize(
    ("value", "hops", "networks"),
    [
        ("2", 2, ()),
        ("127.0.0.1, ::1", 0, ("127.0.0.1/32", "::1/128")),
        ("10.1.2.3/8", 0, ("10.0.0.0/8",)),
    ],
)
def test_servers_in_front_are_counted_or_named(
    tmp_path: Path, value: str, hops: int, networks: tuple[str, ...]
) -> None:
    found = settings(tmp_path, HOITHI_TRUSTED_PROXIES=value)
    assert (found.trusted_proxies, found.trusted_networks) == (hops, networks)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="HOITHI_PAGE_TOKEN_FILE: cannot be read"):
        settings(tmp_path, HOITHI_PAGE_TOKEN_FILE="/nowhere")


def test_secrets_are_masked(tmp_path: Path) -> None:
    shown = settings(
        tmp_path, HOITHI_PAGE_TOKEN="EAAB", HOITHI_SMTP_URL="smtp://me:word@mail.local",
        HOITHI_DATABASE_URL="postgresql://hoithi:word@db/hoithi",
        HOITHI_BACKUP_TO="rest:https://me:word@there/x", HOITHI_BACKUP_KEYS="id:word",
    ).masked()
    assert "word" not in str(shown)
    assert (shown["page_token"], shown["secret_key"]) == ("***", "***")
    assert shown["database_url"] == "postgresql://hoithi:***@db/hoithi"
