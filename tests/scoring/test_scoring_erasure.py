"""What stands in for erased texts: which files, by whose word, in which form."""

import hashlib
import json
from datetime import UTC, datetime

import example
import pytest
from meddling import PRINT, checks, read, said

from scoring import archive, evidence
from scoring.errors import BundleError, InputError
from scoring.manifest import ERASED, MANIFEST, SIGNATURE, erase, own_sources, standing

AT = datetime(2023, 7, 1, 8, 30, tzinfo=UTC)
LATER = datetime(2024, 1, 2, tzinfo=UTC)


def erased(files, at=AT, ground="privacy:1", **texts):
    """The files of the bundle with other texts in it; names with ``_json`` for ``.json``."""
    named = {name.replace("_json", ".json"): evidence.text(new) for name, new in texts.items()}
    whole = erase(archive.write(files.items()), named, at=at, ground=ground,
                  sign=example.KEY.sign, public_key=example.PUBLIC)
    return archive.read(whole)[0]


def digest(text):
    return hashlib.sha256(text).hexdigest()


def names(**units):
    return {"units": units}


def test_the_list_names_what_was_replaced_since_when_and_on_what_ground(files):
    about = read(files, "about.json") | {"reason": "…"}
    found = erased(files, about_json=about, names_json=names(a="…"))
    said_there = json.loads(found[ERASED])
    assert said_there["format"] == "hoithi-erasure/1"
    assert said_there["erased"] == [
        {"file": name, "sha256": digest(found[name]), "at": "2023-07-01T08:30:00+00:00",
         "ground": "privacy:1"} for name in ("about.json", "names.json")]
    assert said_there["public_key"] == example.PUBLIC.hex()
    assert said_there["signature"] == signature_of(files, said_there["erased"])
    assert found[MANIFEST] == files[MANIFEST]
    changed = {name for name in files if files[name] != found[name]}
    assert changed == {"about.json", "names.json"}
    assert found.keys() - files.keys() == {ERASED}


def signature_of(files, erased):
    """What the key signs: the form, the manifest's hash and the rows, each letter as it is."""
    rows = [[one["file"], one["sha256"], one["at"], one["ground"]] for one in erased]
    signed = json.dumps(["hoithi-erasure/1", digest(files[MANIFEST]), rows], ensure_ascii=False)
    return example.KEY.sign(signed.encode()).hex()


def test_a_ground_may_be_said_in_any_letters(files):
    found = erased(files, ground="Luật 91/2025/QH15", names_json=names(a="…"))
    said_there = json.loads(found[ERASED])
    assert said_there["erased"][0]["ground"] == "Luật 91/2025/QH15"
    assert said_there["signature"] == signature_of(files, said_there["erased"])
    assert standing(found)[1] is True


def test_the_bundle_holds_and_says_so(files):
    found = erased(files, names_json=names(a="…"))
    assert all(one.holds for one in checks(found, key=PRINT))
    assert said(found, ERASED)[0] is True
    assert said(files | {"names.json": b"{}"}, "names.json")[0] is False


def test_the_ranking_is_computed_anew_where_its_words_change(files):
    reasons = read(files, "disqualifications.json")
    for one in reasons:
        one["reason"] = "…"
    found = erased(files, disqualifications_json=reasons)
    assert json.loads(found["ranking.json"])["disqualified"][0]["reason"] == "…"
    assert [one["file"] for one in read(found, ERASED)["erased"]] == [
        "disqualifications.json", "ranking.json"]
    assert all(one.holds for one in checks(found, key=PRINT))


def test_what_was_erased_before_stays_so(files):
    first = erased(files, names_json=names(a="…"))
    second = erased(first, at=LATER, ground="privacy:2",
                    about_json=read(files, "about.json") | {"reason": "…"})
    assert [(one["file"], one["at"], one["ground"]) for one in read(second, ERASED)["erased"]] == [
        ("about.json", LATER.isoformat(), "privacy:2"),
        ("names.json", AT.isoformat(), "privacy:1")]
    assert all(one.holds for one in checks(second, key=PRINT))


def test_where_nothing_changes_the_bundle_is_the_same(files):
    same = {"about_json": read(files, "about.json")}
    assert erased(files, **same) == files
    assert erased(files) == files
    spaced = archive.write((files | {"ranking.json": files["ranking.json"] + b"\n"}).items())
    assert erase(spaced, {}, at=AT, ground="x", sign=example.KEY.sign,
                 public_key=example.PUBLIC) == spaced


@pytest.mark.parametrize(("texts", "named"), [
    ({"ballots_json": {}}, "ballots.json"), ({"ledger_json": {}}, "ledger.json"),
    ({"rules_json": {}, "about_json": {}}, "rules.json"),
    ({"signature_json": {}, "rules_json": {}}, "rules.json"),
    ({"profile.toml": {}}, "profile.toml"), ({"other.txt": {}}, "other.txt"),
], ids=["ballots", "ledger", "rules", "first", "absent", "unknown"])
def test_only_texts_that_are_there_may_be_replaced(files, texts, named):
    with pytest.raises(BundleError) as refused:
        erased(files, **texts)
    assert (refused.value.vi, refused.value.en) == (
        f"Không thay được {named}.", f"{named} cannot be replaced.")


def test_where_nothing_was_erased_nothing_stands_in(files):
    assert standing(files) == ({}, True)
    empty = {"format": "hoithi-erasure/1", "erased": [], "public_key": "", "signature": ""}
    assert standing(files | {ERASED: evidence.text(empty)}) == ({}, True)


@pytest.mark.parametrize(("change", "path"), [
    ({"format": "x"}, "erased.json.format"), ({"erased": {}}, "erased.json.erased"),
    ({"more": 1}, "erased.json.more"), ({"signature": None}, "erased.json.signature"),
    ({"erased": [{"file": "rules.json", "sha256": "x", "at": "x", "ground": "x"}]},
     "erased.json.erased[0].file"),
    ({"erased": [{"file": "about.json", "sha256": "x", "at": "x"}]},
     "erased.json.erased[0].ground"),
    ({"erased": [{"file": "about.json", "sha256": "x", "ground": "x"}]},
     "erased.json.erased[0].at"),
    ({"erased": [{"file": "about.json", "at": "x", "ground": "x"}]},
     "erased.json.erased[0].sha256"),
    ({"erased": [{"sha256": "x", "at": "x", "ground": "x"}]}, "erased.json.erased[0].file"),
    ({"erased": [{"file": "about.json", "sha256": "x", "at": "x", "ground": "x", "by": "x"}]},
     "erased.json.erased[0].by"),
    ({"erased": [{"file": "about.json", "sha256": 1, "at": "x", "ground": "x"}]},
     "erased.json.erased[0].sha256"),
], ids=["format", "table", "unknown", "unsigned", "rules", "ground", "at", "hash", "file", "by",
        "number"])
def test_a_list_of_another_form_is_refused_with_its_place(files, change, path):
    whole = read(erased(files, names_json=names(a="…")), ERASED)
    listed = {key: value for key, value in (whole | change).items() if value is not None}
    with pytest.raises(InputError) as refused:
        standing(files | {ERASED: evidence.text(listed)})
    assert refused.value.path == path


def forged(files, **change):
    whole = erased(files, names_json=names(a="…"))
    return whole | {ERASED: evidence.text(read(whole, ERASED) | change)}


def test_nobody_else_vouches_for_what_stands_in(files):
    good = forged(files)
    found, genuine = standing(good)
    assert genuine is True
    assert [(name, one.sha256, one.at, one.ground) for name, one in found.items()] == [
        ("names.json", digest(good["names.json"]), AT.isoformat(), "privacy:1")]
    moved = [read(good, ERASED)["erased"][0] | {"at": LATER.isoformat()}]
    unsigned = {name: text for name, text in good.items() if name != SIGNATURE}
    other = read(good, SIGNATURE) | {"public_key": "00" * 32}
    bad = [
        forged(files, erased=moved), forged(files, signature="00" * 64),
        forged(files, signature="zz"), forged(files, signature=1),
        forged(files, public_key="00" * 32), unsigned,
        good | {SIGNATURE: evidence.text(other)}, good | {SIGNATURE: b"[]"},
        good | {SIGNATURE: b"{"}, good | {MANIFEST: good[MANIFEST] + b"\n"},
        {name: text for name, text in good.items() if name != MANIFEST},
    ]
    for one in bad:
        listed, genuine = standing(one)
        assert (listed.keys(), genuine) == ({"names.json"}, False)
    assert said(forged(files, signature="00" * 64), ERASED)[0] is False


def test_a_bundle_carries_every_module_of_the_program():
    assert own_sources().keys() >= {"scoring/__init__.py", "scoring/manifest.py",
                                    "scoring/rounds/promotion.py", "scoring/texts/readable.py"}
