"""The mailers: a folder, and SMTP spoken with a real socket."""

import email
import email.policy
import smtplib
import socketserver
import threading

import pytest

from contest.adapters.mailers import LocalMailer, SmtpMailer
from contest.ports import MailRefused

LETTER = {"to": "an@example.vn", "subject": "Đã nhận clip", "text": "Chào An,", "html": "<p>Chào"}


class Server(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs; ``answers`` replaces what it says to a verb."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.answers: dict[str, str] = {}
        self.taken: list[bytes] = []
        self.recipients: list[str] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}/?from=hoithi@example.vn"


class Session(socketserver.StreamRequestHandler):
    server: Server

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 fine")
            answer = self.server.answers.get(verb, usual)
            self.say(answer)
            if verb == "RCPT":
                self.server.recipients.append(line)
            if verb == "DATA" and answer.startswith("354"):
                self._data()
            if verb == "QUIT":
                return

    def _data(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.taken.append(b"".join(lines))
        self.say("250 taken")


@pytest.fixture
def server():
    running = Server()
    yield running
    running.shutdown()
    running.server_close()


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


def test_a_folder_keeps_each_mail_in_a_file(tmp_path):
    mailer = LocalMailer(tmp_path / "mail")
    for _ in range(2):
        mailer.send(**LETTER)
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    assert read(files[0].read_bytes())[1] == ["Chào An,", "<p>Chào"]
