"""What looking for the post of a pasted link came to, as the worker records it."""

from sqlalchemy.orm import Session

from contest.models import Publication
from contest.services.fanpage import post_links, publications
from social import listing
from social.links import PostLink
from social.ports import Publisher
from social.values import Lookup, WhyUncounted


def look_up(page: Publisher, video_id: str | None, link: PostLink | None, marker: str) -> Lookup:
    """The post by its video first, then by the link. Raises what reading a post raises."""
    found = page.post_of_video(video_id) if video_id else Lookup(None, WhyUncounted.UNKNOWN)
    if found.post or found.why is WhyUncounted.ANOTHER_PAGE or link is None:
        return found
    return page.look_up(link, marker)


def checked(session: Session, publication_id: int, found: Lookup) -> str | None:
    """Store which post a link means, or why that post cannot be counted: the board shows it.

    Returns the post's id where it can be read.
    """
    publication = publications.held(session, publication_id)
    if publication is None or publication.state != "published":
        return None
    if found.post is None or not found.post.post_id:
        _unconfirmed(publication, found)
        return None
    before = publication.post_id, publication.video_id, publication.permalink
    publication.post_id = found.post.post_id
    publication.video_id = found.post.video_id or publication.video_id
    if post_links.is_vague(publication.permalink):
        publication.permalink = found.post.permalink or publication.permalink
    if post_links.taken_by(session, publication) is not None:
        publication.post_id, publication.video_id, publication.permalink = before
        _said(publication, "another clip has this post", post_links.TAKEN)
        return None
    publication.error, publication.error_data = "", {"checked": True}
    if found.post.message and not listing.mentions(_marker(publication))(found.post):
        publication.error_data = {"checked": True, **post_links.without_code(_marker(publication))}
    return publication.post_id


def _unconfirmed(publication: Publication, found: Lookup) -> None:
    said = post_links.sentences(found)
    _said(publication, f"no post to count: {found.why or 'not shown'}", said)


def _said(publication: Publication, why: str, said: dict[str, str]) -> None:
    pasted = publication.error_data.get("pasted")
    publication.error = why
    publication.error_data = {"checked": False, **said} | ({"pasted": pasted} if pasted else {})


def _marker(publication: Publication) -> str:
    return publications.marker(publication.submission)
