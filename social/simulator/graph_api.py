"""The part of the Graph API in use: uploads, video status, posts, counts, token, Page."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from social.simulator.answers import answers
from social.simulator.calls import Call, Identity
from social.simulator.faults import OUTCOMES, REFUSALS, UNTOLD, Gate, Reply, error_reply, reply_for
from social.simulator.nodes import Nodes
from social.simulator.store import Store
from social.simulator.uploads import UPLOAD_HOST_PATH, Uploads

KINDS = ("LIKE", "LOVE", "CARE", "HAHA", "WOW", "SAD", "ANGRY")
SCOPES = ["pages_manage_posts", "pages_read_engagement", "pages_show_list"]
LISTS = ("posts", "published_posts", "videos", "video_reels")


class GraphApi:
    """Answers calls from the store, applying the store's faults."""

    def __init__(self, store: Store, identity: Identity, gate: Gate, *, chunk_size: int) -> None:
        self.store, self.identity, self.gate = store, identity, gate
        self.uploads = Uploads(store, identity, chunk_size=chunk_size)
        self.nodes = Nodes(store, identity)

    def answer(self, call: Call) -> Reply:
        """The reply with usage headers, faults applied."""
        refusal = self._unauthorised(call)
        if refusal:
            return refusal
        step = self.step_of(call)
        kind, params = self.store.take_fault(step, self._about(call)) or ("", {})
        if kind == "hold" and params.get("when") == "before":
            self.gate.wait(step, float(params.get("seconds", 60)))
            if params.get("discard"):
                return Reply(close=True)
        if kind in REFUSALS:
            minutes = int(params.get("minutes", 5)) if kind == "throttle" else 0
            return self._with_usage(self.uploads.refuse(kind, params, call), minutes)
        reply = self._route(step, call, kind, params)
        if kind == "hold" and params.get("when") != "before":
            self.gate.wait(step, float(params.get("seconds", 60)))
        if kind in UNTOLD:
            reply = reply_for(kind, params, None)
        return self._with_usage(reply, 0)

    def step_of(self, call: Call) -> str:
        """The step that a call belongs to, as faults name it."""
        page = self.identity.page_id
        if call.path.startswith(UPLOAD_HOST_PATH):
            return "transfer"
        if call.method == "POST" and call.path in {f"{page}/videos", f"{page}/video_reels"}:
            return call.params.get("upload_phase", "unknown")
        if call.path in {f"{page}/{name}" for name in LISTS}:
            return "posts"
        fixed = {"debug_token": "debug_token", page: "page", "me": "page"}
        if call.path in fixed:
            return fixed[call.path]
        return "counts" if "_" in call.path or "ids" in call.params else "status"

    def _about(self, call: Call) -> str:
        asked = call.params.get("ids", call.path).split(",")
        posts = [(path, self.store.post(path)) for path in asked]
        return " ".join(f"{path} {post['message']}" if post else path for path, post in posts)

    def _with_usage(self, reply: Reply, minutes: int) -> Reply:
        used = 100 if minutes else answers(self.store)["usage"]
        use = {"type": "pages", "call_count": used, "total_cputime": 1}
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
            return self.uploads.start(call)
        if step == "transfer":
            return self.uploads.transfer(call)
        if step == "finish":
            return self.uploads.finish(call, kind if kind in OUTCOMES else "", params)
        reads = {
            "status": self.nodes.video,
            "counts": self.nodes.posts if "ids" in call.params else self.nodes.post,
            "posts": self.nodes.list,
            "page": self._page,
            "debug_token": self._debug_token,
        }
        if step in reads and call.method == "GET":
            return reads[step](call)
        return error_reply(100, "Unsupported request")

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
