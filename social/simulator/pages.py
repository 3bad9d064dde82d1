"""The HTML pages of simulated posts; each says that it is no Facebook."""

import json
import sqlite3
from collections.abc import Sequence
from html import escape

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
.note{background:#fff4d6;border:1px solid #e0c060;border-radius:.5rem;padding:.6rem 1rem}
article{border:1px solid #ccd0d5;border-radius:.5rem;padding:1rem;margin:1rem 0}
video{width:100%;border-radius:.5rem;background:#000}.text{white-space:pre-wrap}
.counts{color:#606770;border-top:1px solid #ccd0d5;padding-top:.5rem}
"""
NOTE = "Đây là trang mô phỏng trên máy này, không phải Facebook. (A local simulator, not Facebook.)"


def post_page(post: sqlite3.Row, page_name: str) -> str:
    """One post with its video and counts."""
    return _page(f"Bài viết {post['id']}", page_name, _article(post, page_name, link=False))


def list_page(posts: Sequence[sqlite3.Row], page_name: str) -> str:
    """All posts, newest first."""
    body = "".join(_article(post, page_name, link=True) for post in posts)
    return _page(page_name, page_name, body or "<p>Chưa có bài viết nào. (No posts yet.)</p>")


def _article(post: sqlite3.Row, page_name: str, *, link: bool) -> str:
    reactions = sum(json.loads(post["reactions"]).values())
    shares = "—" if post["shares"] is None else str(post["shares"])
    when = escape(post["created"])
    if link:
        when = f'<a href="/posts/{escape(post["id"])}">{when}</a>'
    video = ""
    if post["video_id"] and not link:
        video = f'<video controls preload="metadata" src="/media/{post["video_id"]}"></video>'
    return (
        f"<article><p><strong>{escape(page_name)}</strong> · {when}</p>"
        f'<p class="text">{escape(post["message"])}</p>{video}'
        f'<p class="counts">{reactions} cảm xúc · {post["comments"]} bình luận · '
        f"{shares} lượt chia sẻ</p></article>"
    )


def _page(title: str, page_name: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{escape(page_name)}</h1>"
        f'<p class="note">{NOTE}</p>{body}</body></html>'
    )
