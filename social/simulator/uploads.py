"""Uploads to the simulated Page, by both routes, and what `finish` makes of them."""

import secrets
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from social.simulator.answers import answers
from social.simulator.calls import Call, Identity
from social.simulator.faults import Reply, error_reply, offset_reply, reply_for, upload_host_reply
from social.simulator.store import Store

FOREVER = 1_000_000_000
UPLOAD_HOST_PATH = "video-upload"  # the host that takes a reel's bytes has no version before it


class Uploads:
    """`start`, `transfer`, `finish` of `/videos` and of `/video_reels`."""

    def __init__(self, store: Store, identity: Identity, *, chunk_size: int) -> None:
        self.store, self.identity, self.chunk_size = store, identity, chunk_size

    def route_of(self, call: Call) -> str:
        """`reels` or `videos`, by the address."""
        reel = call.path.startswith(UPLOAD_HOST_PATH) or call.path.endswith("/video_reels")
        return "reels" if reel else "videos"

    def video_of(self, call: Call) -> sqlite3.Row | None:
        """The video whose upload a call belongs to."""
        if call.path.startswith(UPLOAD_HOST_PATH):
            return self.store.video(call.path.rpartition("/")[2])
        if self.route_of(call) == "reels":
            return self.store.video(call.params.get("video_id", ""))
        return self.store.session(call.params.get("upload_session_id", ""))

    def start(self, call: Call) -> Reply:
        """Begin an upload."""
        how, route = answers(self.store), self.route_of(call)
        if how["routes"] not in {"both", route}:
            return error_reply(100, f"(#100) This Page does not take uploads to {call.path}")
        if route == "reels":
            video = self.store.new_video(0, secrets.token_hex(8), route)
            address = f"{call.base_url}/{UPLOAD_HOST_PATH}/v25.0/{video['id']}"
            return Reply(body={"video_id": str(video["id"]), "upload_url": address})
        size = call.params.get("file_size", "")
        if not size.isdigit() or int(size) == 0:
            return error_reply(100, "(#100) Param file_size must be a positive number")
        video = self.store.new_video(int(size), secrets.token_hex(8))
        return Reply(body=self._begun(video, how["start"]))

    def _begun(self, video: sqlite3.Row, form: str) -> dict[str, Any]:
        ids = {"video_id": str(video["id"]), "upload_session_id": video["session_id"]}
        if form == "offsets":
            return ids | self.offsets(video)
        if form == "skip":  # as if the Page had these bytes from an earlier attempt
            self.store.update_video(video["id"], received=video["size"], phase="uploaded")
        return ids | {"start_offset": "0", "end_offset": "0", "skip_upload": form == "skip"}

    def transfer(self, call: Call) -> Reply:
        """Take bytes."""
        if self.route_of(call) == "reels":
            return self._transfer_reel(call)
        video, how = self.video_of(call), answers(self.store)
        if video is None or video["session_lost"]:
            return reply_for("restart_upload", {}, None)
        wanted = self.offsets(video)
        end = video["size"] if how["start"] == "zero" else int(wanted["end_offset"])
        fits = call.chunk and len(call.chunk) <= end - video["received"]
        offset = call.params.get("start_offset", "")
        if offset != wanted["start_offset"] or not fits:
            return offset_reply(how["offset_error"], wanted)
        self.store.write_bytes(video, int(offset), call.chunk or b"")
        return Reply(body=self.offsets(self.store.session(video["session_id"]) or video))

    def _transfer_reel(self, call: Call) -> Reply:
        video, size = self.video_of(call), call.params.get("file_size", "")
        if video is None or video["session_lost"]:
            return upload_host_reply("SessionExpiredError", retriable=False)
        if call.params.get("offset") != str(video["received"]) or not size.isdigit():
            return upload_host_reply("OffsetInvalidError")
        self.store.update_video(video["id"], size=int(size))
        self.store.write_bytes(self._fresh(video), video["received"], call.chunk or b"")
        return Reply(body={"success": True})

    def keep_part(self, call: Call) -> None:
        """After a reset during a transfer: store the bytes that arrived."""
        video = self.video_of(call)
        if video is None or not call.chunk:
            return
        offset = call.params.get("start_offset") or call.params.get("offset")
        if offset == str(video["received"]):
            size = int(call.params.get("file_size") or video["size"])
            self.store.update_video(video["id"], size=size)
            self.store.write_bytes(self._fresh(video), video["received"], call.chunk)

    def refuse(self, kind: str, params: Mapping[str, Any], call: Call) -> Reply:
        """The refusal of a step, as the host concerned words it."""
        video = self.video_of(call)
        if kind == "restart_upload" and video:
            self.store.update_video(video["id"], session_lost=1)
        if call.path.startswith(UPLOAD_HOST_PATH) and kind in {"wrong_offset", "restart_upload"}:
            names = {"wrong_offset": "OffsetInvalidError", "restart_upload": "SessionExpiredError"}
            return upload_host_reply(names[kind], retriable=kind == "wrong_offset")
        offsets = self.offsets(video) if video else None
        return reply_for(kind, params, offsets, answers(self.store)["offset_error"])

    def finish(self, call: Call, outcome: str, params: Mapping[str, Any]) -> Reply:
        """Publish; a second call makes a second post."""
        video = self.video_of(call)
        if video is None or video["phase"] == "uploading":
            return error_reply(6000, "There was a problem with the uploaded file")
        if self.route_of(call) == "reels":
            day = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S+0000")
            if self.store.reels_since(day) >= int(answers(self.store)["reels_per_day"]):
                return error_reply(613, "(#613) Too many reels were posted in 24 hours")
            if call.params.get("video_state") != "PUBLISHED":
                outcome = "draft"
        self._publish(video, call, outcome, params)
        return Reply(body={"success": True})

    def _publish(
        self, video: sqlite3.Row, call: Call, outcome: str, params: Mapping[str, Any]
    ) -> None:
        text, polls = call.params.get("description", ""), int(params.get("polls", 2))
        waits = {"slow_processing": polls, "stuck_processing": FOREVER, "no_post_id": polls}
        processing = outcome in {"slow_processing", "stuck_processing"}
        visible = outcome in {"", "no_post_id"}
        post_id = self.store.new_post(self.identity.page_id, text, video["id"], visible=visible)
        self.store.update_video(
            video["id"],
            phase="processing" if processing else "done",
            polls_left=waits.get(outcome, 0),
            outcome="published" if processing or not outcome else outcome,
            post_id=post_id,
            title=call.params.get("title", ""),
        )

    def offsets(self, video: sqlite3.Row) -> dict[str, str]:
        """The bytes wanted next, as text."""
        end = min(video["size"], video["received"] + self.chunk_size)
        return {"start_offset": str(video["received"]), "end_offset": str(end)}

    def _fresh(self, video: sqlite3.Row) -> sqlite3.Row:
        return self.store.video(str(video["id"])) or video
