"""``sample.clip``: draws a clip of the sample contest and hands it in as its unit would."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from contest.actors import unit_actor
from contest.models import Unit
from contest.sample import drawing
from contest.sample.cast import CAST, Part
from contest.services import profiles, submissions, uploads
from contest.services.submissions import EntryForm
from contest.wiring import Platform

PARTS = {part.unit: (number, part) for number, part in enumerate(CAST)}


def clip(platform: Platform, unit_id: int, beat: Callable[[], None]) -> None:
    """Draw the clip of unit ``unit_id`` and send it; twice changes nothing."""
    with platform.db.read() as session:
        unit = session.get_one(Unit, unit_id)
        if submissions.of_unit(session, unit):
            return
    number, part = PARTS[unit.name]
    with tempfile.TemporaryDirectory(dir=platform.settings.data_dir) as folder:
        lines = (part.title, part.unit, ", ".join(part.authors))
        drawn = drawing.draw(drawing.spec_for(lines, number, part.fault), Path(folder))
        beat()
        length, sha256 = drawn.stat().st_size, _sha256(drawn)
        platform.blobs.put(drawn, sha256)
        _hand_in(platform, unit_id, part, number, length=length, sha256=sha256)


def _hand_in(
    platform: Platform, unit_id: int, part: Part, number: int, *, length: int, sha256: str
) -> None:
    at = platform.clock.now()
    with platform.db.write() as session:
        unit = session.get_one(Unit, unit_id)
        actor = unit_actor(unit.id, unit.contest_id, unit.name)
        entry = submissions.create(session, unit, _form(unit, part), actor=actor, at=at)
        upload = uploads.begin(
            session, entry, length=length, filename=f"clip-{number + 1}.mp4", actor=actor, at=at
        )
        uploads.finish(session, upload, sha256=sha256, actor=actor, at=at)


def _form(unit: Unit, part: Part) -> EntryForm:
    """The form as a branch secretary fills it in; only the required consents are ticked."""
    form = profiles.profile_of(unit.contest).form
    return EntryForm(
        title=part.title, kind="team" if len(part.authors) > 1 else "individual",
        authors=part.authors, contact_name="Bí thư Chi đoàn", contact_phone="0901 234 567",
        contact_email=unit.contact_email,
        consents=frozenset(c.id for c in form.consents if c.required),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


HANDLERS = {"sample.clip": clip}
