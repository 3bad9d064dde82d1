"""What ``verify`` says of a bundle with which somebody has meddled, sentence by sentence."""

import hashlib

import pytest
from meddling import checks, read, said, sealed

from scoring import BundleError, archive, evidence
from scoring.manifest import MANIFEST, SIGNATURE
from scoring.verification import Check, check


def test_every_check_of_a_bundle_that_holds(files):
    found = checks(files)
    assert {item.holds for item in found} == {True}
    listed = sorted(set(files) - {MANIFEST, SIGNATURE})
    ranking = ["ranking[0]", "ranking[1]", "ranking[2]"]
    order = [*listed, SIGNATURE, "profile", "scoring", "cut_off", *ranking]
    assert [item.what for item in found] == order
    assert said(files, "scoring") == (
        True,
        "Chương trình trong gói giống chương trình đang chạy.",
        "The program in the bundle is the one now running.",
    )
    assert said(files, "cut_off") == (
        True,
        "Mọi số đếm đều lấy trước hoặc đúng giờ chốt, hoặc có lý do được ghi lại.",
        "Every count was taken by the cut-off, or has a recorded reason.",
    )
    assert said(files, "ranking[0]") == (
        True,
        "Hạng 1, Phường 2: 91,20 điểm, tính lại đúng.",
        "Rank 1, Phường 2: 91.20 points, recomputed.",
    )


def test_a_file_against_the_manifest(files):
    name = "README.txt"
    assert said(files, name) == (True, f"{name}: SHA-256 khớp.", f"{name}: SHA-256 matches.")
    assert said(files | {name: b"khac"}, name) == (
        False,
        f"{name}: SHA-256 không khớp, tệp đã bị sửa.",
        f"{name}: SHA-256 differs, the file was changed.",
    )
    without = {other: text for other, text in files.items() if other != name}
    assert said(without, name) == (False, f"{name}: gói thiếu tệp này.", f"{name}: missing.")
    assert said(files | {"them.txt": b""}, "them.txt") == (
        False,
        "them.txt: không có trong MANIFEST.sha256.",
        "them.txt: not in MANIFEST.sha256.",
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda lines: [*lines[1:], lines[0]], id="another order"),
        pytest.param(lambda lines: [*lines, lines[-1]], id="a line twice"),
        pytest.param(lambda lines: [*lines[:-1], lines[-1].rstrip()], id="no last line end"),
    ],
)
def test_a_manifest_that_says_the_same_in_another_way(files, change):
    lines = files[MANIFEST].decode().splitlines(keepends=True)
    changed = "".join(change(lines)).encode()
    assert said(files | {MANIFEST: changed}, MANIFEST) == (
        False,
        "MANIFEST.sha256 bị thiếu hoặc bị sửa.",
        "MANIFEST.sha256 is missing or was changed.",
    )


def test_a_manifest_is_not_blamed_where_a_file_is_named_already(files):
    found = checks(files | {MANIFEST: files[MANIFEST].replace(b"about", b"\xffbout")})
    assert [item.what for item in found if not item.holds] == [
        "about.json", "\ufffdbout.json", SIGNATURE
    ]


def test_without_its_manifest_every_file_is_unlisted(files):
    """A damaged end makes it a bundle that was cut; with a whole end it never was one."""
    names = sorted(set(files) - {MANIFEST, SIGNATURE})
    cut = archive.write((name, files[name]) for name in files if name != MANIFEST)
    found = check(cut[:-1])
    assert [item.what for item in found if item.vi.endswith("không có trong MANIFEST.sha256.")] == (
        names
    )
    assert {item.what for item in found[: len(names) + 1]} == {"zip", *names}
    with pytest.raises(BundleError):
        check(cut)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK", b"\0" * 100], ids=range(4))
def test_a_file_that_is_no_bundle(content):
    with pytest.raises(BundleError) as refusal:
        check(content)
    assert refusal.value.vi == "Tệp này không phải gói minh chứng của hội thi."
    assert refusal.value.en == "This file is no evidence bundle."
    assert str(refusal.value) == f"{refusal.value.vi} / {refusal.value.en}"


def test_damage_is_named_before_everything_else(files):
    content = bytearray(archive.write(files.items()))
    place = content.index(b'"reactions": 120')
    content[place + 15] ^= 1
    content[-1] ^= 1
    found = check(bytes(content))
    assert found[0] == Check(
        "snapshots.json",
        False,
        "snapshots.json: nội dung hoặc phần đầu trong tệp zip bị thay đổi.",
        "snapshots.json: its content or its header in the zip was changed.",
    )
    assert (found[1].what, found[1].holds) == ("zip", False)
    [tail] = check(archive.write(files.items()) + b"\0")[:1]
    size = len(content)
    assert tail == Check(
        "zip",
        False,
        f"Cấu trúc của tệp zip bị thay đổi ở byte {size}.",
        f"The structure of the zip was changed at byte {size}.",
    )


def test_the_profile_must_be_the_one_that_the_result_names(files):
    digest = read(files, "about.json")["profile_sha256"]
    assert said(files, "profile") == (
        True, f"Thể lệ: SHA-256 {digest}.", f"Profile: SHA-256 {digest}."
    )
    other = (
        False,
        "Thể lệ trong gói không phải thể lệ mà kết quả nêu.",
        "The profile in the bundle is not the one that the result names.",
    )
    about = read(files, "about.json")
    assert said(sealed(files, about_json=about | {"format": "hoithi/2"}), "profile") == other
    assert said(sealed(files, about_json=about | {"profile_sha256": ""}), "profile") == other
    assert said(files | {"profile.json": b"{}"}, "profile") == other
    renamed = {k: v for k, v in files.items() if k != "profile.json"}
    assert said(renamed, "profile") == other
    nothing = hashlib.sha256(b"").hexdigest()
    assert said(sealed(renamed, about_json=about | {"profile_sha256": nothing}), "profile") == other
    assert said(renamed | {"profile.toml": files["profile.json"]}, "profile")[0] is True


def test_another_version_of_the_program_is_said_and_only_figures_count(files):
    copy = files | {"scoring/cli.py": b"# older\n"}
    assert said(copy, "scoring") == (
        None,
        "Chương trình trong gói là một bản khác với bản đang chạy; kết quả được tính lại "
        "bằng bản đang chạy.",
        "The program in the bundle is another version than the one running; "
        "the result is recomputed with the one running.",
    )
    result = read(files, "ranking.json")
    result["ranking"][0]["explanation"] = {"vi": "Lời khác.", "en": "Other words."}
    assert said(sealed(copy, ranking_json=result), "ranking[0]")[0] is True
    assert said(sealed(files, ranking_json=result), "ranking[0]")[0] is False
    result["ranking"][0]["points"] += 1
    assert said(sealed(copy, ranking_json=result), "ranking[0]")[0] is False
    result["ranking"][0] = "Phường 2"
    assert said(sealed(copy, ranking_json=result), "ranking[0]")[0] is False


def late(files, moment, **facts):
    snapshots = read(files, "snapshots.json")
    for place in (0, 2):
        snapshots[place] |= {"taken_at": moment} | facts
    return sealed(files, snapshots_json=snapshots)


def test_counts_after_the_cut_off(files):
    assert said(late(files, "2023-06-19T16:00:01+07:00"), "cut_off") == (
        False,
        "Số đếm sau giờ chốt mà không có lý do: clip1, clip3.",
        "Counted after the cut-off without a reason: clip1, clip3.",
    )
    reason = {"late_reason": "Trang bị gián đoạn."}
    assert said(late(files, "2023-06-19T16:00:01+07:00", **reason), "cut_off")[0] is True
    assert said(late(files, "2023-06-19T09:00:00+00:00"), "cut_off")[0] is True
    assert said(late(files, "2023-06-19T15:59:59+06:00"), "cut_off")[0] is False


@pytest.mark.parametrize("moment", ["hôm qua", "2023-06-19T16:00:00"], ids=["words", "no zone"])
def test_a_time_needs_a_zone(files, moment):
    assert said(late(files, moment), "snapshots.json[0].taken_at") == (
        False,
        "Không đọc được snapshots.json[0].taken_at: Phải là thời điểm ISO có múi giờ.",
        "Cannot read snapshots.json[0].taken_at: This must be an ISO time with a zone.",
    )


@pytest.mark.parametrize("field", ["entry", "taken_at", "late_reason"])
def test_a_snapshot_lacks_nothing_that_the_cut_off_needs(files, field):
    snapshots = read(files, "snapshots.json")
    del snapshots[1][field]
    path = f"snapshots.json[1].{field}"
    found = [item for item in checks(sealed(files, snapshots_json=snapshots)) if item.what == path]
    assert {item.vi for item in found} == {f"Không đọc được {path}: Thiếu “{field}”."}
    assert [item.holds for item in found] == [False, False]  # for the cut-off and for the ranking


@pytest.mark.parametrize("name", ["about.json", "ranking.json", *evidence.INPUT_FILES])
def test_a_file_that_is_gone_is_said_to_be_missing(files, name):
    without = {other: text for other, text in files.items() if other != name}
    found = [item for item in checks(without) if item.what == name and "Không đọc" in item.vi]
    assert found != []
    for item in found:
        assert (item.holds, item.vi.partition(": ")[0]) == (False, f"Không đọc được {name}")
        if name != "snapshots.json":
            assert item.vi.endswith(": Gói thiếu tệp này.")
            assert item.en == f"Cannot read {name}: The bundle lacks this file."


@pytest.mark.parametrize("field", ["format", "profile_sha256", "cut_off"])
def test_what_about_must_say(files, field):
    about = read(files, "about.json")
    del about[field]
    found = checks(sealed(files, about_json=about))
    named = [item for item in found if item.what == f"about.json.{field}"]
    assert [item.holds for item in named] == [False, False]  # for the profile and the cut-off


def stated(files, change):
    result = read(files, "ranking.json")
    change(result)
    found = checks(sealed(files, ranking_json=result))
    return [(item.what, item.vi, item.en) for item in found if item.holds is False]


def test_a_line_that_recomputing_does_not_give(files):
    assert stated(files, lambda result: result["ranking"][1].update(points=151)) == [
        (
            "ranking[1]",
            "ranking[1]: tính lại ra kết quả khác (Phường 1: 2, 65.87).",
            "ranking[1]: recomputing gives something else (Phường 1: 2, 65.87).",
        )
    ]


DIFFERENT = (
    "ranking",
    "ranking: tính lại ra kết quả khác.",
    "ranking: recomputing gives something else.",
)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda result: result["ranking"].pop(), id="a line less"),
        pytest.param(lambda result: result["ranking"].append({}), id="a line more"),
        pytest.param(lambda result: result["next_in_line"].append("A"), id="next in line"),
        pytest.param(lambda result: result.update(more=1), id="a field more"),
        pytest.param(lambda result: result.update(ranking={}), id="no list"),
        pytest.param(lambda result: result.pop("ranking"), id="no ranking"),
    ],
)
def test_a_result_around_the_lines_that_recomputing_does_not_give(files, change):
    assert stated(files, change) == [DIFFERENT]


@pytest.mark.parametrize("result", [[], "ranking", None], ids=["list", "text", "nothing"])
def test_a_result_that_is_no_object(files, result):
    found = [item for item in checks(sealed(files, ranking_json=result)) if item.holds is False]
    assert [(item.what, item.vi, item.en) for item in found] == [DIFFERENT]
