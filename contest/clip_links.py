"""Links to clips that people share: which address gives the file, and what a page instead means.

As reported by those who fetch from these services (2024–2026): Google Drive answers a large file
with a page whose form (``download-form``) leads on, a popular one with "Quota exceeded", a private
one with a redirect to its sign-in; old files want their ``resourcekey``. Dropbox gives the file for
``dl=1`` and wants ``rlkey`` kept. OneDrive's personal links ask for a sign-in since 2024.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from contest.errors import Invalid

LONGEST = 2000  # characters of an address
DRIVE = ("drive.google.com", "docs.google.com", "drive.usercontent.google.com")
DRIVE_ID = re.compile(r"/(?:file|uc|a/[^/]+/file)/d/([\w-]{10,})")
DOCUMENTS = re.compile(r"/(document|spreadsheets|presentation|forms)/")
DRIVE_FORMS = ("download-form", "downloadForm")
DROPBOX = ("www.dropbox.com", "dropbox.com")
PERSONAL_ONEDRIVE = ("1drv.ms", "onedrive.live.com", "photos.onedrive.com")
SIGN_IN = ("accounts.google.com", "login.microsoftonline.com", "login.live.com")
PHOTOS = ("photos.google.com", "photos.app.goo.gl", "www.icloud.com", "share.icloud.com")
WATCHED = ("youtube.com", "youtu.be", "tiktok.com", "facebook.com", "fb.watch")

SENTENCES: dict[str, tuple[str, str]] = {
    "scheme": (
        "Đường dẫn phải bắt đầu bằng https://. Hãy sao chép lại đường dẫn chia sẻ.",
        "The link has to begin with https://. Copy the sharing link again.",
    ),
    "malformed": (
        "Đây không phải một đường dẫn đầy đủ. Hãy sao chép lại cả đường dẫn chia sẻ, bắt đầu bằng "
        "https://.",
        "This is not a whole link. Copy the complete sharing link, which begins with https://.",
    ),
    "credentials": (
        "Đường dẫn có kèm tên đăng nhập hoặc mật khẩu nên không dùng được. Hãy lấy đường dẫn chia "
        "sẻ mà ai cũng mở được.",
        "The link contains a user name or a password. Use a sharing link that everybody can open.",
    ),
    "port": (
        "Đường dẫn dùng cổng lạ; chỉ nhận đường dẫn https thông thường.",
        "The link uses an unusual port; only ordinary https links are taken.",
    ),
    "private": (
        "Đường dẫn dẫn vào mạng nội bộ hoặc chính máy chủ này nên không được mở. Hãy dùng đường "
        "dẫn "
        "chia sẻ trên Internet.",
        "The link leads into a private network or to this server and is not opened. Use a sharing "
        "link on the Internet.",
    ),
    "folder": (
        "Đường dẫn này mở ra một thư mục, không phải một tệp. Hãy mở thư mục, chọn đúng tệp video "
        "rồi lấy đường dẫn chia sẻ của tệp đó.",
        "This link opens a folder, not a file. Open the folder, choose the video and share that.",
    ),
    "document": (
        "Đường dẫn này mở ra một tài liệu Google, không phải tệp video. Hãy lấy đường dẫn chia sẻ "
        "của tệp video.",
        "This link opens a Google document, not a video. Use the video's own sharing link.",
    ),
    "onedrive": (
        "OneDrive cá nhân đòi đăng nhập nên máy chủ không tải được. Hãy tải tệp về máy rồi gửi từ "
        "máy, hoặc chia sẻ qua Google Drive.",
        "Personal OneDrive asks for a sign-in, so the server cannot fetch the file. Download it "
        "and "
        "send it from your device, or share it on Google Drive.",
    ),
    "album": (
        "Đường dẫn album ảnh (Google Photos, iCloud) không cho máy chủ tải tệp gốc. Hãy tải video "
        "về "
        "máy rồi gửi từ máy, hoặc chia sẻ qua Google Drive.",
        "Album links (Google Photos, iCloud) do not give the server the original file. Download "
        "the "
        "video and send it from your device, or share it on Google Drive.",
    ),
    "watched": (
        "Đường dẫn này để xem video, không phải tệp gốc. Hãy gửi tệp video gốc.",
        "This link is for watching a video, not the original file. Send the original file.",
    ),
    "no_access": (
        "Tệp chưa được chia sẻ cho mọi người: máy chủ bị đòi đăng nhập. Hãy mở quyền “Bất kỳ ai có "
        "đường liên kết” rồi thử lại.",
        "The file is not shared with everybody: the server is asked to sign in. Set the sharing to "
        '"Anyone with the link" and try again.',
    ),
    "quota": (
        "Google Drive đang chặn tệp này vì quá nhiều lượt tải trong ngày (“Quota exceeded”). Hãy "
        "tạo một bản sao của tệp trong Drive rồi gửi đường dẫn của bản sao, hoặc gửi từ máy.",
        'Google Drive blocks this file because of too many downloads today ("Quota exceeded"). '
        'Make '
        "a copy of it in Drive and use the copy's link, or send it from your device.",
    ),
    "missing": (
        "Không còn tệp nào ở đường dẫn này: tệp đã bị xoá, đã chuyển chỗ hoặc đường dẫn thiếu ký "
        "tự. "
        "Hãy lấy lại đường dẫn chia sẻ.",
        "There is no file at this link: it was deleted or moved, or the link is incomplete. Copy "
        "the sharing link again.",
    ),
    "page": (
        "Đường dẫn này mở ra một trang web, không phải tệp video. Hãy dùng đường dẫn tải trực "
        "tiếp, "
        "hoặc chia sẻ tệp qua Google Drive hay Dropbox.",
        "This link opens a web page, not a video file. Use a link that downloads the file, or "
        "share "
        "it on Google Drive or Dropbox.",
    ),
    "redirects": (
        "Đường dẫn chuyển hướng quá nhiều lần. Hãy dùng đường dẫn tải trực tiếp.",
        "The link redirects too often. Use a link that downloads the file.",
    ),
    "unknown_host": (
        "Không tìm thấy máy chủ của đường dẫn. Hãy kiểm tra lại đường dẫn.",
        "The link's server does not exist. Check the link.",
    ),
}


class LinkRefused(Exception):
    """The link gives no clip, and trying again would not help. ``kind``: of ``SENTENCES``."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    @property
    def vi(self) -> str:
        return SENTENCES[self.kind][0]

    @property
    def en(self) -> str:
        return SENTENCES[self.kind][1]


@dataclass(frozen=True)
class Page:
    """A web page where a file was wanted."""

    address: str
    status: int
    html: str


def direct(link: str) -> str:
    """The address that gives the file of a sharing link. Raises ``Invalid`` with what is wrong."""
    try:
        return _direct(checked(link.strip()))
    except LinkRefused as refused:
        raise Invalid(refused.vi, refused.en, kind=refused.kind) from None


def checked(address: str) -> SplitResult:
    """An address that may be asked for at all: https, the usual port, nobody's password. Of every
    redirect as well. Raises ``LinkRefused``."""
    if len(address) > LONGEST or not address.isprintable() or " " in address:
        raise LinkRefused("malformed")
    try:
        parts = urlsplit(address)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        raise LinkRefused("malformed") from None
    if parts.scheme.casefold() != "https":
        raise LinkRefused("scheme" if parts.scheme else "malformed")
    if "@" in parts.netloc:
        raise LinkRefused("credentials")
    if port not in (None, 443):
        raise LinkRefused("port")
    if not host or "\\" in parts.netloc or "%" in host:
        raise LinkRefused("malformed")
    shown = f"[{host}]" if ":" in host else host
    return parts._replace(scheme="https", netloc=shown, fragment="")


def asks_to_sign_in(parts: SplitResult) -> bool:
    """Whether a redirect goes to a sign-in: then the file is not shared with everybody."""
    host = parts.hostname or ""
    return host in SIGN_IN or (host in DROPBOX and parts.path.startswith("/login"))


def _direct(parts: SplitResult) -> str:
    host, query = parts.hostname or "", dict(parse_qsl(parts.query))
    if host in DRIVE:
        return _drive(parts, query)
    if host in DROPBOX:
        return _dropbox(parts, query)
    if host in PERSONAL_ONEDRIVE:
        raise LinkRefused("onedrive")
    if host in PHOTOS:
        raise LinkRefused("album")
    if any(host == one or host.endswith(f".{one}") for one in WATCHED):
        raise LinkRefused("watched")
    if host.endswith(".sharepoint.com"):
        return urlunsplit(parts._replace(query=urlencode(query | {"download": "1"})))
    return urlunsplit(parts)


def _drive(parts: SplitResult, query: Mapping[str, str]) -> str:
    if "/folders/" in parts.path or "/drive/" in parts.path:
        raise LinkRefused("folder")
    if parts.hostname == "docs.google.com" and DOCUMENTS.match(parts.path):
        raise LinkRefused("document")
    found = DRIVE_ID.search(parts.path)
    file_id = found[1] if found else query.get("id", "")
    if not re.fullmatch(r"[\w-]{10,}", file_id):
        raise LinkRefused("malformed")
    wanted = {"id": file_id, "export": "download", "confirm": "t"}
    if key := query.get("resourcekey"):
        wanted["resourcekey"] = key
    return f"https://drive.usercontent.google.com/download?{urlencode(wanted)}"


def _dropbox(parts: SplitResult, query: Mapping[str, str]) -> str:
    if parts.path.startswith(("/scl/fo/", "/sh/")) and "preview" not in query:
        raise LinkRefused("folder")
    kept = {name: value for name, value in query.items() if name not in ("dl", "raw", "e", "st")}
    return urlunsplit(parts._replace(netloc="www.dropbox.com",
                                     query=urlencode(kept | {"dl": "1"})))


# ---------------------------------------------------------------------------- pages


def onward(page: Page) -> str:
    """Where a page that stands in for the file leads on to it. Raises ``LinkRefused`` with what the
    page says instead."""
    host = urlsplit(page.address).hostname or ""
    if host in DRIVE or host.endswith(".googleusercontent.com"):
        return _on_from_drive(page)
    raise LinkRefused(_meaning(page.status))


def _meaning(status: int) -> str:
    return {401: "no_access", 403: "no_access", 404: "missing", 410: "missing"}.get(status, "page")


def _on_from_drive(page: Page) -> str:
    said = page.html.casefold()
    if "quota exceeded" in said or "too many users have viewed or downloaded" in said:
        raise LinkRefused("quota")
    forms = _Forms()
    forms.feed(page.html)
    for form in forms.found:
        if form.name in DRIVE_FORMS and form.action:
            target = urlsplit(urljoin(page.address, form.action))
            query = dict(parse_qsl(target.query)) | form.values
            return urlunsplit(target._replace(query=urlencode(query)))
    if "you need access" in said or "access denied" in said or "servicelogin" in said:
        raise LinkRefused("no_access")
    raise LinkRefused(_meaning(page.status))


class _Form:
    def __init__(self, name: str, action: str) -> None:
        self.name, self.action = name, action
        self.values: dict[str, str] = {}


class _Forms(HTMLParser):
    """The forms of a page with their hidden values."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Form] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(_Form(said.get("id", ""), said.get("action", "")))
            self._open = True
        elif tag == "input" and self._open and said.get("name"):
            self.found[-1].values[said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
