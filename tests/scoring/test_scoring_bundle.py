"""The evidence bundle: the same bytes every time, and nothing in it can change unseen."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile

import example
import pytest
from contests import contests
from hypothesis import given, settings

from scoring import BundleError, archive, bundle, evidence, signature
from scoring.manifest import MANIFEST, SIGNATURE, manifest
from scoring.verification import check


@pytest.fixture(scope="module")
def signed():
    return bundle.build(example.contest(), **example.parts(), **example.SIGNED)


def failures(content, **options):
    return [item.what for item in check(content, **options) if item.holds is False]


def members(content):
    return archive.read(content)[0]


def resealed(files, key=example.KEY):
    """A bundle that a forger would make: manifest and zip right again, the old signature kept."""
    files[MANIFEST] = manifest(files)
    if key is not example.KEY:
        public = key.public_key().public_bytes_raw()
        files[SIGNATURE] = evidence.text(
            {
                "algorithm": "Ed25519",
                "signs": MANIFEST,
                "public_key": public.hex(),
                "fingerprint": signature.fingerprint(public),
                "signature": key.sign(files[MANIFEST]).hex(),
            }
        )
    return archive.write(files.items())


def test_it_holds(signed):
    checks = check(signed)
    assert [item.what for item in checks if item.holds is not True] == []
    assert [item.vi for item in checks if item.what == "ranking[0]"] == [
        "Hạng 1, Phường 2: 91,20 điểm, tính lại đúng."
    ]


def test_the_same_evidence_gives_the_same_bytes(signed):
    data = example.contest()
    data["entries"].reverse()
    data["jurors"].reverse()
    assert bundle.build(data, **example.parts(), **example.SIGNED) == signed


def test_any_unzip_program_reads_it(signed):
    with zipfile.ZipFile(io.BytesIO(signed)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == members(signed)


def test_sha256sum_reads_the_manifest(signed, tmp_path):
    with zipfile.ZipFile(io.BytesIO(signed)) as opened:
        opened.extractall(tmp_path)
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", MANIFEST], cwd=tmp_path, check=False
    )
    assert done.returncode == 0


def test_every_flipped_byte_outside_long_texts_is_found(signed):
    """All headers and the directory, and of each text every fortieth byte."""
    inside = _ranges(signed, members(signed))
    places = [place for place in range(len(signed)) if not inside[place] or not place % 40]
    assert _unseen(signed, places) == []


def test_every_flipped_byte_of_a_short_text_is_found(signed):
    """In an archive of the short texts alone: to read the long ones each time takes most of it."""
    short = {name: text for name, text in members(signed).items() if not _is_long(name)}
    alone = archive.write(short.items())
    inside = _ranges(alone, short)
    assert _unseen(alone, [place for place in range(len(alone)) if inside[place]]) == []


def _unseen(content, places):
    return [place for place in places if not archive.read(_flipped(content, place))[1]]


def test_a_flipped_bit_anywhere_fails_the_whole_check(signed):
    places = [*range(0, len(signed), 499), *range(len(signed) - 400, len(signed), 7)]
    assert [place for place in places if not failures(_flipped(signed, place))] == []


def _flipped(content, place):
    damaged = bytearray(content)
    damaged[place] ^= 1 << (place % 8)
    return bytes(damaged)


def _is_long(name):
    return name.startswith("scoring/") or name == "README.txt"


def _ranges(content, texts):
    """A byte for each of the content's: 1 inside of a text."""
    inside = bytearray(len(content))
    for text in texts.values():
        start = content.index(text)
        inside[start : start + len(text)] = b"\1" * len(text)
    return inside


@pytest.mark.parametrize("name", sorted(members(bundle.build(example.contest(), **example.PARTS))))
def test_a_flipped_bit_in_a_file_names_the_file(signed, name):
    text = members(signed)[name]
    place = signed.index(text) + len(text) // 2
    damaged = failures(_flipped(signed, place))
    assert name in damaged


def single_changes(value):
    """Every value that differs from ``value`` in one field: a leaf, a key taken away, an item."""
    if isinstance(value, dict):
        for key in value:
            yield {k: v for k, v in value.items() if k != key}
            for changed in single_changes(value[key]):
                yield value | {key: changed}
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield value[:place] + value[place + 1 :]
            for changed in single_changes(item):
                yield [*value[:place], changed, *value[place + 1 :]]
    elif isinstance(value, bool) or value is None:
        yield "khác"
    elif isinstance(value, int):
        yield value + 1
    else:
        yield value + "x"


JSON_FILES = [
    *evidence.INPUT_FILES,
    "about.json",
    "names.json",
    "ranking.json",
    "profile.json",
    SIGNATURE,
]


@pytest.mark.parametrize("name", JSON_FILES)
def test_every_single_field_counts(signed, name):
    """Changed in the zip alone, or with the manifest made to fit: either way it fails."""
    files = members(signed)
    for changed in single_changes(json.loads(files[name])):
        forged = files | {name: evidence.text(changed)}
        assert failures(archive.write(forged.items())) != [], changed
        assert failures(resealed(forged)) != [], changed


@pytest.mark.parametrize("name", evidence.INPUT_FILES[:4])
def test_a_changed_figure_shows_in_the_ranking_even_without_a_signature(signed, name):
    files = members(signed)
    files.pop(SIGNATURE)
    value = json.loads(files[name])
    change = {
        "rules.json": lambda: value.update(points_cap=400),
        "ballots.json": lambda: value["entries"][0]["marks"]["GK1"].update(noi_dung=60),
        "snapshots.json": lambda: value[0].update(reactions=121),
        "ledger.json": lambda: value.update(clip2={}),
    }
    change[name]()
    files[name] = evidence.text(value)
    found = failures(resealed(files))
    assert found != []
    assert {what.partition("[")[0] for what in found} == {"ranking"}


def test_another_key_is_noticed_only_by_its_fingerprint(signed):
    other = example.Ed25519PrivateKey.from_private_bytes(bytes(32))
    forged = resealed(members(signed), other)
    assert failures(forged) == []
    right = signature.fingerprint(example.PUBLIC)
    assert failures(forged, key=right) == [SIGNATURE]
    assert failures(signed, key=right.upper().replace(" ", ":")) == []


def test_a_bundle_without_a_signature_says_so():
    content = bundle.build(example.contest(), **example.parts())
    assert [item.vi for item in check(content) if item.holds is None] == ["Gói không có chữ ký."]
    assert failures(content, key="00") == [SIGNATURE]


def test_openssl_checks_the_signature_where_cryptography_is_missing(signed, monkeypatch):
    monkeypatch.setattr(signature, "_with_cryptography", lambda *parts: None)
    assert shutil.which("openssl") is not None
    assert failures(signed) == []
    files = members(signed)
    files["README.txt"] += b"."
    assert failures(resealed(files)) == [SIGNATURE]


def test_a_count_after_the_cut_off_needs_a_reason():
    parts = example.parts()
    late = parts["snapshots"]["clip1"]
    late["taken_at"] = "2023-06-19T16:00:01+07:00"
    assert failures(bundle.build(example.contest(), **parts)) == ["cut_off"]
    late["late_reason"] = "Trang bị gián đoạn lúc 16 giờ."
    assert failures(bundle.build(example.contest(), **parts)) == []


def test_it_holds_accounts_only_as_hashes():
    data = example.contest()
    data["entries"][1]["interactions"]["share_ledger"][0]["account"] = "facebook.com/lan"
    with pytest.raises(BundleError, match="clip2"):
        bundle.build(data, **example.parts())


@pytest.mark.parametrize(
    "contact", ["bithu@quan11.vn", "gọi 0903 123 456", "+84 90.312.3456", "(0283)9630123"]
)
def test_it_refuses_contact_data(contact):
    data, parts = example.contest(), example.parts()
    data["entries"][2]["reason"] = f"Theo {contact}."
    with pytest.raises(BundleError, match="contact data"):
        bundle.build(data, **parts)
    parts["about"]["reason"] = contact
    with pytest.raises(BundleError, match="contact data"):
        bundle.build(example.contest(), **parts)


def test_counts_without_a_source_are_refused():
    parts = example.parts()
    parts["snapshots"].pop("clip1")
    with pytest.raises(BundleError, match="clip1"):
        bundle.build(example.contest(), **parts)


def test_hash_account_depends_on_the_salt_and_hides_the_account():
    one, two = bundle.hash_account(b"a", "lan"), bundle.hash_account(b"b", "lan")
    assert one != two
    assert re.fullmatch("[0-9a-f]{32}", one)


@settings(max_examples=60, deadline=None)
@given(contests())
def test_every_contest_survives_the_way_through_a_bundle(data):
    for entry in data["entries"]:
        for row in (entry["interactions"] or {}).get("share_ledger") or []:
            row["account"] = bundle.hash_account(example.SALT, row["account"])
    counted = [entry["id"] for entry in data["entries"] if entry["interactions"]]
    facts = example.PARTS["snapshots"]["clip1"]
    parts = example.parts() | {"snapshots": dict.fromkeys(counted, facts)}
    assert failures(bundle.build(data, **parts)) == []


def test_write_leaves_one_whole_file(tmp_path, signed):
    target = tmp_path / "ket-qua.zip"
    seal = bundle.write(target, example.contest(), **example.parts(), **example.SIGNED)
    assert [path.name for path in tmp_path.iterdir()] == ["ket-qua.zip"]
    assert target.read_bytes() == signed
    assert seal == hashlib.sha256(members(signed)[MANIFEST]).hexdigest()
    assert [item.holds for item in bundle.verify(target) if not item.holds] == []


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK", b"\0" * 100])
def test_a_file_that_is_no_bundle_is_refused(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(BundleError):
        bundle.verify(path)


def test_a_foreign_zip_is_no_bundle_that_holds(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("../../etc/passwd", "x" * 10_000)
        opened.writestr("about.json", "{}")
    assert any(item.holds is False for item in bundle.verify(path))


def test_a_member_that_claims_more_than_there_is_does_no_harm(signed):
    lying = bytearray(signed)
    lying[18:26] = b"\xff\xff\xff\x7f" * 2
    assert "zip" in failures(bytes(lying))
