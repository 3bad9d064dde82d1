"""The simulator's state: one SQLite file, and a folder with the bytes of each video."""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS video (
    id INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0, session_lost INTEGER NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT 'uploading', polls_left INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT 'published', post_id TEXT, title TEXT NOT NULL DEFAULT '',
    route TEXT NOT NULL DEFAULT 'videos');
CREATE TABLE IF NOT EXISTS post (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, video_id INTEGER,
    message TEXT NOT NULL, visible INTEGER NOT NULL, created TEXT NOT NULL,
    reactions TEXT NOT NULL DEFAULT '{}', shares INTEGER, comments INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY AUTOINCREMENT, step TEXT NOT NULL, kind TEXT NOT NULL,
    params TEXT NOT NULL, remaining INTEGER NOT NULL);
"""
FIRST_VIDEO_ID = 700_000_000_000_001
FIRST_POST_NUMBER = 900_000_000_000_001


class Store:
    """Thread-safe; every change is on disk before its method returns."""

    def __init__(self, folder: Path) -> None:
        self.videos = folder / "videos"
        self.videos.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(folder / "simulator.sqlite", check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(SCHEMA)
        known = {row["name"] for row in self._db.execute("PRAGMA table_info(video)")}
        if "route" not in known:  # kept by an earlier version
            self._db.execute("ALTER TABLE video ADD COLUMN route TEXT NOT NULL DEFAULT 'videos'")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time; commits on leaving, rolls back on an exception."""
        with self._lock, self._db:
            yield self._db

    def clear(self) -> None:
        """Delete everything but the port."""
        with self.transaction() as db:
            for table in ("video", "post", "fault"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above
            db.execute("DELETE FROM setting WHERE name != 'port'")
        for path in self.videos.iterdir():
            path.unlink()

    def setting(self, name: str) -> str | None:
        row = self._one("SELECT value FROM setting WHERE name = ?", name)
        return str(row["value"]) if row else None

    def set_setting(self, name: str, value: str) -> None:
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def new_video(self, size: int, session_id: str, route: str = "videos") -> sqlite3.Row:
        with self.transaction() as db:
            last = db.execute("SELECT max(id) FROM video").fetchone()[0]
            number = (last or FIRST_VIDEO_ID - 1) + 1
            insert = "INSERT INTO video (id, session_id, size, route) VALUES (?, ?, ?, ?)"
            db.execute(insert, (number, session_id, size, route))
        return self._need("SELECT * FROM video WHERE id = ?", number)

    def video(self, video_id: str) -> sqlite3.Row | None:
        return self._one("SELECT * FROM video WHERE id = ?", video_id)

    def session(self, session_id: str) -> sqlite3.Row | None:
        return self._one("SELECT * FROM video WHERE session_id = ?", session_id)

    def update_video(self, video_id: int, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        with self.transaction() as db:
            # The names are this module's own keyword arguments, never a caller's text.
            db.execute(f"UPDATE video SET {names} WHERE id = ?", (*values.values(), video_id))  # noqa: S608

    def write_bytes(self, video: sqlite3.Row, offset: int, data: bytes) -> int:
        """Write the bytes, then update the offset; returns the new offset."""
        path = self.video_path(video["id"])
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.seek(offset)
            file.write(data)
        received = offset + len(data)
        size = video["size"] or received
        phase = "uploaded" if received >= size else "uploading"
        self.update_video(video["id"], received=received, phase=phase, size=size)
        return received

    def video_path(self, video_id: int) -> Path:
        return self.videos / f"{int(video_id)}.mp4"

    def video_sha256(self, video_id: int | None) -> str | None:
        path = self.video_path(video_id) if video_id else None
        if path is None or not path.exists():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def new_post(self, page_id: str, message: str, video_id: int | None, *, visible: bool) -> str:
        with self.transaction() as db:
            insert = "INSERT INTO post (video_id, message, visible, created) VALUES (?, ?, ?, ?)"
            created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
            number = db.execute(insert, (video_id, message, visible, created)).lastrowid or 0
            post_id = f"{page_id}_{FIRST_POST_NUMBER + number}"
            db.execute("UPDATE post SET id = ? WHERE number = ?", (post_id, number))
        return post_id

    def post(self, post_id: str) -> sqlite3.Row | None:
        return self._one("SELECT * FROM post WHERE id = ?", post_id)

    def reels_since(self, moment: str) -> int:
        """How many posts were made by the reels' route since then (as `created` is written)."""
        query = (
            "SELECT count(*) AS many FROM post JOIN video ON video.id = post.video_id "
            "WHERE video.route = 'reels' AND created >= ?"
        )
        return int(self._need(query, moment)["many"])

    def posts(self, *, visible_only: bool = False) -> list[sqlite3.Row]:
        """All posts, newest first."""
        where = "WHERE visible = 1" if visible_only else ""
        return self._all(f"SELECT * FROM post {where} ORDER BY number DESC")  # noqa: S608

    def show_post(self, post_id: str) -> None:
        with self.transaction() as db:
            db.execute("UPDATE post SET visible = 1 WHERE id = ?", (post_id,))

    def hide(self, post_id: str) -> None:
        """Take a post off the Page, its video too."""
        with self.transaction() as db:
            db.execute("UPDATE post SET visible = 0 WHERE id = ?", (post_id,))
            db.execute("DELETE FROM video WHERE post_id = ?", (post_id,))

    def publish_by_hand(self, post_id: str) -> None:
        """Publish a post and its video as a person does on the Page."""
        with self.transaction() as db:
            db.execute("UPDATE post SET visible = 1 WHERE id = ?", (post_id,))
            change = "UPDATE video SET phase = 'done', outcome = 'published' WHERE post_id = ?"
            db.execute(change, (post_id,))

    def set_counts(self, post_id: str, values: Mapping[str, Any]) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        with self.transaction() as db:
            db.execute(f"UPDATE post SET {names} WHERE id = ?", (*values.values(), post_id))  # noqa: S608

    def add_fault(self, step: str, kind: str, params: Mapping[str, Any], times: int) -> int:
        with self.transaction() as db:
            insert = "INSERT INTO fault (step, kind, params, remaining) VALUES (?, ?, ?, ?)"
            return db.execute(insert, (step, kind, json.dumps(params), times)).lastrowid or 0

    def take_fault(self, step: str, about: str = "") -> tuple[str, dict[str, Any]] | None:
        """(kind, params) of the oldest fault left for this step, one use consumed; or None.

        about: what the call concerns; a fault with `about` waits for a call whose text holds that.
        """
        with self.transaction() as db:
            select = "SELECT * FROM fault WHERE remaining > 0 AND step IN (?, 'any') ORDER BY id"
            for row in db.execute(select, (step,)).fetchall():
                params = json.loads(row["params"])
                if str(params.get("about", "")) in about:
                    spent = "UPDATE fault SET remaining = remaining - 1 WHERE id = ?"
                    db.execute(spent, (row["id"],))
                    return row["kind"], params
        return None

    def faults(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self._all("SELECT * FROM fault ORDER BY id")]

    def clear_faults(self) -> None:
        with self.transaction() as db:
            db.execute("DELETE FROM fault")

    def _one(self, query: str, *values: Any) -> sqlite3.Row | None:
        rows = self._all(query, *values)
        return rows[0] if rows else None

    def _need(self, query: str, *values: Any) -> sqlite3.Row:
        return self._all(query, *values)[0]

    def _all(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(query, values).fetchall()
