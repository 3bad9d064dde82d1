"""What ``verify`` says of a bundle's signature, with the library, with openssl, with neither."""

import sys

import example
import pytest
from meddling import PRINT, read, said, sealed

from scoring import evidence, signature
from scoring.manifest import MANIFEST, SIGNATURE, manifest


def test_what_is_said_of_a_signature(files):
    genuine = (
        True,
        f"Chữ ký Ed25519 đúng; vân tay khoá {PRINT}. Hãy so với vân tay trên biên bản.",
        f"The Ed25519 signature holds; key fingerprint {PRINT}. Compare it with the printed one.",
    )
    assert said(files, SIGNATURE) == genuine
    for written in (PRINT, PRINT.upper(), PRINT.replace(" ", ":"), PRINT.replace(" ", "")):
        assert said(files, SIGNATURE, key=written) == genuine
    other = bytes(32).hex()
    assert said(files, SIGNATURE, key=other) == (
        False,
        f"Chữ ký do một khoá khác tạo ra, vân tay {PRINT}.",
        f"Signed with another key, fingerprint {PRINT}.",
    )
    false = (
        False,
        f"Chữ ký Ed25519 sai (vân tay khoá {PRINT}).",
        f"The Ed25519 signature does not hold (key fingerprint {PRINT}).",
    )
    signed = read(files, SIGNATURE)
    forged = signed | {"signature": "00" * 64}
    assert said(files | {SIGNATURE: evidence.text(forged)}, SIGNATURE) == false
    changed = files | {"README.txt": b""}
    changed[MANIFEST] = manifest(changed)
    assert said(changed, SIGNATURE) == false
    short = signed | {"signature": signed["signature"][:-2]}
    assert said(files | {SIGNATURE: evidence.text(short)}, SIGNATURE) == false


def test_a_bundle_without_a_signature(files):
    words = ("Gói không có chữ ký.", "The bundle is not signed.")
    assert said(sealed(files), SIGNATURE) == (None, *words)
    assert said(sealed(files), SIGNATURE, key=PRINT) == (False, *words)


HEX = ("Phải là số hex.", "This must be hex digits.")
ONE_OF = ("Ở đây là {}; phải là một trong: {}.", "Found {}; it must be one of: {}.")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("algorithm", "RSA", [words.format('"RSA"', "Ed25519") for words in ONE_OF]),
        ("signs", "README.txt", [words.format('"README.txt"', MANIFEST) for words in ONE_OF]),
        ("fingerprint", "0000", [words.format('"0000"', PRINT) for words in ONE_OF]),
        ("public_key", "xyz", HEX),
        ("signature", "xyz", HEX),
        ("signature", None, HEX),
    ],
    ids=range(6),
)
def test_a_signature_that_cannot_be_read(files, field, value, words):
    signed = evidence.text(read(files, SIGNATURE) | {field: value})
    assert said(files | {SIGNATURE: signed}, f"signature.json.{field}") == (
        False,
        f"Không đọc được signature.json.{field}: {words[0]}",
        f"Cannot read signature.json.{field}: {words[1]}",
    )


def test_a_signature_holds_nothing_else(files):
    signed = evidence.text(read(files, SIGNATURE) | {"time": "now"})
    assert said(files | {SIGNATURE: signed}, "signature.json.time")[0] is False


@pytest.mark.parametrize(
    "field", ["algorithm", "signs", "public_key", "fingerprint", "signature"]
)
def test_a_signature_lacks_nothing(files, field):
    signed = {name: value for name, value in read(files, SIGNATURE).items() if name != field}
    holds, vi, _ = said(files | {SIGNATURE: evidence.text(signed)}, f"signature.json.{field}")
    assert (holds, vi) == (
        False, f"Không đọc được signature.json.{field}: Thiếu “{field}”."
    )


def test_the_fingerprint_is_the_sha256_of_the_key_in_groups_of_four():
    assert signature.fingerprint(bytes(32)) == (
        "6668 7aad f862 bd77 6c8f c18b 8e9f 8e20 0897 1485 6ee2 33b3 902a 591d 0d5f 2925"
    )


@pytest.fixture
def no_cryptography(monkeypatch):
    """A machine on which the library is not installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)


def test_openssl_checks_where_the_library_is_missing(no_cryptography, capfd):
    genuine = example.KEY.sign(b"text")
    assert signature.holds(example.PUBLIC, genuine, b"text") is True
    assert signature.holds(example.PUBLIC, genuine, b"next") is False
    assert signature.holds(example.PUBLIC, bytes(64), b"text") is False
    assert capfd.readouterr() == ("", "")


def test_an_openssl_that_does_not_run_checks_nothing(no_cryptography, monkeypatch, tmp_path):
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert signature.holds(bytes(32), bytes(64), b"") is None


def test_the_library_checks_where_there_is_no_openssl(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    genuine = example.KEY.sign(b"text")
    assert signature.holds(example.PUBLIC, genuine, b"text") is True
    assert signature.holds(example.PUBLIC, genuine, b"next") is False


@pytest.mark.parametrize(("key", "signed"), [(31, 64), (33, 64), (32, 63), (32, 65)])
def test_a_key_or_signature_of_another_length_never_holds(
    no_cryptography, monkeypatch, tmp_path, key, signed
):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert signature.holds(bytes(key), bytes(signed), b"") is False


@pytest.mark.parametrize(
    ("says", "known"),
    [
        ("OpenSSL 3.0.2 15 Mar 2022", True),
        ("OpenSSL 10.1", True),
        ("OpenSSL 1.1.1w 11 Sep 2023", False),
        ("OpenSSL three", False),
        ("OpenSSL", False),
        ("LibreSSL 3.8.2", False),
        ("", False),
    ],
)
def test_which_openssl_can_check(no_cryptography, monkeypatch, tmp_path, says, known):
    """A stand-in that accepts whatever it is given: only its version is looked at here."""
    program = tmp_path / "openssl"
    program.write_text(f'#!/bin/sh\n[ "$1" = pkeyutl ] || [ "$*" != version ] || echo "{says}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert signature.holds(bytes(32), bytes(64), b"") is (True if known else None)


def test_a_signature_that_nothing_here_can_check(files, no_cryptography, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert said(files, SIGNATURE) == (
        None,
        "Chữ ký chưa được kiểm tra: máy này không có thư viện cryptography hay lệnh openssl 3 "
        f"(vân tay khoá {PRINT}).",
        "Signature unchecked: this machine has neither the cryptography library nor openssl 3 "
        f"(key fingerprint {PRINT}).",
    )
