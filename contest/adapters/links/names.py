"""What a server's answer is: a page or a file, and the file's name."""

import re
from email.message import Message
from urllib.parse import unquote, urlsplit

PAGES = ("text/html", "application/xhtml+xml", "application/json", "text/xml", "application/xml")
BEGIN_OF_A_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<\?xml)", re.IGNORECASE)
ENDINGS = {
    "video/mp4": "mp4", "video/quicktime": "mov", "video/x-matroska": "mkv", "video/webm": "webm",
    "video/x-m4v": "m4v", "video/mpeg": "mpg", "video/3gpp": "3gp", "video/x-msvideo": "avi",
}
MOST = 255


def is_page(content_type: str, head: bytes) -> bool:
    """Whether this is a page for people, whatever its server calls it."""
    kind = content_type.partition(";")[0].strip().casefold()
    return kind in PAGES or bool(BEGIN_OF_A_PAGE.match(head.removeprefix(b"\xef\xbb\xbf")))


def filename_of(headers: Message, address: str, head: bytes) -> str:
    """The name that the server gives, else the address's last part, with an ending that fits."""
    name = _disposition(headers) or unquote(urlsplit(address).path.rpartition("/")[2])
    name = "".join(c for c in re.split(r"[/\\]", name)[-1] if c.isprintable()).strip()[-MOST:]
    if re.search(r"\.[0-9A-Za-z]{2,5}$", name):
        return name
    ending = ENDINGS.get(headers.get_content_type()) or _by_content(head)
    return f"{name or 'clip'}.{ending}" if ending else name


def _disposition(headers: Message) -> str:
    """The name of Content-Disposition, the one in Unicode first (RFC 6266)."""
    try:
        found = headers.get_filename("")
    except (LookupError, ValueError):
        return ""
    if found and found.isascii() is False:  # UTF-8 that was sent as it is
        try:
            return found.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return found
    return found or ""


def _by_content(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return "mov" if head[8:10] == b"qt" else "mp4"
    return "mkv" if head.startswith(b"\x1a\x45\xdf\xa3") else ""
