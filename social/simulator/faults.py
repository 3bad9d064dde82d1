"""The ways in which the simulator can misbehave, each switched on for a step and a number of times.

Steps: `start`, `transfer`, `finish`, `status`, `counts`, `posts`, `page`, `debug_token`, or `any`.

Refusals (nothing is done): `error_before`, `throttle` (minutes, code), `expired_token`,
`permission`, `invalid_input`, `policy` (subcode), `wrong_offset`, `restart_upload`,
`bad_gateway`, `drop`, `reset_at` (bytes, keep), `empty`, `error_in_200`, `redirect`.
Done, but not reported: `error_after`, `lost_response`, `duplicate` (506), `duplicate_policy`.
Waiting: `hold` (when = before or after it is done; with `discard` a request held before is never
done), released by `POST /_control/release`.
At `finish`, what becomes of the video: `slow_processing` (polls), `stuck_processing`, `draft`,
`processing_error`, `no_post_id` (polls: how many requests until it is told after all).
A fault with `about` waits for a call that concerns this text: a post's id, words of its message.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STEPS = frozenset(
    {"start", "transfer", "finish", "status", "counts", "posts", "page", "debug_token", "any"}
)
REFUSALS = frozenset(
    {"error_before", "throttle", "expired_token", "permission", "invalid_input", "policy"}
    | {"wrong_offset", "restart_upload", "bad_gateway", "drop", "reset_at"}
    | {"empty", "error_in_200", "redirect"}
)
UNTOLD = frozenset({"error_after", "lost_response", "duplicate", "duplicate_policy"})
OUTCOMES = frozenset(
    {"slow_processing", "stuck_processing", "draft", "processing_error", "no_post_id"}
)
KINDS = REFUSALS | UNTOLD | OUTCOMES | {"hold"}


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. body: JSON object, or text when `content_type` says so.

    close: send nothing and close the connection.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    close: bool = False


def error_reply(code: int, message: str, *, subcode: int | None = None, **more: Any) -> Reply:
    """Meta's error shape. `http` sets the status, `data` the `error_data`."""
    error: dict[str, Any] = {
        "message": message,
        "type": "OAuthException",
        "code": code,
        "is_transient": bool(more.get("is_transient", False)),
        "fbtrace_id": f"Sim{code:06d}{subcode or 0}",
    }
    error |= {"error_subcode": subcode} if subcode is not None else {}
    error |= {"error_data": more["data"]} if "data" in more else {}
    error |= {"error_user_msg": more["user_message"]} if "user_message" in more else {}
    return Reply(int(more.get("http", 400)), {"error": error})


def offset_reply(form: str, offsets: Mapping[str, str]) -> Reply:
    """Other bytes are wanted, in one of the three forms that were reported."""
    text = "There was a problem uploading your video. Please try again."
    if form == "beside":
        reply = error_reply(1363037, text)
        return Reply(reply.status, {**reply.body, **offsets})
    data = json.dumps(offsets) if form == "text" else dict(offsets)
    return error_reply(6001, text, subcode=1363037, data=data)


def upload_host_reply(kind: str, *, retriable: bool = True) -> Reply:
    """A refusal by the host that takes a reel's bytes, in its own shape."""
    info = {"retriable": retriable, "type": kind, "message": "The request could not be processed"}
    return Reply(400, {"debug_info": info})


def reply_for(
    kind: str, params: Mapping[str, Any], offsets: Mapping[str, str] | None, form: str = "beside"
) -> Reply:
    """The faulty reply that replaces the true one. offsets: of the session, if any."""
    if kind in {"drop", "lost_response", "reset_at"}:
        return Reply(close=True)
    if kind == "bad_gateway":
        return Reply(502, "<html><h1>Bad Gateway</h1></html>", content_type="text/html")
    if kind == "throttle":
        return error_reply(int(params.get("code", 80001)), "There have been too many calls.")
    if kind == "wrong_offset":
        return offset_reply(form, offsets or {})
    return _plain(kind, params)


def _plain(kind: str, params: Mapping[str, Any]) -> Reply:
    unknown = "An unknown error occurred"
    table: dict[str, Reply] = {
        "error_before": error_reply(2, unknown, http=500, is_transient=True),
        "error_after": error_reply(2, unknown, http=500, is_transient=True),
        "expired_token": error_reply(190, "Error validating access token.", subcode=463, http=401),
        "permission": error_reply(200, "(#200) Permissions error", http=403),
        "invalid_input": error_reply(100, "(#100) Invalid parameter"),
        "policy": error_reply(
            368,
            "The action attempted has been deemed abusive or is otherwise disallowed",
            subcode=int(params.get("subcode", 1390008)),
            user_message="You are posting too fast.",
        ),
        "restart_upload": error_reply(6000, "Upload timed out", subcode=1363030),
        "empty": Reply(200, "", content_type="text/plain"),
        "error_in_200": error_reply(2, unknown, http=200),
        "redirect": Reply(302, "", {"Location": "/login/"}, content_type="text/html"),
        "duplicate": error_reply(506, "Duplicate status message"),
        "duplicate_policy": error_reply(368, "Already posted", subcode=1404082),
    }
    return table[kind]


class Gate:
    """Requests held on purpose, so that a test can kill their sender at a known point."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._lock = threading.Lock()
        self._held: list[str] = []

    def wait(self, step: str, seconds: float) -> None:
        with self._lock:
            self._held.append(step)
            gate = self._open
        gate.wait(seconds)

    def held(self) -> list[str]:
        with self._lock:
            return list(self._held)

    def release(self) -> None:
        """Release all held requests; later ones wait for the next release."""
        with self._lock:
            self._open.set()
            self._open, self._held = threading.Event(), []
