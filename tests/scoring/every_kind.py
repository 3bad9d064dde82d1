"""Random contests in which every kind of rule meets every other, and which kinds were met."""

import copy
from random import Random

import naive
from contests import measured, with_posts, with_rounds

SHA256 = "ab" * 32


def anything(random: Random):
    """A contest that may hold all that rules can say; as ``contests.contest``."""
    data = dealt(random, measured(random))
    if random.random() < 0.5:
        data = with_posts(random, data)
    data["rules"] |= random.choice([{}, {}, {}, {"jury_weight": 1, "interaction_weight": 0},
                                    {"jury_weight": 0, "interaction_weight": 1}])
    if random.random() < 0.5:
        data["rules"] |= {"trim": 1, "trim_from": random.randint(3, 4)}
    data = with_rounds(random, data)
    if random.random() < 0.5 and "count" in data["rules"].get("promotion", {}):
        data["rules"]["promotion"]["ties"] = "none"
    return equal(random, data)


def equal(random: Random, data):
    """Some clips are as good as others in all, or in all but one mark: ties at every place."""
    for one in data["entries"] if random.random() < 0.7 else ():
        if random.random() < 0.6:
            other, kept = copy.deepcopy(random.choice(data["entries"])), (one["id"], one["unit"])
            one.clear()
            one.update(other, id=kept[0], unit=kept[1])
            marked = [said for said in one["marks"].values() if isinstance(said, dict) and said]
            if marked and random.random() < 0.3:
                said = random.choice(marked)
                said[random.choice(list(said))] = 0
    return data


def dealt(random: Random, data):
    """Clips given out as a contest may: all to all, so many jurors each, by category; a quorum."""
    data["rules"]["quorum"] = random.randint(0, 3)
    jurors = data["jurors"]
    how = random.choice(["all", "each", "category"])
    each = random.randint(1, len(jurors))
    own = {one: random.sample(jurors, random.randint(1, len(jurors)))
           for one in (None, *data["rules"]["categories"])}
    for one in data["entries"] if how != "all" else ():
        given = random.sample(jurors, each) if how == "each" else own[one.get("category")]
        one["jurors"] = list(given)
        one["marks"] = {juror: said for juror, said in one["marks"].items() if juror in given}
    return data


def next_round(random: Random, first):
    """The round after ``first``, by rules and jurors of its own, among those who go on by a naive
    tally: with a part of their totals, or afresh."""
    data, before = anything(random), naive.promoted(first, first["rules"]["promotion"])
    promoted = {unit for _, unit, _ in before[0]}
    totals = {line[1]: line[5] for line in naive.ranking(first)}
    for one in ("carried", "promotion"):
        data["rules"].pop(one, None)
    data["entries"] = [one for one in data["entries"] if one["unit"] in promoted]
    units = {one["unit"] for one in data["entries"]}
    data["chair_decisions"] = [
        one | {"units": [unit for unit in one["units"] if unit in units]}
        for one in data["chair_decisions"] if one.get("prize") != "round:next"
    ]
    carries = random.random() < 0.6 and max([0, *totals.values()]) <= 100
    for one in data["entries"]:
        one.pop("carried", None)
        one.update({"carried": str(totals[one["unit"]])} if carries else {})
    if carries:
        data["rules"] |= {"unit_score": "best", "carried": {"percent": random.choice([30, "25/2"]),
                                                            "bundle_sha256": SHA256}}
    return data


def so_far(random: Random, data):
    """The contest while it is marked on a stage: of each clip the ballots of the first jurors."""
    data = copy.deepcopy(data)
    for one in data["entries"]:
        some = list(one["marks"].items())
        one["marks"] = dict(some[:random.randint(0, len(some))])
    return data


def without_winner(random: Random, data):
    """The contest after one who has a prize was found to have broken the rules; None: nobody has.
    """
    winners = sorted({unit for _, unit, *_ in naive.awards(data)})
    if not winners:
        return None
    data, out = copy.deepcopy(data), random.choice(winners)
    for one in data["entries"]:
        one.update({"disqualified": True, "reason": "sao chép"} if one["unit"] == out else {})
    return data


def season(random: Random):
    """(What it is, contest): one drawn at random, and what may become of it."""
    data = anything(random)
    found = [("as drawn", data), ("live", so_far(random, data))]
    if (fewer := without_winner(random, data)) is not None:
        found.append(("a winner out", fewer))
    if "promotion" in data["rules"]:
        found.append(("a round after", next_round(random, data)))
    return [found[0], random.choice(found[1:])]


def kinds(what, data, found):
    """The kinds that a contest holds; ``found``: what ``scoring.compute`` says of it."""
    rules, entries = data["rules"], data["entries"]
    yield what
    yield from _counting(rules, found["ranking"])
    yield from _judging(rules, entries, found)
    yield from _places(found["ranking"])
    yield from _prizes(rules, found)
    yield from _rounds(what, rules, found)
    yield from _elsewhere(entries, found["ranking"])
    units = [one["unit"] for one in entries if not one["disqualified"]]
    yield from ("several clips of a unit" for unit in units if units.count(unit) > 1)
    yield from ("disqualified" for _ in found["disqualified"])
    yield from (f"gap: {one['what']}" for one in found["missing"])
    yield from ("nobody marked it" for _ in found["unranked"])


def _counting(rules, lines):
    jury, public = str(rules["jury_weight"]) != "0", str(rules["interaction_weight"]) != "0"
    yield {(True, False): "jury alone", (False, True): "interactions alone"}.get(
        (jury, public), "jury and interactions")
    yield f"unit stands with: {rules['unit_score']}"
    yield f"cap of an account per {rules['shares_per_account_per']}"
    yield from ("cap on points" for line in lines if line["capped"])
    yield from ("ledger in part" for line in lines if "checked" in line)
    yield from ("in a category" for line in lines if line.get("category"))


def _judging(rules, entries, found):
    given = {(one.get("category"), *one["jurors"]) for one in entries if "jurors" in one}
    categories, many = {one[0] for one in given}, {len(one) for one in given}
    if not given:
        yield "given to all"
    elif len(given) == len(categories) > 1:
        yield "given by category"
    elif len(many) == 1:
        yield "given to some each"
    yield from ("below the quorum" for _ in found.get("below_quorum", []))
    explained = " ".join(line["explanation"]["en"] for line in found["ranking"])
    words = {"trimmed": "Highest and lowest left out", "standardised": "a common spread"}
    yield from (kind for kind, said in words.items() if said in explained)


def _places(lines):
    """How ties were broken, and at which place of the ranking some are left."""
    ranks = [line["rank"] for line in lines]
    yield from (f"decided by {line['decided_by']}" for line in lines)
    for rank in {rank for rank in ranks if ranks.count(rank) > 1}:
        place = "first" if rank == 1 else "last" if rank == ranks[-1] else "middle"
        yield f"shared: {place}"


def _prizes(rules, found):
    yield "several prizes" if rules["several_prizes"] else "one prize each"
    for award in found.get("awards", []):
        yield f"prize by {award['by'].partition(':')[0]}"
        yield from ("prize shared" for _ in [1] if award["shared"])
        yield from ("moved up" for _ in [1] if "Passed over" in award["explanation"]["en"])
    yield from ("two prizes of one unit" for line in found["ranking"]
                if len(line.get("prizes", [])) > 1)
    yield from ("next in line" for units in found.get("next_by", {}).values() if units)


def _rounds(what, rules, found):
    if "carried" in rules:
        yield "carried after a round" if what == "a round after" else "carried"
    elif what == "a round after":
        yield "afresh after a round"
    if "promotion" in rules:
        rule, told = rules["promotion"], found["promotion"]
        yield from (f"goes on by {rule['by']}" for _ in told["promoted"][:1])
        yield from ("nobody decided who goes on" for _ in told["undecided"])
        many = len(told["promoted"]) > rule.get("count", 10)
        yield from ("more go on by a tie" for _ in [1] if many and rule["by"] == "best")


def _elsewhere(entries, lines):
    posts = [post for one in entries for post in one.get("posts", [])]
    yield from (f"counted elsewhere: {name}" for post in posts for name, count in post.items()
                if name != "platform" and count)
    said = [sentence for line in lines for sentence in line["explanation"]["en"].splitlines()]
    yield from ("cap of a platform" for one in said
                if one.startswith(("youtube: ", "tiktok: ", "zalo: ")) and "at most" in one)


#: Every kind there is.
ALL = frozenset({
    "as drawn", "live", "a winner out", "a round after",
    "jury alone", "interactions alone", "jury and interactions",
    "unit stands with: best", "unit stands with: sum", "several clips of a unit",
    "cap of an account per clip", "cap of an account per day", "cap on points", "ledger in part",
    "in a category", "given to all", "given to some each", "given by category",
    "below the quorum", "trimmed", "standardised",
    *(f"decided by {step}" for step in (
        "total", "jury_mean", "top_criterion", "uncapped_points", "chair", "shared")),
    "shared: first", "shared: middle", "shared: last",
    *(f"prize by {by}" for by in (
        "overall", "category", "criterion", "jury", "interactions", "measure", "chair")),
    "several prizes", "one prize each", "two prizes of one unit", "prize shared", "moved up",
    "next in line", "disqualified", "nobody marked it",
    *(f"goes on by {by}" for by in ("best", "category", "above", "chair")),
    "nobody decided who goes on", "more go on by a tie",
    "carried", "carried after a round", "afresh after a round",
    *(f"counted elsewhere: {name}" for name in ("likes", "shares", "comments", "views")),
    "cap of a platform",
    *(f"gap: {what}" for what in (
        "ballot", "marks", "interactions", "reactions", "shares", "posts")),
})
