"""What a result rests on, as the files of a bundle, and back again as input for ``compute``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from scoring.elsewhere.posts import written
from scoring.engine import stated
from scoring.errors import BundleError, InputError
from scoring.interactions import by_account, by_account_and_day
from scoring.model import COUNTS, Contest, Entry
from scoring.nodes import Node, Sharing, parse
from scoring.texts import readable

#: The second form where prizes go by other measures than the ranking, clips have categories or
#: jurors of their own, there is a quorum, or posts on other platforms count; the third where a
#: round comes before or after. Contests that say nothing of these are written as ever. Whoever
#: reads knows all.
FORMAT, SECOND_FORMAT, THIRD_FORMAT = (f"hoithi-evidence/{number}" for number in (1, 2, 3))
FORMATS = (FORMAT, SECOND_FORMAT, THIRD_FORMAT)
INPUT_FILES = (
    "rules.json",
    "ballots.json",
    "snapshots.json",
    "ledger.json",
    "disqualifications.json",
    "decisions.json",
)
#: Only where the rules know other platforms: each post with its counts and where they come from.
POSTS = "posts.json"
#: What is known of a snapshot besides its figures; ``late_reason`` only after the cut-off.
SNAPSHOT_FACTS = ("taken_at", "source", "source_sha256", "late_reason")
#: The same of the snapshot that the shares were read from, only where it is another one.
SHARES_FROM = "shares_from"

Line = Callable[..., dict[str, Any]]  # a row of a ledger: account, count, day

_HASHED = re.compile(r"[0-9a-f]{32,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAIL = re.compile(r"[^\s@]@[^\s@]")
_AT_ONCE = 10_000
_PHONE = re.compile(r"(?<!\w)(?:\+?84|0)(?:[ .()-]{0,2}\d){8,10}(?!\w)")


def text(value: object) -> bytes:
    """Canonical JSON that a person can read: sorted keys, one value to a line, UTF-8."""
    return _bytes(readable.parts(value))


def _bytes(pieces: Iterator[str]) -> bytes:
    return b"".join([*(part.encode() for part in _together(pieces)), b"\n"])


def _together(pieces: Iterator[str]) -> Iterator[str]:
    """Some thousand pieces in one: kept one by one they take more memory than the text."""
    while some := list(islice(pieces, _AT_ONCE)):
        yield "".join(some)


def form(contest: Contest) -> str:
    """The form in which a bundle of this contest is written."""
    return FORMATS[contest.form - 1]


def split(
    contest: Contest, snapshots: Mapping[str, Mapping[str, Any]],
    posts: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
) -> dict[str, bytes]:
    """The input files of a bundle, by name; raises ``BundleError`` for contact data and
    for accounts in the clear."""
    entries = sorted(contest.entries, key=lambda entry: entry.id)
    _no_contacts(contest)
    counted = [entry for entry in entries if entry.on_page]
    per_day = contest.rules.shares_per_day
    beyond = {POSTS: text(_posts(entries, posts or {}))} if contest.rules.platforms else {}
    return beyond | {
        "rules.json": text(stated(contest.rules)),
        "ballots.json": text(
            {
                "jurors": sorted(contest.jurors),
                "entries": [
                    {"id": e.id, "unit": e.unit, "marks": e.marks}
                    | ({"category": e.category} if e.category else {})
                    | ({} if e.jurors is None else {"jurors": sorted(e.jurors)})
                    | ({} if e.carried is None else {"carried": str(e.carried)})
                    for e in entries
                ],
            }
        ),
        "snapshots.json": text([_snapshot(e, snapshots.get(e.id)) for e in counted]),
        "ledger.json": _bytes(readable.members(
            (e.id, _hashed(e, per_day=per_day)) for e in counted if e.ledger is not None
        )),
        "disqualifications.json": text(
            [{"entry": e.id, "reason": e.reason} for e in entries if e.disqualified]
        ),
        "decisions.json": text(
            [
                {"units": list(d.units), "reason": d.reason}
                | ({"prize": d.prize} if d.prize else {})
                for d in contest.decisions
            ]
        ),
    }


def _snapshot(entry: Entry, facts: Mapping[str, Any] | None) -> dict[str, Any]:
    if facts is None:
        raise BundleError(
            f"Clip {entry.id} có số đếm nhưng không có nguồn của lần đếm.",
            f"Clip {entry.id} has counts but nothing says where they come from.",
        )
    counts = {"entry": entry.id, "reactions": entry.reactions, "shares": entry.shares}
    if SHARES_FROM not in facts:
        return counts | _facts(entry, facts)
    others = {name: value for name, value in facts.items() if name != SHARES_FROM}
    return counts | _facts(entry, others) | {SHARES_FROM: _facts(entry, facts[SHARES_FROM])}


def _posts(
    entries: list[Entry], facts: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """Counts of posts; of one that nobody has counted there is nothing to say where from."""
    return [
        {"entry": entry.id, **post, **_post_facts(entry, facts.get(entry.id, {}), post)}
        for entry in entries for post in written(entry.posts)
    ]


def _post_facts(
    entry: Entry, facts: Mapping[str, Mapping[str, Any]], post: Mapping[str, Any]
) -> dict[str, Any]:
    if all(post[name] is None for name in COUNTS):
        return dict.fromkeys(SNAPSHOT_FACTS)
    if post["platform"] not in facts:
        raise BundleError(
            f"Bài đăng {post['platform']} của clip {entry.id} có số đếm nhưng không có nguồn.",
            f"The {post['platform']} post of clip {entry.id} has counts but nothing says where "
            "they come from.",
        )
    return _facts(entry, facts[post["platform"]])


def _facts(entry: Entry, facts: Mapping[str, Any]) -> dict[str, Any]:
    digest = facts.get("source_sha256")
    if set(facts) - set(SNAPSHOT_FACTS) or not (
        digest is None or _SHA256.fullmatch(str(digest))
    ):
        raise BundleError(
            f"Thông tin lần đếm của clip {entry.id} phải gồm {', '.join(SNAPSHOT_FACTS)}, "
            "với source_sha256 gồm 64 chữ số hex, hoặc trống khi nhập tay.",
            f"The snapshot of clip {entry.id} must have {', '.join(SNAPSHOT_FACTS)}, "
            "source_sha256 being 64 hex digits, or none for counts typed in.",
        )
    for value in facts.values():
        no_contact(value)
    return {name: facts.get(name) for name in SNAPSHOT_FACTS}


def _line(account: str, count: int, day: str = "") -> dict[str, Any]:
    return {"account": account, "count": count} | ({"day": day} if day else {})


def _hashed(entry: Entry, *, per_day: bool) -> dict[str, Any]:
    """``{account: count}`` of a complete ledger; else ``{"state", "rows"}``, and so wherever the
    rows need their day."""
    accounts = by_account(entry.ledger or [])
    for account in accounts:
        if not _HASHED.fullmatch(account):
            raise BundleError(
                f"Sổ chia sẻ của clip {entry.id} còn tài khoản chưa băm; hãy dùng hash_account.",
                f"The share ledger of clip {entry.id} holds an account in the clear; "
                "use hash_account.",
            )
    if entry.ledger_complete and not per_day:
        return accounts
    days = by_account_and_day(entry.ledger or [])
    return {
        "state": "complete" if entry.ledger_complete else "partial",
        "rows": [
            _line(account, count, day) for (account, day), count in sorted(days.items())
        ],
    }


def _no_contacts(contest: Contest) -> None:
    for name in contest.jurors:
        no_contact(name)
    for entry in contest.entries:
        no_contact(entry.unit)
        no_contact(entry.reason)
    for decision in contest.decisions:
        no_contact(decision.reason)


def no_contact(value: object) -> None:
    """Raises ``BundleError`` if any text in ``value`` holds a mail address or telephone number."""
    if isinstance(value, Mapping):
        for item in value.values():
            no_contact(item)
    if isinstance(value, str) and (_MAIL.search(value) or _PHONE.search(value)):
        raise BundleError(
            f"“{value[:80]}” có vẻ chứa địa chỉ thư hoặc số điện thoại; gói minh chứng không "
            "được chứa thông tin liên hệ.",
            f'"{value[:80]}" looks like it holds a mail address or a telephone number; '
            "the bundle must not contain contact data.",
        )


def join(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The input for ``compute`` from the files of a bundle; raises ``InputError`` on any fault."""
    values = {name: file(files, name) for name in INPUT_FILES}
    ballots = values["ballots.json"].fields(("jurors", "entries"), ("jurors", "entries"))
    counts = _counts(values["snapshots.json"], values["ledger.json"])
    out = _reasons(values["disqualifications.json"])
    rules = values["rules.json"]
    posts = None
    if "platforms" in rules.mapping():
        posts = _read_posts(file(files, POSTS))
    entries = [_entry(node, counts, out, posts) for node in ballots["entries"].items()]
    if posts:
        _all_used(file(files, POSTS), posts)
    _all_used(values["snapshots.json"], counts)
    _all_used(values["disqualifications.json"], out)
    return {
        "rules": rules.value,
        "jurors": ballots["jurors"].value,
        "entries": entries,
        "chair_decisions": values["decisions.json"].value,
    }


def file(files: Mapping[str, bytes], name: str) -> Node:
    """A file of a bundle, parsed; raises ``InputError`` where it is missing or broken."""
    if name not in files:
        raise InputError(name, "Gói thiếu tệp này.", "The bundle lacks this file.")
    return Node(parse(files[name], Sharing()), name)


def _counts(snapshots: Node, ledger: Node) -> dict[str, dict[str, Any]]:
    rows = ledger.mapping()
    required = ("entry", "reactions", "shares", *SNAPSHOT_FACTS)
    counts: dict[str, dict[str, Any]] = {}
    line = cache(_line)
    for node in snapshots.items():
        fields = node.fields((*required, SHARES_FROM), required)
        if SHARES_FROM in fields:
            fields[SHARES_FROM].fields(SNAPSHOT_FACTS, SNAPSHOT_FACTS)
        entry = fields["entry"].text()
        if entry in counts:
            node.refuse(f"Clip “{entry}” có hai lần đếm.", f'Clip "{entry}" is counted twice.')
        counts[entry] = {
            "reactions": fields["reactions"].value,
            "shares": fields["shares"].value,
            "share_ledger": None,
        }
        if entry in rows:
            counts[entry] |= _rows(ledger.child(entry), line)
    for entry in rows:
        if entry not in counts:
            ledger.refuse("Không có lần đếm của clip này.", "This clip has no count.", at=entry)
    return counts


def _read_posts(node: Node) -> dict[str, list[dict[str, Any]]]:
    known = ("entry", "platform", *COUNTS, *SNAPSHOT_FACTS)
    found: dict[str, list[dict[str, Any]]] = {}
    for item in node.items():
        fields = item.fields(known, known)
        post = {name: fields[name].value for name in ("platform", *COUNTS)}
        found.setdefault(fields["entry"].text(), []).append(post)
    return found


def _rows(node: Node, line: Line) -> dict[str, Any]:
    """A clip's ledger as ``compute`` takes it, from either form."""
    accounts = node.mapping()
    if accounts.keys() == {"state", "rows"}:
        fields = node.fields(("state", "rows"))
        return {"share_ledger": fields["rows"].value, "ledger_state": fields["state"].value}
    return {"share_ledger": [
        line(account, count) if type(count) is int else _line(account, count)
        for account, count in accounts.items()
    ]}


def _reasons(node: Node) -> dict[str, Any]:
    fields = [item.fields(("entry", "reason"), ("entry", "reason")) for item in node.items()]
    return {item["entry"].text(): item["reason"].value for item in fields}


def _entry(
    node: Node, counts: dict[str, dict[str, Any]], out: dict[str, Any],
    posts: dict[str, list[dict[str, Any]]] | None,
) -> dict[str, Any]:
    more = ("category", "jurors", "carried")
    fields = node.fields(("id", "unit", "marks", *more), ("id", "unit", "marks"))
    name = fields["id"].text()
    return {
        **{key: fields[key].value for key in more if key in fields},
        **({} if posts is None else {"posts": posts.pop(name, [])}),
        "id": name,
        "unit": fields["unit"].value,
        "marks": fields["marks"].value,
        "interactions": counts.pop(name, None),
        "disqualified": name in out,
        "reason": out.pop(name, None),
    }


def _all_used(node: Node, left: Mapping[str, Any]) -> None:
    for entry in left:
        node.refuse(f"Không có clip “{entry}” trong phiếu.", f'There is no clip "{entry}".')
