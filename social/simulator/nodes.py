"""What the simulated Page tells: videos, posts, their numbers, its lists."""

import json
import re
import sqlite3
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from social.simulator.answers import answers
from social.simulator.calls import Call, Identity
from social.simulator.faults import Reply, error_reply
from social.simulator.store import Store

ALIASED = re.compile(r"reactions\.type\((\w+)\)[^,]*?\.as\((\w+)\)")
SHOWN = frozenset({"published", "no_post_id"})
MOST_IDS = 50  # that one call may name
FOREIGN = "foreign"  # the outcome of a video on another Page
OTHER_PAGE = "300000000000003"


class Nodes:
    """Reads of single nodes and of lists."""

    def __init__(self, store: Store, identity: Identity) -> None:
        self.store, self.identity = store, identity

    def video(self, call: Call) -> Reply:
        """A video's node, or what asking for another id answers."""
        video = self.store.video(call.path)
        if video is None:
            return self._no_video(call.path)
        if video["outcome"] == FOREIGN and answers(self.store)["foreign"] == "refused":
            return _not_yours()
        if video["phase"] == "processing" or video["polls_left"] > 0:
            video = self._poll(video)
        return Reply(body=_asked(self.video_body(video, call.base_url), call))

    def video_body(self, video: sqlite3.Row, base_url: str) -> dict[str, Any]:
        how = answers(self.store)
        post = self.store.post(video["post_id"] or "")
        shown = video["phase"] == "done" and video["outcome"] in {*SHOWN, FOREIGN}
        owner = OTHER_PAGE if video["outcome"] == FOREIGN else self.identity.page_id
        body: dict[str, Any] = {
            "id": str(video["id"]), "status": _status_of(video, how), "published": shown,
            "description": post["message"] if post else "",
        }
        body |= {"from": {"id": owner}} if how["owner"] == "told" else {}
        if shown and post:
            body["created_time"] = post["created"]
            body["permalink_url"] = self.permalink(post, base_url)
            bare = str(post["id"]).rpartition("_")[2]
            hidden = video["outcome"] == "no_post_id" and video["polls_left"] > 0
            told = bare if how["post_id"] == "bare" else post["id"]
            body |= {} if hidden else {"post_id": told}
        return body

    def permalink(self, post: sqlite3.Row, base_url: str) -> str:
        """As the switch says; a post without a video has the coded id that nobody can read."""
        if not post["video_id"]:
            return f"{base_url}/{self.identity.page_id}/posts/pfbid0{post['number']}"
        relative = answers(self.store)["permalink"] == "relative"
        return f"{'' if relative else base_url}/reel/{post['video_id']}/"

    def _no_video(self, path: str) -> Reply:
        if path.startswith("pfbid"):
            text = f"(#803) Some of the aliases you requested do not exist: {path}"
            return error_reply(803, text, http=404)
        if self.store.post(f"{self.identity.page_id}_{path}"):
            if int(answers(self.store)["bare_error"]) == 100:  # noqa: PLR2004 - Meta's code
                return error_reply(100, "(#100) Tried accessing nonexisting field (reactions)")
            return error_reply(12, "(#12) singular statuses API is deprecated for this version")
        text = f"Unsupported get request. Object with ID '{path}' does not exist"
        return error_reply(100, text, subcode=33)

    def _poll(self, video: sqlite3.Row) -> sqlite3.Row:
        """Processing, and what is told late, advance one step with each request."""
        left = video["polls_left"] - 1
        ended = left < 0 or video["phase"] == "done"
        phase = "done" if ended else "processing"
        self.store.update_video(video["id"], polls_left=left, phase=phase)
        if left < 0:
            self.store.show_post(video["post_id"])
        return self.store.video(str(video["id"])) or video

    def posts(self, call: Call) -> Reply:
        """Several posts by `ids`, at most 50: one that is refused refuses all, as Meta does."""
        asked = call.params["ids"].split(",")
        if len(asked) > MOST_IDS:
            return error_reply(100, f"(#100) Too many IDs. Maximum: {MOST_IDS}.")
        body: dict[str, Any] = {}
        for one in asked:
            reply = self.post(replace(call, path=one))
            if reply.status != 200:  # noqa: PLR2004
                return reply
            body[one] = reply.body
        return Reply(body=body)

    def post(self, call: Call) -> Reply:
        """A post's node: its numbers, its words, its owner."""
        post = self.store.post(call.path)
        if post is None or not post["visible"]:
            return error_reply(100, f"Object with ID '{call.path}' does not exist", subcode=33)
        fields, how = call.params.get("fields", ""), answers(self.store)
        if _owner(post) == OTHER_PAGE and how["foreign"] == "refused":
            return _not_yours()
        for field in filter(None, str(how["refused_fields"]).split(",")):
            if re.search(rf"\b{re.escape(field)}\b", fields):
                return error_reply(100, f"(#100) Tried accessing nonexisting field ({field})")
        kinds: dict[str, int] = json.loads(post["reactions"])
        body: dict[str, Any] = {"id": post["id"]}
        for kind, alias in ALIASED.findall(fields):
            body[alias] = _summary(kinds.get(kind, 0), how)
        if ALIASED.search(fields):
            return Reply(body=body)
        return Reply(body=_asked(body | self._post_body(post, kinds, how, call.base_url), call))

    def _post_body(
        self, post: sqlite3.Row, kinds: dict[str, int], how: dict[str, Any], base_url: str
    ) -> dict[str, Any]:
        body: dict[str, Any] = {
            "reactions": _summary(sum(kinds.values()), how),
            "comments": _summary(post["comments"], how),
            "message": post["message"], "created_time": post["created"],
            "permalink_url": self._absolute(post, base_url),
        }
        body |= {"from": {"id": _owner(post)}} if how["owner"] == "told" else {}
        if post["shares"] is not None and how["shares"] == "told":
            body["shares"] = {"count": _number(post["shares"], how)}
        return body

    def _absolute(self, post: sqlite3.Row, base_url: str) -> str:
        address = self.permalink(post, base_url)
        return base_url + address if address.startswith("/") else address

    def list(self, call: Call) -> Reply:
        """One of the Page's lists: `published_posts`, `video_reels` or `videos`."""
        how, name = answers(self.store), call.path.rpartition("/")[2]
        posts = [post for post in self.store.posts(visible_only=True) if self._in(post, name, how)]
        first = int(call.params.get("after") or 0)
        limit = min(int(call.params.get("limit") or 25), 100)
        data = [_asked(self._row(post, name, call.base_url), call)
                for post in posts[first : first + limit]]
        last = first + limit
        paging: dict[str, Any] = {}
        if how["paging"] == "cursors":
            paging["cursors"] = {"before": str(first), "after": str(last)}
        if last < len(posts):
            query = urlencode({"access_token": call.bearer, "after": last})
            paging["next"] = f"{call.base_url}/v25.0/{call.path}?{query}"
        return Reply(body={"data": data, "paging": paging})

    def _in(self, post: sqlite3.Row, name: str, how: dict[str, Any]) -> bool:
        video = self.store.video(str(post["video_id"] or ""))
        if video is not None and video["outcome"] == FOREIGN:
            return False
        reel = video is not None and (how["reels"] == "all" or video["route"] == "reels")
        wanted = {"video_reels": reel, "videos": video is not None and not reel}
        return wanted.get(name, not reel)

    def _row(self, post: sqlite3.Row, name: str, base_url: str) -> dict[str, Any]:
        video = self.store.video(str(post["video_id"] or ""))
        if name in {"video_reels", "videos"} and video is not None:
            return self.video_body(video, base_url)
        return {"id": post["id"], **self._post_body(post, {}, answers(self.store), base_url)}


def _owner(post: sqlite3.Row) -> str:
    return str(post["id"]).partition("_")[0]


def _not_yours() -> Reply:
    return error_reply(10, "(#10) This endpoint requires the 'Page Public Content Access' feature")


def _asked(body: dict[str, Any], call: Call) -> dict[str, Any]:
    """The id and the fields that the call asks for."""
    fields = re.sub(r"[.{(][^,]*", "", call.params.get("fields", ""))
    wanted = {"id", *fields.split(",")}
    return {name: value for name, value in body.items() if name in wanted or not fields}


def _status_of(video: sqlite3.Row, how: dict[str, Any]) -> dict[str, Any]:
    done, outcome = video["phase"] == "done", video["outcome"]
    failed = outcome == "processing_error"
    names = {"uploading": "uploading", "uploaded": "upload_complete", "processing": "processing"}
    processing: dict[str, Any] = {"status": "complete" if done else "not_started"}
    publishing: dict[str, Any] = {"status": "complete" if done else "not_started"}
    if video["phase"] == "processing":
        processing["status"] = "in_progress"
    if done:
        publishing["publish_status"] = "published" if outcome in SHOWN else "draft"
    if failed:
        processing = {"status": "error", "errors": [{"code": 1363008, "message": "Bad video"}]}
        publishing = {"status": "not_started"}
    return {
        "video_status": "error" if failed else names.get(video["phase"], "ready"),
        "uploading_phase": {
            "status": "complete" if 0 < video["size"] <= video["received"] else "in_progress",
            how["bytes_name"]: video["received"],
            "source_file_size": video["size"],
        },
        "processing_phase": processing,
        "publishing_phase": publishing,
        "copyright_check_status": {"status": how["copyright"] if done else "not_started"},
    }


def _summary(total: int, how: dict[str, Any]) -> dict[str, Any]:
    return {"data": [], "summary": {"total_count": _number(total, how)}}


def _number(value: int, how: dict[str, Any]) -> int | str:
    return str(value) if how["numbers"] == "text" else value
