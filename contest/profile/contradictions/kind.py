"""What rules say of a kind of entry that they do not take, or that a kind cannot do."""

from collections.abc import Iterator

from contest.profile.contradictions.judging import Fault
from contest.profile.entries import MOST_BYTES, Entry, Paper, PictureSet, Writing, name_of
from contest.profile.schema import Profile


def of_kind(profile: Profile) -> Iterator[Fault]:
    """What the rules say of a kind that they do not take, or cannot hold of theirs."""
    yield from _bounds(profile.entry)
    yield from _other_kinds(profile.entry)
    if profile.entry.is_clip:
        if not profile.media:
            yield "media", "thiếu khoá này; hãy thêm vào", "is missing; please add it"
        return
    yield from _of_clips(profile)
    yield from _on_the_page(profile)
    yield from _bytes(profile)


def _bounds(entry: Entry) -> Iterator[Fault]:
    for part, least, most in (
        ("pictures", "least", "most"), ("document", "least_pages", "most_pages"),
        ("document", "least_words", "most_words"), ("text", "least_words", "most_words"),
    ):
        rules = getattr(entry, part)
        low, high = getattr(rules, least), getattr(rules, most)
        if low is not None and high is not None and low > high:
            yield (
                f"entry.{part}.{least}",
                f"ít nhất {low} mà {most} chỉ cho nhiều nhất {high}; hãy sửa một trong hai số",
                f"is {low}, but {most} allows {high} at most; mend one of the two",
            )


def _other_kinds(entry: Entry) -> Iterator[Fault]:
    """Rules of a kind that the contest does not take."""
    for name, part in (("pictures", PictureSet()), ("document", Paper()), ("text", Writing())):
        if entry.kind != name and getattr(entry, name) != part:
            yield (
                f"entry.{name}",
                f'entry.kind là “{entry.kind}” nên bảng này không có tác dụng; hãy bỏ bảng, hoặc '
                f'đặt kind = "{name}"',
                f'entry.kind is "{entry.kind}", so this table has no effect; take it out, or put '
                f'kind = "{name}"',
            )


def _of_clips(profile: Profile) -> Iterator[Fault]:
    """Keys that are about clips alone."""
    vi, en = name_of(profile.entry.kind, "vi"), name_of(profile.entry.kind, "en")
    if profile.media:
        yield (
            "media",
            f"là quy định cho clip (độ dài, khung hình, âm thanh), mà hội thi nhận {vi}; hãy bỏ "
            f"[media] và đặt quy định ở [entry.{profile.entry.kind}]",
            f"rules a clip (length, shape, sound), but this contest takes a {en}; take [media] "
            f"out and put the rules into [entry.{profile.entry.kind}]",
        )
    if "extensions" in profile.upload.model_fields_set:
        yield (
            "upload.extensions",
            f"là đuôi tệp của clip, mà hội thi nhận {vi}; hãy bỏ khoá này, loại tệp theo "
            "entry.kind",
            f"names the endings of clips, but this contest takes a {en}; take the key out, the "
            "kinds of files follow from entry.kind",
        )
    if profile.upload.links:
        yield (
            "upload.links",
            f"cho gửi đường dẫn tới clip, mà hội thi nhận {vi}; hãy đặt links = false",
            f"lets units give a link to a clip, but this contest takes a {en}; put links = false",
        )


def _on_the_page(profile: Profile) -> Iterator[Fault]:
    """Only clips are posted on a Page, and so only they have interactions."""
    vi, en = name_of(profile.entry.kind, "vi"), name_of(profile.entry.kind, "en")
    if profile.on_page:
        yield (
            "showing.where",
            f"có “fanpage”, mà nền tảng chỉ đăng được clip lên Fanpage, hội thi này nhận {vi}; "
            'hãy đặt where = ["site"] để mở xem trên trang của hội thi, hoặc [] và tự đăng bằng '
            "tay",
            f'has "fanpage", but only clips are posted on a Page and this contest takes a {en}; '
            'put where = ["site"] to show them on the contest\'s own pages, or [] and post by '
            "hand yourself",
        )
    if profile.scoring.interaction_weight:
        yield (
            "scoring.interaction_weight",
            f"tương tác có tỉ trọng, mà {vi} không đăng được lên Fanpage nên không có nơi đếm; hãy "
            "đặt tỉ trọng tương tác là 0",
            f"interactions have a weight, but a {en} cannot be posted on a Page, so there is "
            "nowhere to count them; put the weight to 0",
        )


def _bytes(profile: Profile) -> Iterator[Fault]:
    if profile.entry.kind != "text" and profile.upload.max_bytes > MOST_BYTES:
        yield (
            "upload.max_bytes",
            f"là {profile.upload.max_bytes}; một tệp ảnh hay tài liệu nhiều nhất {MOST_BYTES} "
            "byte; hãy đặt số nhỏ hơn, ví dụ 20000000",
            f"is {profile.upload.max_bytes}; a picture or document may have {MOST_BYTES} bytes at "
            "most; put a smaller number, such as 20000000",
        )
