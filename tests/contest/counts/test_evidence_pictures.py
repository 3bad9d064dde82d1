"""Pictures that are evidence: drawn anew as they arrive, judged by their content, never a bomb."""

import hashlib
import json
import struct
import tempfile
import zlib
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select
from werkzeug.test import TestResponse

from contest.adapters import pictures
from contest.adapters.pictures import BoxedPictures
from contest.clock import FixedClock
from contest.errors import DomainError, Invalid, TooLarge
from contest.models import AuditRow, Contest, Evidence
from tests import forks
from tests.contest.conftest import Client, Visits
from tests.contest.counts.sitting_room import ADDRESS, BEGUN, Sitting
from tests.contest.factory import Factory
from tests.small_disk import SmallDisk

SECRET = b"GPS 10.762622 106.660172"
WRITE = "/c/quan11-2023/organiser/interactions/write"
HUGE = (20_000, 20_000)


def written(format_: str, picture: Image.Image | None = None, **how: object) -> bytes:
    file = BytesIO()
    (picture or Image.effect_noise((90, 60), 80).convert("RGB")).save(file, format_, **how)
    return file.getvalue()


def with_secrets(format_: str) -> bytes:
    """A picture with a place in its EXIF (or a comment) and a second file behind it."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    if format_ == "GIF":
        return written(format_, comment=SECRET) + SECRET
    if format_ == "HEIF":
        file = BytesIO()
        heif = pillow_heif.from_pillow(Image.new("RGB", (90, 60), "teal"))
        heif.save(file, exif=exif.tobytes())
        return file.getvalue() + SECRET
    more: dict[str, object] = {}
    if format_ == "PNG":
        text = PngInfo()
        text.add_text("Comment", SECRET.decode())
        more["pnginfo"] = text
    return written(format_, exif=exif.tobytes(), **more) + SECRET


def drawn(tmp_path: Path, content: bytes) -> Path:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content)
    BoxedPictures().draw_anew(source, target)
    return target


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "HEIF"])
def test_only_the_pixels_are_left(tmp_path: Path, format_: str) -> None:
    content = with_secrets(format_)
    assert SECRET in content
    made = drawn(tmp_path, content)
    assert SECRET not in made.read_bytes()
    with Image.open(made) as picture:
        assert picture.format == ("JPEG" if format_ in ("JPEG", "AVIF", "HEIF") else "PNG")
        assert picture.size == (90, 60)
        assert not picture.getexif()


def test_what_was_to_be_seen_is_seen_as_it_was(tmp_path: Path) -> None:
    picture = Image.effect_noise((90, 60), 80).convert("RGB")
    with Image.open(drawn(tmp_path, written("PNG", picture))) as made:
        assert ImageChops.difference(made.convert("RGB"), picture).getbbox() is None


def test_a_picture_is_turned_as_the_camera_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(drawn(tmp_path, written("JPEG", exif=exif.tobytes()))) as made:
        assert made.size == (60, 90)


def test_the_same_picture_gives_the_same_file(tmp_path: Path) -> None:
    content = with_secrets("JPEG")
    assert drawn(tmp_path, content).read_bytes() == drawn(tmp_path, content).read_bytes()


def bomb(size: tuple[int, int]) -> bytes:
    """A PNG of a few hundred kilobytes whose pixels would be more than a gigabyte."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack("!I", zlib.crc32(kind + body))
        return struct.pack("!I", len(body)) + kind + body + crc

    pack = zlib.compressobj(9)
    row = bytes(1 + min(size[0], 20_000) * 3)
    rows = b"".join(pack.compress(row) for _ in range(300)) + pack.flush()
    head = struct.pack("!IIBBBBB", *size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("content", [
    bomb(HUGE), bomb((2**31 - 1, 1)),
    b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0,\0\0\0\0"
    + struct.pack("<HH", 65535, 65535) + b"\0\x02\0;",
])
def test_a_bomb_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(TooLarge, match="at most 50 million pixels") as refused:
        drawn(tmp_path, content)
    assert "50 triệu điểm ảnh" in refused.value.vi
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("content", [
    b"\x89PNG\r\n\x1a\n" + bytes(400), written("JPEG")[:600], b"\xff\xd8\xff" + b"<script>",
    b"GIF89a<?php", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic" + bytes(90),
    b"\0\0\0\x18ftypavif" + bytes(90), b"P6 9 9 255 " + bytes(243), b"",
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
])
def test_what_is_no_whole_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid, match="damaged or no real picture"):
        drawn(tmp_path, content)


def on_a_full_disk(content: bytes, place: Path, answer: Path) -> None:
    """In a process of its own, which alone sees the disk: what is raised there."""
    SmallDisk(place).fill()
    tempfile.tempdir = str(place)
    try:
        drawn(answer.parent, content)
    except (OSError, DomainError) as error:
        answer.write_text(type(error).__name__)


def test_a_full_disk_is_no_fault_of_the_picture(tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    large = written("PNG", Image.effect_noise((300, 200), 80))
    process = forks.begin(on_a_full_disk, large, tmp_path / "disk", answer)
    process.join()
    assert answer.read_text() == "StorageFull"


def test_pictures_are_opened_in_a_box_without_what_the_platform_knows(tmp_path: Path) -> None:
    """The process of the script sees no other file of ours, and has no network."""
    (tmp_path / "secret_key").write_text("the key")
    script = (
        "import os, socket, sys\n"
        f"print(os.path.exists({str(tmp_path / 'secret_key')!r}), os.path.exists('/etc/passwd'))\n"
        "print(sorted(os.environ), len(socket.if_nameindex()))"
    )
    said = pictures.subprocess.run(
        [*pictures._fenced(), pictures.sys.executable, "-I", "-c", script],
        env=pictures.ENVIRONMENT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()
    assert said[0] == "False False"
    assert "HOITHI" not in said[1]
    assert said[1].endswith(" 1")  # the loopback alone


# ------------------------------------------------------------------------------------ the screens


@pytest.fixture
def room(make: Factory, contest: Contest, clock: FixedClock) -> Sitting:
    clock.moment = BEGUN
    return Sitting(make, contest, clips=3)


@pytest.fixture
def client(visit: Visits, room: Sitting) -> Client:
    return visit.user(room.first)


def attach(room: Sitting, client: Client, content: bytes, name: str = "a.png") -> TestResponse:
    number = {"id": "n-1", "code": "CX1000", "field": "reactions", "value": 130,
              "at": BEGUN.isoformat()}
    form = {"person": str(room.first.id), "numbers": json.dumps([number])}
    assert client.post(f"{ADDRESS}/numbers", data=form).status_code == 200
    return client.post(
        f"{ADDRESS}/proof", headers={"Accept": "application/json"},
        data={"person": str(room.first.id), "screenshot": (BytesIO(content), name)},
    )


def rows(room: Sitting) -> tuple[list[Evidence], list[AuditRow]]:
    with room.make.platform.db.read() as session:
        kept = list(session.scalars(select(Evidence)))
        query = select(AuditRow).where(AuditRow.action == "evidence.redrawn")
        return kept, list(session.scalars(query))


def test_a_screenshot_is_kept_drawn_anew_and_the_trail_keeps_the_hash_of_what_came(
    room: Sitting, client: Client
) -> None:
    content = with_secrets("JPEG")
    answer = attach(room, client, content)
    assert answer.status_code == 200, answer.text
    (kept,), (row,) = rows(room)
    stored = room.make.platform.blobs.path(kept.sha256).read_bytes()
    assert SECRET not in stored
    assert (kept.kind, kept.size) == ("screenshot", len(stored))
    assert kept.sha256 == hashlib.sha256(stored).hexdigest()
    original = hashlib.sha256(content).hexdigest()
    assert row.after == {"sha256": kept.sha256, "original_sha256": original}
    assert not room.make.platform.blobs.exists(original)
    assert list((room.make.platform.settings.data_dir / "incoming").iterdir()) == []


@pytest.mark.parametrize(("content", "status"), [
    (bomb(HUGE), 413), (b"\x89PNG\r\n\x1a\n" + bytes(400), 422), (b"<svg onload=x>", 422),
    (b"<html>", 422), (b"%PDF-1.7", 422),
])
@pytest.mark.parametrize("where", ["sitting", "by hand"])
def test_what_is_refused_leaves_nothing(
    room: Sitting, client: Client, content: bytes, status: int, where: str
) -> None:
    if where == "sitting":
        answer = attach(room, client, content)
    else:
        answer = client.post(WRITE, data={
            "code": "CX1000", "reactions": "12", "taken_at": "2023-06-19T14:00",
            "screenshot": (BytesIO(content), "a.png"),
        })
    assert answer.status_code == status
    assert rows(room) == ([], [])
    incoming = room.make.platform.settings.data_dir / "incoming"
    assert not incoming.exists() or list(incoming.iterdir()) == []


def test_a_picture_written_down_by_hand_is_drawn_anew_too(
    room: Sitting, client: Client
) -> None:
    answer = client.post(WRITE, data={
        "code": "CX1000", "reactions": "150", "taken_at": "2023-06-19T14:00",
        "screenshot": (BytesIO(with_secrets("PNG")), "a.png"),
    })
    assert answer.status_code == 303
    (kept,), (row,) = rows(room)
    assert SECRET not in room.make.platform.blobs.path(kept.sha256).read_bytes()
    assert row.after["sha256"] == kept.sha256


def test_a_film_is_kept_as_it_is(room: Sitting, client: Client) -> None:
    film = b"\x00\x00\x00\x20ftypisom" + bytes(400)
    assert attach(room, client, film, "a.mp4").status_code == 200
    (kept,), redrawn = rows(room)
    assert (kept.kind, kept.sha256) == ("recording", hashlib.sha256(film).hexdigest())
    assert redrawn == []


def test_every_refusal_speaks_both_languages(tmp_path: Path) -> None:
    for content in (bomb(HUGE), b"\xff\xd8\xff"):
        with pytest.raises(DomainError) as refused:
            drawn(tmp_path, content)
        assert refused.value.vi != refused.value.en
