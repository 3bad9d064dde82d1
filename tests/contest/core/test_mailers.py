"""The mailers: a folder, and SMTP spoken with a real socket."""

import email
import email.policy
import smtplib
import socketserver
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contest.adapters.mailers import LocalMailer, SmtpMailer
from contest.ports import MailRefused
from tests.served import served

LETTER = {"to": "an@example.vn", "subject": "Đã nhận clip", "text": "Chào An,", "html": "<p>Chào"}


class Server(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs; ``answers`` replaces what it says to a verb."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.tls: ssl.SSLContext | None = None
        self.tls_at_once = False
        self.answers: dict[str, str] = {}
        self.taken: list[bytes] = []
        self.recipients: list[str] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}/?from=hoithi@example.vn"


class Session(socketserver.StreamRequestHandler):
    server: Server

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        if self.server.tls_at_once and not self._encrypt():
            return
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            usual = {
                "DATA": "354 go on", "QUIT": "221 bye", "STARTTLS": "220 go on",
                "EHLO": "250-here\r\n250 STARTTLS",
            }.get(verb, "250 fine")
            answer = self.server.answers.get(verb, usual)
            self.say(answer)
            if verb == "RCPT":
                self.server.recipients.append(line)
            if verb == "DATA" and answer.startswith("354"):
                self._data()
            if verb == "QUIT" or (verb == "STARTTLS" and not self._encrypt()):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _encrypt(self) -> bool:
        """TLS from here on; False where the client will not have our certificate."""
        assert self.server.tls is not None
        try:
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        except OSError:
            return False
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        return True

    def _data(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.taken.append(b"".join(lines))
        self.say("250 taken")


@pytest.fixture
def server():
    with served(Server()) as running:
        yield running


def read(content: bytes):
    message = email.message_from_bytes(content, policy=email.policy.default)
    return message, [part.get_content().strip() for part in message.iter_parts()]


def test_smtp_delivers_both_forms_with_the_headers_of_a_proper_mail(server):
    SmtpMailer(server.url).send(**LETTER)
    message, parts = read(server.taken[0])
    assert (message["To"], message["From"]) == ("an@example.vn", "hoithi@example.vn")
    assert message["Subject"] == "Đã nhận clip"
    assert parts == ["Chào An,", "<p>Chào"]
    assert message["Message-ID"].endswith("@example.vn>")
    assert (message["Auto-Submitted"], bool(message["Date"])) == ("auto-generated", True)
    assert [line.upper() for line in server.recipients] == ["RCPT TO:<AN@EXAMPLE.VN>"]


def test_a_refused_address_is_refused_for_good(server):
    server.answers["RCPT"] = "550 no such person"
    with pytest.raises(MailRefused, match="550 no such person"):
        SmtpMailer(server.url).send(**LETTER)


@pytest.mark.parametrize(("verb", "answer"), [("RCPT", "450 greylisted"), ("DATA", "451 busy")])
def test_a_server_that_says_later_may_be_asked_again(server, verb, answer):
    server.answers[verb] = answer
    with pytest.raises(smtplib.SMTPException):
        SmtpMailer(server.url).send(**LETTER)
    assert server.taken == []


def test_a_server_that_is_away_may_be_asked_again(server):
    url = server.url
    server.shutdown()
    server.server_close()
    with pytest.raises(OSError, match="refused"):
        SmtpMailer(url).send(**LETTER)


def certificate(folder: Path, address: str) -> Path:
    """A key and a certificate for ``address`` that nobody but itself vouches for, in one file."""
    key, begins = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC) - timedelta(hours=1)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins,
                                begins + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                          serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def encrypted(server: Server, scheme: str, file: Path) -> str:
    """The server's address, where it speaks TLS with this certificate."""
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(file)
    server.tls_at_once = scheme == "smtps"
    return server.url.replace("smtp:", f"{scheme}:")


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_for_which_nobody_vouches_gets_no_mail_and_no_password(
    server: Server, scheme: str, tmp_path: Path
):
    url = encrypted(server, scheme, certificate(tmp_path, "127.0.0.1"))
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed"):
        SmtpMailer(url.replace("//", "//an:secret@")).send(**LETTER)
    assert (server.taken, server.recipients) == ([], [])


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_with_a_certificate_of_another_address_gets_no_mail(
    server: Server, scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = certificate(tmp_path, "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        SmtpMailer(encrypted(server, scheme, file)).send(**LETTER)
    assert server.taken == []


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_an_authority_of_ones_own_is_named_in_the_environment(
    server: Server, scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    SmtpMailer(encrypted(server, scheme, file)).send(**LETTER)
    assert read(server.taken[0])[1] == ["Chào An,", "<p>Chào"]


def test_a_server_that_will_not_encrypt_gets_no_mail(server: Server):
    server.answers["EHLO"] = "250 here"
    with pytest.raises(smtplib.SMTPNotSupportedError):
        SmtpMailer(server.url.replace("smtp:", "smtp+starttls:")).send(**LETTER)
    assert server.taken == []


def test_a_folder_keeps_each_mail_in_a_file(tmp_path):
    mailer = LocalMailer(tmp_path / "mail")
    for _ in range(2):
        mailer.send(**LETTER)
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    assert read(files[0].read_bytes())[1] == ["Chào An,", "<p>Chào"]
