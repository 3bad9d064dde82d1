"""Links of posts made by hand: which post is meant, and why one cannot be counted automatically."""

import re

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from contest.errors import Conflict, Invalid
from contest.models import Publication
from social.links import CODED, PostLink, read_link, read_pasted
from social.values import Lookup, WhyUncounted

NUMBERISH = re.compile(r"[\d\s#+.,_-]*\d[\d\s#+.,_-]*")
BY_HAND = (
    "Số tương tác của clip này không lấy tự động được, hãy ghi bằng tay.",
    "The counts of this clip cannot be read automatically; write them down by hand.",
)
CHECK_LINK = (
    "Hãy mở liên kết ở cửa sổ ẩn danh để kiểm tra; nếu dán nhầm, hãy dán lại.",
    "Open the link in a private window to check it; if it is the wrong one, paste another.",
)
WHY: dict[WhyUncounted, tuple[tuple[str, str], ...]] = {
    WhyUncounted.NOT_SHOWN: ((
        "Chưa thấy bài này trên Trang: bài không có, chưa công khai, hoặc không thuộc Trang này.",
        "This post was not found on the Page: there is none, it is not public, or it belongs to "
        "another Page.",
    ), CHECK_LINK),
    WhyUncounted.ANOTHER_PAGE: ((
        "Bài này thuộc một Trang khác ({owner}), không phải Trang của hội thi. Hãy dán liên kết "
        "bài trên Trang của hội thi.",
        "This post belongs to another Page ({owner}), not to the contest's. Paste the link of the "
        "post on the contest's Page.",
    ),),
    WhyUncounted.SHORT_LINK: ((
        "Không lần ra bài viết từ liên kết rút gọn này. Hãy mở bài trên máy tính và dán địa chỉ "
        "đầy đủ (có /reel/, /videos/ hoặc /posts/).",
        "This short link did not lead to a post. Open the post on a computer and paste its full "
        "address (with /reel/, /videos/ or /posts/).",
    ),),
    WhyUncounted.CODED: ((
        "Facebook không cho đọc bài viết qua liên kết dạng pfbid, và danh sách bài của Trang không "
        "có bài này. Hãy dán liên kết của chính video (có /reel/ hoặc /videos/).",
        "Facebook does not let a post be read by a pfbid link, and the Page's lists do not show "
        "it. Paste the link of the video itself (with /reel/ or /videos/).",
    ),),
    WhyUncounted.NO_POST: ((
        "Facebook không cho biết video này thuộc bài viết nào.",
        "Facebook does not tell which post this video belongs to.",
    ),),
    WhyUncounted.UNKNOWN: ((
        "Liên kết này không chỉ rõ bài viết nào.", "This link does not name a post.",
    ), CHECK_LINK),
}
TAKEN = {
    "vi": "Bài này đã được ghi cho một clip khác. Hãy dán đúng liên kết bài của clip này.",
    "en": "This post is recorded for another clip. Paste the link of this clip's own post.",
}


def without_code(marker: str) -> dict[str, str]:
    """A doubt, not a refusal, by language."""
    return {
        "vi": f"Bài này không có mã {marker} trong nội dung. Hãy kiểm tra đây có đúng là bài của "
        "clip.",
        "en": f"The text of this post does not hold {marker}. Check that it is this clip's post.",
    }


def is_vague(permalink: str) -> bool:
    """Does an address not name its post by itself: none, or a short one?"""
    link = read_link(permalink)
    return link is None or link.object_id is None


def sentences(found: Lookup) -> dict[str, str]:
    """Why a link cannot be counted automatically and what to do, by language."""
    why = found.why or WhyUncounted.NOT_SHOWN
    parts = (*WHY[why], BY_HAND)
    owner = found.owner or "?"
    return {
        "vi": " ".join(part[0] for part in parts).format(owner=owner),
        "en": " ".join(part[1] for part in parts).format(owner=owner),
    }


def read(text: str) -> PostLink:
    """What was pasted. Raises ``Invalid`` for what names no post, saying what was found."""
    found = read_pasted(text)
    if found is None and NUMBERISH.fullmatch(text):
        raise Invalid(
            f"“{text.strip()[:40]}” không phải mã của một bài viết hay video: mã chỉ gồm 5–25 "
            "chữ số liền nhau. Hãy chép lại, hoặc dán địa chỉ đầy đủ của bài.",
            f"“{text.strip()[:40]}” is not the number of a post or video, which has 5–25 digits "
            "and nothing else. Copy it again, or paste the post's full address.",
        )
    if found is None or found.kind == "other":
        raise Invalid(
            "Liên kết này không chỉ rõ bài viết nào. Hãy mở bài trên Facebook, bấm vào giờ đăng "
            "và chép địa chỉ đầy đủ (có /posts/, /videos/ hoặc /reel/).",
            "This link does not name a post. Open the post on Facebook, click its time and copy "
            "the full address (with /posts/, /videos/ or /reel/).",
        )
    return found


def assign(session: Session, publication: Publication, link: PostLink, pasted: str) -> None:
    """Let the publication mean this post, in place of any video sent before.

    Raises ``Conflict`` where another clip has it.
    """
    number = link.object_id
    publication.post_id = number if link.kind == "post" and number else None
    publication.video_id = number if link.kind == "video" else None
    publication.permalink = link.url
    refuse_taken(session, publication, number)
    publication.error = ""
    publication.error_data = {"pasted": pasted.strip()}


def meant(publication: Publication) -> PostLink | None:
    """Where to look for the clip's post; None where nothing is known of it."""
    if publication.post_id and not publication.post_id.startswith(CODED):
        number = publication.post_id
        return PostLink(publication.permalink, "post", number, None, f"post:{number}")
    if publication.video_id:
        number = publication.video_id
        return PostLink(publication.permalink, "video", number, None, f"video:{number}")
    pasted = read_pasted(str(publication.error_data.get("pasted") or ""))
    return pasted or read_link(publication.permalink)


def refuse_taken(session: Session, publication: Publication, number: str | None) -> None:
    """Raises ``Conflict`` where another clip has this post, video, address or number."""
    if taken_by(session, publication, number) is not None:
        raise Conflict(
            "Liên kết này đã được ghi cho một clip khác. Hãy kiểm tra lại.",
            "This link is recorded for another clip already. Please check it.",
        )


def taken_by(
    session: Session, publication: Publication, number: str | None = None
) -> int | None:
    """The id of another publication that has this one's post, video or address.

    number: what the link names, a post's or a video's.
    """
    same: list[ColumnElement[bool]] = [false()]
    if publication.permalink:
        same.append(Publication.permalink == publication.permalink)
    for post in {publication.post_id, number} - {None, ""}:
        same += _same_post(str(post))
    if videos := {publication.video_id, number} - {None, ""}:
        same.append(Publication.video_id.in_(videos))
    query = select(Publication.id).where(or_(*same), Publication.id != publication.id).limit(1)
    with session.no_autoflush:
        return session.scalar(query)


def _same_post(post_id: str) -> list[ColumnElement[bool]]:
    """Posts are stored with or without the Page's id before theirs."""
    bare = post_id.rpartition("_")[2]
    full = Publication.post_id.endswith(f"_{bare}", autoescape=True)
    return [Publication.post_id == bare, full]
