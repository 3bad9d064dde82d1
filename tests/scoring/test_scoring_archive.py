"""The zip of a bundle: what the standard library would write, and no byte of it changes unseen."""

import io
import zipfile

import pytest

from scoring import archive
from scoring.archive import Damage

MEMBERS = [("b/dieu_le.json", b"{}\n"), ("README.txt", "Gói minh chứng".encode()), ("a.txt", b"")]
HEADER = 30  # bytes of a member before its name


@pytest.fixture(scope="module")
def small():
    return archive.write(MEMBERS)


@pytest.fixture(scope="module")
def starts(small):
    """Where each member begins, in their order, and where the directory does."""
    with zipfile.ZipFile(io.BytesIO(small)) as opened:
        return {info.filename: info.header_offset for info in opened.infolist()}, opened.start_dir


def by_the_standard_library(members):
    """Stored, dated 1980, made on Unix, a plain file that all may read: no choice is left."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for name, content in sorted(members):
            about = zipfile.ZipInfo(name)
            about.external_attr = 0o100644 << 16
            about.create_system = 3
            opened.writestr(about, content)
    return file.getvalue()


def test_it_writes_what_the_standard_library_writes(small):
    assert small == by_the_standard_library(MEMBERS)
    assert archive.write([]) == by_the_standard_library([])


def test_it_reads_what_it_wrote(small):
    assert archive.read(small) == (dict(MEMBERS), [])
    assert archive.read(archive.write([])) == ({}, [])


def test_every_flipped_bit_is_found(small):
    for place in range(len(small)):
        for bit in range(8):
            assert archive.read(_flipped(small, place, bit))[1] != [], (place, bit)


def test_a_flipped_bit_in_a_member_names_it(small, starts):
    """Version, flags, method, time, checksum and size in its header, and its content."""
    for name, content in MEMBERS:
        start = starts[0][name]
        text = start + HEADER + len(name)
        for place in [*range(start + 4, start + 22), *range(text, text + len(content))]:
            assert archive.read(_flipped(small, place))[1][0] == Damage(name, start), place


def test_a_flipped_bit_in_the_directory_gives_its_place(small, starts):
    for place in range(starts[1], len(small)):
        assert archive.read(_flipped(small, place)) == (dict(MEMBERS), [Damage("zip", place)])


def _flipped(content, place, bit=0):
    damaged = bytearray(content)
    damaged[place] ^= 1 << bit
    return bytes(damaged)


def test_a_damaged_member_is_read_and_named_and_so_are_those_behind_it(small, starts):
    begins, directory = starts
    damaged = _flipped(small, small.index(b"minh"))
    damaged = _flipped(damaged, begins["b/dieu_le.json"] + 4)  # the version that it asks for
    members, damage = archive.read(damaged)
    assert members == dict(MEMBERS) | {"README.txt": "Gói linh chứng".encode()}
    assert damage == [
        Damage("README.txt", begins["README.txt"]),
        Damage("b/dieu_le.json", begins["b/dieu_le.json"]),
        Damage("zip", directory + 16),  # the checksum of README.txt, once more
    ]


def test_what_is_cut_off_or_added_is_found_at_its_place(small):
    for length in range(len(small)):
        damage = archive.read(small[:length])[1]
        assert [found.place for found in damage] == ["zip"], length
    assert archive.read(small[:-1])[1] == [Damage("zip", len(small) - 1)]
    assert archive.read(small + b"\0")[1] == [Damage("zip", len(small))]
    assert archive.read(b"\0" + small) == ({}, [Damage("zip", 0)])


def test_a_cut_member_is_no_member(small, starts):
    start = starts[0]["a.txt"]
    end = start + HEADER + len("a.txt")
    assert list(archive.read(small[:end])[0]) == ["README.txt", "a.txt"]
    assert list(archive.read(small[: end - 1])[0]) == ["README.txt"]
    assert list(archive.read(small[: start + HEADER - 1])[0]) == ["README.txt"]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(26, b"\xff\x00", id="long name"),
        pytest.param(28, b"\x01\x00", id="extra field"),
        pytest.param(22, b"\xff\xff\xff\x7f", id="too large"),
        pytest.param(30, b"\xe1", id="name not ASCII"),
        pytest.param(30, b"/", id="absolute name"),
    ],
)
def test_a_member_that_makes_no_sense_ends_the_reading(small, place, value):
    damaged = small[:place] + value + small[place + len(value) :]
    members, [damage] = archive.read(damaged)
    assert (members, damage.place) == ({}, "zip")


def test_a_name_that_comes_twice_is_not_read_twice():
    once = archive.write([("a.txt", b"1")])
    member = once[: HEADER + len("a.txt") + 1]
    members, [damage] = archive.read(member + member.replace(b"1", b"2") + once[len(member) :])
    assert (members, damage.place) == ({"a.txt": b"1"}, "zip")


@pytest.mark.parametrize(
    "name",
    ["../x.json", "/x.json", "a//b.json", "x", "a\\b.json", "é.json"],
    ids=["upwards", "absolute", "empty step", "no ending", "backslash", "accent"],
)
def test_the_archive_takes_no_dangerous_name(name):
    with pytest.raises(ValueError, match="not a name for a bundle: '"):
        archive.write([(name, b"")])


def test_the_longest_name():
    longest = "n" * (archive.LONGEST_NAME - 4) + ".txt"
    assert archive.read(archive.write([(longest, b"x")])) == ({longest: b"x"}, [])
    with pytest.raises(ValueError, match="not a name"):
        archive.write([("n" + longest, b"x")])


def test_the_most_members():
    full = [(f"{number}.txt", b"") for number in range(archive.MOST_MEMBERS)]
    assert archive.read(archive.write(full)) == (dict(full), [])
    with pytest.raises(ValueError, match=r"^too much for a bundle$"):
        archive.write([*full, ("one_more.txt", b"")])


def test_no_more_members_are_read_than_are_written():
    several = by_the_standard_library([(f"{n}.txt", b"") for n in range(archive.MOST_MEMBERS + 1)])
    assert len(archive.read(several)[0]) == archive.MOST_MEMBERS


def test_the_largest_bundle(small, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST", len(small))
    assert archive.write(MEMBERS) == small
    monkeypatch.setattr(archive, "LARGEST", len(small) - 1)
    with pytest.raises(ValueError, match="too much"):
        archive.write(MEMBERS)


def test_what_looks_like_a_zip(small):
    empty = archive.write([])
    assert archive.looks_like_zip(small)
    assert archive.looks_like_zip(empty)
    assert archive.looks_like_zip(small[:-1])
    assert archive.looks_like_zip(b"\0" + small)
    assert not archive.looks_like_zip(b"\0" + small[:-1])
    assert not archive.looks_like_zip(empty[1:])
    assert not archive.looks_like_zip(b"")
