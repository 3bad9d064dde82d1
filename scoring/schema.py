"""The input: what may stand in it, the plan's defaults, and a sentence for each fault.

``docs/scoring.md`` describes it for people. Unknown fields are refused: a misspelt rule that was
quietly ignored would change a result.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from scoring.elsewhere.posts import platforms, posts
from scoring.errors import InputError
from scoring.judging import assignment
from scoring.model import (
    ABSTAINED,
    CATEGORY,
    CHAIR,
    CRITERION,
    NAMED,
    RECUSED,
    Ballot,
    Carried,
    Contest,
    Criterion,
    Decision,
    Entry,
    LedgerRow,
    Measure,
    Prize,
    Promotion,
    Rules,
)
from scoring.nodes import LARGEST, Node, Repeated, distinct, step
from scoring.rounds import rules as rounds
from scoring.winning.prizes import PLAN_PRIZES, category, measures, prizes

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
LEDGER_STATES = ("complete", "partial")
TIE_BREAKS = ("jury_mean", "top_criterion", "uncapped_points", "chair")
LARGEST_MARK = 1_000_000

_RULES = (
    "criteria",
    "jury_weight",
    "interaction_weight",
    "points_per_share",
    "points_per_reaction",
    "shares_per_account",
    "shares_per_account_per",
    "points_cap",
    "prizes",
    "missing",
    "trim",
    "trim_from",
    "standardise",
    "unit_score",
    "tie_breaks",
    "second_scale",
    "categories",
    "measures",
    "several_prizes",
    "quorum",
    "promotion",
    "carried",
    "platforms",
)
_ENTRY = (
    "id", "unit", "marks", "interactions", "disqualified", "reason", "category", "jurors",
    "carried", "posts",
)


def read(data: object) -> Contest:
    """The contest in ``data`` (parsed JSON); raises ``InputError`` with the path of a fault."""
    top = Node(data).fields(
        ("rules", "jurors", "entries", "chair_decisions"), ("rules", "jurors", "entries")
    )
    rules = _rules(top["rules"])
    jurors = _names(top["jurors"])
    entries = _entries(top["entries"], rules, frozenset(jurors))
    units = frozenset(entry.unit for entry in entries)
    nodes = top["chair_decisions"].items() if "chair_decisions" in top else []
    chosen = frozenset(prize.id for prize in rules.prizes if prize.by == CHAIR)
    chosen |= rounds.chosen(rules)
    return Contest(rules, jurors, entries, tuple(_decision(node, units, chosen) for node in nodes))


def _names(node: Node) -> tuple[str, ...]:
    nodes = node.items()
    names = tuple(item.text() for item in nodes)
    distinct(nodes, names)
    return names


def _rules(node: Node) -> Rules:
    fields = node.fields(_RULES, ("criteria",))
    jury, interactions = _weights(node, fields)
    cap = fields["points_cap"].integer(1) if "points_cap" in fields else 300
    trim = fields["trim"].integer(0, 1_000) if "trim" in fields else 0
    criteria = _criteria(fields["criteria"], needed=jury > 0)
    categories = _names(fields["categories"]) if "categories" in fields else ()
    named = measures(fields["measures"]) if "measures" in fields else ()
    unit_score = fields["unit_score"].choice("best", "sum") if "unit_score" in fields else "best"
    carried = rounds.carried(fields.get("carried"), unit_score)
    return Rules(
        criteria=criteria,
        jury_weight=jury,
        interaction_weight=interactions,
        points_per_share=fields["points_per_share"].integer()
        if "points_per_share" in fields
        else 2,
        points_per_reaction=(
            fields["points_per_reaction"].integer() if "points_per_reaction" in fields else 1
        ),
        shares_per_account=_share_limit(fields.get("shares_per_account")),
        shares_per_day=_per_day(fields.get("shares_per_account_per")),
        points_cap=cap,
        prizes=_prizes(fields.get("prizes"), criteria, categories, named),
        missing=fields["missing"].choice("report", "refuse") if "missing" in fields else "report",
        trim=trim,
        trim_from=_trim_from(fields.get("trim_from"), trim),
        standardise=fields["standardise"].flag() if "standardise" in fields else False,
        unit_score=unit_score,
        tie_breaks=_tie_breaks(fields["tie_breaks"]) if "tie_breaks" in fields else TIE_BREAKS,
        second_scale=_second_scale(fields.get("second_scale"), jury, interactions, cap, carried),
        categories=categories,
        measures=named,
        several=fields["several_prizes"].flag() if "several_prizes" in fields else True,
        quorum=fields["quorum"].integer(0, 1_000) if "quorum" in fields else 0,
        promotion=_promotion(fields.get("promotion"), categories),
        carried=carried,
        platforms=platforms(fields["platforms"]) if "platforms" in fields else (),
    )


def _promotion(node: Node | None, categories: tuple[str, ...]) -> Promotion | None:
    return None if node is None else rounds.promotion(node, categories)


def _prizes(
    node: Node | None, criteria: tuple[Criterion, ...], categories: tuple[str, ...],
    named: tuple[Measure, ...],
) -> tuple[Prize, ...]:
    if node is None:
        return PLAN_PRIZES
    known = {
        CRITERION: [one.id for one in criteria], CATEGORY: list(categories),
        NAMED: [one.id for one in named],
    }
    return prizes(node, known)


def _weights(node: Node, fields: dict[str, Node]) -> tuple[Fraction, Fraction]:
    jury = fields["jury_weight"].ratio() if "jury_weight" in fields else Fraction(40)
    interactions = (
        fields["interaction_weight"].ratio() if "interaction_weight" in fields else Fraction(60)
    )
    if not jury + interactions:
        node.refuse("Hai trọng số không thể cùng bằng 0.", "Both weights cannot be zero.")
    return jury, interactions


def _criteria(node: Node, *, needed: bool) -> tuple[Criterion, ...]:
    nodes = node.items()
    criteria = tuple(_criterion(item) for item in nodes)
    distinct(nodes, (criterion.id for criterion in criteria))
    if needed and not any(criterion.weight for criterion in criteria):
        node.refuse(
            "Cần ít nhất một tiêu chí có trọng số lớn hơn 0.",
            "At least one criterion with a weight above zero is needed.",
        )
    return criteria


def _criterion(node: Node) -> Criterion:
    fields = node.fields(("id", "max", "weight"), ("id", "max"))
    weight = fields["weight"].ratio() if "weight" in fields else Fraction(1)
    return Criterion(fields["id"].text(), fields["max"].integer(1, LARGEST_MARK), weight)


def _share_limit(node: Node | None) -> int | None:
    if node is None:
        return 2
    return None if node.value is None else node.integer()


def _per_day(node: Node | None) -> bool:
    return node is not None and node.choice("clip", "day") == "day"


def _trim_from(node: Node | None, trim: int) -> int:
    least = 2 * trim + 1
    return 2 * trim + 2 if node is None else node.integer(least, 100_000)


def _tie_breaks(node: Node) -> tuple[str, ...]:
    nodes = node.items()
    steps = tuple(item.choice(*TIE_BREAKS) for item in nodes)
    distinct(nodes, steps)
    return steps


def _second_scale(
    node: Node | None, jury: Fraction, interactions: Fraction, cap: int, carried: Carried | None
) -> Fraction | None:
    """The scale on which interactions reach just the cap (plan III.3: 200 + 300 = 500); none by
    itself where a round before gives a part."""
    if node is None:
        return cap * (jury + interactions) / interactions if interactions and not carried else None
    if node.value is None:
        return None
    scale = node.ratio()
    if not scale:
        node.refuse("Thang điểm phải lớn hơn 0.", "The scale must be above zero.")
    return scale


def _entries(node: Node, rules: Rules, jurors: frozenset[str]) -> tuple[Entry, ...]:
    limits = {criterion.id: criterion.max for criterion in rules.criteria}
    nodes = node.items()
    entries = tuple(_entry(item, jurors, limits, rules) for item in nodes)
    distinct(nodes, (entry.id for entry in entries))
    return entries


def _entry(node: Node, jurors: frozenset[str], limits: dict[str, int], rules: Rules) -> Entry:
    fields = node.fields(_ENTRY, ("id", "unit", "marks", "interactions"))
    counts = _interactions(fields["interactions"], per_day=rules.shares_per_day)
    reason = fields.get("reason")
    marks = _marks(fields["marks"], jurors, limits)
    return Entry(
        id=fields["id"].text(),
        unit=fields["unit"].text(),
        marks=marks,
        reactions=counts.reactions,
        shares=counts.shares,
        ledger=counts.ledger,
        ledger_complete=counts.complete,
        disqualified=fields["disqualified"].flag() if "disqualified" in fields else False,
        reason=None if reason is None or reason.value is None else reason.text(),
        category=category(fields.get("category"), rules.categories),
        jurors=assignment.read(fields.get("jurors"), jurors, marks),
        carried=rounds.total_before(node, fields.get("carried"), rules),
        posts=posts(fields.get("posts"), rules.platforms),
    )


class _Counts(NamedTuple):
    reactions: int | None = None
    shares: int | None = None
    ledger: list[LedgerRow] | None = None
    complete: bool = True


def _interactions(node: Node, *, per_day: bool) -> _Counts:
    """The numbers of a clip. A ledger of which nothing else is said is complete."""
    if node.value is None:
        return _Counts()
    fields = node.fields(("reactions", "shares", "share_ledger", "ledger_state"), ("reactions",))
    ledger, state = fields.get("share_ledger"), fields.get("ledger_state")
    complete = state is None or state.value is None or state.choice(*LEDGER_STATES) == "complete"
    rows = None if ledger is None or ledger.value is None else _ledger(ledger, per_day=per_day)
    return _Counts(_number(fields["reactions"]), _number(fields.get("shares")), rows, complete)


def _number(node: Node | None) -> int | None:
    return None if node is None or node.value is None else node.integer()


def _ledger(node: Node, *, per_day: bool) -> list[LedgerRow]:
    """The rows, looked at without a ``Node`` each: there may be a million of them."""
    rows: list[LedgerRow] = node.sequence()
    for index, row in enumerate(rows):
        if (
            type(row) is not dict
            or len(row) != 2 + per_day
            or type(row.get("account")) is not str
            or type(row.get("count")) is not int
            or not row["account"]
            or not 0 <= row["count"] <= LARGEST
            or (per_day and not _is_day(row.get("day")))
        ):
            _refuse_row(node.child(index), per_day=per_day)
    return rows


def _is_day(value: object) -> bool:
    return type(value) is str and DAY.fullmatch(value) is not None


def _refuse_row(node: Node, *, per_day: bool) -> None:
    """Raise what is wrong with a row; one with a ``day`` that the cap does not need passes."""
    known = ("account", "count", "day")
    fields = node.fields(known, known if per_day else known[:2])
    fields["account"].text()
    fields["count"].integer()
    if "day" in fields and not _is_day(fields["day"].value):
        fields["day"].refuse(
            "Ngày phải viết như 2023-06-19.", "A day must be written like 2023-06-19."
        )


def _marks(node: Node, jurors: frozenset[str], limits: dict[str, int]) -> dict[str, Ballot]:
    """The ballots on one clip, looked at without a ``Node`` each: there may be a million marks."""
    marks: dict[str, Ballot] = dict(node.mapping())
    for juror, ballot in marks.items():
        if juror not in jurors:
            node.refuse(
                f"“{juror}” không có trong danh sách giám khảo.",
                f'"{juror}" is not in the list of jurors.',
                at=juror,
            )
        if type(ballot) is not dict:
            _refuse_ballot(node.child(juror))
            continue
        for criterion, mark in ballot.items():
            if type(mark) is not int or not 0 <= mark <= limits.get(criterion, -1):
                _refuse_mark(step(step(node.path, juror), criterion), mark, limits.get(criterion))
    return marks


def _refuse_ballot(node: Node) -> None:
    """Pass the two words; refuse everything else that is no object of marks."""
    if isinstance(node.value, Repeated):
        node.mapping()
    if not isinstance(node.value, str) or node.value not in (RECUSED, ABSTAINED):
        node.refuse(
            f"Phải là điểm theo tiêu chí, hoặc “{RECUSED}”, “{ABSTAINED}”.",
            f'This must be marks by criterion, or "{RECUSED}", or "{ABSTAINED}".',
        )


def _refuse_mark(path: str, mark: object, limit: int | None) -> None:
    if limit is None:
        raise InputError(path, "Không có tiêu chí này.", "There is no such criterion.")
    Node(mark, path).integer(0, limit)


def _decision(node: Node, units: frozenset[str], chosen: frozenset[str]) -> Decision:
    fields = node.fields(("units", "reason", "prize"), ("units",))
    names = _names(fields["units"])
    for item, name in zip(fields["units"].items(), names, strict=True):
        if name not in units:
            item.refuse(f"Không có đơn vị “{name}”.", f'There is no unit "{name}".')
    reason = fields.get("reason")
    why = None if reason is None or reason.value is None else reason.text()
    prize = fields["prize"].choice(*sorted(chosen)) if "prize" in fields else None
    return Decision(names, why, prize)
