"""The rest of the naive tally (``naive.py``): who comes next, what is not known, who is out."""

from fractions import Fraction

import naive


def following(data):
    """By measure the units that take the next place if one more prize went by it."""
    given, prizes = naive.awards(data), {p["id"]: p for p in data["rules"]["prizes"]}
    winners = {unit for _, unit, *_ in given}
    measures = {"overall", *(p.get("by", "overall") for p in prizes.values())} - {"chair"}
    found = {}
    for by in measures:
        took = {unit for prize, unit, *_ in given if prizes[prize].get("by", "overall") == by}
        places = naive._groups(data, by, None)
        after = max((n for n, group in enumerate(places, 1) if took & {u for u, *_ in group}),
                    default=0)
        open_ = (_open(data, group, winners) for group in places[after:])
        found[by] = next(filter(None, open_), [])
    return found


def _open(data, group, winners):
    several = data["rules"].get("several_prizes", True)
    return [unit for unit, *_ in group if several or unit not in winners]


def next_in_line(data):
    """The units of the best rank that no prize of the ranking has, nor, where nobody may take two,
    any other."""
    ranked = {p["id"] for p in data["rules"]["prizes"] if p.get("by", "overall") == "overall"}
    out = {unit for prize, unit, *_ in naive.awards(data)
           if prize in ranked or not data["rules"].get("several_prizes", True)}
    lines = [line for line in naive.ranking(data) if line[1] not in out]
    return [line[1] for line in lines if line[0] == lines[0][0]]


def unranked(data):
    """(clip, unit) of what counts by the jury and has no complete ballot."""
    _, clips = naive._clips(data)
    return sorted((clip[6], clip[7]) for clip in clips if clip[0] is None)


def unread(data):
    """(clip, what) of counts on the Page that are owed and not known."""
    rules = naive.PLAN | data["rules"]
    earns = rules["points_per_share"] or rules["points_per_reaction"]
    if not Fraction(rules["interaction_weight"]) or (rules.get("platforms") and not earns):
        return []
    found = []
    for entry in data["entries"]:
        counts = entry["interactions"] or {}
        whole = counts.get("ledger_state") != "partial" and counts.get("share_ledger") is not None
        lacking = {"reactions": counts.get("reactions") is None,
                   "shares": counts.get("shares") is None and not whole}
        if all(counts.get(key) is None for key in ("reactions", "shares", "share_ledger")):
            lacking = {"interactions": True}
        found += [(entry["id"], what) for what, open_ in lacking.items()
                  if open_ and not entry.get("disqualified")]
    return sorted(found)


def stopped(data, rule):
    """Units in the ranking that neither go on nor wait for a decision, in its order."""
    on, undecided = naive.promoted(data, rule)
    there = {unit for _, unit, _ in on} | set(undecided)
    return [line[1] for line in naive.ranking(data) if line[1] not in there]
