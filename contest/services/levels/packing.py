"""Entries handed up to another installation: one signed file that its organisers read in.

A ZIP whose parts are stored, not compressed: ``handover.json`` (what ``Packet`` says),
``handover.sig`` (Ed25519 over its bytes, by the installation's key, as bundles have it) and
``clips/<sha256>``, each named by its content. The manifest names every clip's hash and size, so
that one signature speaks for all of it.
"""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest import canonical
from contest.actors import Actor
from contest.errors import Conflict, Invalid
from contest.models import Contest, Submission
from contest.permissions import require
from contest.ports import BlobStore
from contest.profile import Profile
from contest.profile.levels import most_of
from contest.services.core import audit, profiles
from contest.services.handover import coming, in_the_way
from contest.services.results.bundles import Signer

MANIFEST, SIGNATURE, CLIPS = "handover.json", "handover.sig", "clips/"
FORMAT, VERSION = "hoithi-handover", 1
MOST = 500  # entries of one file
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Short = Annotated[str, Field(max_length=64)]
Line = Annotated[str, Field(max_length=300)]
Long = Annotated[str, Field(max_length=20_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GivenPart(_Part):
    """A consent, where it was given and under which words."""

    purpose: Short
    notice_version: Short
    notice_sha256: Hash
    at: datetime
    by: Short


class ClipPart(_Part):
    """A clip by its content."""

    sha256: Hash
    size: int = Field(gt=0, le=64 * 1024**3)
    filename: Annotated[str, Field(min_length=1, max_length=255)]


class EntryPart(_Part):
    """One entry, as its form has it."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9-]{3,16}$")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["individual", "team"]
    authors: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        min_length=1, max_length=200)
    contact_name: Annotated[str, Field(max_length=200)]
    contact_phone: Annotated[str, Field(max_length=32)]
    contact_email: Annotated[str, Field(max_length=254)] = ""
    description: Long = ""
    language: Literal["vi", "en"] = "vi"
    category: Short = ""
    unit: Line
    answers: dict[Short, str | list[str]] = Field(default_factory=dict, max_length=30)
    consents: list[GivenPart] = Field(max_length=50)
    clip: ClipPart


class ContestPart(_Part):
    """Where it comes from; ``unit``: as which unit it asks to stand above."""

    slug: Short
    vi: Line
    en: Line
    unit: Annotated[str, Field(min_length=1, max_length=200)]


class Packet(_Part):
    """The manifest. ``to``: the short name of the contest that it is for; ``key``: the public key,
    as hexadecimal digits."""

    format: Literal["hoithi-handover"]
    version: Literal[1]
    made_at: datetime
    key: Hash
    to: Short
    contest: ContestPart
    entries: list[EntryPart] = Field(min_length=1, max_length=MOST)


def packet(
    session: Session, contest: Contest, codes: Sequence[str], *, key: bytes, actor: Actor,
    at: datetime,
) -> tuple[Packet, list[Submission]]:
    """What is handed up, and its entries.

    Raises ``NotAllowed`` without ``handover.offer``; ``Invalid`` where the rules name no parent on
    another installation or a code is unknown; ``Conflict`` for an entry that may not go up, and
    beyond what the rules allow.
    """
    require(actor, "handover.offer", contest)
    profile = profiles.profile_of(contest)
    parent = profile.parent
    if not parent.named or not parent.installation:
        raise Invalid(
            "Thể lệ không ghi cấp trên ở máy chủ khác (parent.contest và parent.installation); "
            "cấp trên trên cùng máy chủ thì gửi ở trang Các cấp.",
            "The rules name no parent on another server (parent.contest and parent.installation); "
            "to one on this server hand entries up on the page Levels.",
        )
    require_clips(profile)
    if contest.trial_of is not None:
        raise Conflict("Lần chạy thử không gửi bài lên cấp trên thật.",
                       "A dry run hands nothing to a real contest above.")
    found = session.scalars(select(Submission).where(
        Submission.contest_id == contest.id, Submission.code.in_(codes)
    ).order_by(Submission.code)).all()
    if missing := sorted(set(codes) - {one.code for one in found}):
        raise Invalid(f"Không có bài {missing[0]} trong hội thi này.",
                      f"There is no entry {missing[0]} in this contest.")
    _require_possible(session, contest, found)
    return Packet(
        format="hoithi-handover", version=1, made_at=at, key=key.hex(), to=parent.contest,
        contest=ContestPart(
            slug=contest.slug, unit=parent.unit or profile.contest.organiser.vi[:200],
            vi=profile.contest.title.vi[:300], en=profile.contest.title.en[:300],
        ),
        entries=[_entry(session, one) for one in found],
    ), list(found)


def require_clips(profile: Profile) -> None:
    """Files hold clips alone. Raises ``Invalid`` for a contest of another kind."""
    if not profile.entry.is_clip:
        raise Invalid(
            "Tệp gửi lên máy chủ khác chỉ chứa clip; hội thi này nhận loại bài khác. Hãy gửi trực "
            "tiếp cho Ban Tổ chức cấp trên.",
            "A file for another server holds clips alone, and this contest takes something else. "
            "Send the entries to the organisers above by other means.",
        )


def _require_possible(
    session: Session, contest: Contest, found: Sequence[Submission]
) -> None:
    profile = profiles.profile_of(contest)
    words = {one.id: one.text for one in profile.form.consents}
    for one in found:
        if why := in_the_way.of_source(session, one, with_clip=True):
            raise why
        needed = profile.parent.consent
        if needed and needed not in coming.of_submission(session, one).purposes:
            raise in_the_way.consent_lacks(one.code, words[needed].vi, words[needed].en)
    for category, most in most_of(profile.parent, profile.categories).items():
        count = sum(category in ("", one.category) for one in found)
        if count > most:
            raise Conflict(f"Gửi lên {count} bài, thể lệ cho phép {most}. Hãy bỏ bớt.",
                           f"That makes {count} entries; the rules allow {most}. Choose fewer.")


def _entry(session: Session, one: Submission) -> EntryPart:
    form = coming.of_submission(session, one)
    assert one.version is not None  # noqa: S101 - asked before
    return EntryPart(
        code=one.code, unit=one.unit.name, authors=list(form.authors),
        answers=dict(form.answers),
        consents=[GivenPart(purpose=c.purpose, notice_version=c.notice_version,
                            notice_sha256=c.notice_sha256, at=c.at, by=c.by)
                  for c in form.consents],
        clip=ClipPart(sha256=one.version.sha256, size=one.version.size,
                      filename=one.version.filename),
        **{name: getattr(form, name) for name in coming.TEXTS},
    )


def write(
    file: Path | IO[bytes], made: Packet, signer: Signer, blobs: BlobStore
) -> None:
    """Write the file; clips are copied as they stream, not held in memory."""
    manifest = canonical.text(made.model_dump(mode="json")).encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr(MANIFEST, manifest)
        archive.writestr(SIGNATURE, signer.sign(manifest))
        for sha256 in sorted({one.clip.sha256 for one in made.entries}):
            with blobs.open_local(sha256, proven=True) as clip:
                archive.write(clip, f"{CLIPS}{sha256}")


def note(
    session: Session, found: Sequence[Submission], made: Packet, *, actor: Actor, at: datetime
) -> None:
    """In each entry's history: that it was written, and for which contest."""
    for one in found:
        audit.record(session, "handover.written", one, actor=actor, at=at,
                     after={"code": one.code, "to": made.to})
