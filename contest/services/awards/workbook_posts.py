"""The workbook's sheet of posts on other platforms: each with its numbers, what each earns, and the
points as a formula of both."""

from collections.abc import Mapping, Sequence

from contest.services.core.spreadsheets import Formula, Table, quoted
from scoring.model import COUNTS, Entry, Rules

HEAD = ("code", "unit", "platform", *COUNTS, *(f"each_{name}" for name in COUNTS), "step", "cap",
        "points")


def sheet(
    clips: Sequence[Entry], names: Mapping[str, str], units: Mapping[str, object],
    words: Mapping[str, str],
) -> Table:
    """A row for each post. ``names``: of the platforms; ``units``: by clip."""
    rows: list[list[object]] = []
    for entry in clips:
        for post in entry.posts:
            row = len(rows) + 2
            each = [post.on.pays[name] for name in COUNTS]
            earned = f"D{row}*H{row}+E{row}*I{row}+F{row}*J{row}+INT(G{row}/L{row})*K{row}"
            formula = f'=IF(M{row}="",{earned},MIN({earned},M{row}))'
            rows.append([
                entry.id, units[entry.id], names.get(post.on.id, post.on.id),
                *(post.counts[name] for name in COUNTS), *each, post.on.step, post.on.cap,
                Formula(formula, post.counted, "0"),
            ])
    return [words[f"post_{name}"] for name in HEAD], rows


def of_clip(
    entry: Entry, row: int, rules: Rules, words: Mapping[str, str]
) -> list[Formula]:
    """The points of a clip's posts, in the sheet of counts; nothing where the rules know none."""
    if not rules.platforms:
        return []
    where = quoted(words["posts"])
    total = sum(post.counted for post in entry.posts)
    return [Formula(f"=SUMIF({where}!$A:$A,A{row},{where}!$N:$N)", total, "0")]
