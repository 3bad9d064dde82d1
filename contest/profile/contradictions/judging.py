"""Rules of the jury that cannot stand together (``contradictions.py``)."""

from collections.abc import Iterator

from contest.profile.schema import Profile

Fault = tuple[str, str, str]  # key, Vietnamese, English


def judging(profile: Profile) -> list[Fault]:
    """Every contradiction about who marks what, and how many must."""
    return [*_weightless(profile), *_shared_out(profile), *_out_of_reach(profile),
            *_before_everybody(profile)]


def _weightless(profile: Profile) -> Iterator[Fault]:
    """Work for a jury that does not count."""
    jury = profile.jury
    said = {"assignment": jury.assigned, "quorum": jury.quorum, "strictness": jury.strictness,
            "live": jury.live}
    for key in (key for key, there in said.items() if there):
        if not profile.scoring.jury_weight:
            yield (
                f"jury.{key}",
                "scoring.jury_weight là 0 nên không ai chấm; hãy bỏ khoá này, hoặc cho giám khảo "
                "một tỉ trọng",
                "scoring.jury_weight is 0, so nobody marks; take this key out, or give the jury a "
                "weight",
            )


def _shared_out(profile: Profile) -> Iterator[Fault]:
    """By how many, and by what, clips are given out."""
    jury = profile.jury
    if jury.assignment == "each" and jury.jurors_per_clip is None:
        yield (
            "jury.jurors_per_clip",
            "thiếu khoá này mà jury.assignment là “each”; hãy ghi mỗi clip do mấy giám khảo chấm",
            'is missing, but jury.assignment is "each"; say how many jurors mark each clip',
        )
    if not jury.assigned and jury.jurors_per_clip is not None:
        yield (
            "jury.jurors_per_clip",
            "jury.assignment là “all” nên mọi giám khảo chấm mọi clip; hãy bỏ khoá này, hoặc đặt "
            "jury.assignment là “each” hay “category”",
            'jury.assignment is "all", so every juror marks every clip; take this key out, or put '
            'jury.assignment to "each" or "category"',
        )
    if jury.assignment == "category" and not profile.categories:
        yield (
            "jury.assignment",
            "chia theo mảng (“category”) mà không có [[categories]] nào; hãy thêm mảng, hoặc chọn "
            "“all” hay “each”",
            'goes by "category", but there are no [[categories]]; add some, or choose "all" or '
            '"each"',
        )


def _out_of_reach(profile: Profile) -> Iterator[Fault]:
    """What so few ballots of a clip can never come to."""
    jury = profile.jury
    most = jury.jurors_per_clip if jury.assigned else None
    if most is not None and jury.quorum > most:
        yield (
            "jury.quorum",
            f"cần ít nhất {jury.quorum} phiếu mà mỗi clip chỉ giao cho {most} giám khảo; hãy giảm "
            "quorum hoặc tăng jury.jurors_per_clip",
            f"asks for {jury.quorum} ballots, but each clip is given to {most} jurors; lower it, "
            "or raise jury.jurors_per_clip",
        )
    if most is not None and jury.trim and most < 2 * jury.trim + 2:
        yield (
            "jury.trim",
            f"chỉ bỏ điểm khi có ít nhất {2 * jury.trim + 2} phiếu, mà mỗi clip chỉ giao cho "
            f"{most} giám khảo; hãy đặt trim là 0 hoặc tăng jury.jurors_per_clip",
            f"marks are left out only from {2 * jury.trim + 2} ballots on, but each clip is given "
            f"to {most} jurors; put trim to 0, or raise jury.jurors_per_clip",
        )


def _before_everybody(profile: Profile) -> Iterator[Fault]:
    """Marks that fall on a stage, of units that jurors must not know."""
    if profile.jury.live and profile.jury.blind:
        yield (
            "jury.live",
            "điểm hiện trên màn hình cùng tên đơn vị, mà jury.blind giấu tên với giám khảo; hãy "
            "đặt một trong hai là false",
            "marks are shown with the units' names, but jury.blind hides these from jurors; put "
            "one of the two to false",
        )
