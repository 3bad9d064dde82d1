"""Other platforms where a clip may be posted by hand: their hosts, and what a post there earns."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from contest.profile.parts import Count, Identifier, Part, Positive, Text

Fault = tuple[str, str, str]  # key, Vietnamese, English
Host = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$",
          max_length=100),
]
EARNS = ("points_per_like", "points_per_share", "points_per_comment", "points_per_view")
OF_THE_PAGE = ("facebook.com", "fb.com", "fb.watch", "fb.me")


class Platform(Part):
    """A platform. ``hosts``: where a link may lead, each with what lies below it (``m.…``); of
    views each full ``views_per_step`` earns the points; ``cap``: the most points of one post.

    ``by_units``: may units give the links of their posts, or only organisers? ``two_people``: does
    a number count only when another organiser has agreed to it?
    """

    id: Identifier
    name: Text
    hosts: list[Host] = Field(default_factory=list, max_length=20)
    points_per_like: Count = 0
    points_per_share: Count = 0
    points_per_comment: Count = 0
    points_per_view: Count = 0
    views_per_step: Positive = 1
    cap: int | None = Field(default=None, gt=0)
    by_units: bool = False
    two_people: bool = False

    @property
    def pays(self) -> bool:
        """Whether anything on it earns points."""
        return any(getattr(self, name) for name in EARNS)

    def allows(self, host: str) -> bool:
        """Whether a link may lead to this host."""
        return any(host == one or host.endswith(f".{one}") for one in self.hosts)

    def for_scoring(self) -> dict[str, Any]:
        """As ``scoring`` takes it."""
        return {"id": self.id, **{name: getattr(self, name) for name in EARNS},
                "views_per_step": self.views_per_step, "cap": self.cap}


def contradictions(
    platforms: list[Platform], *, weighs: bool, on_page: bool
) -> Iterator[Fault]:
    """What cannot stand together in what the rules say of other platforms. ``weighs``: whether
    interactions have a weight; ``on_page``: whether clips are posted on the Fanpage."""
    for place, one in enumerate(platforms):
        for key, vi, en in (*_hosts(one, platforms[:place], on_page=on_page), *_points(one)):
            yield f"platforms.{place}.{key}", vi, en
        if one.pays and not weighs:
            yield (
                f"platforms.{place}",
                f"nền tảng “{one.name.vi}” có tính điểm, mà scoring.interaction_weight là 0 nên "
                "điểm đó không vào đâu; hãy cho tương tác một tỉ trọng, hoặc bỏ các khoá "
                "points_per_…",
                f'"{one.name.en}" earns points, but scoring.interaction_weight is 0, so that they '
                "count nowhere; give interactions a weight, or take the points_per_… keys out",
            )


def _hosts(one: Platform, before: list[Platform], *, on_page: bool) -> Iterator[Fault]:
    if not one.hosts:
        yield (
            "hosts",
            f"nền tảng “{one.name.vi}” không cho phép tên miền nào nên không nhận được đường dẫn "
            'nào; hãy ghi ít nhất một, ví dụ hosts = ["youtube.com"], hoặc bỏ nền tảng này',
            f'"{one.name.en}" allows no host, so no link can be taken; name at least one, such as '
            'hosts = ["youtube.com"], or take the platform out',
        )
    for host in one.hosts:
        others = [
            p.name for p in before if p.allows(host) or any(_within(h, host) for h in p.hosts)
        ]
        if others or one.hosts.count(host) > 1:
            named = others[0] if others else one.name
            yield (
                "hosts",
                f"tên miền “{host}” đã thuộc nền tảng “{named.vi}”; một đường dẫn chỉ thuộc một "
                "nền tảng, hãy bỏ bớt",
                f'the host "{host}" belongs to "{named.en}" already; a link belongs to one '
                "platform, so take one of the two out",
            )
            return
        if on_page and any(_within(host, page) for page in OF_THE_PAGE):
            yield (
                "hosts",
                f"“{host}” là Facebook, nơi bài đăng của Fanpage đã được tính; hãy bỏ tên miền "
                "này, hoặc bỏ “fanpage” khỏi showing.where",
                f'"{host}" is Facebook, where the posts of the Fanpage count already; take this '
                'host out, or "fanpage" out of showing.where',
            )


def _within(host: str, other: str) -> bool:
    return host == other or host.endswith(f".{other}")


def _points(one: Platform) -> Iterator[Fault]:
    if one.cap and not one.pays:
        yield (
            "cap",
            f"nền tảng “{one.name.vi}” có mức tối đa mà không tính điểm gì; hãy thêm một khoá "
            "points_per_…, hoặc bỏ cap",
            f'"{one.name.en}" has a cap, but nothing there earns points; add a points_per_… key, '
            "or take cap out",
        )
    if one.views_per_step > 1 and not one.points_per_view:
        yield (
            "views_per_step",
            "lượt xem không được tính điểm (points_per_view là 0) nên khoá này không có tác dụng; "
            "hãy thêm points_per_view, hoặc bỏ khoá này",
            "views earn no points (points_per_view is 0), so this key does nothing; add "
            "points_per_view, or take this key out",
        )
    if one.two_people and not one.pays:
        yield (
            "two_people",
            f"nền tảng “{one.name.vi}” không tính điểm gì nên không có số nào cần người thứ hai; "
            "hãy thêm một khoá points_per_…, hoặc bỏ two_people",
            f'nothing on "{one.name.en}" earns points, so no number needs a second person; add a '
            "points_per_… key, or take two_people out",
        )
