"""What goes into a bundle, what is refused, and what its files give again."""

import hashlib
import hmac
import json
from pathlib import Path

import example
import pytest

import scoring
from scoring import BundleError, InputError, archive, bundle, evidence
from scoring.manifest import MANIFEST, SIGNATURE, manifest, own_sources

SHA256 = hashlib.sha256


def built(data=None, **parts):
    files = archive.read(bundle.build(data or example.contest(), **example.parts() | parts))[0]
    return files, lambda name: json.loads(files[name])


def refused(data=None, **parts):
    with pytest.raises(BundleError) as refusal:
        built(data, **parts)
    return refusal.value.vi, refusal.value.en


def test_the_input_files_of_the_example():
    files, read = built()
    assert sorted(files) == sorted([
        "MANIFEST.sha256", "README.txt", "about.json", "ballots.json", "decisions.json",
        "disqualifications.json", "ledger.json", "names.json", "profile.json", "ranking.json",
        "rules.json", "snapshots.json", *own_sources(),
    ])
    entries = example.contest()["entries"]
    assert read("ballots.json") == {
        "jurors": ["GK1", "GK2", "GK3"],
        "entries": [{"id": e["id"], "unit": e["unit"], "marks": e["marks"]} for e in entries],
    }
    counted = {"taken_at": example.CUT_OFF, "source": "import", "source_sha256": example.SOURCE}
    counted["late_reason"] = None
    assert read("snapshots.json") == [
        {"entry": "clip1", "reactions": 120, "shares": 15} | counted,
        {"entry": "clip2", "reactions": 310, "shares": None} | counted,
        {"entry": "clip3", "reactions": 5, "shares": 0} | counted,
    ]
    rows = entries[1]["interactions"]["share_ledger"]
    assert read("ledger.json") == {"clip2": {row["account"]: row["count"] for row in rows}}
    assert read("disqualifications.json") == [
        {"entry": "clip3", "reason": "Sao chép một clip đã đăng năm 2021."}
    ]
    assert read("decisions.json") == []
    assert read("rules.json") == scoring.compute(example.contest())["rules"]
    assert read("ranking.json") == scoring.compute(example.contest())


def test_the_files_that_name_the_result():
    files, read = built()
    digest = SHA256(example.PARTS["profile"]).hexdigest()
    facts = {"format": "hoithi-evidence/1", "profile_sha256": digest}
    assert read("about.json") == example.PARTS["about"] | facts
    assert read("names.json") == example.PARTS["names"]
    assert files["profile.json"] == example.PARTS["profile"]
    assert files["README.txt"].decode().startswith("GÓI MINH CHỨNG KẾT QUẢ HỘI THI\n")
    files, read = built(names=None, profile=b"title = 'Q11'\n")
    assert read("names.json") == {}
    assert files["profile.toml"] == b"title = 'Q11'\n"
    assert "profile.json" not in files


def test_a_decision_of_the_chair_is_in_it():
    data = example.contest()
    words = [{"units": ["Phường 2", "Phường 1"], "reason": "BTC họp."}]
    files, read = built(data | {"chair_decisions": words})
    assert read("decisions.json") == words
    assert evidence.join(files)["chair_decisions"] == words


def test_a_reaction_count_without_shares_and_a_ledger_that_is_empty():
    data = example.contest()
    data["entries"][0]["interactions"] = {"reactions": 0, "share_ledger": []}
    files, read = built(data)
    assert read("snapshots.json")[0]["shares"] is None
    assert read("ledger.json")["clip1"] == {}
    assert evidence.join(files)["entries"][0]["interactions"] == {
        "reactions": 0, "shares": None, "share_ledger": [],
    }


ROWS = [
    {"account": "a" * 32, "count": 2, "day": "2023-06-18"},
    {"account": "a" * 32, "count": 1, "day": "2023-06-19"},
]


def test_a_ledger_that_is_not_complete_keeps_its_state_and_a_cap_per_day_its_days():
    data = example.contest()
    counts = {"reactions": None, "shares": 9, "share_ledger": ROWS, "ledger_state": "partial"}
    data["entries"][0]["interactions"] = counts
    files, read = built(data)
    assert read("ledger.json")["clip1"] == {"state": "partial", "rows": ROWS}
    assert evidence.join(files)["entries"][0]["interactions"] == counts
    data["rules"]["shares_per_account_per"] = "day"
    data["entries"][0]["interactions"] = counts | {"ledger_state": "complete"}
    data["entries"][1]["interactions"]["share_ledger"] = []
    files, read = built(data)
    assert read("ledger.json") == {
        "clip1": {"state": "complete", "rows": ROWS}, "clip2": {"state": "complete", "rows": []},
    }
    assert read("rules.json")["shares_per_account_per"] == "day"
    assert read("ranking.json") == scoring.compute(data)


def test_shares_from_another_snapshot_keep_where_they_come_from():
    other = {"taken_at": "2023-06-18T09:00:00+07:00", "source": "manual"}
    facts = {"taken_at": example.CUT_OFF, "source": "graph", "shares_from": other}
    _files, read = built(snapshots=example.PARTS["snapshots"] | {"clip1": facts})
    assert read("snapshots.json")[0]["shares_from"] == other | {
        "source_sha256": None, "late_reason": None,
    }
    assert read("ranking.json") == scoring.compute(example.contest())
    wrong = {"clip1": facts | {"shares_from": other | {"who": "An"}}}
    assert "clip1" in refused(snapshots=example.PARTS["snapshots"] | wrong)[1]


def test_json_is_written_in_one_way():
    assert evidence.text({"b": "Đoàn", "a": [1, None]}) == (
        '{\n "a": [\n  1,\n  null\n ],\n "b": "Đoàn"\n}\n'.encode()
    )


def test_what_the_signature_file_says():
    files, read = built(**example.SIGNED)
    assert read(SIGNATURE) == {
        "algorithm": "Ed25519",
        "signs": "MANIFEST.sha256",
        "public_key": example.PUBLIC.hex(),
        "fingerprint": bundle.signature.fingerprint(example.PUBLIC),
        "signature": example.KEY.sign(files[MANIFEST]).hex(),
    }
    assert SIGNATURE not in built(sign=example.KEY.sign)[0]
    assert SIGNATURE not in built(public_key=example.PUBLIC)[0]


def test_the_manifest_names_every_file_but_itself_and_the_signature():
    files = {"b.txt": b"b", "a.json": b"{}", MANIFEST: b"x", SIGNATURE: b"y"}
    assert manifest(files).decode().splitlines(keepends=True) == [
        f"{SHA256(b'{}').hexdigest()}  a.json\n", f"{SHA256(b'b').hexdigest()}  b.txt\n",
    ]


def test_the_program_is_in_it_as_it_runs():
    folder = Path(scoring.__file__).parent
    assert own_sources() == {
        (Path("scoring") / path.relative_to(folder)).as_posix(): path.read_bytes()
        for path in folder.rglob("*") if path.suffix == ".py"
    }
    named = {"__init__.py", "__main__.py", "cli.py", "winning/awarding.py"}
    assert {f"scoring/{name}" for name in named} <= set(own_sources())


def test_an_account_is_hashed_with_the_contests_salt():
    mac = hmac.new(b"muoi", "facebook.com/lân".encode(), "sha256").digest()
    assert bundle.hash_account(b"muoi", "facebook.com/lân") == mac[:16].hex()


def test_one_hash_stands_for_the_bundle():
    content = bundle.build(example.contest(), **example.parts())
    assert bundle.manifest_sha256(content) == SHA256(built()[0][MANIFEST]).hexdigest()
    assert bundle.manifest_sha256(b"") == SHA256(b"").hexdigest()


def test_a_bundle_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "ket-qua.zip"
    seal = bundle.write(str(target), example.contest(), **example.parts())
    assert [path.name for path in tmp_path.iterdir()] == ["ket-qua.zip"]
    content = target.read_bytes()
    assert content == bundle.build(example.contest(), **example.parts())
    assert seal == bundle.manifest_sha256(content)
    monkeypatch.setattr(archive, "LARGEST", 1000)
    with pytest.raises(BundleError) as refusal:
        bundle.write(target, example.contest(), **example.parts())
    assert (refusal.value.vi, refusal.value.en) == ("Gói quá lớn.", "The bundle is too large.")
    assert target.read_bytes() == content


def test_a_half_written_bundle_does_not_bear_the_name_of_a_whole_one(tmp_path):
    target = tmp_path / "ket-qua.zip"
    target.mkdir()
    with pytest.raises(OSError, match=r"ket-qua\.zip"):
        bundle.write(target, example.contest(), **example.parts())
    assert sorted(path.name for path in tmp_path.iterdir()) == [".ket-qua.zip.part", "ket-qua.zip"]


def test_a_bundle_is_read_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "ket-qua.zip"
    bundle.write(path, example.contest(), **example.parts(), **example.SIGNED)
    monkeypatch.setattr(archive, "LARGEST", path.stat().st_size)
    assert {check.holds for check in bundle.verify(path)} == {True}
    assert [c.what for c in bundle.verify(str(path), key="00") if not c.holds] == [SIGNATURE]
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(BundleError) as refusal:
        bundle.verify(path)
    assert refusal.value.vi == "Tệp quá lớn, không phải gói minh chứng."
    assert refusal.value.en == "Too large for a bundle."


def snapshots(**facts):
    found = example.parts()["snapshots"]
    found["clip2"] |= facts
    return {"snapshots": found}


def test_counts_need_a_source():
    found = snapshots()
    del found["snapshots"]["clip2"]
    assert refused(**found) == (
        "Clip clip2 có số đếm nhưng không có nguồn của lần đếm.",
        "Clip clip2 has counts but nothing says where they come from.",
    )


@pytest.mark.parametrize(
    "facts",
    [{"who": "lan"}, {"source_sha256": "6F" * 32}, {"source_sha256": "6f" * 31}],
    ids=["unknown fact", "capitals", "too short"],
)
def test_what_may_be_known_of_a_snapshot(facts):
    assert refused(**snapshots(**facts)) == (
        "Thông tin lần đếm của clip clip2 phải gồm taken_at, source, source_sha256, late_reason, "
        "với source_sha256 gồm 64 chữ số hex, hoặc trống khi nhập tay.",
        "The snapshot of clip clip2 must have taken_at, source, source_sha256, late_reason, "
        "source_sha256 being 64 hex digits, or none for counts typed in.",
    )


def test_counts_that_were_typed_in_have_no_source_file():
    _, read = built(**snapshots(source_sha256=None, late_reason="Nhập tay."))
    assert read("snapshots.json")[1]["source_sha256"] is None
    assert read("snapshots.json")[1]["late_reason"] == "Nhập tay."


@pytest.mark.parametrize("account", ["facebook.com/lan", "A" * 32, "a" * 31, "a" * 65])
def test_an_account_in_the_clear_is_refused(account):
    data = example.contest()
    data["entries"][1]["interactions"]["share_ledger"][1]["account"] = account
    assert refused(data) == (
        "Sổ chia sẻ của clip clip2 còn tài khoản chưa băm; hãy dùng hash_account.",
        "The share ledger of clip clip2 holds an account in the clear; use hash_account.",
    )


MAIL = "bithu@quan11.vn"


def with_contact(place):
    """The example with a mail address at one place where people write words."""
    data, parts = example.contest(), example.parts()
    if place == "a juror's code":
        data["jurors"].append(MAIL)
    elif place == "a unit":
        data["entries"][3]["unit"] = MAIL
    elif place == "a disqualification":
        data["entries"][2]["reason"] = MAIL
    elif place == "the chair's reason":
        data["chair_decisions"] = [{"units": ["Phường 1"], "reason": MAIL}]
    elif place == "a late count":
        parts["snapshots"]["clip1"]["late_reason"] = MAIL
    elif place == "the revision's reason":
        parts["about"]["reason"] = MAIL
    else:
        parts["names"]["units"]["Phường 1"] = MAIL
    return data, parts


@pytest.mark.parametrize(
    "place",
    [
        "a juror's code", "a unit", "a disqualification", "the chair's reason", "a late count",
        "the revision's reason", "a display name",
    ],
)
def test_contact_data_is_refused_wherever_people_write_words(place):
    data, parts = with_contact(place)
    assert refused(data, **parts) == (
        f"“{MAIL}” có vẻ chứa địa chỉ thư hoặc số điện thoại; gói minh chứng không được chứa "
        "thông tin liên hệ.",
        f'"{MAIL}" looks like it holds a mail address or a telephone number; the bundle must '
        "not contain contact data.",
    )


def test_a_long_text_with_contact_data_is_shown_in_short():
    with pytest.raises(BundleError) as refusal:
        evidence.no_contact("x" * 79 + f"y {MAIL}")
    assert refusal.value.vi.startswith("“" + "x" * 79 + "y” có vẻ")
    assert refusal.value.en.startswith('"' + "x" * 79 + 'y" looks')


@pytest.mark.parametrize(
    "words", ["2023-06-19T16:00:00+07:00", "6f" * 32, "Khoản 3, Điều 11", 903123456, None]
)
def test_what_is_no_contact_data(words):
    evidence.no_contact({"a": {"b": words}})


@pytest.fixture(scope="session")
def files():
    return built()[0]


def changed(files, name, change):
    value = json.loads(files[name])
    change(value)
    return files | {name: evidence.text(value)}


NO_FILE = ("Gói thiếu tệp này.", "The bundle lacks this file.")


@pytest.mark.parametrize(
    ("name", "change", "path", "words"),
    [
        pytest.param(
            "snapshots.json", lambda v: v.append(v[0]), "snapshots.json[3]",
            ("Clip “clip1” có hai lần đếm.", 'Clip "clip1" is counted twice.'), id="counted twice",
        ),
        pytest.param(
            "snapshots.json", lambda v: v.append(v[0] | {"entry": "clip9"}), "snapshots.json",
            ("Không có clip “clip9” trong phiếu.", 'There is no clip "clip9".'), id="no such clip",
        ),
        pytest.param(
            "disqualifications.json", lambda v: v.append({"entry": "clip9", "reason": None}),
            "disqualifications.json",
            ("Không có clip “clip9” trong phiếu.", 'There is no clip "clip9".'),
            id="no such clip disqualified",
        ),
        pytest.param(
            "ledger.json", lambda v: v.update(clip4={}), "ledger.json.clip4",
            ("Không có lần đếm của clip này.", "This clip has no count."), id="ledger alone",
        ),
    ],
)
def test_files_that_do_not_fit_together(files, name, change, path, words):
    with pytest.raises(InputError) as refusal:
        evidence.join(changed(files, name, change))
    assert (refusal.value.path, refusal.value.vi, refusal.value.en) == (path, *words)


@pytest.mark.parametrize(
    ("name", "item", "field"),
    [
        *(("ballots.json", None, field) for field in ("jurors", "entries")),
        *(("ballots.json", "entries", field) for field in ("id", "unit", "marks")),
        *(
            ("snapshots.json", 0, field)
            for field in ("entry", "reactions", "shares", *evidence.SNAPSHOT_FACTS)
        ),
        *(("disqualifications.json", 0, field) for field in ("entry", "reason")),
    ],
)
def test_a_field_too_few_or_too_many(files, name, item, field):
    def place(value):
        return value if item is None else value[0] if item == 0 else value[item][0]

    with pytest.raises(InputError, match=f"“{field}”") as refusal:
        evidence.join(changed(files, name, lambda value: place(value).pop(field)))
    assert refusal.value.path.startswith(name)
    assert refusal.value.path.endswith(f".{field}")
    with pytest.raises(InputError, match="“thua”"):
        evidence.join(changed(files, name, lambda value: place(value).update(thua=1)))


@pytest.mark.parametrize("name", evidence.INPUT_FILES)
def test_a_file_that_is_gone_or_broken(files, name):
    with pytest.raises(InputError) as refusal:
        evidence.join({other: text for other, text in files.items() if other != name})
    assert (refusal.value.path, refusal.value.vi, refusal.value.en) == (name, *NO_FILE)
    with pytest.raises(InputError):
        evidence.join(files | {name: b"{"})


def test_the_files_give_the_input_again(files):
    data = example.contest()
    for entry in data["entries"]:
        entry.setdefault("reason", None)
    again = evidence.join(files)
    assert again.pop("rules") == json.loads(files["rules.json"])
    assert again == {name: data[name] for name in ("jurors", "entries", "chair_decisions")}


def test_an_error_speaks_both_languages():
    faults = InputError("$.a", "Sai.", "Wrong."), BundleError("Sai.", "Wrong.")
    assert [str(fault) for fault in faults] == ["$.a: Sai. / Wrong.", "Sai. / Wrong."]
    assert [(fault.vi, fault.en) for fault in faults] == [("Sai.", "Wrong.")] * 2
