"""What a clip's posts on other platforms earned, a sentence each, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scoring.model import Post

_WORDS: dict[str, dict[str, str]] = {
    "vi": {
        "likes": "{count} lượt thích × {each}",
        "shares": "{count} lượt chia sẻ × {each}",
        "comments": "{count} bình luận × {each}",
        "views": "{count} lượt xem × {each}",
        "steps": "{count} lượt xem, đủ {times} lần {step}, × {each}",
        "sum": "{platform}: {sum} = {points} điểm{capped}.",
        "capped": ", tính tối đa {cap}",
        "free": "{platform}: không tính điểm.",
        "open": "{platform}: chưa có số {names}.",
        "unverified": "{platform}: lượt chia sẻ không đối chiếu được theo từng tài khoản.",
        "name_likes": "lượt thích",
        "name_shares": "lượt chia sẻ",
        "name_comments": "bình luận",
        "name_views": "lượt xem",
    },
    "en": {
        "likes": "{count} likes × {each}",
        "shares": "{count} shares × {each}",
        "comments": "{count} comments × {each}",
        "views": "{count} views × {each}",
        "steps": "{count} views, {times} times {step} in full, × {each}",
        "sum": "{platform}: {sum} = {points} points{capped}.",
        "capped": ", at most {cap} count",
        "free": "{platform}: earns no points.",
        "open": "{platform}: no count yet of {names}.",
        "unverified": "{platform}: shares cannot be verified per account.",
        "name_likes": "likes",
        "name_shares": "shares",
        "name_comments": "comments",
        "name_views": "views",
    },
}


def sentences(post: Post, language: str, number: Callable[[int], str]) -> Iterator[str]:
    """What is counted of a post, what is not known, what nobody can check."""
    words, platform = _WORDS[language], post.on.id
    paid = [name for name, each in post.on.pays.items() if each]
    if not paid:
        yield words["free"].format(platform=platform)
    known = [name for name in paid if post.counts[name] is not None]
    if known:
        cap = post.on.cap
        over = post.points > post.counted and cap is not None
        capped = words["capped"].format(cap=number(cap or 0)) if over else ""
        total = " + ".join(_term(post, name, words, number) for name in known)
        yield words["sum"].format(
            platform=platform, sum=total, points=number(post.points), capped=capped
        )
    if post.lacking:
        names = ", ".join(words[f"name_{name}"] for name in post.lacking)
        yield words["open"].format(platform=platform, names=names)
    if post.unverified:
        yield words["unverified"].format(platform=platform)


def _term(post: Post, name: str, words: dict[str, str], number: Callable[[int], str]) -> str:
    count, each, step = post.counts[name] or 0, number(post.on.pays[name]), post.on.step
    if name != "views" or step == 1:
        return words[name].format(count=number(count), each=each)
    return words["steps"].format(
        count=number(count), times=number(count // step), step=number(step), each=each
    )
