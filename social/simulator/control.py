"""The simulator's own switches, under `/_control/`. Not part of the Graph API.

POST faults {step, kind, times, …params}   DELETE faults      GET faults
POST interactions {post_id | code, reactions, shares, comments}
POST answers {name: value}: how the Page answers; see `social.simulator.answers`
GET posts
POST posts {message, kind, foreign}: somebody posted by hand, a `video` (default) or a `text`; with
  `foreign` a video on another Page. Tells post_id, video_id, permalink
POST short {to}: a short address; tells `path`, which redirects to the address `to`
POST show {code}: somebody publishes a draft or a video stuck in processing
POST hide {code}: somebody deletes a post and its video
POST token {is_valid, scopes, …}: what debug_token returns
GET held                                   POST release: see the fault `hold`
DELETE everything: reset to the initial state
"""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from social.simulator.answers import switch
from social.simulator.faults import KINDS, STEPS, Gate, Reply
from social.simulator.graph_api import KINDS as REACTION_KINDS
from social.simulator.nodes import FOREIGN, OTHER_PAGE
from social.simulator.store import Store


class Control:
    """Answers the switches of one simulated Page."""

    def __init__(self, store: Store, gate: Gate, page_id: str) -> None:
        self.store, self.gate, self.page_id = store, gate, page_id

    def answer(self, method: str, what: str, body: Mapping[str, Any], base_url: str) -> Reply:
        """A JSON reply; 400 with the problem for an invalid request."""
        try:
            return self._route(f"{method} {what}", body, base_url)
        except (KeyError, TypeError, ValueError) as error:
            return Reply(400, {"problem": f"{type(error).__name__}: {error}"})

    def _route(self, what: str, body: Mapping[str, Any], base_url: str) -> Reply:
        if what == "GET posts":
            return Reply(body={"posts": [self._post(row, base_url) for row in self.store.posts()]})
        if what == "GET faults":
            return Reply(body={"faults": self.store.faults()})
        if what == "GET held":
            return Reply(body={"held": self.gate.held()})
        changes: dict[str, Callable[[Mapping[str, Any]], dict[str, Any] | None]] = {
            "POST posts": lambda info: self._post_by_hand(info, base_url),
            "POST answers": lambda changes: switch(self.store, dict(changes)),
            "POST short": self._short,
            "POST faults": self._add_fault,
            "DELETE faults": lambda _: self.store.clear_faults(),
            "POST interactions": self._interactions,
            "POST show": self._show,
            "POST hide": self._hide,
            "POST token": lambda info: self.store.set_setting("token_info", json.dumps(info)),
            "POST release": lambda _: self.gate.release(),
            "DELETE everything": lambda _: self.store.clear(),
        }
        if what not in changes:
            return Reply(404, {"problem": f"no switch {what!r}"})
        return Reply(body=changes[what](body) or {"done": True})

    def _post(self, row: Any, base_url: str) -> dict[str, Any]:
        values = dict(row) | {"reactions": json.loads(row["reactions"])}
        values["permalink"] = address_of(row, self.page_id, base_url)
        values["sha256"] = self.store.video_sha256(row["video_id"])
        return values

    def _post_by_hand(self, body: Mapping[str, Any], base_url: str) -> dict[str, Any]:
        text, video = str(body["message"]), None
        if body.get("kind", "video") == "video":
            video = self.store.new_video(1, secrets.token_hex(8), "reels")["id"]
        owner = OTHER_PAGE if body.get("foreign") else self.page_id
        post_id = self.store.new_post(owner, text, video, visible=True)
        if video:
            outcome = FOREIGN if body.get("foreign") else "published"
            self.store.update_video(
                video, received=1, phase="done", outcome=outcome, post_id=post_id
            )
        address = address_of(self.store.post(post_id), self.page_id, base_url)
        return {"post_id": post_id, "video_id": str(video or ""), "permalink": address}

    def _short(self, body: Mapping[str, Any]) -> dict[str, Any]:
        path = f"/share/v/{secrets.token_hex(5)}/"
        self.store.set_setting(f"short {path.strip('/')}", str(body["to"]))
        return {"path": path}

    def _add_fault(self, body: Mapping[str, Any]) -> dict[str, Any]:
        step, kind = body["step"], body["kind"]
        if step not in STEPS or kind not in KINDS:
            raise ValueError(f"step {step!r} or kind {kind!r} is unknown")
        params = {name: body[name] for name in body if name not in {"step", "kind", "times"}}
        return {"id": self.store.add_fault(step, kind, params, int(body.get("times", 1)))}

    def _interactions(self, body: Mapping[str, Any]) -> dict[str, Any]:
        post_id = str(body.get("post_id") or self._post_of(str(body.get("code"))))
        values: dict[str, Any] = {
            name: body[name] for name in ("shares", "comments") if name in body
        }
        if "reactions" in body:
            values["reactions"] = json.dumps(_kinds(body["reactions"]))
        if self.store.post(post_id) is None or not values:
            raise ValueError("no such post, or nothing to set")
        self.store.set_counts(post_id, values)
        return {"post_id": post_id}

    def _show(self, body: Mapping[str, Any]) -> dict[str, Any]:
        post_id = self._post_of(str(body["code"]))
        self.store.publish_by_hand(post_id)
        return {"post_id": post_id}

    def _hide(self, body: Mapping[str, Any]) -> dict[str, Any]:
        post_id = self._post_of(str(body["code"]))
        self.store.hide(post_id)
        return {"post_id": post_id}

    def _post_of(self, code: str) -> str:
        for post in self.store.posts():
            if code in post["message"]:
                return str(post["id"])
        raise ValueError(f"no post mentions {code!r}")


def _kinds(reactions: Any) -> dict[str, int]:
    """Reactions by kind; a bare number means that many LIKEs."""
    if isinstance(reactions, int):
        return {"LIKE": reactions}
    unknown = set(reactions) - set(REACTION_KINDS)
    if unknown:
        raise ValueError(f"unknown kinds {sorted(unknown)}")
    return {kind: int(number) for kind, number in reactions.items()}


def address_of(post: Any, page_id: str, base_url: str) -> str:
    """Where people see a post."""
    if post["video_id"]:
        return f"{base_url}/reel/{post['video_id']}/"
    return f"{base_url}/{page_id}/posts/pfbid0{post['number']}"
