"""Does a bundle hold? Every file, the signature, the profile, the counts, every line of ranking."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scoring import archive, evidence, signature
from scoring.engine import compute
from scoring.errors import BundleError, InputError
from scoring.manifest import (
    ERASED,
    MANIFEST,
    SIGNATURE,
    StandIn,
    manifest,
    own_sources,
    standing,
)
from scoring.nodes import Node, parse
from scoring.numbers import written


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``holds`` None: it could not be checked here, the sentence says why."""

    what: str
    holds: bool | None
    vi: str
    en: str


def check(content: bytes, *, key: str | None = None) -> list[Check]:
    """All checks on the bytes of a bundle; raises ``BundleError`` where they are no bundle."""
    files, damage = archive.read(content)
    if not archive.looks_like_zip(content) or (not damage and MANIFEST not in files):
        raise BundleError(
            "Tệp này không phải gói minh chứng của hội thi.", "This file is no evidence bundle."
        )
    checks = [_damaged(place) for place in damage]
    erased, said = _erased(files)
    checks += _files(files, erased)
    checks.append(_signature(files, key))
    checks += said
    for part in (_profile, _code, _cut_off, _ranking):
        try:
            checks += part(files)
        except InputError as fault:
            checks.append(_unreadable(fault))
    return checks


def _erased(files: Mapping[str, bytes]) -> tuple[dict[str, StandIn], list[Check]]:
    """What stands in for erased texts, and whether the bundle's signer vouches for it."""
    if ERASED not in files:
        return {}, []
    try:
        found, genuine = standing(files)
    except InputError as fault:
        return {}, [_unreadable(fault)]
    vi, en = _VOUCHED[genuine]
    return (found if genuine is not False else {}), [Check(ERASED, genuine, vi, en)]


_VOUCHED: dict[bool | None, tuple[str, str]] = {
    True: (
        "Một số nội dung đã được xoá theo luật; nội dung thay thế do chính khoá của gói ký.",
        "Texts were erased as the law demands; what stands in for them is signed with the "
        "bundle's own key.",
    ),
    False: (
        "Danh sách nội dung đã xoá không do khoá của gói ký.",
        "The list of erased texts is not signed with the bundle's key.",
    ),
    None: (
        "Một số nội dung đã được xoá; chữ ký của danh sách chưa kiểm tra được trên máy này.",
        "Texts were erased; the list's signature cannot be checked on this machine.",
    ),
}


def _damaged(damage: archive.Damage) -> Check:
    if damage.place == "zip":
        return Check(
            "zip",
            False,
            f"Cấu trúc của tệp zip bị thay đổi ở byte {damage.offset}.",
            f"The structure of the zip was changed at byte {damage.offset}.",
        )
    return Check(
        damage.place,
        False,
        f"{damage.place}: nội dung hoặc phần đầu trong tệp zip bị thay đổi.",
        f"{damage.place}: its content or its header in the zip was changed.",
    )


def _files(files: Mapping[str, bytes], erased: Mapping[str, StandIn]) -> list[Check]:
    """Each file against the manifest, both ways."""
    listed = dict(_listed(files.get(MANIFEST, b"")))
    real = dict(_listed(manifest(files)))
    checks = [
        _file(name, listed.get(name), real.get(name), erased.get(name))
        for name in sorted(listed | real)
    ]
    lines = [f"{listed.get(name)}  {name}\n" for name in sorted(real)]
    exact = files.get(MANIFEST) == "".join(lines).encode()
    if not exact and all(item.holds for item in checks):
        checks.append(_missing_manifest())
    return checks


def _listed(text: bytes) -> Iterator[tuple[str, str]]:
    for line in text.decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def _file(
    name: str, listed: str | None, real: str | None, erased: StandIn | None
) -> Check:
    if real is None:
        return Check(name, False, f"{name}: gói thiếu tệp này.", f"{name}: missing.")
    if listed is None:
        return Check(
            name,
            False,
            f"{name}: không có trong {MANIFEST}.",
            f"{name}: not in {MANIFEST}.",
        )
    if listed != real and erased is not None and erased.sha256 == real:
        return Check(
            name,
            True,
            f"{name}: đã xoá ngày {erased.at[:10]} (căn cứ {erased.ground}); nội dung thay thế "
            "đúng như đã ký, từ đó chỉ còn chữ ký bảo đảm cho nó.",
            f"{name}: erased on {erased.at[:10]} (ground {erased.ground}); what stands in for it "
            "is as signed, and nothing but the signature vouches for it since.",
        )
    if listed != real:
        return Check(
            name,
            False,
            f"{name}: SHA-256 không khớp, tệp đã bị sửa.",
            f"{name}: SHA-256 differs, the file was changed.",
        )
    return Check(name, True, f"{name}: SHA-256 khớp.", f"{name}: SHA-256 matches.")


def _missing_manifest() -> Check:
    return Check(
        MANIFEST,
        False,
        f"{MANIFEST} bị thiếu hoặc bị sửa.",
        f"{MANIFEST} is missing or was changed.",
    )


def _signature(files: Mapping[str, bytes], key: str | None) -> Check:
    if SIGNATURE not in files:
        wanted = False if key else None
        return Check(SIGNATURE, wanted, "Gói không có chữ ký.", "The bundle is not signed.")
    try:
        public, signed = _key(files[SIGNATURE])
    except InputError as fault:
        return _unreadable(fault)
    print_ = signature.fingerprint(public)
    if key is not None and _plain(key) != _plain(print_):
        return Check(
            SIGNATURE,
            False,
            f"Chữ ký do một khoá khác tạo ra, vân tay {print_}.",
            f"Signed with another key, fingerprint {print_}.",
        )
    genuine = signature.holds(public, signed, files.get(MANIFEST, b""))
    vi, en = _VERDICTS[genuine]
    return Check(SIGNATURE, genuine, vi.format(print_), en.format(print_))


_VERDICTS: dict[bool | None, tuple[str, str]] = {
    True: (
        "Chữ ký Ed25519 đúng; vân tay khoá {}. Hãy so với vân tay trên biên bản.",
        "The Ed25519 signature holds; key fingerprint {}. Compare it with the printed one.",
    ),
    False: (
        "Chữ ký Ed25519 sai (vân tay khoá {}).",
        "The Ed25519 signature does not hold (key fingerprint {}).",
    ),
    None: (
        "Chữ ký chưa được kiểm tra: máy này không có thư viện cryptography hay lệnh openssl 3 "
        "(vân tay khoá {}).",
        "Signature unchecked: this machine has neither the cryptography library nor openssl 3 "
        "(key fingerprint {}).",
    ),
}


def _plain(fingerprint: str) -> str:
    return "".join(fingerprint.split()).replace(":", "").lower()


def _key(content: bytes) -> tuple[bytes, bytes]:
    names = ("algorithm", "signs", "public_key", "fingerprint", "signature")
    fields = Node(parse(content), SIGNATURE).fields(names, names)
    fields["algorithm"].choice("Ed25519")
    fields["signs"].choice(MANIFEST)
    public = _hex(fields["public_key"])
    fields["fingerprint"].choice(signature.fingerprint(public))
    return public, _hex(fields["signature"])


def _hex(node: Node) -> bytes:
    try:
        return bytes.fromhex(node.text())
    except ValueError:
        node.refuse("Phải là số hex.", "This must be hex digits.")


def _profile(files: Mapping[str, bytes]) -> list[Check]:
    name = "profile.json" if "profile.json" in files else "profile.toml"
    about = _about(files)
    content = files.get(name)
    real = hashlib.sha256(content or b"").hexdigest()
    known = content is not None and about["format"].value in evidence.FORMATS
    erased, _ = _erased(files)
    if name in erased and erased[name].sha256 == real:
        at = erased[name].at[:10]
        return [
            Check("profile", True, f"Thể lệ: có nội dung đã xoá ngày {at}.",
                  f"Profile: erased on {at}, in parts.")
        ]
    if not known or about["profile_sha256"].value != real:
        return [
            Check(
                "profile",
                False,
                "Thể lệ trong gói không phải thể lệ mà kết quả nêu.",
                "The profile in the bundle is not the one that the result names.",
            )
        ]
    return [Check("profile", True, f"Thể lệ: SHA-256 {real}.", f"Profile: SHA-256 {real}.")]


def _about(files: Mapping[str, bytes]) -> dict[str, Node]:
    if "about.json" not in files:
        raise InputError("about.json", "Gói thiếu tệp này.", "The bundle lacks this file.")
    node = Node(parse(files["about.json"]), "about.json")
    return node.fields(node.mapping(), ("format", "profile_sha256", "cut_off"))


def _code(files: Mapping[str, bytes]) -> list[Check]:
    """Whether the copy in the bundle is the program that is running now."""
    carried = {name: text for name, text in files.items() if name.startswith("scoring/")}
    if carried == own_sources():
        return [
            Check(
                "scoring",
                True,
                "Chương trình trong gói giống chương trình đang chạy.",
                "The program in the bundle is the one now running.",
            )
        ]
    return [
        Check(
            "scoring",
            None,
            "Chương trình trong gói là một bản khác với bản đang chạy; kết quả được tính lại "
            "bằng bản đang chạy.",
            "The program in the bundle is another version than the one running; "
            "the result is recomputed with the one running.",
        )
    ]


def _cut_off(files: Mapping[str, bytes]) -> list[Check]:
    """A snapshot after the cut-off needs a reason (product rule 10)."""
    cut_off = _time(_about(files)["cut_off"])
    node = evidence.file(files, "snapshots.json")
    late = []
    for item in node.items():
        fields = item.fields(item.mapping(), ("entry", "taken_at", "late_reason"))
        sources = [fields]
        if evidence.SHARES_FROM in fields:
            other = fields[evidence.SHARES_FROM]
            sources.append(other.fields(other.mapping(), ("taken_at", "late_reason")))
        if any(
            _time(one["taken_at"]) > cut_off and not one["late_reason"].value for one in sources
        ):
            late.append(fields["entry"].text())
    late += _late_posts(files, cut_off)
    if late:
        names = ", ".join(late)
        return [
            Check(
                "cut_off",
                False,
                f"Số đếm sau giờ chốt mà không có lý do: {names}.",
                f"Counted after the cut-off without a reason: {names}.",
            )
        ]
    return [
        Check(
            "cut_off",
            True,
            "Mọi số đếm đều lấy trước hoặc đúng giờ chốt, hoặc có lý do được ghi lại.",
            "Every count was taken by the cut-off, or has a recorded reason.",
        )
    ]


def _late_posts(files: Mapping[str, bytes], cut_off: datetime) -> list[str]:
    """Posts on other platforms that were counted after the cut-off without a reason."""
    late = []
    for item in evidence.file(files, evidence.POSTS).items() if evidence.POSTS in files else []:
        known = ("entry", "platform", "taken_at", "late_reason")
        one = item.fields(item.mapping(), known)
        counted = one["taken_at"].value is not None
        if counted and _time(one["taken_at"]) > cut_off and not one["late_reason"].value:
            late.append(f"{one['entry'].text()} ({one['platform'].text()})")
    return late


def _time(node: Node) -> datetime:
    try:
        moment = datetime.fromisoformat(node.text())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        node.refuse("Phải là thời điểm ISO có múi giờ.", "This must be an ISO time with a zone.")
    return moment


def _ranking(files: Mapping[str, bytes]) -> list[Check]:
    """The ranking once more from the evidence, line by line."""
    if "ranking.json" not in files:
        raise InputError("ranking.json", "Gói thiếu tệp này.", "The bundle lacks this file.")
    stated = parse(files["ranking.json"])
    again = compute(evidence.join(files))
    if not isinstance(stated, dict) or not isinstance(stated.get("ranking"), list):
        return [_different("ranking", "")]
    if _code(files)[0].holds is None:
        stated, again = _without_words(stated), _without_words(again)
    pairs = list(zip(stated["ranking"], again["ranking"], strict=False))
    checks = [_line(place, *pair) for place, pair in enumerate(pairs)]
    rest = {**stated, "ranking": len(stated["ranking"])}
    if rest != {**again, "ranking": len(again["ranking"])}:
        checks.append(_different("ranking", ""))
    return checks


def _without_words(result: dict[str, Any]) -> dict[str, Any]:
    """Another version may word its explanations differently; the figures must be the same."""
    bare: dict[str, Any] = {}
    for part in ("ranking", "awards"):
        if isinstance(result.get(part), list):
            lines = [line if isinstance(line, dict) else {} for line in result[part]]
            bare[part] = [{k: v for k, v in line.items() if k != "explanation"} for line in lines]
    return {**result, **bare}


def _line(place: int, stated: object, again: dict[str, Any]) -> Check:
    what = f"ranking[{place}]"
    rank, unit, total = again["rank"], again["unit"], again["total"]["rounded"]
    if stated != again:
        return _different(what, f" ({unit}: {rank}, {total})")
    vi = f"Hạng {rank}, {unit}: {written(total, 'vi')} điểm, tính lại đúng."
    return Check(what, True, vi, f"Rank {rank}, {unit}: {total} points, recomputed.")


def _different(what: str, again: str) -> Check:
    return Check(
        what,
        False,
        f"{what}: tính lại ra kết quả khác{again}.",
        f"{what}: recomputing gives something else{again}.",
    )


def _unreadable(fault: InputError) -> Check:
    return Check(
        fault.path,
        False,
        f"Không đọc được {fault.path}: {fault.vi}",
        f"Cannot read {fault.path}: {fault.en}",
    )
