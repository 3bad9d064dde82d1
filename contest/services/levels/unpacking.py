"""A signed file of another installation, read with suspicion: nothing of it is believed before the
signature over its manifest holds, no name in it becomes a path, and no part is unpacked.

Its entries wait as any that are handed up; they can be accepted once an organiser has confirmed the
key it was signed with (``links``), after comparing its fingerprint with those who sent it.
"""

import errno
import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Conflict, Invalid, TooLarge
from contest.languages import write_size
from contest.models import Contest, Handover, LevelLink
from contest.permissions import require
from contest.ports import BlobStore, full_disk_told
from contest.profile import Profile
from contest.services.core import audit, locks, profiles
from contest.services.core.transitions import move
from contest.services.handover import letters
from contest.services.handover.handovers import LEVEL, trail
from contest.services.levels.packing import (
    CLIPS,
    MANIFEST,
    MOST,
    SIGNATURE,
    EntryPart,
    Packet,
    require_clips,
)
from scoring import signature

LARGEST_MANIFEST = 8 * 1024**2
PIECE = 1 << 20
File = Path | IO[bytes]  # a named one, or one that was sent in a form


@dataclass(frozen=True)
class Read:
    """A file whose signature holds. ``key``: the SHA-256 of the key it was signed with."""

    packet: Packet
    key: str

    @property
    def fingerprint(self) -> str:
        """As it is read out on the telephone."""
        return signature.fingerprint(bytes.fromhex(self.packet.key))


def look(file: File, contest: Contest) -> Read:
    """Read and verify the manifest. Raises ``Invalid`` for what is no such file, was changed, is
    for another contest, or holds anything else; ``TooLarge`` beyond its bounds."""
    with _opened(file) as archive:
        parts = _parts(archive)
        manifest = _content(archive, parts, MANIFEST, LARGEST_MANIFEST)
        signed = _content(archive, parts, SIGNATURE, signature.SIGNATURE_BYTES)
        packet = _packet(manifest)
        if signature.holds(bytes.fromhex(packet.key), signed, manifest) is not True:
            raise Invalid("Chữ ký của tệp không đúng: tệp đã bị sửa hoặc hỏng. Hãy xin lại tệp.",
                          "The file's signature does not hold: it was changed or is damaged. Ask "
                          "for it again.")
        _require_ours(packet, contest, parts)
    return Read(packet, hashlib.sha256(bytes.fromhex(packet.key)).hexdigest())


@contextmanager
def _opened(file: File) -> Iterator[zipfile.ZipFile]:
    """The archive, read within. A disk or a store that fails meanwhile is not the file's fault."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _no_such_file() from error
    except (OSError, ValueError) as error:
        before_its_beginning = getattr(error, "errno", None) == errno.EINVAL or (
            "negative seek" in str(error))  # where its table leads: of a named file, of a form's
        if not before_its_beginning:
            raise
        raise _no_such_file() from error


def _no_such_file() -> Invalid:
    return Invalid("Đây không phải tệp gửi bài lên cấp trên, hoặc tệp bị cắt cụt khi chép. "
                   "Hãy xin lại tệp từ nơi gửi.",
                   "This is no file of entries handed up, or it was cut short on its way. Ask "
                   "whoever sent it for it again.")


def _parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Its parts by name: each once, stored, and none but those there may be."""
    found = archive.infolist()
    names = {one.filename for one in found}
    plain = all(one.compress_type == zipfile.ZIP_STORED and one.file_size == one.compress_size
                and not one.flag_bits & 1 for one in found)
    if len(found) > MOST + 2 or len(names) != len(found) or not plain:
        raise _no_such_file()
    if not {MANIFEST, SIGNATURE} <= names:
        raise _no_such_file()
    return {one.filename: one for one in found}


def _content(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], name: str, most: int
) -> bytes:
    if parts[name].file_size > most:
        raise _no_such_file()
    with archive.open(parts[name]) as part:
        return part.read(most + 1)[:most]


def _packet(manifest: bytes) -> Packet:
    try:
        return Packet.model_validate_json(manifest)
    except ValidationError as error:
        where = ".".join(str(one) for one in error.errors(include_url=False)[0]["loc"])
        raise Invalid(f"Nội dung tệp không đúng ở “{where}”. Hãy xin lại tệp.",
                      f'The file is not valid at "{where}". Ask for it again.') from None


def _require_ours(
    packet: Packet, contest: Contest, parts: dict[str, zipfile.ZipInfo]
) -> None:
    if packet.to != contest.slug:
        raise Invalid(f"Tệp này gửi cho hội thi “{packet.to}”, không phải “{contest.slug}”.",
                      f'This file is for the contest "{packet.to}", not "{contest.slug}".')
    codes = [one.code for one in packet.entries]
    sizes = {f"{CLIPS}{one.clip.sha256}": one.clip.size for one in packet.entries}
    if len(set(codes)) != len(codes) or set(parts) != {MANIFEST, SIGNATURE, *sizes}:
        raise _no_such_file()
    for name, size in sizes.items():
        if parts[name].file_size != size:
            raise _no_such_file()
    require_clips(profiles.profile_of(contest))
    _require_size(profiles.profile_of(contest), packet)


def _require_size(profile: Profile, packet: Packet) -> None:
    most = profile.upload.max_bytes
    for one in packet.entries:
        if one.clip.size > most:
            raise TooLarge(
                f"Clip của bài {one.code} nặng {write_size(one.clip.size, 'vi')}; hội thi nhận tối "
                f"đa {write_size(most, 'vi')}.",
                f"The clip of entry {one.code} has {write_size(one.clip.size, 'en')}; this contest "
                f"takes at most {write_size(most, 'en')}.",
            )


# ---------------------------------------------------------------------------- taking it in


def store_clips(file: File, read: Read, blobs: BlobStore, folder: Path) -> None:
    """Put each clip into the store, hashed as it is copied. Raises ``Invalid`` where one is not
    what the manifest says, ``StorageFull`` or ``StorageAway`` where there is no room or no store. A
    clip that nothing names in the end is removed as any such file is."""
    with _opened(file) as archive:
        for sha256 in sorted({one.clip.sha256 for one in read.packet.entries}):
            if not blobs.exists(sha256):
                _store(archive, sha256, blobs, folder)


def _store(archive: zipfile.ZipFile, sha256: str, blobs: BlobStore, folder: Path) -> None:
    with full_disk_told(), tempfile.TemporaryDirectory(dir=folder, prefix="handed-up-") as name:
        copy, digest = Path(name) / sha256, hashlib.sha256()
        with archive.open(f"{CLIPS}{sha256}") as part, copy.open("wb") as to:
            while piece := part.read(PIECE):
                digest.update(piece)
                to.write(piece)
        if digest.hexdigest() != sha256:
            raise Invalid("Một clip trong tệp đã bị sửa hoặc hỏng. Hãy xin lại tệp.",
                          "A clip of the file was changed or is damaged. Ask for it again.")
        blobs.put(copy, sha256)


def take(
    session: Session, contest: Contest, read: Read, *, actor: Actor, at: datetime
) -> list[Handover]:
    """Have the entries of a file wait, whose clips are stored; those that wait or were accepted
    already are not there twice. Raises ``NotAllowed`` without ``handover.accept``; ``Conflict``
    where the contest that it comes from is known here by another key."""
    require(actor, "handover.accept", contest)
    locks.lock(session, contest)
    _require_known_key(session, contest, read)
    link = _link(session, contest, read, actor=actor, at=at)
    unit_name = link.unit.name if link.unit else read.packet.contest.unit
    known = set(session.scalars(select(Handover.origin).where(
        Handover.contest_id == contest.id, Handover.state.in_(("offered", "accepted")))))
    made = []
    for one in read.packet.entries:
        origin = f"{read.key}/{read.packet.contest.slug}/{one.code}"
        if origin not in known:
            row = _row(contest, read, one, actor=actor, at=at)
            row.origin, row.unit_name = origin, unit_name
            session.add(row)
            session.flush()
            trail(session, row, "handover.offered", actor=actor, at=at, code=one.code)
            made.append(row)
    if made:
        letters.tell_waiting_from(session, contest, read.packet.contest, len(made), at=at)
    return made


def _require_known_key(session: Session, contest: Contest, read: Read) -> None:
    """Nobody comes in as a unit that another key was confirmed for."""
    unit = read.packet.contest.unit
    other = session.scalars(select(LevelLink).where(
        LevelLink.contest_id == contest.id, LevelLink.state == "confirmed",
        LevelLink.child_name == unit, LevelLink.child_key != read.key)).first()
    if other is not None:
        raise Conflict(
            f"Tệp ký bằng khoá {read.fingerprint}, còn {unit} đã được xác nhận với khoá "
            f"{other.note}. Hãy gọi cho nơi gửi; nếu họ đổi khoá thật, hãy thôi gắn khoá cũ ở "
            "trang Các cấp rồi nhận lại tệp.",
            f"The file is signed with the key {read.fingerprint}, but {unit} was confirmed with "
            f"{other.note}. Call whoever sent it; if their key did change, end the old link on the "
            "page Levels and read the file again.",
        )


def _link(
    session: Session, contest: Contest, read: Read, *, actor: Actor, at: datetime
) -> LevelLink:
    """The link of the key; asked for where the key is new here, and again where it was refused."""
    link = session.scalars(select(LevelLink).where(
        LevelLink.contest_id == contest.id, LevelLink.child_key == read.key)).one_or_none()
    if link is None:
        link = LevelLink(contest_id=contest.id, child_key=read.key, created_by=actor.label,
                         child_name=read.packet.contest.unit, note=read.fingerprint,
                         created_at=at)
        session.add(link)
        session.flush()
    elif link.state in ("refused", "ended"):
        move(session, link, "asked", actor=actor, at=at)
    else:
        return link
    audit.record(session, "level_link.asked", link, actor=actor, at=at)
    return link


def _row(
    contest: Contest, read: Read, one: EntryPart, *, actor: Actor, at: datetime
) -> Handover:
    source = read.packet.contest
    return Handover(
        contest_id=contest.id, reason=LEVEL,
        packet={**one.model_dump(mode="json"), "contest": {"vi": source.vi, "en": source.en}},
        sha256=one.clip.sha256, size=one.clip.size, filename=one.clip.filename,
        category=one.category, offered_by=actor.label, offered_at=at,
    )
