"""Rules about the level above that cannot stand together (``contradictions.py``)."""

from collections.abc import Iterator

from contest.profile.contradictions.judging import Fault
from contest.profile.schema import Profile


def levels(profile: Profile) -> Iterator[Fault]:
    """What cannot stand together about the level above."""
    parent = profile.parent
    said = parent.model_dump(exclude_defaults=True)
    if said and not parent.named:
        yield ("parent.contest",
               "thiếu khoá này; hãy ghi tên ngắn của hội thi cấp trên, hoặc bỏ bảng [parent]",
               "is missing; give the short name of the contest above, or take [parent] out")
    if parent.contest == profile.contest.slug and not parent.installation:
        yield ("parent.contest",
               "hội thi không thể là cấp trên của chính nó; hãy ghi tên ngắn của hội thi cấp trên",
               "a contest cannot stand above itself; give the short name of the contest above")
    consents = [one.id for one in profile.form.consents]
    if parent.consent and parent.consent not in consents:
        listed = ", ".join(consents)
        yield ("parent.consent",
               f"“{parent.consent}” không có trong form.consents; hãy thêm mục đồng ý này vào "
               f"phiếu, hoặc chọn một trong: {listed}",
               f'"{parent.consent}" is not in form.consents; add this consent to the form, or '
               f"choose one of: {listed}")
    yield from _quotas(profile)


def _quotas(profile: Profile) -> Iterator[Fault]:
    parent = profile.parent
    yield from _out_of_reach(profile)
    for place, one in enumerate(profile.categories):
        if one.hand_up is None:
            continue
        key = f"categories.{place}.hand_up"
        if not parent.named:
            yield (key, "không có hội thi cấp trên nào; hãy thêm bảng [parent], hoặc bỏ khoá này",
                   "there is no contest above; add a table [parent], or take this key out")
        elif parent.quota is not None and one.hand_up > parent.quota:
            yield (key,
                   f"gửi lên {one.hand_up} bài của mảng “{one.name.vi}” mà parent.quota chỉ là "
                   f"{parent.quota}; hãy đặt nhiều nhất {parent.quota} ở đây, hoặc nâng "
                   "parent.quota",
                   f'{one.hand_up} entries of the category "{one.name.en}" are handed up, but '
                   f"parent.quota is {parent.quota}; put at most {parent.quota} here, or raise "
                   "parent.quota")


def _out_of_reach(profile: Profile) -> Iterator[Fault]:
    """More entries than all categories hand up together."""
    quota, up = profile.parent.quota, [one.hand_up for one in profile.categories]
    most = sum(one or 0 for one in up)
    if quota is not None and up and None not in up and most < quota:
        yield ("parent.quota",
               f"được gửi lên {quota} bài mà mọi mảng cộng lại chỉ gửi {most} "
               f"(categories.hand_up); hãy đặt nhiều nhất {most}, hoặc tăng hand_up của một mảng",
               f"{quota} entries may be handed up, but all categories together hand up {most} "
               f"(categories.hand_up); put at most {most}, or raise a category's hand_up")
