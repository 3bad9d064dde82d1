"""A Facebook Page through Meta's Graph API: both ports of `social.ports`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from social import listing, lookup, reels
from social.calls import GraphCalls
from social.counting import read_counts, read_many
from social.errors import MaybeLive, MetaDetails, NotThere, ResumeFromOffset, Transient
from social.json_values import as_bool, as_text, whole
from social.links import PostLink
from social.multipart import FormWithSlice
from social.page_check import check_page
from social.settings import GraphSettings
from social.translate import finish_error
from social.usage import Usage
from social.values import (
    Counts,
    Lookup,
    Offsets,
    PageCheck,
    PagePost,
    Route,
    UploadStarted,
    VideoState,
    VideoStatus,
)
from social.video_status import FIELDS, read_status


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

    def start(self, size: int, route: Route = Route.VIDEOS) -> UploadStarted:
        """`upload_phase=start`; see `Publisher.start`."""
        if route is Route.REELS:
            return reels.start(self._calls, size)
        body = self._videos(upload_phase="start", file_size=str(size))
        there = as_bool(body.get("skip_upload"))
        return UploadStarted(
            session_id=_text(body, "upload_session_id"),
            video_id=_text(body, "video_id"),
            offsets=Offsets(size, size) if there else _offsets(body, size, first=True),
        )

    def resume(self, session_id: str, offsets: Offsets, size: int) -> Offsets:
        """See `Publisher.resume`. The classic route tells by refusing wrong offsets."""
        if reels.route_of(session_id) is Route.REELS:
            return reels.there(self._calls, session_id, size)
        return offsets

    def transfer(
        self, session_id: str, offsets: Offsets, clip: Path,
        progress: Callable[[], object] = lambda: None,
    ) -> Offsets:
        """The bytes requested by the Page, streamed from disk; see `Publisher.transfer`.

        Raises OSError where the clip on disk is too short.
        """
        if reels.route_of(session_id) is Route.REELS:
            return reels.transfer(self._calls, session_id, offsets, clip, progress)
        fields = {
            "upload_phase": "transfer",
            "upload_session_id": session_id,
            "start_offset": str(offsets.start),
            **self._calls.settings.proof(),
        }
        size = clip.stat().st_size
        with FormWithSlice(fields, "video_file_chunk", clip, offsets.start, offsets.end) as form:
            try:
                answer = self._calls.post_form(f"{self.page_id}/videos", form)
            except ResumeFromOffset as error:
                wanted = Offsets.wanted(error.start, error.end, size)
                raise ResumeFromOffset(wanted.start, wanted.end, error.details) from None
        return _offsets(answer.body, size)

    def finish(self, session_id: str, *, title: str, description: str) -> None:
        """`upload_phase=finish`, once; see `Publisher.finish`."""
        if reels.route_of(session_id) is Route.REELS:
            answer = reels.finish(self._calls, session_id, title=title, description=description)
        else:
            answer = self._calls.post(
                f"{self.page_id}/videos",
                {
                    "upload_phase": "finish",
                    "upload_session_id": session_id,
                    "title": title,
                    "description": description,
                },
                read_timeout=self._calls.settings.finish_timeout,
                translate=finish_error,
            )
        if not as_bool(answer.body.get("success")):
            raise MaybeLive(details=MetaDetails(message="the Page did not say success"))

    def status(self, video_id: str) -> VideoStatus:
        """See `Publisher.status`."""
        try:
            body = self._calls.get(video_id, fields=FIELDS).body
        except NotThere as error:
            return VideoStatus(VideoState.NOT_THERE, message=str(error))
        status = read_status(body, self._calls.settings.web_url)
        bare = status.post_id
        return replace(status, post_id=listing.full_id(bare, self.page_id)) if bare else status

    def counts(
        self, post_id: str, *, kinds: bool = True, within: float | None = None
    ) -> Counts:
        """See `InteractionReader.counts`."""
        return read_counts(self._calls, post_id, kinds=kinds, within=within)

    def counts_of_many(
        self, post_ids: Sequence[str], *, kinds: bool = True, within: float | None = None
    ) -> Mapping[str, Counts]:
        """See `InteractionReader.counts_of_many`."""
        return read_many(self._calls, post_ids, kinds=kinds, within=within)

    def posts_mentioning(self, marker: str, *, limit: int = 100) -> list[PagePost]:
        """See `Publisher.posts_mentioning`."""
        return listing.search(self._calls, listing.mentions(marker), limit)

    def look_up(self, link: PostLink, marker: str) -> Lookup:
        """See `Publisher.look_up`."""
        return lookup.look_up(self._calls, link, marker)

    def post_of_video(self, video_id: str) -> Lookup:
        """See `Publisher.post_of_video`."""
        return lookup.post_of_video(self._calls, video_id)

    def check_page(self) -> PageCheck:
        """See `Publisher.check_page`."""
        return check_page(self._calls, datetime.now(UTC))

    def _videos(self, **fields: str) -> Mapping[str, object]:
        return self._calls.post(f"{self.page_id}/videos", fields).body


def _offsets(body: Mapping[str, object], size: int, *, first: bool = False) -> Offsets:
    """The offsets of an answer. Only `start` may tell none of use: then it begins at 0."""
    start, end = whole(body.get("start_offset")), whole(body.get("end_offset"))
    if start is None and not first:
        raise Transient(details=MetaDetails(message="the Page's answer holds no offsets"))
    return Offsets.wanted(start or 0, end or 0, size)


def _text(body: Mapping[str, object], name: str) -> str:
    value = as_text(body.get(name))
    if not value:
        raise Transient(details=MetaDetails(message=f"the Page's answer holds no {name}"))
    return value
