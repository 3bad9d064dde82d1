"""For every line of the ranking, the sums as a person can follow them with a calculator."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from scoring.elsewhere import post_words
from scoring.jury import JuryScore, Mark
from scoring.model import Rules
from scoring.numbers import finite, rounded, shown, written
from scoring.ranking import SHARED, TOTAL, Line
from scoring.winning.scored import Scored

LANGUAGES = ("vi", "en")

_WORDS: dict[str, dict[str, str]] = {
    "vi": {
        "clip": "Clip {id}.",
        "best": "Đơn vị có {count} clip, tính clip cao điểm nhất: {id}.",
        "sum": "Cộng điểm {count} clip của đơn vị: {ids}.",
        "jury": "Giám khảo: {sum}.",
        "standardised": "Điểm đã quy về cùng mức trung bình và cùng độ chênh; số ghi ở đây đã "
        "làm tròn, khi tính dùng phân số chính xác.",
        "no_jury": "Giám khảo: không tính vào điểm của hội thi này.",
        "given_to": "Được giao chấm: {names}.",
        "trimmed": "Không tính điểm cao nhất và thấp nhất của: {names}.",
        "recused": "Từ chối chấm vì có liên quan: {names}.",
        "abstained": "Không cho điểm: {names}.",
        "missing": "Chưa chấm đủ, không tính là 0: {names}.",
        "interactions": "Tương tác: {sum}.",
        "reactions": "{count} cảm xúc × {each}",
        "shares": "{count} lượt chia sẻ × {each}",
        "points": "{sum} = {points} điểm",
        "capped": ", tính tối đa {cap}",
        "no_reactions": "chưa có số đếm",
        "reactions_open": "Chưa có số lượt cảm xúc.",
        "no_shares": "Chưa có số lượt chia sẻ.",
        "ledger": "Đã đối chiếu từng tài khoản (mỗi tài khoản tính tối đa {limit}): "
        "{shares} trong {given} lượt được tính.",
        "per_day": "{limit} lượt một ngày",
        "per_clip": "{limit} lượt",
        "partial": "Đã đối chiếu {checked}/{given} lượt chia sẻ theo tài khoản; {shares} lượt "
        "được tính, phần chưa đối chiếu tính theo số tổng.",
        "partial_alone": "Chưa có số tổng lượt chia sẻ; {shares} trong {checked} lượt đã đối "
        "chiếu theo tài khoản được tính.",
        "ledger_free": "Đã đối chiếu từng tài khoản: {given} lượt.",
        "unverified": "Số lượt chia sẻ chưa được đối chiếu theo từng tài khoản.",
        "total": "Tổng: {jury} + {interactions} = {total}{exactly}.",
        "exactly": " (cộng số chính xác rồi mới làm tròn)",
        "second": "Trên thang {scale}: {jury} + {interactions} = {total}{exactly}.",
        "carried": "Vòng trước: {points} trên 100 × {percent} / 100 = {value}.",
        "by_total": "Hạng {rank} theo tổng điểm.",
        "by_step": "Hạng {rank}: bằng tổng điểm với {others}; xét {step}.",
        "shared": "Đồng hạng {rank} với {others}: mọi tiêu chí phụ đều bằng nhau.",
        "jury_mean": "điểm trung bình của giám khảo ({value})",
        "top_criterion": "điểm tiêu chí có trọng số lớn nhất ({value})",
        "uncapped_points": "điểm tương tác khi chưa giới hạn ({value})",
        "chair": "quyết định của Trưởng ban được ghi biên bản",
    },
    "en": {
        "clip": "Clip {id}.",
        "best": "The unit has {count} clips and stands with its best: {id}.",
        "sum": "The scores of the unit's {count} clips are added: {ids}.",
        "jury": "Jury: {sum}.",
        "standardised": "Marks were moved to a common mean and a common spread; the numbers here "
        "are rounded, the sums use exact fractions.",
        "no_jury": "Jury: does not count in this contest.",
        "given_to": "Given to: {names}.",
        "trimmed": "Highest and lowest left out: {names}.",
        "recused": "Recused: {names}.",
        "abstained": "Abstained: {names}.",
        "missing": "Not fully marked, not counted as zero: {names}.",
        "interactions": "Interactions: {sum}.",
        "reactions": "{count} reactions × {each}",
        "shares": "{count} shares × {each}",
        "points": "{sum} = {points} points",
        "capped": ", at most {cap} count",
        "no_reactions": "no count yet",
        "reactions_open": "No count of reactions yet.",
        "no_shares": "No count of shares yet.",
        "ledger": "Checked per account (at most {limit} each): "
        "{shares} of {given} shares count.",
        "per_day": "{limit} shares a day",
        "per_clip": "{limit} shares",
        "partial": "{checked} of {given} shares have been checked per account; {shares} count, "
        "those unchecked as the total has them.",
        "partial_alone": "The total of shares is not known; {shares} of the {checked} shares that "
        "have been checked per account count.",
        "ledger_free": "Checked per account: {given} shares.",
        "unverified": "The shares have not been verified per account.",
        "total": "Total: {jury} + {interactions} = {total}{exactly}.",
        "exactly": " (added exactly, rounded afterwards)",
        "second": "On the scale of {scale}: {jury} + {interactions} = {total}{exactly}.",
        "carried": "Round before: {points} out of 100 × {percent} / 100 = {value}.",
        "by_total": "Rank {rank} by total.",
        "by_step": "Rank {rank}: equal total with {others}; decided by {step}.",
        "shared": "Rank {rank} shared with {others}: every tie-break is equal.",
        "jury_mean": "the jury's mean ({value})",
        "top_criterion": "the mark in the criterion of most weight ({value})",
        "uncapped_points": "interaction points before the cap ({value})",
        "chair": "the chair's recorded decision",
    },
}


class Explainer:
    """Explains the lines of one contest in both languages."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.pages = {language: Page(rules, language) for language in LANGUAGES}

    def explain(self, line: Line, equals: list[Line]) -> dict[str, str]:
        """``{"vi": …, "en": …}``, sentences one to a line; ``equals``: lines of the same total."""
        return {language: page.text(line, equals) for language, page in self.pages.items()}


class Page:
    """One line of the ranking in one language."""

    def __init__(self, rules: Rules, language: str) -> None:
        self.rules, self.language, self.words = rules, language, _WORDS[language]
        self.percents: dict[Mark, tuple[bool, str]] = {}
        self.share, self.cap = self.number(rules.jury_share), self.number(rules.points_cap)
        self.public_share = self.number(rules.interaction_share)

    def say(self, key: str, **values: object) -> str:
        return self.words[key].format(**values)

    def number(self, value: Fraction | int) -> str:
        """Written out where it ends within four decimals, else rounded to two."""
        if isinstance(value, int):
            return written(str(value), self.language)
        return written(finite(value) or rounded(value), self.language)

    def text(self, line: Line, equals: list[Line]) -> str:
        return "\n".join([*self.sums(line), self.rank(line, equals)])

    def sums(self, line: Line) -> list[str]:
        """How the total comes about, a sentence each."""
        sentences = [self.clips(line)]
        for clip in line.clips:
            if len(line.clips) > 1:
                sentences.append(self.say("clip", id=clip.entry.id))
            sentences += self.jury(clip) + self.interactions(clip) + self.carried(clip)
        return sentences + self.totals(line)

    def clips(self, line: Line) -> str:
        ids = [clip.entry.id for clip in line.clips]
        if len(ids) > 1:
            return self.say("sum", count=len(ids), ids=", ".join(ids))
        if line.others:
            return self.say("best", count=1 + len(line.others), id=ids[0])
        return self.say("clip", id=ids[0])

    def jury(self, clip: Scored) -> list[str]:
        if not self.rules.jury_share or clip.jury_points is None:
            return [self.say("no_jury")]
        result = f"{self.jury_sum(clip.jury)} = {shown(clip.jury_points, self.language)}"
        sentences = [self.say("jury", sum=result)]
        if self.rules.standardise:
            sentences.append(self.say("standardised"))
        left_out = {
            "given_to": tuple(sorted(clip.entry.jurors or ())),
            "trimmed": tuple(juror for juror, _ in clip.jury.trimmed),
            "recused": clip.jury.recused,
            "abstained": clip.jury.abstained,
            "missing": clip.jury.missing,
        }
        return sentences + [self.say(k, names=", ".join(n)) for k, n in left_out.items() if n]

    def jury_sum(self, marked: JuryScore) -> str:
        """``(87,5 + 92 + 90) / 3 / 100 × 40``, or the plain fractions where percents run on."""
        marks = [mark for _, mark in marked.counted]
        percents = [self.percent(mark, marked.possible) for mark in marks]
        if self.rules.standardise or all(ends for ends, _ in percents):
            parts = [text for _, text in percents]
            return f"{_bracket(parts)} / {len(parts)} / 100 × {self.share}"
        parts = [f"{self.number(mark)}/{self.number(marked.possible)}" for mark in marks]
        return f"{_bracket(parts)} / {len(parts)} × {self.share}"

    def percent(self, mark: Mark, possible: Fraction) -> tuple[bool, str]:
        """Whether the percentage ends within four decimals, and the percentage. Kept: marks
        repeat, and a large contest has hundreds of thousands."""
        known = self.percents.get(mark)
        if known is None:
            value = 100 * Fraction(mark) / possible
            known = finite(value) is not None, self.number(value)
            self.percents[mark] = known
        return known

    def interactions(self, clip: Scored) -> list[str]:
        counts, rules = clip.interactions, self.rules
        end = f"= {shown(clip.interaction_points, self.language)}"
        ratio = f"{self.number(counts.counted)} / {self.cap} × {self.public_share} {end}"
        if not clip.entry.counted:
            return [self.say("interactions", sum=f"{self.say('no_reactions')}; {ratio}")]
        collected = self.say("points", sum=self.collected(clip), points=self.number(counts.points))
        if counts.capped:
            collected += self.say("capped", cap=self.cap)
        sentences = [self.say("interactions", sum=f"{collected}; {ratio}"), *self.posts(clip)]
        if counts.reactions is None and rules.page_counts:
            sentences.append(self.say("reactions_open"))
        return [*sentences, self.shares(clip)] if rules.points_per_share else sentences

    def posts(self, clip: Scored) -> list[str]:
        """What posts on other platforms earned."""
        return [
            said for post in clip.entry.posts
            for said in post_words.sentences(post, self.language, self.number)
        ]

    def collected(self, clip: Scored) -> str:
        counts, rules = clip.interactions, self.rules
        parts = [
            ("reactions", counts.reactions, rules.points_per_reaction),
            ("shares", counts.shares, rules.points_per_share),
        ]
        said = [
            self.say(key, count=self.number(count), each=self.number(each))
            for key, count, each in parts
            if count is not None
        ]
        return " + ".join(said + [f"{p.on.id} {self.number(p.counted)}" for p in clip.entry.posts])

    def shares(self, clip: Scored) -> str:
        counts, limit = clip.interactions, self.rules.shares_per_account
        if counts.shares is None or counts.given is None:
            return self.say("no_shares")
        given, shares = self.number(counts.given), self.number(counts.shares)
        if counts.checked is not None:
            checked = self.number(counts.checked)
            key = "partial_alone" if clip.entry.shares is None else "partial"
            return self.say(key, checked=checked, given=given, shares=shares)
        if not counts.verified:
            return self.say("unverified")
        if limit is None:
            return self.say("ledger_free", given=given)
        each = "per_day" if self.rules.shares_per_day else "per_clip"
        most = self.say(each, limit=self.number(limit))
        return self.say("ledger", limit=most, shares=shares, given=given)

    def carried(self, clip: Scored) -> list[str]:
        """What the round before gives; nothing where there was none."""
        if self.rules.carried is None:
            return []
        return [self.say(
            "carried", points=self.number(clip.entry.carried or 0),
            percent=self.number(self.rules.carried.percent),
            value=shown(clip.carried_points, self.language),
        )]

    def totals(self, line: Line) -> list[str]:
        sentences = [self.sum("total", line, Fraction(1))]
        scale = self.rules.second_scale
        if scale and self.rules.unit_score == "best":
            sentences.append(self.sum("second", line, scale / 100, scale=self.number(scale)))
        return sentences

    def sum(self, key: str, line: Line, factor: Fraction, **values: object) -> str:
        parts = [line.jury_points * factor, line.interaction_points * factor]
        parts += [line.carried_points * factor] if self.rules.carried else []
        total = line.total * factor
        adds_up = sum(Fraction(rounded(part)) for part in parts) == Fraction(rounded(total))
        jury, *others = (shown(part, self.language) for part in parts)
        return self.say(
            key,
            jury=jury,
            interactions=" + ".join(others),
            total=shown(total, self.language),
            exactly="" if adds_up else self.say("exactly"),
            **values,
        )

    def rank(self, line: Line, equals: list[Line]) -> str:
        if line.decided_by == TOTAL:
            return self.say("by_total", rank=line.rank)
        if line.decided_by == SHARED:
            same = [other.unit for other in equals if other.rank == line.rank]
            others = ", ".join(unit for unit in same if unit != line.unit)
            return self.say("shared", rank=line.rank, others=others)
        others = ", ".join(other.unit for other in equals if other.unit != line.unit)
        value = MEASURES[line.decided_by](line)
        step = self.say(line.decided_by, value=self.number(value))
        return self.say("by_step", rank=line.rank, others=others, step=step)


MEASURES: dict[str, Callable[[Line], Fraction]] = {
    "jury_mean": lambda line: 100 * line.jury_mean,
    "top_criterion": lambda line: 100 * line.top,
    "uncapped_points": lambda line: Fraction(line.points),
    "chair": lambda line: Fraction(0),
}


def _bracket(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"
