"""The machine and what it reaches: clock, disk, certificate, mail, Page, sandbox, versions."""

import platform as python
import shutil
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from redis.exceptions import RedisError
from sqlalchemy import func, select, text

from contest.adapters.mailers import SmtpMailer
from contest.errors import ConfigError
from contest.models import AuditRow, Contest
from contest.safekeeping import databases, postgres, status
from contest.safekeeping.doctor.findings import Finding, bad, look, ok
from contest.services.core import outbox
from contest.services.fanpage.connections import Credentials
from contest.wiring import Platform
from media_checks import ToolsMissing, sandbox
from media_checks.tools import find_tools
from social.errors import PageError, WrongSetting

MOST_SKEW = timedelta(seconds=5)
SHORT, FULL = 20, 10  # percent of a disk free: as the desk warns
SOON, NOW = timedelta(days=14), timedelta(days=3)  # before a certificate ends
WAIT_S = 10
LATE = timedelta(minutes=10)


def clocks(platform: Platform) -> Iterator[Finding]:
    """The machine's clock against the database's and the trail's newest row."""
    now = datetime.now(UTC)
    remedy = ("Hãy bật đồng bộ giờ (timedatectl set-ntp true).",
              "Switch on time synchronisation (timedatectl set-ntp true).")
    simulated = bool(platform.settings.clock_file)
    with platform.db.read() as session:
        newest = session.scalar(select(func.max(AuditRow.at)))
        server = (session.scalar(text("SELECT clock_timestamp()"))
                  if databases.kind_of(platform.settings.database_url) != "sqlite" else now)
    if server and abs(server - now) > MOST_SKEW:
        yield bad("clock", (f"Giờ máy lệch giờ PostgreSQL {abs(server - now)}.",
                            "The machine's clock differs from PostgreSQL's by "
                            f"{abs(server - now)}."), remedy)
    elif newest and newest - now > MOST_SKEW and not simulated:
        yield bad("clock", (f"Nhật ký có dòng ở tương lai ({newest:%Y-%m-%d %H:%M:%S} UTC).",
                            f"The trail has a row of the future ({newest:%Y-%m-%d %H:%M:%S} UTC)."),
                  remedy)
    elif simulated:
        yield look("clock", ("Đang dùng giờ mô phỏng.", "The clock is simulated."),
                   ("Cho hội thi thật hãy bỏ HOITHI_CLOCK_FILE.",
                    "For a real contest remove HOITHI_CLOCK_FILE."))
    else:
        yield ok("clock", "Giờ máy khớp.", "The clocks agree.")


def disks(platform: Platform) -> Iterator[Finding]:
    """How full the disks of data, clips and backups are."""
    settings = platform.settings
    places = {settings.data_dir, settings.storage_dir}
    places |= {Path(settings.backup_to)} if settings.backup_to else set()
    for place in sorted(filter(Path.exists, places)):
        found = shutil.disk_usage(place)
        percent = 100 * found.free // found.total
        said = (f"Ổ đĩa của {place} còn trống {percent}%.",
                f"{place}: {percent}% of the disk is free.")
        remedy = ("Hãy thêm chỗ; dưới 10% hệ thống không nhận clip.",
                  "Make room; below 10% no clip is taken.")
        if percent >= SHORT:
            yield ok("disk", *said)
        else:
            yield (bad if percent < FULL else look)("disk", said, remedy)


def certificate(platform: Platform) -> Iterator[Finding]:
    """Until when the address's certificate is good."""
    address = urlsplit(platform.settings.base_url)
    if address.scheme != "https":
        return
    host, port = address.hostname or "", address.port or 443
    remedy = ("Hãy gia hạn chứng chỉ và nạp lại máy chủ phía trước (certbot renew).",
              "Renew the certificate and reload the server in front (certbot renew).")
    try:
        with (
            socket.create_connection((host, port), timeout=WAIT_S) as line,
            ssl.create_default_context().wrap_socket(line, server_hostname=host) as tls,
        ):
            ends = ssl.cert_time_to_seconds(str((tls.getpeercert() or {})["notAfter"]))
    except (OSError, KeyError) as error:
        yield bad("certificate", (f"{host}:{port} không trả lời với chứng chỉ đúng: {error}",
                                  f"{host}:{port} shows no valid certificate: {error}"), remedy)
        return
    left = timedelta(seconds=ends - time.time())
    said = (f"Chứng chỉ của {host} còn {left.days} ngày.",
            f"The certificate of {host} is good for {left.days} days.")
    if left > SOON:
        yield ok("certificate", *said)
    else:
        yield (bad if left < NOW else look)("certificate", said, remedy)


def mail(platform: Platform) -> Iterator[Finding]:
    """Whether the mail server lets us in; nothing is sent."""
    if not platform.settings.smtp_url:
        yield look("mail", ("Thư chỉ được ghi vào thư mục.", "Mails are only written to a folder."),
                   ("Hãy đặt HOITHI_SMTP_URL.", "Set HOITHI_SMTP_URL."))
        return
    try:
        SmtpMailer(platform.settings.smtp_url).sign_in()
    except (OSError, smtplib.SMTPException) as error:
        yield bad("mail", (f"Máy chủ thư không nhận: {error}",
                           f"The mail server does not let us in: {error}"),
                  ("Hãy kiểm tra HOITHI_SMTP_URL và mạng; thư đang chờ sẽ tự gửi lại.",
                   "Check HOITHI_SMTP_URL and the network; waiting mails are sent again."))
    else:
        yield ok("mail", "Máy chủ thư trả lời.", "The mail server answers.")


def pages(platform: Platform) -> Iterator[Finding]:
    """The token of each Fanpage."""
    found: dict[str, Credentials] = {}
    if platform.default_fanpage:
        found[platform.default_fanpage.page_id] = platform.default_fanpage
    if platform.settings.secret_key:
        with platform.db.read() as session:
            for contest_id in session.scalars(select(Contest.id)):
                if own := platform.fanpage_of(session, contest_id):
                    found[own.page_id] = own
    if not found:
        yield ok("page", "Không nối Fanpage: đăng bằng tay.",
                 "No Page is connected: posts by hand.")
    for credentials in found.values():
        yield _page(platform, credentials)


def _page(platform: Platform, credentials: Credentials) -> Finding:
    remedy = ("Hãy kết nối lại Fanpage (màn hình Kết nối Fanpage hoặc hoithi page check).",
              "Connect the Page again (screen Kết nối Fanpage, or hoithi page check).")
    try:
        checked = platform.fanpage_client(credentials).check_page()
        failing = [finding.name for finding in checked.findings if finding.outcome == "fail"]
    except (PageError, WrongSetting, OSError) as error:
        failing = [str(error)]
    name = credentials.page_id
    if failing:
        said = (f"Fanpage {name}: {failing[0]}.", f"Page {name}: {failing[0]}.")
        return bad("page", said, remedy)
    return ok("page", f"Mã truy cập Fanpage {name} dùng được.",
              f"The token of Page {name} is good.")


def work(platform: Platform) -> Iterator[Finding]:
    """Whether the queue answers, and background work is done when it is due."""
    remedy = ("Hãy khởi động lại relay, worker và Redis (hoặc “hoithi up”).",
              'Start relay, worker and Redis again (or "hoithi up").')
    if platform.settings.redis_url:
        try:
            platform.queue.redis.ping()
        except RedisError as error:
            yield bad("queue", (f"Redis không trả lời: {error}", f"Redis does not answer: {error}"),
                      remedy)
        else:
            yield ok("queue", "Redis trả lời.", "Redis answers.")
    with platform.db.read() as session:
        late = outbox.late(session, at=platform.clock.now(), wall=datetime.now(UTC), by=LATE)
    if late:
        yield look("work", (f"{len(late)} việc nền quá giờ mà chưa chạy.",
                            f"{len(late)} background jobs are overdue."), remedy)
    else:
        yield ok("work", "Không việc nền nào quá giờ.", "No background job is overdue.")


def box(platform: Platform) -> Iterator[Finding]:
    """FFmpeg, and the box around it."""
    try:
        tools, boxed = find_tools(), sandbox.isolated()
    except ToolsMissing as error:
        yield bad("ffmpeg", (error.message_vi, error.message_en),
                  ("Hãy cài gói ffmpeg.", "Install the package ffmpeg."))
        return
    said = f"{tools.version} ({tools.source})"
    if tools.source == "wheel":
        yield look("ffmpeg", (f"{said}: không có bản vá của hệ điều hành.",
                              f"{said}: gets no security updates of the system."),
                   ("Hãy cài gói ffmpeg.", "Install the package ffmpeg."))
    else:
        yield ok("ffmpeg", f"{said}.", f"{said}.")
    if boxed:
        yield ok("sandbox", "Clip được đọc trong hộp cách ly.", "Clips are read in a box.")
    else:
        off = platform.settings.sandbox == "off"
        yield (look if off else bad)(
            "sandbox", ("Bubblewrap không có hoặc không chạy được.",
                        "Bubblewrap is missing or does not work."),
            ("Hãy cài gói bubblewrap và cho phép user namespace.",
             "Install the package bubblewrap and allow user namespaces."))


def versions(platform: Platform) -> Iterator[Finding]:
    """What runs here, and whether a backup of PostgreSQL can be made with it."""
    said = f"hoithi {version('hoithi')}, Python {python.python_version()}"
    url = platform.settings.database_url
    if databases.kind_of(url) == "sqlite":
        with platform.db.read_connection() as connection:
            said += f", SQLite {connection.scalar(text('SELECT sqlite_version()'))}"
    else:
        major = postgres.server_major(url)
        said += f", PostgreSQL {major}"
        try:
            postgres.tool("pg_dump", major)
        except ConfigError as error:
            yield bad("pg_dump", (error.vi, error.en),
                      (f"Hãy cài postgresql-client-{major}.",
                       f"Install postgresql-client-{major}."))
    yield ok("versions", f"{said}.", f"{said}.")


def backups(platform: Platform) -> Iterator[Finding]:
    """When the last backup and its proof succeeded."""
    settings = platform.settings
    found = status.standing(
        settings.data_dir, scheduled=bool(settings.backup_to), at=datetime.now(UTC)
    )
    remedy = ("Hãy đặt HOITHI_BACKUP_TO và HOITHI_BACKUP_PASSPHRASE, hoặc chạy “hoithi backup” rồi "
              "“hoithi backup --verify”.",
              'Set HOITHI_BACKUP_TO and HOITHI_BACKUP_PASSPHRASE, or run "hoithi backup", then '
              '"hoithi backup --verify".')
    if found.failure:
        yield bad("backup", (found.failure.vi, found.failure.en), (
            "Hãy sửa điều câu ấy nêu rồi chạy “hoithi backup”.",
            'Mend what that sentence names, then run "hoithi backup".'))
    elif found.backup_is_late:
        yield look("backup", ("Chưa có bản sao lưu nào trong một ngày qua.",
                              "There is no backup of the last day."), remedy)
    elif found.proof_is_late:
        yield look("backup", ("Chưa khôi phục thử bản nào trong một tuần qua.",
                              "No backup was proved in the last week."), remedy)
    else:
        yield ok("backup", "Đã sao lưu và khôi phục thử gần đây.", "Backed up and proved lately.")
