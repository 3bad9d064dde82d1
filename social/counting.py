"""One post's numbers; each is kept where another is missing or refused."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from social.calls import GraphCalls
from social.errors import NotPermitted, NotThere, PageError
from social.json_values import as_object, whole
from social.listing import full_id
from social.values import Counts
from social.video_status import absolute

REACTION_KINDS = ("LIKE", "LOVE", "CARE", "HAHA", "WOW", "SAD", "ANGRY")
FIELDS = (
    "shares",
    "reactions.limit(0).summary(total_count)",
    "comments.limit(0).summary(total_count)",
    "permalink_url",
)
KIND_FIELDS = ",".join(
    f"reactions.type({kind}).limit(0).summary(total_count).as({kind.lower()})"
    for kind in REACTION_KINDS
)


def read_many(
    calls: GraphCalls, post_ids: Sequence[str], *, kinds: bool = True, within: float | None = None
) -> Mapping[str, Counts]:
    """See `InteractionReader.counts_of_many`: the totals in one call, the kinds in another."""
    full = {full_id(one, calls.settings.page_id): one for one in post_ids}
    ids = ",".join(full)
    bodies = calls.get("", within=within, ids=ids, fields=",".join(FIELDS)).body
    of_kinds: Mapping[str, object] = {}
    if kinds:
        with suppress(PageError):  # as in `_kinds`
            of_kinds = calls.get("", within=within, ids=ids, fields=KIND_FIELDS).body
    return {
        own: _counts(calls, post_id, as_object(bodies[post_id]),
                     _known(as_object(of_kinds.get(post_id))))
        for post_id, own in full.items() if post_id in bodies
    }


def read_counts(
    calls: GraphCalls, post_id: str, *, kinds: bool = True, within: float | None = None
) -> Counts:
    """See `InteractionReader.counts`. Kinds take a second call: a retired field fails one."""
    post_id = full_id(post_id, calls.settings.page_id)
    body = _body(calls, post_id, within)
    return _counts(calls, post_id, body, _kinds(calls, post_id, within) if kinds else None)


def _counts(
    calls: GraphCalls, post_id: str, body: Mapping[str, object], by_kind: dict[str, int] | None
) -> Counts:
    shares, told = body.get("shares"), body.get("shares")
    if isinstance(shares, Mapping):
        told = shares.get("count")
    return Counts(
        post_id=post_id,
        reactions=_total(body.get("reactions")),
        shares=whole(told),
        comments=_total(body.get("comments")),
        by_kind=by_kind,
        permalink=absolute(body.get("permalink_url"), calls.settings.web_url),
        raw=body,
    )


def _body(calls: GraphCalls, post_id: str, within: float | None) -> Mapping[str, object]:
    """All fields in one call, or one by one where one of them is refused."""
    try:
        return calls.get(post_id, within=within, fields=",".join(FIELDS)).body
    except NotThere:
        raise
    except NotPermitted as refused:
        body: dict[str, object] = {}
        for field in FIELDS:
            body |= _single(calls, post_id, within, field)
        if not body.keys() - {"id", "permalink_url"}:
            raise refused from None
        return body


def _single(
    calls: GraphCalls, post_id: str, within: float | None, field: str
) -> Mapping[str, object]:
    try:
        return calls.get(post_id, within=within, fields=field).body
    except NotPermitted:
        return {}


def _kinds(calls: GraphCalls, post_id: str, within: float | None) -> dict[str, int] | None:
    try:
        return _known(calls.get(post_id, within=within, fields=KIND_FIELDS).body)
    except PageError:  # the totals are read already; what refuses this refuses the next call too
        return None


def _known(body: Mapping[str, object]) -> dict[str, int] | None:
    totals = {kind: _total(body.get(kind.lower())) for kind in REACTION_KINDS}
    known = {kind: total for kind, total in totals.items() if total is not None}
    return known or None


def _total(edge: object) -> int | None:
    return whole(as_object(as_object(edge).get("summary")).get("total_count"))
