"""Losses and doubles that are planted in a contest that is right, one by one, each taken back: the
checker must tell each of them, or its silence says nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from contest.demo.sample import sha256_of
from social.simulator.process import SimulatorProcess
from tests.faults.matrix.checker import Checker, wrongs
from tests.faults.matrix.house import House

# What a row becomes, past the guards of the database: a session of a replica fires no trigger.
ROWS = {
    "a mark is another one": (
        "UPDATE mark SET value = value - 1 WHERE id = (SELECT min(id) FROM mark)"),
    "a count is another one": "UPDATE snapshot SET shares = shares + 1 WHERE source = 'template'",
    "a consent is lost": "DELETE FROM consent WHERE id = (SELECT min(id) FROM consent)",
    "a row of the trail is lost": "DELETE FROM audit WHERE seq = 20",
    "a mail was never sent": (
        "UPDATE mail SET state = 'failed' WHERE id = (SELECT min(id) FROM mail)"),
    "a mail is there twice": (
        'INSERT INTO mail (contest_id, "to", template, language, params, state, error, created_at)'
        ' SELECT contest_id, "to", template, language, params, state, error, created_at FROM mail'
        " WHERE id = (SELECT min(id) FROM mail)"),
    "a task has failed": (
        "UPDATE outbox SET state = 'failed' WHERE id = (SELECT min(id) FROM outbox)"),
    "a result is another one": (
        "UPDATE result SET output = replace(output::text, '90.00', '91.00')::json"),
}


def planted(house: House, page: SimulatorProcess) -> dict[str, list[str]]:
    """What was planted -> what the checker said."""
    said = {name: _in_rows(house, page, statement) for name, statement in ROWS.items()}
    with _lost_bytes(house):
        said["a clip's bytes are lost"] = wrongs(house, page)
    letter = next((house.settings.data_dir / "mail").glob("*.eml"))
    kept = letter.read_bytes()
    letter.unlink()
    said["a letter never went out"] = wrongs(house, page)
    letter.write_bytes(kept)
    page.control("POST", "posts", {"message": page.posts()[0]["message"]})
    said["a clip was posted twice"] = wrongs(house, page)
    return said


def _in_rows(house: House, page: SimulatorProcess, statement: str) -> list[str]:
    """What the checker says of rows with this done to them, in a transaction that is taken back."""
    with house.onlookers.writer() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement))
        found = Checker(house.crew, session, page).wrongs(house.folder / "films")
        session.rollback()
    return found


@contextmanager
def _lost_bytes(house: House) -> Iterator[None]:
    film = next((house.folder / "films").iterdir())
    sha256 = sha256_of(film)
    with house.crew.blobs.open_local(sha256) as path:
        kept = path.read_bytes()
    house.crew.blobs.delete(sha256)
    yield
    back = house.folder / "back"
    back.write_bytes(kept)
    house.crew.blobs.put(back, sha256)
