"""The Page's lists of posts: its feed, its reels and its videos, searched one after the other.

The feed leaves reels out, and the other two lists leave out what is no video; all three are
ranked and limited, so that finding nothing proves nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from social.calls import GraphCalls
from social.errors import NotPermitted
from social.json_values import as_bool, as_list, as_object, as_text
from social.values import PagePost
from social.video_status import absolute

POST_FIELDS = "id,message,permalink_url,created_time,from"
VIDEO_FIELDS = "id,description,post_id,permalink_url,created_time,published,from"
LISTS = {"published_posts": POST_FIELDS, "video_reels": VIDEO_FIELDS, "videos": VIDEO_FIELDS}
ROWS = 100
CURSORS = frozenset({"after", "until", "__paging_token"})  # parts of `paging.next` that say where

Wanted = Callable[[PagePost], bool]


def mentions(marker: str) -> Wanted:
    """Does a post's text hold this marker as a word of its own (`#CX1` is not in `#CX12`)?"""
    word = re.compile(rf"(?<!\w){re.escape(marker)}(?!\w)", re.IGNORECASE)
    return lambda post: word.search(post.message) is not None


def search(calls: GraphCalls, wanted: Wanted, limit: int) -> list[PagePost]:
    """The wanted posts among the newest `limit` of each list, each post once.

    A list that this token may not read is left out; raises `NotPermitted` if none can be read.
    """
    found: dict[str, PagePost] = {}
    refused: list[NotPermitted] = []
    for name, fields in LISTS.items():
        try:
            nodes = list(_rows(calls, f"{calls.settings.page_id}/{name}", fields, limit))
        except NotPermitted as error:
            refused.append(error)
            continue
        shown = (read_post(node, calls) for node in nodes if _is_shown(node))
        for post in filter(wanted, shown):
            found.setdefault(_key(post, found), post)
    if len(refused) == len(LISTS):
        raise refused[0]
    return list(found.values())


def _key(post: PagePost, found: Mapping[str, PagePost]) -> str:
    """One key for the same post in two lists: its own id, or its address."""
    same = (key for key, other in found.items() if post.permalink == other.permalink is not None)
    return next(same, post.post_id or f"video {post.video_id}")


def _is_shown(node: Mapping[str, object]) -> bool:
    """Drafts stand in the list of videos, too."""
    return as_bool(node.get("published")) is not False


def _rows(
    calls: GraphCalls, path: str, fields: str, limit: int
) -> Iterator[Mapping[str, object]]:
    seen, cursor = 0, {"": ""}
    while seen < limit and cursor:
        where = {name: value for name, value in cursor.items() if name}
        rows = min(ROWS, limit - seen)
        body = calls.get(path, where, fields=fields, limit=str(rows)).body
        nodes = as_list(body.get("data"))
        yield from nodes
        seen += len(nodes)
        following = _next(body) if nodes else {}
        cursor = following if following != where else {}


def _next(body: Mapping[str, object]) -> dict[str, str]:
    """Where the next page begins; empty on the last. The address itself is never called."""
    paging = as_object(body.get("paging"))
    address = as_text(paging.get("next"))
    if not address:
        return {}
    after = as_text(as_object(paging.get("cursors")).get("after"))
    told = {name: value for name, value in parse_qsl(urlsplit(address).query) if name in CURSORS}
    return {"after": after} if after else told


def read_post(node: Mapping[str, object], calls: GraphCalls) -> PagePost:
    """A post's node, or a video's, which tells its post as `post_id`."""
    page_id, own = calls.settings.page_id, as_text(node.get("id")) or ""
    is_post = "_" in own
    told = own if is_post else as_text(node.get("post_id"))
    return PagePost(
        post_id=full_id(told, page_id) if told else "",
        message=as_text(node.get("message")) or as_text(node.get("description")) or "",
        permalink=absolute(node.get("permalink_url"), calls.settings.web_url),
        created=_moment(node.get("created_time")),
        video_id=None if is_post else own,
        owner=as_text(as_object(node.get("from")).get("id")),
    )


def full_id(post_id: str, page_id: str) -> str:
    """A post's id with its Page's: a bare one cannot be read."""
    return post_id if "_" in post_id else f"{page_id}_{post_id}"


def _moment(value: object) -> datetime | None:
    try:
        return datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
