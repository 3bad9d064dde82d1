"""Scoring against DuckDB: the same sums from the same file, each in a process of its own.

10,000 entries x 20 jurors x 5 criteria, and 1,000,000 ledger rows. DuckDB reads the file, averages
the marks, caps shares per account and points, and ranks the units; unlike ours it does not explain,
break ties or award prizes.
"""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measure import BUILD, Figure, in_turn, run
from bench.peers import python_with

ENTRIES, JURORS, CRITERIA, LEDGER = 10_000, 20, 5, 1_000_000

PEER = """
import sys, duckdb
db = duckdb.connect()
db.execute(f"CREATE TABLE e AS SELECT unnest(entries, recursive := false) AS entry FROM "
           f"read_json('{sys.argv[1]}', maximum_object_size=1000000000)")
db.execute('''
CREATE TABLE jury AS
  WITH ballots AS (SELECT entry.id AS id, unnest(map_values(CAST(entry.marks AS
                          MAP(VARCHAR, MAP(VARCHAR, INTEGER))))) AS marks FROM e)
  SELECT id, avg(list_sum(map_values(marks)) / 100.0) AS mean FROM ballots GROUP BY id''')
db.execute('''
CREATE TABLE points AS
  WITH rows AS (SELECT entry.id AS id, entry.interactions.reactions AS reactions,
                       unnest(entry.interactions.share_ledger) AS r FROM e),
       accounts AS (SELECT id, any_value(reactions) AS reactions,
                    least(sum(r.count), 2) AS n FROM rows GROUP BY id, r.account)
  SELECT id, least(any_value(reactions) + 2 * sum(n), 300) AS points FROM accounts GROUP BY id''')
rows = db.execute('''
  SELECT entry.unit, max(40 * mean + 60 * points / 300.0) AS total
  FROM e JOIN jury ON jury.id = entry.id JOIN points ON points.id = entry.id
  GROUP BY entry.unit ORDER BY total DESC''').fetchall()
print(len(rows), rows[0])
"""


def figures() -> Iterator[Figure]:
    BUILD.mkdir(parents=True, exist_ok=True)
    whole, half = BUILD / "scoring.json", BUILD / "scoring-half.json"
    _write(whole, ENTRIES, LEDGER)
    _write(half, ENTRIES // 2, LEDGER // 2)
    peer = BUILD / "scoring_duckdb.py"
    peer.write_text(PEER)
    duckdb = python_with("duckdb")
    runs = in_turn(
        {
            "ours": [sys.executable, "-m", "scoring", "compute", str(whole)],
            "duckdb": [duckdb, str(peer), str(whole)],
            "half": [sys.executable, "-m", "scoring", "compute", str(half)],
        }
    )
    ours, other = runs["ours"], runs["duckdb"]
    empty = run([sys.executable, "-c", "pass"]).wall_s
    linear = (ours.wall_s - empty) / (runs["half"].wall_s - empty) / 2
    yield Figure("scoring", "seconds", ours.wall_s, "s")
    yield Figure("scoring", "duckdb_seconds", other.wall_s, "s")
    yield Figure("scoring", "wall_against_duckdb", ours.wall_s / other.wall_s, "x", 3)
    yield Figure("scoring", "cpu_against_duckdb", ours.cpu_s / other.cpu_s, "x")
    yield Figure("scoring", "peak_memory", ours.peak_mb, "MB", 500)
    yield Figure("scoring", "growth_when_rows_double", linear, "x of linear", 1.2)


def _write(path: Path, entries: int, ledger: int) -> None:
    """Write a generated contest, the same at each run."""
    rng = random.Random(11)
    jurors = [f"j{n}" for n in range(JURORS)]
    criteria = [f"c{n}" for n in range(CRITERIA)]
    contest = {
        "rules": {"criteria": [{"id": c, "max": 20, "weight": 1} for c in criteria]},
        "jurors": jurors,
        "entries": [
            {
                "id": f"e{n}", "unit": f"u{n // 2}", "disqualified": False,
                "marks": {j: {c: rng.randint(0, 20) for c in criteria} for j in jurors},
                "interactions": {
                    "reactions": rng.randint(0, 400), "shares": None,
                    "share_ledger": [
                        {"account": f"a{rng.randint(0, 80)}", "count": 1}
                        for _ in range(ledger // entries)
                    ],
                },
            }
            for n in range(entries)
        ],
    }
    path.write_text(json.dumps(contest))
