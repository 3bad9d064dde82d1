"""Which post of the Page a pasted link means, or why it cannot be counted automatically.

A video's link is resolved through the video's node, which tells its post; a post's through the
post; a short link by following its redirects on Facebook's own hosts. Where that fails, the
Page's lists are searched for the clip's code.
"""

from collections.abc import Callable, Mapping
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests

from social.calls import GraphCalls
from social.errors import NotPermitted
from social.links import CODED, FACEBOOK_HOST, SHORT_HOSTS, PostLink, read_link
from social.listing import POST_FIELDS, VIDEO_FIELDS, full_id, mentions, read_post, search
from social.settings import GraphSettings
from social.values import Lookup, PagePost, WhyUncounted

HOPS = 5
SECONDS = (5.0, 10.0)  # to connect, and of silence
HTTPS_PORTS = frozenset({None, 443})
NEWEST = 100  # posts of each list that are searched


def look_up(calls: GraphCalls, link: PostLink, marker: str) -> Lookup:
    """The post that `link` means on this Page. Raises what reading a post raises."""
    found = _by_link(calls, link)
    if found.post or found.why is WhyUncounted.ANOTHER_PAGE:
        return found
    return _single(calls, mentions(marker)) or found


def post_of_video(calls: GraphCalls, video_id: str) -> Lookup:
    """The post of a video or reel, from its node."""
    node = _node(calls, video_id, VIDEO_FIELDS)
    if node is None:
        return Lookup(None, WhyUncounted.NOT_SHOWN)
    post = read_post(node, calls)
    if post.owner and post.owner != calls.settings.page_id:
        return Lookup(None, WhyUncounted.ANOTHER_PAGE, post.owner)
    return Lookup(post) if post.post_id else Lookup(None, WhyUncounted.NO_POST)


def _by_link(calls: GraphCalls, link: PostLink) -> Lookup:
    if link.kind == "short":
        target = follow(calls.settings, link.url)
        if target is None:
            return Lookup(None, WhyUncounted.SHORT_LINK)
        link = target
    number = link.object_id
    if number is None:
        return Lookup(None, WhyUncounted.UNKNOWN)
    if number.startswith(CODED):
        shown = _single(calls, lambda post: number in (post.permalink or ""))
        return shown or Lookup(None, WhyUncounted.CODED)
    if link.kind == "post":
        return _as_post(calls, number)
    found = post_of_video(calls, number)
    if found.why in (WhyUncounted.NOT_SHOWN, WhyUncounted.NO_POST):
        as_post = _as_post(calls, number)
        return as_post if as_post.post else found
    return found


def _as_post(calls: GraphCalls, number: str) -> Lookup:
    page_id = calls.settings.page_id
    node = _node(calls, full_id(number, page_id), POST_FIELDS)
    if node is None:
        owner = number.partition("_")[0]
        if "_" in number and owner != page_id:
            return Lookup(None, WhyUncounted.ANOTHER_PAGE, owner)
        return Lookup(None, WhyUncounted.NOT_SHOWN)
    post = read_post({"id": full_id(number, page_id), **node}, calls)
    owner = post.owner or post.post_id.partition("_")[0]
    if owner != page_id:
        return Lookup(None, WhyUncounted.ANOTHER_PAGE, owner)
    return Lookup(post)


def _node(calls: GraphCalls, number: str, fields: str) -> Mapping[str, object] | None:
    """The node, once more without `from` where that field is refused; None if it is not shown."""
    for wanted in (fields, fields.removesuffix(",from")):
        try:
            return calls.get(number, fields=wanted).body
        except NotPermitted:
            continue
    return None


def _single(calls: GraphCalls, wanted: Callable[[PagePost], bool]) -> Lookup | None:
    """The only such post in the Page's lists, whose own id is known."""
    try:
        posts = search(calls, wanted, NEWEST)
    except NotPermitted:
        return None
    return Lookup(posts[0]) if len(posts) == 1 and posts[0].post_id else None


def follow(settings: GraphSettings, url: str) -> PostLink | None:
    """Where a short link leads: a post or video, or None.

    Only Facebook's own hosts are asked, by https, at most HOPS times, without the token and without
    reading what they answer. With the simulator, the simulator is asked instead.
    """
    with requests.Session() as session:
        session.trust_env = not settings.is_simulator
        for _ in range(HOPS):
            asked = _askable(settings, url)
            target = _redirect(session, asked) if asked else ""
            if not target:
                return None
            url = urljoin(url, target)
            link = read_link(url)
            if link and link.object_id:
                return link
    return None


def _askable(settings: GraphSettings, url: str) -> str | None:
    """The address to ask for `url`; None where it is not one of Facebook's."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return None
    own = urlsplit(settings.web_url)
    if settings.is_simulator:
        return urlunsplit((own.scheme, own.netloc, parts.path, parts.query, ""))
    known = FACEBOOK_HOST.fullmatch(host) or host in SHORT_HOSTS
    if not known or port not in HTTPS_PORTS or parts.username is not None:
        return None
    return urlunsplit(("https", host, parts.path, parts.query, ""))


def _redirect(session: requests.Session, url: str) -> str:
    """The address that `url` redirects to; empty where it does not."""
    try:
        with session.get(
            url, allow_redirects=False, stream=True, timeout=SECONDS, auth=lambda request: request
        ) as answer:
            return answer.headers.get("Location", "") if answer.is_redirect else ""
    except (requests.RequestException, ValueError):
        return ""
