"""The part of the Graph API in use: uploads, video status, posts, counts, token, Page."""

import hashlib
import hmac
import json
import re
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from social.simulator.faults import OUTCOMES, REFUSALS, UNTOLD, Gate, Reply, error_reply, reply_for
from social.simulator.store import Store

KINDS = ("LIKE", "LOVE", "CARE", "HAHA", "WOW", "SAD", "ANGRY")
ALIASED = re.compile(r"reactions\.type\((\w+)\)[^,]*?\.as\((\w+)\)")
FOREVER = 1_000_000_000
SCOPES = ["pages_manage_posts", "pages_read_engagement", "pages_show_list"]


@dataclass(frozen=True)
class Identity:
    """Ids and secrets of the simulated Page and app."""

    page_id: str
    page_name: str
    token: str
    app_id: str
    app_secret: str


@dataclass(frozen=True)
class Call:
    """One request. path: after the version. chunk: the bytes of `video_file_chunk`, if sent."""

    method: str
    path: str
    params: Mapping[str, str]
    bearer: str
    base_url: str
    chunk: bytes | None = None


class GraphApi:
    """Answers calls from the store, applying the store's faults."""

    def __init__(self, store: Store, identity: Identity, gate: Gate, *, chunk_size: int) -> None:
        self.store, self.identity, self.gate = store, identity, gate
        self.chunk_size = chunk_size

    def answer(self, call: Call) -> Reply:
        """The reply with usage headers, faults applied."""
        refusal = self._unauthorised(call)
        if refusal:
            return refusal
        step = self.step_of(call)
        kind, params = self.store.take_fault(step) or ("", {})
        if kind == "hold" and params.get("when") == "before":
            self.gate.wait(step, float(params.get("seconds", 60)))
            if params.get("discard"):
                return Reply(close=True)
        if kind in REFUSALS:
            return self._refuse(kind, params, call)
        reply = self._route(step, call, kind, params)
        if kind == "hold" and params.get("when") != "before":
            self.gate.wait(step, float(params.get("seconds", 60)))
        if kind in UNTOLD:
            reply = reply_for(kind, params, None)
        return self._with_usage(reply, 0)

    def step_of(self, call: Call) -> str:
        """The step that a call belongs to, as faults name it."""
        page = self.identity.page_id
        if call.method == "POST" and call.path == f"{page}/videos":
            return call.params.get("upload_phase", "unknown")
        if call.path in {f"{page}/posts", f"{page}/published_posts", f"{page}/videos"}:
            return "posts"
        fixed = {"debug_token": "debug_token", page: "page", "me": "page"}
        if call.path in fixed:
            return fixed[call.path]
        return "counts" if "_" in call.path else "status"

    def _refuse(self, kind: str, params: Mapping[str, Any], call: Call) -> Reply:
        video = self.store.session(call.params.get("upload_session_id", ""))
        if kind == "restart_upload" and video:
            self.store.update_video(video["id"], session_lost=1)
        offsets = self._offsets(video) if video else None
        minutes = int(params.get("minutes", 5)) if kind == "throttle" else 0
        return self._with_usage(reply_for(kind, params, offsets), minutes)

    def _with_usage(self, reply: Reply, minutes: int) -> Reply:
        use = {"type": "pages", "call_count": 100 if minutes else 1, "total_cputime": 1}
        use |= {"total_time": 1, "estimated_time_to_regain_access": minutes}
        headers = {
            "X-Business-Use-Case-Usage": json.dumps({self.identity.page_id: [use]}),
            "X-App-Usage": json.dumps({"call_count": 1, "total_time": 1, "total_cputime": 1}),
        }
        more = {**reply.headers, **headers}
        return Reply(reply.status, reply.body, more, reply.content_type, reply.close)

    def _unauthorised(self, call: Call) -> Reply | None:
        own = f"{self.identity.app_id}|{self.identity.app_secret}"
        if call.bearer not in {self.identity.token, own}:
            return error_reply(190, "Invalid OAuth access token.", http=401)
        proof = call.params.get("appsecret_proof")
        if proof is not None:
            key, text = self.identity.app_secret.encode(), call.bearer.encode()
            if not hmac.compare_digest(proof, hmac.new(key, text, hashlib.sha256).hexdigest()):
                return error_reply(100, "Invalid appsecret_proof provided in the API argument")
        return None

    def _route(self, step: str, call: Call, kind: str, params: Mapping[str, Any]) -> Reply:
        if step == "start":
            return self._start(call)
        if step == "transfer":
            return self._transfer(call)
        if step == "finish":
            return self._finish(call, kind if kind in OUTCOMES else "", params)
        reads = {
            "status": self._status,
            "counts": self._counts,
            "posts": self._posts,
            "page": self._page,
            "debug_token": self._debug_token,
        }
        if step in reads and call.method == "GET":
            return reads[step](call)
        return error_reply(100, "Unsupported request")

    def _start(self, call: Call) -> Reply:
        size = call.params.get("file_size", "")
        if not size.isdigit() or int(size) == 0:
            return error_reply(100, "(#100) Param file_size must be a positive number")
        video = self.store.new_video(int(size), secrets.token_hex(8))
        ids = {"video_id": str(video["id"]), "upload_session_id": video["session_id"]}
        return Reply(body=ids | self._offsets(video))

    def _transfer(self, call: Call) -> Reply:
        video = self.store.session(call.params.get("upload_session_id", ""))
        if video is None or video["session_lost"]:
            return reply_for("restart_upload", {}, None)
        offset = call.params.get("start_offset", "")
        wanted = self._offsets(video)
        fits = call.chunk and len(call.chunk) <= int(wanted["end_offset"]) - video["received"]
        if offset != wanted["start_offset"] or not fits:
            return reply_for("wrong_offset", {}, wanted)
        self.store.write_bytes(video, int(offset), call.chunk or b"")
        return Reply(body=self._offsets(self.store.session(video["session_id"]) or video))

    def keep_part(self, call: Call) -> None:
        """After a reset during a transfer: store the bytes that arrived."""
        video = self.store.session(call.params.get("upload_session_id", ""))
        if video and call.chunk and call.params.get("start_offset") == str(video["received"]):
            self.store.write_bytes(video, video["received"], call.chunk)

    def _finish(self, call: Call, outcome: str, params: Mapping[str, Any]) -> Reply:
        video = self.store.session(call.params.get("upload_session_id", ""))
        if video is None or video["phase"] == "uploading":
            return error_reply(6000, "There was a problem with the uploaded file")
        text = call.params.get("description", "")
        polls = {"slow_processing": int(params.get("polls", 2)), "stuck_processing": FOREVER}
        hidden = bool(outcome) and outcome != "no_post_id"
        post_id = self.store.new_post(self.identity.page_id, text, video["id"], visible=not hidden)
        self.store.update_video(
            video["id"],
            phase="processing" if outcome in polls else "done",
            polls_left=polls.get(outcome, 0),
            outcome="published" if outcome in {"", *polls} else outcome,
            post_id=post_id,
            title=call.params.get("title", ""),
        )
        return Reply(body={"success": True})

    def _offsets(self, video: sqlite3.Row) -> dict[str, str]:
        end = min(video["size"], video["received"] + self.chunk_size)
        return {"start_offset": str(video["received"]), "end_offset": str(end)}

    def _status(self, call: Call) -> Reply:
        video = self.store.video(call.path)
        if video is None:
            text = f"Unsupported get request. Object with ID '{call.path}' does not exist"
            return error_reply(100, text, subcode=33)
        if video["phase"] == "processing":
            video = self._poll(video)
        post_id = video["post_id"] if video["outcome"] != "no_post_id" else None
        body: dict[str, Any] = {"id": str(video["id"]), "status": _status_of(video)}
        body["published"] = video["phase"] == "done" and video["outcome"] in SHOWN
        if body["published"]:
            body["permalink_url"] = f"{call.base_url}/posts/{video['post_id']}"
            body |= {"post_id": post_id} if post_id else {}
        return Reply(body=body)

    def _poll(self, video: sqlite3.Row) -> sqlite3.Row:
        """Processing advances one step with each status request."""
        left = video["polls_left"] - 1
        self.store.update_video(
            video["id"], polls_left=left, phase="processing" if left >= 0 else "done"
        )
        if left < 0:
            self.store.show_post(video["post_id"])
        return self.store.video(str(video["id"])) or video

    def _counts(self, call: Call) -> Reply:
        post = self.store.post(call.path)
        if post is None or not post["visible"]:
            return error_reply(100, f"Object with ID '{call.path}' does not exist", subcode=33)
        kinds: dict[str, int] = json.loads(post["reactions"])
        fields = call.params.get("fields", "")
        body: dict[str, Any] = {"id": post["id"]}
        for kind, alias in ALIASED.findall(fields):
            body[alias] = _summary(kinds.get(kind, 0))
        if not ALIASED.search(fields):
            body["reactions"] = _summary(sum(kinds.values()))
            body["comments"] = _summary(post["comments"])
            body["permalink_url"] = f"{call.base_url}/posts/{post['id']}"
            # Meta leaves the field out for a post that was never shared.
            body |= {"shares": {"count": post["shares"]}} if post["shares"] is not None else {}
        return Reply(body=body)

    def _posts(self, call: Call) -> Reply:
        posts = self.store.posts(visible_only=True)
        first = int(call.params.get("after") or 0)
        limit = min(int(call.params.get("limit") or 25), 100)
        page = posts[first : first + limit]
        data = [
            {
                "id": post["id"],
                "message": post["message"],
                "created_time": post["created"],
                "permalink_url": f"{call.base_url}/posts/{post['id']}",
            }
            for post in page
        ]
        paging: dict[str, Any] = {"cursors": {"before": str(first), "after": str(first + limit)}}
        if first + limit < len(posts):
            paging["next"] = f"{call.base_url}/v25.0/{call.path}?after={first + limit}"
        return Reply(body={"data": data, "paging": paging})

    def _page(self, call: Call) -> Reply:
        name = self.identity.page_name
        return Reply(body={"id": self.identity.page_id, "name": name, "is_published": True})

    def _debug_token(self, call: Call) -> Reply:
        valid = call.params.get("input_token") == self.identity.token
        data: dict[str, Any] = {
            "app_id": self.identity.app_id,
            "type": "PAGE",
            "application": "Simulator",
            "profile_id": self.identity.page_id,
            "expires_at": 0,
            "data_access_expires_at": 0,
            "is_valid": valid,
            "scopes": SCOPES if valid else [],
        }
        data |= json.loads(self.store.setting("token_info") or "{}")
        return Reply(body={"data": data})


SHOWN = frozenset({"published", "no_post_id"})


def _status_of(video: sqlite3.Row) -> dict[str, Any]:
    done, outcome = video["phase"] == "done", video["outcome"]
    whole = video["received"] >= video["size"]
    names = {"uploading": "uploading", "uploaded": "upload_complete", "processing": "processing"}
    processing: dict[str, Any] = {"status": "complete" if done else "not_started"}
    publishing: dict[str, Any] = {"status": "complete" if done else "not_started"}
    if video["phase"] == "processing":
        processing["status"] = "in_progress"
    if done:
        publishing["publish_status"] = "published" if outcome in SHOWN else "draft"
    if outcome == "processing_error":
        processing = {"status": "error", "errors": [{"code": 1363008, "message": "Bad video"}]}
        publishing = {"status": "not_started"}
    failed = outcome == "processing_error"
    return {
        "video_status": "error" if failed else names.get(video["phase"], "ready"),
        "uploading_phase": {
            "status": "complete" if whole else "in_progress",
            "bytes_transferred": video["received"],
            "source_file_size": video["size"],
        },
        "processing_phase": processing,
        "publishing_phase": publishing,
    }


def _summary(total: int) -> dict[str, Any]:
    return {"data": [], "summary": {"total_count": total}}
