"""The browser's implementation (``contest/assets/js/verify``) says what ``scoring`` says."""

import copy
import json
from datetime import UTC, datetime
from random import Random

import example
from contests import contest
from meddling import PRINT, read, sealed
from second import PROGRAM, computed, examined
from test_scoring_cases import CASES
from test_scoring_cases import contest as of_case

from scoring import InputError, archive, compute, evidence, manifest, signature
from scoring.manifest import MANIFEST, SIGNATURE
from scoring.nodes import parse
from scoring.verification import check

MANY = 2500
JUNK = (None, -1, 0, 1, 7, 2.5, "", " ", "x", "1/3", "0/0", "recused", True, [], {}, 10**13,
        "á" * 2001)


def ours(text):
    try:
        return {"text": evidence.text(compute(parse(text))).decode().rstrip("\n")}
    except InputError as fault:
        return {"fault": fault.path}


def theirs(answers):
    return [one if "text" in one else {"fault": one["fault"]["path"]} for one in answers]


def test_every_figure_and_sentence_of_thousands_of_random_contests_and_of_the_table_of_cases(drawn):
    inputs = [json.dumps(contest(Random(seed))) for seed in drawn(MANY)]
    inputs += [json.dumps(of_case(case)) for case in CASES]
    found = theirs(computed(inputs))
    assert len(found) == len(inputs)
    for text, answer in zip(inputs, found, strict=True):
        assert answer == ours(text), text


def test_what_one_refuses_the_other_refuses_at_the_same_place(drawn):
    inputs = [json.dumps(spoiled(Random(seed))) for seed in drawn(1500)]
    inputs += ['{"rules": {}, "rules": {}}', "[1, 2", "nul", '{"a": 01}', "[" * 9 + "]", '"\t"',
               '{"rules":{"criteria":[{"id":"a","max":1,"weight":1e2}]},"jurors":[],"entries":[]}',
               '{"rules":{"criteria":[{"id":"a","max":1.0}]},"jurors":[],"entries":[]}']
    wanted = [ours(text) for text in inputs]
    assert theirs(computed(inputs)) == wanted
    assert sum("fault" in one for one in wanted) > len(wanted) / 3


def spoiled(random):
    """A random contest in which one value is another."""
    data = contest(random)
    places = list(leaves(data))
    holder, key = random.choice(places)
    holder[key] = copy.deepcopy(random.choice(JUNK))
    return data


def leaves(value):
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(item, (dict, list)):
            yield from leaves(item)


def told(checks):
    return [(one["what"], one["holds"], *sentences(one["vi"], one["en"])) for one in checks]


def sentences(vi, en):
    """Python guesses which field was meant by one that is not known; that is left out."""
    return (vi.partition(" Có phải")[0].partition(" Dùng được")[0],
            en.partition(" Did you")[0].partition(" Known")[0])


def expected(bundle, **options):
    """What Python says; of the carried program the browser speaks in its own words."""
    return [(one.what, one.holds, *sentences(one.vi, one.en)) for one in check(bundle, **options)]


def without_program(checks):
    return [one for one in checks if one[0] != "scoring"]


def test_every_check_of_a_bundle_whole_or_meddled_with(files):
    bundles = [archive.write(one.items()) for one in meddled(files)] + list(flipped(files))
    found = examined(bundles, key=PRINT)
    assert len(found) == len(bundles)
    for bundle, answer in zip(bundles, found, strict=True):
        assert without_program(told(answer["checks"])) == without_program(
            expected(bundle, key=PRINT))
    assert {one["holds"] for one in found[0]["checks"]} == {True}


def meddled(files):
    ranking, ballots = read(files, "ranking.json"), read(files, "ballots.json")
    ranking["ranking"][1]["total"]["rounded"] = "78.21"
    ballots["entries"][0]["marks"]["GK1"]["noi_dung"] -= 1
    late = read(files, "snapshots.json")
    late[0]["taken_at"] = "2023-06-19T16:00:00.000001+07:00"
    yield files
    yield sealed(files, ranking_json=ranking)
    yield sealed(files, ballots_json=ballots)
    yield sealed(files, snapshots_json=late)
    yield sealed(files, rules_json=read(files, "rules.json") | {"points_cap": 0})
    yield sealed(files, ledger_json={"clip9": {}})
    yield sealed(files, about_json={"format": "x"})
    yield files | {"README.txt": b"khac"}
    yield files | {"them.txt": b""}
    yield {name: text for name, text in files.items() if name not in ("ranking.json", SIGNATURE)}
    yield files | {SIGNATURE: evidence.text(read(files, SIGNATURE) | {"signature": "00" * 64})}
    yield files | {SIGNATURE: evidence.text(read(files, SIGNATURE) | {"fingerprint": "0"})}
    yield files | {MANIFEST: files[MANIFEST] + files[MANIFEST].splitlines(keepends=True)[-1]}


def flipped(files):
    """The bundle with one bit turned, here and there."""
    whole = archive.write(files.items())
    for seed in range(40):
        changed = bytearray(whole)
        changed[Random(seed).randrange(len(whole) - 30)] ^= 4
        if changed != whole:
            yield bytes(changed)


def test_an_erased_text_is_vouched_for_by_the_signature(files):
    whole = archive.write(files.items())
    about = read(files, "about.json") | {"reason": "…"}
    erased = manifest.erase(
        whole, {"about.json": evidence.text(about)}, at=datetime(2023, 7, 1, tzinfo=UTC),
        ground="privacy:1", sign=example.KEY.sign, public_key=example.PUBLIC,
    )
    [found] = examined([erased], key=PRINT)
    assert without_program(told(found["checks"])) == without_program(expected(erased, key=PRINT))
    assert all(one["holds"] for one in found["checks"])


def test_one_changed_digit_is_told_with_its_line(files):
    ranking = read(files, "ranking.json")
    total = ranking["ranking"][1]["total"]["rounded"]
    ranking["ranking"][1]["total"]["rounded"] = total[:-1] + str((int(total[-1]) + 1) % 10)
    bundle = archive.write(sealed(files, ranking_json=ranking).items())
    [found] = examined([bundle])
    changed = ranking["ranking"][1]["total"]["rounded"]
    assert found["differences"] == [{
        "place": 1, "unit": ranking["ranking"][1]["unit"], "field": "total.rounded",
        "said": changed, "again": total,
    }]
    lines = evidence.text(ranking).decode().splitlines()
    assert f'"rounded": "{changed}"' in lines[found["line"] - 1]


def test_of_another_program_only_the_figures_are_compared(files):
    ranking = read(files, "ranking.json")
    for line in ranking["ranking"]:
        line["explanation"] = {"vi": "khác", "en": "other"}
    bundle = archive.write(sealed(files, ranking_json=ranking).items())
    same, other = examined([bundle])[0], examined([bundle], program="0" * 64)[0]
    verdicts = [[one["holds"] for one in found["checks"] if one["what"].startswith("ranking[")]
                for found in (same, other)]
    assert verdicts == [[False] * 3, [True] * 3]
    assert other["differences"] == []
    assert signature.fingerprint(example.PUBLIC) == PRINT
    assert len(PROGRAM) == 64


def test_what_is_no_bundle_is_said_to_be_none():
    for found in examined([b"", b"PK", b"hello" * 50]):
        assert found["fault"]["vi"] == "Tệp này không phải gói minh chứng của hội thi."
