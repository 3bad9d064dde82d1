"""A person is found in files as programs write them: packed, compressed, encoded, cut in two."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from contest.adapters.mailers import LocalMailer
from contest.adapters.pdfs import BoxedPdfs
from contest.services.privacy.person import Finder
from contest.services.privacy.stored_files import shows
from tests.contest.privacy.pdfs import pdf
from tests.contest.privacy.planting import MAIL, NAME, PERSON, SAID, traces


def zipped(content: bytes, name: str = "word/document.xml") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def cut(said: str) -> bytes:
    """As Word writes a name that it has an opinion on: in two runs."""
    first, second = said[:9], said[9:]
    return (f"<w:p><w:r><w:t>Trao cho</w:t></w:r></w:p><w:p><w:r><w:t>{first}</w:t></w:r>"
            f"<w:r><w:rPr><w:b/></w:rPr><w:t>{second}</w:t></w:r></w:p>").encode()


def mail(said: str, *, forwarded: bool = False) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Báo tin"
    message.set_content(f"Kính gửi ban tổ chức.\n{said}\n", cte="base64")
    if forwarded:
        message.add_attachment(pdf(said), maintype="application", subtype="pdf", filename="a.pdf")
        del message.get_payload()[0]  # type: ignore[union-attr] - the attachment alone
    return message.as_bytes()


WRITTEN: dict[str, Callable[[str], bytes]] = {
    "the text of a page": pdf, "the title of a PDF": lambda said: pdf(title=said),
    "a remark in a PDF": lambda said: pdf(remark=said),
    "a file in a PDF": lambda said: pdf(attached=said.encode()),
    "a PDF in an archive": lambda said: zipped(pdf(said), "giay khen.pdf"),
    "an archive in an archive": lambda said: zipped(zipped(said.encode()), "a.docx"),
    "gzip": lambda said: gzip.compress(said.encode()),
    "a name in two runs": lambda said: zipped(cut(said)), "a mail": mail,
    "JSON": lambda said: json.dumps({"by": said}).encode(),
    "a file sent with a mail": lambda said: mail(said, forwarded=True),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_person_is_found(how: str, tmp_path: Path) -> None:
    hers, theirs = tmp_path / "hers", tmp_path / "theirs"
    hers.write_bytes(WRITTEN[how](NAME))
    theirs.write_bytes(WRITTEN[how]("Trần Văn Bình"))
    assert traces(hers.read_bytes()) == [], "nothing is to be read in its bytes"
    assert shows(hers, Finder(PERSON), BoxedPdfs())
    assert not shows(theirs, Finder(PERSON), BoxedPdfs())


def test_what_is_gone_shows_nobody_and_of_what_cannot_be_read_nobody_knows(tmp_path: Path) -> None:
    assert not shows(tmp_path / "gone", Finder(PERSON), BoxedPdfs())
    with pytest.raises(OSError):
        shows(tmp_path, Finder(PERSON), BoxedPdfs())


def test_our_own_mails_are_read_as_well(tmp_path: Path) -> None:
    LocalMailer(tmp_path).send(to="an@example.vn", subject="Báo tin", text=SAID, html=f"<p>{SAID}")
    LocalMailer(tmp_path).send(to="an@example.vn", subject=f"Về {NAME}", text="–", html="–")
    LocalMailer(tmp_path).send(to=MAIL, subject="Báo tin", text="–", html="–")
    LocalMailer(tmp_path).send(to="an@example.vn", subject="Báo tin", text="–", html="–")
    found = [shows(path, Finder(PERSON), BoxedPdfs()) for path in sorted(tmp_path.iterdir())]
    assert found == [True, True, True, False]


@pytest.mark.parametrize("content", [
    b"%PDF-1.7", b"%PDF-1.7\n" + b"\x00\xff" * 500, pdf("Trần")[:400], b"PK\x03\x04 no archive",
    b"\x1f\x8b\x08\x00 no gzip", b"From: a\nMIME-Version: 1.0\nContent-Type: text/plain; "
    b"charset=nowhere\n\n\xff", zipped(zipped(zipped(zipped(zipped(zipped(b"deep")))))),
], ids=["no more than a head", "noise", "cut short", "zip", "gzip", "mail", "too deep"])
def test_what_is_broken_shows_nobody(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert not shows(path, Finder(PERSON), BoxedPdfs())
