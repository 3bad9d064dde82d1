"""Numbers that leave nothing between them, names that tell nothing apart (``contradictions``)."""

from collections.abc import Iterator

from contest.profile.contradictions.judging import Fault
from contest.profile.schema import Profile


def bounds(profile: Profile) -> Iterator[Fault]:
    """Every such contradiction."""
    for found in (_quota, _uploads, _sides, _same_name, _reasons, _minors):
        yield from found(profile)


def _quota(profile: Profile) -> Iterator[Fault]:
    least, most = profile.quota.minimum, profile.quota.maximum
    if least > most:
        yield (
            "quota.minimum",
            f"mỗi đơn vị phải gửi ít nhất {least} bài mà quota.maximum chỉ cho gửi {most}; hãy "
            "giảm số này, hoặc tăng quota.maximum",
            f"each unit owes {least} entries, but quota.maximum lets it send only {most}; lower "
            "this, or raise quota.maximum",
        )


def _uploads(profile: Profile) -> Iterator[Fault]:
    """What a unit may send in all, below what the rules ask or allow of one entry."""
    upload, least = profile.upload, profile.quota.minimum
    if upload.unit_clips is not None and upload.unit_clips < least:
        yield (
            "upload.unit_clips",
            f"mỗi đơn vị chỉ được gửi {upload.unit_clips} lượt mà quota.minimum đòi {least} bài; "
            f"hãy đặt ít nhất {least}, hoặc giảm quota.minimum",
            f"a unit may send only {upload.unit_clips} in all, but quota.minimum asks for {least}; "
            f"put at least {least}, or lower quota.minimum",
        )
    if upload.unit_bytes is not None and upload.unit_bytes < upload.max_bytes:
        yield (
            "upload.unit_bytes",
            f"mỗi đơn vị chỉ được giữ {upload.unit_bytes} byte mà một tệp được đến "
            f"{upload.max_bytes} byte (upload.max_bytes); hãy tăng số này, hoặc giảm max_bytes",
            f"a unit may keep only {upload.unit_bytes} bytes, but one file may have "
            f"{upload.max_bytes} (upload.max_bytes); raise this, or lower max_bytes",
        )
    if profile.entry.is_clip and not upload.extensions:
        yield (
            "upload.extensions",
            'không nhận loại tệp nào; hãy ghi ít nhất một, ví dụ ["mp4", "mov"], hoặc bỏ khoá này',
            'takes no kind of file; name at least one, such as ["mp4", "mov"], or take the key out',
        )


def _sides(profile: Profile) -> Iterator[Fault]:
    long, short = profile.entry.pictures.min_long_side, profile.entry.pictures.min_short_side
    if long is not None and short is not None and short > long:
        yield (
            "entry.pictures.min_short_side",
            f"cạnh ngắn ít nhất {short} điểm ảnh mà cạnh dài (min_long_side) chỉ cần {long}; hãy "
            "sửa một trong hai số",
            f"the short side has {short} pixels at least, but the long one (min_long_side) only "
            f"{long}; mend one of the two",
        )


def _same_name(profile: Profile) -> Iterator[Fault]:
    """Two things between which people choose by their names."""
    for table in ("categories", "platforms", "prizes"):
        names = [one.name for one in getattr(profile, table)]
        for place, name in enumerate(names):
            before = names[:place]
            for language in ("vi", "en"):
                if name[language] in [one[language] for one in before]:
                    yield (
                        f"{table}.{place}.name.{language}",
                        f"“{name[language]}” là tên của một mục khác nên không ai phân biệt được; "
                        "hãy đổi một tên",
                        f'"{name[language]}" is the name of another one, so nobody can tell them '
                        "apart; change one of the names",
                    )


def _reasons(profile: Profile) -> Iterator[Fault]:
    ids = [one.id for one in profile.review.reasons]
    for place, name in enumerate(ids):
        if name in ids[:place]:
            yield (f"review.reasons.{place}.id", f"“{name}” có hai lần; hãy đổi một tên (id)",
                   f'"{name}" stands there twice; change one id')


def _minors(profile: Profile) -> Iterator[Fault]:
    usual = type(profile.consent).model_fields["minor_age"].default
    if profile.consent.minor_age != usual and not profile.consent.minors:
        yield (
            "consent.minor_age",
            "consent.minors là false nên không ai được hỏi tuổi; hãy đặt minors = true, hoặc bỏ "
            "khoá này",
            "consent.minors is false, so nobody's age is asked for; put minors to true, or take "
            "this key out",
        )
