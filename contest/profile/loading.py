"""Reading a profile: TOML text in, a checked ``Profile`` and its SHA-256 out.

An ``Invalid`` lists every fault at once, each with its key and the remedy.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

import media_checks
import scoring
from contest import canonical
from contest.errors import Invalid
from contest.profile import rounds
from contest.profile.contradictions import contradictions
from contest.profile.contradictions.rounds import between
from contest.profile.schema import Profile

# pydantic's error type -> (Vietnamese, English). ``{…}`` is filled from the error's context.
MESSAGES = {
    "missing": ("thiếu khoá này; hãy thêm vào", "is missing; please add it"),
    "extra_forbidden": (
        "không có khoá này; hãy xoá hoặc sửa tên khoá",
        "is not a known key; remove it or correct its name",
    ),
    "string_type": ("phải là chuỗi trong dấu ngoặc kép", "must be a text in quotes"),
    "int_type": ("phải là số nguyên", "must be a whole number"),
    "bool_type": ("phải là true hoặc false", "must be true or false"),
    "list_type": ("phải là danh sách [ … ]", "must be a list [ … ]"),
    "dict_type": ("phải là một bảng", "must be a table"),
    "model_type": ("phải là một bảng", "must be a table"),
    "datetime_type": (
        "phải là thời điểm có múi giờ, ví dụ 2023-06-10T23:59:59+07:00",
        "must be an instant with its zone, such as 2023-06-10T23:59:59+07:00",
    ),
    "timezone_aware": (
        "thiếu múi giờ; hãy viết thêm +07:00",
        "has no zone; please add +07:00",
    ),
    "greater_than": ("phải lớn hơn {gt}", "must be more than {gt}"),
    "greater_than_equal": ("phải từ {ge} trở lên", "must be at least {ge}"),
    "less_than_equal": ("phải từ {le} trở xuống", "must be at most {le}"),
    "too_short": ("cần ít nhất {min_length} mục", "needs at least {min_length} items"),
    "too_long": ("chỉ được có nhiều nhất {max_length} mục", "may have at most {max_length} items"),
    "string_too_short": ("không được để trống", "must not be empty"),
    "string_too_long": ("dài quá {max_length} ký tự", "is longer than {max_length} characters"),
    "string_pattern_mismatch": ("không đúng mẫu {pattern}", "does not match {pattern}"),
    "literal_error": ("chỉ nhận {expected}", "takes only {expected}"),
    "unknown_zone": (
        "không phải múi giờ đã biết; ví dụ Asia/Ho_Chi_Minh",
        "is not a known time zone; for example Asia/Ho_Chi_Minh",
    ),
    "schedule_order": (
        "các mốc phải theo thứ tự: entries_open, entries_close, publicity_opens, counts_close, "
        "awards",
        "must be in this order: entries_open, entries_close, publicity_opens, counts_close, awards",
    ),
    "no_weight": ("hai tỉ trọng không thể cùng bằng 0", "both weights cannot be 0"),
    "duplicate_id": ("có mục trùng tên (id)", "has the same id twice"),
}


@dataclass(frozen=True)
class Loaded:
    """A profile that has passed every check, its canonical content and that content's SHA-256."""

    profile: Profile
    content: dict[str, Any]
    sha256: str
    source: str


def load(source: str) -> Loaded:
    """Check the text of a profile. Raises ``Invalid`` with every fault, key by key."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(
            f"Tệp không phải TOML hợp lệ: {error}. Hãy sửa dòng được nêu.",
            f"The file is not valid TOML: {error}. Please mend the line named.",
        ) from None
    profile = parse(data)
    content = profile.model_dump(mode="json")
    return Loaded(profile, content, canonical.sha256(content), source)


def parse(data: Mapping[str, object]) -> Profile:
    """Check profile data. Raises ``Invalid`` with every fault, key by key."""
    try:
        profile = Profile.model_validate(data)
    except ValidationError as error:
        raise _refusal([_line(e) for e in error.errors(include_url=False)]) from None
    if found := contradictions(profile):
        raise _refusal(found)
    _check_rooms(profile)
    if profile.next_round is not None:
        _check_next(profile, data)
    return profile


def _check_next(profile: Profile, data: Mapping[str, object]) -> None:
    """The next round's rules are looked at today, not on the day when it begins."""
    try:
        after = parse(rounds.following(data))
    except Invalid as fault:
        raise _refusal([(f"next_round → {one['key']}", one["vi"], one["en"])
                        for one in fault.data["faults"]]) from None
    if found := list(between(profile, after)):
        raise _refusal(found)


def stored(content: Mapping[str, object]) -> Profile:
    """The profile of a stored revision. Not strict, because instants are texts in JSON."""
    return Profile.model_validate(content, strict=False)


def _check_rooms(profile: Profile) -> None:
    """The media policy and the scoring rules are checked by the packages that will use them."""
    try:
        if profile.entry.is_clip:
            media_checks.load_policy(profile.media, name=profile.contest.slug)
    except media_checks.PolicyError as error:
        key = f"media.{error.key}"
        named = f"{error.key}: "
        vi, en = (m.removeprefix(named) for m in (error.message_vi, error.message_en))
        raise _refusal([(key, vi, en)]) from None
    try:
        scoring.compute({"rules": profile.scoring_rules(), "jurors": [], "entries": []})
    except scoring.InputError as error:
        raise _refusal([(error.path, error.vi, error.en)]) from None


def _line(error: ErrorDetails) -> tuple[str, str, str]:
    key = ".".join(str(part) for part in error["loc"]) or "profile"
    kind = error["type"]
    if kind == "value_error":
        kind = str(error["ctx"]["error"])
    if kind not in MESSAGES:
        return key, error["msg"], error["msg"]
    vi, en = MESSAGES[kind]
    context = error.get("ctx", {})
    return key, vi.format(**context), en.format(**context)


def _refusal(lines: list[tuple[str, str, str]]) -> Invalid:
    vi = "; ".join(f"{key}: {text}" for key, text, _ in lines)
    en = "; ".join(f"{key}: {text}" for key, _, text in lines)
    keys = [{"key": k, "vi": v, "en": e} for k, v, e in lines]
    return Invalid(f"Hồ sơ hội thi chưa hợp lệ — {vi}.", f"The profile is not valid: {en}.",
                   faults=keys)
