"""A policy: which rules hold, how strictly, within which limits. Data, never code."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from .errors import PolicyError
from .rules import CLIP, OF_KIND, Rule, accept

DEFAULT = "quan11-2023"
ALIASES = {"contest": DEFAULT}
LEVELS = ("hard", "soft")
LANGUAGES = ("vi", "en")
LONGEST_REMEDY = 300  # characters


@dataclass(frozen=True)
class Policy:
    """A validated policy. ``rules`` maps rule name to level and all limits, defaults filled in.

    ``revision`` is the SHA-256 (hex) of the canonical JSON of name and rules: sorted keys, no
    white space, UTF-8; of the kind as well where it is not a clip. ``kind`` is what is judged:
    clip, picture, document or text.
    """

    name: str
    rules: Mapping[str, Mapping[str, Any]]
    revision: str
    kind: str = CLIP

    def public(self) -> dict[str, Any]:
        """Plain JSON values, for a phone that wants to check before sending."""
        rules = {name: dict(limits) for name, limits in self.rules.items()}
        return {"name": self.name, "revision": self.revision, **_told(self.kind), "rules": rules}


def load_policy(mapping: Mapping[str, Any], *, name: str | None = None) -> Policy:
    """The policy in ``mapping``: the ``[media]`` table of a profile, or a whole file with one.

    ``name`` stands in when the table has none. Raises ``PolicyError`` naming the key.
    """
    prefix = ""
    if "media" in mapping:
        prefix, mapping = "media.", _table(mapping["media"], "media")
    title = mapping.get("name", name)
    if not isinstance(title, str) or not title.strip():
        raise PolicyError(f"{prefix}name", "cần một tên, ví dụ “quan11-2023”.", "needs a name.")
    _refuse_unknown(mapping, ("name", "kind", "rules"), prefix)
    kind = _kind(mapping.get("kind", CLIP), f"{prefix}kind")
    known, tables = OF_KIND[kind], _table(mapping.get("rules", {}), f"{prefix}rules")
    _refuse_unknown(tables, tuple(known), f"{prefix}rules.")
    if not tables:
        raise PolicyError(
            f"{prefix}rules", "cần ít nhất một quy định.", "at least one rule is needed."
        )
    rules = {
        key: _load_rule(rule, _table(tables[key], f"{prefix}rules.{key}"), f"{prefix}rules.{key}")
        for key, rule in known.items()
        if key in tables
    }
    return Policy(title, rules, _revision(title, rules, kind), kind)


def find_policy(name_or_file: str) -> Policy:
    """A policy of the package by name, or one from a TOML file by path.

    Raises ``PolicyError`` when there is none, or something in it is wrong.
    """
    name = ALIASES.get(name_or_file, name_or_file)
    built_in = resources.files(__package__).joinpath("policies", f"{name}.toml")
    if "/" not in name_or_file and built_in.is_file():
        return _parse(built_in.read_text("utf-8"), name)
    path = Path(name_or_file)
    if not path.is_file():
        known = ", ".join(built_in_names())
        raise PolicyError(
            name_or_file,
            f"không có tệp hay bộ quy định này; có sẵn: {known}.",
            f"no such file or policy; built in: {known}.",
        )
    try:
        return _parse(path.read_text("utf-8"), path.stem)
    except UnicodeDecodeError:
        raise PolicyError(name_or_file, "không phải văn bản UTF-8.", "is not UTF-8 text.") from None


def built_in_names() -> list[str]:
    """Names of the policies that come with the package; ``contest`` is the reference contest's."""
    folder = resources.files(__package__).joinpath("policies")
    files = (entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return sorted([*ALIASES, *(name.removesuffix(".toml") for name in files)])


def _parse(text: str, name: str) -> Policy:
    try:
        return load_policy(tomllib.loads(text), name=name)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(name, f"TOML sai cú pháp: {error}", f"not valid TOML: {error}") from None


def _load_rule(rule: Rule, table: Mapping[str, Any], key: str) -> dict[str, Any]:
    _refuse_unknown(table, ("level", "remedy", *(limit.name for limit in rule.limits)), f"{key}.")
    if table.get("level") not in LEVELS:
        got = table.get("level")
        raise PolicyError(
            f"{key}.level",
            f"cần “hard” (bắt buộc) hoặc “soft” (nhắc); đang {'thiếu' if got is None else got!r}.",
            f'must be "hard" or "soft"; it is {"missing" if got is None else repr(got)}.',
        )
    loaded: dict[str, Any] = {"level": table["level"]}
    for limit in rule.limits:
        value = table.get(limit.name, limit.default)
        try:
            loaded[limit.name] = accept(limit, value)
        except ValueError as error:
            vi, en = error.args
            got = "thiếu" if value is None else repr(value)
            got_en = "missing" if value is None else repr(value)
            raise PolicyError(
                f"{key}.{limit.name}", f"cần {vi} (đang là: {got}).", f"needs {en} (is: {got_en})."
            ) from None
    if "remedy" in table:
        loaded["remedy"] = _load_remedy(_table(table["remedy"], f"{key}.remedy"), f"{key}.remedy")
    for low, high in rule.checked_together:
        if loaded[low] > loaded[high] and not (rule.open_end and loaded[high] == 0):
            raise PolicyError(
                f"{key}.{high}",
                f"phải từ {low} ({loaded[low]}) trở lên (đang là: {loaded[high]}).",
                f"must not be below {low} ({loaded[low]}) (is: {loaded[high]}).",
            )
    return loaded


def _load_remedy(table: Mapping[str, Any], key: str) -> dict[str, str]:
    """What the contest itself tells a unit to do, in both languages."""
    _refuse_unknown(table, LANGUAGES, f"{key}.")
    for language in LANGUAGES:
        text = table.get(language)
        if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_REMEDY:
            raise PolicyError(
                f"{key}.{language}",
                f"cần một câu từ 1 đến {LONGEST_REMEDY} ký tự.",
                f"needs a sentence of 1 to {LONGEST_REMEDY} characters.",
            )
    return {language: " ".join(table[language].split()) for language in LANGUAGES}


def _table(value: object, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PolicyError(key, "phải là một bảng TOML.", "must be a table.")
    return value


def _refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
    for key in table:
        if key not in known:
            listed = ", ".join(known)
            raise PolicyError(
                f"{prefix}{key}",
                f"không có khoá này; các khoá hợp lệ: {listed}.",
                f"unknown; known here: {listed}.",
            )


def _kind(value: object, key: str) -> str:
    if isinstance(value, str) and value in OF_KIND:
        return value
    listed = ", ".join(f'"{kind}"' for kind in OF_KIND)
    raise PolicyError(
        key, f"chỉ nhận {listed} (đang là: {value!r}).", f"takes only {listed} (is: {value!r})."
    )


def _told(kind: str) -> dict[str, str]:
    """Nothing of clips, so that their revisions stay what they were before there were others."""
    return {} if kind == CLIP else {"kind": kind}


def _revision(name: str, rules: Mapping[str, Any], kind: str) -> str:
    about = {"name": name, "rules": rules, **_told(kind)}
    canonical = json.dumps(about, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
