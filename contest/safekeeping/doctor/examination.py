"""All looks, one after another; one that fails is a finding itself and ends no other."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from sqlalchemy.exc import DBAPIError

from contest.config import Settings, kept_secret_file
from contest.errors import DomainError
from contest.safekeeping import databases
from contest.safekeeping.doctor import data, machine
from contest.safekeeping.doctor.findings import Finding, bad
from contest.wiring import Platform

Look = Callable[[Platform], Iterator[Finding]]
START = ("Hãy khởi động cơ sở dữ liệu, kiểm tra HOITHI_DATABASE_URL, rồi chạy “hoithi migrate”.",
         'Start the database, check HOITHI_DATABASE_URL, then run "hoithi migrate".')


def examine(settings: Settings, *, every: bool = False) -> Iterator[Finding]:
    """Look at everything and change nothing. ``every``: take every stored file's hash."""
    platform = Platform(_with_kept_key(settings))
    there = list(_database(platform))
    yield from there
    looks: tuple[Look, ...] = (
        machine.disks, machine.certificate, machine.mail, machine.box, machine.backups,
    )
    if not there:
        looks = (
            data.integrity, data.migration, data.keys, data.trail_and_results,
            partial(data.files, every=every), machine.clocks, machine.work, machine.pages,
            machine.versions,
            *looks,
        )
    for look in looks:
        yield from _guarded(look, platform)
    if not there:
        platform.db.engine.dispose()


def _with_kept_key(settings: Settings) -> Settings:
    """With the key that the data folder keeps; none is made."""
    kept = kept_secret_file(settings.data_dir)
    if settings.secret_key or not kept.exists():
        return settings
    return replace(settings, secret_key=kept.read_text())


def _database(platform: Platform) -> Iterator[Finding]:
    """A finding where the database does not answer or is not there; a file is not made."""
    url = platform.settings.database_url
    try:
        if not databases.is_empty(url):
            return
        said = ("Chưa có cơ sở dữ liệu.", "There is no database yet.")
    except DBAPIError as error:
        words = str(error.orig).strip().splitlines()[0]
        said = (f"Cơ sở dữ liệu không trả lời: {words}", f"The database does not answer: {words}")
    yield bad("database", said, START)


def _guarded(look: Look, platform: Platform) -> Iterator[Finding]:
    try:
        yield from look(platform)
    except Exception as error:  # a look that meets what nobody thought of is told like any other
        said = (error.vi, error.en) if isinstance(error, DomainError) else _plain(error)
        name = getattr(look, "__name__", "files")
        yield bad(name, said, (
            "Hãy sửa các mục hỏng nêu trước, rồi chạy lại; nếu vẫn vậy hãy báo lỗi này.",
            "Mend what is named before this, then run it again; report this if it stays.",
        ))


def _plain(error: Exception) -> tuple[str, str]:
    words = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return words, words
