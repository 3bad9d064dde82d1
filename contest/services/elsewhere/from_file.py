"""Counts of posts on other platforms from a file: a preview of what every row would do, then the
import of all or nothing, as of the Page's counts (``counts/count_import``).

A row names its post by its link, in any spelling, or by its clip's code and the platform. Posts are
not made here: a link that nobody has given is said, with where it is given.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.actors import Actor
from contest.errors import Invalid
from contest.models import Contest, Evidence, PlatformProof
from contest.permissions import require
from contest.profile.platforms import Platform
from contest.services.core import audit, profiles
from contest.services.counts import evidence, interactions, jumps
from contest.services.counts.count_import import each_once, unread_columns
from contest.services.elsewhere import addresses, numbers, posts
from contest.services.elsewhere.numbers import FIELDS, Counted
from social.imports import CountRow, CountsFile, FileRefused, Problem, read_posts
from social.imports.cells import code_key
from social.imports.headings import plain


class Known(NamedTuple):
    """A post that stands, with what counts of it so far."""

    counted: Counted
    platform: Platform

    @property
    def code(self) -> str:
        """Its clip's code."""
        return self.counted.post.submission.code


class Line(NamedTuple):
    """What one row would add to its post."""

    row: CountRow
    known: Known

    @property
    def values(self) -> dict[str, int]:
        """By field the number that the file tells."""
        told = ((name, getattr(self.row, name)) for name in FIELDS)
        return {name: value for name, value in told if value is not None}

    @property
    def before(self) -> dict[str, int | None]:
        return self.known.counted.values

    @property
    def drops(self) -> bool:
        return "fell" in self._steps()

    @property
    def jumps(self) -> bool:
        return "times" in self._steps()

    def _steps(self) -> list[str | None]:
        return [jumps.step(self.before[name], value) for name, value in self.values.items()]


class Preview(NamedTuple):
    """What a file would add. ``blank``: posts whose rows tell no number. ``absent``: posts that are
    not in the file. Errors among ``problems`` stop the file; what is not ``usable`` and not
    ``already`` applied has at least one."""

    sha256: str
    lines: Sequence[Line]
    blank: Sequence[Line]
    absent: Sequence[Known]
    problems: Sequence[Problem]
    already: Evidence | None
    late: bool

    @property
    def usable(self) -> bool:
        """Whether it can be applied."""
        return bool(self.lines) and not self.errors and self.already is None

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.level == "error"]


def known(session: Session, contest: Contest) -> list[Known]:
    """All posts that stand on platforms that the rules know, by clip."""
    profile = profiles.profile_of(contest)
    found = numbers.counted(session, contest).values()
    return sorted((Known(one, posts.named(profile, one.post.platform)) for some in found
                   for one in some), key=lambda one: (one.code, one.counted.post.id))


def preview(
    session: Session, contest: Contest, path: Path, *, taken_at: datetime, at: datetime
) -> Preview:
    """What the file would add; ``taken_at``: of its numbers. Raises ``Invalid`` for a file of
    another kind."""
    try:
        file = read_posts(path)
    except FileRefused as error:
        raise evidence.refused(error) from None
    profile, all_posts = profiles.profile_of(contest), known(session, contest)
    found, wrong = _matched(file, _Names(all_posts, profile.platforms))
    lines = [one for one in found if one.values]
    problems = [*unread_columns(file), *file.problems, *wrong]
    if not lines and all(problem.level != "error" for problem in problems):
        problems.append(_nothing())
    told = {one.known.counted.post.id for one in found}
    return Preview(
        file.sha256, lines, [one for one in found if not one.values],
        [one for one in all_posts if one.counted.post.id not in told], each_once(problems),
        already(session, contest, file.sha256),
        interactions.is_late(profile, taken_at, told_at=at),
    )


def already(session: Session, contest: Contest, sha256: str) -> Evidence | None:
    """The file of this content, where numbers of posts were taken from it before."""
    query = select(Evidence).where(
        Evidence.contest_id == contest.id, Evidence.sha256 == sha256,
        select(PlatformProof.id).where(PlatformProof.evidence_id == Evidence.id).exists(),
    )
    return session.scalars(query).one_or_none()


def apply(
    session: Session, contest: Contest, path: Path, *, filename: str, taken_at: datetime,
    actor: Actor, at: datetime, late_reason: str = "",
) -> int:
    """Store a reading for every line, with the file as what shows it; returns how many. The same
    file twice adds nothing.

    Raises ``NotAllowed`` without ``interaction.import``; ``Invalid`` for a file that is not
    ``usable``, a moment in the future or a late one without a reason; ``Conflict`` while counts are
    locked.
    """
    require(actor, "interaction.import", contest)
    interactions.hold(session, contest)  # before the look: of two with the same file one waits
    plan = preview(session, contest, path, taken_at=taken_at, at=at)
    if plan.already is not None:
        return 0
    if not plan.usable:
        first = plan.errors[0]
        raise Invalid(
            f"Chưa nhập được gì. {first.message_vi}", f"Nothing was imported. {first.message_en}"
        )
    kept = evidence.keep(
        session, contest, plan.sha256, kind="counts", filename=filename,
        size=path.stat().st_size, actor=actor, at=at,
    )
    made = [
        numbers.tell(
            session, line.known.counted.post, line.values, client_id=f"file {plan.sha256[:56]}",
            taken_at=taken_at, actor=actor, at=at, late_reason=late_reason,
        )
        for line in plan.lines
    ]
    numbers.attach(session, made, kept, actor=actor, at=at)
    audit.record(
        session, "platform.imported", kept, actor=actor, at=at, contest_id=contest.id,
        after={"sha256": plan.sha256, "posts": len(made), "taken_at": taken_at.isoformat(),
               "late_reason": late_reason},
    )
    return len(made)


# ------------------------------------------------------------------------------------- which post


class _Names:
    """Everything by which a row may name a post."""

    def __init__(self, all_posts: Sequence[Known], platforms: Sequence[Platform]) -> None:
        self.platforms = platforms
        self.by_key = {one.counted.post.post_key: one for one in all_posts}
        self.by_code: Mapping[str, list[Known]] = defaultdict(list)
        for one in all_posts:
            self.by_code[code_key(one.code)].append(one)

    def of(self, row: CountRow) -> Known | Problem:
        """The row's post, or why there is none."""
        wanted = self._platform(row.platform) if row.platform else None
        if row.platform and wanted is None:
            return self._unknown_platform(row)
        found = self._linked(row) if row.permalink else self._coded(row, wanted)
        if isinstance(found, Problem):
            return found
        if row.clip_code and code_key(row.clip_code) != code_key(found.code):
            return _problem(
                row, "link_differs", f"mã là {row.clip_code} nhưng liên kết là bài đăng của "
                f"{found.code}; hãy sửa một trong hai", f"the code is {row.clip_code} but the link "
                f"is a post of {found.code}; correct one of them",
            )
        if wanted is not None and wanted.id != found.platform.id:
            return _problem(
                row, "platform_differs", f"nền tảng ghi {wanted.name.vi} nhưng liên kết thuộc "
                f"{found.platform.name.vi}; hãy sửa một trong hai", f"the platform is "
                f"{wanted.name.en} but the link is of {found.platform.name.en}; correct one of "
                "them",
            )
        return found

    def _platform(self, text: str) -> Platform | None:
        """By its name in either language, its id or one of its hosts."""
        for one in self.platforms:
            if plain(text) in {plain(n) for n in (one.id, one.name.vi, one.name.en, *one.hosts)}:
                return one
        return None

    def _unknown_platform(self, row: CountRow) -> Problem:
        vi, en = (", ".join(getattr(one.name, lang) for one in self.platforms)
                  for lang in ("vi", "en"))
        return _problem(
            row, "unknown_platform", f"thể lệ không tính nền tảng «{row.platform[:40]}»; cho phép: "
            f"{vi}", f"the rules count no platform “{row.platform[:40]}”; allowed: {en}",
        )

    def _linked(self, row: CountRow) -> Known | Problem:
        try:
            _, post = addresses.read(row.permalink or "", self.platforms)
        except Invalid as error:
            return Problem(row.row, "bad_link", f"Dòng {row.row}: {error.vi}",
                           f"Row {row.row}: {error.en}")
        found = self.by_key.get(post.key)
        return found or _problem(
            row, "unknown_post", f"chưa ai ghi bài đăng {post.url}; hãy thêm đường dẫn ở trang "
            "«Nền tảng khác» rồi nhập lại, hoặc xoá dòng này", f"nobody has given the post "
            f"{post.url}; add its link under “Other platforms” and import again, or remove the row",
        )

    def _coded(self, row: CountRow, wanted: Platform | None) -> Known | Problem:
        there = self.by_code.get(code_key(row.clip_code or ""), [])
        fit = [one for one in there if wanted is None or one.platform.id == wanted.id]
        if len(fit) == 1:
            return fit[0]
        code = (row.clip_code or "")[:60]
        if fit:
            return _problem(
                row, "which_post", f"clip {code} có {len(fit)} bài đăng; hãy ghi nền tảng hoặc "
                "liên kết", f"the clip {code} has {len(fit)} posts; name the platform or the link",
            )
        return _problem(
            row, "unknown_clip", f"mã {code} không có bài đăng nào như vậy; hãy thêm đường dẫn ở "
            "trang «Nền tảng khác», hoặc sửa, xoá dòng này", f"{code} has no such post; add its "
            "link under “Other platforms”, or correct or remove the row",
        )


def _matched(file: CountsFile, names: _Names) -> tuple[list[Line], list[Problem]]:
    """Each row's post; two rows of one post are an error."""
    found: list[Line] = []
    problems: list[Problem] = []
    for row in file.rows:
        one = names.of(row)
        if isinstance(one, Problem):
            problems.append(one)
        else:
            found.append(Line(row, one))
    often = Counter(line.known.counted.post.id for line in found)
    first: dict[int, int] = {}
    for line in found:
        before = first.setdefault(line.known.counted.post.id, line.row.row)
        if often[line.known.counted.post.id] > 1 and before != line.row.row:
            problems.append(_problem(
                line.row, "twice", f"bài đăng này của {line.known.code} đã có ở dòng {before}; hãy "
                "giữ lại một dòng", f"this post of {line.known.code} is in row {before} already; "
                "keep one of them",
            ))
    return found, problems


def _nothing() -> Problem:
    return Problem(
        None, "no_figures", "Các dòng trong tệp đều để trống số; chưa có gì để ghi.",
        "The rows of the file have no numbers; there is nothing to record.",
    )


def _problem(row: CountRow, code: str, vi: str, en: str) -> Problem:
    return Problem(row.row, code, f"Dòng {row.row}: {vi}.", f"Row {row.row}: {en}.")
