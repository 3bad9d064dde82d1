"""The database, the trail, the results and the stored files."""

import secrets
import time
from collections.abc import Iterator

from alembic.script import ScriptDirectory
from sqlalchemy import text

from contest.db import alembic_config
from contest.errors import ConfigError
from contest.models import Base
from contest.ports import BlobStore, StorageDamaged, Stored
from contest.safekeeping import checks, clips, databases
from contest.safekeeping.doctor.findings import Finding, bad, look, ok
from contest.wiring import Platform

SAMPLE = 20  # files whose hash is taken each time
YOUNG_S = 24 * 3600  # a file may wait for its row as long as a person looks at a preview
RESTORE = ("Hãy dừng hệ thống và khôi phục bản sao lưu gần nhất vào nơi trống (hoithi restore).",
           "Stop the platform and restore the last backup into an empty place (hoithi restore).")


def integrity(platform: Platform) -> Iterator[Finding]:
    """What the database itself finds wrong in its file or indexes."""
    kind = databases.kind_of(platform.settings.database_url)
    faults = (_sqlite_faults if kind == "sqlite" else _postgres_faults)(platform)
    if faults:
        yield bad("database", (f"Cơ sở dữ liệu hỏng: {faults[0]}",
                               f"The database is damaged: {faults[0]}"), RESTORE)
    else:
        yield ok("database", f"Cơ sở dữ liệu ({kind}) nguyên vẹn.",
                 f"The database ({kind}) is whole.")


def _sqlite_faults(platform: Platform) -> list[str]:
    with platform.db.read_connection() as connection:
        found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
        strays = connection.execute(text("PRAGMA foreign_key_check")).all()
    return [line for line in found if line != "ok"] + [f"foreign key: {row[0]}" for row in strays]


def _postgres_faults(platform: Platform) -> list[str]:
    """By amcheck where it is installed; else every row is read once, which meets a torn page."""
    with platform.db.read_connection() as connection:
        checker = "SELECT 1 FROM pg_extension WHERE extname = 'amcheck'"
        if connection.scalar(text(checker)):
            statements = [
                "SELECT bt_index_check(c.oid) FROM pg_class c JOIN pg_am a ON a.oid = c.relam"
                " WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence = 'p'"
                " AND c.relnamespace = 'public'::regnamespace"
            ]
        else:
            statements = [f'SELECT max(length(t::text)) FROM "{table.name}" t'  # noqa: S608
                          for table in Base.metadata.sorted_tables]
        try:
            for statement in statements:
                connection.execute(text(statement)).all()
        except Exception as error:  # whatever it is, the database cannot read its own rows
            return [str(error).splitlines()[0]]
    return []


def migration(platform: Platform) -> Iterator[Finding]:
    """Whether the tables are those of this version."""
    script = ScriptDirectory.from_config(alembic_config(platform.settings.database_url))
    with platform.db.read_connection() as connection:
        at = databases.migration_of(connection)
    head = script.get_current_head()
    if at == head:
        yield ok("migration", f"Các bảng ở bản {at}, mới nhất.",
                 f"The tables are at {at}, the newest.")
    elif at in {"", *(one.revision for one in script.walk_revisions())}:
        yield bad("migration", (f"Các bảng ở bản “{at}”, chương trình cần {head}.",
                                f'The tables are at "{at}", this version needs {head}.'),
                  ("Hãy chạy “hoithi migrate”.", 'Run "hoithi migrate".'))
    else:
        yield bad("migration", (f"Các bảng ở bản {at} mà chương trình này chưa biết.",
                                f"The tables are at {at}, which this version does not know."),
                  ("Hãy cài lại bản hoithi mới hơn đã dùng trước đây.",
                   "Install the newer version of hoithi that was used before."))


def trail_and_results(platform: Platform) -> Iterator[Finding]:
    """The audit chain, and the newest result of each contest computed again."""
    with platform.db.read() as session:
        for found in (checks.trail(session), *checks.newest_results(session, platform.blobs)):
            if found.holds:
                yield ok(found.what, found.vi, found.en)
            else:
                yield bad(found.what, (found.vi, found.en), (
                    "Có người hoặc lỗi đã sửa dữ liệu ngoài chương trình: hãy giữ nguyên hiện "
                    "trạng, so với bản sao lưu rồi khôi phục.",
                    "Something changed the data past the program: keep all as it is, compare with "
                    "a backup, then restore.",
                ))


def keys(platform: Platform) -> Iterator[Finding]:
    """Whether the secret key opens what is stored sealed."""
    if not platform.settings.secret_key:
        yield look("keys", ("Chưa có khoá bí mật.", "There is no secret key yet."),
                   ("Hãy đặt HOITHI_SECRET_KEY cũ; máy mới thì “hoithi up” tự tạo.",
                    'Set the old HOITHI_SECRET_KEY; on a new machine "hoithi up" makes one.'))
        return
    try:
        with platform.db.read() as session:
            platform.keys.check(session)
    except ConfigError as error:
        yield bad("keys", (error.vi, error.en), ("Hãy thêm khoá cũ vào HOITHI_SECRET_KEY.",
                                                 "Add the old key to HOITHI_SECRET_KEY."))
    else:
        yield ok("keys", "Khoá bí mật mở được dữ liệu niêm phong.",
                 "The secret key opens what is sealed.")


def files(platform: Platform, *, every: bool) -> Iterator[Finding]:
    """Rows without their file, files without a row, and files that are not what their name says:
    of a sample, or of all where ``every``."""
    with platform.db.read_connection() as connection:
        named = clips.named(connection)
    there = {one.sha256: one for one in platform.blobs.names()}
    yield _missing(sorted(set(named) - set(there)), len(named))
    old = time.time() - YOUNG_S
    yield _orphans([p for sha, p in there.items() if sha not in named and p.put_at < old])
    known = sorted(set(named) & set(there))
    chosen = known if every else secrets.SystemRandom().sample(known, min(SAMPLE, len(known)))
    yield _damaged([sha for sha in chosen if not _whole(platform.blobs, sha)], len(chosen))


def _whole(blobs: BlobStore, sha256: str) -> bool:
    try:
        blobs.verify(sha256)
    except StorageDamaged:
        return False
    except FileNotFoundError:  # given up by the sweep just now
        pass
    return True


def _missing(missing: list[str], of: int) -> Finding:
    if not missing:
        return ok("files.missing", f"Cả {of} tệp mà các dòng nêu đều có.",
                  f"All {of} files that rows name are there.")
    return bad("files.missing", (
        f"Thiếu {len(missing)} tệp, ví dụ {missing[0]}.",
        f"{len(missing)} files are missing, such as {missing[0]}."), _BRING)


def _orphans(orphans: list[Stored]) -> Finding:
    if not orphans:
        return ok("files.orphans", "Không có tệp thừa.", "There are no files without a row.")
    size = sum(one.size for one in orphans)
    return look("files.orphans", (
        f"{len(orphans)} tệp ({size} byte) không dòng nào nêu, ví dụ {orphans[0].sha256}.",
        f"{len(orphans)} files ({size} bytes) that no row names, such as {orphans[0].sha256}."),
        ("Chúng chỉ chiếm chỗ: sao lưu xong thì có thể xoá tay.",
         "They only take room: once there is a backup they may be deleted by hand."))


def _damaged(damaged: list[str], of: int) -> Finding:
    if not damaged:
        return ok("files.hashes", f"{of} tệp được băm lại, đều đúng.",
                  f"{of} files were hashed again and are right.")
    return bad("files.hashes", (
        f"{len(damaged)} trên {of} tệp sai mã kiểm tra, ví dụ {damaged[0]}.",
        f"{len(damaged)} of {of} files have another hash, such as {damaged[0]}."), _BRING)


_BRING = (
    "Hãy chạy “hoithi storage bring THƯ-MỤC-SAO-LƯU --all”, và kiểm tra ổ đĩa.",
    'Run "hoithi storage bring BACKUP-FOLDER --all", and check the disk.',
)
