"""Mail by SMTP, or into a folder (the demo, and installations without a mail server)."""

import smtplib
import ssl
import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from contest.ports import MailRefused

PERMANENT = 500  # RFC 5321, 4.2.1: 4yz is temporary, 5yz permanent


def _message(
    sender: str, to: str, *, subject: str, text: str, html: str, key: str
) -> EmailMessage:
    message, domain = EmailMessage(policy=SMTP), sender.rpartition("@")[2] or "localhost"
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = f"<{key}@{domain}>" if key else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: prevents out-of-office answers
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


class LocalMailer:
    """Writes each mail to a file in a folder, whole or not at all; nothing leaves the machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def send(self, *, to: str, subject: str, text: str, html: str, key: str = "") -> None:
        message = _message("hoithi@localhost", to, subject=subject, text=text, html=html, key=key)
        path = self.folder / f"{time.time_ns()}.eml"
        begun = path.with_suffix(".part")
        try:
            begun.write_bytes(message.as_bytes())
            begun.rename(path)
        finally:
            begun.unlink(missing_ok=True)  # of a full disk


class SmtpMailer:
    """``smtp://``, ``smtps://`` or ``smtp+starttls://user:password@host:port/?from=address``.

    With TLS the server's certificate is verified against the system's authorities, or those of
    the file that ``SSL_CERT_FILE`` names.
    """

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.sender = parse_qs(self.url.query).get("from", [self.url.username or "hoithi"])[0]

    def _connect(self) -> smtplib.SMTP:
        host, port = self.url.hostname or "localhost", self.url.port
        if self.url.scheme == "smtps":
            return smtplib.SMTP_SSL(
                host, port or 465, timeout=20, context=ssl.create_default_context()
            )
        server = smtplib.SMTP(host, port or 25, timeout=20)
        try:
            if self.url.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self.url.username:
            server.login(unquote(self.url.username), unquote(self.url.password or ""))

    def sign_in(self) -> None:
        """Sign in and leave, sending nothing. Raises as ``send`` does."""
        with self._connect() as server:
            self._log_in(server)
            server.noop()

    def send(self, *, to: str, subject: str, text: str, html: str, key: str = "") -> None:
        """Send one mail. Raises ``MailRefused`` where the recipient is refused for good, else
        ``OSError`` (``ssl.SSLError`` for the certificate) or ``smtplib.SMTPException``."""
        message = _message(self.sender, to, subject=subject, text=text, html=html, key=key)
        with self._connect() as server:
            self._log_in(server)
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                code, said = next(iter(error.recipients.values()))
                if code < PERMANENT:  # greylisting, a full mailbox: a retry may help
                    raise
                raise MailRefused(f"{code} {said.decode(errors='replace')}") from error
