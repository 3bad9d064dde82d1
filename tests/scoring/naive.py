"""A second implementation of the rules, as short and as slow as can be, written on its own.

It shares no line with ``scoring``: it reads the input as JSON, uses Fractions for everything and
follows ``docs/scoring.md`` sentence by sentence. The two must agree on every contest.
"""

from fractions import Fraction
from functools import cmp_to_key

PLAN = {
    "jury_weight": 40,
    "interaction_weight": 60,
    "points_per_share": 2,
    "points_per_reaction": 1,
    "shares_per_account": 2,
    "points_cap": 300,
    "prizes": [
        {"id": "first", "count": 1},
        {"id": "second", "count": 1},
        {"id": "third", "count": 1},
        {"id": "consolation", "count": 3},
    ],
    "trim": 0,
    "standardise": False,
    "unit_score": "best",
    "tie_breaks": ["jury_mean", "top_criterion", "uncapped_points", "chair"],
}


def ranking(data):
    """(rank, unit, entry or None, jury, interactions, total, points, prize) for every unit."""
    rules, clips = _clips(data)
    ranked = {clip[-1]: clip for clip in clips if clip[0] is not None}
    units = {}
    for clip in ranked.values():
        units.setdefault(clip[7], []).append(clip[:7])
    return _ranked(rules, {unit: _stand(rules, found) for unit, found in units.items()}, data)


def awards(data):
    """(prize, unit, entry or None, worth, shared) in the order of the prizes.

    Slot by slot: a unit that shares a place with others uses up the places after it, and who may
    not take a second prize is passed over.
    """
    rules = PLAN | data["rules"]
    found, winners, left, skip = [], [], {}, {}
    for prize in rules["prizes"]:
        by = prize.get("by", "overall")
        key = (by, prize["id"]) if by == "chair" else by
        if key not in left:
            left[key], skip[key] = _groups(data, by, prize["id"]), 0
        for _ in range(prize["count"]):
            if skip[key]:
                skip[key] -= 1
                continue
            several = rules.get("several_prizes", True)
            open_ = [[u for u in group if several or u[0] not in winners] for group in left[key]]
            open_ = [group for group in open_ if group]
            if not open_:
                continue
            first, left[key] = open_[0], open_[1:]
            skip[key] = len(first) - 1
            found += [(prize["id"], *unit, len(first) > 1) for unit in first]
            winners += [unit[0] for unit in first]
    return found


def _groups(data, by, prize):
    """Units of equal rank by a measure, best first: (unit, entry or None, worth)."""
    rules, clips = _clips(data)
    if by == "chair":
        chosen = [d["units"] for d in data["chair_decisions"] if d.get("prize") == prize]
        totals = {line[1]: (line[1], line[2], line[5]) for line in ranking(data)}
        return [[totals[unit]] for unit in (chosen[-1] if chosen else []) if unit in totals]
    units = {}
    for clip in clips:
        value = _value(rules, data, clip, by)
        if value is not None:
            units.setdefault(clip[7], []).append((value, *clip[1:7]))
    places = {}
    for line in _ranked(rules, {u: _stand(rules, found) for u, found in units.items()}, data):
        places.setdefault(line[0], []).append((line[1], line[2], line[5]))
    return [places[rank] for rank in sorted(places)]


def _value(rules, data, clip, by):
    total, mean, _, points, *_ = clip
    entry = next(e for e in data["entries"] if e["id"] == clip[6])
    kind, _, key = by.partition(":")
    if kind == "jury":
        return None if mean is None else mean * 100
    if kind == "interactions":
        counts = entry["interactions"] or {}
        known = [counts.get(part) for part in ("reactions", "shares", "share_ledger")]
        known += [count for post in entry.get("posts", []) for name, count in post.items()
                  if name != "platform"]
        return None if all(one is None for one in known) else Fraction(points)
    if kind == "criterion":
        return _criterion(rules, data, entry, key)
    if kind == "measure":
        return _measure(rules, clip, key)
    return total if kind != "category" or entry.get("category") == key else None


def _criterion(rules, data, entry, key):
    names = {c["id"] for c in rules["criteria"]}
    most = next(c["max"] for c in rules["criteria"] if c["id"] == key)
    given = [b[key] for j, b in entry["marks"].items()
             if j in data["jurors"] and isinstance(b, dict) and b.keys() == names]
    return Fraction(sum(given) * 100, len(given) * most) if given else None


def _measure(rules, clip, key):
    _, mean, _, points, *_ = clip
    named = next(m for m in rules["measures"] if m["id"] == key)
    jury, public = Fraction(named["jury_weight"]), Fraction(named["interaction_weight"])
    if jury and mean is None:
        return None
    interaction = min(Fraction(points, rules["points_cap"]), 1)
    return ((mean or 0) * jury + interaction * public) / (jury + public) * 100


def _clips(data):
    """The rules, and of each clip total, mean, top, points, jury, interactions, id, unit, place."""
    rules = PLAN | data["rules"]
    entries = [e for e in data["entries"] if not e.get("disqualified")]
    before = Fraction(rules.get("carried", {"percent": 0})["percent"])
    weights = Fraction(rules["jury_weight"]) + Fraction(rules["interaction_weight"])
    scale = (100 - before) / weights
    ballots = _percentages(rules, data["jurors"], entries)
    clips = []
    for place, entry in enumerate(entries):
        given = ballots[entry["id"]]
        points = _points(rules, entry["interactions"]) + _elsewhere(rules, entry)
        interaction = min(Fraction(points, rules["points_cap"]), 1)
        mean = _trimmed_mean(rules, list(given.values())) if given else None
        jury = (mean or 0) * Fraction(rules["jury_weight"]) * scale
        interactions = interaction * Fraction(rules["interaction_weight"]) * scale
        total = jury + interactions + Fraction(entry.get("carried", 0)) * before / 100
        total = total if given or not rules["jury_weight"] else None
        top = _top(rules, entry, given)
        clips.append((total, mean, top, points, jury, interactions, entry["id"], entry["unit"],
                      place))
    return rules, clips


def _percentages(rules, jurors, entries):
    """What each juror gave each clip, in 0..1, complete ballots only."""
    criteria = {c["id"]: (c["max"], Fraction(c.get("weight", 1))) for c in rules["criteria"]}
    possible = sum(most * weight for most, weight in criteria.values())
    result = {entry["id"]: {} for entry in entries}
    for entry in entries:
        for juror in jurors:
            ballot = entry["marks"].get(juror)
            if isinstance(ballot, dict) and ballot.keys() == criteria.keys() and possible:
                given = sum(mark * criteria[name][1] for name, mark in ballot.items())
                result[entry["id"]][juror] = given / possible
    return _standardised(result) if rules["standardise"] else result


def _standardised(result):
    own = {}
    for given in result.values():
        for juror, value in given.items():
            own.setdefault(juror, []).append(value)
    mean = {juror: sum(values) / len(values) for juror, values in own.items()}
    spread = {j: sum(abs(v - mean[j]) for v in values) / len(values) for j, values in own.items()}
    everything = [value for values in own.values() for value in values]
    common = sum(everything) / len(everything) if everything else 0
    spreads = [value for value in spread.values() if value > 0]
    common_spread = sum(spreads) / len(spreads) if spreads else 0

    def moved(juror, value):
        if spread[juror] == 0:
            return common
        wanted = common + (value - mean[juror]) * common_spread / spread[juror]
        return min(max(wanted, Fraction(0)), Fraction(1))

    return {e: {j: moved(j, v) for j, v in given.items()} for e, given in result.items()}


def _trimmed_mean(rules, values):
    trim = rules["trim"]
    if trim and len(values) >= rules.get("trim_from", 2 * trim + 2):
        values = sorted(values)[trim : len(values) - trim]
    return Fraction(sum(values)) / len(values)


def _points(rules, interactions):
    if interactions is None:
        return 0
    shares = interactions.get("shares") or 0
    ledger = interactions.get("share_ledger")
    if ledger is not None:
        daily = rules.get("shares_per_account_per") == "day"
        keys = {(row["account"], row["day"] if daily else None) for row in ledger}
        limit = rules["shares_per_account"]
        totals = [
            sum(r["count"] for r in ledger if r["account"] == a and day in (None, r.get("day")))
            for a, day in keys
        ]
        count = sum(total if limit is None else min(total, limit) for total in totals)
        if interactions.get("ledger_state") != "partial" or interactions.get("shares") is None:
            shares = count
        else:
            over = sum(totals) - count
            shares = min(shares, max(shares - over, count))
    return (
        rules["points_per_share"] * shares
        + rules["points_per_reaction"] * (interactions["reactions"] or 0)
    )


def _elsewhere(rules, entry):
    """Points of a clip's posts on other platforms."""
    found = 0
    for post in entry.get("posts", []):
        rule = next(one for one in rules["platforms"] if one["id"] == post["platform"])
        points = (post.get("views") or 0) // rule.get("views_per_step", 1) * rule.get(
            "points_per_view", 0)
        for name in ("like", "share", "comment"):
            points += (post.get(f"{name}s") or 0) * rule.get(f"points_per_{name}", 0)
        cap = rule.get("cap")
        found += points if cap is None else min(points, cap)
    return found


def uncounted(data):
    """(clip, platforms) with a paid count that nobody has made, and (clip, what) of the Page."""
    rules = PLAN | data["rules"]
    pays = {one["id"]: [f"{name}s" for name in ("like", "share", "comment", "view")
                        if one.get(f"points_per_{name}")] for one in rules.get("platforms", [])}
    places = list(pays)
    found = []
    for entry in data["entries"]:
        if entry.get("disqualified") or not Fraction(rules["interaction_weight"]):
            continue
        posts = sorted(entry.get("posts", []), key=lambda one: places.index(one["platform"]))
        open_ = [one["platform"] for one in posts
                 if any(one.get(name) is None for name in pays[one["platform"]])]
        found += [(entry["id"], open_)] if open_ else []
    return sorted(found)


def _top(rules, entry, given):
    if not given:
        return None
    weight = max(Fraction(c.get("weight", 1)) for c in rules["criteria"])
    heavy = [c for c in rules["criteria"] if Fraction(c.get("weight", 1)) == weight]
    largest = max(c["max"] for c in heavy)
    chosen = [c["id"] for c in heavy if c["max"] == largest]
    marks = [Fraction(entry["marks"][j][c], largest) for j in given for c in chosen]
    return sum(marks) / len(marks)


def _stand(rules, clips):
    if rules["unit_score"] == "sum":
        none = Fraction(-1)
        mean = sum(none if c[1] is None else c[1] for c in clips) / len(clips)
        top = sum(none if c[2] is None else c[2] for c in clips) / len(clips)
        sums = [sum(c[place] for c in clips) for place in (0, 3, 4, 5)]
        return (sums[0], mean, top, sums[1], sums[2], sums[3], None)
    places = {"jury_mean": 1, "top_criterion": 2, "uncapped_points": 3}
    chain = [places[step] for step in rules["tie_breaks"] if step in places]

    def strength(clip):
        return [clip[0]] + [Fraction(-1) if clip[p] is None else clip[p] for p in chain]

    return max(sorted(clips, key=lambda c: c[6]), key=strength)


def _ranked(rules, units, data):
    places = {"jury_mean": 1, "top_criterion": 2, "uncapped_points": 3}

    def ahead(a, b):
        """Above zero where unit ``a`` stands before unit ``b`` without the chair."""
        for place in [0] + [places[s] for s in rules["tie_breaks"] if s in places]:
            left, right = units[a][place], units[b][place]
            left, right = (Fraction(-1) if v is None else v for v in (left, right))
            if left != right:
                return 1 if left > right else -1
        return 0

    order = sorted(sorted(units), key=cmp_to_key(ahead), reverse=True)
    groups = []
    for unit in order:
        if groups and ahead(groups[-1][0], unit) == 0:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    prizes = [prize["id"] for prize in rules["prizes"] for _ in range(prize["count"])]
    prizes *= all(prize.get("by", "overall") == "overall" for prize in rules["prizes"])
    lines = []
    for group in _chaired(rules, groups, data.get("chair_decisions", [])):
        rank = len(lines) + 1
        prize = prizes[rank - 1] if rank <= len(prizes) else None
        for unit in sorted(group):
            total, _, _, points, jury, interactions, entry = units[unit]
            lines.append((rank, unit, entry, jury, interactions, total, points, prize))
    return lines


def _chaired(rules, groups, decisions):
    for group in groups:
        ties = [d["units"] for d in decisions if not d.get("prize")]
        fitting = [units for units in ties if set(group) <= set(units)]
        if len(group) > 1 and fitting and "chair" in rules["tie_breaks"]:
            yield from ([unit] for unit in fitting[-1] if unit in group)
        else:
            yield group


def unmarked(data):
    """(clip, juror, criteria without a mark) of every juror who was given a clip and owes it."""
    rules = PLAN | data["rules"]
    criteria = {c["id"] for c in rules["criteria"]}
    found = []
    for entry in data["entries"]:
        for juror in entry.get("jurors", data["jurors"]):
            ballot = entry["marks"].get(juror, {})
            if not isinstance(ballot, str) and not entry.get("disqualified"):
                found.append((entry["id"], juror, sorted(criteria - ballot.keys())))
    counts = Fraction(rules["jury_weight"]) > 0
    return sorted(one for one in found if one[2] and counts)


def too_few(data):
    """(clip, complete ballots) where there are fewer than the quorum."""
    rules = PLAN | data["rules"]
    criteria = {c["id"] for c in rules["criteria"]}
    found = []
    for entry in data["entries"]:
        given = [b for b in entry["marks"].values() if not isinstance(b, str)]
        complete = len([ballot for ballot in given if ballot.keys() == criteria])
        if complete < rules.get("quorum", 0) and not entry.get("disqualified"):
            found.append((entry["id"], complete))
    return sorted(found) if Fraction(rules["jury_weight"]) else []


def strict(data):
    """juror -> (clips, compared, mean, difference from the others, mean absolute deviation)."""
    rules = PLAN | data["rules"] | {"standardise": False}
    entries = [entry for entry in data["entries"] if not entry.get("disqualified")]
    given = _percentages(rules, data["jurors"], entries)

    def mean(values):
        return sum(values, Fraction(0)) / len(values) if values else None

    found = {}
    for juror in data["jurors"]:
        own = [clip[juror] * 100 for clip in given.values() if juror in clip]
        apart = [
            clip[juror] * 100 - mean([v * 100 for j, v in clip.items() if j != juror])
            for clip in given.values() if juror in clip and len(clip) > 1
        ]
        spread = mean([abs(value - mean(own)) for value in own])
        found[juror] = (len(own), len(apart), mean(own), mean(apart), spread)
    return found


def promoted(data, rule):
    """(category or None, unit, rank) of those who go on; the units among whom nobody decided."""
    by, ties = rule["by"], rule.get("ties", "all")
    if by == "chair" and "units" not in rule:
        lists = [d["units"] for d in data["chair_decisions"] if d.get("prize") == "round:next"]
        rule = {"units": lists[-1] if lists else []}
    if by in ("above", "chair"):
        lines = [(None, line[1], line[0], line[5]) for line in ranking(data)]
        if by == "above":
            return [line[:3] for line in lines if line[3] >= Fraction(rule["least"])], []
        return [line[:3] for unit in rule["units"] for line in lines if line[1] == unit], []
    found, undecided = [], []
    for category in data["rules"]["categories"] if by == "category" else [None]:
        measure = "overall" if category is None else f"category:{category}"
        rank = 1
        for group in _groups(data, measure, None):
            if rank > rule["count"]:
                break
            last = rank + len(group) - 1
            if last > rule["count"] and ties == "none":
                undecided += [unit for unit, *_ in group]
                break
            found += [(category, unit, rank) for unit, *_ in group]
            rank = last + 1
    return found, sorted(set(undecided) - {unit for _, unit, _ in found})
