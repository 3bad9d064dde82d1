"""To another installation by a signed file: what was written is read, what was touched is not."""

import hashlib
import io
import json
import os
import zipfile

import pytest
from sqlalchemy import select

from contest.adapters.folder_store import FolderStore
from contest.errors import Conflict, DomainError, Invalid, NotAllowed, TooLarge
from contest.models import AuditRow, Consent, Handover, LevelLink, Submission
from contest.services.entry import stored_bytes
from contest.services.handover import handovers
from contest.services.levels import links, packing, unpacking
from contest.services.results.bundles import Signer
from contest.services.rules import toml_editing
from tests import forks
from tests.contest.levels.test_levels import WARD
from tests.small_disk import SmallDisk

AWAY = WARD | {"parent.installation": "https://hoithi.thanhdoan.vn"}


class Sent:
    """A ward's contest whose parent is elsewhere, a file of its entry, and the city's contest: here
    both installations are one database, which knows the ward by its key alone."""

    def __init__(self, make, platform, tmp_path):
        self.make, self.platform, self.path = make, platform, tmp_path / "up.zip"
        self.city = make.contest("thanh-pho")
        self.ward = make.contest("phuong-5", lambda text: toml_editing.edited(text, AWAY))
        self.above = make.user("organiser", contest=self.city)
        self.below = make.user("organiser", contest=self.ward)
        self.entry = make.submission(make.unit(self.ward, "Chi đoàn A"), "published")
        with platform.db.write() as session:
            self.signer = Signer(platform.keys.signature(session))

    def packet(self, *codes, by=None):
        with self.platform.db.read() as session:
            made, _ = packing.packet(
                session, session.get_one(type(self.ward), self.ward.id),
                codes or [self.entry.code], key=self.signer.public_key,
                actor=self.make.actor(by or self.below), at=self.make.at)
        return made

    def write(self):
        packing.write(self.path, self.packet(), self.signer, self.platform.blobs)
        return self

    def look(self, contest=None):
        with self.platform.db.read() as session:
            row = contest or self.city
            return unpacking.look(self.path, session.get_one(type(row), row.id))

    def take(self):
        found = self.look()
        unpacking.store_clips(self.path, found, self.platform.blobs, self.path.parent)
        with self.platform.db.write() as session:
            return unpacking.take(session, session.get_one(type(self.city), self.city.id), found,
                                  actor=self.make.actor(self.above), at=self.make.at)

    def rewritten(self, change):
        """The file with parts changed, each as it was stored."""
        with zipfile.ZipFile(self.path) as old:
            parts = [(one.filename, old.read(one)) for one in old.infolist()]
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_STORED) as new:
            for name, content in change(parts):
                new.writestr(name, content)

    def signed_anew(self, edit):
        """The manifest changed by somebody who has the key."""
        def change(parts):
            found = dict(parts)
            manifest = json.loads(found[packing.MANIFEST])
            edit(manifest)
            text = json.dumps(manifest).encode()
            return [(packing.MANIFEST, text), (packing.SIGNATURE, self.signer.sign(text)),
                    *((n, c) for n, c in parts if n.startswith(packing.CLIPS))]
        self.rewritten(change)


@pytest.fixture
def sent(make, platform, tmp_path):
    return Sent(make, platform, tmp_path)


def test_a_file_is_read_and_accepted_once_its_key_is_confirmed(sent, make, platform):
    """With clip, consents and unit; read twice it is there once."""
    [waiting] = sent.write().take()
    assert sent.take() == []

    def accept():
        with platform.db.write() as session:
            return handovers.accept(session, session.get_one(Handover, waiting.id),
                                    actor=make.actor(sent.above), at=make.at)

    with pytest.raises(Conflict, match="is not confirmed"):
        accept()
    with platform.db.write() as session:
        link = session.scalars(select(LevelLink)).one()
        assert (link.child_name, link.note) == ("Phường 5", sent.signer.fingerprint)
        links.confirm(session, link, actor=make.actor(sent.above), at=make.at)
    made = accept()
    with platform.db.read() as session:
        entry = session.get_one(Submission, made.id)
        assert (entry.unit.name, entry.state, entry.title) == (
            "Phường 5", "checking", sent.entry.title)
        assert entry.version.sha256 == sent.entry.version.sha256
        purposes = select(Consent.purpose).where(Consent.submission_id == entry.id)
        assert set(session.scalars(purposes)) == {c.purpose for c in sent.entry.consents}
        assert session.get_one(Handover, waiting.id).let_go_at == make.at
        assert handovers.of_submission(session, entry)[0].packet["unit"] == "Chi đoàn A"


def test_a_declined_clip_is_given_up_after_a_while(sent, make, platform, clock):
    sha256 = sent.entry.version.sha256
    [waiting] = sent.write().take()
    with platform.db.write() as session:
        handovers.decline(session, session.get_one(Handover, waiting.id),
                          why="Không đúng chủ đề", actor=make.actor(sent.above), at=make.at)
    clock.moment += 2 * stored_bytes.REPLACED_KEPT
    with platform.db.write() as session:
        freed = stored_bytes.give_up_replaced(session, at=clock.moment)
        assert freed.files == []  # the ward's own entry still shows it
    assert make.fresh(waiting).let_go_at == clock.moment
    assert platform.blobs.exists(sha256)


@pytest.mark.parametrize("touched", [
    "text", "signature", "clip", "more", "path", "packed", "no zip", "other contest", "huge",
    "two codes", "a kind", "no clip",
])
def test_whatever_was_touched_is_refused_and_nothing_stored(sent, platform, touched):
    sent.write()
    clip = f"{packing.CLIPS}{sent.entry.version.sha256}"
    changes = {
        "text": lambda ps: [(n, c.replace(b"team", b"individual") if n == packing.MANIFEST else c)
                            for n, c in ps],
        "signature": lambda ps: [(n, b"\0" * 64 if n == packing.SIGNATURE else c) for n, c in ps],
        "clip": lambda ps: [(n, c[::-1] if n == clip else c) for n, c in ps],
        "more": lambda ps: [*ps, ("run.sh", b"rm")],
        "path": lambda ps: [*ps, ("../../etc/passwd", b"x")],
        "no clip": lambda ps: [(n, c) for n, c in ps if n != clip],
    }
    edits = {
        "other contest": lambda m: m.update(to="noi-khac"),
        "huge": lambda m: m["entries"][0]["clip"].update(size=63 * 1024**3),
        "two codes": lambda m: m["entries"].append(m["entries"][0]),
        "a kind": lambda m: m["entries"][0].update(kind="robot"),
    }
    if touched in changes:
        sent.rewritten(changes[touched])
    elif touched in edits:
        sent.signed_anew(edits[touched])
    elif touched == "packed":
        with zipfile.ZipFile(sent.path, "w", zipfile.ZIP_DEFLATED) as bomb:
            bomb.writestr(packing.MANIFEST, b"0" * 10**6)
    else:
        sent.path.write_bytes(b"PK no zip")
    if touched == "clip":
        platform.blobs.delete(sent.entry.version.sha256)
    with pytest.raises((Invalid, TooLarge)) as refused:
        sent.take()
    assert "\n" not in refused.value.en
    with platform.db.read() as session:
        assert session.scalars(select(Handover)).all() == []


@pytest.mark.parametrize("sent_as", [lambda path: path, lambda path: io.BytesIO(path.read_bytes())],
                         ids=["named", "in a form"])
def test_a_table_that_leads_to_before_the_file_is_the_files_fault(sent, sent_as):
    content = bytearray(sent.write().path.read_bytes())
    place = content.rindex(b"PK\x05\x06") + 16  # where its table begins
    begins = int.from_bytes(content[place:place + 4], "little")
    content[place:place + 4] = (begins + 500).to_bytes(4, "little")
    sent.path.write_bytes(content)
    with (sent.platform.db.read() as session,
          pytest.raises(Invalid, match="cut short on its way")):
        unpacking.look(sent_as(sent.path), session.get_one(type(sent.city), sent.city.id))


def on_a_full_disk(path, read, place, answer):
    """In a process of its own, which alone sees the disk: what is raised there, what is left."""
    disk = SmallDisk(place)
    store = FolderStore(place / "clips")
    (place / "other").write_text("takes the one page that a disk has at least")
    disk.fill()
    try:
        unpacking.store_clips(path, read, store, place)
    except (OSError, DomainError) as error:
        left = sorted(one.name for one in place.iterdir())
        answer.write_text(f"{type(error).__name__}, left: {left}")


def test_a_full_disk_is_no_fault_of_the_file(sent, tmp_path):
    read, answer = sent.write().look(), tmp_path / "answer"
    process = forks.begin(on_a_full_disk, sent.path, read, tmp_path / "disk", answer)
    process.join()
    assert answer.read_text() == "StorageFull, left: ['clips', 'other']"


def test_a_clip_beyond_what_the_contest_takes_is_too_large(make, platform, tmp_path):
    sent = Sent(make, platform, tmp_path).write()
    make.contest("thanh-pho", lambda text: text.replace(
        "max_bytes = 4000000000", "max_bytes = 3").replace(
        "plain_form_max_bytes = 200000000", "plain_form_max_bytes = 3"))
    with pytest.raises(TooLarge):
        sent.look()


def test_what_may_not_go_up_is_not_written(sent, make):
    waiting = make.submission(make.unit(sent.ward), "in_review")
    for codes, match in (((waiting.code,), "not approved"), (("CX0",), "no entry CX0")):
        with pytest.raises(DomainError, match=match):
            sent.packet(*codes)
    more = [make.submission(make.unit(sent.ward), "approved").code for _ in range(3)]
    with pytest.raises(Conflict, match="rules allow 2"):
        sent.packet(*more)
    with pytest.raises(NotAllowed):
        sent.packet(by=sent.above)
    with pytest.raises(Invalid, match="no parent on another server"):
        sent.ward = sent.city
        sent.packet(by=sent.above)


def test_the_commands_write_and_read(sent, platform):
    """The entry's history says that it was written."""
    names = ("data_dir", "database_url", "redis_url", "storage_url", "base_url", "secret_key")
    environ = os.environ | {
        f"HOITHI_{name.upper()}": str(getattr(platform.settings, name)) for name in names}
    made = forks.command_text("handover", "write", "phuong-5", sent.entry.code, "-o",
                              str(sent.path), environ=environ)
    assert made.stdout.strip() == str(sent.path), made.stderr
    taken = forks.command_text("handover", "read", "thanh-pho", str(sent.path), environ=environ)
    assert sent.signer.fingerprint in taken.stderr
    with platform.db.read() as session:
        [row] = session.scalars(select(Handover)).all()
        assert (row.state, row.sha256) == ("offered", sent.entry.version.sha256)
        assert session.scalar(select(AuditRow.id).where(
            AuditRow.action == "handover.written",
            AuditRow.subject == f"submission:{sent.entry.id}")) is not None
    assert hashlib.sha256(sent.signer.public_key).hexdigest() == row.origin.partition("/")[0]
