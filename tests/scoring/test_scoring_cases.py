"""The table of cases that a non-programmer can read: ``cases.toml``."""

import tomllib
from pathlib import Path

import pytest

import scoring

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))["case"]


def contest(case):
    """The input of ``scoring.compute`` that a case describes."""
    rules = {"criteria": [{"id": "chung", "max": 100}]} | case.get("rules", {})
    entries = [entry(place, clip) for place, clip in enumerate(case["clips"])]
    jurors = case.get("jurors") or sorted({j for e in entries for j in e["marks"]})
    decisions = [{"units": case["chair"]}] if "chair" in case else []
    return {"rules": rules, "jurors": jurors, "entries": entries, "chair_decisions": decisions}


def entry(place, clip):
    ledger = clip.get("ledger")
    rows = None if ledger is None else [row for a, n in ledger.items() for row in of_account(a, n)]
    marks = {j: {"chung": m} if isinstance(m, int) else m for j, m in clip["marks"].items()}
    return {
        "id": f"clip{place + 1}",
        "unit": clip["unit"],
        "marks": marks,
        "interactions": {
            "reactions": clip.get("reactions"),
            "shares": clip.get("shares"),
            "share_ledger": rows,
            "ledger_state": clip.get("ledger_state"),
        },
        "disqualified": clip.get("disqualified", False),
    }


def of_account(account, shares):
    if isinstance(shares, int):
        return [{"account": account, "count": shares}]
    return [{"account": account, "count": n, "day": day} for day, n in shares.items()]


def row(line):
    parts = [line[part]["rounded"] for part in ("jury", "interactions", "total")]
    return " | ".join([str(line["rank"]), line["unit"], *parts, line["prize"] or "-"])


# In English only: mutmut asks for tests by name, and pytest escapes other letters in names.
NAMES = [case["title"].partition(" / ")[2] for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_case_comes_out_as_the_table_says(case):
    result = scoring.compute(contest(case))
    assert [row(line) for line in result["ranking"]] == case["expect"]
    for name, found in {
        "decided_by": [line["decided_by"] for line in result["ranking"]],
        "missing": [gap["juror"] for gap in result["missing"]],
        "unranked": [line["unit"] for line in result["unranked"]],
        "next_in_line": result["next_in_line"],
        "checked": [line.get("checked") for line in result["ranking"]],
        "verified": [line["verified"] for line in result["ranking"]],
        "open": [gap["what"] for gap in result["missing"]],
    }.items():
        if name in case:
            assert found == case[name]
