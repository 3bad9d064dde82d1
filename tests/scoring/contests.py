"""Random contests: small ranges, so that ties, caps, gaps and disqualifications are frequent."""

from functools import partial
from random import Random

from hypothesis import strategies as st

ACCOUNTS = ["a1", "b2", "c3", "d4"]
TIE_BREAKS = [
    ["jury_mean", "top_criterion", "uncapped_points", "chair"],
    ["jury_mean", "top_criterion", "uncapped_points", "chair"],
    ["uncapped_points", "jury_mean", "chair"],
    ["top_criterion"],
    [],
]


def hold(seeds, check):
    """``check`` a random contest of each seed; a failure names its seed."""
    for seed in seeds:
        try:
            check(Random(seed))
        except Exception as failure:
            failure.add_note(f"seed {seed}")
            raise


def contests(**fixed):
    """A strategy for the input of ``scoring.compute``; ``fixed`` rules stand as given."""
    return st.randoms(use_true_random=False).map(partial(contest, fixed=fixed))


def contest(random: Random, fixed=None):
    """Up to 8 clips of up to 5 units, up to 4 jurors."""
    found = rules(random) | (fixed or {})
    jurors = [f"GK{i}" for i in range(1, random.randint(1, 4) + 1)]
    entries = [entry(random, f"c{i}", found, jurors) for i in range(random.randint(0, 8))]
    units = sorted({entry["unit"] for entry in entries})
    random.shuffle(units)
    decided = units and random.random() < 0.5
    decisions = [{"units": units, "reason": "BTC họp"}] if decided else []
    return {"rules": found, "jurors": jurors, "entries": entries, "chair_decisions": decisions}


def measured(random: Random):
    """The same with prizes by every measure, categories, a named measure, choices of the chair."""
    data = contest(random)
    found = data["rules"]
    found["categories"] = ["hoc", "lam"][: random.randint(0, 2)]
    found["measures"] = [{"id": "vui", "jury_weight": random.choice([0, 30, "1/2"]),
                          "interaction_weight": random.choice([70, 1.5])}]
    found["several_prizes"] = random.random() < 0.5
    kinds = ["overall", "overall", "jury", "interactions", "chair", "measure:vui",
             *(f"criterion:{one['id']}" for one in found["criteria"]),
             *(f"category:{one}" for one in found["categories"])]
    found["prizes"] = [
        {"id": f"p{i}", "count": random.randint(0, 3)} | by(random.choice(kinds), random)
        for i in range(random.randint(1, 6))
    ]
    for one in data["entries"]:
        if found["categories"] and random.random() < 0.8:
            one["category"] = random.choice(found["categories"])
    units = sorted({one["unit"] for one in data["entries"]})
    for prize in found["prizes"]:
        if prize.get("by") == "chair" and random.random() < 0.8:
            chosen = random.sample(units, random.randint(0, len(units)))
            data["chair_decisions"].append({"units": chosen, "prize": prize["id"]})
    return data


def assigned(random: Random):
    """The same with clips that are given to some jurors only, and a quorum."""
    data = measured(random)
    data["rules"]["quorum"] = random.randint(0, 3)
    for one in data["entries"]:
        if random.random() < 0.8:
            own = random.sample(data["jurors"], random.randint(0, len(data["jurors"])))
            one["jurors"] = own
            one["marks"] = {juror: given for juror, given in one["marks"].items() if juror in own}
    return data


def rounds(random: Random):
    """The same with a round before it, of which the totals are carried, a round after it, or both.
    """
    return with_rounds(random, assigned(random))


def with_rounds(random: Random, data):
    found = data["rules"]
    if random.random() < 0.6:
        found["unit_score"] = "best"
        percent = random.choice([30, "25/2", 99.5])
        found["carried"] = {"percent": percent, "bundle_sha256": "ab" * 32}
        for one in data["entries"]:
            one["carried"] = random.choice([0, 50, 100, "200/3", 87.25])
    if random.random() < 0.7:
        found["promotion"] = promotion(random, found["categories"])
    units = sorted({one["unit"] for one in data["entries"]})
    if found.get("promotion", {}).get("by") == "chair" and random.random() < 0.8:
        chosen = random.sample(units, random.randint(0, len(units)))
        data["chair_decisions"].append({"units": chosen, "prize": "round:next"})
    return data


def promotion(random: Random, categories):
    """Any rule of who goes on."""
    kinds = [
        {"by": "best", "count": random.randint(1, 4)},
        {"by": "best", "count": random.randint(1, 4), "ties": random.choice(["all", "none"])},
        {"by": "above", "least": random.choice([0, 40, "101/2", 99.5])},
        {"by": "chair"},
    ]
    if categories:
        kinds.append({"by": "category", "count": random.randint(1, 2),
                      "ties": random.choice(["all", "none"])})
    return random.choice(kinds)


def by(measure, random: Random):
    """``overall`` may be said or left out."""
    return {} if measure == "overall" and random.random() < 0.5 else {"by": measure}


def rules(random: Random):
    criteria = [
        {
            "id": f"tc{i}",
            "max": random.randint(1, 4),
            "weight": random.choice([0, 1, 1, 2, 0.5] if i else [1, 2, "3/2"]),
        }
        for i in range(random.randint(1, 3))
    ]
    return {
        "criteria": criteria,
        "jury_weight": random.choice([40, 40, 0, 50, "1/3"]),
        "interaction_weight": random.choice([60, 50, 7.5]),
        "points_per_share": random.randint(0, 3),
        "points_per_reaction": random.randint(0, 2),
        "shares_per_account": random.choice([None, 0, 1, 2, 3]),
        "shares_per_account_per": random.choice(["clip", "clip", "day"]),
        "points_cap": random.choice([1, 5, 10, 300]),
        "unit_score": random.choice(["best", "best", "sum"]),
        "trim": random.randint(0, 1),
        "standardise": random.random() < 0.5,
        "tie_breaks": list(random.choice(TIE_BREAKS)),  # a test may change its own
    }


def entry(random: Random, name, found, jurors):
    return {
        "id": name,
        "unit": random.choice("ABCDE"),
        "marks": {j: ballot(random, found) for j in jurors if random.random() < 0.9},
        "interactions": None if random.random() < 0.1 else interactions(random),
        "disqualified": random.random() < 0.1,
    }


def ballot(random: Random, found):
    if random.random() < 0.2:
        return random.choice(["recused", "abstained"])
    marks = {c["id"]: random.randint(0, c["max"]) for c in found["criteria"]}
    if random.random() < 0.1:
        marks.popitem()
    return marks


def interactions(random: Random):
    rows = [
        {"account": random.choice(ACCOUNTS), "count": random.randint(0, 4),
         "day": random.choice(("2023-06-18", "2023-06-19"))}
        for _ in range(random.randint(0, 5))
    ]
    found = {
        "reactions": random.choice([None, *range(13)]),
        "shares": random.choice([None, random.randint(0, 6)]),
        "share_ledger": random.choice([None, rows]),
    }
    state = random.choice(["complete", "partial", None])
    return found if state is None else found | {"ledger_state": state}


def posted(random: Random):
    """The same with posts on other platforms, some of them not counted yet."""
    return with_posts(random, assigned(random))


def with_posts(random: Random, data):
    if random.random() < 0.3:
        data["rules"] |= {"points_per_share": 0, "points_per_reaction": 0}
    data["rules"]["platforms"] = [platform(random, name) for name in ("youtube", "tiktok", "zalo")]
    data["rules"]["points_cap"] = random.choice([5, 10, 300])
    for one in data["entries"]:
        places = random.sample(("youtube", "tiktok", "zalo"), random.randint(0, 3))
        if places or random.random() < 0.5:
            one["posts"] = [{"platform": place} | post(random) for place in places]
    return data


def platform(random: Random, name):
    found = {
        "id": name, "cap": random.choice([None, 1, 4, 20]),
        "views_per_step": random.choice([1, 2, 10]),
        **{f"points_per_{kind}": random.randint(0, 2)
           for kind in ("like", "share", "comment", "view")},
    }
    return {key: value for key, value in found.items() if key == "id" or random.random() < 0.8}


def post(random: Random):
    found = {kind: random.choice([None, *range(9)]) for kind in ("likes", "shares", "comments")}
    found["views"] = random.choice([None, *range(40)])
    return {key: value for key, value in found.items() if random.random() < 0.8}
