"""Rules that promise what other rules rule out: a download of nothing, a reader whom there is not,
a number that cannot be reached (``contradictions.py``)."""

from collections.abc import Iterator, Sequence

from contest.profile.contradictions.judging import Fault
from contest.profile.schema import Profile


def idle(profile: Profile) -> list[Fault]:
    """Every such contradiction."""
    return [*_watched(profile), *_twice(profile), *_papers(profile),
            *_readers(profile), *_reminded(profile), *_reach(profile)]


def _watched(profile: Profile) -> Iterator[Fault]:
    """Watching here what is shown nowhere before the result."""
    if profile.publication.watch_here and not profile.showing.where:
        yield (
            "publication.watch_here",
            "cho xem clip trên trang của hội thi, mà showing.where để trống nên clip không hiện ở "
            "đâu trước khi có kết quả; hãy thêm “site” vào showing.where, hoặc bỏ watch_here",
            "lets everybody watch clips on the contest's pages, but showing.where is empty, so "
            'they are shown nowhere before the result; add "site" to showing.where, or take '
            "watch_here out",
        )


def _twice(profile: Profile) -> Iterator[Fault]:
    """The same word twice in a list of words."""
    lists: dict[str, Sequence[str]] = {
        "showing.where": profile.showing.where, "form.kinds": profile.form.kinds,
        "security.second_factor": profile.security.second_factor,
        **{f"questions.{place}.seen_by": one.seen_by
           for place, one in enumerate(profile.questions)},
        **{f"filings.{place}.groups": one.groups for place, one in enumerate(profile.filings)},
        "entry.pictures.ratios": profile.entry.pictures.ratios,
        "entry.document.types": profile.entry.document.types,
    }
    for key, words in lists.items():
        repeated = [word for place, word in enumerate(words) if word in words[:place]]
        if repeated:
            yield (key, f"“{repeated[0]}” có hai lần; hãy bỏ một",
                   f'"{repeated[0]}" stands there twice; take one out')


def _papers(profile: Profile) -> Iterator[Fault]:
    """Certificates to fetch where no prize comes with one."""
    if profile.publication.own_certificates and not any(p.certificate for p in profile.prizes):
        yield (
            "publication.own_certificates",
            "cho đơn vị tự tải giấy khen, mà không giải nào có giấy khen (certificate = false); "
            "hãy đặt certificate = true cho một giải, hoặc bỏ own_certificates",
            "lets units download their certificates, but no prize comes with one (certificate = "
            "false); put certificate to true for a prize, or take own_certificates out",
        )


def _readers(profile: Profile) -> Iterator[Fault]:
    """Answers for a jury that there is not, or that nobody is asked for."""
    for place, one in enumerate(profile.questions):
        if "jurors" in one.seen_by and not profile.scoring.jury_weight:
            yield (
                f"questions.{place}.seen_by",
                "có “jurors” mà scoring.jury_weight là 0 nên không có giám khảo nào đọc; hãy bỏ "
                "“jurors”, hoặc cho giám khảo một tỉ trọng",
                'names "jurors", but scoring.jury_weight is 0, so there is no jury to read it; '
                'take "jurors" out, or give the jury a weight',
            )


def _reminded(profile: Profile) -> Iterator[Fault]:
    """Reminders of filings that nobody owes."""
    if profile.reminders.filings and not profile.filings:
        yield (
            "reminders.filings",
            "nhắc nộp báo cáo, mà không có [[filings]] nào; hãy thêm báo cáo phải nộp, hoặc bỏ "
            "khoá này",
            "reminds of what is to be filed, but there are no [[filings]]; add some, or take this "
            "key out",
        )
    weights = {"marking": ("jury_weight", "phiếu chấm", "ballot"),
               "counting": ("interaction_weight", "số đếm", "count")}
    for key, (weight, vi, en) in weights.items():
        if getattr(profile.reminders, key) and not getattr(profile.scoring, weight):
            yield (
                f"reminders.{key}",
                f"scoring.{weight} là 0 nên không ai nợ {vi} nào; hãy bỏ khoá này, hoặc cho một tỉ "
                "trọng",
                f"scoring.{weight} is 0, so nobody owes a {en}; take this key out, or give it a "
                "weight",
            )


def _reach(profile: Profile) -> Iterator[Fault]:
    """Fewer clips in all categories together than every unit owes."""
    for group in sorted({one.units for one in profile.categories}):
        open_ = [one for one in profile.categories if one.units == group]
        most = [one.maximum for one in open_ if one.maximum is not None]
        if len(most) == len(open_) and sum(most) < profile.quota.minimum:
            yield (
                f"categories.{profile.categories.index(open_[0])}.maximum",
                f"mọi mảng cộng lại chỉ cho một đơn vị gửi {sum(most)} clip, mà quota.minimum đòi "
                f"{profile.quota.minimum}; hãy tăng maximum của một mảng, hoặc giảm quota.minimum",
                f"all categories together let a unit send {sum(most)} clips, but quota.minimum "
                f"asks for {profile.quota.minimum}; raise a category's maximum, or lower "
                "quota.minimum",
            )
