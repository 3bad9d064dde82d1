"""A Facebook Page through Meta's Graph API: both ports of `social.ports`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from social.calls import GraphCalls
from social.errors import MaybeLive, MetaDetails, NotPermitted, NotThere, Transient
from social.multipart import FormWithSlice
from social.page_check import check_page
from social.settings import GraphSettings
from social.translate import finish_error
from social.usage import Usage
from social.values import (
    Counts,
    Offsets,
    PageCheck,
    PagePost,
    UploadStarted,
    VideoState,
    VideoStatus,
)
from social.video_status import FIELDS, absolute, read_status

REACTION_KINDS = ("LIKE", "LOVE", "CARE", "HAHA", "WOW", "SAD", "ANGRY")
COUNT_FIELDS = (
    "shares,reactions.limit(0).summary(total_count),"
    "comments.limit(0).summary(total_count),permalink_url"
)
POST_FIELDS = "id,message,permalink_url,created_time"
POSTS_PER_PAGE = 100


class GraphPage:
    """The Page of `settings`. Cheap to make; not to be shared between threads.

    Raises the errors that `social.ports` lists for each step.
    """

    def __init__(self, settings: GraphSettings) -> None:
        self.page_id = settings.page_id
        self._calls = GraphCalls(settings)

    @property
    def usage(self) -> Usage:
        """The limits as of the newest answer; wait when `percent` nears 100."""
        return self._calls.usage

    def start(self, size: int) -> UploadStarted:
        """`upload_phase=start`; see `Publisher.start`."""
        body = self._videos(upload_phase="start", file_size=str(size))
        return UploadStarted(
            session_id=_text(body, "upload_session_id"),
            video_id=_text(body, "video_id"),
            offsets=_offsets(body),
        )

    def transfer(self, session_id: str, offsets: Offsets, clip: Path) -> Offsets:
        """`upload_phase=transfer` with the bytes requested by the Page, streamed from disk.

        Raises OSError where the clip on disk is too short.
        """
        fields = {
            "upload_phase": "transfer",
            "upload_session_id": session_id,
            "start_offset": str(offsets.start),
            **self._calls.settings.proof(),
        }
        with FormWithSlice(fields, "video_file_chunk", clip, offsets.start, offsets.end) as form:
            return _offsets(self._calls.post_form(f"{self.page_id}/videos", form).body)

    def finish(self, session_id: str, *, title: str, description: str) -> None:
        """`upload_phase=finish`, once; see `Publisher.finish`."""
        fields = {
            "upload_phase": "finish",
            "upload_session_id": session_id,
            "title": title,
            "description": description,
        }
        answer = self._calls.post(
            f"{self.page_id}/videos",
            fields,
            read_timeout=self._calls.settings.finish_timeout,
            translate=finish_error,
        )
        if answer.body.get("success") is not True:
            raise MaybeLive(details=MetaDetails(message="the Page did not say success"))

    def status(self, video_id: str) -> VideoStatus:
        """See `Publisher.status`."""
        try:
            return read_status(self._calls.get(video_id, fields=FIELDS).body)
        except NotThere as error:
            return VideoStatus(VideoState.NOT_THERE, message=str(error))

    def counts(self, post_id: str) -> Counts:
        """See `InteractionReader.counts`. Kinds take a second call: a retired field fails one."""
        body = self._calls.get(post_id, fields=COUNT_FIELDS).body
        by_kind = self._kinds(post_id)
        shares = body.get("shares")
        return Counts(
            post_id=post_id,
            reactions=_total(body.get("reactions")),
            shares=_count(shares.get("count")) if isinstance(shares, Mapping) else None,
            comments=_total(body.get("comments")),
            by_kind=by_kind,
            permalink=absolute(body.get("permalink_url")),
            raw=body,
        )

    def posts_mentioning(self, marker: str, *, limit: int = 100) -> list[PagePost]:
        """See `Publisher.posts_mentioning`."""
        found: list[PagePost] = []
        seen, after = 0, ""
        while seen < limit:
            page = min(POSTS_PER_PAGE, limit - seen)
            params = {"fields": POST_FIELDS, "limit": str(page)} | (
                {"after": after} if after else {}
            )
            body = self._calls.get(f"{self.page_id}/published_posts", **params).body
            data = body.get("data")
            listed = data if isinstance(data, list) else []
            posts = [post for post in listed if isinstance(post, Mapping)]
            found += [_post(post) for post in posts if marker in str(post.get("message") or "")]
            seen += len(posts)
            after = _next_cursor(body)
            if not posts or not after:
                break
        return found

    def check_page(self) -> PageCheck:
        """See `Publisher.check_page`."""
        return check_page(self._calls, datetime.now(UTC))

    def _videos(self, **fields: str) -> Mapping[str, object]:
        return self._calls.post(f"{self.page_id}/videos", fields).body

    def _kinds(self, post_id: str) -> dict[str, int] | None:
        fields = ",".join(
            f"reactions.type({kind}).limit(0).summary(total_count).as({kind.lower()})"
            for kind in REACTION_KINDS
        )
        try:
            body = self._calls.get(post_id, fields=fields).body
        except (NotPermitted, Transient):
            return None
        totals = {kind: _total(body.get(kind.lower())) for kind in REACTION_KINDS}
        known = {kind: total for kind, total in totals.items() if total is not None}
        return known or None


def _offsets(body: Mapping[str, object]) -> Offsets:
    start, end = _count(body.get("start_offset")), _count(body.get("end_offset"))
    if start is None or end is None:
        raise Transient(details=MetaDetails(message="the Page's answer holds no offsets"))
    return Offsets(start, end)


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if not value:
        raise Transient(details=MetaDetails(message=f"the Page's answer holds no {name}"))
    return str(value)


def _count(value: object) -> int | None:
    """A whole number or None; Meta sends some as text."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else None


def _total(edge: object) -> int | None:
    summary = edge.get("summary") if isinstance(edge, Mapping) else None
    return _count(summary.get("total_count")) if isinstance(summary, Mapping) else None


def _next_cursor(body: Mapping[str, object]) -> str:
    paging = body.get("paging")
    if not isinstance(paging, Mapping) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return str(cursors.get("after") or "") if isinstance(cursors, Mapping) else ""


def _post(post: Mapping[str, object]) -> PagePost:
    try:
        created = datetime.strptime(str(post.get("created_time")), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        created = None
    return PagePost(
        post_id=str(post.get("id")),
        message=str(post.get("message") or ""),
        permalink=absolute(post.get("permalink_url")),
        created=created,
    )
